"""Runs a link's state machine: starts ssh, reads what it prints and says, and notices its end."""

import contextlib
import logging
import math
import os
import random
import select
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from kconsole.connect.ssh.command import control_socket, unattended
from kconsole.connect.ssh.machine import ATTEMPT_S, Action, LinkMachine
from kconsole.connect.ssh.process import SshProcess
from kconsole.connect.ssh.shell import RemoteShell
from kconsole.connect.ssh.status import LinkStatus
from kconsole.connect.ssh.terminal import LentTerminal, background_allowed
from kconsole.connect.ssh.trouble import Trouble, classify

__all__ = ["Plan", "Supervisor", "WishKind"]

WishKind = Literal["open", "login", "retry", "close"]

log = logging.getLogger(__name__)

#: Seconds between looks at the wall clock, and by how much it runs ahead of ours if we have slept.
_LOOK_UP_S, _SLEPT_S = 5.0, 4.0
#: Seconds between looks at an ssh that may ask: nothing tells that a child was stopped.
_ASKING_S = 0.1
#: What becomes the one line of the failure need not be shown before.
_TOLD_LATER = frozenset({"denied", "unreachable", "lost"})
#: What is about one forwarded connection.
_OF_FORWARDS = frozenset({"refused", "forbidden", "unopened"})
_NO_TROUBLE = Trouble("", "")
#: So many lines of ssh's may tell why it has ended.
_LINES_KEPT = 100


class _Wish(NamedTuple):
    kind: WishKind
    #: Set once it is settled, one way or the other.
    settled: threading.Event


class Plan(NamedTuple):
    """What a link is to do."""

    #: How messages call the other computer.
    host: str
    folder: Path
    #: Gives the command line; the argument is whether nothing may be asked.
    argv: Callable[[bool], list[str]]
    #: Never ask.
    batch: bool
    #: Makes the forwards anew; returns what is wrong, "" = nothing. Called in the supervisor's thread.
    restore: Callable[[], str]


class Supervisor:
    """The one thread of a link; the methods may be called from any other.

    Attributes:
        changed: told at each change of what is public here.
        status: the last one.
        shell: the one at the far end; None while there is none.
        refused: proof that nothing listens where a forward leads to; "" = none.
        failures: how many forwarded connections could not be made, and why the last could not.
        cancelled: the user has typed Ctrl-C at the last login.
        words: what ssh has said; the last 16 KiB of this or the last connection.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._machine = LinkMachine(random.random, time.monotonic())
        # Guards nothing but the waiting itself: each attribute is set whole, by the supervisor alone.
        self.changed = threading.Condition()
        self.status = self._machine.status
        self.shell: RemoteShell | None = None
        self.refused = ""
        self.failures: tuple[int, Trouble] = (0, _NO_TROUBLE)
        self.cancelled = False
        self.words = ""
        self._published: tuple[LinkStatus, str] = (self.status, "")
        self._listener: Callable[[], None] = lambda: None
        #: What others want done; the thread takes it out.
        self._wishes: deque[_Wish] = deque()
        self._unsettled: list[threading.Event] = []  # of those who wait for this attempt
        self._heard_at = self._refused_at = 0.0
        self._process: SshProcess | None = None
        self._terminal: LentTerminal | None = None
        self._greeted = False  # by the shell of this process
        #: What this ssh has said of itself: while logging in, and then since.
        self._said: deque[str] = deque(maxlen=_LINES_KEPT)
        self._broken = ""  # why we gave this process up
        self._wall_ahead = time.time() - time.monotonic()
        self._wake, self._waker = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._waker, False)
        # Held while something is written there, or it is closed: its number may be another's then.
        self._poking = threading.Lock()
        # Owns the machine, the process and the terminal; ends once it has been told to close.
        self._thread = threading.Thread(target=self._run, name="kconsole-ssh", daemon=True)
        self._thread.start()

    # --- for others

    @property
    def has_ended(self) -> bool:
        """Whether the thread has ended, so that nothing that is wished will happen."""
        return not self._thread.is_alive()

    @property
    def asking(self) -> bool:
        """Whether ssh may be asking something at our terminal."""
        return self._terminal is not None

    def wish(self, kind: WishKind) -> threading.Event:
        """Have something done; return what is set once the attempt has come to its end, if it is one."""
        wish = _Wish(kind, threading.Event())
        self._wishes.append(wish)
        self.poke()
        return wish.settled

    def heard(self) -> None:
        """Note that something has come through a forward; costs next to nothing."""
        self._heard_at = time.monotonic()
        if self.refused or self.status.state == "slow":
            self.poke()

    def listen(self, listener: Callable[[], None]) -> None:
        """Have something called at each change, in the supervisor's thread."""
        self._listener = listener

    def join(self) -> None:
        """Wait for the end, after the wish to close."""
        self._thread.join()

    def poke(self) -> None:
        """Have it look at everything."""
        # A full pipe: it is awake anyway.
        with self._poking, contextlib.suppress(BlockingIOError):
            if self._waker >= 0:
                os.write(self._waker, b"!")

    # --- the thread

    def _run(self) -> None:
        try:
            while self.status.state != "closed":
                self._step()
        finally:
            # Also if the listener has raised: nobody shall wait for what never comes.
            self._do(self._machine.close(time.monotonic()))
            self._finish()
            self.status = self._machine.status
            with self._poking:
                os.close(self._wake)
                os.close(self._waker)
                self._waker = -1

    def _step(self) -> None:
        ready = self._poll()
        if self._wake in ready:
            os.read(self._wake, 4096)
        while self._wishes:
            self._fulfil(self._wishes.popleft())
        for read in (self._read_stderr, self._read_stdout):
            if self._process is not None:
                read(self._process, ready)
        if self._process is not None and self._terminal is not None:
            self._terminal.follow(self._process.pid)
        now = time.monotonic()
        self._look_at_clock(now)
        self._look_at_forwards()
        if self.shell is not None and self.shell.spoiled:
            self._give_up("the link is too slow")
        actions = self._machine.tick(now)
        if "kill" in actions:
            self._broken = f"no answer within {ATTEMPT_S:.0f} s"
        self._do(actions)
        self._publish()

    def _poll(self) -> set[int]:
        """Wait for whatever comes first: words, a wish, or the next deadline."""
        now = time.monotonic()
        deadline = self._machine.deadline()
        timeout = _LOOK_UP_S if deadline is None else max(0.0, min(deadline - now, _LOOK_UP_S))
        if self._terminal is not None:
            timeout = min(timeout, _ASKING_S)
        poller = select.poll()
        poller.register(self._wake, select.POLLIN)
        for descriptor in self._process.open if self._process is not None else ():
            poller.register(descriptor, select.POLLIN)
        # Rounded up: a poll that ends too early would only be repeated.
        return {descriptor for descriptor, _ in poller.poll(math.ceil(timeout * 1000))}

    def _fulfil(self, wish: _Wish) -> None:
        now = time.monotonic()
        if wish.kind == "close":
            self._do(self._machine.close(now))
        elif wish.kind == "retry":
            self._do(self._machine.retry(now))
        else:
            self._begin(wish, now)
            return
        wish.settled.set()

    def _begin(self, wish: _Wish, now: float) -> None:
        """Make an attempt with whoever is at the terminal, if there is one."""
        terminal = None if self._plan.batch else LentTerminal.find()
        if wish.kind == "login":
            actions = self._machine.login(now)
        else:
            actions = self._machine.open(now, asking=terminal is not None)
        if actions:
            self.cancelled = False
            self._terminal = terminal
        elif terminal is not None:
            terminal.close()
        # Without actions it is there already, or an attempt is under way: then that one counts.
        self._unsettled.append(wish.settled)
        self._do(actions)

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            if action == "kill":
                self._finish()
            elif action == "ping":
                if self.shell is None or not self.shell.ping():
                    self._machine.unsent(time.monotonic())
            else:
                self._start()

    def _look_at_clock(self, now: float) -> None:
        """Notice that the computer has slept: the wall clock has gone on, ours has not."""
        ahead = time.time() - now
        slept = ahead - self._wall_ahead > _SLEPT_S
        self._wall_ahead = ahead
        if slept:
            self._do(self._machine.woke(now))

    def _look_at_forwards(self) -> None:
        heard = self._heard_at
        if heard > self._refused_at:
            self.refused = ""
        self._machine.heard(heard)

    def _publish(self) -> None:
        self.status = self._machine.status
        while self._unsettled and self.status.state != "connecting":
            self._unsettled.pop().set()
        # How long the last answer took is for whoever looks; only the first one is news.
        trip = None if self.status.round_trip is None else 0.0
        public = (self.status._replace(round_trip=trip), self.refused)
        if public != self._published:
            self._published = public
            self._listener()

    # --- ssh

    def _start(self) -> None:
        # A killed ssh leaves its socket, and the next one would do without.
        with contextlib.suppress(OSError):
            control_socket(self._plan.folder).unlink()
        terminal = self._terminal
        environment: Mapping[str, str] = os.environ if terminal else unattended(os.environ)
        self._said.clear()
        self._broken, self._greeted, self.words = "", False, ""
        try:
            argv = self._plan.argv(terminal is None)
            process = SshProcess(argv, environment, own_session=terminal is None)
        except OSError as error:
            self._give_terminal_back()
            reason = error.strerror or type(error).__name__
            self._machine.died(time.monotonic(), Trouble("", f"cannot run ssh: {reason}"))
            return
        self._process = process
        if terminal is not None:
            terminal.lend(process.pid)
        self.shell = RemoteShell(process.stdin, self._plan.host)
        self.shell.greet()

    def _read_stdout(self, process: SshProcess, ready: set[int]) -> None:
        if process.stdout not in ready or self.shell is None:
            return
        data = process.read(process.stdout)
        if data == b"":
            # Either ssh has ended, or only the shell: then ssh would stay for the sake of its forwards.
            self._give_up("")
        elif data:
            self._take(self.shell, data)

    def _take(self, shell: RemoteShell, data: bytes) -> None:
        try:
            kinds = shell.feed(data)
        except ValueError as error:
            self._give_up(f"the shell there makes no sense: {error}")
            return
        for kind in kinds:
            if kind == "greeting":
                self._restore()
            elif kind == "pong":
                self._do(self._machine.pong(time.monotonic()))

    def _restore(self) -> None:
        """The shell is there: nothing is asked from now on, and the forwards can be made."""
        self._greeted = True
        self._give_terminal_back()
        self.refused = ""
        if fault := self._plan.restore():
            self._give_up(fault)
            return
        self._said.clear()
        self._do(self._machine.opened(time.monotonic()))

    def _read_stderr(self, process: SshProcess, ready: set[int]) -> None:
        if process.stderr in ready and (data := process.read(process.stderr)) is not None:
            self._hear(process.words.feed(data) if data else process.words.end())
            self.words = process.words.text

    def _hear(self, lines: list[str]) -> None:
        """Take what ssh has said: show it at a login, and look for forwards that fail."""
        for line in lines:
            log.debug("ssh: %s", line)
            trouble = classify(line)
            # Nothing is forwarded before the shell is there: then it is our own channel, or a jump's.
            if trouble.kind not in _OF_FORWARDS or not self._greeted:
                self._said.append(line)
                if self._machine.opening and trouble.kind not in _TOLD_LATER | _OF_FORWARDS:
                    _show(line)
                continue
            with self.changed:
                self.failures = (self.failures[0] + 1, trouble)
                self.changed.notify_all()
            if trouble.kind == "refused":
                self.refused = self.refused or trouble.line
                self._refused_at = time.monotonic()

    def _give_up(self, why: str) -> None:
        """End this ssh, which is of no use any more; "" = it is about to end by itself."""
        self._broken = why
        self._do(self._machine.broken(time.monotonic()))

    def _finish(self) -> None:
        """End ssh, if there is one, and say why it had to be."""
        process, self._process = self._process, None
        shell, self.shell = self.shell, None
        if process is None or shell is None:
            return
        was_up = self._machine.is_up
        shell.end("the link was lost")
        # One that may be asking does not notice that its stdin is closed, nor does a silent server's.
        notices = self._greeted or process.stdout not in process.open
        lines = process.stop(gently=notices and not shell.owes)
        self._give_terminal_back()
        self._hear(lines)
        self.words = process.words.text
        self.refused = ""
        trouble = classify("\n".join(self._said))
        each = map(classify, self._said)
        unopened = [one.line for one in each if one.kind in _OF_FORWARDS]
        if not self._greeted and process.was_interrupted:
            self.cancelled = True
            trouble = Trouble("", "cancelled")
        elif unopened and not trouble.needs_a_person:
            trouble = Trouble("unreachable", f"no channel could be opened: {unopened[0]}")
        elif not trouble.kind:
            last = "" if was_up else trouble.line
            ending = "the connection has ended" if was_up else process.ending
            noise = "" if self._greeted or last or not shell.noise else f" (it said: {shell.noise})"
            trouble = Trouble("", (self._broken or last or ending) + noise)
        self._machine.died(time.monotonic(), trouble)

    def _give_terminal_back(self) -> None:
        terminal, self._terminal = self._terminal, None
        if terminal is not None:
            terminal.close()


def _show(line: str) -> None:
    # A terminal may be set to stop who writes in the background (stty tostop), which we are meanwhile.
    with contextlib.suppress(OSError, ValueError), background_allowed():
        if sys.stderr is not None:
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()
