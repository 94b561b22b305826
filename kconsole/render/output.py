"""Events as the text that goes to the terminal: what both the console and scripts write.

A table maps a type of event to the method that renders it; what is not in it leaves no text (status,
comms; clear_output, which is a matter of what is still on the screen, not of text).

Each text stands for itself: it begins by setting the style that its stream has from the message
before, and resets it at its end.  So whatever else is written in between is not coloured by it.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from kconsole.protocol.events import (
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteResult,
    Stream,
    UpdateDisplay,
)
from kconsole.render.errorlook import AS_SENT, ErrorLook
from kconsole.render.helptext import best_help
from kconsole.render.mime import best_text, choose
from kconsole.render.page import Page
from kconsole.render.preference import PLAIN
from kconsole.render.sanitise import Kind, Sanitiser, sanitise
from kconsole.render.sgr import RESET, ends_line, strip_sgr
from kconsole.render.style import paint
from kconsole.render.traceback import error_text

__all__ = ["RenderOptions", "Renderer"]

Data = Mapping[str, object]

#: Characters at a text's end that are looked at for a newline, SGR sequences behind it included.
_TAIL = 128


def _no_bound() -> None:
    return None


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How to write.

    Attributes:
        color: False takes all colours out: ours, those of results, displays and tracebacks, and on a
            terminal also those that a program prints (``NO_COLOR``).
        terminal: False where the output is a file or a pipe; text passes there as it is, but for colours.
        live: let streams move the cursor; only for :mod:`kconsole.render.live`, which emulates it.
        show_out_prompt: put ``Out[n]:`` before a result.
        errors: how much of a traceback.
        width: tells how many columns there are at the moment; None where there is no bound, as in a pipe.
        style: of pygments, for code in displays and results, or ``default``.
        mime: the MIME types that the user would rather see than others, the best first.
        lines: the most lines of JSON; where there is such a number, very long documents are cut too.
        rest: what shows all of what was cut; ``""``: nothing does.
        told: gives a line for an output that leaves no text, "" where it knows none. It is called with the
            output's data, its metadata, and what gives its form (:meth:`Renderer.silent_form`).
    """

    color: bool = True
    terminal: bool = True
    live: bool = False
    show_out_prompt: bool = True
    errors: ErrorLook = AS_SENT
    width: Callable[[], int | None] = _no_bound
    style: str = "default"
    mime: Sequence[str] = ()
    lines: int | None = None
    rest: str = ""
    told: Callable[[Data, Data, Callable[[Container[str]], str]], str] | None = None


class Renderer:
    """Turns events into text for one console; keeps each stream's state between messages."""

    def __init__(self, options: RenderOptions) -> None:
        self._options = options
        self._streams: dict[str, Sanitiser] = {}
        self._line_open = False

    def render(self, event: Event) -> str:
        """Return the text to write behind what was written before; ``""`` where it leaves none."""
        text = self.block(event)
        # A file gets no newline that no one printed.
        if text and self._line_open and self._options.terminal and not isinstance(event, Stream):
            text = "\n" + text
        if tail := strip_sgr(text[-_TAIL:]):
            self._line_open = not tail.endswith("\n")
        return text

    def block(self, event: Event) -> str:
        """Return the text of an event alone, for a place where it begins a line of its own."""
        method = self._METHODS.get(type(event))
        return method(self, event) if method else ""

    def adapt(self, **changes: Any) -> None:
        """Render in another way from now on; the names are those of :class:`RenderOptions`."""
        self._options = replace(self._options, **changes)

    @property
    def whole(self) -> RenderOptions:
        """The same way of rendering, with nothing left out."""
        errors = replace(self._options.errors, rest="")
        return replace(self._options, lines=None, errors=errors)

    def page(self, payload: Mapping[str, Any]) -> str:
        """Return the text of a ``page`` payload of an execute_reply; ``""`` if it has none.

        The help that ``name?`` shows in IPython. Old kernels send ``text`` in place of ``data``.
        """
        data = payload.get("data")
        if not isinstance(data, Mapping):
            data = {"text/plain": payload.get("text")}
        text = best_help(data, {}, self._page())
        return self._lines(text, "code") if text else ""

    def end_cell(self) -> str:
        """Return what is left of the streams when a cell ends: a sequence that never ended.

        Colours that the cell's output left on end here too.  The next text counts as the first on
        its line: a prompt comes in between.
        """
        text = "".join(stream.finish() for stream in self._streams.values())
        self._streams.clear()
        self._line_open = False
        # Each message has reset its style already.
        return text.replace(RESET, "")

    def end_echo(self) -> str:
        """Return what ends the line on which the terminal has echoed a Ctrl-C, and all that was on it."""
        self._line_open = False
        return "\n"

    def _stream(self, event: Stream) -> str:
        if not self._options.terminal:
            return event.text
        if (stream := self._streams.get(event.name)) is None:
            stream = self._streams[event.name] = Sanitiser("stream", cursor=self._options.live)
        style = stream.style
        text = stream.feed(event.text)
        if not text:
            return ""
        if not self._options.color:
            return strip_sgr(text)
        return style + text + (RESET if stream.style else "")

    def _result(self, event: ExecuteResult) -> str:
        text = self._bundle(event.data, event.metadata)
        prompt = self.out_prompt(event)
        if not text or not prompt:
            return text
        # Several lines begin below the prompt, so that their columns stay aligned.
        plain = strip_sgr(text)
        if (
            plain.find("\n", 0, len(plain) - 1) >= 0
        ):  # a slice would be one more copy of a huge text
            prompt += "\n"
        return prompt + text

    def out_prompt(self, event: Event) -> str:
        """Return what stands before a result; ``""`` where nothing does."""
        if not isinstance(event, ExecuteResult) or not self._options.show_out_prompt:
            return ""
        count = event.execution_count or " "  # IPython's is 0 for a cell that it is to forget
        return paint(f"Out[{count}]:", "out", self._options.color) + " "

    def _display(self, event: DisplayData | UpdateDisplay) -> str:
        return self._bundle(event.data, event.metadata)

    def _error(self, event: ErrorOutput) -> str:
        options = self._options
        return error_text(event, options.color, raw=not options.terminal, look=options.errors)

    def _bundle(self, data: Data, metadata: Data) -> str:
        if len(data) == 1 and isinstance(plain := data.get(PLAIN), str):
            return self._lines(plain)  # as most are
        if (told := self._options.told) is not None:
            line = told(data, metadata, partial(self._silent_form, data))
            if line:
                return line
        mime, text = best_text(data, metadata, self._page(), self._options.mime)
        return self._lines(text) if mime else ""

    def silent_form(
        self, event: DisplayData | ExecuteResult | UpdateDisplay, drawn: Container[str]
    ) -> str:
        """Return the MIME type of an output that is to be shown, if it leaves no text; else ``""``.

        :param drawn: the types that the caller can show otherwise.
        """
        return self._silent_form(event.data, drawn)

    def _silent_form(self, data: Data, drawn: Container[str]) -> str:
        form = choose(data, replace(self._page(), drawn=drawn), self._options.mime)
        return form.mime if form.text is None else ""

    def _page(self) -> Page:
        options = self._options
        width = options.width() or None
        return Page(width, options.color, options.style, options.lines, options.rest)

    def _lines(self, text: str, kind: Kind = "display") -> str:
        text = self._safe(text, kind)
        return text if ends_line(text) else text + "\n"

    def _safe(self, text: str, kind: Kind) -> str:
        if self._options.terminal:
            text = sanitise(text, kind)
        return text if self._options.color else strip_sgr(text)

    _METHODS: ClassVar[Mapping[type, Callable[["Renderer", Any], str]]] = {
        DisplayData: _display,
        ErrorOutput: _error,
        ExecuteResult: _result,
        Stream: _stream,
        UpdateDisplay: _display,
    }
