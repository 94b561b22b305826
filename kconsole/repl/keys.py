"""Which key does what: a table from keys to the console's actions."""

from typing import TYPE_CHECKING

from prompt_toolkit.application.current import get_app
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_completions, has_focus, is_searching
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from kconsole.repl.view import INPUT_BUFFER

if TYPE_CHECKING:
    from kconsole.repl.console import Console

__all__ = ["key_bindings"]

_TAB = "    "


def key_bindings(console: "Console") -> KeyBindings:
    """Bind the keys of the console; all others are prompt_toolkit's own (emacs)."""
    keys = KeyBindings()
    code = has_focus(DEFAULT_BUFFER) & ~is_searching
    answer = has_focus(INPUT_BUFFER) & ~is_searching
    completion_chosen = Condition(_completion_chosen)

    keys.add("enter", filter=code & ~completion_chosen)(lambda event: console.enter())
    keys.add("enter", filter=code & completion_chosen)(_take_completion)
    keys.add("escape", "enter", filter=code)(lambda event: console.submit())
    keys.add("c-o", filter=code)(_newline)
    keys.add("tab", filter=code)(_tab)
    keys.add("s-tab", filter=code & has_completions)(
        lambda event: event.current_buffer.complete_previous()
    )
    keys.add("enter", filter=answer)(lambda event: console.answer())
    for sequence in ("c-c", "<sigint>"):
        keys.add(sequence, filter=~is_searching)(lambda event: console.interrupt())
    keys.add("c-d", filter=(code | answer) & Condition(_is_empty))(
        lambda event: console.end_of_file()
    )
    keys.add("c-z")(lambda event: event.app.suspend_to_background())
    return keys


def _completion_chosen() -> bool:
    state = get_app().current_buffer.complete_state
    return state is not None and state.current_completion is not None


def _is_empty() -> bool:
    return not get_app().current_buffer.text


def _take_completion(event: KeyPressEvent) -> None:
    """Keep the completion that is shown, and close the menu."""
    event.current_buffer.complete_state = None
    event.app.invalidate()


def _newline(event: KeyPressEvent) -> None:
    event.current_buffer.newline()


def _tab(event: KeyPressEvent) -> None:
    """Indent at the beginning of a line, complete everywhere else."""
    buffer = event.current_buffer
    if buffer.complete_state is not None:
        buffer.complete_next()
    elif buffer.document.current_line_before_cursor.strip():
        buffer.start_completion(insert_common_part=True)
    else:
        buffer.insert_text(_TAB)
