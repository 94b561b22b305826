"""Work beside the event loop that nobody has to wait for, not even at the end."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

__all__ = ["beside"]

_Result = TypeVar("_Result")


def beside(work: Callable[[], _Result]) -> "asyncio.Future[_Result]":
    """Call something in a thread of its own; from the event loop.

    A loop that ends waits for the threads of its executor, and so does Python; not for this one.

    :return: what it returns or raises.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Result] = loop.create_future()

    def post(settle: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(lambda: None if future.done() else settle())

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001  whoever awaits it knows what it means
            post(partial(future.set_exception, error))
        else:
            post(partial(future.set_result, result))

    # A daemon: work that takes too long keeps nobody from leaving.
    threading.Thread(target=run, name="kconsole-beside", daemon=True).start()
    return future
