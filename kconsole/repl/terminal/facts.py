r"""What the terminal can do: the questions, and what it answers. Pure.

All questions leave in one write, and nobody waits for the answers. They come back among the keys, at any
time and in any order (most terminals keep the order, not all), whole or in pieces; :class:`Answers` picks
them out, so that none is ever taken for something typed. The last question, for the primary device
attributes, is one that every terminal answers: after that, what was not answered will hardly be.

Sources: xterm's "Control Sequences" (OSC 11, DA1, XTVERSION, ``CSI 16 t``); the kitty graphics protocol,
"Querying support and available transmission mediums".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

__all__ = ["TMUX_FORMAT", "Answers", "TerminalFacts", "behind_tmux", "described", "questions"]

#: Asks for the transmission of one pixel, which is not to be kept.
_KITTY = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
#: Some terminals print the text of a control string that they do not know: it is taken away again.
_SAVE, _TAKE_AWAY = "\x1b7", "\x1b8\x1b[K"
_VERSION = "\x1b[>q"
_BACKGROUND = "\x1b]11;?\x1b\\"
_CELL = "\x1b[16t"
_ATTRIBUTES = "\x1b[c"

#: Terminals that know no control strings, print them, or are no terminals, by the value of TERM.
_SPEECHLESS = ("", "dumb", "unknown", "linux", "ansi", "cons25", "eterm", "eterm-color")
#: What shows images in the manner of iTerm2, by the beginning of its name.
_LIKE_ITERM = ("iTerm2", "WezTerm", "mintty", "Rio")
#: What shows them in the manner of kitty, where it cannot be asked.
_LIKE_KITTY = ("kitty", "ghostty", "WezTerm")
_SIXEL = "4"  # among the primary device attributes

TMUX_FORMAT = "#{allow-passthrough} #{client_termtype}"
"""What ``tmux display-message`` is to say: whether wrapped sequences pass, and who would get them."""
_PASSES = ("1", "2", "on", "all")

_END = (
    r"(?:\x07|\x1b\\|(?=\x1b[^\\]))"  # another escape sequence cuts a string off, as in a terminal
)
#: No answer is longer.
_ANSWER = re.compile(
    rf"\x1b\]11;(?P<background>[^\x00-\x1f\x7f]{{0,256}}){_END}"
    rf"|\x1b_Gi=31(?P<kitty>[^\x00-\x1f\x7f]{{0,256}}){_END}"
    rf"|\x1bP>\|(?P<name>[^\x00-\x1f\x7f]{{0,256}}){_END}"
    r"|\x1b\[6;(?P<height>\d{1,5});(?P<width>\d{1,5})t"
    r"|\x1b\[\?(?P<attributes>[\d;]{0,256})c"
)
#: What may yet become an answer, at the end of what has come.
_BEGUN = re.compile(
    r"\x1b(?:"
    r"\](?:1(?:1(?:;[^\x00-\x1f\x7f]{0,256}\x1b?)?)?)?"
    r"|_(?:G(?:i(?:=(?:3(?:1[^\x00-\x1f\x7f]{0,256}\x1b?)?)?)?)?)?"
    r"|P(?:>(?:\|[^\x00-\x1f\x7f]{0,256}\x1b?)?)?"
    r"|\[(?:6(?:;\d{0,5}(?:;\d{0,5})?)?|\?[\d;]{0,256})?"
    r")?\Z"
)
#: What of that may as well be keys: Escape, Alt with a key, Page Up with another.
_KEYS = re.compile(r"\x1b(?:[]_P]|\[6?[\d;]*)?\Z")
_COLOR = re.compile(r"rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """What is known of the terminal.

    Attributes:
        background: its colour: red, green and blue from 0 to 255; None if it is not known.
        kitty: whether it shows images by kitty's graphics protocol.
        iterm: whether it shows them as iTerm2 does (OSC 1337).
        sixel: whether it shows sixels.
        cell: width and height of a cell in pixels; None if they are not known.
        tmux: whether what kitty and iterm say is of the terminal behind a tmux that lets wrapped sequences
            pass. Sixels are tmux's own affair, and never wrapped.
        name: its own name and version, as it says them; not safe to be shown.
    """

    background: tuple[int, int, int] | None = None
    kitty: bool = False
    iterm: bool = False
    sixel: bool = False
    cell: tuple[int, int] | None = None
    tmux: bool = False
    name: str = ""


def questions(environ: Mapping[str, str]) -> str:
    """Return what asks the terminal; "" where it must not be asked.

    A terminal on which control strings would be printed is not asked, nor GNU screen, which mixes up the
    answers; tmux is, and answers for itself: a question that were passed on to the terminal behind it would
    be answered into whichever pane is looked at then. macOS's Terminal prints some of the questions.

    :param environ: the environment.
    """
    term = environ.get("TERM", "")
    in_tmux = bool(environ.get("TMUX"))
    if term in _SPEECHLESS or term.startswith("vt") or "INSIDE_EMACS" in environ:
        return ""
    if not in_tmux and ("STY" in environ or term.startswith("screen")):
        return ""
    if environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return _BACKGROUND + _ATTRIBUTES
    kitty = "" if in_tmux else _SAVE + _KITTY + _TAKE_AWAY
    return kitty + _VERSION + _BACKGROUND + _CELL + _ATTRIBUTES


def behind_tmux(facts: TerminalFacts, said: str) -> TerminalFacts:
    """Return what is known together with what tmux says of the terminal behind it.

    :param facts: what tmux has answered in the place of the terminal.
    :param said: in the form of :data:`TMUX_FORMAT`.
    """
    passes, _, name = said.strip().partition(" ")
    if passes not in _PASSES:
        return facts
    kitty, iterm = name.startswith(_LIKE_KITTY), name.startswith(_LIKE_ITERM)
    return replace(facts, kitty=kitty, iterm=iterm, tmux=kitty or iterm)


def described(facts: TerminalFacts, colors: int, theme: str | None, *, asked: bool) -> str:
    """Return what is known, in words for a person; not safe to be shown.

    :param facts: what is known.
    :param colors: how many the terminal has.
    :param theme: of what kind its background is.
    :param asked: whether it was asked at all.
    """
    shows = {"kitty graphics": facts.kitty, "iTerm2 images": facts.iterm, "sixel": facts.sixel}
    graphics = ", ".join(name for name, can in shows.items() if can) or "no graphics"
    cell = "" if facts.cell is None else "cells of {}x{} px".format(*facts.cell)
    background = (
        "" if facts.background is None else " #{:02x}{:02x}{:02x}".format(*facts.background)
    )
    parts = [
        facts.name or ("has not told its name" if asked else "was not asked"),
        graphics + (" through tmux" if facts.tmux else ""),
        f"{theme or 'unknown'} background{background}",
        f"{colors} colours",
        cell,
    ]
    return ", ".join(part for part in parts if part)


class Answers:
    """Picks the answers out of what comes from the terminal, and remembers them.

    Attributes:
        over: whether the question has been answered that every terminal answers.
    """

    def __init__(self) -> None:
        self.over = False
        self._begun = ""
        self._found: dict[str, str] = {}

    def feed(self, text: str) -> str:
        """Take what has come; return the keys in it.

        What may be the beginning of an answer is kept until more has come, or :meth:`flush` is called.
        """
        if not self._begun and "\x1b" not in text:
            return text
        keys = _ANSWER.sub(self._take, self._begun + text)
        begun = _BEGUN.search(keys)
        self._begun = begun[0] if begun else ""
        return keys[: len(keys) - len(self._begun)]

    def flush(self) -> str:
        """Nothing more has come for a moment; return what was kept that must be keys then."""
        if not _KEYS.match(self._begun):
            return ""
        keys, self._begun = self._begun, ""
        return keys

    @property
    def facts(self) -> TerminalFacts:
        """What the answers say that have come up to now."""
        found = self._found
        name = found.get("name", "")
        return TerminalFacts(
            background=_color(found.get("background", "")),
            kitty=found.get("kitty", "").endswith(";OK"),
            iterm=name.startswith(_LIKE_ITERM),
            sixel=_SIXEL in found.get("attributes", "").split(";")[1:],
            cell=_cell(found.get("width", ""), found.get("height", "")),
            name=name,
        )

    def _take(self, answer: re.Match[str]) -> str:
        self._found |= {kind: said for kind, said in answer.groupdict().items() if said is not None}
        self.over = self.over or answer["attributes"] is not None
        return ""


def _color(said: str) -> tuple[int, int, int] | None:
    """Read a colour as XParseColor(3) writes it: one to four digits for each part."""
    found = _COLOR.match(said)
    if found is None:
        return None
    red, green, blue = (
        round(int(part, 16) * 255 / (16 ** len(part) - 1)) for part in found.groups()
    )
    return red, green, blue


def _cell(width: str, height: str) -> tuple[int, int] | None:
    """Read the size of a cell; terminals that do not know it say 0."""
    if not width or not height:
        return None
    size = int(width), int(height)
    return size if all(0 < length < 1000 for length in size) else None
