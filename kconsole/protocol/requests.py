"""Contents of the requests that a client sends, checked before they leave.

One function per msg_type; each returns the ``content`` of the message ("Messages on the shell
(ROUTER/DEALER) channel" and "Messages on the control channel" in the messaging specification).
A wrong argument raises ValueError here, because a kernel would answer it with silence.
"""

from collections.abc import Mapping
from typing import Any, Literal

__all__ = [
    "HistAccessType",
    "comm_info_request",
    "complete_request",
    "execute_request",
    "history_request",
    "input_reply",
    "inspect_request",
    "is_complete_request",
    "shutdown_request",
]

HistAccessType = Literal["range", "tail", "search"]

_ANY_LINE = 1_000_000  # more than any session has
_TAIL = 10  # IPython's own default length of a tail


def execute_request(
    code: str,
    *,
    silent: bool = False,
    store_history: bool = True,
    user_expressions: Mapping[str, str] | None = None,
    allow_stdin: bool = True,
    stop_on_error: bool = True,
) -> dict[str, Any]:
    """Run code.

    :param silent: ask for no output, no count, no history; ``store_history`` is then False.
    :param user_expressions: name -> expression, evaluated after the code.
    :param allow_stdin: whether somebody is there to answer an input_request.
    :param stop_on_error: whether an error aborts the requests queued behind this one.
    :raise ValueError: code or an expression that is not a string.
    """
    expressions = dict(user_expressions or {})
    for name, expression in expressions.items():
        if not isinstance(name, str) or not isinstance(expression, str):
            raise ValueError(f"user_expressions: {name!r} must map a string to a string")
    # All six always: some kernels index them.
    return {
        "code": _code(code),
        "silent": bool(silent),
        "store_history": bool(store_history) and not silent,
        "user_expressions": expressions,
        "allow_stdin": bool(allow_stdin),
        "stop_on_error": bool(stop_on_error),
    }


def complete_request(code: str, cursor_pos: int | None = None) -> dict[str, Any]:
    """Ask for completions.

    :param cursor_pos: the cursor, in code points from the start; the end of the code if None.
        Put inside the code if it is not, because ipykernel gives no reply to others.
    :raise ValueError: code that is not a string, a position that is no integer.
    """
    return {"code": _code(code), "cursor_pos": _cursor(code, cursor_pos)}


def inspect_request(
    code: str, cursor_pos: int | None = None, detail_level: int = 0
) -> dict[str, Any]:
    """Ask what is at the cursor.

    :param cursor_pos: as for :func:`complete_request`.
    :param detail_level: 0, or 1 for more (IPython: the source).
    :raise ValueError: as for :func:`complete_request`, or another level.
    """
    if detail_level not in (0, 1):
        raise ValueError(f"detail_level: {detail_level!r} is neither 0 nor 1")
    return {**complete_request(code, cursor_pos), "detail_level": int(detail_level)}


def history_request(
    raw: bool = True,
    output: bool = False,
    hist_access_type: HistAccessType = "range",
    *,
    session: int = 0,
    start: int = 0,
    stop: int | None = None,
    n: int | None = None,
    pattern: str = "*",
    unique: bool = False,
) -> dict[str, Any]:
    """Ask for earlier input.

    :param raw: as typed, not as transformed by the kernel.
    :param output: the outputs too.
    :param hist_access_type: ``range`` uses session, start and stop; ``tail`` uses n;
        ``search`` uses pattern, n and unique.
    :param session: a session's number; 0 is the current one, negative counts back from it.
    :param start: the first line.
    :param stop: the line after the last; None is the end.
    :param n: at most so many rows, the latest; None is 10 for ``tail``, all for ``search``.
    :param pattern: a glob with ``*`` and ``?``.
    :param unique: leave out repeated rows.
    :raise ValueError: another access type.
    """
    # raw and output are always sent: ipykernel does not answer a request without them.
    content: dict[str, Any] = {
        "raw": bool(raw),
        "output": bool(output),
        "hist_access_type": hist_access_type,
    }
    fields: dict[str, dict[str, object]] = {
        "range": {"session": session, "start": start, "stop": stop},
        "tail": {"n": _TAIL if n is None else n},
        "search": {"pattern": pattern, "n": n, "unique": bool(unique)},
    }
    if hist_access_type not in fields:
        raise ValueError(f"hist_access_type: {hist_access_type!r} is not range, tail or search")
    chosen = fields[hist_access_type].items()
    content.update((name, value) for name, value in chosen if value is not None)
    return content


def session_tail_request(count: int, implementation: str) -> dict[str, Any]:
    """Ask for the last cells that the kernel has run since it was started, with results as text.

    :param count: how many; :func:`kconsole.protocol.replies.session_tail` picks them out of the reply.
    :param implementation: the kernel's, as it calls itself. Only ipykernel is asked for just these,
        counted from the end; a negative start, or no stop, is the death of xeus-python.
    """
    start = -count if implementation == "ipython" else 1
    return history_request(
        hist_access_type="range", output=True, session=0, start=start, stop=_ANY_LINE
    )


def is_complete_request(code: str) -> dict[str, Any]:
    """Ask whether code can run as it is.

    :raise ValueError: code that is not a string.
    """
    return {"code": _code(code)}


def comm_info_request(target_name: str | None = None) -> dict[str, Any]:
    """Ask for the open comms; only those of one target if it is given."""
    return {} if target_name is None else {"target_name": target_name}


def shutdown_request(restart: bool = False) -> dict[str, Any]:
    """Ask the kernel to end; ``restart`` says that somebody will start it again."""
    return {"restart": bool(restart)}


def input_reply(value: str) -> dict[str, Any]:
    """Answer an input_request.

    :raise ValueError: a value that is not a string.
    """
    if not isinstance(value, str):
        raise ValueError(f"value must be a string, not {type(value).__name__}")
    return {"value": value}


def _code(code: str) -> str:
    if not isinstance(code, str):
        raise ValueError(f"code must be a string, not {type(code).__name__}")
    return code


def _cursor(code: str, cursor_pos: int | None) -> int:
    """Clamp a cursor position to the code."""
    if cursor_pos is None:
        return len(code)
    if not isinstance(cursor_pos, int):
        raise ValueError(f"cursor_pos must be an integer, not {type(cursor_pos).__name__}")
    return max(0, min(cursor_pos, len(code)))
