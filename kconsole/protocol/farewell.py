"""The words by which one leaves IPython, and the exception by which code ends a Python program.

ipykernel ends as soon as it gets such a cell, whatever is done with the payload of its reply. A kernel that
others use must not end because one of them leaves, so these words are never sent.
"""

from kconsole.protocol.events import ErrorOutput

__all__ = ["is_clean_exit", "is_farewell"]

_WORDS = frozenset({"exit", "quit", "exit()", "quit()", "%exit", "%quit"})


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
    if error is None or error.ename != "SystemExit":
        return False
    return error.evalue in ("", "0", "None", "False")
