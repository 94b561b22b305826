"""What is pasted out of documentation or another session, without the prompts that stand in it."""

import re

__all__ = ["unprompted"]

#: Before the first line of an input: Python's prompt, IPython's and ours.
_FIRST = r"[ \t]*(?:>>>|In \[[ \d]*\]:)(?: |$)"
#: Before its further lines.
_FURTHER = r"[ \t]*\.\.\.:?(?: |$)"


def unprompted(text: str) -> str:
    """Take the prompts out of a session that was copied, and with them what it printed.

    :param text: what was pasted.
    :return: the inputs alone, if the text begins with ``>>>`` or ``In [n]:``; any other text as it is.
    """
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if not re.match(_FIRST, first):
        return text
    inputs: list[list[str]] = []
    reading = False  # an input; what comes after it is its output
    for line in lines:
        if (prompt := re.match(_FIRST, line)) is not None:
            inputs.append([])
        elif not reading or (prompt := re.match(_FURTHER, line)) is None:
            reading = False
            continue
        reading = True
        inputs[-1].append(line[prompt.end() :])
    return "\n".join("\n".join(lines).rstrip() for lines in inputs)
