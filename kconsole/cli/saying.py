"""Says things on stdout, and on stderr, where nothing else may go wrong because of that."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["Teller", "colored", "complain", "quote", "say", "silence"]


def say(lines: Iterable[str]) -> None:
    """Print lines on stdout, now: who listens may have gone, which is for :func:`run` to know.

    What an old terminal's encoding lacks is shown as a question mark.
    """
    if sys.stdout is None:
        return
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        print(line.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


def complain(text: str, status: int = 0) -> int:
    """Print one line on stderr.

    :return: `status`, the exit status that goes with it.
    """
    from kconsole.render.visible import make_visible

    line = make_visible(" ".join(text.splitlines()))
    line = "".join(each if each.isprintable() else " " for each in line)
    if sys.stderr is not None:
        try:
            print(f"kconsole: {line}", file=sys.stderr)
        except OSError:
            silence(sys.stderr)
    return status


class Teller:
    """Says and complains about one kernel, of several perhaps.

    :param label: what the kernel is called beside the others; None if there is but one.
    :param gap: what stands between the label and a line.
    """

    def __init__(self, label: str | None = None, gap: str = "") -> None:
        self.label = label
        self._prefix = f"{label or ''}{gap}"

    def say(self, lines: Iterable[str]) -> None:
        """Print lines; as :func:`say`."""
        say(f"{self._prefix}{line}" for line in lines)

    def json(self, value: Mapping[str, Any]) -> None:
        """Print one line in ASCII, which no text of a kernel can break."""
        head = {} if self.label is None else {"kernel": self.label}
        say([json.dumps({**head, **value})])

    def complain(self, text: str, status: int = 0) -> int:
        """Print a line; as :func:`complain`."""
        return complain(text if self.label is None else f"{self.label}: {text}", status)


def quote(lines: Iterable[str]) -> None:
    """Print what somebody else has said on stderr, behind a mark, if a person reads there."""
    if sys.stderr is None or not sys.stderr.isatty():
        return
    encoding = sys.stderr.encoding or "utf-8"
    for line in lines:
        print("  |", line.encode(encoding, "replace").decode(encoding), file=sys.stderr)


def silence(stream: object) -> None:
    """Let Python's own flush at exit go nowhere, instead of complaining about it."""
    fileno = getattr(stream, "fileno", None)
    if fileno is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, fileno())
        os.close(nowhere)


def colored(color: str, stream: object) -> bool:
    """Whether to colour what goes to a stream (https://no-color.org).

    :param color: ``auto``, ``always`` or ``never``.
    """
    if color != "auto":
        return color == "always"
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty() and not os.environ.get("NO_COLOR"))
