"""The console that suits the terminal, after the cells that are to be run before it."""

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from kconsole.cli.logs import log_path
from kconsole.cli.reaching import open_kernel, wait_for
from kconsole.cli.saying import colored
from kconsole.cli.settings import Settings
from kconsole.errors import ConfigError

if TYPE_CHECKING:
    from kconsole.cli.scripting import Script
    from kconsole.client.kernel import Kernel
    from kconsole.config.settings import Config
    from kconsole.repl.options import ConsoleOptions
    from kconsole.script.runner import Totals

__all__ = ["is_plain", "stay"]

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


def stay(settings: Settings, script: "Script | None") -> int:
    """Run the console that suits the terminal.

    :param script: its cells are run first, if there are any.
    :return: the exit status.
    """
    return (_plain_console if is_plain(settings) else _console)(settings, script)


def is_plain(settings: Settings) -> bool:
    """Whether nothing may move the cursor."""
    plain: bool | None = settings.values["plain"]
    if plain is None:
        from kconsole.render.cursor import can_write_over

        return not can_write_over(os.environ)
    return plain


def _console(settings: Settings, script: "Script | None") -> int:
    """The interactive console: the kernel thinks while the editor is being imported."""
    from kconsole.repl.terminal.quiet import quiet_terminal

    options = _console_options(settings, color=colored(settings.values["color"], sys.stdout))
    with ExitStack() as stack:
        quiet = stack.enter_context(ExitStack())
        quiet.enter_context(quiet_terminal(sys.stdin))
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
            quiet.close()  # its cells may ask
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
        wait_for(kernel, plain=True)
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
