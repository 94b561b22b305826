"""The completion menu. prompt_toolkit's own measures every completion several times at each frame."""

from typing import cast

from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import CompletionState
from prompt_toolkit.completion import Completion
from prompt_toolkit.data_structures import Point
from prompt_toolkit.filters import Filter
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import (
    ConditionalContainer,
    Dimension,
    ScrollbarMargin,
    ScrollOffsets,
    UIContent,
    UIControl,
    Window,
)
from prompt_toolkit.layout.controls import GetLinePrefixCallable

from kconsole.render.cells import fit, text_width
from kconsole.repl.completion.completer import Offers

__all__ = ["completion_menu"]

_Z_INDEX = 10**8  # above everything else


def completion_menu(rows: int, shown: Filter) -> ConditionalContainer:
    """Make the menu, to be floated at the cursor.

    :param rows: the most that it may take.
    :param shown: whether it is shown now.
    """
    return ConditionalContainer(
        Window(
            _MenuControl(),
            height=Dimension(min=1, max=rows),
            scroll_offsets=ScrollOffsets(top=1, bottom=1),
            right_margins=[ScrollbarMargin()],
            dont_extend_width=True,
            style="class:offers",
            z_index=_Z_INDEX,
        ),
        filter=shown,
    )


class _MenuControl(UIControl):
    """The lines of the menu: a match, and what is said beside it."""

    def __init__(self) -> None:
        #: The last state that was measured, and its columns.
        self._measured: tuple[CompletionState | None, int, int] = (None, 0, 0)

    def preferred_width(self, max_available_width: int) -> int | None:
        """As wide as the widest match and the widest remark."""
        shown, meta = self._columns()
        return min(max_available_width, shown + meta)

    def preferred_height(
        self,
        width: int,
        max_available_height: int,
        wrap_lines: bool,
        get_line_prefix: GetLinePrefixCallable | None,
    ) -> int | None:
        """One row for each match."""
        state = _state()
        return len(state.completions) if state is not None else 0

    def create_content(self, width: int, height: int) -> UIContent:
        """The lines, made as they are asked for."""
        state = _state()
        if state is None:
            return UIContent()
        shown, meta = self._columns()
        shown = min(shown, width)
        meta = min(meta, width - shown)

        def line(number: int) -> StyleAndTextTuples:
            offer = state.completions[number]
            style = "class:offers.current" if number == state.complete_index else ""
            text = _padded(offer.display_text, shown) + _padded(offer.display_meta_text, meta)
            return [(style, text)]

        return UIContent(
            get_line=line,
            cursor_position=Point(x=0, y=state.complete_index or 0),
            line_count=len(state.completions),
        )

    def _columns(self) -> tuple[int, int]:
        """The widths of both columns, with a blank on either side; measured once for each menu."""
        state = _state()
        if state is None:
            return 0, 0
        known, shown, meta = self._measured
        if known is not state:
            shown, meta = _widths(cast("Offers | list[Completion]", state.completions))
            shown, meta = shown + 2, meta and meta + 2
            self._measured = state, shown, meta
        return shown, meta


def _state() -> CompletionState | None:
    state = get_app().current_buffer.complete_state
    return state if state is not None and state.completions else None


def _widths(found: Offers | list[Completion]) -> tuple[int, int]:
    """How wide the widest completion is, and the widest remark."""
    if isinstance(found, Offers):
        return found.columns
    # Lines of the history, which vi's C-x C-l offers.
    return (
        max(text_width(each.display_text) for each in found),
        max(text_width(each.display_meta_text) for each in found),
    )


def _padded(text: str, width: int) -> str:
    """The text with a blank before it, and blanks behind it up to the width."""
    if width < 2:
        return " " * width
    text = fit(text, width - 2)
    return f" {text}" + " " * (width - 1 - text_width(text))
