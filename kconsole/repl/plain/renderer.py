"""What the console a line at a time writes: as text, but what is no text is kept in files and told."""

import os
import sys
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from kconsole.errors import ImageError
from kconsole.protocol.events import ClearOutput, DisplayData, Event, ExecuteResult, UpdateDisplay
from kconsole.render.artifact import Artifact
from kconsole.render.cabinet import Cabinet
from kconsole.render.canvas import Canvas
from kconsole.render.filelines import FileLines, first_of, numbered
from kconsole.render.output import Renderer, RenderOptions
from kconsole.render.palette import colors_of
from kconsole.render.terminalsize import size_of
from kconsole.render.views import Shown
from kconsole.repl.options import ConsoleOptions

if TYPE_CHECKING:
    from kconsole.render.images import Drawing

__all__ = ["PlainRenderer", "columns"]

_WIDE, _HIGH = 80, 24  # cells of a terminal that does not tell


class PlainRenderer(Renderer):
    """Turns events into text for it. Images are files; as blocks they are drawn if that is asked for.

    Those of the other protocols are never: their sequences move the cursor.

    :param options: of the console.
    :param render: how to write text.
    :param cabinet: where files are kept.
    """

    def __init__(self, options: ConsoleOptions, render: RenderOptions, cabinet: Cabinet) -> None:
        super().__init__(render)
        self._mode = options.image
        self._blocks = options.image == "blocks" and options.color
        self._cabinet = cabinet
        self._files = FileLines(cabinet, link=False)

    def block(self, event: Event) -> str:
        """Return the text of an event alone."""
        if isinstance(event, ClearOutput):
            self._files.cleared()
        if isinstance(event, DisplayData | ExecuteResult | UpdateDisplay) and self._mode != "none":
            artifact = self._files.find(event, partial(self.silent_form, event))
            if artifact is not None:
                return self._shown(event, artifact)
        return super().block(event)

    @property
    def whole(self) -> RenderOptions:
        """The same way of rendering, with nothing left out, and with the numbers of what is no text."""
        told = partial(numbered, self._cabinet.numbers()) if self._mode != "none" else None
        return replace(super().whole, told=told)

    def _shown(self, event: Shown, artifact: Artifact) -> str:
        head, why = self.out_prompt(event), ""
        if self._blocks and artifact.drawable:
            try:
                drawing: Drawing = import_module("kconsole.render.images").draw(
                    artifact.content, artifact.mime, _canvas(), size=artifact.size
                )
            except ImageError as error:
                why = str(error)
            else:
                kept = self._files.remember(event, artifact)
                below = first_of(drawing.frames, kept.number)
                return (f"{head.rstrip()}\n" if head else "") + drawing.text + below
        return f"{head}{self._files.keep(event, artifact, why)[1]}\n"


def columns() -> int:
    """The width of the terminal at this moment; 0 where it is not known."""
    return size_of(sys.stdout)[0]


def _canvas() -> Canvas:
    wide, high = size_of(sys.stdout)
    return Canvas("blocks", wide or _WIDE, high or _HIGH, colors=colors_of(os.environ))
