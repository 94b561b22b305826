"""Long documents, laid out beside the event loop before they are shown.

A hundred thousand characters of Markdown take a second. Keys do not wait for that; what the kernel sends
meanwhile does, so that all comes in its order.
"""

import asyncio
from collections.abc import Callable

from kconsole.protocol.events import DisplayData, ExecuteResult, UpdateDisplay
from kconsole.repl.beside import beside

__all__ = ["Ahead"]


class Ahead:
    """Has them laid out.

    :param pause: called before, to have all that comes wait.
    :param go_on: called after.
    :param abandoned: whether nothing is wanted of a request any more.
    """

    def __init__(
        self,
        pause: Callable[[], None],
        go_on: Callable[[], None],
        abandoned: Callable[[str], bool],
    ) -> None:
        self._pause = pause
        self._go_on = go_on
        self._abandoned = abandoned

    def take(
        self,
        event: DisplayData | ExecuteResult | UpdateDisplay,
        lay_out: Callable[[], object],
        show: Callable[[], None],
    ) -> None:
        """Take an output.

        :param lay_out: does the work, and leaves what it has found for `show` to find it
            (:func:`kconsole.render.mime.choose` does so); called in a thread.
        :param show: shows the output; called in the loop afterwards.
        """
        self._pause()

        def done(_: "asyncio.Future[object]") -> None:
            self._go_on()  # with what comes behind this: it may pause once more
            if not self._abandoned(event.parent.msg_id):
                show()

        beside(lay_out).add_done_callback(done)
