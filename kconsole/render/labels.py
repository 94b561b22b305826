"""What the clients of a kernel are called where their work is shown."""

import re

from kconsole.protocol.events import Parent
from kconsole.render.sanitise import one_line

__all__ = ["client_label"]

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
