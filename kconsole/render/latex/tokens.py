r"""LaTeX as tokens: commands, single characters, blanks.

A token is a command with its backslash (``\alpha``, ``\{``, ``\\``), ``$$``, a run of blanks, a
comment to the end of its line, or one character.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from kconsole.render.latex.box import Box, Unreadable

__all__ = ["Tokens"]

_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\$\$|\s+|%[^\n]*\n?|.", re.DOTALL)
_MAX_DEPTH = 30
#: Characters of boxes that may be made for each one of the source, so that no time grows with a square.
_AREA = 40
_LEAST_AREA = 20_000


class Tokens:
    """A source, and how far it has been read."""

    def __init__(self, source: str) -> None:
        self._tokens = [token for token in _TOKEN.findall(source) if token[0] != "%"]
        self.at = 0
        self._depth = 0
        self._area = _LEAST_AREA + _AREA * len(source)

    @property
    def next(self) -> str:
        """The next token; "" at the end."""
        return self._tokens[self.at] if self.at < len(self._tokens) else ""

    @property
    def all(self) -> list[str]:
        """Every token."""
        return self._tokens

    def take(self) -> str:
        """Read one token; raises :class:`Unreadable` at the end."""
        token = self.next
        if not token:
            raise Unreadable
        self.at += 1
        return token

    def split(self) -> None:
        """Make two tokens of a ``$$`` that is next."""
        self._tokens[self.at] = "$"

    def skip_blanks(self) -> bool:
        """Read blanks, and tell whether there were any."""
        start = self.at
        while self.next.isspace():
            self.at += 1
        return self.at > start

    def expect(self, token: str) -> None:
        """Read this token; raises :class:`Unreadable` if it is another one."""
        if self.take() != token:
            raise Unreadable

    def optional(self) -> str | None:
        """Read ``[…]`` if it is next, and return what is in it as source."""
        return self._enclosed("[", "]") if self.next == "[" else None

    def verbatim(self) -> str:
        """Read ``{…}``, or one token, and return it as source without the braces."""
        self.skip_blanks()
        return self._enclosed("{", "}") if self.next == "{" else self.take()

    def arguments(self) -> str:
        """Read all ``[…]`` and ``{…}`` that are next, and return them as source."""
        start = self.at
        while self.next in ("[", "{"):
            self._enclosed(self.next, "]" if self.next == "[" else "}")
        return "".join(self._tokens[start : self.at])

    def charge(self, box: Box) -> Box:
        """Return the box; raises :class:`Unreadable` if boxes grow out of proportion to the source."""
        self._area -= box.area if not box.flat else len(box.text) // _MAX_DEPTH
        if self._area < 0:
            raise Unreadable
        return box

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Go one level deeper; raises :class:`Unreadable` where that is too deep."""
        if self._depth >= _MAX_DEPTH:
            raise Unreadable
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def _enclosed(self, opening: str, closing: str) -> str:
        self.expect(opening)
        start = self.at
        depth = 0
        while depth or self.next != closing:
            token = self.take()
            depth += {"{": 1, "}": -1}.get(token, 0)
            if depth < 0:
                raise Unreadable
        self.at += 1
        return "".join(self._tokens[start : self.at - 1])
