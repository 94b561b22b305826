"""Emphasis: runs of ``*``, ``_`` and ``~``, and which belong together (CommonMark 0.31, section 6.2)."""

import unicodedata

__all__ = ["Run", "Runs"]

_PUNCTUATION = frozenset("PS")


class Run:
    """Delimiters that stand together, between two others in a list."""

    __slots__ = (
        "character",
        "closes",
        "closing",
        "count",
        "next",
        "opening",
        "opens",
        "piece",
        "previous",
        "whole",
    )

    def __init__(self, character: str, count: int, piece: int, opens: bool, closes: bool) -> None:
        self.character = character
        self.count = self.whole = count
        self.piece = piece  # where its text is
        self.opens, self.closes = opens, closes
        self.closing = self.opening = ""  # tags, before and behind what is left of it
        self.previous: Run | None = None
        self.next: Run | None = None


class Runs:
    """The runs of a paragraph that are not paired yet.

    :param marks: keep the ``~~`` of what is struck out.
    """

    def __init__(self, marks: bool) -> None:
        self._marks = marks
        self.last: Run | None = None

    def add(self, character: str, count: int, piece: int, before: str, behind: str) -> None:
        """Remember a run, if it may open or close emphasis.

        :param piece: where its text is in what is written.
        :param before: the character before it, "" at the beginning; `behind` the one behind.
        """
        left, right = _flanks(before, behind)
        opens, closes = left, right
        if character == "_":  # not within words
            opens = left and (not right or _is_punctuation(before))
            closes = right and (not left or _is_punctuation(behind))
        if (character == "~" and count > 2) or not (opens or closes):
            return
        run = Run(character, count, piece, opens, closes)
        run.previous = self.last
        if self.last:
            self.last.next = run
        self.last = run

    def pair(self, pieces: list[str], bottom: Run | None) -> None:
        """Pair the runs behind `bottom`, write what becomes of them, and forget them.

        :param pieces: what is written of the text so far.
        """
        runs: list[Run] = []
        first = self.last
        while first is not None and first is not bottom:
            runs.append(first)
            first = first.previous
        runs.reverse()
        # Below these no opener was found; so each is looked for in vain only once.
        lowest: dict[tuple[str, bool, int], Run | None] = {}
        closer = runs[0] if runs else None
        while closer is not None:
            if not closer.closes:
                closer = closer.next
                continue
            key = closer.character, closer.opens, closer.whole % 3
            floor = lowest.get(key, bottom)
            opener = closer.previous
            while opener is not None and opener is not bottom and opener is not floor:
                if _pair(opener, closer):
                    break
                opener = opener.previous
            else:
                opener = None
            if opener is None:
                lowest[key] = closer.previous
                following = closer.next
                if not closer.opens:
                    self._drop(closer)
                closer = following
                continue
            closer = self._join(opener, closer)
        for run in runs:
            pieces[run.piece] = run.closing + run.character * run.count + run.opening
        self.last = bottom
        if bottom is not None:
            bottom.next = None

    def _join(self, opener: Run, closer: Run) -> Run | None:
        """Make emphasis between two runs; return the run to go on with."""
        count = 2 if opener.count >= 2 and closer.count >= 2 else 1
        mark = "~~" if self._marks and closer.character == "~" else ""
        tag = "del" if closer.character == "~" else "strong" if count == 2 else "em"
        opener.opening = f"<{tag}>{mark}{opener.opening}"
        closer.closing = f"{closer.closing}{mark}</{tag}>"
        opener.count -= count
        closer.count -= count
        opener.next, closer.previous = closer, opener
        if not opener.count:
            self._drop(opener)
        if not closer.count:
            following = closer.next
            self._drop(closer)
            return following
        return closer

    def _drop(self, run: Run) -> None:
        if run.previous is not None:
            run.previous.next = run.next
        if run.next is not None:
            run.next.previous = run.previous
        if self.last is run:
            self.last = run.previous


def _pair(opener: Run, closer: Run) -> bool:
    """Whether two runs belong together (rules 9 and 10 of section 6.2)."""
    if opener.character != closer.character or not opener.opens:
        return False
    if opener.character == "~":
        return opener.count == closer.count
    odd = (opener.closes or closer.opens) and (opener.whole + closer.whole) % 3 == 0
    return not odd or (opener.whole % 3 == 0 and closer.whole % 3 == 0)


def _flanks(before: str, behind: str) -> tuple[bool, bool]:
    """Whether a run between two characters, "" at an end, is left-flanking and right-flanking."""
    blank_before, blank_behind = not before.strip(), not behind.strip()
    sign_before, sign_behind = _is_punctuation(before), _is_punctuation(behind)
    left = not blank_behind and (not sign_behind or blank_before or sign_before)
    right = not blank_before and (not sign_before or blank_behind or sign_behind)
    return left, right


def _is_punctuation(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] in _PUNCTUATION
