"""The window of the output that can still change, which is drawn anew in each frame of a flood."""

from collections.abc import Callable

from prompt_toolkit.layout import Dimension, FormattedTextControl, Window
from prompt_toolkit.layout.mouse_handlers import MouseHandlers
from prompt_toolkit.layout.screen import Char, Screen, WritePosition

from kconsole.render.sgr import strip_sgr
from kconsole.repl.screen.fragments import Run, fragments, runs

__all__ = ["LiveWindow"]


class LiveWindow(Window):
    """Shows lines from its top.

    prompt_toolkit measures and draws a character at a time: some milliseconds for half a screen, and that
    thirty times a second. Of lines of ASCII, which are most, all that has one colour is here one wide
    character.

    :param lines: gives the lines.
    """

    def __init__(self, lines: Callable[[], list[str]]) -> None:
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
        for y, row in enumerate(rows, write_position.ypos):
            x = left
            for style, text in row:
                cells = screen.data_buffer[y]
                cells.update(dict.fromkeys(range(x + 1, x + len(text)), _COVERED))
                cells[x] = _Wide(style, text)
                x += len(text)
        screen.height = max(screen.height, write_position.ypos + len(rows))


class _Wide(Char):
    """Many characters as if they were one."""

    def __init__(self, style: str, text: str) -> None:
        self.char, self.style, self.width = text, style, len(text)


#: What lies under a wide one. It is never drawn, and like nothing that is: what comes there next, is drawn.
_COVERED = _Wide("", "")


def _rows(lines: list[str], width: int) -> list[list[Run]]:
    """Plain lines, wrapped; without the blanks at their ends, which show nothing."""
    rows: list[list[Run]] = []
    for line in lines:
        row: list[Run] = []
        room = width
        rows.append(row)
        for style, text in runs(line):
            while len(text) > room:
                row.append((style, text[:room]))
                text, room, row = text[room:], width, []
                rows.append(row)
            row.append((style, text))
            room -= len(text)
    return [_trimmed(row) for row in rows]


def _trimmed(row: list[Run]) -> list[Run]:
    while row and not row[-1][0]:
        text = row.pop()[1].rstrip()
        if text:
            return [*row, ("", text)]
    return row


def _is_plain(line: str) -> bool:
    line = strip_sgr(line)
    return line.isascii() and line.isprintable()
