"""Under which number something can be opened that takes the place of something else: under the same one.

So of an animation there is one thing to open, its newest picture, and not one for each of its frames.
"""

from collections import deque

from kconsole.render.views import Shown

__all__ = ["Numbers"]

_MOST_DISPLAYS = 64  # whose numbers are found again when they are updated


class Numbers:
    """Knows the numbers of displays, and of what the running cell has shown."""

    def __init__(self) -> None:
        self._displays: dict[str, int] = {}
        self._parent = ""
        #: Those of what this cell has shown and can clear; those of what it has cleared.
        self._shown: list[int] = []
        self._free: deque[int] = deque()

    def reuse(self, event: Shown) -> int | None:
        """The number of what an event takes the place of; None if it is something new."""
        if event.display_id is not None and event.display_id in self._displays:
            return self._displays[event.display_id]
        if event.parent.msg_id != self._parent:
            self._parent = event.parent.msg_id
            self._shown.clear()
            self._free.clear()
        return self._free.popleft() if self._free else None

    def note(self, event: Shown, number: int) -> None:
        """Remember the number of what an event shows."""
        if event.display_id is None:
            self._shown.append(number)
            return
        self._displays.pop(event.display_id, None)
        self._displays[event.display_id] = number
        if len(self._displays) > _MOST_DISPLAYS:
            del self._displays[next(iter(self._displays))]

    def cleared(self) -> None:
        """The cell has cleared its output; what follows takes its place."""
        self._free.extendleft(reversed(self._shown))
        self._shown.clear()
