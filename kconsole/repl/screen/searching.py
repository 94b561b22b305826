"""Ctrl-R and Ctrl-S: the line below the input that says what is searched for, and the way back from it.

prompt_toolkit searches; it goes from input to input as it does so, and stays where it is when told to stop.
"""

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import SEARCH_BUFFER
from prompt_toolkit.search import SearchState, stop_search
from prompt_toolkit.widgets import SearchToolbar

__all__ = ["Searching"]


class Searching:
    """Searches a buffer and its history.

    :param buffer: what is searched.
    """

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        #: Where the search began: the input, counted from the newest as older ones may come; the cursor.
        self._origin = 1, 0
        self._query = Buffer(name=SEARCH_BUFFER)
        self.bar = SearchToolbar(
            self._query,
            forward_search_prompt=lambda: self._prompt("I-search: "),
            backward_search_prompt=lambda: self._prompt("I-search backward: "),
        )

    def hear(self, app: Application[int]) -> None:
        """Know from now on of all keys, as any of them may begin a search."""
        app.key_processor.before_key_press += lambda _: self._note(app)

    def abort(self) -> None:
        """End the search, and show again what was typed."""
        stop_search()
        buffer, (distance, cursor) = self._buffer, self._origin
        buffer.working_index = max(0, len(buffer._working_lines) - distance)
        buffer.cursor_position = min(cursor, len(buffer.text))

    @property
    def failing(self) -> bool:
        """Whether what is searched for is not there, or not any more in that direction."""
        text, direction = self._query.text, self.bar.control.searcher_search_state.direction
        wanted = SearchState(text, direction)
        return bool(text) and self._buffer._search(wanted, include_current_position=True) is None

    def _prompt(self, text: str) -> str:
        return f"failing {text}" if self.failing else text

    @property
    def _place(self) -> tuple[int, int]:
        buffer = self._buffer
        return len(buffer._working_lines) - buffer.working_index, buffer.cursor_position

    def _note(self, app: Application[int]) -> None:
        if not app.layout.is_searching:
            self._origin = self._place
