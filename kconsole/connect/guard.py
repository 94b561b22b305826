"""The guard: ends a kernel when we are gone without having been able to do it, as after SIGKILL.

Only ipykernel watches its parent; any other kernel would live on for good. The guard is a shell
that waits for a line, or the end, of a pipe that only we hold open for writing. The system closes
our end however we die; the guard then ends the kernel's process group and removes its files.

It lives in a session of its own, so neither the terminal's signals nor its hanging up reach it. It
cannot be the kernel's parent instead, as ipykernel watches its parent only if that is the process
that JPY_PARENT_PID names.
"""

import logging
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

__all__ = ["Guard"]

#: Lines of the pipe: "kernel N" - the process group to end from now on is N, or none if N is
#: empty; "done" - leave it alone and go. The arguments are a directory, or nothing, and the files to
#: remove; the directory goes when it is empty.
_SCRIPT = """
group=
directory=$1
shift
while read -r word value; do
    case $word in
        kernel) group=$value ;;
        done) exit 0 ;;
    esac
done
if [ -n "$group" ] && kill -TERM -"$group"; then
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        kill -0 -"$group" || break
        sleep 0.2 || sleep 1
    done
    kill -KILL -"$group"
fi
rm -f -- "$@"
[ -z "$directory" ] || rmdir -- "$directory"
"""

#: Seconds that a guard may take to go; a shell that is not stopped takes a millisecond.
PATIENCE = 2.0

log = logging.getLogger(__name__)


class Guard:
    """The process that outlives us, for one kernel."""

    def __init__(self, files: Iterable[Path], directory: Path | None = None) -> None:
        """Start the guard.

        Without /bin/sh there is no guard; that is logged, as it is no reason to have no kernel.

        :param files: what it is to remove if we die.
        :param directory: one that is to go too, if it is empty by then.
        """
        self._process: subprocess.Popen[bytes] | None = None
        leftovers = ["" if directory is None else os.path.abspath(directory)]
        leftovers += map(os.path.abspath, files)
        try:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _SCRIPT, "kconsole-guard", *leftovers],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            log.warning("no guard for the kernel: cannot run /bin/sh: %s", error.strerror)

    @property
    def is_there(self) -> bool:
        """Whether there is a guard at all: it was started, and has not been dismissed."""
        return self._process is not None

    def watch(self, group: int | None) -> None:
        """Say what to end if we die.

        :param group: the process group; None is no process at the moment.
        """
        self._tell("kernel" if group is None else f"kernel {group}")

    def dismiss(self) -> None:
        """Send the guard away; it leaves everything as it is. Does nothing the second time."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            _write(process.stdin.fileno(), "done")
            process.stdin.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:  # somebody has stopped it
            process.kill()
            process.wait()

    def _tell(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            _write(self._process.stdin.fileno(), line)


def _write(descriptor: int, line: str) -> None:
    try:
        os.write(descriptor, f"{line}\n".encode())
    except BrokenPipeError:
        log.warning("the kernel's guard has gone")
