"""What a formula consists of, and the blanks between: as TeX sets it, in whole columns. Pure.

TeX's rules are those of The TeXbook, chapter 18: a thin space after punctuation and around names of
functions, a medium one around binary operators, a thick one around relations; only the second of
these in scripts.  Here each is one blank.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from kconsole.render.latex.box import Box, beside, box

__all__ = ["Atom", "Kind", "fraction", "in_brackets", "joined", "loose"]

Kind = Literal[
    "ord",
    "word",
    "name",
    "op",
    "big",
    "bin",
    "rel",
    "open",
    "close",
    "fence",
    "punct",
    "inner",
    "space",
    "sign",
]
"""TeX's classes of atoms, and some more: ``word`` is some letters, ``name`` those that are upright,
``fence`` something in brackets, ``inner`` what needs a blank to be told from its neighbours, as a
fraction; ``sign`` the minus of ``-x``."""


class Atom(NamedTuple):
    """One piece of a formula.

    Attributes:
        box: how it looks.
        kind: how it stands to its neighbours.
        spaced: whether a blank stood before it in the source, which TeX ignores and readers do not.
    """

    box: Box
    kind: Kind
    spaced: bool = False


#: Before these, and behind them, a sign is not between two things: that of ``-x``.
_NOT_BEFORE = frozenset({"bin", "rel", "open", "punct", "op", "big"})
_NOT_BEHIND = frozenset({"rel", "close", "punct"})
_OPERANDS = frozenset({"ord", "word", "name", "op", "close", "fence", "inner"})
#: Those that stand side by side as letters do.
_CLINGING = frozenset({"ord", "word", "open", "close", "fence", "punct"})
_SIMPLE = re.compile(
    r"""  \d+ (?:\.\d+)?                      # a number
        | [d∂] [⁰¹²³⁴-⁹ⁿ]? \w? [⁰¹²³⁴-⁹ⁿ]?  # what it is derived by
        | [^\W\d_] [^\w\s(\[/^+·-]? [₀-₉ₐ-ₜᵢⱼᵣᵤᵥ⁰¹²³⁴-⁹ⁿ′]*   # a letter, with an accent or scripts
        | [^\W\d_]{3,}                      # a name
    """,
    re.VERBOSE,
)
_BRACKETS = {**dict.fromkeys("([{⟨⌊⌈", 1), **dict.fromkeys(")]}⟩⌋⌉", -1)}


def joined(atoms: Sequence[Atom], *, tight: bool = False) -> Box:
    """Put the pieces of a formula beside each other.

    :param tight: without the blanks around operators and relations, as in scripts.
    """
    boxes: list[Box] = []
    previous: Atom | None = None
    wide = ""
    visible = [atom for atom in atoms if atom.kind != "space"]
    index = 0
    for atom in atoms:
        if atom.kind == "space":
            wide = max(wide, atom.box.text, key=len)
            continue
        index += 1
        behind = visible[index] if index < len(visible) else None
        if atom.kind == "bin" and not _between(previous, behind):
            atom = atom._replace(kind="sign")
        if previous is not None:
            gap = _gap(previous, atom, tight)
            boxes.append(box(max(gap, wide, key=len)))
        boxes.append(atom.box)
        previous, wide = atom, ""
    return beside(boxes) if boxes else box("")


def _between(previous: Atom | None, behind: Atom | None) -> bool:
    return (
        previous is not None
        and previous.kind not in _NOT_BEFORE
        and behind is not None
        and behind.kind not in _NOT_BEHIND
    )


def _gap(left: Atom, right: Atom, tight: bool) -> str:
    kinds = left.kind, right.kind
    if right.kind in ("close", "punct") or left.kind in ("open", "sign"):
        return ""
    if "rel" in kinds or "bin" in kinds:
        return "" if tight or kinds == ("rel", "rel") else " "
    if left.kind == "punct":
        digits = left.box.text == "," and right.box.text[:1].isdigit()
        return "" if tight or (digits and not right.spaced) else " "
    if left.kind == "big" or (right.kind == "big" and left.kind in _OPERANDS):
        return " "
    if not _CLINGING.issuperset(kinds):
        calls = left.kind in ("op", "name") and right.kind in ("open", "fence")
        return "" if calls else " "
    if right.spaced and ("word" in kinds or _both_digits(left, right)):
        return " "
    return ""


def _both_digits(left: Atom, right: Atom) -> bool:
    return left.box.text[-1:].isdigit() and right.box.text[:1].isdigit()


def fraction(above: Box, below: Box) -> Box:
    """Return a fraction on one line, with the brackets that it needs."""
    over, under = above.text, below.text
    if loose(over):
        over = f"({over})"
    if not (_SIMPLE.fullmatch(under) or in_brackets(under)):
        under = f"({under})"
    return box(f"{over}/{under}")


def in_brackets(text: str) -> bool:
    """Tell whether a text is one pair of brackets, or a function's name and one."""
    name = re.match(r"\w*", text)
    start = name.end() if name else 0
    depth = 0
    for index in range(start, len(text)):
        depth += _BRACKETS.get(text[index], 0)
        if depth <= 0:
            return depth == 0 and index == len(text) - 1 and index > start
    return False


def loose(text: str) -> bool:
    """Tell whether a text falls apart at a blank or a slash, if it is not put in brackets."""
    depth = 0
    for character in text:
        depth += _BRACKETS.get(character, 0)
        if depth == 0 and character in " /":
            return True
    return False
