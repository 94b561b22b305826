"""What ssh says on stderr when something goes wrong, and what that means for us. Pure.

ssh ends with 255 whatever the reason, so its words are all there is. They are the same in every locale:
OpenSSH has no translations, and it sets the locale for nothing but the width of characters.
"""

import re
from typing import Literal, NamedTuple

__all__ = ["Trouble", "TroubleKind", "classify", "clean"]

TroubleKind = Literal[
    "denied", "host_key", "unreachable", "forbidden", "refused", "unopened", "lost", ""
]
"""``denied``: we are not let in. ``host_key``: the host's key is not the known one, or not known.
``unreachable``: no connection. ``forbidden``: it forwards nothing for us. ``refused``: nothing
listens at the address that a forward leads to. ``unopened``: that address cannot be reached. ``lost``: the
connection was there, and ended. "": nothing that is known."""


class Trouble(NamedTuple):
    """What has gone wrong, in one line for the user; it does not name the host again."""

    kind: TroubleKind
    line: str

    @property
    def needs_a_person(self) -> bool:
        """Whether trying again will not help: somebody has to type, or to look at it."""
        return self.kind in {"denied", "host_key"}


_NOTHING = Trouble("", "")

#: Of the lines of one text the one whose pattern stands first here counts, and of those the last.
_PATTERNS: tuple[tuple[TroubleKind, str], ...] = (
    ("host_key", r"REMOTE HOST IDENTIFICATION HAS CHANGED"),
    ("host_key", r"^(No \S+ host key is known for .*)"),
    ("host_key", r"^(Host key verification failed)"),
    ("denied", r"(Too many authentication failures)"),
    ("denied", r"^(?:\S+: )?(Permission denied \(.*\))"),
    ("denied", r"^(Unable to negotiate with .*)"),
    ("denied", r"^(No more authentication methods to try)"),
    ("unreachable", r"^ssh: (Could not resolve hostname .*)"),
    ("unreachable", r"^ssh: (connect to (?:host|address) .*)"),
    ("unreachable", r"^(Connection timed out during banner exchange)"),
    ("unreachable", r"^(?:kex|ssh)_exchange_identification: (.*)"),
    ("unreachable", r"(Bad configuration option: .*)"),
    ("forbidden", r"open failed: (administratively prohibited)"),
    # sshd calls a failed connect to a Unix socket nothing but "open failed".
    (
        "refused",
        r"open failed: connect failed: (Connection refused|No such file.*|open failed)",
    ),
    ("unopened", r"open failed: (?:connect failed: )?(.*)"),
    ("lost", r"^(Timeout, server .* not responding)"),
    ("lost", r"^(Connection (?:to|closed|reset|timed).*)"),
    ("lost", r"^client_loop: (?:send disconnect: )?(.*)"),
    ("lost", r"^(Received disconnect .*|Disconnected from .*)"),
    ("lost", r"^(?:read|write): (.*)|^(Read from remote host .*)"),
)
_CHANGED = "the host key has changed (see ssh's warning; ssh-keygen -R removes the old one)"


def classify(text: str) -> Trouble:
    """Find out what ssh's stderr is about.

    :param text: lines of it, also what else may have come that way: a banner, a login's noise.
    :return: the most telling; if nothing is known, the kind "" with the last line, for the user to see.
    """
    lines = [line for line in clean(text).splitlines() if line.strip()]
    for kind, pattern in _PATTERNS:
        for line in reversed(lines):
            if match := re.search(pattern, line):
                said = next((group for group in match.groups() if group), _CHANGED)
                return Trouble(kind, said.strip().removesuffix("."))
    return Trouble("", lines[-1].strip().removesuffix(".")) if lines else _NOTHING


def clean(text: str) -> str:
    """Return text without what a terminal would obey: of control characters only line ends stay."""
    # ssh ends its lines with \r\n, as the terminal may be raw.
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(char for char in text if char.isprintable() or char == "\n")
