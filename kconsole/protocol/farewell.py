"""The words by which one leaves IPython.

ipykernel ends as soon as it gets such a cell, whatever is done with the payload of its reply. A kernel that
others use must not end because one of them leaves, so these words are never sent.
"""

__all__ = ["is_farewell"]

_WORDS = frozenset({"exit", "quit", "exit()", "quit()", "%exit", "%quit"})


def is_farewell(code: str, language: str) -> bool:
    """Whether an input means "leave" and nothing else.

    :param code: the whole input.
    :param language: the kernel's; only in Python are these words what they look like.
    """
    return language == "python" and code.strip() in _WORDS
