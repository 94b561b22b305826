r"""The ``\`` commands of the console a line at a time: those that need neither a screen nor a loop."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from kconsole.client.ending import end_kernel
from kconsole.client.kernel import Kernel
from kconsole.connect.paths import shown
from kconsole.connect.smallfile import read_small_file
from kconsole.errors import (
    KconsoleError,
    KernelDiedError,
    ReplyTimeoutError,
)
from kconsole.render.cabinet import Cabinet
from kconsole.render.errorlook import Form
from kconsole.render.labels import kernel_label
from kconsole.render.linkwords import link_state
from kconsole.render.sanitise import one_line
from kconsole.render.style import Role
from kconsole.repl.commands import COMMANDS, help_lines, parse, unknown
from kconsole.repl.history.matching import AT_MOST, listing
from kconsole.repl.plain.history import PlainHistory
from kconsole.repl.plain.log import PlainLog
from kconsole.repl.screen.lasterror import LastError
from kconsole.repl.terminal.opening import open_kept

__all__ = ["PlainCommands", "Session"]

_COLUMNS = 80
_SHUTDOWN_S = 5.0


class Session(Protocol):
    """What the commands need of the console."""

    #: Whether to say after each cell how long it took.
    timing: bool

    def write(self, text: str) -> None:
        """Write text that is safe."""

    def note(self, text: str, role: Role = "note") -> None:
        """Say something in a line of its own."""

    def ask(self, prompt: str) -> str:
        """Ask the user for a line."""

    def run_code(self, code: str) -> None:
        """Run a cell."""

    def farewell(self) -> None:
        """End the session; the kernel lives on if it is not ours, or if the options want that."""

    def end(self) -> None:
        """End the session without a word."""

    def begin_anew(self) -> None:
        """Number the prompts from 1 again."""


class PlainCommands:
    """Runs the commands.

    :param kernel: ready to be used.
    :param session: the console.
    :param history: its inputs.
    :param log: what it has shown.
    :param reconnect: makes the link to the kernel's computer again.
    :param error: the last that was shown.
    :param cabinet: the files of what is no text.
    """

    def __init__(
        self,
        kernel: Kernel,
        session: Session,
        history: PlainHistory,
        log: PlainLog,
        reconnect: Callable[[], None],
        error: LastError,
        cabinet: Cabinet,
    ) -> None:
        self._kernel = kernel
        self._session = session
        self._history = history
        self._error = error
        self._log = log
        self._actions: Mapping[str, Callable[..., None]] = {
            "?": self._help,
            "q": session.farewell,
            "conninfo": self._conninfo,
            "reconnect": reconnect,
            "restart": self._restart,
            "shutdown": self._shutdown,
            "hist": self._hist,
            "save": log.save,
            "log": log.log,
            "i": self._include,
            "last": self._last,
            "open": lambda number="": open_kept(cabinet, number, session.note),
            "tb": self._tb,
            "timing": self._timing,
        }

    def knows(self, line: str) -> bool:
        """Whether a line is a command, be it one that is used wrongly or not to be had here."""
        try:
            return parse(line) is not None
        except ValueError:
            return True

    def take(self, text: str) -> bool:
        """Run an input if it is a command; False if it is code."""
        try:
            invocation = parse(text)
            if invocation is None:
                return self._refuses(text)
            name = invocation.command.name
            if name not in self._actions:
                raise ValueError(rf"\{name} needs a screen; \? lists what there is without one")
            self._actions[name](*invocation.arguments)
        except KernelDiedError:
            raise  # it ends more than the command
        except (ValueError, KconsoleError) as error:
            self._session.note(str(error))
        return True

    def _refuses(self, text: str) -> bool:
        """Say of a line that is no command that it cannot be code either; whether it cannot."""
        info = self._kernel.info
        why = "" if info is None else unknown(text, info.language_info.name)
        if why:
            self._session.note(why)
        return bool(why)

    def _help(self) -> None:
        here = [each for each in COMMANDS if each.name in self._actions]
        self._session.write("".join(f"{line}\n" for line in help_lines(_COLUMNS, commands=here)))

    def _conninfo(self) -> None:
        kernel, client = self._kernel, self._kernel.client
        info = client.info
        language = kernel.info.language_info if kernel.info is not None else None
        facts = [
            kernel.name,
            "" if language is None else f"{language.name} {language.version}".strip(),
            self._where(),
            "encrypted" if info.curve_publickey else "",
            "started here" if kernel.process is not None else "attached",
            client.connection_file,
        ]
        self._session.note(", ".join(one_line(fact) for fact in facts if fact))

    def _where(self) -> str:
        host, info = self._kernel.host, self._kernel.client.info
        if host is not None:
            state = link_state(host.status, time.monotonic())
            return f"ssh {host.host}" + (f" ({state})" if state else "")
        return info.transport if info.transport == "ipc" else f"{info.transport} {info.host}"

    def _restart(self) -> None:
        if self._kernel.process is not None:
            self._session.note("restarting the kernel")
        self._kernel.restart()
        self._session.begin_anew()
        self._session.note("the kernel was restarted")

    def _shutdown(self) -> None:
        name = kernel_label(self._kernel.name)
        answer = self._session.ask(
            f"This ends the kernel for all. Type its name, {name}, to do so: "
        )
        if answer.strip() != name:
            self._session.note("not shut down")
            return
        if self._kernel.process is None:
            try:
                end_kernel(self._kernel, _SHUTDOWN_S, busy=self._kernel.client.is_busy)
            except ReplyTimeoutError as error:
                self._session.note(str(error))
                return
        self._session.note("the kernel was shut down")
        self._session.end()

    def _hist(self, pattern: str = "") -> None:
        found = self._history.find(pattern)
        if not found:
            self._session.note("no input matches" if pattern else "no input is known yet")
        elif len(found) > AT_MOST:
            self._session.note(f"the latest {AT_MOST} that match:")
        self._session.write("".join(f"{line}\n" for line in listing(found[-AT_MOST:])))

    def _include(self, name: str) -> None:
        path = Path(os.path.expanduser(name))
        try:
            text = read_small_file(path).content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(f"{shown(path)}: is not UTF-8") from None
        except ValueError as error:
            raise ValueError(f"{shown(path)}: {error}") from None
        self._session.run_code(text.replace("\r\n", "\n"))

    def _last(self) -> None:
        text = self._log.last()
        if not text:
            self._session.note("there has been no output yet")
        self._session.write(text)

    def _tb(self, form: Form = "full") -> None:
        text = self._error.text(form)
        if not text:
            self._session.note("there has been no error yet")
        self._session.write(text)

    def _timing(self, wanted: str = "") -> None:
        timing = wanted == "on" if wanted else not self._session.timing
        self._session.timing = timing
        self._session.note(f"timing is {'on' if timing else 'off'}")
