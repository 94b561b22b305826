"""The history file in the hands of the console."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from kconsole.repl.history.file import NO_FILE
from kconsole.repl.history.keeper import Keeper

Story = Callable[[Keeper], Awaitable[None]]


def played(choice: str | None, *stories: Story) -> list[str]:
    """Play each story with a record of its own; returns what it complained of."""
    complaints: list[str] = []

    async def main(story: Story) -> None:
        record = Keeper(choice, complaints.append)
        try:
            await story(record)
        finally:
            record.close()
        await asyncio.sleep(0)  # what the thread has called for, is called

    for story in stories:
        asyncio.run(main(story))
    return complaints


async def keep_two(record: Keeper) -> None:
    record.add("before the language is known")
    record.open("bash")
    record.add("after")


def test_what_is_kept_is_there_the_next_time(state: Path) -> None:
    async def look(record: Keeper) -> None:
        record.open("Bash")
        assert await record.latest(9) == ["before the language is known", "after"]

    assert played(None, keep_two, look) == []
    assert (state / "kconsole/history/bash").is_file()


def test_nothing_is_left_running() -> None:
    before = threading.active_count()
    played(None, keep_two)
    assert threading.active_count() == before


def test_no_file(state: Path) -> None:
    async def look(record: Keeper) -> None:
        record.open("bash")
        record.add("x")
        assert await record.latest(9) == []

    assert played(NO_FILE, look) == []
    assert not list(state.iterdir())


def test_a_file_of_the_users_own(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    assert played(str(path), keep_two) == []
    assert path.read_text() == '"before the language is known"\n"after"\n'


def test_a_file_that_cannot_be_used_is_complained_of_once(tmp_path: Path) -> None:
    complaints = played(str(tmp_path), keep_two)
    assert complaints == [f"no history of inputs is kept: {tmp_path}: is a directory"]
