"""--ping, --info, --complete, --inspect, --interrupt and --shutdown: one thing, done or asked, and an end.

For scripts and editors: a kernel is attached to and never started; what was found out goes to stdout, as
text or as one object of JSON, and why not, to stderr.
"""

import math
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import click

from kconsole.cli.options.base import option_name
from kconsole.cli.options.kernels import SSH
from kconsole.cli.options.scripts import STDIN
from kconsole.cli.reaching import attach_to, file_name, wait_for
from kconsole.cli.saying import Teller, complain, say
from kconsole.cli.settings import Settings
from kconsole.cli.statuses import exit_status, worst
from kconsole.errors import KconsoleError, NoKernelError, ReplyTimeoutError

if TYPE_CHECKING:
    from pathlib import Path

    from kconsole.client.found import Found
    from kconsole.client.kernel import Kernel

__all__ = ["perform_verb", "wanted_verb"]

#: How long a kernel has to answer, to get ready, or to end, in seconds, unless --timeout says otherwise.
_TIMEOUT_S = 10.0
#: How long it has for --ping: as for --list.
_PING_S = 0.6
_TIMED_OUT = 124
_ALIVE = ("idle", "busy", "late")
#: What may be given together with each of them.
_WITH = frozenset({"target", "existing", "json", "config", "encrypt", "timeout", *SSH})


class _Verb(NamedTuple):
    """One of them."""

    run: Callable[[Settings, Teller], int]
    #: Whether it changes something: then the kernel has to be named, be it as the newest.
    acts: bool = False
    #: The options that belong to it.
    options: frozenset[str] = frozenset()


def wanted_verb(settings: Settings) -> str | None:
    """Which of them was asked for; None is none.

    :raise click.UsageError: together with what makes no sense beside it.
    """
    values = settings.values
    found = [name for name in _VERBS if values[name] is not None and values[name] is not False]
    if len(found) > 1:
        raise click.UsageError(f"give only one of {' and '.join(map(option_name, found))}")
    verb = _VERBS[found[0]] if found else _Verb(_ping)
    for name in _OWN:
        if settings.given(name) and name not in verb.options:
            owners = [option_name(each) for each in _VERBS if name in _VERBS[each].options]
            raise click.UsageError(f"{option_name(name)} goes with {' or '.join(owners)}")
    if not found:
        return None
    allowed = _WITH | verb.options | {found[0]}
    for name in (*values, "kernel"):
        if settings.given(name) and name not in allowed:
            raise click.UsageError(
                f"{option_name(found[0])} stands alone: leave out {option_name(name)}"
            )
    if settings.attach_to is None:
        if settings.given("target") or settings.arguments:
            raise click.UsageError(f"{option_name(found[0])} is for a kernel that runs already")
        if verb.acts:
            raise click.UsageError(
                f"{option_name(found[0])} needs TARGET, or -e for the newest kernel"
            )
    return found[0]


def perform_verb(settings: Settings, name: str) -> int:
    """Do it; with no kernel named, to the newest that answers.

    :return: the exit status.
    """
    if settings.several:
        return _perform_all(settings, name)
    return _VERBS[name].run(settings, Teller())


def _perform_all(settings: Settings, name: str) -> int:
    """Do it to several kernels, one after the other; return the worst exit status."""
    from kconsole.cli.targets import find_targets, gaps

    targets = find_targets(settings.several)
    statuses = []
    for target, gap in zip(targets, gaps([target.label for target in targets]), strict=True):
        tell = Teller(target.label, gap)
        try:
            if target.error is not None:
                statuses.append(complain(str(target.error), exit_status(target.error)))
                continue
            one = settings._replace(attach_to=str(target.path), several=())
            statuses.append(_VERBS[name].run(one, tell))
        except KconsoleError as error:
            statuses.append(tell.complain(str(error), exit_status(error)))
    return worst(statuses)


def _timeout(settings: Settings, usual: float = _TIMEOUT_S) -> float:
    """How long to wait, in seconds; what is set for the cells of scripts does not count."""
    if not settings.given("timeout"):
        return usual
    return settings.values["timeout"] or math.inf


# -- without attaching -----------------------------------------------------------------------------


def _ping(settings: Settings, tell: Teller) -> int:
    from kconsole.render.kerneltable import heartbeat, kernel_json
    from kconsole.render.sanitise import one_line

    one = _found(settings)
    status = 0 if one.state in _ALIVE else 2 if one.state == "bad" else 3
    file, reason = one_line(one.path.name), one_line(one.reason)
    if settings.values["json"]:
        say([kernel_json(one, {}, tell.label)])
    elif status:
        tell.complain(f"{file}: {one.state}{reason and f': {reason}'}")
    else:
        tell.say([f"{one.state}, {heartbeat(one)}, {file}{reason and f' ({reason})'}"])
    return status


def _found(settings: Settings) -> "Found":
    """The kernel that is meant, alive or not."""
    if settings.link is not None:
        from kconsole.client.remote import survey_there

        if found := survey_there(settings.link, file_name(settings)):
            return found[0]
        raise NoKernelError(f"no kernels on {settings.link.host}")
    from kconsole.connect.files import find_connection_file

    path = find_connection_file(file_name(settings))
    return _look(path, min(_timeout(settings, _PING_S), _TIMEOUT_S))


def _look(path: "Path", timeout: float = _PING_S) -> "Found":
    from kconsole.client.survey import survey

    (found,) = survey([path], timeout=timeout)
    return found


# -- questions -------------------------------------------------------------------------------------


def _info(settings: Settings, tell: Teller) -> int:
    from kconsole.script.verbs import ask_info

    with attach_to(settings) as kernel:
        wait_for(kernel, _timeout(settings))
        if kernel.info is None or kernel.silent:
            raise ReplyTimeoutError(f"{kernel.name} is busy, and answers nothing")
        if settings.values["json"]:
            tell.json(ask_info(kernel, _timeout(settings)))
            return 0
        from kconsole.render.kernelinfo import info_lines

        tell.say(info_lines(kernel.info))
    return 0


def _complete(settings: Settings, tell: Teller) -> int:
    from kconsole.render.sanitise import one_line
    from kconsole.script.verbs import complete

    code, cursor = _code(settings, "complete")
    with attach_to(settings) as kernel:
        _wait_for_answer(kernel, _timeout(settings))
        reply = complete(kernel, code, cursor, _timeout(settings))
    if not settings.values["json"]:
        tell.say(map(one_line, reply.texts))
        return 0
    unknown = [""] * len(reply.texts)
    rows = zip(
        reply.texts,
        reply.spans,
        reply.types or unknown,
        reply.signatures or unknown,
        strict=True,
    )
    matches = [
        {"text": text, "start": start, "end": end, "type": kind, "signature": signature}
        for text, (start, end), kind, signature in rows
    ]
    tell.json({"matches": matches})
    return 0


def _inspect(settings: Settings, tell: Teller) -> int:
    from kconsole.script.verbs import inspect

    code, cursor = _code(settings, "inspect")
    with attach_to(settings) as kernel:
        _wait_for_answer(kernel, _timeout(settings))
        reply = inspect(kernel, code, cursor, _timeout(settings))
    if settings.values["json"]:
        tell.json({"found": reply.found, "data": reply.data, "metadata": reply.metadata})
    elif reply.found:
        from kconsole.render.helptext import help_text
        from kconsole.render.page import Page
        from kconsole.render.terminalsize import columns_of

        values = settings.values
        page = Page(columns_of(sys.stdout), values["color"] == "always", values["style"])
        tell.say([help_text(reply.data, reply.metadata, page)])
    else:
        tell.complain("nothing is known of what is at the cursor")
    return 0 if reply.found else 1


def _code(settings: Settings, name: str) -> tuple[str, int]:
    """What is asked about, from the command line or standard input, and where in it."""
    from kconsole.script.source import argument_source, stream_source

    code, cursor = settings.values[name], settings.values["cursor"]
    if code == STDIN and sys.stdin is not None:
        source = stream_source(sys.stdin.buffer, "standard input")
    else:
        source = argument_source(code, option_name(name))
    code = source.cells[0].source
    if cursor is None:
        return code, len(code)
    if cursor > len(code):
        raise click.UsageError(f"--cursor {cursor}: the code has only {len(code)} characters")
    return code, cursor


def _wait_for_answer(kernel: "Kernel", timeout: float) -> None:
    """Wait until the kernel can be asked, and say so if the answer will take its time."""
    from kconsole.script.verbs import has_to_wait

    wait_for(kernel, timeout)
    if has_to_wait(kernel) and sys.stderr is not None and sys.stderr.isatty():
        limit = "" if timeout == math.inf else f" for {timeout:g} s at most"
        complain(f"{kernel.name} is busy: waiting{limit} (Ctrl-C cancels)")


# -- what acts -------------------------------------------------------------------------------------


def _interrupt(settings: Settings, tell: Teller) -> int:
    from kconsole.cli.progress import Progress
    from kconsole.protocol.cell import INTERRUPT_S
    from kconsole.script.verbs import interrupt

    with attach_to(settings) as kernel:
        wait_for(kernel, _timeout(settings))
        timeout = _timeout(settings, INTERRUPT_S)
        interrupted = False
        if kernel.busy:
            progress = Progress(f"interrupting {kernel.name}", _nothing, _nothing)
            try:
                interrupted = interrupt(kernel, timeout, progress.show)
            finally:
                progress.clear()
        failed = kernel.busy and not interrupted
        if settings.values["json"]:
            state = "busy" if kernel.busy else "idle"
            tell.json({"state": state, "interrupted": interrupted, "file": _file(kernel)})
        elif not failed:
            what = "was interrupted" if interrupted else "is idle: nothing to interrupt"
            _tell(tell, kernel, what)
        if failed:
            what = f"has not reacted to the interrupt for {timeout:g} s"
            return tell.complain(f"{kernel.name} {what}{_way_out(kernel)}", _TIMED_OUT)
    return 0


def _shutdown(settings: Settings, tell: Teller) -> int:
    from kconsole.cli.progress import Progress
    from kconsole.client.ending import end_kernel

    sure = settings.values["yes"]
    if not sure and not (sys.stdin is not None and sys.stdin.isatty()):
        raise click.UsageError("--shutdown needs --yes where nobody can be asked")
    with attach_to(settings) as kernel:
        kernel.client.sink = lambda channel, msg: None  # what others do must not pile up
        wait_for(kernel, _timeout(settings))
        if not sure and not _confirm(kernel):
            return tell.complain(f"{kernel.name} is not shut down", 1)
        progress = Progress(f"waiting for the end of {kernel.name}", _nothing, _nothing)
        try:
            end_kernel(kernel, _timeout(settings), busy=kernel.busy, progress=progress.show)
        except ReplyTimeoutError as error:
            progress.clear()
            return tell.complain(f"{error}{_way_out(kernel, asked_to_end=True)}", _TIMED_OUT)
        finally:
            progress.clear()
        _clear_away(kernel)
        if settings.values["json"]:
            tell.json({"ended": True, "file": _file(kernel)})
        else:
            _tell(tell, kernel, "has ended")
    return 0


def _clear_away(kernel: "Kernel") -> None:
    """Remove the files of a kernel that has ended, if kconsole had started it."""
    if kernel.host is None:
        from kconsole.connect.clean import remove_after_end
        from kconsole.connect.paths import runtime_dir

        remove_after_end(kernel.client.info, runtime_dir())
        return
    from kconsole.connect.ssh.remotelaunch import tidy_script

    with suppress(KconsoleError):  # the link is down: they go when the next one is started there
        kernel.host.run(tidy_script(str(kernel.info_there.path)))


def _confirm(kernel: "Kernel") -> bool:
    """Ask for the kernel's name, on the terminal."""
    from kconsole.render.labels import kernel_label

    name, file = kernel_label(kernel.name), kernel_label(_file(kernel))
    where = "" if file == name else f" ({file})"
    complain(f"this shuts down {name}{where}, which others may use too")
    sys.stderr.write(f"type {name} to shut it down: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() == name


def _way_out(kernel: "Kernel", *, asked_to_end: bool = False) -> str:
    """What can be done with a kernel that does not react, if its process is known and on this machine."""
    from signal import SIGINT

    from kconsole.connect.procfs import is_deadly
    from kconsole.render.labels import by_force

    path = kernel.client.info.path
    pid = None if path is None else _look(path).pid
    if pid is None:
        return ""
    return f"; {by_force(pid, None if asked_to_end else is_deadly(SIGINT, pid))}"


# -- how it is told --------------------------------------------------------------------------------


def _file(kernel: "Kernel") -> str:
    return kernel.client.connection_file


def _tell(tell: Teller, kernel: "Kernel", what: str) -> None:
    from kconsole.render.sanitise import one_line

    tell.say([one_line(f"{kernel.name} {what}")])


def _nothing() -> str:
    return ""


_CURSOR = frozenset({"cursor"})
_VERBS: Mapping[str, _Verb] = {
    "ping": _Verb(_ping),
    "info": _Verb(_info),
    "complete": _Verb(_complete, options=_CURSOR),
    "inspect": _Verb(_inspect, options=_CURSOR | {"color"}),
    "interrupt": _Verb(_interrupt, acts=True),
    "shutdown": _Verb(_shutdown, acts=True, options=frozenset({"yes"})),
}
_OWN = ("cursor", "yes")
"""The options that are for some of them, and nothing else."""
