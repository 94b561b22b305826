"""The command: what was asked for, and which way of using a kernel that is."""

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from kconsole import __version__
from kconsole.cli.choosing import choose
from kconsole.cli.consoles import is_plain, stay
from kconsole.cli.linking import check_ssh, linked
from kconsole.cli.listing import list_kernels, list_specs, wants_list
from kconsole.cli.logs import check_log
from kconsole.cli.options import PARAMETERS
from kconsole.cli.reaching import open_kernel, wait_for
from kconsole.cli.saying import colored, complain
from kconsole.cli.settings import Settings, odd_variables
from kconsole.cli.signals import exit_on_signals
from kconsole.cli.sources import OrderedCommand, check_usage
from kconsole.cli.verbs import perform_verb, wanted_verb
from kconsole.cli.watching import watch

if TYPE_CHECKING:
    from kconsole.cli.scripting import Script

__all__ = ["command", "perform"]

_HELP = """A console for any Jupyter kernel.

kconsole alone starts the default kernel (python3), and stops it on leaving; arguments behind -- are
for the kernel. TARGET is the connection file of a running kernel, or part of its name, or a connection
that the configuration file names: then that one is attached to, and stays. If standard input is not a
terminal, all of it is run as one cell.
"""

_EPILOG = """\b
Keys      Enter runs the cell if it is complete, else starts a new line.
          Alt-Enter runs it as it is. Tab completes. Ctrl-C interrupts the
          kernel, Ctrl-D on an empty line leaves; \\? lists the others.
Settings  Each option can be set in the environment (KCONSOLE_NOTIFY_AFTER for
          --notify-after) and in a file; --print-config prints one.
Status    0 ok; 1 the code raised; 2 usage, or a bad connection file;
          3 no kernel; 4 the kernel died; 124 a cell took too long;
          130 interrupted; 128+N signal N. Of several kernels, the worst.

See also: man kconsole."""

command = click.version_option(__version__, "--version", message="kconsole %(version)s")(
    OrderedCommand(
        "kconsole",
        params=PARAMETERS,
        help=_HELP,
        epilog=_EPILOG,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    )
)


def perform(settings: Settings) -> int:
    """Do what was asked for.

    :return: the exit status.
    """
    for warning in settings.config.warnings if settings.config is not None else ():
        complain(f"warning: {warning}")
    for warning in odd_variables(command, os.environ):
        complain(f"warning: {warning}")
    _check_style(settings)
    _use_theme(settings)
    check_ssh(settings)
    if settings.several:
        _check_several(settings)
    if (verb := wanted_verb(settings)) is not None:
        return _verb(settings, verb)
    sources = settings.values["sources"]
    if wants_list(settings):
        return _list(settings)
    exit_on_signals()
    if settings.values["watch"]:
        check_log(settings)
        return watch(settings)
    interactive = not sources and sys.stdin is not None and sys.stdin.isatty()
    if interactive and not (sys.stdout is not None and sys.stdout.isatty()):
        raise click.UsageError("standard output is no terminal; use -c, or pipe the code in")
    if interactive and settings.several:
        raise click.UsageError("a console has one kernel: give --existing once, or code with -c")
    check_usage(settings, interactive=interactive)
    stays = interactive or settings.values["interactive"]
    if not stays and settings.given("log"):
        raise click.UsageError("--log is for the console; a script's output can be redirected")
    if settings.several:
        return _several(settings)
    if stays:
        check_log(settings)
    settings = choose(settings, plain=is_plain(settings))
    with ExitStack() as stack:
        script = None if interactive else stack.enter_context(_read_script(settings))
        if script is not None and settings.attach_to is None and settings.start is None:
            settings = settings._replace(start=script.kernel)
        settings = stack.enter_context(linked(settings))
        if settings.link is not None:
            settings = choose(settings, plain=is_plain(settings))
        if script is not None and not stays:
            return _script(settings, script)
        return stay(settings, script)


def _read_script(settings: Settings) -> "Script":
    """Read all code, before a kernel is started for it."""
    from kconsole.cli.scripting import Script

    return Script(settings)


def _verb(settings: Settings, name: str) -> int:
    """One thing, done to a kernel or asked of it."""
    exit_on_signals()
    with linked(settings) as settings:
        return perform_verb(settings, name)


def _list(settings: Settings) -> int:
    """What there is."""
    exit_on_signals()
    with linked(settings) as settings:
        if settings.values["list_specs"]:
            return list_specs(settings)
        return list_kernels(settings, color=colored(settings.values["color"], sys.stdout))


def _check_style(settings: Settings) -> None:
    """Refuse a style that there is not, whoever uses it; the default costs no import."""
    style = settings.values["style"]
    if style == "default":
        return
    from kconsole.render.stylenames import check_style

    try:
        check_style(style)
    except ValueError as error:
        raise settings.refusal("style", str(error)) from None


def _use_theme(settings: Settings) -> None:
    """Write in the hues of the theme that was named; a terminal is asked for its own by the console."""
    theme = settings.values["theme"]
    if theme == "auto":
        return
    from kconsole.render.palette import colors_of, palette_for
    from kconsole.render.style import use_palette

    use_palette(palette_for(theme, colors_of(os.environ)))


def _script(settings: Settings, script: "Script") -> int:
    """Cells alone."""
    from kconsole.client.interrupts import held_signals
    from kconsole.client.leaving import leave, way_back

    with open_kernel(settings) as kernel:
        # The kernel thinks while this is being imported. A Ctrl-C in the middle of that could be lost:
        # Python's import runs callbacks that swallow exceptions.
        with held_signals():
            import kconsole.script.runner
            import kconsole.script.text  # noqa: F401

        wait_for(kernel)
        totals = script.run(kernel)
        process = kernel.process
        if settings.values["keep"] and process is not None and process.poll() is None:
            complain(leave(kernel, keep=True) + way_back(kernel))
        return totals.status


def _check_several(settings: Settings) -> None:
    """Refuse what is for one kernel."""
    from kconsole.cli.several import check_several

    check_several(settings)


def _several(settings: Settings) -> int:
    """Cells alone, in several kernels."""
    from kconsole.cli.several import run_several

    with _read_script(settings) as script:
        return run_several(settings, script)
