r"""The one door between text that came from elsewhere and the terminal.

Every string that a kernel, a connection file or a file name brought passes here before it is
written.  The rule is an allow-list.  What may go out is printable text, newline, tab and colours
(SGR, written anew from parsed numbers), and in program output also ``\r``, ``\b`` and ``ESC[K``.
Other well-formed control sequences (at most 64 characters) and control strings (at most 4096 bytes,
ended in the same message) disappear; any control that is left is shown: ``^[``, ``^G``, ``<9B>``.

How it works: one regular expression finds the next special character together with the sequence
that it begins, possessively, so that nothing is read twice but for a bounded look ahead.  What a
sequence becomes is appended to the output, and the output is never read again: a sequence that is
taken out cannot let its neighbours grow into a new one, because ``ESC`` alone never goes out.

A program's output is cut into messages anywhere.  Over such a cut a stream carries its style, and a
control sequence that has begun but not ended, never a control string: an unfinished one could hide
whatever the kernel says next.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from kconsole.render.cells import fit
from kconsole.render.sgr import DEFAULT, RESET, Style, restyle, serialise, strip_sgr
from kconsole.render.visible import (
    BIDI,
    C0,
    C1,
    INVISIBLE,
    PLAIN_C0,
    SURROGATES,
    TAGS,
    make_visible,
)

__all__ = ["RESET", "Kind", "Sanitiser", "is_plain", "one_line", "sanitise", "strip_sgr"]

Kind = Literal["stream", "display", "code", "line"]
"""Program output; a result or display; tracebacks, help and other code; a field of one line."""

_MAX_STRING_BYTES = 4096
_MAX_UNFINISHED = 63  # of a sequence of at most 64
#: Characters that are looked at in one go, so that a result of 50 MB needs no copy of that size.
_CHUNK = 1 << 20

_STRING_BODY = rf"[^{C0}{C1}{SURROGATES}]{{0,{_MAX_STRING_BYTES}}}+"
_AFTER_ESCAPE = rf"""(?<=\x1b)(?:
    \[ (?=[\ -?]{{0,61}}[@-~]) [0-?]*+ [\ -/]*+ [@-~]     # control sequence
  | \] {_STRING_BODY} (?:\x07|\x1b\\)                   # operating system command
  | [PX^_] {_STRING_BODY} \x1b\\                         # DCS, SOS, PM, APC
  | \(B                                                 # charset designation
)"""

#: The beginning of a control sequence, or of the only charset designation that we know.
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*+[ -/]*+|\()?")
_SGR = re.compile(r"\x1b\[([0-9:;]*)m")
#: The same of a length that is always accepted.
_COLOUR = re.compile(r"\x1b\[([0-9:;]{0,61})m")
_ERASE_IN_LINE = {"": "\x1b[K", "0": "\x1b[K", "1": "\x1b[1K", "2": "\x1b[2K"}
_CURSOR = frozenset("ABCDEFGHJ")  # movement, and erasing of more than one row
_CURSOR_PARAMETERS = re.compile(r"[0-9]{0,4}(?:;[0-9]{0,4})?")


class _Rules(NamedTuple):
    """What one kind of text may do."""

    special: re.Pattern[str]  # finds whether there is anything to do
    ascii_special: bytes  # the same set as far as it is ASCII
    token: re.Pattern[str]  # a special character with all that belongs to it
    newline: str
    colour: bool
    motion: bool


class Sanitiser:
    """Makes one stream's text safe for a terminal, message by message.

    :param kind: what the text is, which decides what it may do.
    :param cursor: let cursor movement through where the kind allows motion.  Only for a caller that
        emulates the cursor itself and keeps it inside its own region.
    """

    def __init__(self, kind: Kind = "stream", *, cursor: bool = False) -> None:
        self._rules = _rules(kind)
        self._cursor = cursor and self._rules.motion
        self._style = DEFAULT
        self._unfinished = ""

    @property
    def style(self) -> str:
        """The sequence that brings a terminal from its default to this stream's style, or ``""``.

        Whoever writes something else after a message sends :data:`RESET` first, and this before
        the same stream's next message.
        """
        return serialise(self._style)

    def feed(self, text: str) -> str:
        """Return what may be written of the next message's text."""
        unfinished, self._unfinished = self._unfinished, ""
        if unfinished == "\x1b" and text and text[0] not in "[(":
            return "^[" + self.feed(text)
        text = unfinished + text
        if _is_plain(text, self._rules):
            return text
        begin = text.rfind("\x1b", max(0, len(text) - _MAX_UNFINISHED))
        if begin >= 0 and _UNFINISHED.fullmatch(text, begin):
            self._unfinished = text[begin:]
            text = text[:begin]
        return self._scan(text)

    def finish(self) -> str:
        """End the stream: show a sequence that never ended, and reset the style if one is set."""
        tail = make_visible(self._unfinished)
        if self._style:
            tail += RESET
        self._unfinished = ""
        self._style = DEFAULT
        return tail

    def _scan(self, text: str) -> str:
        if self._rules.colour and (coloured := self._recoloured(text)) is not None:
            return coloured
        output = _Output()
        position = 0
        colour = self._rules.colour
        for match in self._rules.token.finditer(text):
            start, end = match.span()
            if start > position:
                output.add(text[position:start])
            if colour and (new := _restyled(self._style, match[0])) is not None:
                self._style, sequence = new
                output.add(sequence)
            else:
                self._translate(match[0], output)
            position = end
        output.add(text[position:])
        output.end_link()
        return "".join(output.pieces)

    def _recoloured(self, text: str) -> str | None:
        """The same for a text with nothing special in it but colours, as most are; None for any other."""
        pieces = _COLOUR.split(text)
        if not _is_plain("".join(pieces[::2]), self._rules):
            return None
        style = self._style
        for index in range(1, len(pieces), 2):
            style, pieces[index] = restyle(style, pieces[index])
        self._style = style
        return "".join(pieces)

    def _translate(self, token: str, output: "_Output") -> None:
        if token[0] == "\x1b":
            self._escape(token, output)
        elif token[0] != "\r":
            output.add(_shown(token))
        elif token[-1] == "\n":
            output.add(self._rules.newline)
        else:
            output.add("\r" if self._rules.motion else _shown(token))

    def _escape(self, token: str, output: "_Output") -> None:
        match token[1:2]:
            case "":
                output.add("^[")
            case "[":
                output.add(self._control_sequence(token[2:-1], token[-1]))
            case "(":
                # "ESC ( B" is in what `tput sgr0` prints, and selects ASCII, which always is.
                pass
            case introducer:
                body = token[2:-1] if token[-1] == "\x07" else token[2:-2]
                if len(body.encode()) > _MAX_STRING_BYTES:
                    output.add(_shown(token))
                elif introducer == "]":
                    _operating_system_command(body, output)

    def _control_sequence(self, parameters: str, final: str) -> str:
        if final == "K" and self._rules.motion:
            return _ERASE_IN_LINE.get(parameters, "")
        if final in _CURSOR and self._cursor and _CURSOR_PARAMETERS.fullmatch(parameters):
            return f"\x1b[{parameters}{final}"
        return ""


def sanitise(text: str, kind: Kind = "display") -> str:
    """Return a whole text made safe for a terminal; colours in it end with it."""
    if _is_plain(text, _rules(kind)):
        return text
    sanitiser = Sanitiser(kind)
    return sanitiser.feed(text) + sanitiser.finish()


def is_plain(text: str) -> bool:
    """Tell whether a program's output may be written as it is, and sets no style."""
    return _is_plain(text, _rules("stream"))


def one_line(text: str, width: int | None = None) -> str:
    """Return a prompt, completion or name as plain text of one line, without colours.

    :param width: the screen's columns; a longer text is cut there and ends in an ellipsis.
    """
    line = sanitise(text, "line")
    return line if width is None else fit(line, width)


class _Output:
    """The output of one message, in pieces, and the hyperlink that is open in it."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._target = ""
        self._link_start = 0

    def add(self, piece: str) -> None:
        if not piece:
            return
        # "\r\n" is "\n", also where a sequence between the two was taken out.
        if self.pieces and self.pieces[-1] == "\r" and piece[0] in "\r\n":
            self.pieces.pop()
        self.pieces.append(piece)

    def start_link(self, target: str) -> None:
        self.end_link()
        self._target = target
        self._link_start = len(self.pieces)

    def end_link(self) -> None:
        """Show the target of the open link behind its text, unless the text says it already."""
        target, self._target = self._target, ""
        if target and strip_sgr("".join(self.pieces[self._link_start :])).strip() != target:
            self.add(f" <{target}>")


@lru_cache(maxsize=1024)
def _restyled(style: Style, token: str) -> tuple[Style, str] | None:
    """The new style and what says it, as of :func:`restyle`, if a sequence is one that sets colours."""
    colours = _SGR.fullmatch(token)
    return restyle(style, colours[1]) if colours else None


def _operating_system_command(body: str, output: _Output) -> None:
    """Handle an OSC string: only number 8, a hyperlink ``8;parameters;target``, leaves a trace."""
    number, _, rest = body.partition(";")
    if number != "8":
        return
    target = rest.partition(";")[2]
    if target.startswith(("http://", "https://")):
        output.start_link(make_visible(target))
    else:
        output.end_link()


def _is_plain(text: str, rules: _Rules) -> bool:
    if not text.isascii():
        return rules.special.search(text) is None
    # For ASCII, deleting the special bytes and comparing lengths is three times as fast.
    for start in range(0, len(text), _CHUNK):
        data = text[start : start + _CHUNK].encode()
        if len(data.translate(None, rules.ascii_special)) != len(data):
            return False
    return True


def _shown(token: str) -> str:
    return make_visible(token.replace("\n", " ").replace("\t", " "))


@lru_cache
def _rules(kind: Kind) -> _Rules:
    motion = kind in ("stream", "display")
    line = kind == "line"
    shown = PLAIN_C0 + C1 + SURROGATES
    if not motion:
        shown += r"\x08" + BIDI + INVISIBLE + TAGS
    if line:
        shown += r"\t\n"
    special = rf"{shown}\r\x1b"
    token = rf"[{special}](?:{_AFTER_ESCAPE}|(?<=\r)\r*+\n?|(?<![\r\x1b])[{shown}]*+)?"
    pattern = re.compile(f"[{special}]")
    return _Rules(
        special=pattern,
        ascii_special=bytes(code for code in range(128) if pattern.match(chr(code))),
        token=re.compile(token, re.VERBOSE),
        newline=" " if line else "\n",
        colour=not line,
        motion=motion,
    )
