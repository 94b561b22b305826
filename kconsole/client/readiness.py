"""Proof that a kernel answers, and that its output reaches us.

kernel_info is asked on shell *and* on control: a kernel that is busy answers only on control (JEP 80),
R and Kotlin answer only on shell. That output reaches us is proven by whatever comes on iopub for one of
these requests, or by the welcome for a topic of our own (JEP 65; the topic has to be unique, because
ipykernel 7 welcomes only the first subscriber to each). The question is asked anew until both are
proven: the first request may overtake our subscription, and its status messages are then lost.

Nor is anything run before stdin is connected: what a kernel asks then goes to nobody: it waits for ever.

Some kernels answer nothing at all while a cell runs, R's above all: neither on control nor the heartbeat.
What can be proven of such a one is that it has all its sockets open: the ZMTP handshake has succeeded on
each. To attach to it, that can be made enough (``silent`` of :meth:`Readiness.wait`).
"""

import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from kconsole.client.inbox import Inbox, Item
from kconsole.client.router import Claim
from kconsole.connect.lastwords import said_lines
from kconsole.errors import (
    AuthenticationError,
    KconsoleError,
    KernelDiedError,
    KernelNotReadyError,
    KernelStartError,
    LinkDownError,
)
from kconsole.protocol.message import CHANNELS, Channel
from kconsole.protocol.replies import KernelInfo, parse_kernel_info
from kconsole.protocol.session import new_id

if TYPE_CHECKING:
    from kconsole.client.base import ClientBase

__all__ = ["Progress", "Readiness"]

#: Called now and then while waiting, with the seconds waited so far.
Progress = Callable[[float], None]

_TICK_S = 0.1
#: Waits between two rounds of questions, in seconds; the last is repeated. The first are short, for
#: the race between a request and our subscription is lost by milliseconds.
_ROUNDS_S = (0.02, 0.1, 0.3, 0.6, 1.0)
#: How long nothing may listen at the address before that is taken for an answer, in seconds. A kernel
#: that is just being started by somebody else needs a moment.
_REFUSED_S = 3.0
#: How long shell may be silent after control has answered, until the kernel counts as busy, in seconds.
_SHELL_S = 0.2
#: How long after its first answer a kernel's stdin may be unconnected, in seconds; perhaps it has none.
_STDIN_S = 2.0
#: How long a kernel may send nothing but messages that are signed with another key, in seconds.
_FORGED_S = 2.0
#: How long after its first answer a kernel whose iopub cannot be proven (none of its messages bears our
#: parent) is waited for. One that takes long to start may have taken longer than that until then.
_UNPROVEN_S = 5.0
#: How long all of a kernel's channels may be connected, and nothing at all be answered, until it counts
#: as silent; and after how long it is told that only the heartbeat is answered.
_SILENT_S = 5.0


class Readiness:
    """The questions under way, and what they have proven.

    The first round is sent at once, so that a program can do something else while the kernel
    thinks, import its user interface for one, and call :meth:`wait` then.

    Attributes:
        kernel_info: what the kernel has said of itself; None until it has.
        iopub_proven: whether its output is known to reach us.
        busy: whether it has answered on control, but not on shell, or not at all.
        silent: whether it was taken as it is, without an answer.
    """

    def __init__(self, client: "ClientBase") -> None:
        self._client = client
        self._start = time.monotonic()
        self._refused_since: float | None = None
        #: Where the answers to all rounds go: the I/O thread puts, wait() gets.
        self._inbox: Inbox = SimpleQueue()
        self._claims: list[Claim] = []
        #: The msg_ids of the requests that have their reply.
        self._answered: set[str] = set()
        self._rounds = 0
        self._next_round = self._start
        self._shell_answered = False
        self._answered_at = 0.0
        #: Since when every channel is connected.
        self._connected_since: float | None = None
        self.kernel_info: KernelInfo | None = None
        self.silent = False
        self.iopub_proven = not client._is_open("iopub")
        self._subscribe()
        self.ask()

    @property
    def proven(self) -> bool:
        """Whether the kernel may be used."""
        return self.kernel_info is not None and self.iopub_proven

    @property
    def busy(self) -> bool:
        """Whether the kernel may be used, but has not answered on shell yet."""
        return (self.silent or self.kernel_info is not None) and not self._shell_answered

    @property
    def hint(self) -> str:
        """What the wait may be for, once it is a long one; "" while there is nothing to say.

        The heartbeat is not signed, so a kernel that does not take our key echoes it all the same. One
        that we have started has our key, and is just slow.
        """
        if self.kernel_info is not None or self._client.process is not None:
            return ""
        if not self._has_been_connected(time.monotonic()):
            return ""
        if self._client.health.last_echo is None:
            return "its ports are open, but nothing is answered: it is busy"
        return "its heartbeat answers, but not our requests: it is busy, or the key is another one"

    def ask(self) -> None:
        """Send one more round of questions."""
        channels: tuple[Channel, ...] = ("control", "shell")
        for channel in channels:
            if self._client._is_open(channel) and not self._client.obstacle:
                msg = self._client.session.msg("kernel_info_request")
                self._claims.append(
                    self._client._router.claim(msg["msg_id"], self._inbox, whole=True)
                )
                with suppress(LinkDownError):  # it has gone down this moment
                    self._client._send(channel, msg)
        pause = _ROUNDS_S[min(self._rounds, len(_ROUNDS_S) - 1)]
        self._rounds += 1
        self._next_round = time.monotonic() + pause

    def wait(
        self, timeout: float | None, progress: Progress | None = None, *, silent: bool = False
    ) -> KernelInfo:
        """Wait for the proofs; see :meth:`KernelClient.wait_for_ready`.

        :param silent: after a while, be content with a kernel that is there but answers nothing.
            What it is is not known then, and :attr:`silent` is true.
        """
        deadline = None if timeout is None else self._start + timeout
        while not self.proven or self._awaits_shell() or self._awaits_stdin():
            now = time.monotonic()
            self._look_at_links(now)
            self._check(now, deadline)
            if self.kernel_info is not None and now > self._answered_at + _UNPROVEN_S:
                break  # it answers: output that cannot be proven is better than no console
            if silent and self._answers_nothing(now):
                self.silent = True
                return KernelInfo()
            if now >= self._next_round and self._inbox.empty() and self._is_connected():
                self.ask()
            try:
                self.take(self._inbox.get(timeout=self._pause(now)))
            except Empty:
                if progress is not None:
                    progress(now - self._start)
        assert self.kernel_info is not None
        return self.kernel_info

    def _answers_nothing(self, now: float) -> bool:
        """Whether all channels are connected for long, and not even the heartbeat is answered.

        With an echo it is not the kernel that is silent, but we who are not heard.
        """
        return (
            self.kernel_info is None
            and self._has_been_connected(now)
            and self._client.health.last_echo is None
            and not self._is_forged()
        )

    def _has_been_connected(self, now: float) -> bool:
        """Whether all channels have been connected for as long as a kernel needs for an answer."""
        return self._connected_since is not None and now > self._connected_since + _SILENT_S

    def _look_at_links(self, now: float) -> None:
        """Note since when all channels are connected."""
        links = self._client._links
        names = [name for name in CHANNELS if self._client._is_open(name)]
        if not all(name in links and links[name].state == "up" for name in names):
            self._connected_since = None
        elif self._connected_since is None:
            self._connected_since = now

    def _is_connected(self) -> bool:
        """Whether the questions before have left: until then they wait in our sockets."""
        return any(link.state == "up" for link in self._client._links.values())

    def _pause(self, now: float) -> float:
        """How long to wait for an answer before having another look, in seconds."""
        left = self._next_round - now
        return left if 0 < left < _TICK_S else _TICK_S

    def _awaits_shell(self) -> bool:
        """Whether the answer on shell is only a moment away.

        A kernel that we have just started cannot be busy with anything else.
        """
        if self._shell_answered or not self._client._is_open("shell"):
            return False
        return self._client.process is not None or time.monotonic() < self._answered_at + _SHELL_S

    def _awaits_stdin(self) -> bool:
        """Whether stdin will be connected in a moment: a question would be lost till then."""
        if not self._client._is_open("stdin"):
            return False
        link = self._client._links.get("stdin")
        is_up = link is not None and link.state == "up"
        return not is_up and time.monotonic() < self._answered_at + _STDIN_S

    def take(self, item: Item | KconsoleError) -> None:
        """Take one answer."""
        if isinstance(item, KernelDiedError):
            return  # it never was there: _check knows the better words, and the kernels that come back
        if isinstance(item, KconsoleError):
            raise item
        self._note(item)
        if item.channel == "iopub":
            self.iopub_proven = True
        elif item.msg["msg_type"] == "kernel_info_reply":
            self._shell_answered = self._shell_answered or item.channel == "shell"
            if self.kernel_info is None:
                self._answered_at = time.monotonic()
            self.kernel_info = parse_kernel_info(item.msg)
            if not self.iopub_proven and self._rounds < len(_ROUNDS_S):
                self._next_round = min(self._next_round, time.monotonic() + _ROUNDS_S[0])

    def close(self) -> None:
        """Give up the claims; the replies that still come are nobody's, and dropped."""
        while not self._inbox.empty():
            self._note(self._inbox.get())
        for claim in self._claims:
            if claim.key in self._answered or not claim.whole:
                self._client._router.release(claim)
            else:
                self._client._router.abandon(claim)
        self._claims.clear()
        transport = self._client._transport
        if transport is not None:
            transport.unsubscribe(self._token.encode())

    def _note(self, item: Item | KconsoleError) -> None:
        """Remember which request has its reply."""
        if isinstance(item, Item) and item.msg["msg_type"] == "kernel_info_reply":
            self._answered.add(item.msg["parent_header"]["msg_id"])

    def _subscribe(self) -> None:
        self._token = f"kconsole-{new_id()}"
        if not self.iopub_proven:
            self._claims.append(self._client._router.claim(self._token, self._inbox))
            self._client._running().subscribe(self._token.encode())

    def _check(self, now: float, deadline: float | None) -> None:
        """Raise if there is nothing left to wait for."""
        health = self._client.health
        name = self._client.connection_file or self._client.info.url("shell")
        if lost := self._client._given_up():
            raise lost
        if health.state == "denied":
            raise AuthenticationError(f"{name}: {health.detail}")
        if self._client.process is not None and self._client.process.poll() is not None:
            process = self._client.process
            raise KernelStartError(process.describe_failure(), said_lines(process.log_tail()))
        if health.state not in ("refused", "gone") or self._client.process is not None:
            self._refused_since = None
        elif self._refused_since is None:
            self._refused_since = now
        elif now - self._refused_since > _REFUSED_S:
            where = self._client.info.url("shell")
            raise KernelNotReadyError(f"{name}: nothing listens at {where} (connection refused)")
        if self.kernel_info is None and now > self._start + _FORGED_S and self._is_forged():
            raise self._unready(name, True)
        if deadline is not None and now >= deadline:
            raise self._unready(name, health.round_trip is not None)

    def _is_forged(self) -> bool:
        """Whether something has come whose signature does not fit our key."""
        dropped = self._client.session.dropped
        return dropped["forged"] + dropped["unsigned"] > 0

    def _unready(self, name: str, beats: bool) -> KconsoleError:
        """Say what is known about a kernel that did not answer in time."""
        if obstacle := self._client.obstacle:
            return KernelNotReadyError(f"{name}: {obstacle}")
        if self._is_forged():
            return AuthenticationError(f"{name}: the kernel signs with another key, or not at all")
        if beats:
            return KernelNotReadyError(
                f"{name}: the kernel is there (its heartbeat answers), but kernel_info gets no answer; "
                "the key may be another kernel's"
            )
        return KernelNotReadyError(f"{name}: no answer from {self._client.info.url('shell')}")
