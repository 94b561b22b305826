"""What the signals do that tell a program to end."""

import signal
from types import FrameType

__all__ = ["exit_on_signals"]


def exit_on_signals() -> None:
    """Leave through every ``finally`` when told to end, so that no kernel of ours stays behind."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # nohup ignores SIGHUP.
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _leave)


def _leave(number: int, _frame: FrameType | None) -> None:
    if number == getattr(signal, "SIGHUP", None):
        # A terminal that goes away may say so several times, also while we end.
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)
