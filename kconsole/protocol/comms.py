"""What a kernel tells over comms: the state of its widgets, and comms that nobody here can serve.

A widget is a comm whose target is :data:`WIDGET`: ``comm_open`` brings its state, ``comm_msg`` changes
it, ``comm_close`` ends it. Of the state only what can be drawn as text is kept, and of the widgets only so
many: whatever a kernel sends, the memory is bounded.
("Custom Messages" in the messaging specification; "Widget messaging protocol", version 2, of ipywidgets.)
"""

from collections.abc import Mapping

from kconsole.protocol.events import CommClose, CommMsg, CommOpen
from kconsole.protocol.fields import as_mapping, as_rows, as_text

__all__ = ["CLOSED", "WIDGET", "CommEvent", "Unserved", "WidgetModels"]

CommEvent = CommOpen | CommMsg | CommClose
"""The kinds of events that are about comms."""

WIDGET = "jupyter.widget"
"""The target of a widget's comm."""

Value = str | float | bool | tuple[str, ...]

CLOSED: Mapping[str, Value] = {}
"""The state of a widget that was closed."""

_KEPT = frozenset(
    {
        "_model_name",
        "bar_color",
        "bar_style",
        "children",
        "description",
        "display",
        "layout",
        "max",
        "min",
        "msg_id",
        "outputs",
        "style",
        "value",
        "visibility",
        "width",
    }
)
_MOST_MODELS = 10_000  # a progress bar of tqdm is eight
_MOST_CHARACTERS = 8_000_000
_LONGEST_TEXT = 1 << 16  # characters; what is longer is cut
_MOST_CHILDREN = 1000
_LONGEST_ID = 256
_LARGEST_NUMBER = 1e300
#: Comms of one request that are refused, and requests that are remembered: more is no matter of courtesy.
_MOST_REFUSED = 64
_MOST_REQUESTS = 256


class WidgetModels:
    """The states of a kernel's widgets; beyond a bound, the longest unused are forgotten."""

    def __init__(self) -> None:
        #: comm_id -> state, what was used last at the end.
        self._models: dict[str, Mapping[str, Value]] = {}
        self._characters = 0
        #: comm_id of an Output widget -> msg_id of the request whose output it takes at the moment.
        self._capturing: dict[str, Value] = {}

    def __len__(self) -> int:
        return len(self._models)

    def receive(self, event: CommEvent) -> str | None:
        """Take an event.

        :return: the id of the widget that has changed; None if none has.
        """
        comm_id = event.comm_id
        if isinstance(event, CommOpen):
            if event.target_name != WIDGET or not 0 < len(comm_id) <= _LONGEST_ID:
                return None
            self._put(comm_id, _state(event.data))
            return comm_id
        before = self._models.get(comm_id)
        if before is None or before is CLOSED:
            return None
        if isinstance(event, CommClose):
            self._put(comm_id, CLOSED)
            return comm_id
        # "echo_update" is what another front-end has changed.
        state = _state(event.data) if event.data.get("method") in ("update", "echo_update") else {}
        if not state:
            return None
        self._put(comm_id, {**before, **state})
        return comm_id

    def use(self, model_id: str) -> Mapping[str, Value] | None:
        """Give the state of a widget that is about to be drawn.

        :return: :data:`CLOSED` if it was closed, None if it is not known (any more).
        """
        state = self._models.pop(model_id, None)
        if state is not None:
            self._models[model_id] = state
        return state

    def capture(self, msg_id: str) -> str:
        """The Output widget that what a request shows goes into at the moment; "" if it goes into none."""
        if msg_id and msg_id in self._capturing.values():
            return next(widget for widget, it in self._capturing.items() if it == msg_id)
        return ""

    def _put(self, comm_id: str, state: Mapping[str, Value]) -> None:
        self._drop(comm_id)
        self._models[comm_id] = state
        self._characters += _size(comm_id, state)
        if state.get("msg_id"):
            self._capturing[comm_id] = state["msg_id"]
        while len(self._models) > _MOST_MODELS or self._characters > _MOST_CHARACTERS:
            self._drop(next(iter(self._models)))

    def _drop(self, comm_id: str) -> None:
        state = self._models.pop(comm_id, None)
        if state is not None:
            self._characters -= _size(comm_id, state)
        self._capturing.pop(comm_id, None)


class Unserved:
    """Finds the comms that we have to close, as nobody here serves their target.

    Only those that a request of our own has opened: of the others another client may be the one that
    serves them. Each once, and of one request not more than a courtesy.
    """

    def __init__(self) -> None:
        self._refused: dict[str, set[str]] = {}  # msg_id of a request -> comms that it has opened

    def refuses(self, event: CommOpen, session: str) -> bool:
        """Whether a comm has to be closed; asked once for each comm_open that comes.

        :param session: the client's own.
        """
        if event.parent.session != session or event.target_name == WIDGET:
            return False
        if not 0 < len(event.comm_id) <= _LONGEST_ID:
            return False
        known = any(event.comm_id in comms for comms in self._refused.values())
        refused = self._refused.setdefault(event.parent.msg_id, set())
        if len(self._refused) > _MOST_REQUESTS:
            del self._refused[next(iter(self._refused))]
        if known or len(refused) >= _MOST_REFUSED:
            return False
        refused.add(event.comm_id)
        return True


def _state(data: Mapping[str, object]) -> dict[str, Value]:
    """Read the part of a widget's state that can be drawn, each value of a type that it may have."""
    kept: dict[str, Value] = {}
    for key, value in as_mapping(data.get("state")).items():
        if key in _KEPT:
            if isinstance(value, str):
                kept[key] = value[:_LONGEST_TEXT]
            elif isinstance(value, bool):
                kept[key] = value
            elif isinstance(value, int | float):
                if abs(value) < _LARGEST_NUMBER:  # not NaN either
                    kept[key] = value
            elif key == "outputs":
                kept[key] = "".join(map(_output, as_rows(value)[:_MOST_CHILDREN]))[:_LONGEST_TEXT]
            elif key == "children":
                rows = as_rows(value)[:_MOST_CHILDREN]
                kept[key] = tuple(str(row)[:_LONGEST_ID] for row in rows if isinstance(row, str))
            else:
                kept[key] = ""  # null: as if it had never been set
    return kept


def _output(value: object) -> str:
    """The text of an output in nbformat's terms, in lines of its own."""
    output = as_mapping(value)
    shown = as_text(output.get("text")) or as_text(as_mapping(output.get("data")).get("text/plain"))
    text = shown or ": ".join(
        filter(None, (as_text(output.get(key)) for key in ("ename", "evalue")))
    )
    return text if not text or text.endswith("\n") else f"{text}\n"


def _size(comm_id: str, state: Mapping[str, Value]) -> int:
    total = len(comm_id)
    for value in state.values():
        if isinstance(value, tuple):
            total += sum(map(len, value))
        elif isinstance(value, str):
            total += len(value)
    return total
