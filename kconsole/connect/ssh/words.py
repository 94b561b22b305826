"""What ssh says on stderr: kept, bounded, and cut into lines."""

from kconsole.connect.ssh.trouble import clean

__all__ = ["Words"]

_MOST = 16 * 1024  # characters kept
_LONGEST = 4 * 1024  # of one line


class Words:
    """The words of one ssh. Pure."""

    def __init__(self) -> None:
        #: What was said last, at most 16 KiB; without what a terminal would obey.
        self.text = ""
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """Take what was read, and return the lines that are complete with it."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST:
            lines.append(self._rest)
            self._rest = b""
        return self._keep(lines)

    def end(self) -> list[str]:
        """Return the last line, if it had no end."""
        rest, self._rest = self._rest, b""
        return self._keep([rest] if rest else [])

    def _keep(self, lines: list[bytes]) -> list[str]:
        kept = [clean(line.decode("utf-8", "replace").rstrip("\r")) for line in lines]
        self.text = (self.text + "".join(f"{line}\n" for line in kept))[-_MOST:]
        return kept
