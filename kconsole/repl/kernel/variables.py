"""``\\vars``: the kernel's variables, which ipykernel lists on control, while a cell runs too.

That is a request of its debugger, which need not be started for it. xeus-python, which has a debugger as
well, ends when it gets that request with no debugger started; so ipykernel alone is asked.
("Additions to the DAP: inspectVariables, richInspectVariables" in the messaging specification.)

Functions and classes are not among them: debugpy puts each kind into a group, which only a debugger that
was started opens. They are an expression's value, as what ``\\peek`` shows is, so there are none while
a kernel without subshells works.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from kconsole.protocol.fields import as_mapping, as_rows, as_text
from kconsole.render.mime import best_text
from kconsole.render.sanitise import one_line, sanitise
from kconsole.render.sgr import strip_sgr
from kconsole.render.table import table
from kconsole.repl.desk import Desk
from kconsole.repl.screen.notices import Notices

__all__ = ["DEFINITIONS", "Variables"]

_Row = tuple[str, str, str]

_ANSWER_S = 5.0
_LISTING = "waiting for the variables; Ctrl-C stops it"
_HEADS = ("name", "type", "value")
#: Groups that debugpy puts before the variables proper.
_GROUPS = frozenset({"special variables", "function variables", "class variables"})
_LONGEST = 500  # characters of a value that are looked at for the table

#: The functions and classes of the user in IPython: a list of [name, type, value] as application/json.
#: What the user may have given other meanings (``type``, ``sorted``) is not looked up by its name.
DEFINITIONS = f"""
(lambda b, i, p, s: __import__("IPython").display.JSON([
    [n, "class" if i.isclass(v) else b.type(v).__name__, p(v)[:{_LONGEST}]]
    for n, v in b.sorted(s.user_ns.items(), key=lambda one: one[0])
    if (i.isclass(v) or i.isroutine(v)) and n not in s.user_ns_hidden and not n[1:].isdigit()
]))(__import__("builtins"), __import__("inspect"), __import__("IPython").lib.pretty.pretty, get_ipython())
""".strip().replace("\n", " ")


class Variables:
    """Asks for the variables, and shows them.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._notices = Notices(desk)
        self._tasks: set[asyncio.Task[None]] = set()
        self._number = 0  # of the latest request, as the Debug Adapter Protocol wants it

    def show(self, name: str = "") -> None:
        """List all variables, or show one.

        :param name: "" for all.
        """
        info = self._desk.state.info
        if self._desk.state.gone:
            self._desk.scribe.note("the kernel is gone, and its variables with it", "warning")
        elif info.implementation != "ipython" or "debugger" not in info.supported_features:
            self._desk.scribe.note("this kernel does not list its variables", "warning")
        elif name:
            self._spawn(lambda: self._show_one(name))
        else:
            self._spawn(self._show_all)

    def stop(self) -> bool:
        """Wait for no list any more; False if none is waited for. The kernel hears nothing of it."""
        for task in self._tasks:
            task.cancel()
        return bool(self._tasks)

    def _spawn(self, start: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def noticed() -> None:
            with self._notices.waiting(_LISTING):
                await start()

        task = self._desk.spawn(noticed)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
        rows += await self._definitions()
        if rows:
            self._desk.scribe.lines(table(_HEADS, rows, size.columns))
        else:
            self._desk.scribe.note("there are no variables")

    async def _definitions(self) -> list[_Row]:
        """Rows for functions and classes; none where the kernel cannot be asked for them now."""
        if hindrance := self._desk.inquiry.hindrance:
            self._desk.scribe.note(
                f"the kernel is {hindrance}: functions and classes are not listed"
            )
            return []
        data = as_mapping(as_mapping(await self._desk.inquiry.evaluate(DEFINITIONS)).get("data"))
        listed = data.get("application/json")
        rows = [each for each in listed if _is_row(each)] if isinstance(listed, list) else []
        return [(one_line(name), one_line(kind), one_line(value)) for name, kind, value in rows]

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


def _is_row(value: object) -> bool:
    return isinstance(value, list) and [type(each) for each in value] == [str, str, str]


def _row(variable: Mapping[str, Any]) -> _Row:
    value = as_text(variable.get("value"))[:_LONGEST]
    return (
        one_line(as_text(variable.get("name"))),
        one_line(as_text(variable.get("type"))),
        one_line(value),
    )
