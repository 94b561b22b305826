"""Long documents are laid out beside the loop, and all that comes behind them waits."""

import asyncio
import threading

from kconsole.protocol.events import DisplayData, Parent
from kconsole.repl.screen.ahead import Ahead


def played(abandoned: bool) -> list[str]:
    """What happens, in order, around a document that is laid out."""
    happened: list[str] = []

    async def story() -> None:
        over = asyncio.Event()

        def go_on() -> None:
            happened.append("go on")
            asyncio.get_running_loop().call_soon(over.set)

        def lay_out() -> None:
            assert threading.current_thread() is not threading.main_thread()
            happened.append("laid out")

        ahead = Ahead(lambda: happened.append("pause"), go_on, lambda msg_id: abandoned)
        event = DisplayData({}, {}, None, Parent("a"))
        ahead.take(event, lay_out, lambda: happened.append("shown"))
        await asyncio.wait_for(over.wait(), 60)

    asyncio.run(story())
    return happened


def test_what_comes_behind_a_long_document_waits_until_it_is_laid_out() -> None:
    assert played(abandoned=False) == ["pause", "laid out", "go on", "shown"]


def test_what_is_not_wanted_any_more_is_not_shown() -> None:
    assert played(abandoned=True) == ["pause", "laid out", "go on"]
