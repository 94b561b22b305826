"""The replies to every request but ``execute_request``."""

import codeop
import fnmatch
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake.wire import Request, new_id

if TYPE_CHECKING:
    from fake.kernel import FakeKernel

__all__ = ["answer"]

Handler = Callable[["FakeKernel", Request], None]

KNOWN = {
    "print": "print(*args, sep=' ', end='\\n')\nPrints the values.",
    "input": "input(prompt='')\nReads a line.",
    "range": "range(stop)\nThe numbers below stop.",
    "raise": "",
    "return": "",
}

#: Those of which there is no source.
BUILTIN = {"range"}


def answer(kernel: "FakeKernel", request: Request) -> None:
    """Answer a request; one that is unknown or that the handler cannot read gets no reply.

    That is what kernels do when a handler raises: the client sees busy and idle, nothing else.
    """
    handler = HANDLERS.get(request.msg_type)
    if handler is None:
        kernel.log.append(f"unknown request {request.msg_type}")
        return
    try:
        handler(kernel, request)
    except (LookupError, TypeError, ValueError, AssertionError) as error:
        kernel.log.append(f"{request.msg_type}: {type(error).__name__}: {error}")


def kernel_info(kernel: "FakeKernel", request: Request) -> None:
    """Who the kernel is; on control too (JEP 80)."""
    told = kernel.behaviour
    content = {
        "status": "ok",
        "protocol_version": told.protocol_version,
        "implementation": told.implementation,
        "implementation_version": told.implementation_version,
        "language_info": told.language_info,
        "banner": told.banner,
        "help_links": told.help_links,
        "supported_features": told.supported_features,
    }
    kernel.reply(request, content)


def names(kernel: "FakeKernel") -> list[str]:
    """Everything that can be completed, in order."""
    return sorted({*KNOWN, *kernel.namespace, *kernel.behaviour.names})


def complete(kernel: "FakeKernel", request: Request) -> None:
    """Names that begin with the word before the cursor."""
    code, cursor = request.content["code"], request.content["cursor_pos"]
    assert 0 <= cursor <= len(code), "cursor_pos is outside the code"
    word = re.search(r"\w*$", code[:cursor])
    assert word
    matches = [name for name in names(kernel) if name.startswith(word[0])]
    types = [
        {
            "text": name,
            "type": "instance" if name in kernel.namespace else "function",
            "signature": KNOWN.get(name, "").partition("\n")[0].removeprefix(name),
            "start": word.start(),
            "end": cursor,
        }
        for name in matches
    ]
    content = {
        "status": "ok",
        "matches": matches,
        "cursor_start": word.start(),
        "cursor_end": cursor,
        "metadata": {"_jupyter_types_experimental": types},
    }
    kernel.reply(request, content)


def inspect(kernel: "FakeKernel", request: Request) -> None:
    """What the word at the cursor is."""
    code, cursor = request.content["code"], request.content["cursor_pos"]
    before, after = re.search(r"\w*$", code[:cursor]), re.match(r"\w*", code[cursor:])
    assert before
    assert after
    word = before[0] + after[0]
    text = KNOWN.get(word, "")
    if word in kernel.namespace:
        text = f"Type: {type(kernel.namespace[word]).__name__}"
    if text and request.content["detail_level"] and word not in BUILTIN:
        text += f"\nSource: the source of {word}"
    data = {"text/plain": text} if text else {}
    content = {"status": "ok", "found": bool(text), "data": data, "metadata": {}}
    kernel.reply(request, content)


def is_complete(kernel: "FakeKernel", request: Request) -> None:
    """Whether Python, as typed line by line, would want more; %fake cells never do."""
    code = request.content["code"]
    kernel.reply(request, completeness(code))


def completeness(code: str) -> dict[str, str]:
    """The content of is_complete_reply for a piece of Python."""
    if code.startswith("%fake"):
        return {"status": "complete"}
    lines = code.split("\n")
    indent = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip())]
    try:
        finished = codeop.compile_command(code, symbol="exec") is not None
    except (SyntaxError, ValueError, OverflowError):
        return {"status": "invalid"}
    if finished and not (len(lines) > 1 and indent):
        return {"status": "complete"}
    return {"status": "incomplete", "indent": indent + " " * 4 * code.rstrip().endswith(":")}


def history(kernel: "FakeKernel", request: Request) -> None:
    """Rows of the kernel's history: its tail, a range of one session, or what fits a pattern."""
    wanted = request.content
    with_output, _raw = wanted["output"], wanted["raw"]
    select = {"tail": _tail, "range": _range, "search": _search}[wanted["hist_access_type"]]
    rows = [
        [session, line, (source, output) if with_output else source]
        for session, line, source, output in select(kernel.history, wanted)
    ]
    kernel.reply(request, {"status": "ok", "history": rows})


Row = tuple[int, int, str, str | None]


def _tail(rows: list[Row], wanted: dict[str, Any]) -> list[Row]:
    return rows[-wanted["n"] :]


def _range(rows: list[Row], wanted: dict[str, Any]) -> list[Row]:
    # Session 0 is the current one, a negative one counts backwards; ours has number 2.
    session = wanted.get("session", 0)
    number = session if session > 0 else 2 + session
    start, stop = wanted.get("start", 0), wanted.get("stop")
    return [row for row in rows if row[0] == number and start <= row[1] < (stop or 10**9)]


def _search(rows: list[Row], wanted: dict[str, Any]) -> list[Row]:
    found = [row for row in rows if fnmatch.fnmatchcase(row[2], wanted.get("pattern", "*"))]
    if wanted.get("unique"):
        found = list({row[2]: row for row in found}.values())
    return found[-(wanted.get("n") or len(rows) or 1) :]


def comm_info(kernel: "FakeKernel", request: Request) -> None:
    """The open comms, perhaps of one target only."""
    target = request.content.get("target_name")
    comms = {
        comm_id: {"target_name": name}
        for comm_id, name in kernel.comms.items()
        if target in (None, name)
    }
    kernel.reply(request, {"status": "ok", "comms": comms})


def comm_open(kernel: "FakeKernel", request: Request) -> None:
    """No target is known here, so the comm is closed again ("Custom Messages")."""
    closing = {"comm_id": request.content["comm_id"], "data": {}}
    kernel.publish("comm_close", closing, request.header)


def comm_message(kernel: "FakeKernel", request: Request) -> None:
    """comm_msg and comm_close have no reply."""
    if request.msg_type == "comm_close":
        kernel.comms.pop(request.content["comm_id"], None)


def interrupts_at_once(kernel: "FakeKernel", request: Request) -> bool:
    """Whether a request is to break off what runs when it comes, and not what runs when it is answered."""
    return (
        request.msg_type == "interrupt_request"
        and kernel.behaviour.interrupt == "works"
        and not kernel.behaviour.delays.get(request.msg_type)
    )


def interrupt(kernel: "FakeKernel", request: Request) -> None:
    """Interrupt the main shell, as Behaviour.interrupt says."""
    how = kernel.behaviour.interrupt
    if how == "works" and not interrupts_at_once(kernel, request):
        kernel.interrupt()
    if how != "silent":
        kernel.reply(request, {"status": "ok"})


def shutdown(kernel: "FakeKernel", request: Request) -> None:
    """Reply and broadcast as Behaviour.shutdown says; the end comes after the idle."""
    how = kernel.behaviour.shutdown
    if how in {"silent", "ignored"}:
        return
    content = {"status": "ok", "restart": request.content.get("restart", False)}
    kernel.reply(request, content)
    kind = "shutdown" if how == "shutdown" else "shutdown_reply"
    for _ in range(2 if how == "twice" else 1):
        kernel.publish(kind, content, request.header)


def create_subshell(kernel: "FakeKernel", request: Request) -> None:
    """JEP 91: one more thread that answers shell requests."""
    if not kernel.behaviour.subshells or request.channel != "control":
        return
    subshell_id = new_id()
    kernel.add_subshell(subshell_id)
    kernel.reply(request, {"status": "ok", "subshell_id": subshell_id})


def list_subshell(kernel: "FakeKernel", request: Request) -> None:
    """JEP 91: the ids of the subshells."""
    if kernel.behaviour.subshells and request.channel == "control":
        kernel.reply(request, {"status": "ok", "subshell_id": list(kernel.subshells)})


def delete_subshell(kernel: "FakeKernel", request: Request) -> None:
    """JEP 91: end a subshell; ipykernel 7 answers an unknown id without ename or traceback."""
    if not kernel.behaviour.subshells or request.channel != "control":
        return
    worker = kernel.subshells.pop(request.content["subshell_id"], None)
    if worker is None:
        kernel.reply(request, {"status": "error", "evalue": "no such subshell"})
        return
    worker.interrupt()
    worker.queue.put(None)
    worker.thread.join(5.0)
    kernel.reply(request, {"status": "ok"})


def usage(kernel: "FakeKernel", request: Request) -> None:
    """What the kernel takes of the machine: ipykernel's own question, on control."""
    if kernel.behaviour.usage and request.channel == "control":
        kernel.reply(request, kernel.behaviour.usage)


def debug(kernel: "FakeKernel", request: Request) -> None:
    """The two requests of the debugger that need no debugging; the content is a DAP response."""
    if "debugger" not in kernel.behaviour.supported_features or request.channel != "control":
        return
    wanted = request.content
    content = {"type": "response", "request_seq": wanted["seq"], "success": True}
    bodies = {"inspectVariables": _all_variables, "richInspectVariables": _one_variable}
    body = bodies[wanted["command"]](kernel, wanted["arguments"])
    kernel.reply(request, {**content, "command": wanted["command"], "body": body})


def _all_variables(kernel: "FakeKernel", _arguments: dict[str, Any]) -> dict[str, Any]:
    # debugpy puts such groups before the variables.
    variables = [{"name": "special variables", "value": "", "type": "", "variablesReference": 1}]
    variables += [
        {"name": name, "value": repr(value), "type": type(value).__name__, "variablesReference": 0}
        for name, value in sorted(kernel.namespace.items())
    ]
    return {"variables": variables}


def _one_variable(kernel: "FakeKernel", arguments: dict[str, Any]) -> dict[str, Any]:
    name = arguments["variableName"]
    known = name in kernel.namespace
    return {
        "data": {"text/plain": repr(kernel.namespace[name])} if known else {},
        "metadata": {},
    }


HANDLERS: dict[str, Handler] = {
    "kernel_info_request": kernel_info,
    "complete_request": complete,
    "inspect_request": inspect,
    "is_complete_request": is_complete,
    "history_request": history,
    "comm_info_request": comm_info,
    "comm_open": comm_open,
    "comm_msg": comm_message,
    "comm_close": comm_message,
    "interrupt_request": interrupt,
    "shutdown_request": shutdown,
    "create_subshell_request": create_subshell,
    "list_subshell_request": list_subshell,
    "delete_subshell_request": delete_subshell,
    "usage_request": usage,
    "debug_request": debug,
}
