"""The link to the kernel's computer in the console a line at a time: waited for, lost, made again."""

import time
from contextlib import suppress

from kconsole.client.execution import Execution
from kconsole.client.health import LOOK_S
from kconsole.client.kernel import Kernel
from kconsole.client.linknews import LinkEvent, LinkNews
from kconsole.client.outcome import ran
from kconsole.errors import KconsoleError, LinkDownError, ReplyTimeoutError
from kconsole.render.linkwords import LOG_IN, event_note, history_note, not_connected, outcome_note
from kconsole.repl.kernel.reconnecting import NO_LINK, log_in, nothing_to_do
from kconsole.repl.plain.commands import Session

__all__ = ["PlainLink"]


class PlainLink:
    """What the session does about it. Without a link it does nothing.

    :param kernel: to which it leads.
    :param session: the console.
    """

    def __init__(self, kernel: Kernel, session: Session) -> None:
        self._kernel = kernel
        self._session = session
        self.news = LinkNews(kernel.client, self._tell)

    def _tell(self, event: LinkEvent) -> None:
        self._session.note(event_note(event, f"Ctrl-C twice, and {LOG_IN} logs in again"))

    def wait(self) -> None:
        """Wait until a cell can be sent; Ctrl-C breaks the wait off, and drops the cell.

        :raise LinkDownError: only a person can make the link again.
        :raise KernelDiedError: the kernel is gone.
        """
        client, told = self._kernel.client, False
        carrier = client.carrier
        while carrier is not None and (obstacle := client.obstacle):
            why = not_connected(carrier.host, carrier.status, obstacle, time.monotonic())
            if carrier.status.state == "login":
                raise LinkDownError(f"not run: {why}")
            carrier.retry()  # somebody waits for it
            if not told:
                told = True
                self._session.note(f"{why}; waiting for it, Ctrl-C drops the cell")
            with suppress(ReplyTimeoutError):
                client.wait_for_link(LOOK_S)

    def lose(self, execution: Execution, code: str, after: int | None, *, private: bool) -> None:
        """Tell of a cell whose reply was lost; it is not run again.

        :param code: the cell's.
        :param after: the number of the last cell before it, if that is known.
        :param private: whether the kernel was not to remember it.
        """
        cell = execution.cell
        number = cell.execution_count or (None if after is None else after + 1)
        name = "the cell" if number is None else f"In[{number}]"
        self._session.note(outcome_note(name, begun=cell.saw_input))
        if cell.saw_input or private:
            return
        with suppress(KconsoleError):  # the next gap has come, or the end
            if (known := ran(self._kernel.client, code, after=after)) is not None:
                self._session.note(history_note(name, ran=known))

    def reconnect(self) -> None:
        r"""``\\reconnect``: make the link again, with ssh's own questions if only a person can."""
        host = self._kernel.host
        if host is None:
            self._session.note(NO_LINK)
        elif said := nothing_to_do(host, time.monotonic()):
            self._session.note(said)
        elif host.status.state == "login":
            failure = log_in(host)
            self._session.note(
                f"no link: {failure}" if failure else f"the link to {host.host} is up"
            )
        else:
            host.retry()
            self._session.note(f"trying {host.host} again")
