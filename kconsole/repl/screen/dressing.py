"""Dresses the console for its terminal: in the palette that suits the background, once that is known."""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable

from kconsole.render.palette import Theme, colors_of, palette_for, theme_on
from kconsole.render.style import use_palette
from kconsole.repl.options import ThemeChoice
from kconsole.repl.screen.looks import look
from kconsole.repl.screen.scribe import Scribe
from kconsole.repl.screen.view import View
from kconsole.repl.terminal.facts import TMUX_FORMAT, described
from kconsole.repl.terminal.interview import Interview
from kconsole.repl.terminal.lending import until_either

__all__ = ["Dressing"]


class Dressing:
    """Chooses the palette, now and whenever the terminal says more of itself.

    :param view: what is at the bottom of the screen.
    :param scribe: what writes above it.
    :param interview: what the terminal was asked.
    :param wanted: gives the theme that the user wants.
    """

    def __init__(
        self, view: View, scribe: Scribe, interview: Interview, wanted: Callable[[], ThemeChoice]
    ) -> None:
        self._view = view
        self._scribe = scribe
        self._interview = interview
        self._wanted = wanted
        self._colors = colors_of(os.environ)
        interview.listeners.append(self.choose)
        self.choose()

    @property
    def theme(self) -> Theme | None:
        """Of what kind the background is, as the user says, or else the terminal; None if neither does."""
        wanted = self._wanted()
        return theme_on(self._interview.facts.background) if wanted == "auto" else wanted

    @property
    def description(self) -> str:
        """What is known of the terminal, in words; not safe to be shown."""
        interview = self._interview
        return described(interview.facts, self._colors, self.theme, asked=interview.asked)

    def choose(self) -> None:
        """Use the palette that suits what is known now; what has been written stays as it is."""
        palette = palette_for(self.theme, self._colors)
        use_palette(palette)
        self._view.look = look(palette, self._colors)
        self._view.code_style = self._scribe.code_style
        self._view.app.invalidate()

    async def ask_tmux(self) -> None:
        """Ask tmux, if there is one, which terminal is behind it, and whether images may pass."""
        if not os.environ.get("TMUX") or not self._interview.asked:
            return
        command = ("tmux", "display-message", "-p", TMUX_FORMAT)
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
            )
        except OSError:
            return
        said, _ = await until_either(process, process.communicate(), self._view.app.future)
        self._interview.tmux = said.decode("utf-8", "replace")
