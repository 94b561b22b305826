"""Leaving a kernel because a cell, or the user in a cell's place, has said so."""

import shlex

from kconsole.client.kernel import Kernel
from kconsole.protocol.wishes import Wishes

__all__ = ["attach_command", "leave", "stays", "way_back"]


def stays(kernel: Kernel, wishes: Wishes) -> bool:
    """Whether a kernel lives on behind a cell that wants to leave: see :class:`Wishes`.

    One of ours that was not told to stay ends with us, whatever IPython makes of the status.
    """
    return wishes.keep_kernel or (wishes.status != 0 and kernel.process is None)


def leave(kernel: Kernel, *, keep: bool) -> str:
    """Let go of a kernel that is to live on; say what becomes of it.

    :param kernel: it is closed by its owner as always; one that is kept is not stopped then.
    :param keep: whether the kernel is to live on. For one that somebody else has started that is not
        ours to say: IPython has ended it already, if the cell did not ask to keep it.
    :return: what to tell the user; ``""`` if our kernel ends with us, as it always does.
    """
    kernel.keep(keep)
    if keep and kernel.process is not None and not kernel.process.can_stay:
        # It was told to watch over us, as nobody else does; ipykernel obeys.
        return "left; the kernel is not stopped, but may end with kconsole, for there is no /bin/sh"
    if keep:
        return "left; the kernel stays"
    if kernel.process is None:
        return "left as the code asked; an IPython kernel ends with that"
    return ""


def way_back(kernel: Kernel) -> str:
    """How to find a kernel of ours that stays, to be put behind what :func:`leave` says.

    Whoever has attached to a kernel knows the way: ``""``.
    """
    if kernel.process is None:
        return ""
    # A no-break space, so that what is to be copied stays in one line; it is shown as a blank.
    return f"; attach with: {attach_command(kernel)}".replace("kconsole ", "kconsole\xa0")


def attach_command(kernel: Kernel) -> str:
    """The command that attaches to a kernel, from a shell of this computer; "" if there is no file."""
    carrier, file = kernel.client.carrier, kernel.client.connection_file
    if not file:
        return ""
    if carrier is None:
        return f"kconsole {shlex.quote(file)}"
    file = file.removeprefix(f"{carrier.host}:")
    return f"kconsole --ssh {shlex.quote(carrier.host)} {shlex.quote(file)}"
