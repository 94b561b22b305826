"""Parts of the layout that do their work once for each frame; prompt_toolkit wants it up to five times."""

from prompt_toolkit.application.current import get_app
from prompt_toolkit.document import Document
from prompt_toolkit.layout import BufferControl, Container, Dimension, HSplit, UIContent
from prompt_toolkit.layout.screen import WritePosition

__all__ = ["CodeControl", "Column"]


class Column(HSplit):
    """An :class:`HSplit` that measures its children once, and gives them what they want where it can."""

    #: What was asked: the frame, the width, the rows that there are; and what was found.
    _measured: tuple[int, int, int, Dimension] | None = None

    @property
    def _all_children(self) -> list[Container]:
        """The children, without prompt_toolkit's windows of no height between them."""
        return self.children

    def preferred_height(self, width: int, max_available_height: int) -> Dimension:
        """How many rows it would take."""
        frame = get_app().render_counter
        if self._measured is not None:
            when, wide, rows, found = self._measured
            # What has found its place in more rows than it needs, does not change with fewer of them.
            if (when, wide) == (frame, width) and found.preferred <= max_available_height <= rows:
                return found
        found = super().preferred_height(width, max_available_height)
        self._measured = frame, width, max_available_height, found
        return found

    def _divide_heights(self, write_position: WritePosition) -> list[int] | None:
        """How many rows each child gets; prompt_toolkit hands them out one after the other."""
        width, height = write_position.width, write_position.height
        wanted = [each.preferred_height(width, height).preferred for each in self._all_children]
        return wanted if sum(wanted) == height else super()._divide_heights(write_position)


class CodeControl(BufferControl):
    """A :class:`BufferControl` that processes its lines once.

    Its processors must not look at the height, nor change within a frame.
    """

    #: What was asked: the frame, the width, the mode, the text; and what was made.
    _made: tuple[tuple[int, int, bool, Document], UIContent] | None = None

    def create_content(self, width: int, height: int, preview_search: bool = False) -> UIContent:
        """Make the lines that are shown."""
        asked = get_app().render_counter, width, preview_search, self.buffer.document
        if self._made is None or self._made[0] != asked:
            self._made = asked, super().create_content(width, height, preview_search)
        return self._made[1]
