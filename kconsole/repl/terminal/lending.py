"""The terminal in the hands of another program: a pager, an editor."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from prompt_toolkit.application.run_in_terminal import in_terminal

from kconsole.repl.screen.screen import Screen

__all__ = ["lent_terminal", "until_either"]

_Result = TypeVar("_Result")

_PATIENCE_S = 2.0  # with a program that is asked to end


@asynccontextmanager
async def lent_terminal(screen: Screen) -> AsyncIterator[None]:
    """Take the prompt away and leave the terminal alone; what is written meanwhile comes afterwards."""
    screen.flush()
    screen.lent = True
    try:
        async with in_terminal():
            yield
    finally:
        screen.lent = False
        screen.lose()
        screen.flush()


async def until_either(
    process: Process, work: Coroutine[Any, Any, _Result], end: asyncio.Future[Any] | None
) -> _Result:
    """Wait until the work with a program is done, or the console ends: then the program ends too.

    :param process: the program; if it does not end when asked to, it is killed.
    :param work: what ends when the program does.
    :param end: done when the console has been told to end.
    :return: what the work gives.
    """
    working = asyncio.ensure_future(work)
    try:
        await asyncio.wait(
            {working} if end is None else {working, end}, return_when=asyncio.FIRST_COMPLETED
        )
        if not working.done() and process.returncode is None:
            process.terminate()
            await asyncio.wait({working}, timeout=_PATIENCE_S)
    finally:
        if not working.done():
            _kill(process)
    return await working


def _kill(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    if process.stdin is not None:
        process.stdin.transport.abort()  # a program that it has started may hold the other end
