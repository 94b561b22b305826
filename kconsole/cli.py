"""The command line: what was asked for, who does it, and with which exit status it ends.

The only place that prints an error or exits, and the only one that imports inside functions: each way
of use imports what it needs, so that ``--version`` does not wait for a protocol, nor a pipe for an editor.
"""

import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Literal

import click

from kconsole import __version__
from kconsole.errors import (
    ConnectionFileError,
    KconsoleError,
    KernelDiedError,
    NoKernelError,
    ReplyTimeoutError,
    SourceError,
)

if TYPE_CHECKING:
    from kconsole.client.kernel import Kernel

__all__ = ["command", "run"]

_STATUSES: tuple[tuple[type[KconsoleError], int], ...] = (
    (ConnectionFileError, 2),
    (SourceError, 2),
    (NoKernelError, 3),
    (KernelDiedError, 4),
    (ReplyTimeoutError, 124),
    (KconsoleError, 1),
)
_USAGE = 2
_INTERRUPTED = 128 + signal.SIGINT
_BROKEN_PIPE = 128 + 13  # SIGPIPE, which Windows has no name for
_BUG = 70  # EX_SOFTWARE of sysexits.h

Color = Literal["auto", "always", "never"]

_EPILOG = """\b
Keys      Enter runs the cell if it is complete, else starts a new line.
          Alt-Enter runs it as it is. Tab completes. Ctrl-C interrupts the
          kernel, Ctrl-D on an empty line leaves.
Status    0 ok; 1 the code raised; 2 usage, or a bad connection file;
          3 no kernel; 4 the kernel died; 130 interrupted; 128+N signal N.

See also: man kconsole."""


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog=_EPILOG,
)
@click.argument("target", required=False)
@click.option(
    "-e",
    "--existing",
    metavar="[NAME]",
    is_flag=False,
    flag_value="",
    default=None,
    help="Attach to a running kernel; without NAME, to the newest that answers.",
)
@click.option("-k", "--kernel", metavar="NAME", help="Start the kernel of this kernelspec.")
@click.option(
    "-c",
    "--code",
    metavar="CODE",
    multiple=True,
    help="Run CODE and exit; may be given several times.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colours; auto is on a terminal, unless NO_COLOR is set.",
)
@click.option(
    "--plain",
    is_flag=True,
    help="A line at a time, without moving the cursor; the default where TERM is dumb.",
)
@click.version_option(__version__, "--version", message="kconsole %(version)s")
def command(
    target: str | None,
    existing: str | None,
    kernel: str | None,
    code: tuple[str, ...],
    color: Color,
    plain: bool,
) -> int:
    """A console for any Jupyter kernel.

    TARGET is the connection file of a running kernel, or part of its name. Without TARGET, a
    kernel is started, and stopped on leaving. If standard input is not a terminal, all of it is run as
    one cell.
    """
    if sum(value is not None for value in (target, existing, kernel)) > 1:
        raise click.UsageError("give only one of TARGET, --existing and --kernel")
    name = target if target is not None else existing
    interactive = not code and sys.stdin is not None and sys.stdin.isatty()
    if interactive and not (sys.stdout is not None and sys.stdout.isatty()):
        raise click.UsageError("standard output is no terminal; use -c, or pipe the code in")
    _exit_on_signals()
    if interactive:
        if plain or os.environ.get("TERM", "dumb") in ("", "dumb", "unknown"):
            return _plain_console(name, kernel, color)
        return _console(name, kernel, color)
    return _script(name, kernel, code, color)


def run(arguments: Sequence[str]) -> int:
    """Run the command line.

    :param arguments: without the program's name.
    :return: the exit status.
    """
    try:
        return _invoke(arguments)
    except click.UsageError as error:
        return _complain(f"{_lower_first(error.format_message())} (see kconsole --help)", _USAGE)
    except KconsoleError as error:
        return _complain(
            str(error), next(status for kind, status in _STATUSES if isinstance(error, kind))
        )
    except (KeyboardInterrupt, click.Abort):
        return _INTERRUPTED
    except BrokenPipeError:
        _silence(sys.stdout)
        return _BROKEN_PIPE
    except OSError as error:
        return _complain(str(error), 1)
    except Exception as error:
        if os.environ.get("KCONSOLE_TRACEBACK"):
            raise
        return _complain(
            f"a mistake in kconsole itself: {type(error).__name__}: {error} "
            "(KCONSOLE_TRACEBACK=1 shows where)",
            _BUG,
        )


def _invoke(arguments: Sequence[str]) -> int:
    """Parse the arguments and run the command.

    Without click's own ``main``, which ends a broken pipe with status 1 and Ctrl-C with a newline.
    """
    try:
        with command.make_context("kconsole", list(arguments)) as context:
            return int(command.invoke(context))
    except click.exceptions.Exit as done:  # --help and --version
        return done.exit_code


def _console(name: str | None, kernel_name: str | None, color: Color) -> int:
    """The interactive console: the kernel thinks while the editor is being imported."""
    from kconsole.repl.quiet import quiet_terminal

    with quiet_terminal(sys.stdin), _open(name, kernel_name) as kernel:
        from kconsole.repl.console import run_console

        _wait(kernel)
        return run_console(kernel, color=_colored(color, sys.stdout))


def _plain_console(name: str | None, kernel_name: str | None, color: Color) -> int:
    """The console a line at a time."""
    from kconsole.repl.plain import PlainConsole

    with _open(name, kernel_name) as kernel:
        _wait(kernel)
        return PlainConsole(kernel, color=color == "always").run()


def _script(name: str | None, kernel_name: str | None, code: tuple[str, ...], color: Color) -> int:
    """Cells from -c or from standard input."""
    from kconsole.script.runner import Runner, standard_streams
    from kconsole.script.source import read_code

    streams = standard_streams()
    cells: Sequence[str] = code
    if not code:
        cells = [read_code(sys.stdin.buffer, "standard input")] if sys.stdin is not None else []
    with _open(name, kernel_name) as kernel:
        _wait(kernel)
        colors = {
            "stdout": _colored(color, streams.stdout),
            "stderr": _colored(color, streams.stderr),
        }
        return Runner(kernel, streams, color=colors, answers=bool(code)).run(cells)


def _open(name: str | None, kernel_name: str | None) -> "Kernel":
    if name is None:
        from kconsole.client.starting import start

        return start(kernel_name)
    from kconsole.client.kernel import attach

    kernel = attach(name or None)
    for warning in kernel.warnings():
        _complain(f"warning: {warning}", 0)
    return kernel


def _wait(kernel: "Kernel") -> None:
    """Wait for the kernel, and say so where somebody can see it."""
    verb = "waiting for" if kernel.process is None else "starting"
    progress = _Progress(f"{verb} {kernel.name}", lambda: kernel.hint)
    try:
        kernel.wait(progress=progress.show)
    finally:
        progress.clear()
    gc.freeze()
    gc.enable()


class _Progress:
    """One line on stderr that says what is being waited for, once that takes longer than a moment."""

    _PATIENCE_S = 0.5

    def __init__(self, text: str, hint: Callable[[], str]) -> None:
        self._hint = hint
        self._hinted = False
        self._text = "".join(each if each.isprintable() else "?" for each in text)
        self._shown = False
        self._start = time.monotonic()

    def show(self, _waited: float) -> None:
        """Called about ten times a second while waiting."""
        if not self._hinted and (hint := self._hint()):
            self._hinted = True
            self.clear()
            _complain(f"{self._text}: {hint}", 0)
        seconds = time.monotonic() - self._start
        if sys.stderr is None or not sys.stderr.isatty() or seconds < self._PATIENCE_S:
            return
        self._shown = True
        columns = os.get_terminal_size(sys.stderr.fileno()).columns or 80  # 0: it does not know
        line = f"{self._text}: {seconds:.0f} s (Ctrl-C cancels)"
        sys.stderr.write(f"\r{line[: max(0, columns - 1)]}\x1b[K")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _colored(color: Color, stream: object) -> bool:
    """Whether to colour what goes to a stream (https://no-color.org)."""
    if color != "auto":
        return color == "always"
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty() and not os.environ.get("NO_COLOR"))


def _exit_on_signals() -> None:
    """Leave through every ``finally`` when told to end, so that no kernel of ours stays behind."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if (
            number is not None and signal.getsignal(number) != signal.SIG_IGN
        ):  # nohup ignores SIGHUP
            signal.signal(number, _leave)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _complain(text: str, status: int) -> int:
    """Print one line on stderr."""
    line = "".join(each if each.isprintable() else " " for each in text)
    if sys.stderr is not None:
        try:
            print(f"kconsole: {line}", file=sys.stderr)
        except OSError:
            _silence(sys.stderr)
    return status


def _silence(stream: object) -> None:
    """Let Python's own flush at exit go nowhere, instead of complaining about it."""
    fileno = getattr(stream, "fileno", None)
    if fileno is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, fileno())
        os.close(nowhere)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
