"""The command, and each way of using it."""

import os
import signal
import sys
from contextlib import ExitStack
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

import click

from kconsole import __version__
from kconsole.cli.choosing import choose
from kconsole.cli.linking import check_ssh, linked
from kconsole.cli.listing import list_kernels, list_specs, wants_list
from kconsole.cli.logs import log_path
from kconsole.cli.options import PARAMETERS
from kconsole.cli.options.scripts import SHOWING
from kconsole.cli.reaching import open_kernel, wait_for
from kconsole.cli.saying import colored, complain
from kconsole.cli.settings import Settings
from kconsole.cli.sources import OrderedCommand, check_usage, refuse_script
from kconsole.cli.verbs import perform_verb, wanted_verb
from kconsole.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kconsole.cli.scripting import Script
    from kconsole.client.kernel import Kernel
    from kconsole.config.settings import Config
    from kconsole.repl.options import ConsoleOptions
    from kconsole.script.runner import Totals
    from kconsole.script.watchlog import WatchLog

__all__ = ["command", "perform"]

_HELP = """A console for any Jupyter kernel.

TARGET is the connection file of a running kernel, or part of its name, or a connection that the
configuration file names. Without TARGET, a kernel is started, with the arguments behind -- if there are
any, and stopped on leaving. If standard input is not a terminal, all of it is run as one cell.
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

#: The options of the same name and meaning in the consoles' options.
_AS_GIVEN = (
    "complete_while_typing",
    "image",
    "keep",
    "max_lines",
    "mime",
    "notify",
    "notify_after",
    "others",
    "private",
    "prompt",
    "style",
    "suggestions",
    "tail",
    "tb",
    "theme",
    "timing",
    "vi",
    "watch",
)


def perform(settings: Settings) -> int:
    """Do what was asked for.

    :return: the exit status.
    """
    for warning in settings.config.warnings if settings.config is not None else ():
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
    _exit_on_signals()
    if settings.values["watch"]:
        return _watch(settings)
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
    settings = choose(settings, plain=_is_plain(settings))
    with ExitStack() as stack:
        script = None if interactive else stack.enter_context(_read_script(settings))
        if script is not None and settings.attach_to is None and settings.start is None:
            settings = settings._replace(start=script.kernel)
        settings = stack.enter_context(linked(settings))
        if script is not None and not stays:
            return _script(settings, script)
        return _stay(settings, script)


def _read_script(settings: Settings) -> "Script":
    """Read all code, before a kernel is started for it."""
    from kconsole.cli.scripting import Script

    return Script(settings)


def _stay(settings: Settings, script: "Script | None") -> int:
    """The console that suits the terminal, after the cells that are to be run before."""
    return (_plain_console if _is_plain(settings) else _console)(settings, script)


def _is_plain(settings: Settings) -> bool:
    """Whether nothing may move the cursor."""
    plain: bool | None = settings.values["plain"]
    if plain is None:
        return os.environ.get("TERM", "dumb") in ("", "dumb", "unknown")
    return plain


def _verb(settings: Settings, name: str) -> int:
    """One thing, done to a kernel or asked of it."""
    _exit_on_signals()
    with linked(settings) as settings:
        return perform_verb(settings, name)


def _console(settings: Settings, script: "Script | None") -> int:
    """The interactive console: the kernel thinks while the editor is being imported."""
    from kconsole.repl.terminal.quiet import quiet_terminal

    options = _console_options(settings, color=colored(settings.values["color"], sys.stdout))
    with ExitStack() as stack:
        if script is None:  # else its cells may ask
            stack.enter_context(quiet_terminal(sys.stdin))
        kernel = stack.enter_context(open_kernel(settings))
        from kconsole.repl.terminal.interview import Interview

        interview = Interview(sys.stdin, sys.stdout, os.environ)
        if script is None and options.color:  # the terminal answers while the editor is imported
            stack.enter_context(interview.held())
        from kconsole.repl.console import run_console

        if settings.config is not None:
            _check_keys(settings.config)
        wait_for(kernel)
        options = options._replace(log=log_path(settings, kernel))
        if script is not None:
            totals = _run_first(script, kernel)
            if totals.left:
                return totals.status
            stack.enter_context(quiet_terminal(sys.stdin))
            if options.color:
                stack.enter_context(interview.held())
            options = options._replace(tail=0, ran=totals.ran)
        return run_console(kernel, options, interview)


def _plain_console(settings: Settings, script: "Script | None") -> int:
    """The console a line at a time."""
    from kconsole.repl.plain.console import PlainConsole

    options = _console_options(settings, color=settings.values["color"] == "always")
    with open_kernel(settings) as kernel:
        wait_for(kernel)
        options = options._replace(log=log_path(settings, kernel))
        if script is not None:
            totals = _run_first(script, kernel)
            if totals.left:
                return totals.status
            options = options._replace(tail=0, ran=totals.ran)
        return PlainConsole(kernel, options).run()


def _run_first(script: "Script", kernel: "Kernel") -> "Totals":
    """Run the cells that come before a console."""
    totals = script.run(kernel)
    if kernel.busy and not totals.left:  # what it has said, or has not, was of the time before them
        wait_for(kernel, again=True)
    return totals


def _console_options(settings: Settings, *, color: bool) -> "ConsoleOptions":
    from kconsole.repl.options import ConsoleOptions

    values = settings.values
    history = values["history"]
    return ConsoleOptions(
        color=color,
        history=os.path.expanduser(history) if history else None,
        keys={} if settings.config is None else settings.config.keys,
        **{name: values[name] for name in _AS_GIVEN},
    )


def _watch(settings: Settings) -> int:
    """What others do with a kernel."""
    for kind in ("code", "file"):
        if any(each == kind for each, _ in settings.values["sources"]):
            raise click.UsageError(f"--watch runs nothing: give only one of it and --{kind}")
    refuse_script(settings, "--watch", SHOWING)
    settings = choose(settings, plain=_is_plain(settings))
    with linked(settings) as settings:
        return (_watch_as_json if settings.values["json"] else _watch_as_text)(settings)


def _watch_as_text(settings: Settings) -> int:
    """The same for people."""
    from kconsole.cli.scripting import image_files
    from kconsole.render.errorlook import ErrorLook
    from kconsole.script.watcher import run_watch

    values = settings.values
    with open_kernel(settings) as kernel:
        wait_for(kernel)
        return run_watch(
            kernel,
            color=colored(values["color"], sys.stdout),
            mime=values["mime"],
            errors=ErrorLook(values["tb"], values["style"]),
            log=_watch_log(settings, kernel),
            images=image_files(values["save_images"]),
        )


def _watch_as_json(settings: Settings) -> int:
    """The same for other programs."""
    from kconsole.cli.reporting import Report
    from kconsole.cli.scripting import image_files
    from kconsole.script.watcher import run_watch

    with Report("watch") as report, open_kernel(settings) as kernel:
        wait_for(kernel)
        report.kernel(kernel)
        log = _watch_log(settings, kernel)
        images = image_files(settings.values["save_images"])
        return run_watch(
            kernel,
            color=False,
            mime=settings.only_mime,
            lines=report.lines,
            log=log,
            images=images,
        )


def _watch_log(
    settings: Settings, kernel: "Kernel"
) -> "Callable[[Callable[[str], None]], WatchLog] | None":
    """What begins the file that is written beside; None if there is to be none."""
    path = log_path(settings, kernel)
    if path is None:
        return None
    from kconsole.script.watchlog import WatchLog

    return partial(WatchLog, kernel, path)


def _list(settings: Settings) -> int:
    """What there is."""
    _exit_on_signals()
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


def _check_keys(config: "Config") -> None:
    """Tell where in the file a wrong key or action is, or a key that two actions have.

    Only for the console that has keys: they are prompt_toolkit's, whose import takes longer than all else
    that a script needs.
    """
    from kconsole.repl.input.keys import key_sequences

    so_far: dict[str, tuple[str, ...]] = {}
    for action, keys in config.keys.items():
        so_far[action] = keys
        try:
            key_sequences(so_far)
        except ValueError as error:
            raise ConfigError(f"{config.place('keys', action)}: {error}") from None


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


def _exit_on_signals() -> None:
    """Leave through every ``finally`` when told to end, so that no kernel of ours stays behind."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if (
            number is not None and signal.getsignal(number) != signal.SIG_IGN
        ):  # nohup ignores SIGHUP
            signal.signal(number, _leave)


def _leave(number: int, _frame: FrameType | None) -> None:
    if number == getattr(signal, "SIGHUP", None):
        # A terminal that goes away may say so several times, also while we end.
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)
