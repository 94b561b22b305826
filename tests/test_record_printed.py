"""Of what a program prints, that is kept which stays."""

import pytest

from kconsole.protocol.events import DisplayData, Stream
from kconsole.record.cell import RecordedCell
from kconsole.record.printed import Printed


def kept(*pieces: str) -> str:
    printed = Printed("stdout")
    for piece in pieces:
        printed.write(piece)
    return printed.output().text


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["a", "b\n", "c"], "ab\nc"),
        (["\x1b[31mred\x1b[0m \x1b]8;;x\x1b\\\n"], "\x1b[31mred\x1b[0m \x1b]8;;x\x1b\\\n"),
        (["a\r\nb\r\n"], "a\r\nb\r\n"),
        (["  0%", "\r 50%", "\r100%"], "100%"),
        (["  0%", "\r 50%", "\r100%\n", "next\n"], "100%\nnext\n"),
        (["longer", "\rs"], "songer"),
        (["longer", "\rs\x1b[K"], "s"),
        (["12", "\b3"], "13"),
        (["top\n", "outer 1\n\rinner 1\x1b[A", "\router 2\n\rinner 2\n"], "top\nouter 2\ninner 2\n"),
        (["\r\x1b[32m 50%\x1b[0m", "\r\x1b[32m100%\x1b[0m\n"], "\x1b[32m100%\x1b[0m\n"),
    ],
)  # fmt: skip
def test_of_a_bar_its_last_step_is_kept(pieces: list[str], text: str) -> None:
    assert kept(*pieces) == text


def test_what_is_out_of_the_cursors_reach_stays_as_it_came() -> None:
    lines = [f"\x1b]0;{number}\x07{number}\n" for number in range(1000)]
    text = kept(*lines, "\r 50%", "\r100%\n")
    assert text.startswith("".join(lines[:700]))
    assert text.endswith("\n998\n999\n100%\n")


def test_a_bar_of_many_steps_takes_the_room_of_one() -> None:
    cell = RecordedCell("1", "x", None, at_most=100_000)
    for number in range(20_000):
        cell.receive(Stream("stderr", f"\r{number:100}"))
    cell.receive(Stream("stdout", "done\n"))
    assert cell.left_out == 0
    assert [one.text for one in cell.outputs() if isinstance(one, Stream)] == [
        f"{19_999:100}",
        "done\n",
    ]


def test_lines_printed_beside_a_bar_settle_and_are_counted() -> None:
    cell = RecordedCell("1", "x", None, at_most=50_000)
    cell.receive(Stream("stdout", "\r 50%"))
    for number in range(20_000):
        cell.receive(Stream("stdout", f"\r{number:05}\n"))
    (output,) = cell.outputs()
    assert isinstance(output, Stream)
    assert output.text.startswith("00000\n00001\n")
    assert 45_000 < len(output.text) <= 51_000
    assert cell.left_out > 50_000


def test_a_bar_stays_below_what_comes_beside_it() -> None:
    cell = RecordedCell("1", "x", None)
    for event in (
        Stream("stderr", "warned\n\r 30%"),
        Stream("stdout", "epoch 1\n"),
        Stream("stderr", "\r 60%"),
        DisplayData({"text/plain": "plot"}, {}),
        Stream("stderr", "\r100%"),
        Stream("stdout", "epoch 2\n"),
        Stream("stderr", "\n"),
    ):
        cell.receive(event)
    shown = [one.text if isinstance(one, Stream) else "plot" for one in cell.outputs()]
    assert shown == ["warned\n", "epoch 1\n", "plot", "100%\n", "epoch 2\n"]


def test_what_a_bar_stood_between_is_one_output_again() -> None:
    cell = RecordedCell("1", "x", None)
    for number in range(4):
        cell.receive(Stream("stderr", f"\r{number}"))
        cell.receive(Stream("stdout", f"epoch {number}\n"))
    cell.receive(Stream("stderr", "\r4\n"))
    assert [one.text for one in cell.outputs() if isinstance(one, Stream)] == [
        "epoch 0\nepoch 1\nepoch 2\nepoch 3\n",
        "4\n",
    ]
