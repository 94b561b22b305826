"""Words that may stand behind those commands of ours that take one of a few."""

import re

from kconsole.render.errorlook import FORMS
from kconsole.repl.completion.completer import Offers
from kconsole.repl.settings import OPTION_WORDS

__all__ = ["word_offers"]

_LINE = r"\\([A-Za-z]+)[ \t]+(?:(\S+)[ \t]+)?(\S*)"
_FIRST = {"set": tuple(OPTION_WORDS), "tb": FORMS, "timing": ("on", "off")}


def word_offers(before: str) -> Offers | None:
    r"""Offer what an argument may become: an option of ``\set`` or its value, a form, on or off.

    :param before: the input up to the cursor.
    :return: None if no such word belongs there.
    """
    match = re.fullmatch(_LINE, before)
    if match is None:
        return None
    command, first, typed = match.groups()
    if first is None:
        words = _FIRST.get(command, ())
        typed = typed.replace("_", "-") if command == "set" else typed
    else:
        words = OPTION_WORDS.get(first.replace("_", "-"), ()) if command == "set" else ()
    texts = [word for word in words if word.startswith(typed)]
    return Offers(texts, -len(typed), texts) if words else None
