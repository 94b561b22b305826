"""Stories of much output: all of it arrives, in order, and the keyboard is never kept waiting."""

import re
from pathlib import Path

import pytest
from stories import owning, paired, run, toolbar

pytestmark = pytest.mark.usefixtures("unmeasured")

LINES = 50_000
BYTES = 5_000_000


def test_of_fifty_thousand_lines_none_is_lost_and_keys_typed_meanwhile_are_there(
    tmp_path: Path,
) -> None:
    with owning(tmp_path, "--max-lines=0") as terminal:
        terminal.blind = True
        begin = len(terminal.raw)
        terminal.line(f"%fake flood {LINES} 24")
        terminal.wait_for(lambda one: len(one.raw) > 50_000)
        typed = ""
        for part in ("typed", " in the", " middle"):
            typed += part
            terminal.send(part)
            terminal.wait_for(lambda one, text=typed: one.ends(f"In [2]: {text}"))
        seen_early = int(re.findall(rb"line (\d+) \.", terminal.raw)[-1])
        terminal.wait_for(lambda one: one.ends(f"line {LINES - 1} ."), 300)
        terminal.look()
        terminal.wait_for("In [2]: typed in the middle", where="screen")
        terminal.wait_for(lambda one: "idle" in toolbar(one))
        numbers = [int(number) for number in re.findall(rb"line (\d+) \.", terminal.raw[begin:])]
        # A line stands in the live region for a while before it is written for good.
        written = list(dict.fromkeys(reversed(numbers)))[::-1]
        assert written == list(range(LINES))
        assert seen_early < LINES - 1, "the keys were echoed only after the flood"


@pytest.mark.parametrize("end", ["\\n", ""], ids=["with an end", "without an end"])
def test_a_line_of_five_megabytes(tmp_path: Path, end: str) -> None:
    with paired(tmp_path, "--max-lines=0") as (terminal, _):
        terminal.blind = True
        begin = len(terminal.raw)
        terminal.line(f"print('x' * {BYTES} + 'the end', end='{end}')")
        terminal.wait_for(lambda one: one.ends("xthe end\r\n"))
        terminal.look()
        terminal.wait_for(lambda one: "idle" in toolbar(one))
        assert b"x" * BYTES in terminal.raw[begin:]
        run(terminal, "40+2", ": 42")


def test_the_queue_goes_on_behind_a_flood(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        terminal.blind = True
        terminal.send("%fake flood 5000 20\rprint('after', 'it')\r")
        terminal.wait_for(lambda one: one.ends("after it\r\n"))
        assert terminal.raw.index(b"line 4999 .") < terminal.raw.index(b"after it\r\n")
        assert kernel.count("execute_request") == 2
