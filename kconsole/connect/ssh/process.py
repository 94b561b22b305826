"""One ssh process: started with pipes, and ended in steps. Nothing of ours is inherited by it."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from kconsole.connect.children import has_ended, signal_group, wait_for_end
from kconsole.connect.lastwords import describe_exit
from kconsole.connect.ssh.words import Words

__all__ = ["SshProcess", "run_ssh"]

#: Seconds that it may take to end by itself, and after SIGTERM. A lost server is not waited for.
_PATIENCE_S = 1.0
_CHUNK = 64 * 1024
_FAILED = 255  # ssh(1), exit status


class SshProcess:
    """An ssh that was started, until :meth:`stop`.

    Attributes:
        stdin: the pipe to it; whoever uses it closes it.
        stdout: what it prints, non-blocking.
        stderr: what it says, non-blocking.
        words: what it has said so far.
    """

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], *, own_session: bool
    ) -> None:
        """Start it.

        :param own_session: so that it has no terminal to ask at; else it has a group of its own, which
            may be lent the terminal.
        :raise OSError: it cannot be started.
        """
        self._process = subprocess.Popen(
            argv,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=own_session,
            process_group=None if own_session else 0,
        )
        pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        # Duplicates, so that each end has one owner and is closed once.
        self.stdin, self.stdout, self.stderr = (os.dup(pipe.fileno()) for pipe in pipes if pipe)
        for pipe in pipes:
            if pipe is not None:
                pipe.close()
        os.set_blocking(self.stdout, False)
        os.set_blocking(self.stderr, False)
        self.words = Words()
        #: Those of the two that have not come to their end.
        self.open = {self.stdout, self.stderr}

    @property
    def pid(self) -> int:
        """Its number, which is also its group's."""
        return self._process.pid

    @property
    def was_interrupted(self) -> bool:
        """Whether Ctrl-C has ended it; after :meth:`stop`."""
        killed = self._process.returncode == -signal.SIGINT
        return killed or f"Killed by signal {signal.SIGINT:d}." in self.words.text

    @property
    def ending(self) -> str:
        """How it has ended, in one line; after :meth:`stop`."""
        how = describe_exit(self._process.returncode)
        # Its own failures are 255; all else is the status of what it ran over there.
        if 0 <= self._process.returncode < _FAILED:
            return f"the shell there {how} at once; by a forced command or a login script?"
        return f"ssh {how}"

    def read(self, descriptor: int) -> bytes | None:
        """Return what there is to read; None if there is nothing yet, b"" at the end."""
        try:
            data = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return None
        if not data:
            self.open.discard(descriptor)
        return data

    def stop(self, *, gently: bool) -> list[str]:
        """End it; its stdin is closed by now.

        :param gently: it will notice that, so it may end by itself; else signals end it at once.
        :return: the lines that it has said since they were read last.
        """
        if gently:
            wait_for_end(self._process, _PATIENCE_S)
        for number in (signal.SIGTERM, signal.SIGKILL):
            if has_ended(self._process):
                break
            signal_group(self._process, number)
            wait_for_end(self._process, _PATIENCE_S)
        if self._process.returncode is None:
            # Its helpers (ProxyCommand) end with it; one that does not shall not outlive it either.
            signal_group(self._process, signal.SIGTERM)
        lines = []
        while chunk := self.read(self.stderr):
            lines += self.words.feed(chunk)
        lines += self.words.end()
        self._process.wait()
        os.close(self.stdout)
        os.close(self.stderr)
        return lines


def run_ssh(argv: Sequence[str], environment: Mapping[str, str], timeout: float) -> str:
    """Run an ssh that gives an order to a master; return what is wrong, "" = nothing.

    :param timeout: seconds; it only talks to this computer.
    """
    try:
        done = subprocess.run(
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"ssh did not answer within {timeout:g} s"
    except OSError as error:
        return f"cannot run ssh: {error.strerror}"
    if done.returncode == 0:
        return ""
    words = Words()
    lines = [*words.feed(done.stderr), *words.end()]
    return lines[-1] if lines else f"ssh has ended with status {done.returncode}"
