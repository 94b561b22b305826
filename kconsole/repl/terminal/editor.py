"""The user's own editor, with the input in a file, or a file that the kernel asks to have edited.

The editor gets the terminal; keys are its own, and what the kernel writes meanwhile is shown afterwards.
"""

import asyncio
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from prompt_toolkit.document import Document

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.paths import shown
from kconsole.protocol.wishes import Edit
from kconsole.repl.completion.completer import insertable
from kconsole.repl.desk import Desk
from kconsole.repl.terminal.lending import lent_terminal, until_either

__all__ = ["Editor", "editor_command", "is_file_here"]

#: What there is nearly everywhere.
_USUAL = ("vi", "nano")
#: Those that are known to take ``+N`` for "begin at line N".
_TAKE_LINE = ("emacs", "emacsclient", "joe", "kak", "mg", "micro", "nano", "nvim", "vi", "vim")


class Editor:
    """Starts the editor, and takes up what it leaves.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def edit(self) -> None:
        """Edit the input."""
        self.edit_text(self._desk.view.buffer.text)

    def edit_text(self, text: str) -> None:
        """Edit a text; what is saved becomes the input, and is not run."""
        self._desk.spawn(lambda: self._edit_text(text))

    def offer(self, edit: Edit) -> None:
        """The kernel wants a file edited: open it if the user agrees."""
        self._desk.spawn(lambda: self._offer(edit))

    async def _offer(self, edit: Edit) -> None:
        where = shown(Path(edit.filename)) + (f", line {edit.line}" if edit.line else "")
        kernel = self._desk.kernel
        here = kernel.host is None and await asyncio.to_thread(
            is_file_here, edit.filename, kernel.client.info
        )
        if not here:
            self._desk.scribe.note(f"the kernel asks to edit {where}, which is not a file here")
            return
        self._desk.scribe.note(f"the kernel asks to edit {where}")
        self._desk.asker.ask(
            "open it in the editor? [y/N] ", lambda answer: self._open(edit, answer)
        )

    def _open(self, edit: Edit, answer: str) -> None:
        if answer.lower() in ("y", "yes"):
            self._desk.spawn(lambda: self._edit_file(edit))

    async def _edit_file(self, edit: Edit) -> None:
        await self._run(edit.filename, edit.line)

    async def _edit_text(self, text: str) -> None:
        if self._desk.view.screen.lent:  # the key was pressed twice
            return
        try:
            # Both the folder and the file are for nobody else to read.
            with tempfile.TemporaryDirectory(prefix="kconsole-") as folder:
                path = Path(folder, f"input{self._desk.view.file_extension}")
                path.touch(0o600)
                path.write_text(text + "\n", "utf-8", "surrogateescape")
                if await self._run(str(path)):
                    self._take(path.read_text("utf-8"))
        except UnicodeDecodeError:
            self._complain("what was saved is not UTF-8; the input stays as it was")
        except OSError as error:
            self._complain(f"the input cannot be edited: {error.strerror or error}")

    def _take(self, text: str) -> None:
        """Make what was saved the input; undo brings the old one back."""
        buffer = self._desk.view.buffer
        text = insertable(text).rstrip("\n")
        if text != buffer.text:
            buffer.save_to_undo_stack()
            buffer.document = Document(text, len(text))

    async def _run(self, path: str, line: int = 0) -> bool:
        """Give the terminal to the editor until it ends; False if it failed, which is told."""
        try:
            command = editor_command(os.environ)
        except ValueError as error:
            self._complain(str(error))
            return False
        at_line = [f"+{line}"] if line and Path(command[0]).name in _TAKE_LINE else []
        try:
            async with lent_terminal(self._desk.view.screen):
                status = await self._wait([*command, *at_line, path])
                self._desk.view.app.output.write_raw("\r")  # it may have left the cursor anywhere
        except OSError as error:
            self._complain(f"the editor {command[0]!r} did not start: {error.strerror}")
            return False
        if status:
            self._complain(f"the editor {command[0]!r} ended with status {status}")
        return not status

    async def _wait(self, argv: Sequence[str]) -> int:
        """Wait until the editor has ended, or the console has, by a signal."""
        process = await asyncio.create_subprocess_exec(*argv)
        return await until_either(process, process.wait(), self._desk.view.app.future)

    def _complain(self, text: str) -> None:
        self._desk.scribe.note(text, "error")


def is_file_here(name: str, info: ConnectionInfo) -> bool:
    """Whether a kernel's file name can be one of this machine, and is one.

    A relative name would depend on which directory the kernel is in; and one that begins with a dash, or
    a plus, would be no file to an editor.
    """
    local = info.transport == "ipc" or info.host in ("127.0.0.1", "::1", "localhost")
    return local and os.path.isabs(name) and os.path.isfile(name)


def editor_command(
    environ: Mapping[str, str], which: Callable[[str], str | None] = shutil.which
) -> Sequence[str]:
    """Return the user's editor: ``$VISUAL``, ``$EDITOR``, or what there usually is.

    Raises ValueError with one line for the user.
    """
    for name in ("VISUAL", "EDITOR"):
        try:
            if command := shlex.split(environ.get(name, "")):
                return command
        except ValueError as error:
            raise ValueError(f"${name} makes no sense: {error}") from None
    for name in _USUAL:
        if which(name):
            return [name]
    raise ValueError("no editor: set VISUAL or EDITOR to one")
