"""What the clients of a kernel are called where their work is shown, and its questions."""

import re

from kconsole.protocol.events import InputRequest, Parent
from kconsole.render.sanitise import one_line

__all__ = ["client_label", "question_prompt"]

_NAME_COLUMNS = 20
#: Characters of the session's id: enough to tell apart the few clients that one kernel has.
_SESSION_CHARACTERS = 4
_NO_LETTER_OR_DIGIT = re.compile(r"[^0-9A-Za-z]")


def client_label(parent: Parent) -> str:
    """Return the user and the beginning of the session's id, as in ``ada@3f2c``.

    :param parent: whom a message belongs to; what it says is made safe for a terminal.
    """
    name = one_line(parent.username, _NAME_COLUMNS) or "somebody"
    session = _NO_LETTER_OR_DIGIT.sub("", parent.session)[:_SESSION_CHARACTERS]
    return f"{name}@{session}" if session else name


def question_prompt(request: InputRequest) -> str:
    """Return what stands before the answer to a kernel's question, safe and in one line."""
    # ipykernel's getpass sends no prompt at all
    return one_line(request.prompt) or ("Password: " if request.password else "")
