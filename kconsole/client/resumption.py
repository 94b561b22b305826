"""What becomes of a client whose link to the kernel's computer has broken and is back.

In the gap nothing is sent. What was sent before may have been answered into the gap, or was never heard, or
is still being worked at: a kernel answers in order, so a question sent after the gap tells. Its answer
before theirs proves that theirs will never come. Nothing is ever asked a second time.

Where the kernel has not noticed yet that the connection of before is closed, a ROUTER without handover
(zmq_setsockopt(3), ZMQ_ROUTER_HANDOVER) ignores the new one for good, because it bears the same routing id:
in a black hole, and while it is at work (xeus). A question that is not answered for some seconds proves
nothing, a kernel may be busy; but if the same question is answered to a newcomer with another id, we are
not heard. Then we become newcomers too, on that channel.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from kconsole.client.carrier import Carrier
from kconsole.client.health import LOOK_S
from kconsole.client.pending import Lane, Pending, is_reply
from kconsole.connect.ssh.status import USABLE, LinkStatus
from kconsole.errors import ChannelError, LinkDownError, LinkLostError, ReplyTimeoutError
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.session import new_id

if TYPE_CHECKING:
    from kconsole.client.base import ClientBase
    from kconsole.client.zmq_transport import ZmqTransport

__all__ = ["Gap", "Resumed", "Resumption"]

#: How long a kernel may take to answer after a gap until a newcomer's question is tried, in seconds.
_SILENT_S = 3.0
#: How long it may take for ours, once it has answered the newcomer, in seconds: ours was sent before.
_AFTER_NEWCOMER_S = 0.5
_NEWCOMERS = 2
#: How often the link is told that something has come through it, in seconds.
_HEARD_S = 0.1


#: The states of a link that carries nothing.
_WORDS = {
    "connecting": "the link is being made",
    "down": "link down",
    "login": "login needed",
    "failed": "link failed",
    "closed": "link closed",
}

_SHELL, _CONTROL = Lane("shell"), Lane("control")
_MAIN = (_CONTROL, _SHELL)


class Gap(NamedTuple):
    """A time in which nothing came through, by the wall clock (:func:`time.time`).

    Attributes:
        down_at: when it began: the link fell silent, or was lost.
        up_at: when all channels were connected again.
    """

    down_at: float
    up_at: float


class Resumed(NamedTuple):
    """What has become of all that was under way in a gap, or in several in a row.

    Attributes:
        lost: the msg_ids of requests whose replies will never come; empty if none was lost. Whether they
            have done their work is unknown (:func:`kconsole.client.outcome.ran` may find out).
        down_at: when the first of the gaps began, by :func:`time.time`.
        up_at: when the last one ended.
    """

    lost: tuple[str, ...]
    down_at: float
    up_at: float


class _Question(NamedTuple):
    """A kernel_info_request after a gap: who answers it has answered these before, or never will."""

    lane: Lane
    before: tuple[str, ...]


class Resumption:
    """Sees a client through the gaps of its link. All of it runs in the I/O thread but where it is said.

    :param client: whose connections are carried.
    :param carrier: the link.
    """

    def __init__(self, client: "ClientBase", carrier: Carrier) -> None:
        self._client = client
        self._carrier = carrier
        self.pending = Pending()
        #: Written by the I/O thread, read by all: ``new`` never connected yet; ``whole``; ``gap``;
        #: ``asking`` connected again, but it is not known yet whether we are heard.
        self._phase: Literal["new", "whole", "gap", "asking"] = "new"
        #: Rung after each change, for those that wait for the link.
        self._news = threading.Condition()
        #: Whether the link itself was seen down, and not only the kernel's sockets, since all was well.
        self._link_lost = False
        #: The same, since its way back was told.
        self._gap_is_news = False
        self._down_at = self._up_at = 0.0  # of the last gap
        self._first_down_at: float | None = None
        self._questions: dict[str, _Question] = {}
        #: Whether any of these is about the fate of a request; written by the I/O thread, read by all.
        self._doubts = False
        self._lost: list[str] = []
        self._gaps = 0
        #: The channels on which something has come since the last gap: there we are heard.
        self._heard_on: set[Channel] = set()
        #: Those on which it has answered a newcomer since then, and not us.
        self._deaf: set[Channel] = set()
        #: Whether the kernel answers on control at all; R's and others do not.
        self._control_answers = False
        self._heard_at = 0.0

    # -- called from any thread ------------------------------------------------------------------

    @property
    def settled(self) -> bool:
        """Whether there is no gap, and no doubt about anything that was sent before one."""
        return self._phase in ("new", "whole") and not self._doubts

    @property
    def link_down(self) -> str:
        """Why the link carries nothing at the moment, in a few words; "" if it does."""
        status = self._carrier.status
        if status.state in USABLE:
            return ""
        word = _WORDS[status.state]
        return f"{word}: {status.detail}" if status.detail else word

    @property
    def refused(self) -> str:
        """Proof that nobody is there any more where the link leads to; "" if there is none."""
        return "" if self.link_down else self._carrier.refused

    @property
    def obstacle(self) -> str:
        """Why nothing can be sent at the moment, in a few words; "" if it can."""
        if down := self.link_down:
            return down
        if self._phase == "gap":
            return self._carrier.refused or "the kernel is not connected"
        return "the kernel has not answered yet" if self._phase == "asking" else ""

    def admit(self, channel: Channel, msg: Message) -> None:
        """Let a message through that is about to be sent, and remember what waits for an answer.

        :raise LinkDownError: it would not reach the kernel now.
        """
        if obstacle := self.obstacle:
            raise LinkDownError(f"not connected to {self._carrier.host}: {obstacle}")
        self.pending.add(channel, msg)

    def wait(self, timeout: float | None) -> None:
        """Wait until something can be sent; see :meth:`ClientBase.wait_for_link`."""
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._news:
            while self.obstacle:
                self._client._check_alive()
                left = LOOK_S if deadline is None else min(LOOK_S, deadline - time.monotonic())
                if left <= 0:
                    raise ReplyTimeoutError(f"no link to {self._carrier.host} in {timeout:g} s")
                self._news.wait(left)

    def given_up(self) -> LinkLostError | None:
        """What whoever waits is to raise, because the link will not come back; None if it may."""
        status = self._carrier.status
        return self.lost_error(status.detail) if status.state in ("failed", "closed") else None

    def lost_error(self, why: str = "") -> LinkLostError:
        """What whoever waits for a reply is to raise, because it will never come."""
        because = f" ({why})" if why else ""
        return LinkLostError(
            f"the link to {self._carrier.host} was lost{because}; the outcome is unknown"
        )

    def follow(self, transport: "ZmqTransport") -> None:
        """Listen to the link from now on; its news come after the messages that came before them."""

        def changed() -> None:  # in a thread of the link
            if self._client._stopped:
                return
            status = self._carrier.status
            for name in self._client._links:
                transport.flush(name)
            transport.call(partial(self._client._carrier_changed, status))

        self._carrier.listen(changed)

    # -- what comes ------------------------------------------------------------------------------

    def receive(self, channel: Channel, msg: Message) -> None:
        """Take a message, before anybody else does."""
        now = time.monotonic()
        if now - self._heard_at > _HEARD_S:
            self._heard_at = now
            self._carrier.heard()
        self._control_answers = self._control_answers or channel == "control"
        self._heard_on.add(channel)
        if not is_reply(channel, msg):
            return
        msg_id = msg["parent_header"].get("msg_id")
        if not isinstance(msg_id, str):
            return
        self.pending.discard(msg_id)
        if msg_id in self._questions:
            self._later(partial(self._answered, msg_id))

    def carrier_changed(self, status: LinkStatus) -> None:
        """Take what the link has said of itself."""
        if status.state not in USABLE and self._phase != "new":
            self._link_lost = self._gap_is_news = True
            if self._phase == "gap":  # the connections may have told of it before the link did
                self._down_at = min(self._down_at, status.last_heard(time.monotonic(), time.time()))
                self._first_down_at = min(self._first_down_at or self._down_at, self._down_at)
        self.look()

    def look(self) -> None:
        """See whether a gap begins or ends; after each change of a connection or of the link."""
        states = [link.state == "up" for link in self._client._links.values()]
        # A kernel may have closed one of its sockets for good: that is no reason not to use the others.
        connected = all(states) or (any(states) and bool(self._carrier.refused))
        whole = self._carrier.status.state in USABLE and bool(states) and connected
        if not whole and self._phase in ("whole", "asking"):
            self._begin_gap()
        elif whole and self._phase == "gap":
            self._end_gap()
        elif whole and self._phase == "new":
            self._phase = "whole"
        with self._news:
            self._news.notify_all()

    def forget_kernel(self) -> None:
        """The kernel is another one: what was asked of the one before has no answer to wait for."""
        self.pending.clear()
        self._questions = {
            msg_id: each._replace(before=()) for msg_id, each in self._questions.items()
        }
        self._conclude()

    # -- the gap ---------------------------------------------------------------------------------

    def _begin_gap(self) -> None:
        self._phase = "gap"
        self._gaps += 1
        self._down_at = self._carrier.status.last_heard(time.monotonic(), time.time())
        if self._carrier.status.state not in USABLE:
            self._link_lost = self._gap_is_news = True
        if self._first_down_at is None:
            self._first_down_at = self._down_at
        self._questions = {}  # they may have been answered into the gap
        if (transport := self._client._transport) is not None:
            transport.end_probes()

    def _end_gap(self) -> None:
        self._phase = "asking"
        self._up_at = time.time()
        self._heard_on, self._deaf = set(), set()
        lanes = self.pending.by_lane()
        if (
            not self._control_answers
        ):  # as far as we know: what was asked there is no matter of doubt
            lanes.pop(_CONTROL, None)
        # Both are asked, whatever is pending: one answer tells the RestartWatch which kernel it is.
        for lane in {*_MAIN, *lanes}:
            if self._client._is_open(lane.channel):
                self._ask(lane, lanes.get(lane, ()))
        self._doubts = bool(lanes)
        self._at(_SILENT_S, partial(self._unanswered, self._gaps))

    def _ask(self, lane: Lane, before: tuple[str, ...]) -> None:
        question = self._question(lane)
        self._questions[question["msg_id"]] = _Question(lane, before)
        # Nobody waits for it, and nobody is to be shown it.
        self._client._router.abandon(self._client._router.claim(question["msg_id"]))
        if (transport := self._client._transport) is not None:
            with suppress(ChannelError):  # it is being closed
                transport.send(lane.channel, question)

    def _question(self, lane: Lane) -> Message:
        return self._client.session.msg(
            "kernel_info_request", {}, subshell_id=lane.subshell_id or None
        )

    def _answered(self, msg_id: str) -> None:
        """A question is answered: what was asked before it, and is not answered, is lost."""
        question = self._questions.pop(msg_id, None)
        if question is None:  # another gap has come in between
            return
        self._lose(question.before)
        self._reopen_gate()
        self._conclude()

    def _lose(self, ids: tuple[str, ...]) -> None:
        lost = [msg_id for msg_id in ids if self.pending.discard(msg_id)]
        for msg_id in lost:
            self._client._activity.forget(msg_id)
        self._client._router.fail_some(lost, self.lost_error())
        self._lost += lost

    def _reopen_gate(self) -> None:
        """We are heard, or it is not to be waited for any longer: let requests through again."""
        if self._phase != "asking":
            return
        self._phase = "whole"
        with self._news:
            self._news.notify_all()
        if self._gap_is_news:
            self._gap_is_news = False
            self._tell("on_gap_end", self._client.on_gap_end, Gap(self._down_at, self._up_at))
        self._client._changed()

    def _conclude(self) -> None:
        """Tell how it has ended, once there is no doubt about anything any more."""
        self._doubts = any(each.before for each in self._questions.values())
        if self._phase != "whole" or self._doubts:
            return
        told = self._link_lost or self._lost
        first, self._first_down_at = self._first_down_at or self._down_at, None
        resumed = Resumed(tuple(self._lost), first, self._up_at)
        self._lost, self._link_lost = [], False
        if told:
            self._tell("on_resumed", self._client.on_resumed, resumed)

    # -- not being heard ---------------------------------------------------------------------------

    def _unanswered(self, gap: int) -> None:
        """Some time has passed since a gap: see whether a newcomer is heard where we are not."""
        if gap != self._gaps:
            return
        for lane in _MAIN:
            if lane.channel not in self._heard_on:
                self._send_newcomer(gap, lane.channel, 1)
        self._reopen_gate()  # a kernel that is just busy hears what is sent now

    def _send_newcomer(self, gap: int, channel: Channel, number: int) -> None:
        if (transport := self._client._transport) is not None:
            heard = partial(self._newcomer_heard, gap, channel, number)
            transport.probe(channel, self._question(Lane(channel)), heard)

    def _newcomer_heard(self, gap: int, channel: Channel, number: int) -> None:
        # The first may have been served in turn before what waits of ours, the second not before any of it.
        if number < _NEWCOMERS and channel not in self._heard_on:
            self._send_newcomer(gap, channel, number + 1)
        elif gap == self._gaps:
            self._deaf.add(channel)
            self._at(_AFTER_NEWCOMER_S, partial(self._become_newcomer, gap))

    def _become_newcomer(self, gap: int) -> None:
        """Take another routing id where we are still not heard: what bears the old one never will be.

        On all these channels together: the connections that are made anew are a gap of their own, in which
        the others would have to be found out about once more.
        """
        transport = self._client._transport
        deaf = self._deaf - self._heard_on
        if gap != self._gaps or transport is None or not deaf:
            return
        for lane, ids in self.pending.by_lane().items():
            if lane.channel in deaf:
                self._lose(ids)
        # A kernel asks for input where the request came from, so these two go by one name.
        channels = {*deaf, "stdin"} if "shell" in deaf else deaf
        transport.reopen(channels, f"{self._client.session.session}-{new_id()[:8]}")

    # -- details -----------------------------------------------------------------------------------

    def _later(self, task: Callable[[], None]) -> None:
        """Have something done after what has come on iopub by now has been handed out."""
        if (transport := self._client._transport) is not None:
            transport.flush("iopub")
            transport.call(task)

    def _at(self, seconds: float, task: Callable[[], None]) -> None:
        if (transport := self._client._transport) is not None:
            transport.call_at(time.monotonic() + seconds, task)

    def _tell(self, who: str, callback: Callable[..., None] | None, what: Gap | Resumed) -> None:
        if callback is None:
            return
        try:
            callback(what)
        except Exception:  # anybody's code, and this thread must live on
            self._client.log.exception("%s failed", who)
