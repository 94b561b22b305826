"""One cell under way, for a caller that blocks: a script, or ``execute_interactive``.

The thought (when is a cell done?) is in :class:`kconsole.protocol.cell.Cell`; this feeds it with what
comes and with the passing of time.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from queue import Empty
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from kconsole.client.doubt import IdleDoubt
from kconsole.client.health import LOOK_S, half_dead
from kconsole.client.inbox import Item, JoiningInbox
from kconsole.client.leash import Leash
from kconsole.errors import KconsoleError, KernelDiedError, ReplyTimeoutError
from kconsole.protocol.cell import HALF_AT_MOST_S, Cell
from kconsole.protocol.events import Event, parse_event
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.replies import parse_execute_reply

if TYPE_CHECKING:
    from kconsole.client.base import ClientBase

__all__ = ["Execution", "Step"]


class _PulledError(KconsoleError):
    """Lies in the inbox to wake its reader: the leash has been pulled."""


class Step(NamedTuple):
    """One message of the cell: as it came, and what it means."""

    channel: Channel
    msg: Message
    event: Event


class Execution:
    """An execute_request and all that belongs to it, as an iterator of steps.

    A context manager: entering sends the request, leaving gives up the claim on its messages, so
    that later ones go to the channels.

    :param client: whose channels run.
    :param content: the content of the execute_request.
    :param tail: wait a little for results that come after the cell is done, as deno's do.
    :param joined: give the pieces of a stream that have come to wait as one message.
    :param warn: called once, by :meth:`steps`, with the channel behind which nobody listens any more while
        others work: the cell may wait for it in vain.
    :param look: called by :meth:`steps` before each step, and about once a second while there is none.
    :param leash: by which another thread has :meth:`steps` raise something.
    """

    def __init__(
        self,
        client: "ClientBase",
        content: Mapping[str, Any],
        *,
        tail: bool = True,
        joined: bool = False,
        warn: Callable[[str], None] | None = None,
        leash: Leash | None = None,
        look: Callable[[], None] | None = None,
    ) -> None:
        self._client = client
        self._leash = leash or Leash()
        self._msg = client.session.msg("execute_request", content)
        self._claim = client._router.claim(
            self._msg["msg_id"], JoiningInbox() if joined else None, whole=True
        )
        #: What has been taken out of the inbox before its time; of the caller's thread alone.
        self._ahead: deque[Item | KconsoleError] = deque()
        self._tail = tail
        self._warn = warn
        self._look = look
        self._half_dead_since: float | None = None
        self._doubt = IdleDoubt(client, self._claim.inbox)
        self.cell = Cell(self._msg["msg_id"], now=time.monotonic())
        self.reply: Message | None = None

    def __enter__(self) -> Self:
        self._leash.wakes(lambda: self._claim.inbox.put(_PulledError()))
        try:
            self._client._send("shell", self._msg)
        except BaseException:
            self._client._router.release(self._claim)
            raise
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client._router.release(self._claim)
        self._doubt.close()

    @property
    def msg_id(self) -> str:
        """The request's id."""
        return self._msg["msg_id"]

    def steps(self, timeout: float | None = None) -> Iterator[Step]:
        """What comes for the cell, one message after the other, until it is done.

        May be called again after an exception, a KeyboardInterrupt above all: it goes on.

        :param timeout: how long the cell may take from now on, in seconds; None is without limit.
        :raise ReplyTimeoutError: it was not done in that time.
        :raise KernelDiedError: the kernel died, or was restarted, or the link to its computer was lost
            and the reply with it; the cell is done then, and its ``lost`` says why. Not if the cell's
            reply has asked to leave: then it ends with that.
        :raise ChannelError: the channels were stopped.
        :raise BaseException: what the leash was pulled with.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self._over():
            self._leash.check()
            if self._look is not None:
                self._look()
            now = time.monotonic()
            if deadline is not None and now >= deadline:
                raise ReplyTimeoutError(f"the cell was not done in {timeout:g} s")
            patience = self.cell.deadline()
            if self._is_in_doubt() or (patience is not None and patience <= now):
                patience = None
            wake = min(each for each in (patience, deadline, now + LOOK_S) if each is not None)
            item = self._next(max(0.0, wake - now))
            if isinstance(item, KconsoleError):
                self._lose(item)
            elif item is not None and not self._doubt.take(item, time.monotonic()):
                yield self._take(item)

    def overtaken(self) -> bool:
        """Whether the cell has gone on since its last step: ended, or asked for input once more.

        To be looked at before an answer is sent that took its time: nobody waits for it then.
        """
        while not self._claim.inbox.empty():
            self._ahead.append(self._claim.inbox.get())
        return any(
            isinstance(item, KconsoleError) or item.channel != "iopub" for item in self._ahead
        )

    def _next(self, timeout: float) -> Item | KconsoleError | None:
        """What comes next, or why nothing will; None if nothing has within ``timeout`` seconds."""
        if self._ahead:
            return self._ahead.popleft()
        try:
            return self._claim.inbox.get(timeout=timeout)
        except Empty:
            self._look_at_links()
            return self._client.end

    def _look_at_links(self) -> None:
        """Warn of a channel that is closed; not at once, for a kernel that dies closes them one by one."""
        now = time.monotonic()
        closed = half_dead(self._client._links)
        if not closed or self._warn is None:
            self._half_dead_since = None
        elif self._half_dead_since is None:
            self._half_dead_since = now
        elif now >= self._half_dead_since + LOOK_S:
            warn, self._warn = self._warn, None
            warn(closed)

    def _is_in_doubt(self) -> bool:
        """Whether it is yet to be found out if the other half of the cell's end was lost with a link."""
        return self.cell.state == "half" and not self._client.settled

    def _over(self) -> bool:
        if self._is_in_doubt():
            return False
        self.cell.traffic(self._client._last_iopub)
        now = time.monotonic()
        if self._hopes_for_idle(now):
            return False
        self.cell.poll(now)
        return self.cell.state == "done" or (self.cell.finished and not self._tail)

    def _hopes_for_idle(self, now: float) -> bool:
        """Whether the idle, though overdue, is not to be given up yet."""
        if self.cell.state != "half" or self.cell.reply is None:
            return False
        deadline = self.cell.deadline()
        return (
            deadline is not None
            and deadline <= now < self.cell.state_since + HALF_AT_MOST_S
            and not half_dead(self._client._links)
            and self._doubt.stands(now)
        )

    def _lose(self, why: KconsoleError) -> None:
        """Nothing will come any more: raise why, unless it is what the cell has asked for."""
        if isinstance(why, _PulledError):
            return
        if not isinstance(why, KernelDiedError):
            raise why
        self.cell.lose(str(why), time.monotonic())
        if not self.cell.wishes.leave:
            raise why

    def _take(self, item: Item) -> Step:
        event = parse_event(item.msg)
        if item.msg["msg_type"] == "execute_reply":
            self.reply = item.msg
            self.cell.receive(parse_execute_reply(item.msg), time.monotonic())
        elif item.channel == "iopub":
            self.cell.receive(event, time.monotonic())
        return Step(item.channel, item.msg, event)
