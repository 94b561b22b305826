"""The picker: a list of kernels below the cursor, one of which is to be chosen.

It takes at most half of the screen, is filled in as the kernels answer, and is gone when it is done with.
A thread looks at the kernels; what it finds is handed to the event loop, in which all else happens. The
thread ends by itself, within about a second, also after the picker has.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TextIO

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import is_done
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import create_input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    Window,
)
from prompt_toolkit.styles import Style

from kconsole.client.found import Found
from kconsole.client.survey import survey
from kconsole.errors import KconsoleError
from kconsole.render.cells import fit
from kconsole.render.sanitise import one_line
from kconsole.repl.choices import Choices
from kconsole.repl.screen.output import terminal_output

__all__ = ["LookOut", "Picker"]

_PROMPT = "attach to: "
_HELP = "Enter attaches, Esc leaves, Ctrl-R looks again"
_MARKS = ("  ", "> ")
_AROUND = 3  # rows that are not kernels: the filter, the heads, the help
_LEAST = 2  # kernels that are shown, however low the screen is
_STYLE = Style(
    [
        ("prompt", "ansigreen"),
        ("head", "dim"),
        ("chosen", "reverse"),
        ("help", "dim"),
    ]
)


class Look(Protocol):
    """Looks at kernels, as :func:`kconsole.client.survey.survey` does."""

    def __call__(self, paths: Sequence[Path], *, on_found: Callable[[Found], None]) -> object:
        """Look at those with these files.

        :raise KconsoleError: the link to their computer was lost.
        """


class LookOut:
    """The thread that looks at kernels.

    :param paths: the connection files.
    :param look: looks at them, and calls something with each that it finds.
    """

    def __init__(self, paths: Sequence[Path], look: Look = survey) -> None:
        self.look = look
        #: Why not all could be looked at; None while nothing is wrong.
        self.fault: KconsoleError | None = None
        #: Guards what follows it; told of each kernel, and of the end.
        self._news = threading.Condition()
        self._found: list[Found] = []
        self._over = False
        self._hear: Callable[[], None] = lambda: None
        #: Not a daemon: ZeroMQ does not like to be left in the middle of something.
        self._thread = threading.Thread(target=self._run, args=(paths,), name="kconsole-survey")
        self._thread.start()

    def wait_for(self, enough: Callable[[Sequence[Found]], bool]) -> bool:
        """Wait until what was found is enough, or all has been found; whether it is enough."""
        with self._news:
            self._news.wait_for(lambda: self._over or enough(self._found))
            return enough(self._found)

    def listen(self, hear: Callable[[], None]) -> None:
        """Call something in the thread after each change, and once now."""
        with self._news:
            self._hear = hear
        hear()

    def found(self) -> tuple[list[Found], bool]:
        """Return what was found up to now, and whether that is all."""
        with self._news:
            return list(self._found), self._over

    def _run(self, paths: Sequence[Path]) -> None:
        try:
            self.look(paths, on_found=self._note)
        except KconsoleError as error:
            self.fault = error
        finally:
            self._note(None)

    def _note(self, found: Found | None) -> None:
        with self._news:
            if found is None:
                self._over = True
            else:
                self._found.append(found)
            self._news.notify_all()
            hear = self._hear
        hear()


class Picker:
    """One choice. To be run once, in the main thread.

    :param paths: gives the connection files, now and when one looks again.
    :param languages: of the kernelspecs.
    :param look_out: what looks at the files that there are now.
    :param stdin: the terminal.
    :param stdout: the terminal.
    """

    def __init__(
        self,
        paths: Callable[[], Sequence[Path]],
        languages: Mapping[str, str],
        look_out: LookOut,
        stdin: TextIO,
        stdout: TextIO,
    ) -> None:
        self._paths = paths
        self._look_out = look_out
        self._taken = 0  # of what the lookout has found
        self._looking = True
        self._choices = Choices(paths(), languages)
        self._buffer = Buffer(multiline=False, on_text_changed=self._filter)
        output = terminal_output(stdout)
        self._size = output.get_size
        self._app: Application[Path | None] = Application(
            layout=self._layout(),
            key_bindings=self._keys(),
            style=_STYLE,
            include_default_pygments_style=False,
            erase_when_done=True,
            terminal_size_polling_interval=None,
            input=create_input(stdin),
            output=output,
        )
        self._app.ttimeoutlen = self._app.timeoutlen = (
            0.05  # for Escape, which begins other keys too
        )

    def run(self) -> Path | None:
        """Return the file of the chosen kernel; None if it was left.

        :raise EOFError: the terminal has gone away.
        """
        return asyncio.run(self._run())

    async def _run(self) -> Path | None:
        try:
            return await self._app.run_async(pre_run=self._listen, set_exception_handler=False)
        finally:
            self._look_out.listen(lambda: None)

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()

        def hear() -> None:
            try:
                loop.call_soon_threadsafe(self._take)
            except RuntimeError:  # the loop is closed: the picker has been left
                return

        self._look_out.listen(hear)

    def _take(self) -> None:
        """Take over what was found."""
        found, over = self._look_out.found()
        for one in found[self._taken :]:
            self._choices.add(one)
        self._taken, self._looking = len(found), not over
        self._app.invalidate()

    def _look_again(self) -> None:
        if self._looking:
            return
        paths = self._paths()
        self._choices.begin(paths)
        self._look_out = LookOut(paths, self._look_out.look)
        self._taken, self._looking = 0, True
        self._listen()

    def _filter(self, buffer: Buffer) -> None:
        self._choices.filter = buffer.text

    def _accept(self) -> None:
        if (chosen := self._choices.chosen) is not None:
            self._app.exit(result=chosen)

    # -- what it looks like ------------------------------------------------------------------------------

    def _layout(self) -> Layout:
        entry = Window(
            BufferControl(self._buffer),
            get_line_prefix=lambda _line, _wraps: [("class:prompt", _PROMPT)],
            height=1,
        )
        rows = Window(
            FormattedTextControl(self._rows), dont_extend_height=True, height=self._height
        )
        help = Window(FormattedTextControl(self._help), height=1, style="class:help")
        body = HSplit([entry, rows, help])
        return Layout(ConditionalContainer(body, ~is_done), focused_element=entry)

    def _height(self) -> int:
        return 1 + min(self._room, max(1, len(self._choices)))

    @property
    def _room(self) -> int:
        """How many kernels there is room for."""
        return max(_LEAST, self._size().rows // 2 - _AROUND)

    def _rows(self) -> StyleAndTextTuples:
        columns = self._size().columns
        head, lines, chosen = self._choices.table(self._room, columns - len(_MARKS[0]))
        fragments: StyleAndTextTuples = [("class:head", _MARKS[0] + head)]
        for place, line in enumerate(lines):
            is_chosen = place == chosen
            style = "class:chosen" if is_chosen else ""
            fragments += [("", "\n"), (style, _MARKS[is_chosen] + line)]
        return fragments

    def _help(self) -> StyleAndTextTuples:
        number, shown = len(self._choices), len(self._choices.shown)
        told = f"{shown} of {number}" if shown != number else f"{number}"
        if self._choices.left_out:
            told += f", {self._choices.left_out} dead or unusable"
        if self._looking:
            told += ", looking"
        elif self._look_out.fault is not None:
            told = one_line(str(self._look_out.fault))
        return [("", fit(f"{told} · {_HELP}", self._size().columns))]

    # -- keys --------------------------------------------------------------------------------------------

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        def bind(names: Sequence[str], do: Callable[[], None]) -> None:
            for name in names:
                keys.add(name)(lambda event: do())

        def leave() -> None:
            self._app.exit(result=None)

        bind(["up", "c-p", "s-tab"], lambda: self._choices.move(-1))
        bind(["down", "c-n", "tab"], lambda: self._choices.move(1))
        bind(["pageup"], lambda: self._choices.move(-self._room))
        bind(["pagedown"], lambda: self._choices.move(self._room))
        bind(["enter"], self._accept)
        bind(["escape", "c-c", "c-d", "c-g", "<sigint>"], leave)
        bind(["c-r"], self._look_again)

        @keys.add(Keys.BracketedPaste)
        def _paste(event: KeyPressEvent) -> None:
            self._buffer.insert_text(" ".join(event.data.split()))

        return keys
