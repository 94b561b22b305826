r"""``\reconnect``: the link is made again at once, with somebody there who can log in if need be."""

import asyncio
import time
from typing import TYPE_CHECKING

from kconsole.connect.ssh.status import USABLE
from kconsole.errors import KconsoleError
from kconsole.render.linkwords import link_state
from kconsole.render.sanitise import one_line
from kconsole.repl.desk import Desk
from kconsole.repl.terminal.lending import lent_terminal

if TYPE_CHECKING:
    from kconsole.client.remote import RemoteHost

__all__ = ["NO_LINK", "Reconnecting", "log_in", "nothing_to_do"]

NO_LINK = "the kernel is on this computer: there is no link"


def nothing_to_do(host: "RemoteHost", now: float) -> str:
    """Say why a link need not be made again; "" if it has to be.

    :param now: by :func:`time.monotonic`.
    """
    status = host.status
    if status.state not in USABLE:
        return ""
    if status.state == "up":
        return f"the link to {one_line(host.host)} is up"
    return (
        f"the link to {one_line(host.host)} is {link_state(status, now)}; "
        "ssh ends it if it stays so, and it is made again"
    )


def log_in(host: "RemoteHost") -> str:
    """Log in again, with the terminal in the hands of ssh; returns why that did not work, "" if it did."""
    try:
        host.login()
    except KeyboardInterrupt:
        return f"{one_line(host.host)}: cancelled"
    except KconsoleError as error:
        return str(error)
    return ""


class Reconnecting:
    """Makes the link again.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def start(self) -> None:
        """Try at once; where only a person can log in, with ssh's own questions on the terminal."""
        host = self._desk.kernel.host
        if host is None:
            self._desk.scribe.note(NO_LINK)
        elif said := nothing_to_do(host, time.monotonic()):
            self._desk.scribe.note(said)
        elif host.status.state == "login":
            self._desk.spawn(lambda: self._log_in(host))
        else:
            host.retry()
            self._desk.scribe.note(f"trying {one_line(host.host)} again")

    async def _log_in(self, host: "RemoteHost") -> None:
        if self._desk.view.screen.lent:  # somebody else has the terminal
            return
        async with lent_terminal(self._desk.view.screen):
            failure = await asyncio.to_thread(log_in, host)
            self._desk.view.app.output.write_raw("\r")
        if failure:
            self._desk.scribe.note(f"no link: {failure}; \\reconnect tries again", "error")
