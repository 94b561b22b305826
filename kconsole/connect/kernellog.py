"""What a kernel's process prints: kept in a private file, never on the screen.

The child writes straight into the file, so no thread has to drain a pipe, and no kernel can block
because nobody reads. The file is opened for appending: then it can be cut while the kernel writes.
"""

import os
from pathlib import Path

__all__ = ["KernelLog", "log_path"]

#: Bytes at which the file is cut, how many are kept then, and how many :meth:`tail` looks at.
LIMIT = 8 * 1024 * 1024
KEPT = 16 * 1024


def log_path(connection_file: Path) -> Path:
    """Return where the log of the kernel with this connection file is."""
    return connection_file.with_name(connection_file.name + ".log")


class KernelLog:
    """A kernel's stdout and stderr, in a file that only the user may read (0600)."""

    def __init__(self, path: Path) -> None:
        """Create the file.

        :raise OSError: it cannot be created; FileExistsError if there is one.
        """
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self.path = path
        self._descriptor = os.open(path, flags, 0o600)
        self._last_words = b""

    def fileno(self) -> int:
        """Return the descriptor to give to the kernel; so a log can be Popen's stdout."""
        return self._descriptor

    def tail(self, lines: int) -> str:
        """Return the last `lines` lines, at most 16 KiB of them; also after :meth:`close`."""
        content = self._last_words if self._descriptor < 0 else self._read_end()
        return "\n".join(content.decode("utf-8", "replace").splitlines()[-lines:])

    def trim(self) -> None:
        """Cut the file down to its end if it has grown beyond 8 MiB."""
        if self._descriptor >= 0 and os.fstat(self._descriptor).st_size > LIMIT:
            self._replace(self._read_end())

    def clear(self) -> None:
        """Forget everything, as a new process is about to write."""
        self._replace(b"")

    def close(self, *, remove: bool = True) -> None:
        """Close the file and remove it; the tail stays known. Does nothing the second time."""
        if self._descriptor < 0:
            return
        self._last_words = self._read_end()
        descriptor, self._descriptor = self._descriptor, -1
        os.close(descriptor)
        if remove:
            self.path.unlink(missing_ok=True)

    def _replace(self, content: bytes) -> None:
        # What the kernel writes in between may be lost or doubled; it is a log.
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, content)

    def _read_end(self) -> bytes:
        # Opened anew, as the descriptor's position is shared with the kernel and between threads.
        try:
            with open(self.path, "rb") as file:
                file.seek(max(os.fstat(file.fileno()).st_size - KEPT, 0))
                return file.read(KEPT)
        except OSError:  # somebody has removed it
            return b""
