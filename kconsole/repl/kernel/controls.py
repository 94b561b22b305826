"""What can be done to the kernel itself, and asked about it, by command."""

import time
from collections.abc import Sequence
from pathlib import Path

from kconsole.client.leaving import attach_command
from kconsole.render.cells import fit
from kconsole.render.labels import kernel_label, kill_command
from kconsole.render.sanitise import one_line
from kconsole.repl.desk import Desk
from kconsole.repl.kernel.conninfo import Connection, Way, conninfo_lines
from kconsole.repl.kernel.pid import kernel_pid
from kconsole.repl.kernel.turns import Turn, turns
from kconsole.repl.work import Work

__all__ = ["Controls", "queue_lines"]

#: How long a kernel may take to answer that it ends, in seconds.
_SHUTDOWN_S = 5.0


class Controls:
    """The commands that act on the kernel.

    :param desk: the console's tools.
    :param work: the cells.
    """

    def __init__(self, desk: Desk, work: Work) -> None:
        self._desk = desk
        self._state = desk.state
        self._work = work

    # -- what runs -----------------------------------------------------------------------------------

    def interrupt(self) -> None:
        """Interrupt the kernel, for whomever it works."""
        if self._state.restarting:
            self._desk.scribe.note("the kernel is being restarted")
        elif self._work.cannot():
            return
        elif not self._state.working:
            self._desk.scribe.note(f"the kernel is {'dead' if self._state.gone else 'idle'}")
        else:
            self._work.interrupting.ask()

    def queue(self) -> None:
        """List what the kernel runs, and the cells that wait."""
        columns = self._desk.view.app.output.get_size().columns
        self._desk.scribe.lines(queue_lines(turns(self._state), columns))

    # -- the connection --------------------------------------------------------------------------------

    def conninfo(self) -> None:
        """Tell which kernel this is, and how it is reached."""
        self._desk.spawn(self._tell_connection)

    async def _tell_connection(self) -> None:
        kernel, client = self._desk.kernel, self._desk.kernel.client
        host = kernel.host
        connection = Connection(
            name=kernel.name,
            kernel=self._state.info,
            info=client.info,
            file=client.connection_file,
            ours=kernel.process is not None,
            kept=self._desk.options.keep,
            pid=await kernel_pid(self._desk),
            session=client.session.session,
            username=client.session.username,
            health=client.health,
            there=kernel.info_there,
            link=Way(host.host, host.status, host.words) if host is not None else None,
            command=attach_command(kernel),
            terminal=self._desk.dressing.description,
        )
        columns = self._desk.view.app.output.get_size().columns
        self._desk.scribe.lines(conninfo_lines(connection, time.monotonic(), columns))

    # -- its end -----------------------------------------------------------------------------------------

    def shut_down(self) -> None:
        """Ask by name whether the kernel is to end, whoever started it."""
        if self._state.gone:
            self._desk.scribe.note("the kernel is dead already; Ctrl-D leaves")
            return
        if self._work.cannot():
            return
        name = self._name
        file = Path(self._desk.kernel.client.connection_file).name
        where = f" ({one_line(file)})" if file and file != name else ""
        self._desk.scribe.note(
            f"this shuts down {name}{where}{self._who_else()}; Enter alone does not", "warning"
        )
        self._desk.asker.ask(f"type {name} to shut it down: ", self._decide)

    @property
    def _name(self) -> str:
        """What the user has to type: the kernel's name, or its file's."""
        return kernel_label(self._desk.kernel.name)

    def _who_else(self) -> str:
        number = len(self._state.clients.recent(time.monotonic()))
        if number:
            return (
                f", which {'1 other has' if number == 1 else f'{number} others have'} used lately"
            )
        return "" if self._desk.kernel.process is not None else ", which others may use too"

    def _decide(self, answer: str) -> None:
        if answer != self._name:
            self._desk.scribe.note(f"{self._name} is not shut down")
        elif self._desk.kernel.process is not None:
            self._desk.kernel.keep(False)
            self._desk.scribe.note(f"shutting down {self._name}, and leaving")
            self._desk.exit(0)
        else:
            self._desk.spawn(self._ask_to_end)

    async def _ask_to_end(self) -> None:
        """A kernel that is not ours can only be asked."""
        self._work.drop_queue()
        if self._state.working:  # many kernels end only between two cells
            self._work.interrupting.ask()
        self._state.ending = True
        answered = await self._desk.inquiry.shut_down(_SHUTDOWN_S)
        if answered or self._state.gone:
            done = "has ended" if self._state.gone else "has answered that it ends"
            self._desk.scribe.note(f"{self._name} {done}")
            self._desk.exit(0)
            return
        self._state.ending = False
        pid = await kernel_pid(self._desk)
        host = self._desk.kernel.host
        where = "" if host is None else host.host
        by_force = "" if pid is None else f"; {kill_command(pid, where)} ends it"
        self._desk.scribe.note(
            f"{self._name} has not answered the request to end for {_SHUTDOWN_S:.0f} s{by_force}",
            "error",
        )


def queue_lines(cells: Sequence[Turn], columns: int) -> list[str]:
    """Return what ``\\queue`` shows, a line for each cell, none wider than the screen.

    :param cells: in the order in which they are run.
    :param columns: the width of the screen.
    """
    lines = [fit(f"{each.state:6}{each.text}", max(1, columns)) for each in cells]
    return lines if any(each.state == "waits" for each in cells) else [*lines, "no cell waits"]
