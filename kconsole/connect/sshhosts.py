"""The hosts that the user's own files for ssh name: what can be offered for ``--ssh``.

These are the ``Host`` names of ssh_config(5) without wildcards, also of the files that it includes, and the
names of known_hosts (sshd(8)) that are not hashed. Nothing is asked of the network or of ssh, and what
cannot be read is passed over.
"""

import contextlib
import glob
import os
import re
import shlex
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from kconsole.connect.regularfile import open_regular

__all__ = ["Config", "parse_config", "parse_known_hosts", "ssh_hosts"]

#: Some clusters' known_hosts are longer; who completes a name is not to wait for all of it.
SIZE_LIMIT = 512 * 1024
FILES_LIMIT = 64

# A blank or one "=" separates the keyword from its arguments.
_LINE = re.compile(r"\s*(\w+)(?:\s*=\s*|\s+)(.*)")
_NAME = re.compile(r"\w[\w.-]*")
_ADDRESS = re.compile(r"[\d.]+")  # of IPv6, none is a name
_PORT = re.compile(r"\[([^]]*)\]:(\d+)")


class Config(NamedTuple):
    """What a configuration file of ssh names."""

    hosts: tuple[str, ...]
    #: Patterns of file names, as they stand there.
    includes: tuple[str, ...]


def parse_config(text: str) -> Config:
    """Read the names of hosts and of included files out of a configuration file (ssh_config(5)).

    An ``Include`` below a ``Host`` counts for some hosts only; the names in it are names all the same.
    """
    found: dict[str, list[str]] = {"host": [], "include": []}
    for line in text.splitlines():
        matched = _LINE.fullmatch(line)
        words = found.get(matched[1].lower()) if matched else None
        if matched and words is not None:
            with contextlib.suppress(ValueError):  # a quotation mark without its other
                words += shlex.split(matched[2], comments=True)
    hosts = tuple(word for word in found["host"] if _NAME.fullmatch(word))
    return Config(hosts, tuple(found["include"]))


def parse_known_hosts(text: str) -> tuple[str, ...]:
    """Read the names out of known_hosts (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).

    :return: names, with ``:PORT`` where it is not ssh's own; neither hashes, patterns and addresses nor
        what stands on lines with a marker.
    """
    lines = (line.split() for line in text.splitlines() if not line.lstrip().startswith(("#", "@")))
    fields = (field for words in lines if words[2:] for field in words[0].split(","))
    return tuple(name for field in fields for name in _known_name(field))


def ssh_hosts(home: Path) -> list[str]:
    """Give the hosts that the files in a home's ``.ssh`` name, each once; never raises OSError.

    At most 64 files are read, and of each the first 512 KiB.
    """
    folder = home / ".ssh"
    names = [*_configured(folder), *parse_known_hosts(_text(folder / "known_hosts"))]
    return list(dict.fromkeys(names))


def _known_name(field: str) -> Iterator[str]:
    """A field of known_hosts as ``--ssh`` takes it, if it can be one."""
    bracketed = _PORT.fullmatch(field)
    name = bracketed[1] if bracketed else field
    if _NAME.fullmatch(name) and not _ADDRESS.fullmatch(name):
        yield f"{name}:{bracketed[2]}" if bracketed else name


def _configured(folder: Path) -> Iterator[str]:
    """The hosts of the configuration file and of those that it includes."""
    waiting, seen = [folder / "config"], set[Path]()
    while waiting and len(seen) < FILES_LIMIT:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        hosts, includes = parse_config(_text(path))
        yield from hosts
        waiting += _included(folder, includes)


def _included(folder: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in islice(patterns, FILES_LIMIT):
        # What is not absolute is below ~/.ssh.
        whole = os.path.join(folder, os.path.expanduser(pattern))
        with contextlib.suppress(ValueError):
            yield from map(Path, sorted(islice(glob.iglob(whole), FILES_LIMIT)))


def _text(path: Path) -> str:
    """The beginning of a file; "" if it cannot be read. A line that is cut off is left out."""
    try:
        with open(open_regular(path, os.O_RDONLY, follow=True), "rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError):
        return ""
    if len(content) > SIZE_LIMIT:
        content = content[: content.rfind(b"\n") + 1]
    return content.decode("utf-8", "replace")
