"""A real program on a real pseudo-terminal, its screen read through pyte.

::

    with Terminal([sys.executable, "-m", "kconsole", str(path)]) as terminal:
        terminal.wait_for("In [1]:")
        terminal.send("1+1")
        terminal.key("enter")
        terminal.wait_for("Out[1]: 2")

The program gets a session and a controlling terminal of its own, so that Ctrl-C, Ctrl-Z, SIGWINCH
and SIGHUP are what they are for a user. Nothing here sleeps: every wait watches the terminal.
"""

import contextlib
import copy
import errno
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import psutil
import pyte
import pyte.screens

__all__ = ["KEYS", "PATIENCE", "Terminal"]

#: Seconds until a story gives up what it waits for: a busy machine takes long for what is quick.
PATIENCE = 60.0

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "s-tab": "\x1b[Z",
    "escape": "\x1b",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "c-space": "\x00",
    "c-\\": "\x1c",
    "c-_": "\x1f",
    **{f"c-{chr(letter)}": chr(letter - 96) for letter in range(ord("a"), ord("z") + 1)},
    **{f"f{n}": f"\x1bO{letter}" for n, letter in enumerate("PQRS", 1)},
    **{f"f{n}": f"\x1b[{code}~" for n, code in enumerate((15, 17, 18, 19, 20, 21, 23, 24), 5)},
}

# Makes the terminal on its stdin the controlling one, then becomes the program. A preexec_fn would
# run Python between fork and exec while other threads (a fake kernel's) hold locks.
TAKE_TERMINAL = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)

SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[]PX^_].*?(?:\x07|\x1b\\)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]",  # the two-byte ones and charsets
    re.DOTALL,
)
# Strings that pyte would draw as text: everything but OSC.
STRING = re.compile(r"\x1b[PX^_].*?\x1b\\", re.DOTALL)
UNFINISHED = re.compile(r"\x1b(?:[PX^_](?:(?!\x1b\\).)*)?\Z", re.DOTALL)
ALTERNATE_SCREEN = 1049
#: A program hides the cursor while it draws, perhaps in a synchronized update: here a frame is whole.
FRAME = re.compile(rb"\x1b\[\?25h(?:\x1b\[\?2026l)?")


class _Screen(pyte.Screen):
    """pyte's screen with a scrollback, an alternate screen, and a way to answer queries."""

    def __init__(self, columns: int, lines: int, answer: Callable[[str], None]) -> None:
        self.scrollback: list[str] = []
        self._answer = answer
        self._saved: tuple[Any, Any] | None = None
        super().__init__(columns, lines)

    def row(self, line: Mapping[int, pyte.screens.Char]) -> str:
        """A line's text without the blanks at its end."""
        return "".join(line[column].data for column in range(self.columns)).rstrip()

    def index(self) -> None:
        """Scroll; the topmost line goes into the scrollback if the whole screen scrolls."""
        whole = self.margins is None or self.margins.top == 0
        bottom = self.margins.bottom if self.margins else self.lines - 1
        if self.cursor.y == bottom and whole and self._saved is None:
            self.scrollback.append(self.row(self.buffer[0]))
        super().index()

    def erase_in_display(self, how: int = 0, *args: Any, **kwargs: Any) -> None:
        """Erase; parameter 3 is the scrollback, as in xterm."""
        if how == 3:
            self.scrollback.clear()
        super().erase_in_display(how, *args, **kwargs)

    def set_mode(self, *modes: int, **kwargs: Any) -> None:
        """Set modes; the alternate screen begins empty."""
        if ALTERNATE_SCREEN in modes and kwargs.get("private") and self._saved is None:
            self._saved = (copy.deepcopy(dict(self.buffer)), copy.copy(self.cursor))
            super().erase_in_display(2)
        super().set_mode(*modes, **kwargs)

    def reset_mode(self, *modes: int, **kwargs: Any) -> None:
        """Reset modes; leaving the alternate screen brings the other one back."""
        if ALTERNATE_SCREEN in modes and kwargs.get("private") and self._saved is not None:
            self.buffer.clear()
            self.buffer.update(self._saved[0])
            self.cursor = self._saved[1]
            self._saved = None
        super().reset_mode(*modes, **kwargs)

    def report_device_status(self, mode: int = 0, **kwargs: Any) -> None:
        """Answer a plain query; pyte knows no private ones."""
        if not kwargs:
            super().report_device_status(mode)

    def select_graphic_rendition(self, *attrs: int, **kwargs: Any) -> None:
        """Set attributes; private forms (CSI > m) are no attributes."""
        if not kwargs:
            super().select_graphic_rendition(*attrs)

    def write_process_input(self, data: str) -> None:
        """Send an answer back to the program."""
        self._answer(data)


class Terminal:
    """Runs ``argv`` on a terminal of ``rows`` by ``columns``.

    ``env`` is added to the test's environment; a value of None removes the variable. With
    ``answers=False`` the terminal does not answer queries (cursor position, device attributes).
    The screen is what a user would see; ``raw`` is every byte that the program wrote.

    Attributes:
        measured: whether the program keeps a record of what it runs, for coverage.
    """

    measured = False

    def __init__(
        self,
        argv: Sequence[str],
        rows: int = 24,
        columns: int = 80,
        *,
        env: Mapping[str, str | None] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        answers: bool = True,
    ) -> None:
        self.raw = b""
        #: Rows and columns at the beginning.
        self.size = (rows, columns)
        #: Every query that the program sent and that was, or was not, answered.
        self.queries: list[str] = []
        self._answers = answers
        self._screen = _Screen(columns, rows, self._answer)
        self._stream = pyte.Stream(self._screen)
        self._held = ""
        self._undecoded = b""
        #: What has come, but was not looked at yet.
        self._pending = bytearray()
        self._eof = False
        self._master, slave = os.openpty()
        self._set_size(rows, columns)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", TAKE_TERMINAL, *argv],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=_environment(env or {}),
            cwd=cwd,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # --- what the user does

    def send(self, text: str) -> None:
        """Type text; it is written as it is, without a newline.

        While the program does not read, what it writes is taken up, so that nobody waits for ever.
        """
        data = text.encode()
        while data:
            readable, writable, _ = select.select([self._master], [self._master], [], PATIENCE)
            if readable and not self._eof:
                self._read()
            if writable:
                data = data[os.write(self._master, data[:512]) :]
            assert readable or writable, "the program reads nothing" + self._picture()

    def key(self, *names: str) -> None:
        """Press keys by name: those in KEYS, or ``a-`` and a key or character for Alt."""
        for name in names:
            plain = name.removeprefix("a-")
            escape = "\x1b" if plain != name else ""
            assert plain in KEYS or len(plain) == 1, f"no key {name!r}"
            self.send(escape + KEYS.get(plain, plain))

    def line(self, text: str) -> None:
        """Type text and press Enter."""
        self.send(text)
        self.key("enter")

    def paste(self, text: str) -> None:
        """Paste text, marked as a terminal marks it (bracketed paste)."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def forget(self, *, screen: bool = False) -> None:
        """Let what was written so far, and has left the screen, be another story's.

        With ``screen`` so is what is on it, as where the program itself never clears it.
        """
        if screen:
            self._screen.erase_in_display(2)
            self._screen.cursor_position()
        self.raw = type(self.raw)()
        self.queries.clear()
        self._screen.scrollback.clear()

    def resize(self, rows: int, columns: int) -> None:
        """Change the size of the window; the program gets SIGWINCH."""
        self._screen.resize(rows, columns)
        self._set_size(rows, columns)

    # --- what the user sees

    @property
    def screen(self) -> list[str]:
        """The rows of the screen, without the blanks at their ends."""
        return [self._screen.row(self._screen.buffer[y]) for y in range(self._screen.lines)]

    @property
    def scrollback(self) -> list[str]:
        """The rows that have left the screen at its top."""
        return list(self._screen.scrollback)

    @property
    def everything(self) -> str:
        """Scrollback and screen as one text, without the empty rows at the end."""
        return "\n".join([*self._screen.scrollback, *self.screen]).rstrip("\n")

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor, from 0."""
        return self._screen.cursor.y, self._screen.cursor.x

    @property
    def cursor_hidden(self) -> bool:
        """Whether the program has hidden the cursor."""
        return bool(self._screen.cursor.hidden)

    @property
    def columns(self) -> int:
        """The screen's width."""
        return self._screen.columns

    def cell(self, row: int, column: int) -> pyte.screens.Char:
        """One character with its attributes: data, fg, bg, bold, italics, underscore, reverse."""
        return self._screen.buffer[row][column]

    def find(self, text: str) -> tuple[int, int]:
        """Row and column where the text begins on the screen; the last place if it is there often.

        The column counts characters, so wide ones to the left of it shift it.
        """
        for row in range(self._screen.lines - 1, -1, -1):
            column = self.screen[row].rfind(text)
            if column >= 0:
                return row, column
        raise AssertionError(f"{text!r} is not on the screen" + self._picture())

    @property
    def sequences(self) -> list[str]:
        """Every escape sequence that the program wrote, in order."""
        return SEQUENCE.findall(self.raw.decode("utf-8", "replace"))

    @property
    def attributes(self) -> list[Any]:
        """The terminal's own settings (termios), to see whether a program has put them back."""
        return termios.tcgetattr(self._master)

    # --- waiting

    def wait_for(
        self,
        what: "str | re.Pattern[str] | Callable[[Terminal], object]",
        timeout: float = PATIENCE,
        *,
        where: str = "everything",
    ) -> None:
        """Return as soon as a text, a pattern or a predicate holds.

        Texts and patterns are looked for in ``where``: "everything" (scrollback and screen) or
        "screen". Raises AssertionError with a picture of the screen after ``timeout`` seconds, or
        as soon as the program has ended without it.
        """
        self._wait(lambda: self._holds(what, where), what, timeout)

    def wait_exit(self, timeout: float = PATIENCE) -> int:
        """Wait for the program's end and return its status, negative for a signal."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "the program did not end" + self._picture()
            # A descendant may hold the terminal open, so its end alone would not do.
            self._pump(0.02)
        while self._pump(0.0):
            pass
        return self.process.returncode

    def _holds(self, what: Any, where: str) -> bool:
        if callable(what):
            return bool(what(self))
        text = self.everything if where == "everything" else "\n".join(self.screen)
        return what in text if isinstance(what, str) else what.search(text) is not None

    def _wait(self, condition: Callable[[], bool], what: object, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"no {what!r} within {timeout} s" + self._picture())
            if self._eof and not self._pending:
                raise AssertionError(f"the program ended without {what!r}" + self._picture())
            self._pump(left)

    def _picture(self) -> str:
        width = self._screen.columns
        rows = "\n".join(f"|{row.ljust(width)}|" for row in self.screen)
        before = "\n".join(self._screen.scrollback[-10:])
        state = self.process.poll()
        return (
            f"\nscrollback ({len(self._screen.scrollback)} rows, the last ones):\n{before}\n"
            f"screen (cursor {self.cursor}):\n{rows}\n"
            f"exit status: {state}\nlast bytes: {self.raw[-300:]!r}"
        )

    # --- the terminal itself

    def pump(self, seconds: float) -> None:
        """Take up whatever the program writes within that time: to see that nothing comes."""
        deadline = time.monotonic() + seconds
        while not self._eof and (left := deadline - time.monotonic()) > 0:
            self._pump(left)
        while self._take():
            pass

    def _pump(self, timeout: float) -> bool:
        """Wait for output for at most that long and take up one piece; False if there was none."""
        if self._take():
            return True
        if self._eof:
            # Only the program's end is still to come; there is nothing left to watch.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout)
            return False
        readable, _, _ = select.select([self._master], [], [], timeout)
        return bool(readable) and self._read() and self._take()

    def _read(self) -> bool:
        try:
            data = os.read(self._master, 65536)
        except OSError as error:
            # Linux's way of saying that nobody holds the other end any more.
            if error.errno != errno.EIO:
                raise
            data = b""
        self._eof = not data
        self._pending += data
        if self._eof:
            self._feed(b"")
        return bool(data)

    def _take(self) -> bool:
        """Look at what has come, one frame at a time: whoever waits for one is not to miss it.

        On a busy machine several come at once. Returns False if there was nothing.
        """
        if not self._pending:
            return False
        frame = FRAME.search(self._pending)
        size = frame.end() if frame else len(self._pending)
        data = bytes(self._pending[:size])
        del self._pending[:size]
        self.raw += data
        self._feed(data)
        return True

    def _feed(self, data: bytes) -> None:
        data = self._undecoded + data
        text = data.decode("utf-8", "ignore" if self._eof else "surrogateescape")
        # A character cut in two by the read stays until its rest is here.
        cut = re.search(r"[\udc80-\udcff]{1,3}\Z", text)
        self._undecoded = cut[0].encode("utf-8", "surrogateescape") if cut else b""
        text = self._held + (text[: cut.start()] if cut else text)
        text = STRING.sub("", text)
        unfinished = UNFINISHED.search(text)
        self._held = unfinished[0] if unfinished else ""
        text = text[: unfinished.start()] if unfinished else text
        self._stream.feed(text.encode("utf-8", "replace").decode("utf-8", "replace"))

    def _answer(self, data: str) -> None:
        self.queries.append(data)
        if self._answers:
            os.write(self._master, data.encode())

    def _set_size(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the program itself."""
        self.process.send_signal(number)

    def close(self) -> None:
        """End the program and everything that it started, and give the terminal back."""
        if self._master < 0:
            return
        if self.measured and self.process.poll() is None:
            # What is killed leaves no record of what it has run.
            self.process.terminate()
            with contextlib.suppress(AssertionError):
                self._wait(lambda: self.process.poll() is not None, "an end", 3)
        for process in self._family():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        os.close(self._master)
        self._master = -1

    def _family(self) -> list[psutil.Process]:
        """The program and its descendants, as long as it lives to tell them."""
        if self.process.poll() is not None:
            return []
        try:
            program = psutil.Process(self.process.pid)
            # The program first: it must not react to its children's end.
            return [program, *program.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def _environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    """The environment for a program on a terminal of the xterm kind."""
    env: dict[str, str | None] = {
        **os.environ,
        "TERM": "xterm-256color",
        "COLUMNS": None,
        "LINES": None,
        **changes,
    }
    return {name: value for name, value in env.items() if value is not None}
