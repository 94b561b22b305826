"""The rows of tables in GitHub's dialect (GFM 0.29, section 4.10)."""

import re

__all__ = ["alignments", "cells"]

_DELIMITERS = re.compile(r"[ ]*+\|?[ ]*+:?-++:?[ ]*+(?:\|[ ]*+:?-++:?[ ]*+)*+\|?[ ]*+")


def alignments(line: str) -> list[str] | None:
    """Return the alignment of each column, "" if it has none; None if this is no delimiter row."""
    if "|" not in line or not _DELIMITERS.fullmatch(line):
        return None
    return [_ALIGNMENTS[cell[:1] == ":", cell[-1:] == ":"] for cell in cells(line)]


_ALIGNMENTS = {
    (False, False): "",
    (True, False): "left",
    (True, True): "center",
    (False, True): "right",
}


def cells(line: str) -> list[str]:
    r"""Return the cells of a row; ``\|`` is a bar within one."""
    row = line.strip(" ").removeprefix("|")
    texts = []
    start = 0
    escaped = False
    for at, character in enumerate(row):
        if character == "|" and not escaped:
            texts.append(row[start:at])
            start = at + 1
        escaped = character == "\\" and not escaped
    if row[start:].strip(" ") or not texts:
        texts.append(row[start:])
    return [text.strip(" ").replace("\\|", "|") for text in texts]
