"""The keyboard goes over to another buffer, and back; what keys have begun does not go with it.

A search, a number before a command, vi's normal mode or half of one of its commands belong to the code.
They would take characters out of the answer to a question, which may be a password that nobody can see.
"""

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.search import stop_search

__all__ = ["Handover"]


class Handover:
    """Gives the keyboard to a buffer.

    :param app: whose keyboard it is.
    """

    def __init__(self, app: Application[int]) -> None:
        self._app = app
        #: vi's mode before; None while the keyboard is where it was.
        self._mode: InputMode | None = None

    def give(self, buffer: Buffer) -> None:
        """Give it to a buffer, as if no key had been pressed yet."""
        app = self._app
        stop_search()
        app.key_processor.arg = None
        if self._mode is None:
            self._mode = app.vi_state.input_mode
        app.vi_state.reset()
        app.layout.focus(buffer)
        app.invalidate()

    def give_back(self, buffer: Buffer) -> None:
        """Give it back to the one that had it."""
        if self._mode is not None:
            self._app.vi_state.input_mode = self._mode
            self._mode = None
        self._app.layout.focus(buffer)
        self._app.invalidate()
