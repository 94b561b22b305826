"""The ``sh`` at the far end, on ssh's stdin and stdout: scripts go there one after the other.

Behind each script's output the shell prints a line with a token that nobody else knows, the script's
number and its exit status. What a script prints may be any bytes, and need not end with a line end. What
came before the first token is noise: a login's greeting. Each script runs in a subshell, so that
``exit``, ``cd`` and the like end with it, and with an empty stdin, so that nothing reads the scripts that
follow.
"""

import os
import secrets
import select
import threading
import time
from typing import NamedTuple

from kconsole.connect.ssh.remote import Answer
from kconsole.connect.ssh.trouble import clean
from kconsole.errors import LinkLostError

__all__ = ["Frame", "Frames", "RemoteShell", "framed", "greeting"]

#: Bytes of one answer; more than that is no list of files.
_MOST_BYTES = 64 << 20
_NOISE_BYTES = 4096
#: Seconds between looks whether what is written to has ended.
_LOOK_UP_S = 0.5


class Frame(NamedTuple):
    """What came back for the script of that number; 0 is the greeting."""

    number: int
    answer: Answer


def greeting(token: str) -> bytes:
    """Return what makes the shell say that it is there.

    From then on the shell's own stderr goes nowhere: on ssh's it could be taken for ssh's words.
    """
    return f"exec 2>/dev/null; {_mark(token, 0)}\n".encode()


def framed(token: str, number: int, script: str) -> bytes:
    """Return what makes the shell run a script, and tell its end."""
    text = f"(\n{script}\n) </dev/null; {_mark(token, number)}\n"
    return text.encode("utf-8", "surrogateescape")


def _mark(token: str, number: int) -> str:
    return f"printf '\\n%s %s %s\\n' {token} {number} $?"


class Frames:
    """Cuts what the shell prints into answers. Pure.

    :param token: what nobody else knows.
    """

    def __init__(self, token: str) -> None:
        self._start = f"\n{token} ".encode()
        self._buffer = bytearray()
        self._searched = 0

    def feed(self, data: bytes) -> list[Frame]:
        """Take what was read, and return the answers that are complete with it.

        :raise ValueError: an answer is larger than anything that we ask for.
        """
        self._buffer += data
        frames = []
        while frame := self._next():
            frames.append(frame)
        if len(self._buffer) > _MOST_BYTES:
            raise ValueError("the answer is too large")
        return frames

    def noise(self) -> str:
        """Return the last line of what belongs to no answer yet; unsafe as it is."""
        lines = self._buffer[-_NOISE_BYTES:].decode("utf-8", "replace").splitlines()
        token = self._start.decode().strip()
        return next((line for line in reversed(lines) if line.strip() and token not in line), "")

    def _next(self) -> Frame | None:
        # The token's line may have come in pieces.
        begin = self._buffer.find(self._start, max(0, self._searched - len(self._start)))
        if begin < 0:
            self._searched = len(self._buffer)
            return None
        self._searched = begin
        end = self._buffer.find(b"\n", begin + len(self._start))
        if end < 0:
            return None
        number, _, status = bytes(self._buffer[begin + len(self._start) : end]).partition(b" ")
        output = bytes(self._buffer[:begin])
        del self._buffer[: end + 1]
        self._searched = 0
        return Frame(int(number), Answer(int(status), output))


class RemoteShell:
    """One shell, from one login to its end.

    :meth:`run` may be called from any thread; :meth:`feed`, :meth:`ping` and :meth:`end` by the one thread
    that reads what the shell prints.

    :param descriptor: the pipe to ssh's stdin; made non-blocking here, and closed by :meth:`end`.
    :param host: how messages call the other computer.
    """

    def __init__(self, descriptor: int, host: str) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._host = host
        self._token = secrets.token_hex(16)
        self._frames = Frames(self._token)
        self._number = 0
        self._ping = 0  # the number of the one that is unanswered
        # Held while a script is written, so that one follows the other whole.
        self._writing = threading.Lock()
        # Guards what follows; told when an answer has come, and at the end.
        self._changed = threading.Condition()
        self._waiting: dict[int, Answer | None] = {}
        self._given_up: set[int] = set()
        self._ended = ""

    def greet(self) -> None:
        """Have the shell say that it is there. To be called first."""
        self._write(greeting(self._token), time.monotonic() + 1)

    def run(self, script: str, timeout: float) -> Answer:
        """Run a script, and return its exit status and what it has printed on stdout.

        :param script: POSIX sh. Data stands in it as here-documents: arguments could be seen by others.
        :param timeout: seconds.
        :raise LinkLostError: the connection has ended, or there is no answer in time; it may come yet, but
            nobody will see it, and the next script begins only then.
        """
        deadline = time.monotonic() + timeout
        late = LinkLostError(f"{self._host}: no answer within {timeout:.2g} s")
        if not self._writing.acquire(timeout=max(0.0, timeout)):
            raise late
        try:
            number = self._begin()
            written = self._write(framed(self._token, number, script), deadline)
        finally:
            self._writing.release()
        with self._changed:
            self._changed.wait_for(
                lambda: not written or self._ended or self._waiting[number] is not None,
                max(0.0, deadline - time.monotonic()),
            )
            answer = self._waiting.pop(number)
            if answer is not None:
                return answer
            if self._ended:
                raise LinkLostError(f"{self._host}: {self._ended}")
            self._given_up.add(number)
            if not written:
                # The shell would take what comes next for the rest of this one.
                self._ended = "the link is too slow"
        raise late

    @property
    def spoiled(self) -> bool:
        """Whether nothing can be said to the shell any more, though nobody has ended it."""
        return bool(self._ended)

    @property
    def noise(self) -> str:
        """What came in the place of an answer: one line, printable, at most 100 characters."""
        return clean(self._frames.noise()).strip()[:100]

    @property
    def owes(self) -> bool:
        """Whether an answer is late, so that nothing at all may come any more."""
        return bool(self._given_up)

    def ping(self) -> bool:
        """Have the shell answer; false if it is at work, so that its silence would say nothing."""
        if self._waiting or self._given_up or not self._writing.acquire(blocking=False):
            return False
        try:
            with self._changed:
                self._number += 1
                self._ping = self._number
            return self._write(framed(self._token, self._ping, ":"), time.monotonic())
        finally:
            self._writing.release()

    def feed(self, data: bytes) -> list[str]:
        """Take what the shell has printed.

        :return: what has come: "greeting", "pong", "answer".
        :raise ValueError: more than we would ever ask for.
        """
        frames = self._frames.feed(data)
        with self._changed:
            for number, answer in frames:
                if number in self._waiting:
                    self._waiting[number] = answer
                self._given_up.discard(number)
            self._changed.notify_all()
        return [self._kind(number) for number, _ in frames]

    def end(self, why: str) -> None:
        """Close the shell's stdin, and let all who wait know that nothing comes any more.

        :param why: one line.
        """
        with self._changed:
            self._ended = self._ended or why
            self._changed.notify_all()
        # Never under the hands of one who writes: the number may be another file's at once.
        with self._writing:
            descriptor, self._descriptor = self._descriptor, -1
            if descriptor >= 0:
                os.close(descriptor)

    def _begin(self) -> int:
        with self._changed:
            if self._ended:
                raise LinkLostError(f"{self._host}: {self._ended}")
            self._number += 1
            self._waiting[self._number] = None
            return self._number

    def _kind(self, number: int) -> str:
        if number == 0:
            return "greeting"
        return "pong" if number == self._ping else "answer"

    def _write(self, data: bytes, deadline: float) -> bool:
        """Write all of it, at the latest until `deadline`; return whether that was done.

        That the shell has ended is no failure here: whoever reads from it will find out.
        """
        rest = memoryview(data)
        if self._descriptor < 0:
            return True
        poller = select.poll()
        poller.register(self._descriptor, select.POLLOUT)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                pause = deadline - time.monotonic()
                if pause <= 0 or self._ended:
                    return False
                poller.poll(min(pause, _LOOK_UP_S) * 1000)
            except BrokenPipeError:
                return True
        return True
