"""Questions to the kernel: whose the answer is, and when none is waited for any more."""

import asyncio
from collections.abc import Awaitable, Callable

from kconsole.protocol.message import Message
from kconsole.protocol.session import Session
from kconsole.repl.kernel.asking import Questions

SESSION = Session()


def in_loop(story: Callable[[Questions], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(story(Questions()), 60))


def reply_to(request: Message) -> Message:
    return SESSION.msg("reply", {}, parent=request)


async def asked(questions: Questions, request: Message) -> "asyncio.Task[Message | None]":
    """Somebody who waits for the answer, without any limit."""
    task = asyncio.ensure_future(questions.answer(request["header"]["msg_id"], None))
    await asyncio.sleep(0)
    return task


def test_each_reply_goes_to_whoever_asked() -> None:
    async def story(questions: Questions) -> None:
        first, second = SESSION.msg("one"), SESSION.msg("two")
        waiting = [await asked(questions, first), await asked(questions, second)]
        replies = [reply_to(first), reply_to(second)]
        assert all(questions.take(reply) for reply in reversed(replies))
        assert await asyncio.gather(*waiting) == replies

    in_loop(story)


def test_a_reply_that_nobody_waits_for_is_not_taken() -> None:
    async def story(questions: Questions) -> None:
        assert not questions.take(reply_to(SESSION.msg("one")))
        assert not questions.take(SESSION.msg("orphan"))

    in_loop(story)


def test_after_the_time_is_over_there_is_no_answer_and_a_late_one_is_not_taken() -> None:
    async def story(questions: Questions) -> None:
        request = SESSION.msg("one")
        assert await questions.answer(request["header"]["msg_id"], 0.001) is None
        assert not questions.take(reply_to(request))

    in_loop(story)


def test_a_kernel_that_went_idle_has_a_moment_left_to_reply() -> None:
    async def story(questions: Questions) -> None:
        request = SESSION.msg("one")
        waiting = await asked(questions, request)
        questions.idle(request["header"]["msg_id"])
        assert questions.take(reply_to(request))
        assert await waiting is not None

    in_loop(story)


def test_a_kernel_that_went_idle_without_a_reply_will_not_give_one() -> None:
    async def story(questions: Questions) -> None:
        request, other = SESSION.msg("one"), SESSION.msg("two")
        waiting, goes_on = await asked(questions, request), await asked(questions, other)
        questions.idle(request["header"]["msg_id"])
        assert await waiting is None
        assert not goes_on.done()
        questions.give_up()
        assert await goes_on is None

    in_loop(story)


def test_an_idle_that_belongs_to_no_question_is_ignored() -> None:
    async def story(questions: Questions) -> None:
        questions.idle("unknown")

    in_loop(story)


def test_a_question_is_awaited_until_it_is_answered() -> None:
    async def story(questions: Questions) -> None:
        request = SESSION.msg("one")
        msg_id = request["header"]["msg_id"]
        assert not questions.awaits(msg_id)
        task = await asked(questions, request)
        assert questions.awaits(msg_id)
        assert questions.take(reply_to(request))
        assert not questions.awaits(msg_id)
        await task

    in_loop(story)
