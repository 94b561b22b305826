"""The words by which one leaves IPython, and the exception by which code ends a Python program.

ipykernel ends as soon as it gets such a cell, whatever is done with the payload of its reply. A kernel that
others use must not end because one of them leaves, so these words are never sent.
"""

import re

from kconsole.protocol.events import ErrorOutput

__all__ = ["as_status", "exit_status_of", "is_clean_exit", "is_farewell"]

_WORDS = frozenset({"exit", "quit", "exit()", "quit()", "%exit", "%quit"})

#: What SystemExit says of itself where its code is no number.
_NAMED = {"": 0, "None": 0, "False": 0, "True": 1}
_NUMBER = re.compile(r"-?[0-9]{1,18}")


def is_farewell(code: str, language: str) -> bool:
    """Whether an input means "leave" and nothing else.

    :param code: the whole input.
    :param language: the kernel's; only in Python are these words what they look like.
    """
    return language == "python" and code.strip() in _WORDS


def is_clean_exit(error: ErrorOutput | None) -> bool:
    """Whether an error is no failure: ``sys.exit()`` or ``sys.exit(0)``, the end of many a program.

    :param error: of a cell, or of its reply; None is none.
    """
    return exit_status_of(error) == 0


def exit_status_of(error: ErrorOutput | None) -> int | None:
    """The exit status that code has wished for by ``sys.exit(N)``, from 0 to 255; None if it has not.

    As with Python's own program: 1 for a text, and for what is no number.

    :param error: of a cell, or of its reply; None is none.
    """
    if error is None or error.ename != "SystemExit":
        return None
    if _NUMBER.fullmatch(error.evalue):
        return as_status(int(error.evalue))
    return _NAMED.get(error.evalue, 1)


def as_status(number: int) -> int:
    """A number as the exit status of a process: its last byte; 0 only for 0, so that no failure hides."""
    return number & 0xFF or int(number != 0)
