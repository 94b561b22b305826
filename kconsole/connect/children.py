"""A child process and its group: signals, and waiting without reaping, as far as the system allows it."""

import contextlib
import os
import select
import subprocess
import sys

__all__ = ["has_ended", "signal_group", "wait_for_end"]


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to a kernel's process group, whose leader has not been reaped."""
    if sys.platform == "win32":
        process.terminate()
        return
    # macOS refuses (EPERM) when only the zombie is left.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process has ended; where the system allows it, without reaping it."""
    if process.returncode is not None or not hasattr(os, "waitid"):
        return process.poll() is not None
    try:
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, process.pid, options) is not None
    except ChildProcessError:
        # Our parent made us ignore SIGCHLD, so the system has reaped it.
        return True


def wait_for_end(process: subprocess.Popen[bytes], timeout: float) -> None:
    """Wait at most `timeout` seconds until the process has ended."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            descriptor = os.pidfd_open(process.pid)
            try:
                poller = select.poll()
                poller.register(descriptor, select.POLLIN)
                poller.poll(timeout * 1000)
            finally:
                os.close(descriptor)
            return
    # No pidfd: macOS, Linux before 5.3, or too many open files. This one reaps.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout)
