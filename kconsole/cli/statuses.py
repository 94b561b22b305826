"""The exit status that each way to end with an exception means."""

import signal
from collections.abc import Iterable

import click

from kconsole.errors import (
    ConfigError,
    ConnectionFileError,
    KconsoleError,
    KernelDiedError,
    LinkDownError,
    NoKernelError,
    ReplyTimeoutError,
    SourceError,
)

__all__ = ["exit_status", "status_word", "worst"]

#: The first that fits counts.
_STATUSES: tuple[tuple[type[BaseException], int], ...] = (
    (click.UsageError, 2),
    (ConfigError, 2),
    (ConnectionFileError, 2),
    (SourceError, 2),
    (NoKernelError, 3),
    (KernelDiedError, 4),
    (LinkDownError, 4),
    (ReplyTimeoutError, 124),
    (KconsoleError, 1),
    (KeyboardInterrupt, 128 + signal.SIGINT),
    (click.Abort, 128 + signal.SIGINT),
    (BrokenPipeError, 128 + 13),  # SIGPIPE, which Windows has no name for
    (OSError, 1),
)
_BUG = 70  # EX_SOFTWARE of sysexits.h

#: Of several kernels' statuses, the first of these counts that any has.
_WORST_FIRST = (128 + signal.SIGINT, _BUG, 4, 3, 2, 124, 1, 0)

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


def worst(statuses: Iterable[int]) -> int:
    """Return the exit status of several kernels together; of none, 0.

    One that is no number of ours was said by code: it counts as an error, of several the first.
    """
    return min(statuses, key=_badness, default=0)


def _badness(status: int) -> int:
    return _WORST_FIRST.index(status if status in _WORST_FIRST else 1)


def status_word(status: int, *, said: bool = False) -> str:
    """Return an exit status in a word, for programs; ``signal`` is any but Ctrl-C's.

    :param said: whether code has ended with that number: to us it is an error, whatever it means.
    """
    return "error" if said else _WORDS.get(status, "signal")
