"""The kernel's matches as prompt_toolkit's completions: of 20,000, none may cost much. Pure."""

from collections.abc import Sequence

from prompt_toolkit.completion import Completion
from prompt_toolkit.formatted_text import FormattedText

from kconsole.protocol.replies import CompleteReply
from kconsole.render.sanitise import one_line

__all__ = ["Offer", "insertable", "offers", "what_all_add"]

_AT_MOST = 10_000  # in the menu; nobody looks through more
_SHOWN = 60  # columns of a match in the menu
_META = 40  # columns of what is said beside it


class Offer(Completion):
    """A completion of plain texts; prompt_toolkit's own would be parsed as formatted text, each time.

    :param text: to be inserted.
    :param start_position: where, counted back from the cursor: 0 or less.
    :param shown: what stands in the menu, and beside it.
    :param meta: what stands in the menu, and beside it.
    """

    def __init__(self, text: str, start_position: int, shown: str, meta: str) -> None:
        self.text = text
        self.start_position = start_position
        self.display: FormattedText = _NOTHING  # the menu shows display_text
        self.style = self.selected_style = ""
        self._display_meta = meta
        self._texts = shown, meta

    @property
    def display_text(self) -> str:
        """What the menu shows."""
        return self._texts[0]

    @property
    def display_meta_text(self) -> str:
        """What the menu shows beside it."""
        return self._texts[1]


_NOTHING = FormattedText()


def offers(reply: CompleteReply, code: str, cursor: int) -> list[Offer]:
    """Make the menu's entries out of a reply.

    :param reply: the kernel's.
    :param code: what it was asked about.
    :param cursor: where in it, in code points.
    """
    found = []
    for text, start, end, kind, signature in reply.matches[:_AT_MOST]:
        # A match that ends after the cursor would need what stands there deleted: prompt_toolkit
        # cannot, so what the match has in common with it is left out of the inserted text.
        inserted = text.removesuffix(code[cursor:end]) if end > cursor else text
        meta = signature or kind
        found.append(
            Offer(
                insertable(inserted),
                min(0, start - cursor),
                _shown(text, _SHOWN),
                _shown(meta, _META) if meta else "",
            )
        )
    return found


def what_all_add(found: Sequence[Completion], before: str) -> str:
    """What every completion inserts at the cursor; "" if any changes what stands before it.

    :param found: the completions; at least one.
    :param before: the text before the cursor.
    """
    rests = []
    for each in found:
        kept = -each.start_position
        if not before.endswith(each.text[:kept]) or len(each.text) < kept:
            return ""
        rests.append(each.text[kept:])
    first, last = min(rests), max(rests)  # what these two share, all do
    while not last.startswith(first):
        first = first[:-1]
    return first


def _shown(text: str, width: int) -> str:
    """The text as it may be shown in a menu; most matches are plain words, of 20,000 nearly all."""
    plain = len(text) <= width and text.isascii() and text.isprintable()
    return text if plain else one_line(text, width)


def insertable(text: str) -> str:
    """The text as it may enter the input: printable characters and newlines."""
    if text.isprintable():
        return text
    return "".join(each for each in text if each.isprintable() or each in "\n\t")
