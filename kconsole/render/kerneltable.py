"""Kernels and kernelspecs as tables, and as JSON for programs.

In a table, only the last column may hold blanks, and nothing is left empty: so awk can take it apart. Every
text of a file or a kernel is made safe for a terminal; in JSON, it is as it came.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from kconsole.client.found import Found
from kconsole.connect.specs import SpecListing
from kconsole.connect.verdict import State
from kconsole.render.amounts import short_age, short_size
from kconsole.render.cells import fit
from kconsole.render.sanitise import one_line
from kconsole.render.style import Role, paint
from kconsole.render.table import GAP, table

__all__ = ["heartbeat", "kernel_json", "kernel_rows", "kernel_table", "spec_json", "spec_table"]

_HEADS = ("STATE", "LANGUAGE", "KERNEL", "PID", "MEM", "AGE", "CLIENTS", "FILE")
_RIGHT = (3, 4, 5, 6)
#: What is cut on a narrow screen: the kernel's name, the language, and last the file's name.
_YIELDING = (2, 1, 7)
_NARROWEST = 8  # columns: "LANGUAGE", "python3"
_LONGEST_NAME = 40
_ROLES: dict[State, Role] = {
    "idle": "in",
    "busy": "label",
    "starting": "label",
    "late": "warning",
    "no-link": "warning",
    "not-ours": "error",
    "bad": "error",
    "dead": "note",
}
_BLANKS = re.compile(r"\s+")


def kernel_table(
    found: Sequence[Found],
    languages: Mapping[str, str],
    *,
    columns: int | None = None,
    color: bool = False,
) -> list[str]:
    """Return the lines of a table of kernels.

    What there is to say about a state stands in brackets after the file's name; where it does not fit, in
    a line below.

    :param found: the kernels, in their order.
    :param languages: the language of each kernelspec, for kernels that have not told theirs.
    :param columns: the screen's width; None is no screen, and nothing is cut.
    """
    rows = _rows(found, languages)
    reasons = [one_line(each.reason) for each in found]
    if columns is None:
        rows = [
            (*row[:-1], f"{row[-1]} ({reason})" if reason else row[-1])
            for row, reason in zip(rows, reasons, strict=True)
        ]
    head, *lines = _laid_out(rows, columns)
    shown = [head]
    indent = max(len(row[0]) for row in (_HEADS, *rows)) + len(GAP)
    for each, line, reason in zip(found, lines, reasons, strict=True):
        state, rest = line[: len(each.state)], line[len(each.state) :]
        shown.append(paint(state, _ROLES[each.state], color) + rest)
        if reason and columns is not None:
            below = fit(f"{' ' * indent}({reason})", columns)
            shown.append(paint(below, "note", color))
    return shown


def kernel_rows(
    found: Sequence[Found], languages: Mapping[str, str], columns: int | None
) -> tuple[str, list[str]]:
    """Return the head of the same table, and exactly one line for each kernel.

    The parameters are those of :func:`kernel_table`.
    """
    head, *lines = _laid_out(_rows(found, languages), columns)
    return head, lines


def kernel_json(found: Found, languages: Mapping[str, str], label: str | None = None) -> str:
    """Return a kernel as one line of JSON; what is not known is null.

    :param label: what it is called beside other kernels, if that is to be told.
    """
    connection = found.connection
    return _json(
        ({} if label is None else {"kernel": label})
        | {
            "state": found.state,
            "reason": found.reason or None,
            "language": _language(found, languages) or None,
            "kernel_name": found.kernel_name or None,
            "implementation": None if found.kernel is None else found.kernel.implementation or None,
            "pid": found.pid,
            "memory": found.memory,
            "age": round(found.age_s, 1),
            "clients": found.clients,
            "round_trip": None if found.round_trip_s is None else round(found.round_trip_s, 6),
            "transport": None if connection is None else connection.transport,
            "ip": None if connection is None else connection.ip,
            "encrypted": None if connection is None else connection.encrypted,
            "file": str(found.path),
        }
    )


def heartbeat(found: Found) -> str:
    """Return how long the heartbeat's echo took, in a few words."""
    if found.round_trip_s is None:
        return "no heartbeat"
    return f"heartbeat {found.round_trip_s * 1000:.1f} ms"


def spec_table(listing: SpecListing) -> list[str]:
    """Return the lines of a table of kernelspecs; the broken ones follow, with what is wrong.

    Nothing is cut: a path that is not whole is no use.
    """
    rows = [
        (
            _word(spec.name),
            _word(spec.language),
            one_line(spec.display_name),
            one_line(str(spec.resource_dir)),
        )
        for _, spec in sorted(listing.specs.items())
    ]
    rows += [(_word(fault.name), "-", "(broken)", one_line(fault.text)) for fault in listing.faults]
    return table(("NAME", "LANGUAGE", "DISPLAY NAME", "WHERE"), rows, None)


def spec_json(listing: SpecListing) -> list[str]:
    """Return each kernelspec as one line of JSON; the broken ones have a `fault`."""
    good = [
        {
            "name": spec.name,
            "language": spec.language or None,
            "display_name": spec.display_name,
            "directory": str(spec.resource_dir),
            "argv": list(spec.argv),
            "fault": None,
        }
        for _, spec in sorted(listing.specs.items())
    ]
    broken: list[dict[str, Any]] = [
        {
            "name": fault.name,
            "language": None,
            "display_name": None,
            "directory": None,
            "argv": None,
            "fault": fault.text,
        }
        for fault in listing.faults
    ]
    return [_json(each) for each in [*good, *broken]]


def _rows(found: Sequence[Found], languages: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [_row(each, languages) for each in found]


def _laid_out(rows: Sequence[tuple[str, ...]], columns: int | None) -> list[str]:
    return table(_HEADS, rows, columns, yielding=_YIELDING, narrowest=_NARROWEST, right=_RIGHT)


def _row(found: Found, languages: Mapping[str, str]) -> tuple[str, ...]:
    return (
        found.state,
        _word(_language(found, languages)),
        _word(found.kernel_name),
        _word("" if found.pid is None else str(found.pid)),
        _word("" if found.memory is None else short_size(found.memory)),
        short_age(found.age_s),
        _word("" if found.clients is None else str(found.clients)),
        one_line(found.path.name),
    )


def _language(found: Found, languages: Mapping[str, str]) -> str:
    return found.language or languages.get(found.kernel_name.lower(), "")


def _word(text: str) -> str:
    """Make one word of it, as blanks separate the columns."""
    return _BLANKS.sub("_", one_line(text, _LONGEST_NAME).strip()) or "-"


def _json(value: Mapping[str, Any]) -> str:
    """Return one line in ASCII, which no name can break and every terminal can show."""
    return json.dumps(value)
