"""Widgets as text: the bars, labels and boxes of ipywidgets, out of the states that their comms tell.

What a widget looks like is computed from the model that is shown and those that it refers to
(``IPY_MODEL_<id>``). A table maps the name of a model to the function that draws it. What is not in it is
named in brackets where it stands beside something that can be drawn; alone it is not drawn at all, and
whoever shows it has the text that the kernel sent along.
"""

import re
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from kconsole.protocol.comms import CLOSED, WidgetModels
from kconsole.render.cells import text_width
from kconsole.render.html import html_to_text
from kconsole.render.sanitise import RESET, one_line, strip_sgr
from kconsole.render.style import Role, paint

__all__ = ["Drawing", "draw_widget"]

_REFERENCE = "IPY_MODEL_"
_MOST_NODES = 500  # of a tree; boxes may hold each other, and themselves
_DEEPEST = 20
_MOST_CHARACTERS = 1 << 19  # that are written for a tree, those that boxes write anew included
_BLOCKS = " ▏▎▍▌▋▊▉█"
_NARROWEST = 1  # of what is inside a bar's frame, in columns
_PIXELS = 8  # for each column: what a browser takes, roughly
_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_ROLES: Mapping[object, Role] = {
    "danger": "error",
    "info": "label",
    "success": "in",
    "warning": "warning",
}

State = Mapping[str, object]


class Drawing(NamedTuple):
    """How a widget looks.

    Attributes:
        text: ends with its line; "" if nothing is to be seen (any more).
        models: the ids of all that it depends on.
        finished: whether it is not expected to change: it was closed, or its bars are at their end.
    """

    text: str
    models: frozenset[str]
    finished: bool


def draw_widget(models: WidgetModels, root: str, columns: int, *, color: bool) -> Drawing | None:
    """Draw a widget.

    :param models: the kernel's widgets.
    :param root: the id of the one that is shown.
    :param columns: the room for it, of which the last is left free, as tqdm does it.
    :param color: whether to use colours.
    :return: None if it cannot be drawn: it, or a part of it, is not known, it is too large, or nothing
        in it can be shown as text.
    """
    painter = _Painter(models, color)
    try:
        lines = painter.lines(root, columns - 1, 0)
    except _CannotDrawError:
        return None
    state = models.use(root)
    closed = state is CLOSED
    if not (painter.drawn or closed or (state and state.get("_model_name") == _OUTPUT)):
        return None
    text = "".join(f"{line}\n" for line in lines)
    return Drawing(text, frozenset(painter.seen), closed or painter.bars == painter.ended > 0)


class _CannotDrawError(Exception):
    """The tree is not known as a whole, or has no end."""


class _Painter:
    """Draws one tree."""

    def __init__(self, models: WidgetModels, color: bool) -> None:
        self._models = models
        self._color = color
        self._nodes = self._characters = 0
        self._elastic: dict[str, bool] = {}
        self.seen: set[str] = set()
        #: Whether anything was drawn that is more than a name.
        self.drawn = False
        #: How many bars there are, and how many of them are at their end.
        self.bars = self.ended = 0

    def lines(self, model: str, width: int, depth: int) -> list[str]:
        """The lines of a model and all that is in it, safe to be shown."""
        self._nodes += 1
        if self._nodes > _MOST_NODES or depth > _DEEPEST:
            raise _CannotDrawError
        state = self._state(model)
        if state is CLOSED or self._hidden(state):
            return []
        method = _METHODS.get(state.get("_model_name"), _Painter._unknown)
        lines = method(self, state, max(1, width), depth)
        self._pay(sum(map(len, lines)))
        return lines

    def _pay(self, characters: int) -> None:
        self._characters += characters
        if self._characters > _MOST_CHARACTERS:
            raise _CannotDrawError

    def _state(self, model: str) -> State:
        state = self._models.use(model)
        if state is None:
            raise _CannotDrawError
        self.seen.add(model)
        return state

    def _aside(self, state: State, key: Literal["layout", "style"]) -> State:
        """The layout or the style of a model; one that is not known, or was closed, says nothing."""
        model = _reference(state.get(key))
        if not model:
            return {}
        self.seen.add(model)
        return self._models.use(model) or {}

    def _hidden(self, state: State) -> bool:
        layout = self._aside(state, "layout")
        return layout.get("visibility") == "hidden" or layout.get("display") == "none"

    # -- leaves --------------------------------------------------------------------------------------

    def _label(self, state: State, _width: int, _depth: int) -> list[str]:
        self.drawn = True
        return _described(state, _text(state, "value"))

    def _html(self, state: State, _width: int, _depth: int) -> list[str]:
        self.drawn = True
        return _described(state, html_to_text(_text(state, "value")))

    def _progress(self, state: State, width: int, _depth: int) -> list[str]:
        self.drawn = True
        style = state.get("bar_style")
        self.bars += 1
        self.ended += style in ("danger", "success")
        description = "".join(_described(state, ""))
        if description:
            description += " "
        room = width - text_width(description) - 2
        room = max(_NARROWEST, min(room, _columns(self._aside(state, "layout").get("width"), room)))
        bar = _bar(_fraction(state), room)
        colour = _colour(self._aside(state, "style").get("bar_color"))
        if colour:  # the program has chosen it
            bar = f"\x1b[{colour}m{bar}{RESET}" if self._color else bar
        elif role := _ROLES.get(style):
            bar = paint(bar, role, self._color)
        return [f"{description}|{bar}|"]

    def _unknown(self, state: State, _width: int, _depth: int) -> list[str]:
        name = _text(state, "_model_name").removesuffix("Model") or "widget"
        value = state.get("value", "")
        facts = [name, _text(state, "description"), "" if isinstance(value, tuple) else str(value)]
        return [one_line("[" + " ".join(fact for fact in facts if fact) + "]")]

    def _output(self, state: State, _width: int, _depth: int) -> list[str]:
        """What the program has put there; what is captured stands already where a cell's output does."""
        text = _text(state, "outputs")
        self.drawn = self.drawn or bool(text)
        return _described({}, text.removesuffix("\n"))

    # -- boxes ---------------------------------------------------------------------------------------

    def _column(self, state: State, width: int, depth: int) -> list[str]:
        rows: list[str] = []
        for child in _children(state):
            rows += self.lines(child, width, depth + 1)
        return rows

    def _row(self, state: State, width: int, depth: int) -> list[str]:
        """Side by side; the bars share what the others leave."""
        children = _children(state)
        elastic = [self._is_elastic(child, depth + 1) for child in children]
        blocks: list[list[str]] = [[] for _ in children]
        for index, child in enumerate(children):
            if not elastic[index]:
                blocks[index] = self.lines(child, width, depth + 1)
        room = width - (len(children) - 1) - sum(map(_breadth, blocks))
        share = room // max(1, sum(elastic))
        for index, child in enumerate(children):
            if elastic[index]:
                blocks[index] = self.lines(child, share, depth + 1)
        blocks = [block for block in blocks if block]
        height = max(map(len, blocks), default=0)
        self._pay(height * sum(map(_breadth, blocks)))
        return _side_by_side(blocks, height)

    def _is_elastic(self, model: str, depth: int) -> bool:
        """Whether a model takes as much width as it is given."""
        if model not in self._elastic:
            self._elastic[model] = False  # also where a box holds itself
            if depth > _DEEPEST:
                raise _CannotDrawError
            state = self._state(model)
            name = state.get("_model_name")
            self._elastic[model] = name in _PROGRESS or (
                name in _BOXES
                and any(self._is_elastic(child, depth + 1) for child in _children(state))
            )
        return self._elastic[model]


_OUTPUT = "OutputModel"
_PROGRESS = frozenset({"FloatProgressModel", "IntProgressModel"})
_METHODS: Mapping[object, Callable[[_Painter, State, int, int], list[str]]] = {
    "BoxModel": _Painter._row,
    "FloatProgressModel": _Painter._progress,
    "HBoxModel": _Painter._row,
    "HTMLMathModel": _Painter._html,
    "HTMLModel": _Painter._html,
    "IntProgressModel": _Painter._progress,
    "LabelModel": _Painter._label,
    _OUTPUT: _Painter._output,
    "VBoxModel": _Painter._column,
}
_BOXES = frozenset({"BoxModel", "HBoxModel", "VBoxModel"})


def _reference(value: object) -> str:
    """The id in a reference; "" if it is none."""
    return value.removeprefix(_REFERENCE) if isinstance(value, str) else ""


def _children(state: State) -> list[str]:
    children = state.get("children")
    return [_reference(child) for child in children] if isinstance(children, tuple) else []


def _text(state: State, key: str) -> str:
    value = state.get(key)
    return value if isinstance(value, str) else ""


def _described(state: State, text: str) -> list[str]:
    """The lines of a text behind its description, made safe; a figure space holds a place, no more."""
    description = _text(state, "description")
    if description:
        text = f"{description} {text}".rstrip()
    lines = text.replace("\u2007", " ").replace("\r\n", "\n").split("\n")
    return [one_line(line) for line in lines] if text else []


def _number(state: State, key: str) -> float:
    value = state.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


def _fraction(state: State) -> float:
    """How far a bar is, from 0 to 1."""
    least = _number(state, "min")
    whole = _number(state, "max") - least
    return min(1.0, max(0.0, (_number(state, "value") - least) / whole)) if whole > 0 else 0.0


def _bar(fraction: float, columns: int) -> str:
    """A bar in eighths of a column."""
    full, part = divmod(int(fraction * columns * 8), 8)
    return (_BLOCKS[-1] * full + _BLOCKS[part] * (full < columns)).ljust(columns)


def _colour(value: object) -> str:
    """The SGR parameters of a colour, of ``green`` and ``#00ff00``; "" if it is another."""
    if not isinstance(value, str):
        return ""
    if value.lower() in _COLOURS:
        return str(30 + _COLOURS.index(value.lower()))
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        return ""
    return "38;2;" + ";".join(str(int(value[at : at + 2], 16)) for at in (1, 3, 5))


def _columns(width: object, room: int) -> int:
    """A layout's width in columns: of ``20px`` and ``50%``; anything else is the room that there is."""
    if isinstance(width, str):
        for unit, share in (("px", 1 / _PIXELS), ("%", room / 100)):
            number = width.strip().removesuffix(unit)
            if number != width.strip() and number.isascii() and number.isdigit():
                return int(min(room, int(number[:9]) * share))
    return room


def _width(line: str) -> int:
    return text_width(strip_sgr(line))


def _breadth(block: list[str]) -> int:
    return max(map(_width, block), default=0)


def _gap(before: list[str], after: list[str]) -> str:
    """What is between two blocks side by side: a blank, unless there is one; a bar follows its per cent."""
    if not before or not after:
        return ""
    left, right = before[0], after[0]
    attached = left.endswith((" ", "%")) and (left[-1] == " " or right.startswith("|"))
    return "" if attached or right.startswith(" ") else " "


def _side_by_side(blocks: list[list[str]], height: int) -> list[str]:
    rows = [""] * height
    before: list[str] = []
    for block in blocks:
        gap, start = _gap(before, block), _breadth(rows)
        for index, line in enumerate(block):
            rows[index] += " " * (start - _width(rows[index])) + gap + line
        before = block
    return rows
