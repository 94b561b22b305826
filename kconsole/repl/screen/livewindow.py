"""The window of the output that can still change, which is drawn anew in each frame of a flood."""

from collections.abc import Callable

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import Dimension, FormattedTextControl, Window
from prompt_toolkit.layout.mouse_handlers import MouseHandlers
from prompt_toolkit.layout.screen import Char, Screen, WritePosition

__all__ = ["LiveWindow"]


class LiveWindow(Window):
    """Shows lines from its top.

    prompt_toolkit measures and draws a character at a time: some milliseconds for half a screen, and that
    thirty times a second. Lines of ASCII without colours, which are most, are here one wide character each.

    :param lines: gives the lines.
    :param fragments: makes of them what prompt_toolkit draws.
    """

    def __init__(
        self,
        lines: Callable[[], list[str]],
        fragments: Callable[[list[str]], StyleAndTextTuples],
    ) -> None:
        super().__init__(
            FormattedTextControl(lambda: fragments(lines())),
            wrap_lines=True,
            dont_extend_height=True,
        )
        self._lines = lines

    def preferred_height(self, width: int, max_available_height: int) -> Dimension:
        """As many rows as the lines take."""
        lines = self._lines()
        if not all(map(_is_plain, lines)):
            return super().preferred_height(width, max_available_height)
        number = min(max(1, len(_rows(lines, width))), max_available_height)
        return Dimension(preferred=number, max=number)

    def write_to_screen(
        self,
        screen: Screen,
        mouse_handlers: MouseHandlers,
        write_position: WritePosition,
        parent_style: str,
        erase_bg: bool,
        z_index: int | None,
    ) -> None:
        """Draw into the rows that the layout has for it."""
        lines = self._lines()
        if not all(map(_is_plain, lines)):
            super().write_to_screen(
                screen, mouse_handlers, write_position, parent_style, erase_bg, z_index
            )
            return
        left, width = write_position.xpos, write_position.width
        rows = _rows(lines, width)[: write_position.height]
        for y, text in enumerate(rows, write_position.ypos):
            if text:
                cells = screen.data_buffer[y]
                cells.update(dict.fromkeys(range(left + 1, left + len(text)), _COVERED))
                cells[left] = _Run(text)
        screen.height = max(screen.height, write_position.ypos + len(rows))


class _Run(Char):
    """Many characters as if they were one."""

    def __init__(self, text: str) -> None:
        self.char, self.style, self.width = text, "", len(text)


#: What lies under a run. It is never drawn, and like nothing that is: what comes there next, is drawn.
_COVERED = _Run("")


def _rows(lines: list[str], width: int) -> list[str]:
    """Plain lines, wrapped."""
    return [
        line[start : start + width].rstrip()
        for line in lines
        for start in range(0, len(line) or 1, width)
    ]


def _is_plain(line: str) -> bool:
    return line.isascii() and line.isprintable()
