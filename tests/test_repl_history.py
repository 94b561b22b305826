"""Inputs of this session, and before them what the kernel remembers."""

import asyncio

import pytest

from kconsole.repl.history.inputs import KernelHistory


class Kernel:
    """Answers with what it remembers, if it is not silent, and counts how often it was asked."""

    def __init__(self, *remembered: str, silent: bool = False) -> None:
        self.remembered = list(remembered)
        self.silent = silent
        self.asked = 0

    async def ask(self) -> list[str]:
        self.asked += 1
        if self.silent:
            await asyncio.get_running_loop().create_future()
        return self.remembered


def loaded(history: KernelHistory) -> list[str]:
    async def main() -> list[str]:
        return [text async for text in history.load()]

    return asyncio.run(main())


def test_the_newest_comes_first() -> None:
    assert loaded(KernelHistory(Kernel("old", "new").ask)) == ["new", "old"]


def test_an_input_is_there_once_where_it_is_newest() -> None:
    assert loaded(KernelHistory(Kernel("a", "b", "b", "b", "a").ask)) == ["a", "b"]


def test_the_kernel_is_asked_once() -> None:
    kernel = Kernel("a")
    history = KernelHistory(kernel.ask)
    assert loaded(history) == loaded(history) == ["a"]
    assert kernel.asked == 1


def test_what_is_entered_comes_before_what_the_kernel_remembers() -> None:
    history = KernelHistory(Kernel("a").ask)
    loaded(history)
    history.append_string("b")
    assert loaded(history) == ["b", "a"]


def test_what_is_entered_before_the_kernel_has_answered_is_kept() -> None:
    history = KernelHistory(Kernel("a").ask)
    history.append_string("b")
    assert loaded(history) == ["b", "a"]


def test_an_input_that_the_kernel_remembers_already_is_there_once() -> None:
    # A kernel that was busy at first answers when it has run what was entered meanwhile.
    history = KernelHistory(Kernel("a", "b").ask)
    history.append_string("b")
    assert loaded(history) == loaded(history) == ["b", "a"]


def test_a_very_long_memory_is_cut() -> None:
    kernel = Kernel(*(str(number) for number in range(100_000)))
    history = loaded(KernelHistory(kernel.ask))
    assert (len(history), history[0]) == (10_000, "99999")


def test_a_kernel_that_remembers_nothing() -> None:
    assert loaded(KernelHistory(Kernel().ask)) == []


def test_a_silent_kernel_costs_nothing_of_this_sessions_inputs_and_is_asked_once() -> None:
    kernel = Kernel(silent=True)
    history = KernelHistory(kernel.ask)

    async def main() -> None:
        for number, text in enumerate(("a", "b"), 1):
            history.append_string(text)
            texts = history.load()
            assert [await anext(texts) for _ in range(number)] == ["a", "b"][:number][::-1]
            waiting = asyncio.ensure_future(anext(texts))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert kernel.asked == 1

    asyncio.run(asyncio.wait_for(main(), 60))


def test_what_only_the_file_has_comes_after_the_kernels() -> None:
    history = KernelHistory(Kernel("a", "b").ask, Kernel("c", "b").ask)
    assert loaded(history) == ["b", "a", "c"]


def test_the_file_does_not_wait_for_a_silent_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kconsole.repl.history.inputs._PATIENCE_S", 0.01)
    history = KernelHistory(Kernel("kernel", silent=True).ask, Kernel("file").ask)

    async def main() -> str:
        return await anext(history.load())

    assert asyncio.run(main()) == "file"
    assert history.newest_first == ["file"]


def test_new_inputs_are_kept_and_offers_are_not() -> None:
    kept: list[str] = []
    history = KernelHistory(Kernel().ask, keep=kept.append)
    history.append_string("typed")
    history.offer("suggested by a kernel")
    assert kept == ["typed"]
    assert history.newest_first == ["suggested by a kernel", "typed"]
    assert history.session == ["typed", "suggested by a kernel"]


def test_loading_many_inputs_lets_others_have_their_turns() -> None:
    history = KernelHistory(Kernel(*map(str, range(10_000))).ask)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def main() -> int:
        counting = asyncio.ensure_future(count())
        number = len([text async for text in history.load()])
        counting.cancel()
        return number

    assert asyncio.run(main()) == 10_000
    assert turns > 40
