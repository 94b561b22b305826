"""Which key does what: a table from keys to the actions of kconsole.repl.editing."""

from collections.abc import Callable

from prompt_toolkit.application.current import get_app
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_completions, has_focus, is_searching
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from kconsole.repl.editing import Editing
from kconsole.repl.view import INPUT_BUFFER

__all__ = ["key_bindings"]

_TAB = "    "


def key_bindings(editing: Callable[[], Editing]) -> KeyBindings:
    """Bind the keys of the console; all others are prompt_toolkit's own (emacs).

    :param editing: gives the actions, which are made after the keys that call them.
    """
    keys = KeyBindings()
    code = has_focus(DEFAULT_BUFFER) & ~is_searching
    answer = has_focus(INPUT_BUFFER) & ~is_searching
    completion_chosen = Condition(_completion_chosen)
    at_the_beginning = Condition(_at_the_beginning)

    keys.add("enter", filter=code & ~completion_chosen)(lambda event: editing().enter())
    keys.add("enter", filter=code & completion_chosen)(_take_completion)
    keys.add("escape", "enter", filter=code)(lambda event: editing().submit())
    keys.add("c-o", filter=code)(_newline)
    keys.add("tab", filter=code & ~has_completions & at_the_beginning)(_indent)
    keys.add("tab", filter=code & has_completions)(
        lambda event: event.current_buffer.complete_next()
    )
    keys.add("tab", filter=code & ~has_completions & ~at_the_beginning)(
        lambda event: _without_redraw(editing().completing.start)
    )
    keys.add("s-tab", filter=code & has_completions)(
        lambda event: event.current_buffer.complete_previous()
    )
    keys.add("enter", filter=answer)(lambda event: editing().answer())
    for sequence in ("c-c", "<sigint>"):
        keys.add(sequence, filter=~is_searching)(lambda event: editing().interrupt())
    keys.add("c-d", filter=(code | answer) & Condition(_is_empty))(
        lambda event: editing().end_of_file()
    )
    keys.add("c-z")(lambda event: event.app.suspend_to_background())
    return keys


def _without_redraw(action: Callable[[], None]) -> object:
    """Do something that is not to be seen yet: a frame would only delay that of the answer.

    For prompt_toolkit, which draws one after each key unless its binding returns this.
    """
    action()
    return NotImplemented


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


def _at_the_beginning() -> bool:
    return not get_app().current_buffer.document.current_line_before_cursor.strip()


def _indent(event: KeyPressEvent) -> None:
    event.current_buffer.insert_text(_TAB)
