"""A script's happenings as text: what the cells print and their results on stdout, the rest on stderr."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kconsole.protocol.events import (
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteResult,
    InputRequest,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.message import Message
from kconsole.render.errorlook import AS_SENT, ErrorLook
from kconsole.render.mime import decoded, is_base64, placeholder, raw_value
from kconsole.render.output import Renderer, RenderOptions
from kconsole.render.sanitise import one_line, sanitise
from kconsole.script.cells import ScriptCell
from kconsole.script.sink import Outcome
from kconsole.script.streams import Mouth, SteadyMouth, Streams

__all__ = ["TextSink"]


class TextSink:
    """Writes to the standard streams, at once.

    :param streams: which they are.
    :param color: whether to colour, for stdout and for stderr.
    :param mime: the MIME types of displays and results that are wanted, the best first, and no others; none
        are what can be shown as text.
    :param errors: how much of a traceback.
    :param columns: tells the room for displays and results; by default, that of standard output.
    """

    def __init__(
        self,
        streams: Streams,
        *,
        color: Mapping[str, bool],
        mime: Sequence[str] = (),
        errors: ErrorLook = AS_SENT,
        columns: Callable[[], int | None] | None = None,
    ) -> None:
        out = Mouth(streams.stdout, "standard output")
        err = SteadyMouth(streams.stderr, "standard error")
        options = RenderOptions(
            show_out_prompt=False,
            errors=errors,
            style=errors.style,
            width=columns or (lambda: out.columns),
        )
        self._out = _Outlet(out, color["stdout"], options)
        self._err = _Outlet(err, color["stderr"], options)
        self._steady = err
        self._mime = tuple(mime)
        #: Whether something of the wanted types has come; and whether a cell has ended otherwise than well.
        self._served = self._failed = False
        self._ended = False

    def begin(self, cell: ScriptCell, msg_id: str) -> None:
        """Nothing to write."""

    def event(self, event: Event, msg: Message | None) -> None:
        """Write what an event says, where it belongs."""
        if isinstance(event, InputRequest):
            return
        if isinstance(event, ErrorOutput) or (isinstance(event, Stream) and event.name == "stderr"):
            self._err.show(event)
        elif self._mime and isinstance(event, DisplayData | ExecuteResult | UpdateDisplay):
            self._show_wanted(event.data)
        else:
            self._out.show(event)

    def page(self, payload: Mapping[str, Any]) -> None:
        """Write the text."""
        self._out.page(payload)

    def expressions(self, values: Mapping[str, Any]) -> None:
        """Write them as one line of JSON."""
        self._out.display(_json_line(values))

    def end(self, cell: ScriptCell, outcome: Outcome) -> None:
        """Say which cell of a notebook has failed: its traceback does not."""
        self._ended = True
        self._failed = self._failed or outcome.verdict != "ok"
        if outcome.verdict == "error" and cell.origin.endswith(".ipynb") and not cell.may_fail:
            self.note(f"{cell.name} has failed")

    def note(self, text: str) -> None:
        """Write one line of ours."""
        line = one_line(text).replace("\xa0", " ")  # which is for consoles, that wrap lines
        self._err.mouth.text(f"kconsole: {line}\n" if text else "")

    def interrupted(self) -> None:
        """End the line on which the terminal has echoed a Ctrl-C; what comes now may be read by nobody."""
        self._steady.hurry()
        self._err.end_echo()

    def ask(self, text: str) -> None:
        """Write a question."""
        self._err.mouth.text(text)

    def close(self) -> None:
        """End what is unfinished: a style that is still on, a sequence that never ended.

        If all went well, and yet nothing came of the wanted types, say so: a file may be empty for it.
        """
        self._out.close()
        self._err.close()
        if self._mime and self._ended and not (self._served or self._failed):
            self.note(f"nothing was shown as {' or '.join(self._mime)}")

    def _show_wanted(self, data: Mapping[str, object]) -> None:
        """Write the best of what is wanted: text as it came, the rest as bytes, if not to a terminal."""
        mime, value = raw_value(data, self._mime)
        if not mime:
            return
        self._served = True
        if not is_base64(mime):
            self._out.display(value if isinstance(value, str) else _json_line(value))
        elif not self._out.mouth.terminal and (content := decoded(value)):
            self._out.mouth.data(content)
        else:
            self._out.display(placeholder(mime, value, {}))


class _Outlet:
    """One of stdout and stderr: events go in, text that suits the place comes out."""

    def __init__(self, mouth: Mouth, color: bool, options: RenderOptions) -> None:
        self.mouth = mouth
        self._renderer = Renderer(replace(options, color=color, terminal=mouth.terminal))

    def show(self, event: Event) -> None:
        self.mouth.text(self._renderer.render(event))

    def display(self, text: str) -> None:
        """Write a text that stands for a display, in lines of its own."""
        safe = sanitise(text, "display") if self.mouth.terminal else text
        self.mouth.text(safe if safe.endswith("\n") else safe + "\n")

    def close(self) -> None:
        self.mouth.text(self._renderer.end_cell())

    def end_echo(self) -> None:
        if self.mouth.terminal:
            self.mouth.text(self._renderer.end_echo())

    def page(self, payload: Mapping[str, Any]) -> None:
        self.mouth.text(self._renderer.page(payload))


def _json_line(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False) + "\n"
    except RecursionError:
        return "null\n"
