"""What became of a file that was asked for, said in a line."""

from collections.abc import Callable
from typing import Protocol

from kconsole.errors import AlreadyThereError, KconsoleError
from kconsole.render.style import Role

__all__ = ["Notes", "tell"]


class Notes(Protocol):
    """Where to say what became of a file."""

    def note(self, text: str, role: Role = "note") -> None:
        """Say something in a line."""


def tell(notes: Notes, result: Callable[[], str]) -> bool:
    """Say what became of a file; whether it was written.

    :param result: gives what to tell, or raises what the ledger does.
    """
    try:
        said = result()
    except AlreadyThereError as error:
        notes.note(rf"{error}; the same \save once more overwrites it", "warning")
        return False
    except KconsoleError as error:
        notes.note(str(error), "error")
        return False
    if said:
        notes.note(said)
    return True
