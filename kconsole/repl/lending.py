"""The terminal in the hands of another program: a pager, an editor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prompt_toolkit.application.run_in_terminal import in_terminal

from kconsole.repl.screen import Screen

__all__ = ["lent_terminal"]


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
        screen.flush()
