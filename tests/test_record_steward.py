"""Work that is done elsewhere, in order, and the file that is written behind it now and then."""

import subprocess
import sys
import threading

from clients import PATIENCE

from kconsole.errors import KconsoleError
from kconsole.record.steward import Steward


def test_all_is_done_in_order_and_written_at_the_end() -> None:
    done: list[int] = []
    written: list[list[int]] = []
    steward = Steward(lambda: written.append(list(done)), lambda error: None)
    for number in range(1000):
        steward.do(lambda number=number: done.append(number))
    assert steward.do(lambda: "result").result(PATIENCE) == "result"
    steward.close()
    assert done == list(range(1000))
    assert written[-1] == done
    assert len(written) < 100  # not behind each


def test_what_comes_in_a_pause_is_written_also_if_nothing_comes_behind_it() -> None:
    written = threading.Semaphore(0)
    steward = Steward(written.release, lambda error: None)
    for _ in range(3):
        steward.do(lambda: None)
        assert written.acquire(timeout=PATIENCE)
    steward.close()


def test_mistakes_are_told_to_whom_they_belong() -> None:
    failures: list[str] = []

    def fail() -> None:
        raise KconsoleError("full")

    steward = Steward(fail, lambda error: failures.append(str(error)))
    future = steward.do(lambda: 1 // 0)
    assert isinstance(future.exception(PATIENCE), ZeroDivisionError)
    steward.close()
    assert set(failures) == {"full"}


def test_one_that_has_nothing_to_do_has_no_thread() -> None:
    before = threading.active_count()
    steward = Steward(lambda: None, lambda error: None)
    assert threading.active_count() == before
    steward.close()


def test_a_process_ends_that_had_no_time_to_close_it() -> None:
    code = (
        "from kconsole.record.steward import Steward\n"
        "Steward(lambda: None, print).do(lambda: None).result()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
