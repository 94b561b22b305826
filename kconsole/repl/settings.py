r"""The options that can be changed while the console runs: ``\set``, ``\timing`` and F3.

They are called here as they are on the command line and in the file.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, get_args

from kconsole.render.errorlook import FORMS
from kconsole.render.nearest import nearest
from kconsole.render.sanitise import one_line
from kconsole.repl.desk import Desk
from kconsole.repl.options import ImageMode

__all__ = ["OPTION_WORDS", "Settings"]


class _Kind(NamedTuple):
    """What values an option takes."""

    #: How they are called for the user.
    called: str
    #: Raises ValueError for what is no such value.
    read: Callable[[str], object]
    #: The values, where these are a few words.
    words: tuple[str, ...] = ()


def _switch(text: str) -> bool:
    return _SWITCH[text.lower()]


def _seconds(text: str) -> float:
    seconds = float(text)
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(text)
    return seconds


def _types(text: str) -> tuple[str, ...]:
    if text.lower() == _DEFAULT:
        return ()
    types = tuple(each.strip().lower() for each in text.split(","))
    if not all(_TYPE.fullmatch(each) for each in types):
        raise ValueError(text)
    return types


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _choice(*words: str) -> _Kind:
    def read(text: str) -> str:
        return {word: word for word in words}[text.lower()]

    return _Kind(", ".join(words[:-1]) + f" or {words[-1]}", read, words)


_SWITCH = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}
_ON_OFF = _Kind("on or off", _switch, ("on", "off"))

_DEFAULT = "default"
_TYPE = re.compile(r"[^\s;,/*]+/[^\s;,/*]+")

_KINDS: Mapping[str, _Kind] = {
    "complete_while_typing": _ON_OFF,
    "image": _choice(*get_args(ImageMode)),
    "max_lines": _Kind("a whole number, 0 or more", _whole),
    "mime": _Kind("default or MIME types, as text/latex,text/html", _types, (_DEFAULT,)),
    "notify": _choice("none", "bell", "desktop"),
    "notify_after": _Kind("a number of seconds", _seconds),
    "others": _ON_OFF,
    "suggestions": _ON_OFF,
    "tb": _choice(*FORMS),
    "theme": _choice("auto", "dark", "light"),
    "timing": _ON_OFF,
    "vi": _ON_OFF,
}

OPTION_WORDS: Mapping[str, tuple[str, ...]] = {
    name.replace("_", "-"): kind.words for name, kind in _KINDS.items()
}
"""The options that can be set, as they are called here, and the values of those that take one of a few."""


class Settings:
    """Shows options and changes them; what is wrong with a name or a value is said in a line.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def set(self, name: str = "", value: str = "") -> None:
        r"""``\set``: list the options, show one, or change one."""
        if not name:
            self._desk.scribe.lines(self._line(each) for each in _KINDS)
            return
        option = name.replace("-", "_")
        kind = _KINDS.get(option)
        if kind is None:
            self._desk.scribe.note(_unknown(name, option), "error")
        elif not value:
            self._desk.scribe.lines([self._line(option)])
        else:
            self._change(option, kind, value)

    def timing(self, switch: str = "") -> None:
        r"""``\timing``: tell how long each cell took, or do not; without a word, the other of the two."""
        on = _switch(switch) if switch else not self._desk.options.timing
        self._desk.change(timing=on)
        self._desk.scribe.note(f"timing is {_shown(on)}")

    def toggle_others(self) -> None:
        """F3: show what other clients run from now on, or show it no more."""
        on = not self._desk.options.others
        self._desk.change(others=on)
        self._desk.scribe.note(f"what other clients run is {'' if on else 'not '}shown from now on")

    def _change(self, option: str, kind: _Kind, value: str) -> None:
        try:
            new = kind.read(value)
        except (KeyError, ValueError):
            self._desk.scribe.note(
                f"{_dashed(option)} takes {kind.called}, not {one_line(value, 40)!r}", "error"
            )
            return
        self._desk.change(**{option: new})
        self._desk.scribe.lines([self._line(option)])

    def _line(self, option: str) -> str:
        return f"{_dashed(option)} = {_shown(getattr(self._desk.options, option))}"


def _dashed(option: str) -> str:
    return option.replace("_", "-")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ",".join(value) or _DEFAULT
    return f"{value:g}" if isinstance(value, float) else str(value)


def _unknown(name: str, option: str) -> str:
    near = nearest(_dashed(option), map(_dashed, _KINDS))
    hint = f"did you mean {' or '.join(near)}?" if near else r"\set lists those that there are"
    return f"no option that can be set here is called {one_line(name, 40)!r}; {hint}"
