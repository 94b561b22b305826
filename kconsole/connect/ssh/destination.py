"""Whom ``--ssh`` names: a user, a host (or a name from ssh's own configuration), a port. Pure."""

import urllib.parse
from typing import NamedTuple

from kconsole.connect.paths import shown
from kconsole.errors import SshError

__all__ = ["Destination", "parse_destination"]

_SCHEME = "ssh://"
#: What OpenSSH 9.6 refuses in a host or user of its command line, and older ones pass on to a shell
#: when the configuration has %h or %r in a command (CVE-2023-51385).
_FOR_SHELLS = frozenset("'`\"$;&<>|(){}")


class Destination(NamedTuple):
    """A host as ssh(1) takes it; what is not given, ssh's configuration says."""

    #: "" = not given.
    user: str
    #: A name, an address, or an alias of ssh_config(5); an IPv6 address has no brackets.
    host: str
    #: 0 = not given.
    port: int = 0

    @property
    def shown(self) -> str:
        """How messages call it: ``[user@]host[:port]``."""
        user = f"{self.user}@" if self.user else ""
        if not self.port:
            return f"{user}{self.host}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{user}{host}:{self.port}"


def parse_destination(text: str) -> Destination:
    """Take a destination apart.

    :param text: ``[user@]host[:port]`` or ``ssh://[user@]host[:port]``. An IPv6 address that is
        followed by a port stands in brackets.
    :raise SshError: one line that says what is wrong with it.
    """
    rest, is_uri = text, text.lower().startswith(_SCHEME)
    if is_uri:
        rest = text[len(_SCHEME) :].removesuffix("/")
    # The last @ counts, as in ssh: a user may be called by a mail address.
    user, at, place = rest.rpartition("@")
    host, port = _split_port(place)
    if is_uri:
        user = urllib.parse.unquote(user)
    fault = (
        _fault(host, "host")
        or (_fault(user, "user") if at else "")
        or ("" if port is None or _is_port(port) else "the port must be a number from 1 to 65535")
    )
    if fault:
        raise SshError(f"{shown(text) or repr(text)}: not a destination for ssh: {fault}")
    return Destination(user, host, int(port or 0))


def _split_port(place: str) -> tuple[str, str | None]:
    """Take the port off; None = none is given."""
    if place.startswith("["):
        host, bracket, rest = place[1:].partition("]")
        if bracket and not rest:
            return host, None
        # No bracket at the end, or something else than a colon behind it, makes no host.
        return (host, rest[1:]) if rest.startswith(":") else (place, None)
    if place.count(":") == 1:
        host, _, port = place.partition(":")
        return host, port
    return place, None


def _fault(name: str, what: str) -> str:
    """Say what is wrong with a host or a user; "" = nothing."""
    if not name:
        return f"the {what} is missing"
    if name.startswith("-"):
        return f"a {what} cannot begin with -"
    if not name.isprintable() or any(char.isspace() for char in name):
        return f"a {what} has no blanks or control characters"
    if wrong := sorted(_FOR_SHELLS.intersection(name)):
        return f"a {what} has no {wrong[0]}"
    # One colon alone is in no IPv6 address.
    if what == "host" and (any(char in name for char in "/\\[]@") or name.count(":") == 1):
        return "this is no host"
    return ""


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535
