"""Long texts in the user's pager, which has the terminal to itself meanwhile.

What the kernel sends goes on being taken up, and is shown afterwards.
"""

import asyncio
import os
import shlex
import shutil
from asyncio.subprocess import PIPE

from kconsole.render.cells import text_width
from kconsole.render.sgr import strip_sgr
from kconsole.repl.desk import Desk
from kconsole.repl.terminal.lending import lent_terminal, until_either

__all__ = ["Pager", "fits", "pager_argv"]

_PAGERS = (("less", "-R"), ("more",))
_BELOW = 3  # rows that an empty line, the prompt and the toolbar take


class Pager:
    """Shows texts, sanitised already.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def show(self, text: str) -> None:
        """Show a text: printed if it fits on the screen, else in the pager."""
        size = self._desk.view.app.output.get_size()
        if fits(text, size.rows, size.columns):
            self._print(text)
        else:
            self.open(text)

    def open(self, text: str) -> None:
        """Show a text in the pager, however short it is."""
        try:
            argv = pager_argv(os.environ.get("PAGER", ""))
        except ValueError as error:
            self._desk.scribe.note(f"PAGER makes no sense: {error}", "warning")
            argv = []
        if argv:
            self._desk.spawn(lambda: self._run(argv, text))
        else:
            self._print(text)

    def _print(self, text: str) -> None:
        self._desk.scribe.lines([*text.removesuffix("\n").split("\n"), ""])

    async def _run(self, argv: list[str], text: str) -> None:
        # As git does: a plain "less" would show the sequences of colours instead of the colours.
        environment = {"LESS": "R", **os.environ}
        try:
            async with lent_terminal(self._desk.view.screen):
                process = await asyncio.create_subprocess_exec(*argv, stdin=PIPE, env=environment)
                reading = process.communicate(text.encode("utf-8", "replace"))
                await until_either(process, reading, self._desk.view.app.future)
        except OSError as error:
            reason = error.strerror or str(error)
            self._desk.scribe.note(f"no pager: {argv[0]}: {reason}", "warning")
            self._print(text)


def pager_argv(wanted: str) -> list[str]:
    """The pager's command.

    :param wanted: ``$PAGER``; "" for less, or else more.
    :return: empty if there is none.
    :raise ValueError: the quotes in it do not fit.
    """
    if argv := shlex.split(wanted):
        return argv
    return next((list(one) for one in _PAGERS if shutil.which(one[0])), [])


def fits(text: str, rows: int, columns: int) -> bool:
    """Whether a text fits on a screen of that size, above the prompt."""
    room = rows - _BELOW
    if text.count("\n") > room:
        return False
    lines = strip_sgr(text.removesuffix("\n")).split("\n")
    return sum(max(1, -(-text_width(line) // max(1, columns))) for line in lines) <= room
