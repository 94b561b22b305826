"""Which kernel is meant, where the command line leaves that open: asks on a terminal, or says so."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from kconsole.cli.options.kernels import NEWEST
from kconsole.cli.settings import Settings
from kconsole.errors import NoKernelError

if TYPE_CHECKING:
    from kconsole.client.found import Found
    from kconsole.client.remote import RemoteHost
    from kconsole.repl.picker import LookOut

__all__ = ["choose"]


def choose(settings: Settings, *, plain: bool) -> Settings:
    """Let the user choose where that was asked for, or where several kernels may be meant.

    What a script does depends on nobody who could be asked: where there is code to run, and where any
    stream is no terminal, the newest of several kernels is taken, as it always was.

    :param settings: with the link that --ssh asks for; before there is one, only what is wrong is told.
    :param plain: whether nothing may move the cursor.
    :return: the same, with the chosen kernel as the one to attach to.
    :raise NoKernelError: there is nothing to choose from, or nobody to choose.
    :raise KeyboardInterrupt: it was left.
    """
    values = settings.values
    if values["pick"]:
        if plain or not _are_terminals(sys.stdin, sys.stderr):
            raise NoKernelError(
                "--pick needs a terminal to choose at; kconsole -l lists the kernels"
            )
        return _picked(settings, _asked_for(settings), least=1)
    able = not plain and not values["sources"] and _are_terminals(sys.stdin, sys.stdout, sys.stderr)
    if values["watch"] and settings.attach_to is None:
        if settings.given("kernel"):
            raise click.UsageError("--watch follows a running kernel: give TARGET or --existing")
        if not able:
            raise NoKernelError("--watch follows a running kernel: give TARGET or --existing")
        return _picked(settings, _asked_for(settings), least=1)
    name = settings.attach_to
    if not able or name is None or name == NEWEST or values["ssh"] is not None:
        return settings
    from kconsole.connect.files import namesakes

    if not namesakes(name):
        return settings
    return _picked(settings, lambda: namesakes(name), least=2)


def _over_link(settings: Settings, link: "RemoteHost") -> "LookOut":
    """What looks at the kernels of another computer."""
    from kconsole.client.remote import survey_there
    from kconsole.repl.picker import LookOut

    name = settings.attach_to if _names(settings) and settings.attach_to != NEWEST else None

    def look(paths: Sequence[Path], *, on_found: "Callable[[Found], None]") -> None:
        for found in survey_there(link, name):
            on_found(found)

    return LookOut((), look)


def _asked_for(settings: Settings) -> Callable[[], Sequence[Path]]:
    """The files of all kernels, or of those that have the name that was given."""
    from kconsole.connect.files import candidates, matching
    from kconsole.connect.paths import runtime_dir

    name = settings.attach_to
    if name is None or name == NEWEST or not _names(settings):
        return lambda: candidates("*.json", [runtime_dir()])
    return lambda: matching(name)


def _names(settings: Settings) -> bool:
    """Whether a kernel is named on the command line, and not only in the configuration."""
    return settings.given("target") or settings.given("existing")


def _picked(settings: Settings, paths: Callable[[], Sequence[Path]], *, least: int) -> Settings:
    """Let the user pick one of at least so many that live.

    :param least: 2 if one alone needs no choice; then what is typed before one is asked is kept from it.
    """
    if settings.values["ssh"] is not None and settings.link is None:
        return settings
    from kconsole.repl.choices import CHOOSABLE
    from kconsole.repl.picker import LookOut, Picker
    from kconsole.repl.terminal.quiet import quiet_terminal

    def are_enough(found: "Sequence[Found]") -> bool:
        return sum(one.state in CHOOSABLE for one in found) >= least

    if settings.link is not None:
        paths, languages = tuple, {}
        look_out = _over_link(settings, settings.link)
    else:
        languages = _languages()
        look_out = LookOut(paths())
    with quiet_terminal(sys.stdin):
        if not look_out.wait_for(are_enough):
            if least > 1:  # at most one that lives: that is found, or missed, as ever
                return settings
            found, _ = look_out.found()
            if look_out.fault is not None:
                raise look_out.fault
            raise NoKernelError(_nothing(settings, len(found)))
        if least > 1:
            _drop_typed(sys.stdin)
        screen = sys.stdout if _are_terminals(sys.stdout) else sys.stderr
        chosen = Picker(paths, languages, look_out, sys.stdin, screen).run()
    if chosen is None:
        raise KeyboardInterrupt
    return settings._replace(attach_to=str(chosen.absolute()))


def _nothing(settings: Settings, dead: int) -> str:
    from kconsole.connect.paths import runtime_dir, shown

    where = shown(runtime_dir()) if settings.link is None else settings.link.host
    if _names(settings) and settings.attach_to not in (None, NEWEST):
        where = repr(settings.attach_to)
    return f"no kernel to choose from: {dead or 'no'} dead or unusable in {where}"


def _languages() -> dict[str, str]:
    from kconsole.connect.specs import find_kernel_specs

    return {name: spec.language for name, spec in find_kernel_specs().items()}


def _are_terminals(*streams: TextIO | None) -> bool:
    return all(stream is not None and stream.isatty() for stream in streams)


def _drop_typed(terminal: TextIO) -> None:
    """Drop what was typed by somebody who did not expect to be asked."""
    if sys.platform != "win32":
        import termios

        termios.tcflush(terminal, termios.TCIFLUSH)
