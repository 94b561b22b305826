"""How errors are to be shown: the values of ``--tb``."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["AS_SENT", "FORMS", "ErrorLook", "Form"]

Form = Literal["full", "context", "short", "plain"]

FORMS: tuple[Form, ...] = ("full", "context", "short", "plain")
"""The forms of a traceback."""


@dataclass(frozen=True, slots=True)
class ErrorLook:
    """How errors are shown.

    Attributes:
        form: how much of a traceback.
        style: of pygments, for those that a kernel has not coloured; ``default`` is the terminal's colours.
        rest: what shows all of it, for where long ones are folded; "": they are not.
    """

    form: Form = "full"
    style: str = "default"
    rest: str = ""


AS_SENT = ErrorLook()
"""All of it, as the kernel has coloured it."""
