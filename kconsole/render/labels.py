"""Words that all ways to use a kernel have for the same thing: kernels, clients, questions, odd ends."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain, count
from pathlib import Path

from kconsole.protocol.cell import Cell
from kconsole.protocol.events import InputRequest, Parent
from kconsole.render.sanitise import one_line

__all__ = [
    "by_force",
    "client_label",
    "closed_note",
    "distinct",
    "end_notes",
    "kernel_label",
    "kill_command",
    "question_prompt",
    "short_name",
]

_NAME_COLUMNS = 20
#: Characters of the session's id: enough to tell apart the few clients that one kernel has.
_SESSION_CHARACTERS = 4
_NO_LETTER_OR_DIGIT = re.compile(r"[^0-9A-Za-z]")


def client_label(parent: Parent) -> str:
    """Return the user and the beginning of the session's id, as in ``ada@3f2c``.

    :param parent: whom a message belongs to; what it says is made safe for a terminal.
    """
    name = one_line(parent.username, _NAME_COLUMNS) or "somebody"
    session = _NO_LETTER_OR_DIGIT.sub("", parent.session)[:_SESSION_CHARACTERS]
    return f"{name}@{session}" if session else name


def kernel_label(name: str) -> str:
    """Return what somebody has to type who is asked for a kernel's name, or for that of its file."""
    return one_line(Path(name).name)


def by_force(pid: int, deadly: bool | None, host: str = "") -> str:
    """Return what ends a kernel that takes no interrupt, and what may interrupt it.

    :param pid: of its process.
    :param deadly: whether SIGINT would end it; None is not known.
    :param host: the kernel's computer, as ``--ssh`` takes it; "" for this one.
    """
    interrupts = f"{kill_command(pid, host, 'INT')} interrupts it by a signal, "
    return f"{interrupts if deadly is False else ''}{kill_command(pid, host)} ends the kernel"


def kill_command(pid: int, host: str = "", signal: str = "") -> str:
    """Return the command that sends a kernel a signal.

    :param pid: of its process.
    :param host: the kernel's computer, as ``--ssh`` takes it; "" for this one.
    :param signal: its name; "" for the one that ends.
    """
    kill = f"kill -{signal} {pid}" if signal else f"kill {pid}"
    if not host:
        return kill
    has_port = host.count(":") == 1 or "]:" in host  # an IPv6 address alone has no brackets
    return f"ssh {'ssh://' if has_port else ''}{one_line(host)} {kill}"


def question_prompt(request: InputRequest) -> str:
    """Return what stands before the answer to a kernel's question, safe and in one line."""
    # ipykernel's getpass sends no prompt at all
    return one_line(request.prompt) or ("Password: " if request.password else "")


def closed_note(closed: str) -> str:
    """Return what is told while a cell is waited for and one of the kernel's channels is closed."""
    return f"{closed}; the cell is still waited for, Ctrl-C interrupts"


def end_notes(cell: Cell, *, cut: bool = False) -> list[str]:
    """Return what is to be told of a cell's end that nothing else has told.

    :param cell: has ended, and not because the kernel did; its ``unshown_error`` has been shown.
    :param cut: whether a link was lost meanwhile, and that was told.
    """
    notes = []
    if cell.given_up and not cut:
        missing = "an execute_reply" if cell.given_up == "reply" else "an idle status"
        notes.append(f"the kernel did not send {missing}; output may be missing")
    status = "" if cell.reply is None else cell.reply.status
    if status == "aborted":
        begun = "the kernel ended the cell before it was done"  # IRkernel, of one interrupted
        unrun = "not run: a cell that the kernel had before it failed"
        notes.append(begun if cell.saw_input else unrun)
    elif status == "error" and not (cell.saw_error or cell.saw_stderr or cell.unshown_error):
        notes.append("the cell failed; the kernel does not say why")
    return notes


def short_name(stem: str, others: Iterable[str]) -> str:
    """Return the first groups of a name that tell it from others, as ``0b2c4711`` of a UUID.

    :param stem: a name made of groups with dashes between, as that of a connection file.
    :param others: those that none of the groups may be found in.
    """
    groups = stem.split("-")
    for number in range(1, len(groups)):
        short = "-".join(groups[:number])
        if not any(short in other for other in others):
            return short
    return stem


def distinct(names: Sequence[str]) -> list[str]:
    """Return names that are safe for a terminal, short, and all different: a number sees to that."""
    found: list[str] = []
    for name in names:
        label = one_line(name, _NAME_COLUMNS) or "?"
        numbered = (f"{label}#{number}" for number in count(2))
        found.append(next(each for each in chain([label], numbered) if each not in found))
    return found
