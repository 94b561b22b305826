"""Which key does what: a table of actions, each with its keys, when they count, and what it does.

All other keys are prompt_toolkit's own, for emacs or vi. An action's keys can be replaced by those that
the user names; what they are then bound to is still the same.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import (
    Condition,
    Filter,
    emacs_mode,
    has_completions,
    has_focus,
    is_searching,
    vi_navigation_mode,
)
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from kconsole.render.nearest import nearest
from kconsole.repl.input.editing import Editing
from kconsole.repl.input.keynames import KeySequence, label, parse_keys
from kconsole.repl.screen.view import INPUT_BUFFER, QUERY_BUFFER

__all__ = ["ACTIONS", "Action", "key_bindings", "key_help", "key_sequences"]

_TAB = "    "

#: Keys as :mod:`kconsole.repl.input.keynames` has them, for each action that is not to have its defaults.
Remapping = Mapping[str, tuple[str, ...]]


class Action(NamedTuple):
    """Something that a key can do."""

    #: As the configuration file calls it, with underscores.
    name: str
    #: What calls it, unless the user says otherwise.
    keys: tuple[str, ...]
    #: When these keys mean this; at all other times they mean something else, or what they always do.
    when: Filter
    #: What ``\\?`` says of it; "" for what goes without saying.
    help: str
    #: The deed; what it returns is for prompt_toolkit, see :func:`_without_redraw`.
    do: Callable[[Editing, KeyPressEvent], object]
    #: A further condition, which prompt_toolkit knows nothing of.
    given: Callable[[Editing], bool] | None = None


# -- when --------------------------------------------------------------------------------------------


def _completion_chosen() -> bool:
    state = get_app().current_buffer.complete_state
    return state is not None and state.current_completion is not None


def _is_empty() -> bool:
    return not get_app().current_buffer.text


def _at_the_beginning() -> bool:
    return not get_app().current_buffer.document.current_line_before_cursor.strip()


def _is_suggested() -> bool:
    buffer = get_app().current_buffer
    suggestion = buffer.suggestion
    return suggestion is not None and bool(suggestion.text) and buffer.document.is_cursor_at_the_end


_CODE = has_focus(DEFAULT_BUFFER) & ~is_searching
_ANSWER = (has_focus(INPUT_BUFFER) | has_focus(QUERY_BUFFER)) & ~is_searching
_CHOSEN = Condition(_completion_chosen)
_EMPTY = Condition(_is_empty)
_BLANK_BEFORE = Condition(_at_the_beginning)
_SUGGESTED = _CODE & Condition(_is_suggested)


# -- what --------------------------------------------------------------------------------------------


def _without_redraw(action: Callable[[], None]) -> object:
    """Do something that is not to be seen yet: a frame would only delay that of the answer.

    For prompt_toolkit, which draws one after each key unless its binding returns this.
    """
    action()
    return NotImplemented


def _dedent(buffer: Buffer) -> None:
    """Take away the blanks before the cursor, up to the tab stop before it."""
    before = buffer.document.current_line_before_cursor
    buffer.delete_before_cursor((len(before) - 1) % len(_TAB) + 1 if before else 0)


def _take_completion(editing: Editing, event: KeyPressEvent) -> None:
    """Keep the completion that is shown, and close the menu."""
    event.current_buffer.complete_state = None
    event.app.invalidate()


_TABLE = (
    Action("run", ("enter",), _CODE & ~_CHOSEN, "run a complete input, or go on with it",
           lambda editing, event: editing.enter()),
    Action("accept_completion", ("enter",), _CODE & _CHOSEN, "",
           _take_completion),
    Action("run_as_is", ("escape enter",), _CODE, "run the input as it is",
           lambda editing, event: editing.submit()),
    Action("editor", ("f2", "c-x c-e"), _CODE, "edit the input in $VISUAL or $EDITOR",
           lambda editing, event: editing.editor.edit()),
    Action("vi_editor", ("v",), _CODE & vi_navigation_mode, "",
           lambda editing, event: editing.editor.edit()),
    Action("editing_mode", ("f4",), ~is_searching, "switch between the keys of emacs and vi",
           lambda editing, event: editing.switch_mode()),
    Action("accept_suggestion", ("right", "end", "c-e"), _SUGGESTED, "take the suggestion",
           lambda editing, event: editing.accept_suggestion()),
    Action("accept_word", ("escape right", "escape f"), _SUGGESTED, "take a word of it",
           lambda editing, event: editing.accept_suggestion(word=True)),
    Action("undo", ("c-_",), _CODE, "undo",
           lambda editing, event: event.current_buffer.undo()),
    Action("newline", ("c-o",), _CODE, "begin a new line",
           lambda editing, event: event.current_buffer.newline()),
    Action("indent", ("tab",), _CODE & ~has_completions & _BLANK_BEFORE, "",
           lambda editing, event: event.current_buffer.insert_text(_TAB)),
    Action("complete", ("tab",), _CODE & ~has_completions & ~_BLANK_BEFORE,
           "complete what is before the cursor",
           lambda editing, event: _without_redraw(editing.completing.start)),
    Action("next_completion", ("tab",), _CODE & has_completions, "",
           lambda editing, event: event.current_buffer.complete_next()),
    Action("previous_completion", ("s-tab",), _CODE & has_completions, "",
           lambda editing, event: event.current_buffer.complete_previous()),
    Action("dedent", ("s-tab",), _CODE & ~has_completions & _BLANK_BEFORE, "",
           lambda editing, event: _dedent(event.current_buffer)),
    Action("inspect", ("s-tab",), _CODE & ~has_completions & ~_BLANK_BEFORE,
           "help on what is at the cursor; again: its source; again: all of it in the pager",
           lambda editing, event: _without_redraw(editing.inspecting.start)),
    Action("answer", ("enter",), _ANSWER, "",
           lambda editing, event: editing.answer()),
    Action("interrupt", ("c-c",), ~is_searching, "clear the line, or interrupt; twice: do not wait",
           lambda editing, event: editing.interrupt()),
    Action("abort_search", ("c-g", "c-c"), is_searching, "",
           lambda editing, event: editing.abort_search()),
    Action("leave", ("c-d",), (_CODE | _ANSWER) & _EMPTY, "leave, on an empty line",
           lambda editing, event: editing.end_of_file()),
    Action("toggle_others", ("f3",), ~is_searching, "show what others run, or do not",
           lambda editing, event: editing.settings.toggle_others()),
    Action("suspend", ("c-z",), _CODE | _ANSWER, "suspend; the shell's fg comes back",
           lambda editing, event: event.app.suspend_to_background()),
    # What \paste changes comes last, as the last that fits counts.
    Action("paste_tab", ("tab",), _CODE, "",
           lambda editing, event: editing.verbatim.tab(), lambda editing: editing.verbatim.active),
    Action("paste_end", ("c-d",), _CODE, "",
           lambda editing, event: editing.verbatim.finish(), lambda editing: editing.verbatim.active),
)  # fmt: skip

#: No key: what a terminal sends around a paste.
_PASTE = Action(
    "paste",
    (),
    _CODE | _ANSWER,
    "",
    lambda editing, event: editing.verbatim.insert(event.current_buffer, event.data),
)

#: All that a key can be bound to, by name.
ACTIONS: Mapping[str, Action] = {action.name: action for action in _TABLE}


def key_bindings(editing: Callable[[], Editing], remapping: Remapping) -> KeyBindings:
    """Bind the keys of the console; all others are prompt_toolkit's own.

    :param editing: gives the actions' means, which are made after the keys that call them.
    :param remapping: the user's; raises ValueError where it makes no sense.
    """
    keys = KeyBindings()
    bound = key_sequences(remapping)
    # prompt_toolkit takes the last binding that fits: what the user has chosen comes after the rest.
    for name in sorted(bound, key=lambda name: name in remapping):
        action = ACTIONS[name]
        for sequence in bound[name]:
            _bind(keys, sequence, action, editing)
    _bind(keys, (Keys.SIGINT,), ACTIONS["interrupt"], editing)
    opened = has_completions | Condition(lambda: editing().inspecting.open)
    # At once, but not where Escape came together with another key: that is Alt, or a key's sequence.
    alone = Condition(lambda: not get_app().key_processor.input_queue)
    keys.add(Keys.Escape, filter=_CODE & emacs_mode & opened & alone, eager=True)(
        lambda event: editing().close_what_is_open()
    )
    _bind(keys, (Keys.SIGINT,), ACTIONS["abort_search"], editing)
    _bind(keys, (Keys.BracketedPaste,), _PASTE, editing)
    return keys


def key_help(remapping: Remapping) -> list[tuple[str, str]]:
    """Return what ``\\?`` lists: (keys as they are called, what they do)."""
    return [
        (", ".join(label(sequence) for sequence in sequences), ACTIONS[name].help)
        for name, sequences in key_sequences(remapping).items()
        if sequences and ACTIONS[name].help
    ]


def key_sequences(remapping: Remapping) -> dict[str, list[KeySequence]]:
    """Return every action's keys.

    Raises ValueError with one line for the user: an action that there is not, or a wrong key.
    """
    for name in remapping:
        if name not in ACTIONS:
            near = nearest(name, ACTIONS, most=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"no action is called {name!r}{hint}")
    bound = {
        name: list(_parsed(name, remapping.get(name, action.keys)))
        for name, action in ACTIONS.items()
    }
    _check_shared({name: bound[name] for name in remapping})
    return bound


def _check_shared(bound: Mapping[str, list[KeySequence]]) -> None:
    """Refuse a key that the user has given to two actions, unless these share one by default.

    Those that do count at different times: what Tab does depends on what is before the cursor.
    """
    owners: dict[KeySequence, list[str]] = {}
    for name, sequences in bound.items():
        for sequence in dict.fromkeys(sequences):
            for other in owners.setdefault(sequence, []):
                if not set(ACTIONS[name].keys) & set(ACTIONS[other].keys):
                    raise ValueError(f"{label(sequence)} is given to both {other!r} and {name!r}")
            owners[sequence].append(name)


def _parsed(name: str, descriptions: tuple[str, ...]) -> Iterator[KeySequence]:
    for description in descriptions:
        try:
            yield parse_keys(description)
        except ValueError as error:
            raise ValueError(f"the keys of {name!r}: {error}") from None


def _bind(
    keys: KeyBindings, sequence: KeySequence, action: Action, editing: Callable[[], Editing]
) -> None:
    when = action.when
    if (given := action.given) is not None:
        when &= Condition(lambda: given(editing()))
    if sequence[0] == Keys.Escape and len(sequence) == 2 and len(sequence[1]) == 1:
        # Escape and a letter is Alt with it in emacs only: in vi, Escape ends the insert mode.
        when &= emacs_mode
    keys.add(*sequence, filter=when)(lambda event: action.do(editing(), event))
