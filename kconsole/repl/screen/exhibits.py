"""What cells show that is no text: drawn above the prompt, or kept in a file and told in a line.

Drawing takes its time, and is done beside the event loop. What the kernel sends meanwhile waits, so that
all comes in its order; keys do not wait.
"""

import asyncio
import math
import time
from collections.abc import Callable, Container
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from kconsole.errors import ImageError
from kconsole.protocol.events import UpdateDisplay
from kconsole.render.amounts import bytes_text
from kconsole.render.artifact import Artifact, Fingerprint
from kconsole.render.cabinet import Cabinet
from kconsole.render.canvas import Canvas
from kconsole.render.filelines import FileLines, first_of, numbered_line
from kconsole.render.views import Shown
from kconsole.repl.beside import beside
from kconsole.repl.screen.above import Picture, height
from kconsole.repl.screen.screen import Screen

if TYPE_CHECKING:
    from kconsole.render.images import Drawing

__all__ = ["Exhibits"]

#: So many images are drawn of a cell that clears nothing; of the others there is a line.
_MOST_DRAWN = 100
#: Seconds from one update of a picture that has scrolled away, which comes below once more, to the next.
_COPY_EVERY_S = 10.0
#: What a terminal takes a second for, in characters: nothing else is shown meanwhile.
_MOST_TEXT = 16_000_000
#: Deletes what kitty shows at the cursor ("Deleting images" in its graphics protocol), without an answer.
_KITTY_WIPE = "\x1b_Ga=d,d=C,q=2\x1b\\"


class _Late(NamedTuple):
    """What is to be drawn later."""

    event: Shown
    head: str
    artifact: Artifact


class Exhibits:
    """Shows them.

    :param screen: the place above the prompt.
    :param cabinet: where files are kept.
    :param canvas: tells where to draw; None is for images to be left to those who show text.
    :param link: whether the terminal can be told of links.
    """

    def __init__(
        self,
        screen: Screen,
        cabinet: Cabinet,
        canvas: Callable[[], Canvas | None],
        *,
        link: bool,
    ) -> None:
        self._screen = screen
        self._cabinet = cabinet
        self._canvas = canvas
        self._files = FileLines(cabinet, link=link)
        #: Called around a drawing, to have all that comes wait for it.
        self.pause: Callable[[], None] = lambda: None
        self.go_on: Callable[[], None] = lambda: None
        #: Whether nothing more of a request is to be drawn; whether nothing at all is wanted of it.
        self.interrupted: Callable[[str], bool] = lambda msg_id: False
        self.abandoned: Callable[[str], bool] = lambda msg_id: False
        #: The request whose images were drawn last, and how many since it has cleared them.
        self._parent, self._drawn = "", 0
        #: When an update came below last, and those that came too soon after it: the last of each display.
        self._copied_at = -math.inf
        self._late: dict[str | None, _Late] = {}

    def take(self, event: Shown, form: Callable[[Container[str]], str], head: str) -> bool:
        """Show what a message has, if it is no text.

        :param form: see :meth:`FileLines.find`.
        :param head: what stands before a result; "" where nothing does.
        :return: whether it was shown here, or will be.
        """
        canvas = self._canvas()
        if canvas is None:
            return False
        artifact = self._files.find(event, form)
        if artifact is None:
            return False
        self._late.pop(event.display_id, None)
        if canvas.protocol == "none" or not artifact.drawable:
            self._show_filed(event, head, artifact)
        elif self._is_too_soon(event):
            self._late[event.display_id] = _Late(event, head, artifact)
        elif self._is_too_much(event):
            kept = self._files.remember(event, artifact)
            self._write(event, head, numbered_line(artifact, kept.number).rstrip())
        else:
            self._begin(event, head, artifact, canvas)
        return True

    def cleared(self, *, all_of_it: bool = True) -> None:
        """The cell has cleared its output: it may show as many again.

        :param all_of_it: False: only what stands in an Output widget, and no picture does.
        """
        self._drawn = 0
        if all_of_it:
            self._files.cleared()

    def numbers(self) -> dict[Fingerprint, int]:
        """What there is to open, and under which number."""
        return self._cabinet.numbers()

    def end_cell(self) -> None:
        """Draw the last of those updates that came too soon."""
        late, self._late = self._late, {}
        self._copied_at = -math.inf
        canvas = self._canvas() if late else None
        for event, head, artifact in late.values():
            if canvas is not None and not self.interrupted(event.parent.msg_id):
                self._begin(event, head, artifact, canvas)

    # -- drawn -----------------------------------------------------------------------------------------

    def _is_too_soon(self, event: Shown) -> bool:
        """Whether one more copy of a picture would come below, shortly after another one."""
        if not isinstance(event, UpdateDisplay) or self._screen.shows(event.display_id):
            return False
        if time.monotonic() < self._copied_at + _COPY_EVERY_S:
            return True
        self._copied_at = time.monotonic()
        return False

    def _is_too_much(self, event: Shown) -> bool:
        msg_id = event.parent.msg_id
        if self.interrupted(msg_id):
            return True
        if isinstance(event, UpdateDisplay) and self._screen.shows(event.display_id):
            return False
        if msg_id != self._parent:
            self._parent, self._drawn = msg_id, 0
        self._drawn += 1
        return self._drawn > _MOST_DRAWN

    def _begin(self, event: Shown, head: str, artifact: Artifact, canvas: Canvas) -> None:
        self.pause()
        drawing = beside(partial(_draw, artifact, canvas))
        drawing.add_done_callback(partial(self._end, event, head, artifact, canvas))

    def _end(
        self,
        event: Shown,
        head: str,
        artifact: Artifact,
        canvas: Canvas,
        drawing: "asyncio.Future[Drawing]",
    ) -> None:
        """A drawing is done, or cannot be."""
        try:
            if drawing.cancelled() or self.abandoned(event.parent.msg_id):
                return
            try:
                done = drawing.result()
            except ImageError as error:
                self._show_filed(event, head, artifact, str(error))
                return
            kept = self._files.remember(event, artifact)
            above = f"{head.rstrip()}\n" if head else ""
            below = first_of(done.frames, kept.number)
            wipe = _wipe(canvas, below=bool(above))
            rows = done.rows + bool(above) + bool(below)
            self._place(event, Picture(above + done.text + below, rows, event.display_id, wipe))
        finally:
            self.go_on()

    def _show_filed(self, event: Shown, head: str, artifact: Artifact, why: str = "") -> None:
        line, bare = self._files.keep(event, artifact, why)
        self._write(event, head, line, bare)

    def _write(self, event: Shown, head: str, line: str, bare: str = "") -> None:
        """Write a line, whose height is that of another one without the sequences of a link."""
        columns, rows = self._screen.size
        tall = height(f"{head}{bare or line}\n", rows, columns)
        self._place(event, Picture(f"{head}{line}\n", tall, event.display_id))

    def _place(self, event: Shown, picture: Picture) -> None:
        if isinstance(event, UpdateDisplay):
            self._screen.replace(picture)
        else:
            self._screen.place(picture)


def _draw(artifact: Artifact, canvas: Canvas) -> "Drawing":
    """Draw, in another thread; what draws is imported when the first image comes."""
    images = import_module("kconsole.render.images")
    drawing: Drawing = images.draw(artifact.content, artifact.mime, canvas, size=artifact.size)
    if len(drawing.text) > _MOST_TEXT:
        size = bytes_text(len(drawing.text))
        raise ImageError(f"{artifact.mime}: {size} would have to be sent to the terminal")
    return drawing


def _wipe(canvas: Canvas, *, below: bool) -> str | None:
    """What is to be written before a drawing is erased; None where tmux, which does not know it, is.

    Kitty's images in tmux are text to it, and go with the text.

    :param below: whether the drawing begins a row further down.
    """
    if canvas.tmux:
        return "" if canvas.protocol == "kitty" else None
    if canvas.protocol != "kitty":
        return ""
    return f"\x1b[B{_KITTY_WIPE}\x1b[A" if below else _KITTY_WIPE
