"""What there is to choose from, and what is chosen: the state of the picker. Pure."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from kconsole.client.found import Found
from kconsole.connect.verdict import STATES, State
from kconsole.render.kerneltable import kernel_rows

__all__ = ["CHOOSABLE", "Choices"]

CHOOSABLE: frozenset[State] = frozenset({"idle", "busy", "late", "starting", "no-link"})
"""Kernels that live, or may live where they cannot be seen from here."""


class Choices:
    """Kernels, in the order of ``--list``; a filter; and which of those that pass it is chosen.

    Until the user has done anything, the first one is chosen, however many come before it; from then on
    the choice stays with its kernel.

    :param order: the files' paths, the newest first.
    :param languages: of the kernelspecs, for kernels that do not tell theirs.
    """

    def __init__(self, order: Sequence[Path], languages: Mapping[str, str]) -> None:
        self._languages = languages
        self._order: Mapping[Path, int] = {}
        self._found: list[Found] = []
        self._filter = ""
        self._chosen: Path | None = None
        #: Kernels that cannot be chosen, as dead ones.
        self.left_out = 0
        self.begin(order)

    def begin(self, order: Sequence[Path]) -> None:
        """Begin anew with the same filter, and with the same choice if it is found again."""
        self._order = {path: place for place, path in enumerate(order)}
        self._found = []
        self.left_out = 0

    def add(self, found: Found) -> None:
        """A kernel has been looked at."""
        if found.state not in CHOOSABLE:
            self.left_out += 1
            return
        self._found.append(found)
        self._found.sort(key=lambda one: (STATES.index(one.state), self._order.get(one.path, 0)))

    @property
    def filter(self) -> str:
        """Words, each of which has to be in some column of a kernel's row, whatever its case."""
        return self._filter

    @filter.setter
    def filter(self, text: str) -> None:
        self._filter = text
        self._chosen = None
        self._hold()

    def __len__(self) -> int:
        return len(self._found)

    @property
    def shown(self) -> list[Found]:
        """Those that pass the filter."""
        return [self._found[place] for place in self._passing()]

    @property
    def place(self) -> int:
        """Where the chosen one is among those that are shown; 0 also if there is none."""
        paths = [found.path for found in self.shown]
        return paths.index(self._chosen) if self._chosen in paths else 0

    @property
    def chosen(self) -> Path | None:
        """The file of the chosen one."""
        shown = self.shown
        return shown[self.place].path if shown else None

    def move(self, by: int) -> None:
        """Choose one that is so many rows further down; from the last, one step leads to the first."""
        number = len(self.shown)
        if not number:
            return
        place = self.place + by
        within = place % number if abs(by) == 1 else max(0, min(number - 1, place))
        self._chosen = self.shown[within].path

    def table(self, rows: int, columns: int) -> tuple[str, list[str], int]:
        """Lay out what is shown.

        :param rows: how many kernels there is room for.
        :param columns: the width.
        :return: the head; a line for each kernel in the part with the chosen one; the chosen one's place
            in that part.
        """
        place, rows = self.place, max(1, rows)
        start = max(0, min(place - rows // 2, len(self.shown) - rows))
        # Laid out as a whole: what the filter leaves stays where it was.
        head, lines = kernel_rows(self._found, self._languages, columns)
        part = self._passing()[start : start + rows]
        return head, [lines[each] for each in part], place - start

    def _passing(self) -> list[int]:
        words = self._filter.casefold().split()
        _, rows = kernel_rows(self._found, self._languages, None)
        return [
            place for place, row in enumerate(rows) if all(word in row.casefold() for word in words)
        ]

    def _hold(self) -> None:
        """Let the choice stay where it is."""
        self._chosen = self.chosen
