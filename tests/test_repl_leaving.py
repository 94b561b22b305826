"""When the console asks before it is left, and what counts as the answer."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from kconsole.repl.leaving import CTRL_D, Leaving


class Event:
    """What handlers are added to; calling it calls them."""

    def __init__(self) -> None:
        self.handlers: list[Callable[[object], None]] = []

    def __iadd__(self, handler: Callable[[object], None]) -> "Event":
        self.handlers.append(handler)
        return self

    def __call__(self) -> None:
        for handler in self.handlers:
            handler(self)


class Desk:
    """The console's tools, at a kernel of its own that runs a cell; keys wait until they are read."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.waiting: list[Callable[[], None]] = []
        self.status: int | None = None
        self.press = Event()
        self.kernel = SimpleNamespace(process=object(), client=SimpleNamespace(obstacle=""))
        self.options = SimpleNamespace(keep=False)
        self.state = SimpleNamespace(
            gone=False,
            restarting=False,
            cells=_Cells(),
            working=True,
            health=None,
            question_ended=float("-inf"),
        )
        self.now = 100.0
        self.loop = SimpleNamespace(time=lambda: self.now)
        processor = SimpleNamespace(before_key_press=self.press)
        screen = SimpleNamespace(flush=lambda: None)
        self.view = SimpleNamespace(app=SimpleNamespace(key_processor=processor), screen=screen)
        self.scribe = SimpleNamespace(note=lambda text, role="note": self.said.append(text))
        self.typeahead = SimpleNamespace(when_read=self.waiting.append)

    def exit(self, status: int) -> None:
        self.status = status

    def read(self) -> None:
        """All keys that were typed before have had their effect."""
        waiting, self.waiting[:] = self.waiting[:], []
        for do in waiting:
            do()


class _Cells:
    def __init__(self) -> None:
        self.running: object = object()
        self.abandoned: dict[str, object] = {}

    def __len__(self) -> int:
        return 0


def ctrl_d(desk: Desk, leaving: Leaving) -> None:
    desk.press()
    leaving.leave(CTRL_D)


def made() -> tuple[Desk, Leaving]:
    desk = Desk()
    return desk, Leaving(desk)  # type: ignore[arg-type]


def test_the_second_ctrl_d_leaves() -> None:
    desk, leaving = made()
    ctrl_d(desk, leaving)
    desk.read()
    assert desk.said == ["a cell is running; Ctrl-D again leaves, and stops the kernel"]
    ctrl_d(desk, leaving)
    assert desk.status == 0


def test_what_is_asked_is_not_seen_before_it_can_be_answered() -> None:
    desk, leaving = made()
    ctrl_d(desk, leaving)
    assert desk.said == []  # whoever read it now, and pressed Ctrl-D, would not be heard
    ctrl_d(desk, leaving)  # typed before
    assert desk.status is None
    desk.read()
    assert len(desk.said) == 1
    ctrl_d(desk, leaving)
    assert desk.status == 0


def test_something_else_that_is_done_takes_the_question_back() -> None:
    desk, leaving = made()
    ctrl_d(desk, leaving)
    leaving.forget()
    desk.read()
    assert len(desk.said) == 1  # why it did not leave
    ctrl_d(desk, leaving)
    assert desk.status is None
    desk.read()
    assert len(desk.said) == 2
    ctrl_d(desk, leaving)
    assert desk.status == 0


def test_a_ctrl_d_just_behind_a_question_may_have_been_meant_for_it() -> None:
    desk, leaving = made()
    desk.state.working, desk.state.cells.running = False, None
    desk.state.question_ended = 99.5
    ctrl_d(desk, leaving)
    desk.read()
    assert desk.said == ["the question has just ended; Ctrl-D again leaves, and stops the kernel"]
    assert desk.status is None
    ctrl_d(desk, leaving)
    assert desk.status == 0


@pytest.mark.parametrize(
    ("ended", "facts"),
    [(98.5, {}), (99.5, {"gone": True}), (99.5, {"process": None})],
    ids=["some time ago", "of a kernel that is gone", "of a kernel that stays"],
)
def test_a_ctrl_d_that_loses_nothing_leaves(ended: float, facts: dict[str, object]) -> None:
    desk, leaving = made()
    desk.state.working, desk.state.cells.running = False, None
    desk.state.question_ended = ended
    desk.state.gone = facts.get("gone", False)
    desk.kernel.process = facts.get("process", desk.kernel.process)
    ctrl_d(desk, leaving)
    assert desk.status == (4 if desk.state.gone else 0)
