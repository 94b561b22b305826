r"""``\i``: the code in a file, run as one cell."""

import asyncio
from os.path import expanduser
from pathlib import Path

from kconsole.connect.paths import shown
from kconsole.connect.smallfile import read_small_file
from kconsole.repl.desk import Desk
from kconsole.repl.work import Work

__all__ = ["Sourcing"]


class Sourcing:
    """Runs files.

    :param desk: the console's tools.
    :param work: runs their code.
    """

    def __init__(self, desk: Desk, work: Work) -> None:
        self._desk = desk
        self._work = work

    def run(self, name: str) -> None:
        """Run a file's code, behind the cells that wait already."""
        self._desk.spawn(lambda: self._run(Path(expanduser(name))))

    async def _run(self, path: Path) -> None:
        try:
            code = await asyncio.to_thread(_read, path)
        except ValueError as error:
            self._desk.scribe.note(f"{shown(path)}: {error}", "error")
        else:
            if not self._work.cannot("; not run"):
                self._work.add(code)


def _read(path: Path) -> str:
    """Return the code in a file; where there is none, ValueError, with a reason to stand after its path."""
    try:
        text = read_small_file(path).content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    if "\0" in text:
        raise ValueError("is not text but binary")
    code = text.replace("\r\n", "\n").rstrip()
    if not code:
        raise ValueError("has no code in it")
    return code
