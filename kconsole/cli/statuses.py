"""The exit status that each way to end with an exception means."""

import signal

import click

from kconsole.errors import (
    ConfigError,
    ConnectionFileError,
    KconsoleError,
    KernelDiedError,
    NoKernelError,
    ReplyTimeoutError,
    SourceError,
)

__all__ = ["exit_status", "status_word"]

#: The first that fits counts.
_STATUSES: tuple[tuple[type[BaseException], int], ...] = (
    (click.UsageError, 2),
    (ConfigError, 2),
    (ConnectionFileError, 2),
    (SourceError, 2),
    (NoKernelError, 3),
    (KernelDiedError, 4),
    (ReplyTimeoutError, 124),
    (KconsoleError, 1),
    (KeyboardInterrupt, 128 + signal.SIGINT),
    (click.Abort, 128 + signal.SIGINT),
    (BrokenPipeError, 128 + 13),  # SIGPIPE, which Windows has no name for
    (OSError, 1),
)
_BUG = 70  # EX_SOFTWARE of sysexits.h

_WORDS = {
    0: "ok",
    1: "error",
    2: "refused",
    3: "no-kernel",
    4: "died",
    124: "timeout",
    130: "interrupted",
    _BUG: "bug",
}


def exit_status(error: BaseException) -> int:
    """Return the exit status of a program that ends with this."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), _BUG)


def status_word(status: int) -> str:
    """Return an exit status in a word, for programs; ``signal`` is any but Ctrl-C's."""
    return _WORDS.get(status, "signal")
