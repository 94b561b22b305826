r"""LaTeX's environments: matrices, cases, aligned equations, and tables of text."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from kconsole.render.latex.atoms import Atom
from kconsole.render.latex.box import Box, Unreadable, box, fence, grid
from kconsole.render.latex.commands import ROW_ENDS
from kconsole.render.latex.tokens import Tokens

__all__ = ["ENVIRONMENTS", "read_environment"]


class Environment(NamedTuple):
    """How an environment is laid out.

    Attributes:
        opening: the bracket before it; "" for none.
        closing: the bracket behind.
        align: the alignment of its columns, repeated; "" where the source gives it.
        text: whether its cells are text.
        arguments: how many ``{…}`` follow its name and are not for us.
    """

    opening: str
    closing: str
    align: str
    text: bool = False
    arguments: int = 0


_ALIGNED = Environment("", "", "rl")
_ONE = Environment("", "", "l")

ENVIRONMENTS: Mapping[str, Environment] = {
    "matrix": Environment("", "", "c"),
    "smallmatrix": Environment("", "", "c"),
    "pmatrix": Environment("(", ")", "c"),
    "bmatrix": Environment("[", "]", "c"),
    "Bmatrix": Environment("{", "}", "c"),
    "vmatrix": Environment("|", "|", "c"),
    "Vmatrix": Environment("‖", "‖", "c"),
    "cases": Environment("{", "", "l"),
    "dcases": Environment("{", "", "l"),
    "rcases": Environment("", "}", "l"),
    "array": Environment("", "", ""),
    "tabular": Environment("", "", "", text=True),
    "longtable": Environment("", "", "", text=True),
    "align": _ALIGNED,
    "aligned": _ALIGNED,
    "split": _ALIGNED,
    "flalign": _ALIGNED,
    "alignat": _ALIGNED._replace(arguments=1),
    "alignedat": _ALIGNED._replace(arguments=1),
    "eqnarray": Environment("", "", "rcl"),
    **dict.fromkeys(("equation", "displaymath", "math", "gather", "gathered", "multline"), _ONE),
}
"""Those that are read, without the star that some names have."""

_RULES = frozenset({"\\hline", "\\toprule", "\\midrule", "\\bottomrule"})
_PARTIAL_RULES = frozenset({"\\cline", "\\cmidrule"})
_CELL_ENDS = frozenset({"&", "\\end", *ROW_ENDS})
_LENGTH = re.compile(r"\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm|in|bp|pc|\\\w+)\s*")
_NUMBER = re.compile(r"[-+−]?[\d.,]+(?:[eE][-+]?\d+)?%?|")
_GAP = "  "

Cell = Callable[[frozenset[str], bool], Box]
"""Reads a cell: up to one of these tokens, on one line or not."""


def read_environment(tokens: Tokens, formula: Cell, words: Cell, *, flat: bool) -> Atom:
    r"""Read an environment whose ``\begin`` was read.

    :param formula: reads a cell of mathematics.
    :param words: reads a cell of text.
    :param flat: on one line.
    :raise Unreadable: if it is not in :data:`ENVIRONMENTS`, or not well-formed.
    """
    name = tokens.verbatim()
    found = ENVIRONMENTS.get(name.removesuffix("*"))
    if found is None:
        raise Unreadable
    tokens.optional()
    for _ in range(found.arguments):
        tokens.verbatim()
    columns = _columns(tokens.verbatim()) if not found.align else None
    with tokens.nested():
        rows, rules = _rows(tokens, words if found.text else formula, flat)
    if tokens.verbatim() != name:
        raise Unreadable
    if flat:
        return Atom(_on_one_line(found, rows), "fence")
    inner = _laid_out(found, rows, columns, rules)
    tokens.charge(inner)
    return Atom(tokens.charge(fence(found.opening, inner, found.closing)), "fence")


def _columns(specification: str) -> tuple[str, frozenset[int]]:
    """Read ``{r|cc}``: the alignments, and the columns that a line stands before."""
    align = ""
    lines = set()
    plain = re.sub(r"[@!><]\s*\{[^{}]*\}", "", specification)
    for letter in re.findall(r"[lcrX|]|[pmb]\{[^{}]*\}", plain):
        if letter == "|":
            lines.add(len(align))
        else:
            align += letter if letter in "lcr" else "l"
    return align or "c", frozenset(lines)


def _rows(tokens: Tokens, cell: Cell, flat: bool) -> tuple[list[list[Box]], frozenset[int]]:
    r"""Read up to ``\end``, which is read too."""
    rows: list[list[Box]] = []
    rules: set[int] = set()
    row: list[Box] = []
    while True:
        tokens.skip_blanks()
        if not row and tokens.next in _RULES:
            rules.add(len(rows))
            tokens.take()
            continue
        if not row and tokens.next in _PARTIAL_RULES:
            tokens.take()
            _skip_parenthesis(tokens)
            tokens.verbatim()
            continue
        row.append(cell(_CELL_ENDS, flat))
        end = tokens.take()
        if end == "&":
            continue
        if end != "\\end" or len(row) > 1 or any(line.strip() for line in row[0].lines):
            rows.append(row)
        if end == "\\end":
            return rows, frozenset(rules)
        row = []
        if tokens.next == "*":
            tokens.take()
        _skip_length(tokens)


def _skip_parenthesis(tokens: Tokens) -> None:
    r"""Read the ``(lr)`` of a ``\cmidrule``."""
    if tokens.next == "(":
        while tokens.take() != ")":
            pass


def _skip_length(tokens: Tokens) -> None:
    r"""Read the ``[2pt]`` behind a ``\\``."""
    start = tokens.at
    if tokens.next == "[" and not _LENGTH.fullmatch(
        "".join(tokens.all[start + 1 : start + 9]).split("]")[0]
    ):
        return
    tokens.optional()


def _on_one_line(found: Environment, rows: Sequence[Sequence[Box]]) -> Box:
    between = ", " if found.align == "c" or not found.align else " "
    texts = [between.join(one.text for one in row if one.text) for row in rows]
    inner = "; ".join(text for text in texts if text)
    return box(f"{found.opening}{inner}{found.closing}")


def _laid_out(
    found: Environment,
    rows: Sequence[Sequence[Box]],
    columns: tuple[str, frozenset[int]] | None,
    rules: frozenset[int],
) -> Box:
    count = max(map(len, rows), default=0)
    if len(rows) * count > sum(map(len, rows)) * 8 + 400:
        raise Unreadable
    align, lines = columns or (found.align, frozenset[int]())
    aligned = (align * (count // len(align) + 1))[:count]
    if found.align == "c":  # as LaTeX, but a column of numbers is easier to read so
        aligned = "".join(_numeric(rows, column) or one for column, one in enumerate(aligned))
    full = [[*row, *[box("")] * (count - len(row))] for row in rows]
    gaps = [_before(found, column) for column in range(count)] + [""]
    for column in lines:
        if column <= count:
            gaps[column] = {0: "│ ", count: " │"}.get(column, " │ ")
    return grid(full, aligned, gaps, rules)


def _before(found: Environment, column: int) -> str:
    """The blanks before a column."""
    if column == 0:
        return ""
    if found.align in ("rl", "rcl"):
        return " " if column % len(found.align) else " " * 4
    return _GAP


def _numeric(rows: Sequence[Sequence[Box]], column: int) -> Literal["r", ""]:
    cells = (row[column] for row in rows if column < len(row))
    return "r" if all(cell.flat and _NUMBER.fullmatch(cell.text) for cell in cells) else ""
