"""The kernel's matches as prompt_toolkit's completions: of 20,000, none may cost much. Pure."""

from collections.abc import Collection, Sequence
from typing import cast

from prompt_toolkit.buffer import CompletionState
from prompt_toolkit.completion import Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText

from kconsole.protocol.replies import CompleteReply
from kconsole.render.cells import text_width
from kconsole.render.sanitise import one_line
from kconsole.render.visible import hides

__all__ = ["NONE", "Offer", "Offers", "insertable", "offers"]

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


def _is_plain(text: str) -> bool:
    return text.isprintable() and not hides(text)


class Offers:
    """The completions of a menu, as columns of texts: one is made when it is asked for.

    :param texts: to be inserted.
    :param start_position: where all of them are, counted back from the cursor: 0 or less.
    :param shown: what stands in the menu, as it came; one for each text.
    :param metas: what stands beside it, as it came; one for each text, or none at all.
    """

    def __init__(
        self,
        texts: Sequence[str],
        start_position: int,
        shown: Sequence[str],
        metas: Sequence[str] = (),
    ) -> None:
        self._texts = texts if _is_plain("".join(texts)) else list(map(insertable, texts))
        self._start = start_position
        self._shown = shown
        self._metas = metas

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, index: int) -> Offer:
        meta = _cut(self._metas[index], _META) if self._metas else ""
        return Offer(self._texts[index], self._start, _cut(self._shown[index], _SHOWN), meta)

    @property
    def columns(self) -> tuple[int, int]:
        """How wide the widest of them is in the menu, and the widest of what stands beside them."""
        return _widest(self._shown, _SHOWN), _widest(set(self._metas), _META)

    def state(self, document: Document) -> CompletionState:
        """prompt_toolkit's state of a menu of these, of which it wants only the number, and some.

        :param document: the input that they are for.
        """
        return CompletionState(document, cast(list[Completion], self))

    def add(self, before: str) -> str:
        """What each of them inserts at the cursor; "" if one changes what stands before it.

        :param before: the text before the cursor.
        """
        typed = before[len(before) + self._start :]
        # What the first and the last in order share, all do. Any of them may be a megabyte long.
        first, last = min(self._texts), max(self._texts)
        pairs = enumerate(zip(first, last, strict=False))
        shared = first[: next((index for index, (one, other) in pairs if one != other), len(first))]
        return shared[len(typed) :] if shared.startswith(typed) else ""

    def moved(self, added: str) -> "Offers":
        """The same when more of what all of them begin with has been typed."""
        return Offers(self._texts, self._start - len(added), self._shown, self._metas)

    def change(self, before: str) -> bool:
        """Whether one of them is not what stands before the cursor already.

        :param before: the text before the cursor.
        """
        return any(not before.endswith(text) for text in self._texts)

    def narrowed(self, before: str, added: str) -> "Offers":
        """Those that go on when a word does.

        :param before: the text before the cursor that these are for.
        :param added: what has been typed since.
        """
        typed = before[len(before) + self._start :] + added
        left = [
            index
            for index, text in enumerate(self._texts)
            if text.startswith(typed) and text != typed
        ]
        texts, shown, metas = (
            [column[index] for index in left] if column else []
            for column in (self._texts, self._shown, self._metas)
        )
        return Offers(texts, self._start - len(added), shown, metas)


NONE = Offers((), 0, ())
"""Nothing that fits."""


def offers(reply: CompleteReply, code: str, cursor: int) -> Offers:
    """Make the menu's entries out of a reply.

    :param reply: the kernel's.
    :param code: what it was asked about.
    :param cursor: where in it, in code points.
    """
    spans = set(reply.spans)
    first = min((start for start, _ in spans), default=cursor)
    first = min(first, cursor)
    # All get the same beginning. A match that ends after the cursor would need what stands there deleted:
    # prompt_toolkit cannot, so what the match has in common with it is left out of the inserted text.
    around = {
        (start, end): (code[first : min(start, cursor)], code[cursor:end]) for start, end in spans
    }
    texts = reply.texts
    if any(map(any, around.values())):
        texts = [
            around[span][0] + text.removesuffix(around[span][1])
            for text, span in zip(texts, reply.spans, strict=True)
        ]
    metas = [
        signature or kind for signature, kind in zip(reply.signatures, reply.types, strict=True)
    ]
    return Offers(texts, first - cursor, reply.texts, metas)


def insertable(text: str) -> str:
    """The text as it may enter the input: printable characters and newlines."""
    if _is_plain(text):
        return text
    return "".join(
        each for each in text if (each.isprintable() or each in "\n\t") and not hides(each)
    )


def _widest(texts: Collection[str], width: int) -> int:
    """The columns of the widest text, as it may be shown in a menu; of 20,000 nearly all are plain."""
    plain = "".join(texts)
    if plain.isascii() and plain.isprintable():
        return min(width, max(map(len, texts), default=0))
    return max(text_width(_cut(text, width)) for text in texts)


def _cut(text: str, width: int) -> str:
    """The text as it may be shown in a menu."""
    plain = len(text) <= width and text.isascii() and text.isprintable()
    return text if plain else one_line(text, width)
