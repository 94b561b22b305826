"""Lines of several kernels side by side: whole, in order, each behind the name of its kernel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.render.sgr import RESET
from kconsole.script.prefixed import LinePrefixer

#: What a program may print, with few words, so that pieces meet.
TEXTS = st.text(alphabet="ab \n\té🎉", max_size=30)
COLOURED = st.lists(
    st.sampled_from(["a", "b ", "\n", "\r", "\x1b[31m", "\x1b[0m", "\x1b[1;44m", "\x1b[K"]),
    max_size=12,
).map("".join)


def prefixed(pieces, prefix="k | "):
    """What becomes of a text that comes in pieces, and then ends."""
    lines = LinePrefixer(prefix)
    return "".join(map(lines.feed, pieces)) + lines.finish()


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        (["a\n"], ["a"]),
        (["a", "b\nc"], ["ab", "c"]),
        (["\n\n"], ["", ""]),
        ([""], []),
        (["no end"], ["no end"]),
        (["a\r\nb\r", "\n"], ["a", "b"]),
        (["1%\r", "2%\r3%", "\n"], ["3%"]),
        (["\r1%", "\r2%"], ["2%"]),
        (["bar\r", "   \r"], []),
        (
            ["\x1b[31mred\nstill", "\x1b[0m not"],
            ["\x1b[31mred" + RESET, "\x1b[31mstill\x1b[0m not"],
        ),
        (["\x1b[31m1%\r2%\n"], ["\x1b[31m2%" + RESET]),
    ],
)
def test_lines_are_written_whole_behind_the_prefix(pieces, lines):
    assert prefixed(pieces) == "".join(f"k | {line}\n" for line in lines)


def test_a_line_is_written_as_soon_as_it_ends_and_not_before():
    lines = LinePrefixer("k | ")
    assert lines.feed("one\ntw") == "k | one\n"
    assert lines.feed("") == ""
    assert lines.feed("o\n") == "k | two\n"
    assert lines.finish() == ""


def test_a_bar_of_many_steps_is_not_kept():
    lines = LinePrefixer("k | ")
    for step in range(10_000):
        assert lines.feed(f"\r{step:5}" + "#" * 100) == ""
        assert sum(map(len, lines._open)) < 300
    assert lines.finish() == "k |  9999" + "#" * 100 + "\n"


def test_a_line_without_an_end_is_not_kept_for_ever():
    lines = LinePrefixer("k | ")
    written = "".join(lines.feed("x" * 65_536) for _ in range(64))
    assert written.count("\n") > 1
    assert written.replace("k | ", "").replace("\n", "").strip("x") == ""


@given(st.lists(TEXTS, max_size=8))
def test_nothing_is_lost_however_a_text_is_cut(pieces):
    text = "".join(pieces)
    wanted = text.split("\n")
    if not wanted[-1].strip():  # the rest, which nobody could see
        wanted.pop()
    assert prefixed(pieces) == "".join(f"k | {line}\n" for line in wanted)


@given(st.lists(COLOURED, max_size=6))
def test_each_line_has_its_prefix_and_no_colour_reaches_the_next(pieces):
    once = prefixed(["".join(pieces)])
    assert prefixed(pieces) == once
    for line in once.splitlines(keepends=True):
        assert line.startswith("k | ")
        assert "\r" not in line
        last_on = max(line.rfind("\x1b[31m"), line.rfind("\x1b[1;44m"))
        assert line.rfind(RESET) > last_on or last_on < 0


@given(st.lists(st.tuples(st.sampled_from("xyz"), TEXTS), max_size=12))
def test_kernels_side_by_side_never_share_a_line(said):
    kernels = {name: LinePrefixer(f"{name}| ") for name in "xyz"}
    written = "".join(kernels[name].feed(text) for name, text in said)
    written += "".join(each.finish() for each in kernels.values())
    for name in "xyz":
        own = [line.removeprefix(f"{name}| ") for line in written.split("\n") if line[:1] == name]
        assert own == prefixed([text for each, text in said if each == name], "").split("\n")[:-1]
