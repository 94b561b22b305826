"""The ``%fake`` commands: a line of a cell that makes the kernel do what few kernels do.

``%fake NAME ARGUMENT... KEY=ARGUMENT...``: an argument is JSON (so that a text may hold any
character), or a bare word. Each command is a function here; its docstring is its manual.
"""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake import faults
from fake.python import CellError
from fake.wire import new_id

if TYPE_CHECKING:
    from fake.cell import Cell

__all__ = ["COMMANDS", "run"]

Command = Callable[..., None]
COMMANDS: dict[str, Command] = {}


def command(function: Command) -> Command:
    """Enter a function into the table, under its name without a trailing underscore."""
    COMMANDS[function.__name__.rstrip("_")] = function
    return function


def run(cell: "Cell", line: str) -> None:
    """Run one line; raises CellError if there is no such command or it takes other arguments."""
    name, _, rest = line.removeprefix("%fake").strip().partition(" ")
    if name not in COMMANDS:
        raise CellError("UsageError", f"no %fake command {name!r}")
    positional, named = parse(rest)
    try:
        COMMANDS[name](cell, *positional, **named)
    except (TypeError, KeyError) as error:
        raise CellError("UsageError", f"%fake {name}: {error!r}") from None


def parse(text: str) -> tuple[list[Any], dict[str, Any]]:
    """The positional and the named arguments in ``text``."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    while text := text.lstrip():
        name = re.match(r"(\w+)=", text)
        text = text[name.end() :] if name else text
        value, end = _argument(text)
        if name:
            named[name[1]] = value
        else:
            positional.append(value)
        text = text[end:]
    return positional, named


def _argument(text: str) -> tuple[Any, int]:
    """The argument at the beginning of ``text`` and where it ends."""
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        end = 0
    if not end or text[end : end + 1].strip():
        # "6*7" begins with JSON but is a bare word.
        value = text.split(maxsplit=1)[0] if text else ""
        end = len(value)
    return value, end


# --- output


@command
def stream(cell: "Cell", text: str, name: str = "stdout") -> None:
    """TEXT [name=stderr]: one stream message."""
    cell.write(str(text), name)


@command
def chunks(cell: "Cell", texts: list[str], pause: float = 0.0, name: str = "stdout") -> None:
    """[TEXT...] [pause=S] [name=stderr]: one stream message for each text, S seconds apart."""
    for text in texts:
        cell.write(str(text), name)
        if pause:
            cell.sleep(pause)


@command
def flood(cell: "Cell", count: int, size: int = 80, name: str = "stdout") -> None:
    """COUNT [SIZE] [name=stderr]: that many numbered lines of SIZE bytes, one per message."""
    for number in range(count):
        cell.check()
        text = f"line {number} ".ljust(size - 1, ".") + "\n"
        cell.publish("stream", {"name": name, "text": text})


@command
def statuses(cell: "Cell", count: int, *states: str) -> None:
    """COUNT [STATE...]: that many status messages of the cell, of these states in turn (busy, idle)."""
    for number in range(count):
        cell.check()
        state = states[number % len(states)] if states else ("busy", "idle")[number % 2]
        cell.publish("status", {"execution_state": state})


@command
def display(
    cell: "Cell", data: Any, display_id: str = "", metadata: Any = None, **transient: Any
) -> None:
    """DATA [display_id=ID] [metadata=M]: display_data; DATA is a mimebundle or plain text."""
    if display_id:
        transient["display_id"] = display_id
    content = {"data": _bundle(data), "metadata": metadata or {}, "transient": transient}
    cell.publish("display_data", content)


@command
def update(cell: "Cell", display_id: str, data: Any) -> None:
    """ID DATA: update_display_data for that display_id."""
    transient = {"display_id": display_id}
    content = {"data": _bundle(data), "metadata": {}, "transient": transient}
    cell.publish("update_display_data", content)


@command
def result(cell: "Cell", data: Any, display_id: str = "") -> None:
    """DATA [display_id=ID]: execute_result; DATA is a mimebundle or plain text."""
    more = {"transient": {"display_id": display_id}} if display_id else {}
    cell.result(_bundle(data), **more)


def _bundle(data: Any) -> Any:
    return {"text/plain": str(data)} if isinstance(data, str | int | float) else data


@command
def clear(cell: "Cell", wait: bool | None = None) -> None:
    """[wait=true|false]: clear_output; without an argument the field is missing."""
    cell.publish("clear_output", {} if wait is None else {"wait": wait})


@command
def publish(cell: "Cell", msg_type: str, content: Any, parent: Any = "mine") -> None:
    """MSG_TYPE CONTENT [parent=PARENT]: any message on iopub; by default the cell is its parent."""
    header = cell.header if parent == "mine" else parent
    cell.kernel.publish(msg_type, content, header)


@command
def orphan(cell: "Cell", text: str, name: str = "stdout") -> None:
    """TEXT [name=stderr]: a stream message that belongs to no request."""
    cell.kernel.publish("stream", {"name": name, "text": text})


@command
def foreign(cell: "Cell", code: str, output: str = "", result: str = "") -> None:
    """CODE [OUTPUT] [result=TEXT]: what another client's cell looks like from outside."""
    cell.kernel.foreign_cell(str(code), str(output), result=str(result))


@command
def comm(cell: "Cell", target: str = "jupyter.widget", data: Any = None) -> None:
    """[TARGET] [data=D]: comm_open with one buffer."""
    comm_id = new_id()
    cell.kernel.comms[comm_id] = target
    content = {"comm_id": comm_id, "target_name": target, "data": data or {}}
    cell.publish("comm_open", content, buffers=[b"xyz"])


@command
def widget(cell: "Cell", comm_id: str, name: str = "", show: str = "", **state: Any) -> None:
    """ID [NAME] [show=TEXT] [KEY=VALUE...]: what ipywidgets sends: a widget opens, or changes without NAME.

    With TEXT it is shown, with that as its fallback.
    """
    if name:
        cell.kernel.comms[comm_id] = "jupyter.widget"
        data: dict[str, Any] = {"state": {"_model_name": f"{name}Model", **state}}
        content = {"comm_id": comm_id, "target_name": "jupyter.widget", "data": data}
        cell.publish("comm_open", content)
    elif state:
        data = {"method": "update", "state": state, "buffer_paths": []}
        cell.publish("comm_msg", {"comm_id": comm_id, "data": data})
    if show:
        view = {"version_major": 2, "version_minor": 0, "model_id": comm_id}
        kind = "application/vnd.jupyter.widget-view+json"
        shown = {"text/plain": show, kind: view}
        cell.publish("display_data", {"data": shown, "metadata": {}, "transient": {}})


@command
def ask(cell: "Cell", content: dict[str, Any]) -> None:
    """CONTENT: an input_request with exactly that content; what comes back is printed."""
    cell.write(cell.ask(content) + "\n", "stdout")


@command
def question(cell: "Cell", content: dict[str, Any]) -> None:
    """CONTENT: an input_request with exactly that content, whose answer is not waited for."""
    cell.kernel.ask(cell.request, content)


# --- errors


@command
def error(cell: "Cell", ename: str, evalue: str = "", traceback: Any = None, **more: Any) -> None:
    """ENAME [EVALUE] [traceback=LIST]: fail with an error of that content."""
    cell.fail(ename, evalue, traceback, **more)


@command
def quiet_error(cell: "Cell", ename: str, evalue: str = "", traceback: Any = None) -> None:
    """ENAME [EVALUE] [traceback=LIST]: fail, but without an error message on iopub."""
    cell.quiet_error = True
    cell.fail(ename, evalue, traceback)


# --- the end of the cell


@command
def order(cell: "Cell", *steps: Any) -> None:
    """STEP...: how the cell ends: reply, idle, result (the value), late (a line), or seconds.

    "order idle 0.05 reply" is a late reply, "order reply" a lost idle, "order" nothing at all.
    """
    unknown = [step for step in steps if step not in {"reply", "idle", "result", "late"}]
    if any(not isinstance(step, int | float) for step in unknown):
        raise CellError("UsageError", f"%fake order: {unknown}")
    cell.order = list(steps)


@command
def status(cell: "Cell", word: str) -> None:
    """WORD: the reply's status, such as abort."""
    cell.reply_changes["status"] = word


@command
def omit(cell: "Cell", *keys: str) -> None:
    """KEY...: leave these keys out of the reply, such as execution_count or ename."""
    cell.reply_omits.update(keys)


@command
def reply(cell: "Cell", content: Any) -> None:
    """CONTENT: the whole content of the execute_reply."""
    cell.reply_instead = content


@command
def payload(cell: "Cell", item: Any) -> None:
    """ITEM: one more payload of any form."""
    cell.payload.append(item)


@command
def page(cell: "Cell", text: str) -> None:
    """TEXT: the payload that asks the client to page a text."""
    cell.payload.append({"source": "page", "data": {"text/plain": text}, "start": 0})


@command
def set_next_input(cell: "Cell", text: str, replace: bool = False) -> None:
    """TEXT [replace=true]: the payload that fills the next prompt."""
    cell.payload.append({"source": "set_next_input", "text": text, "replace": replace})


@command
def edit(cell: "Cell", filename: str, line: int | None = None) -> None:
    """FILE [LINE]: the payload that asks the client to open an editor."""
    cell.payload.append({"source": "edit_magic", "filename": filename, "line_number": line})


@command
def ask_exit(cell: "Cell", keepkernel: bool = False) -> None:
    """[keepkernel=true]: the payload alone, without the kernel ending."""
    cell.payload.append({"source": "ask_exit", "keepkernel": keepkernel})


# --- time, life and death


@command
def deaf(cell: "Cell", seconds: float) -> None:
    """SECONDS: be busy, and do not notice interrupts."""
    cell.wait(seconds)


@command
def hang(cell: "Cell", seconds: float) -> None:
    """SECONDS: answer nothing on any channel, heartbeats included."""
    cell.kernel.hang(seconds)


@command
def unbind(cell: "Cell", channel: str) -> None:
    """CHANNEL: close that channel's socket for good; the others go on."""
    cell.kernel.unbind(channel)


@command
def set_(cell: "Cell", name: str, value: Any) -> None:
    """NAME VALUE: change a behaviour from now on, such as "set heartbeat off"."""
    cell.kernel.behaviour.change(name, value)


@command
def die(cell: "Cell", exit_code: int = 1) -> None:
    """[EXIT_CODE]: be gone at once, with nothing flushed."""
    cell.kernel.die(exit_code)


@command
def restart(cell: "Cell") -> None:
    """Start anew because another client said so: new session, counter at zero."""
    cell.kernel.restart()


@command
def shutdown_by_other(cell: "Cell", restart: bool = False, msg_type: str = "") -> None:
    """[restart=true] [msg_type=shutdown]: the broadcast alone; the kernel goes on."""
    cell.kernel.broadcast_shutdown(restart=restart, msg_type=msg_type or "shutdown_reply")


@command
def noise(cell: "Cell", text: str) -> None:
    """TEXT: write to the process's own stdout, past the protocol."""
    print(text, flush=True)


# --- broken messages


@command
def fault(cell: "Cell", *names: str) -> None:
    """NAME...: send broken messages on iopub, one for each name in fake.faults.FAULTS."""
    for name in names:
        faults.send(cell, name)
