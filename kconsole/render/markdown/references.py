"""What blocks and inlines share: link reference definitions (CommonMark 0.31, section 4.7), escapes."""

import re
from collections.abc import Sequence

__all__ = ["ESCAPED", "FORMULAS", "References", "label_key", "resolved", "take_definitions"]

References = dict[str, str]
"""Normalised label -> destination."""

ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
"""A backslash escape."""

FORMULAS = frozenset(
    ("align", "alignat", "displaymath", "eqnarray", "equation", "flalign", "gather", "multline")
)
"""LaTeX's environments that are formulas by themselves, as notebooks take them."""

_DEFINITION = re.compile(
    r"""[ ]{0,3} \[ ((?:[^\\\[\]]|\\.){1,999}+) \]: [ ]*+\n?[ ]*+
    (?: <((?:[^<>\\\n]|\\.){0,2000}+)> | (?!<)([^\s]++) )
    (?: (?:[ ]++\n?|\n)[ ]*+
        (?: "(?:[^"\\]|\\.){0,1000}+" | '(?:[^'\\]|\\.){0,1000}+' | \((?:[^()\\]|\\.){0,1000}+\) )
        (?=[ ]*+(?:\n|\Z)) )?
    [ ]*+ (?:\n|\Z)""",
    re.VERBOSE | re.DOTALL,
)


def take_definitions(lines: Sequence[str], references: References) -> list[str]:
    """Take the definitions off a paragraph's beginning; the first one of a label counts.

    :return: the lines that are left.
    """
    text = "\n".join(lines)
    at = 0
    while at < len(text) and (match := _DEFINITION.match(text, at)):
        key = label_key(match[1])
        if not key:
            break
        destination = match[2] if match[2] is not None else match[3]
        references.setdefault(key, destination)
        at = match.end()
    rest = text[at:]
    return rest.split("\n") if rest else []


def label_key(label: str) -> str:
    """Return what equal labels have in common."""
    return " ".join(label.split()).casefold()


def resolved(text: str) -> str:
    """Take the backslashes out of a destination."""
    return ESCAPED.sub(r"\1", text)
