"""The forms of a traceback (:class:`kconsole.render.traceback.ErrorLook`): what is left out, and counted.

Imported when the first error comes that is not to be shown just as it was sent.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module

from kconsole.protocol.events import ErrorOutput
from kconsole.render.errorlook import ErrorLook
from kconsole.render.frames import Frame, frames
from kconsole.render.lines import TailLine
from kconsole.render.sgr import ends_line, strip_sgr
from kconsole.render.style import paint

__all__ = ["arranged"]

#: Frames of the user's own that are shown in a row: the first and the last of a recursion's thousand.
_OWN_FIRST, _OWN_LAST = 6, 5
#: Lines of a traceback that are shown where it folds: all, or else the first and the last of them.
_MOST, _FIRST, _LAST = 200, 60, 120
_SAME = 3  # times that a frame is shown that comes again and again
_NEAR = 20  # lines within which a cut is moved to an empty one
_LONGEST = 20_000  # characters of a line there
_NAMED = 3  # libraries that are named
_RULE = re.compile(r"-{20,}")
_HEADER = re.compile(r"(?:\S+ +)?Traceback \(most recent call last\):?\s*")
_BOXES = str.maketrans(
    {
        **dict.fromkeys("─━┄┅┈┉╌╍═", "-"),
        **dict.fromkeys("│┃┆┇┊┋╎╏║", "|"),
        **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬╞╡╪╟╢╫╤╧╥╨", "+"),
        "❱": ">",
    }
)


def arranged(text: str, event: ErrorOutput, color: bool, look: ErrorLook) -> str:
    """Return a traceback in the form that is wanted, in lines.

    :param text: the traceback, safe; without colours, unless they are wanted.
    :param event: that it is of.
    :param color: whether to use colours, where the kernel has not.
    :param look: the form.
    """
    colourless = color and "\x1b" not in text
    parts = frames(_lines(text))
    recognised = any(isinstance(part, Frame) for part in parts)
    if look.form in ("context", "short") and recognised:
        parts = list(_chosen(parts, look.rest, color))
    elif look.rest:
        parts = list(_few(parts, look.rest, color))
    if look.form == "short" and recognised:
        lines = _painted(_brief(parts), event, color, look)
    elif colourless:
        lines = _painted(parts, event, color, look)
    else:
        lines = _flat(parts)
    if look.form == "plain":
        lines = list(_without_boxes(lines))
    if look.rest:
        lines = _folded(lines, look.rest, color)
    return "".join(f"{line}\n" for line in lines)


def _lines(text: str) -> list[str]:
    """The lines, each of which stands for itself, colours included."""
    if "\x1b" not in text:
        return text.removesuffix("\n").split("\n")
    lines = TailLine().feed(text if ends_line(text) else text + "\n")
    return [line[:-1] for line in lines]


def _few(parts: Iterable[Frame | str], rest: str, color: bool) -> Iterator[Frame | str]:
    """Count how often a frame comes again, as Python itself does, where that is often."""
    run: list[Frame | str] = []
    for part in (*parts, None):
        if run and part == run[0]:
            run.append(part)
            continue
        if len(run) > 2 * _SAME and isinstance(run[0], Frame):
            frame = run[0]
            more = f"… the same frame {len(run) - _SAME:,} times more; {rest} shows all"
            yield from run[:_SAME]
            yield frame.margin + paint(more, "note", color)
            if not frame.lines[-1].strip():
                yield frame.margin.rstrip()
        else:
            yield from run
        run = [] if part is None else [part]


def _chosen(parts: Iterable[Frame | str], rest: str, color: bool) -> Iterator[Frame | str]:
    """Count the frames that are left out, in their places."""
    hint = f" ({rest} shows all)" if rest else ""
    run: list[Frame] = []
    for part in (*parts, None):
        if isinstance(part, Frame):
            run.append(part)
            continue
        for each in _chosen_of(run):
            if isinstance(each, Frame):
                yield each
                continue
            last = each[-1]
            yield last.margin + paint(_count(each) + hint, "note", color)
            hint = ""  # once is enough
            if not last.lines[-1].strip():
                yield last.margin.rstrip()
        run = []
        if part is not None:
            yield part


def _chosen_of(run: Sequence[Frame]) -> Iterator[Frame | list[Frame]]:
    """Of frames in a row, the user's own and that in which it happened; the others in between in lists."""
    own = [at for at, frame in enumerate(run) if not frame.library]
    if len(own) > _OWN_FIRST + _OWN_LAST:
        own = own[:_OWN_FIRST] + own[-_OWN_LAST:]
    kept = {*own, 0 if run and run[0].first else len(run) - 1}
    left_out: list[Frame] = []
    for at, frame in enumerate(run):
        if at not in kept:
            left_out.append(frame)
            continue
        if left_out:
            yield left_out
            left_out = []
        yield frame
    if left_out:
        yield left_out


def _count(left_out: Sequence[Frame]) -> str:
    libraries = list(dict.fromkeys(frame.library for frame in left_out))
    what = "1 frame" if len(left_out) == 1 else f"{len(left_out):,} frames"
    if "" in libraries:
        return f"… {what}"
    more = ", …" if len(libraries) > _NAMED else ""
    return f"… {what} in {', '.join(libraries[:_NAMED])}{more}"


def _brief(parts: Iterable[Frame | str]) -> Iterator[Frame | str]:
    """A line for each frame, and no headings."""
    blank = True
    for part in parts:
        if isinstance(part, Frame):
            blank = False
            lines = map(strip_sgr, part.lines) if part.marked else (_one_line(part),)
            yield part._replace(lines=tuple(lines))
            continue
        plain = strip_sgr(part).strip()
        if _RULE.fullmatch(plain) or _HEADER.fullmatch(plain) or (blank and not plain):
            continue
        blank = not plain or plain.startswith("…")
        yield strip_sgr(part)


def _one_line(frame: Frame) -> str:
    head = strip_sgr(frame.lines[0]).rstrip(" :")
    code = frame.code
    return f"{head}: {code}" if code else head


def _painted(
    parts: Iterable[Frame | str], event: ErrorOutput, color: bool, look: ErrorLook
) -> list[str]:
    """The lines in colours of ours."""
    if not color:
        return _flat(parts)
    # Only where a kernel has sent no colours: importing pygments takes 25 ms.
    colours = import_module("kconsole.render.tracecolours")
    lines: list[str] = colours.painted(parts, event.ename, look.style)
    return lines


def _flat(parts: Iterable[Frame | str]) -> list[str]:
    return [line for part in parts for line in (part.lines if isinstance(part, Frame) else (part,))]


def _without_boxes(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        plain = line.translate(_BOXES)
        drawn = plain != line and not plain.strip(" -|+")
        if not drawn and not _RULE.fullmatch(plain.strip()):
            yield plain


def _folded(lines: list[str], rest: str, color: bool) -> list[str]:
    """The first lines and the last, if there are very many; frames stay whole where they are short."""
    lines = [line if len(line) <= _LONGEST else _cut(line, rest) for line in lines]
    if len(lines) <= _MOST:
        return lines
    first, last = _FIRST, len(lines) - _LAST
    first = next((at for at in range(first, first - _NEAR, -1) if not lines[at - 1].strip()), first)
    last = next((at for at in range(last, last + _NEAR) if not lines[at - 1].strip()), last)
    note = paint(f"… {last - first:,} lines; {rest} shows all", "note", color)
    return [*lines[:first], note, *([] if lines[first - 1].strip() else [""]), *lines[last:]]


def _cut(line: str, rest: str) -> str:
    plain = strip_sgr(line)
    half = _LONGEST // 2
    left_out = len(plain) - 2 * half
    if left_out <= 0:
        return line
    return f"{plain[:half]} … {left_out:,} characters; {rest} shows all … {plain[-half:]}"
