"""``\\vars``: the kernel's variables, which ipykernel lists on control, while a cell runs too.

That is a request of its debugger, which need not be started for it. xeus-python, which has a debugger as
well, ends when it gets that request with no debugger started; so ipykernel alone is asked.
("Additions to the DAP: inspectVariables, richInspectVariables" in the messaging specification.)
"""

from collections.abc import Mapping
from typing import Any

from kconsole.protocol.fields import as_mapping, as_rows, as_text
from kconsole.render.mime import best_text
from kconsole.render.sanitise import one_line, sanitise
from kconsole.render.sgr import strip_sgr
from kconsole.render.table import table
from kconsole.repl.desk import Desk

__all__ = ["Variables"]

_ANSWER_S = 5.0
_HEADS = ("name", "type", "value")
#: Groups that debugpy puts before the variables proper.
_GROUPS = frozenset({"special variables", "function variables", "class variables"})
_LONGEST = 500  # characters of a value that are looked at for the table


class Variables:
    """Asks for the variables, and shows them.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._number = 0  # of the latest request, as the Debug Adapter Protocol wants it

    def show(self, name: str = "") -> None:
        """List all variables, or show one.

        :param name: "" for all.
        """
        info = self._desk.state.info
        if info.implementation != "ipython" or "debugger" not in info.supported_features:
            self._desk.scribe.note("this kernel does not list its variables", "warning")
        elif name:
            self._desk.spawn(lambda: self._show_one(name))
        else:
            self._desk.spawn(self._show_all)

    async def _show_all(self) -> None:
        body = await self._ask("inspectVariables", {})
        if body is None:
            return
        size = self._desk.view.app.output.get_size()
        rows = [
            _row(each)
            for each in map(as_mapping, as_rows(body.get("variables")))
            if as_text(each.get("name")) not in _GROUPS
        ]
        if rows:
            self._desk.scribe.lines(table(_HEADS, rows, size.columns))
        else:
            self._desk.scribe.note("there are no variables")

    async def _show_one(self, name: str) -> None:
        body = await self._ask("richInspectVariables", {"variableName": name})
        if body is None:
            return
        _, text = best_text(as_mapping(body.get("data")), as_mapping(body.get("metadata")))
        text = sanitise(text, "display").strip("\n")
        if not text:
            self._desk.scribe.note(f"there is no variable {name}", "warning")
            return
        if not self._desk.options.color:
            text = strip_sgr(text)
        self._desk.scribe.lines(text.split("\n"))

    async def _ask(self, command: str, arguments: Mapping[str, str]) -> Mapping[str, Any] | None:
        """The body of the kernel's response; None if there is none, which is said."""
        self._number += 1
        request = {
            "type": "request",
            "seq": self._number,
            "command": command,
            "arguments": dict(arguments),
        }
        content = await self._desk.inquiry.control("debug_request", request, _ANSWER_S)
        if content is None:
            self._desk.scribe.note("the kernel did not list its variables", "warning")
            return None
        if content.get("success") is not True:
            reason = one_line(as_text(content.get("message"))) or "no reason was given"
            self._desk.scribe.note(f"the kernel refused to tell: {reason}", "warning")
            return None
        return as_mapping(content.get("body"))


def _row(variable: Mapping[str, Any]) -> tuple[str, str, str]:
    value = as_text(variable.get("value"))[:_LONGEST]
    return (
        one_line(as_text(variable.get("name"))),
        one_line(as_text(variable.get("type"))),
        one_line(value),
    )
