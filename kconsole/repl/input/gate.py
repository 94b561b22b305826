"""Holds keys back for the moment in which it is being decided what Enter means, or drops them.

While the kernel is asked whether the code is complete, keys that come (typed ahead, or pasted by a
program that waits for nothing) must not change that code; they take effect after the decision. Keys for a
question that is not asked any more have no effect at all.
"""

from collections.abc import Callable
from typing import TextIO

from prompt_toolkit.application import Application
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from kconsole.repl.terminal.interview import Interview

__all__ = ["GatedInput", "KeyGate"]


_ENTER = (Keys.ControlM, Keys.ControlJ)


class KeyGate:
    """Open, it lets keys pass; closed, it keeps them in order.

    Attributes:
        dropping: whether it drops them instead.
        on_drop: called when it has dropped some.
    """

    def __init__(self) -> None:
        self._kept: list[KeyPress] = []
        self.closed = False
        self.dropping = False
        self.on_drop: Callable[[], None] | None = None

    def filter(self, keys: list[KeyPress]) -> list[KeyPress]:
        """What of the keys that were read may pass now. Ctrl-C always may."""
        if self.dropping:
            keys = self._drop(keys)
        if not self.closed:
            return keys
        passing = [key for key in keys if key.key == Keys.ControlC]
        self._kept += [key for key in keys if key.key != Keys.ControlC]
        return passing

    def drop(self) -> None:
        """Drop keys from now on, up to an Enter; Ctrl-C ends that too, and passes."""
        self.dropping = True

    def _drop(self, keys: list[KeyPress]) -> list[KeyPress]:
        if self.on_drop is not None:
            self.on_drop()
        for number, key in enumerate(keys):
            if key.key in (*_ENTER, Keys.ControlC):
                self.dropping = False
                return keys[number + (key.key in _ENTER) :]
        return []

    def close(self, app: Application[int]) -> None:
        """Keep keys from now on, those too that have been read with the present one."""
        self.closed = True
        queue = app.key_processor.input_queue
        self._kept += queue
        queue.clear()

    def open(self, app: Application[int]) -> None:
        """Let the kept keys take effect, and pass those that follow."""
        self.closed = False
        kept, self._kept = self._kept, []
        app.key_processor.feed_multiple(kept)
        app.key_processor.process_keys()


class GatedInput(Vt100Input):
    """The terminal's keys, without its answers, through a gate.

    :param stdin: the terminal.
    :param gate: what holds keys back.
    :param interview: what the terminal was asked.
    """

    def __init__(self, stdin: TextIO, gate: KeyGate, interview: Interview) -> None:
        super().__init__(stdin)
        self._gate = gate
        self._interview = interview

    def read_keys(self) -> list[KeyPress]:
        """Read the keys that wait, as far as the gate lets them pass."""
        self.vt100_parser.feed(self._interview.hear(self.stdin_reader.read()))
        return self._gate.filter(self._taken())

    def flush_keys(self) -> list[KeyPress]:
        """Read the keys that were waiting for more, an Escape above all."""
        self.vt100_parser.feed_and_flush(self._interview.flush())
        return self._gate.filter(self._taken())

    def _taken(self) -> list[KeyPress]:
        """What the parser has found."""
        keys, self._buffer = self._buffer, []
        return keys
