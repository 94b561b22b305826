"""Options that are changed while the console runs."""

from collections.abc import Iterable
from typing import Any

import pytest

from kconsole.cli.options import kinds
from kconsole.repl.options import ConsoleOptions
from kconsole.repl.settings import Settings


class Desk:
    """The options, and what is said of them."""

    def __init__(self) -> None:
        self.options = ConsoleOptions()
        self.scribe = self
        self.said: list[str] = []

    def change(self, **values: Any) -> None:
        self.options = self.options._replace(**values)

    def note(self, text: str, role: str = "note") -> None:
        self.said.append(f"{role}: {text}")

    def lines(self, lines: Iterable[str]) -> None:
        self.said += lines


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def settings(desk: Desk) -> Settings:
    return Settings(desk)  # type: ignore[arg-type]


def test_all_are_listed(desk: Desk, settings: Settings) -> None:
    settings.set()
    assert "others = on" in desk.said
    assert "notify-after = 10" in desk.said
    assert "vi = off" in desk.said
    assert desk.said == sorted(desk.said)


def test_one_is_shown(desk: Desk, settings: Settings) -> None:
    settings.set("notify-after")
    assert desk.said == ["notify-after = 10"]


@pytest.mark.parametrize(
    ("name", "value", "becomes"),
    [
        ("others", "off", False),
        ("others", "False", False),
        ("timing", "ON", True),
        ("complete-while-typing", "yes", True),
        ("notify_after", "2.5", 2.5),
        ("notify", "Desktop", "desktop"),
        ("max-lines", "500", 500),
        ("tb", "Short", "short"),
        ("vi", "on", True),
        ("mime", "Text/LaTeX, text/html", ("text/latex", "text/html")),
        ("mime", "default", ()),
    ],
)
def test_a_value_is_taken(
    desk: Desk, settings: Settings, name: str, value: str, becomes: object
) -> None:
    settings.set(name, value)
    option = name.replace("-", "_")
    assert getattr(desk.options, option) == becomes
    assert desk.said[0].startswith(f"{name.replace('_', '-')} = ")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("others", "maybe", "others takes on or off, not 'maybe'"),
        ("notify", "mail", "notify takes none, bell or desktop, not 'mail'"),
        ("notify_after", "soon", "notify-after takes a number of seconds, not 'soon'"),
        ("notify_after", "nan", "notify-after takes a number of seconds, not 'nan'"),
        ("notify_after", "-1", "notify-after takes a number of seconds, not '-1'"),
        ("max_lines", "-1", "max-lines takes a whole number, 0 or more, not '-1'"),
        ("tb", "long", "tb takes full, context, short or plain, not 'long'"),
        ("vi", "emacs", "vi takes on or off, not 'emacs'"),
        *(
            (
                "mime",
                value,
                f"mime takes default or MIME types, as text/latex,text/html, not {value!r}",
            )
            for value in ("html", "text/*", "text/html,", "a/b c/d")
        ),
    ],
)
def test_a_wrong_value_changes_nothing(
    desk: Desk, settings: Settings, name: str, value: str, reason: str
) -> None:
    settings.set(name, value)
    assert desk.said == [f"error: {reason}"]
    assert desk.options == ConsoleOptions()


def test_a_wrong_name_has_near_ones(desk: Desk, settings: Settings) -> None:
    settings.set("notfy", "bell")
    assert desk.said == [
        "error: no option that can be set here is called 'notfy'; did you mean notify?"
    ]


def test_a_name_that_is_near_to_none(desk: Desk, settings: Settings) -> None:
    settings.set("\x1b[31mzzz")
    assert desk.said[0].endswith(r"\set lists those that there are")
    assert desk.said[0].isprintable()


def test_timing_is_switched(desk: Desk, settings: Settings) -> None:
    settings.timing()
    assert desk.options.timing
    settings.timing("on")
    assert desk.options.timing
    settings.timing()
    assert not desk.options.timing
    assert desk.said == ["note: timing is on", "note: timing is on", "note: timing is off"]


def test_others_are_toggled(desk: Desk, settings: Settings) -> None:
    settings.toggle_others()
    assert not desk.options.others
    settings.toggle_others()
    assert desk.options.others
    assert desk.said[0].endswith("is not shown from now on")
    assert desk.said[1].endswith("is shown from now on")


def test_they_are_called_as_on_the_command_line(desk: Desk, settings: Settings) -> None:
    settings.set()
    names = {line.partition(" = ")[0] for line in desk.said}
    assert names <= {name.replace("_", "-") for name in kinds()}
