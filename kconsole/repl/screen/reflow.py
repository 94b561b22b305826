"""What becomes of the bottom of the screen when the window is made narrower.

Some terminals then wrap the lines that no longer fit, ours among them: the cursor is further below the
first row of the prompt than it was when that was drawn, and what is erased from where the row was
thought to be leaves a stale copy above. Others cut the lines off, or leave them; to erase more rows
there would take output away. No terminal tells which kind it is, so it is known by its name, and where
in doubt, nothing more is erased.
"""

from collections.abc import Mapping, Sequence

from prompt_toolkit.layout.screen import Screen
from prompt_toolkit.utils import get_cwidth

from kconsole.repl.screen.screen import FramedApplication

__all__ = ["ReflowingApplication", "reflows", "rows_added"]

#: Terminals that wrap anew, by their own value of TERM.
_NAMES = ("alacritty", "foot", "wezterm", "xterm-ghostty", "xterm-kitty")
#: Those that call themselves an xterm, by a variable that they set.
_XTERM_LIKE = ("ITERM_SESSION_ID", "KONSOLE_VERSION", "VTE_VERSION")


def reflows(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is known to wrap its lines anew when it is made narrower.

    :param environ: the environment. A variable in it may have been set by a terminal further out.
    """
    term = environ.get("TERM", "")
    if "STY" in environ:  # GNU screen does not
        return False
    if "TMUX" in environ:
        return term.startswith(("tmux", "screen"))
    if term.startswith(_NAMES):
        return True
    is_xterm = "XTERM_VERSION" in environ  # which does not, wherever it was started
    return term.startswith("xterm") and not is_xterm and any(map(environ.__contains__, _XTERM_LIKE))


def rows_added(widths: Sequence[int], cursor: int, columns: int) -> int:
    """How much further the cursor is below the first row, once all rows have been wrapped.

    :param widths: the columns that each row takes up, down to that of the cursor.
    :param cursor: its column.
    :param columns: the new width of the screen.
    """
    *above, last = widths
    before_cursor = cursor - 1 if cursor == last else cursor  # behind the text it stays in its row
    added = sum(max(0, width - 1) // columns for width in above)
    return added + max(0, before_cursor) // columns


class ReflowingApplication(FramedApplication):
    """An application on a terminal that wraps its lines anew."""

    _columns = 0  # of the screen for which was drawn last

    def _redraw(self, render_as_done: bool = False) -> None:
        """Draw; what comes between the resize and its signal must not take the old rows for the new."""
        columns = self.output.get_size().columns
        before, self._columns = self._columns, columns
        if before not in (0, columns) and self.renderer.last_rendered_screen is not None:
            self._on_resize()  # draws too
            if not render_as_done:
                return
        super()._redraw(render_as_done)

    def _on_resize(self) -> None:
        """Go up by what wrapping has added; prompt_toolkit goes up by the rest, and erases.

        It calls this after SIGWINCH.
        """
        screen = self.renderer.last_rendered_screen
        if screen is not None:
            cursor = screen.get_cursor_position(self.layout.current_window)
            widths = [_width(screen, row) for row in range(cursor.y + 1)]
            added = rows_added(widths, cursor.x, self.output.get_size().columns)
            self.output.cursor_up(added)
        super()._on_resize()


def _width(screen: Screen, row: int) -> int:
    """The columns that a row takes up, without the blanks at its end."""
    cells = screen.data_buffer[row].items()
    return max((x + get_cwidth(cell.char) for x, cell in cells if cell.char.strip()), default=0)
