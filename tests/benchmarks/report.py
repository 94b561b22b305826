"""Values in, a table out. Pure."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence

from tests.benchmarks.programs import PEER
from tests.benchmarks.rows import Row, Target

__all__ = ["Values", "report"]

#: Of each row and program, the values of all runs.
Values = Mapping[str, Mapping[str, Sequence[float]]]

_SUBJECT = "kconsole"


def report(rows: Iterable[Row], programs: Sequence[str], values: Values) -> str:
    """The table: medians, (least to most), the ratio to the peer, and the targets.

    Parameters:
        rows: in their order.
        programs: the columns; the peer is a column even if it is not among them.
        values: what has been measured.
    """
    columns = [_SUBJECT, PEER, *(name for name in programs if name not in (_SUBJECT, PEER))]
    head = ["", "unit", *columns, f"x {PEER}", "targets"]
    body = [
        [
            row.title,
            row.unit,
            *(_cell(values, row.name, name, name in programs) for name in columns),
            _ratio(values, row.name),
            "; ".join(_verdict(values, row.name, target) for target in row.targets),
        ]
        for row in rows
    ]
    return _align([head, *body])


def _align(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    rule = "-|-".join("-" * width for width in widths)
    return "\n".join([text[0], rule, *text[1:]])


def _cell(values: Values, row: str, program: str, installed: bool) -> str:
    if not installed:
        return "not installed"
    got = values.get(row, {}).get(program, ())
    if not got:
        return "-"
    middle = _number(statistics.median(got))
    return middle if len({*got}) == 1 else f"{middle} ({_number(min(got))}-{_number(max(got))})"


def _ratio(values: Values, row: str) -> str:
    own, peer = (values.get(row, {}).get(name, ()) for name in (_SUBJECT, PEER))
    if not own or not peer or not statistics.median(peer) or math.isinf(statistics.median(peer)):
        return ""
    return f"{statistics.median(own) / statistics.median(peer):.2f}"


def _verdict(values: Values, row: str, target: Target) -> str:
    judge = statistics.median if target.judge == "median" else min
    own = values.get(row, {}).get(_SUBJECT, ())
    others = values.get(target.row or row, {}).get(target.of, ())
    text = f"{'>=' if target.at_least else '<='} {target.limit:g}"
    if target.of:
        text += f" x {target.of}{f' {target.row}' if target.row else ''}"
    if target.plus:
        text += f" + {target.plus:g}"
    if not own or (target.of and not others):
        return text
    limit = target.limit * (judge(others) if target.of else 1) + target.plus
    met = judge(own) >= limit if target.at_least else judge(own) <= limit
    return f"{text} {'ok' if met else 'MISSED'}"


def _number(value: float) -> str:
    if math.isinf(value):
        return "never"
    if value and abs(value) < 10:
        return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}"
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.1f}"
