"""Reaching the kernel that was asked for: attach to it, or start it, and wait until it is ready."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kconsole.cli.options.kernels import NEWEST
from kconsole.cli.saying import complain
from kconsole.cli.settings import Settings
from kconsole.errors import NoKernelError

if TYPE_CHECKING:
    from kconsole.client.kernel import Kernel

__all__ = [
    "PATIENCE_S",
    "attach_to",
    "begin_collecting",
    "file_name",
    "open_kernel",
    "wait_for",
]

PATIENCE_S = 60.0
"""How long a kernel has to get ready, in seconds."""


@contextmanager
def open_kernel(settings: Settings) -> "Iterator[Kernel]":
    """Attach to a kernel if one was named, else start one; it is left after the block."""
    kernel = _start(settings) if settings.attach_to is None else _attach_to_any(settings)
    try:
        with kernel:
            yield kernel
    finally:
        if kernel.left:
            from kconsole.client.leaving import way_back

            way = way_back(kernel) if kernel.host is not None else ""
            complain(f"warning: {kernel.left}{way}")


def attach_to(settings: Settings) -> "Kernel":
    """Attach to the kernel that was named, or to the newest that answers."""
    encrypted = settings.values["encrypt"] == "required"
    if settings.link is not None:
        from kconsole.client.remote import attach_there

        kernel = attach_there(settings.link, file_name(settings), encrypted=encrypted)
    else:
        from kconsole.client.kernel import attach

        kernel = attach(file_name(settings), encrypted=encrypted)
    for warning in kernel.warnings():
        complain(f"warning: {warning}")
    return kernel


def _attach_to_any(settings: Settings) -> "Kernel":
    """Attach as :func:`attach_to`; where there is nothing to attach to, say what there could be."""
    try:
        return attach_to(settings)
    except NoKernelError as error:
        # Its kinds are of something else: no link, a kernel that does not answer, another key.
        if file_name(settings) is not None or type(error) is not NoKernelError:
            raise
        there = "" if settings.link is None else f" --ssh {settings.link.host}"
        raise NoKernelError(f"{error} (start one with: kconsole{there} -k NAME)") from None


def file_name(settings: Settings) -> str | None:
    """What the connection file is called; None is that of the newest kernel that answers."""
    return None if settings.attach_to == NEWEST else settings.attach_to


def wait_for(
    kernel: "Kernel", timeout: float = PATIENCE_S, *, again: bool = False, plain: bool = False
) -> None:
    """Wait for the kernel, and say so where somebody can see it.

    :param timeout: in seconds.
    :param again: ask anew, whether it is at work for one.
    :param plain: never write over a line, whatever the terminal can do.
    """
    from kconsole.cli.progress import Progress

    verb = "waiting for" if again or kernel.process is None else "starting"
    text = f"{verb} {kernel.name}"
    progress = Progress(text, lambda: kernel.hint, lambda: kernel.last_line, plain=plain)
    try:
        (kernel.renew if again else kernel.wait)(timeout, progress=progress.show)
    finally:
        progress.clear()
    begin_collecting()


def begin_collecting() -> None:
    """Let Python look for garbage from now on: what is there at the start, is there to stay."""
    gc.freeze()
    gc.enable()


def _start(settings: Settings) -> "Kernel":
    values = settings.values
    env = dict(each.split("=", 1) for each in values["env"])
    if settings.link is not None:
        from kconsole.client.remote import start_there

        return start_there(
            settings.link,
            settings.start,
            arguments=settings.arguments,
            env=env,
            cwd=values["cwd"] or "",
            **{name: values[name] for name in ("transport", "encrypt")},
        )
    from pathlib import Path

    from kconsole.client.starting import start

    return start(
        settings.start,
        arguments=settings.arguments,
        env=env,
        cwd=None if values["cwd"] is None else Path(values["cwd"]),
        **{name: values[name] for name in ("transport", "encrypt", "handshake")},
    )
