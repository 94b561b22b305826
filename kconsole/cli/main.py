"""From the arguments to an exit status, whatever happens in between."""

import os
import sys
from collections.abc import Sequence

import click

from kconsole.cli.command import command, perform
from kconsole.cli.saying import complain, quote, silence
from kconsole.cli.settings import parse
from kconsole.cli.statuses import exit_status
from kconsole.errors import KconsoleError, KernelStartError, OutputError

__all__ = ["run"]

#: What a shell sets that asks how the line could go on; the name is click's.
_COMPLETION = "_KCONSOLE_COMPLETE"


def run(arguments: Sequence[str]) -> int:
    """Run the command line.

    :param arguments: without the program's name.
    :return: the exit status.
    """
    try:
        if _COMPLETION in os.environ:
            from kconsole.cli.completion import answer_shell

            return answer_shell(command, _COMPLETION)
        return _invoke(arguments)
    except click.UsageError as error:
        return complain(
            f"{_lower_first(error.format_message())} (see kconsole --help)", exit_status(error)
        )
    except KconsoleError as error:
        complain(str(error))
        if isinstance(error, OutputError):
            silence(sys.stdout)
        if isinstance(error, KernelStartError) and len(error.log) > 1:  # one is in the text already
            quote(error.log)
        return exit_status(error)
    except (KeyboardInterrupt, click.Abort) as error:
        return exit_status(error)
    except BrokenPipeError as error:
        silence(sys.stdout)
        return exit_status(error)
    except OSError as error:
        return complain(str(error), exit_status(error))
    except Exception as error:
        if os.environ.get("KCONSOLE_TRACEBACK"):
            raise
        return complain(
            f"a mistake in kconsole itself: {type(error).__name__}: {error} "
            "(KCONSOLE_TRACEBACK=1 shows where)",
            exit_status(error),
        )


def _invoke(arguments: Sequence[str]) -> int:
    """Parse the arguments and do what they say.

    Without click's own ``main``, which ends a broken pipe with status 1 and Ctrl-C with a newline.
    """
    try:
        settings = parse(command, arguments)
    except click.exceptions.Exit as done:  # --help and the like
        return done.exit_code
    return perform(settings)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
