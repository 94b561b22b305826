"""Work in a thread that nobody waits for."""

import asyncio
import threading

import pytest

from kconsole.repl.beside import beside


def test_it_gives_what_the_work_gives() -> None:
    async def main() -> None:
        assert await beside(lambda: 6 * 7) == 42
        with pytest.raises(ZeroDivisionError):
            await beside(lambda: 1 / 0)

    asyncio.run(main())


def test_a_loop_ends_without_it() -> None:
    over = threading.Event()

    async def main() -> None:
        beside(lambda: over.wait(60))
        beside(lambda: over.wait(60)).cancel()

    asyncio.run(main())
    threads = [each for each in threading.enumerate() if each.name == "kconsole-beside"]
    assert len(threads) == 2
    over.set()
    for thread in threads:
        thread.join(60)
