"""Stories of the other clients of a kernel: their cells, under their names, above the prompt."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from leaks import wait_until
from running_kernels import Kernel
from stories import (
    BlindTerminal,
    Pair,
    Shared,
    attached,
    paired,
    program,
    ready,
    rows_with,
    run,
    toolbar,
)
from terminal import Terminal

pytestmark = pytest.mark.usefixtures("unmeasured")

IPYKERNEL = pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)


@pytest.fixture
def pair(console: Shared, request: pytest.FixtureRequest) -> Iterator[Pair]:
    yield from console.lend(request)


def say(pair: Pair, kind: str, content: dict[str, object], client: str = "ada") -> None:
    """Have the kernel publish something for another client's cell."""
    pair.kernel.publish(kind, content, pair.kernel.foreign_header(client))


def text_of(terminal: Terminal) -> str:
    return "\n".join(terminal.screen).rstrip()


def number(terminal: Terminal) -> int:
    """Of the prompt."""
    return int(re.findall(r"^In \[(\d+)\]:", text_of(terminal), re.M)[-1])


# --- who speaks


def test_a_label_stands_before_the_input_and_none_before_the_output(pair: Pair) -> None:
    terminal, kernel = pair
    terminal.send("my thought")
    kernel.foreign_cell("x = 1\nprint(x)", "one\ntwo\n", result="17", client="ada")
    terminal.wait_for(re.compile(r"17\n+In \[\d+\]: my thought$", re.M), where="screen")
    assert re.search(
        r"^ada@adas In \[(\d+)\]: x = 1\n +\.\.\.: print\(x\)\none\ntwo\nOut\[\1\]: 17\n",
        text_of(terminal),
        re.M,
    )


def test_two_others_are_told_apart(pair: Pair) -> None:
    terminal, kernel = pair
    headers = {name: kernel.foreign_header(name) for name in ("ada", "bob")}
    for count, (name, header) in enumerate(headers.items(), 7):
        content = {"code": f"{name}()", "execution_count": count}
        kernel.publish("execute_input", content, header)
    for name in ("ada", "ada", "bob", "ada"):
        kernel.publish("stream", {"name": "stdout", "text": f"{name}'s\n"}, headers[name])
    terminal.wait_for(re.compile(r"bob's\n.*\nada's\n+In"), where="screen")
    assert (
        "ada@adas In [7]: ada()\n"
        "bob@bobs In [8]: bob()\n"
        "ada@adas In [7]:\n"
        "ada's\nada's\n"
        "bob@bobs In [8]:\n"
        "bob's\n"
        "ada@adas In [7]:\n"
        "ada's\n"
    ) in text_of(terminal)


def test_our_output_is_told_from_theirs(pair: Pair) -> None:
    terminal, kernel = pair
    ours = kernel.count("execute_request") + 1
    terminal.line("import time; time.sleep(60)")
    header = kernel.wait_for("execute_request", count=ours).header
    terminal.wait_for(lambda one: "In[1]" in toolbar(one))
    for name, parent in [("ours", header), ("theirs", None), ("ours again", header)]:
        parent = parent or kernel.foreign_header("ada")
        kernel.publish("stream", {"name": "stdout", "text": f"{name}\n"}, parent)
    terminal.wait_for(
        re.compile(
            r"time\.sleep\(60\)\nours\n"
            r"running now: a cell of ada@adas, since \d\d:\d\d:\d\d\ntheirs\n"
            r"here In \[1\]:\nours again\n"
        ),
        where="screen",
    )
    kernel.interrupt()
    ready(terminal)


def test_what_belongs_to_nobody_has_no_label(pair: Pair) -> None:
    terminal, kernel = pair
    kernel.foreign_cell("x", "theirs\n", client="ada")
    kernel.publish("stream", {"name": "stdout", "text": "nobody's\n"}, {})
    terminal.wait_for("\ntheirs\nnobody's\n", where="screen")


# --- what they show


def test_a_cell_of_others_whose_end_is_lost_is_logged_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    with paired(tmp_path, "--log", str(path)) as (terminal, kernel):
        terminal.wait_for("logging to")
        header = kernel.foreign_header("ada")
        kernel.publish("status", {"execution_state": "busy"}, header)
        kernel.publish("execute_input", {"code": "work()", "execution_count": 3}, header)
        kernel.publish("stream", {"name": "stdout", "text": "done\n"}, header)
        wait_until(lambda: "done" in path.read_text(), what="a line in the log")
        assert path.read_text() == "In [3]: work()\ndone\n\n"


def test_their_bars_and_displays_change_in_place_and_stay_once(pair: Pair) -> None:
    terminal, kernel = pair
    header = kernel.foreign_header("ada")
    kernel.publish("execute_input", {"code": "work()", "execution_count": 3}, header)
    for text in ("10 %", "\r20 %", "\r30 %\n"):
        kernel.publish("stream", {"name": "stdout", "text": text}, header)
    shown = {"metadata": {}, "transient": {"display_id": "d"}}
    for kind, text in [("display_data", "first"), ("update_display_data", "second")]:
        kernel.publish(kind, {"data": {"text/plain": text}, **shown}, header)
    kernel.publish("status", {"execution_state": "idle"}, header)
    terminal.wait_for(re.compile(r"work\(\)\n30 %\nsecond\n+In"), where="screen")
    kernel.foreign_cell("more", "then\n", client="bob")
    terminal.wait_for("\nthen\n", where="screen")
    assert rows_with(terminal, "%") == ["30 %"]
    assert rows_with(terminal, "second") == ["second"]
    assert rows_with(terminal, "first") == []


def test_their_output_is_cleared_when_they_say_so(pair: Pair) -> None:
    terminal, kernel = pair
    header = kernel.foreign_header("ada")
    kernel.publish("execute_input", {"code": "loop()", "execution_count": 3}, header)
    for turn in ("one", "two", "three"):
        kernel.publish("clear_output", {"wait": True}, header)
        kernel.publish("stream", {"name": "stdout", "text": f"turn {turn}\n"}, header)
    terminal.wait_for(re.compile(r"loop\(\)\nturn three\n+In"), where="screen")


def test_their_errors_are_theirs(pair: Pair) -> None:
    terminal, kernel = pair
    header = kernel.foreign_header("ada")
    kernel.publish("execute_input", {"code": "1/0", "execution_count": 3}, header)
    content = {"ename": "ZeroDivisionError", "evalue": "no", "traceback": ["line of a traceback"]}
    kernel.publish("error", content, header)
    terminal.wait_for(re.compile(r"ada@adas In \[3\]: 1/0\nline of a traceback\n"), where="screen")
    run(terminal, "40+2", ": 42")


def test_a_name_does_nothing_to_the_terminal(pair: Pair) -> None:
    terminal, kernel = pair
    kernel.foreign_cell("x", "theirs\n", client="\x1b]0;owned\x07\x1b[2Jeve\n")
    terminal.wait_for("\ntheirs\n", where="screen")
    assert "eve" in text_of(terminal)
    assert b"\x1b]0;owned" not in terminal.raw


def test_a_question_to_another_is_announced_and_takes_no_key(pair: Pair) -> None:
    # A kernel sends it to the one who is asked. One that sends it to all is not known; it costs nothing.
    terminal, kernel = pair
    ours = kernel.count("execute_request") + 1
    terminal.line("import time; time.sleep(60)")
    request = kernel.wait_for("execute_request", count=ours)
    theirs = kernel.foreign_header("ada")
    kernel.publish("execute_input", {"code": "input()", "execution_count": 9}, theirs)
    terminal.wait_for("ada@adas In [9]: input()")
    kernel.ask(replace(request, header=theirs), {"prompt": "name? ", "password": False})
    terminal.wait_for("In [9] of ada@adas asks for input; answer it there")
    terminal.send("not an answer")
    terminal.wait_for("not an answer", where="screen")
    terminal.key("c-u")
    kernel.interrupt()
    ready(terminal)
    assert kernel.count("input_reply") == 0


# --- and if they are not to be shown


def test_f3_hides_them_and_shows_them_again(pair: Pair) -> None:
    terminal, kernel = pair
    kernel.foreign_cell("first()", "first output\n", client="ada")
    terminal.wait_for("\nfirst output\n")
    terminal.key("f3")
    terminal.wait_for("what other clients run is not shown from now on")
    before = number(terminal)
    kernel.foreign_cell("hidden()", "hidden output\n", client="ada")
    terminal.wait_for(lambda one: number(one) == before + 1)
    terminal.key("f3")
    terminal.wait_for("what other clients run is shown from now on")
    kernel.foreign_cell("seen()", "seen output\n", client="ada")
    terminal.wait_for("\nseen output\n")
    assert rows_with(terminal, "hidden") == []


def test_what_is_hidden_still_keeps_the_kernel_busy(tmp_path: Path) -> None:
    with paired(tmp_path, "--no-others") as (terminal, kernel):
        header = kernel.foreign_header("ada")
        kernel.publish("status", {"execution_state": "busy"}, header)
        content = {"code": "hidden()", "execution_count": 7}
        kernel.publish("execute_input", content, header)
        kernel.publish("stream", {"name": "stdout", "text": "hidden output\n"}, header)
        terminal.wait_for(lambda one: "busy for others" in toolbar(one))
        terminal.wait_for("In [8]:")
        kernel.publish("status", {"execution_state": "idle"}, header)
        ready(terminal)
        assert rows_with(terminal, "hidden") == []


# --- what was before


def test_the_last_cells_of_the_session_are_shown(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, _):
        for code in ("a = 1", "b = 2", "print(a)"):
            terminal.line(code)
        run(terminal, "a + b", "Out[4]: 3")
        with BlindTerminal(program(str(tmp_path / "kernel-fake.json"))) as second:
            second.wait_for("earlier:\n")
            second.wait_for("earlier:\nIn [2]: b = 2\nIn [3]: print(a)\nOut[3]: 1\n")
            ready(second)
            run(second, "20+22", ": 42")
            assert rows_with(second, "earlier:") == ["earlier:"]


@IPYKERNEL
def test_a_real_kernel_tells_its_last_cells(kernel: Kernel) -> None:
    with attached(kernel) as first:
        assert rows_with(first, "earlier") == []
        for value in ("41+1", "'text'", "print('no result')"):
            run(first, value, {"41+1": ": 42", "'text'": ": 'text'"}.get(value, "\nno result\n"))
        with attached(kernel, "--tail", "2") as second:
            second.wait_for(
                re.compile(
                    r"earlier:\nIn \[\d+\]: 'text'\nOut\[\d+\]: 'text'\n"
                    r"In \[\d+\]: print\('no result'\)\n\n"
                )
            )
            assert rows_with(second, "41+1") == []


@IPYKERNEL
def test_a_cell_that_waits_behind_anothers_says_for_which(kernel: Kernel) -> None:
    with attached(kernel) as one, attached(kernel) as other:
        one.line("import time; time.sleep(60)")
        other.wait_for(re.compile(r"^\w+@\w{4} In \[\d+\]: import time", re.M))
        other.line("40+2")
        other.wait_for(lambda it: re.search(r"waiting 00:\d\d for \w+@\w{4}'s In\[", toolbar(it)))
        other.line("\\queue")
        other.wait_for(re.compile(r"^runs  \w+@\w{4}'s In\[\d+\]\nwaits In \[\d+\]: 40\+2\n", re.M))
        one.key("c-c")
        ready(one)
        ready(other)


@IPYKERNEL
def test_a_kernel_in_the_middle_of_anothers_cell_is_busy_until_its_end(kernel: Kernel) -> None:
    with attached(kernel) as one:
        one.line("import time; exec('while 1: print(\\'tick\\'); time.sleep(0.1)')")
        one.wait_for("\ntick\n")
        with attached(kernel, wait=False) as other:
            # Only the first of a cell's messages says that it has begun, and that was before our time.
            # What comes first may be the end of a line.
            other.wait_for(re.compile(r"running now: a cell of \w+@\w{4}, since [\d:]{8}\n+tick\n"))
            # Meanwhile it is asked for its history, and answers in a subshell.
            other.send("'tick'")
            other.wait_for("'tick'", where="screen")
            ticks = other.everything.count("\ntick")
            other.wait_for(lambda it: it.everything.count("\ntick") > ticks + 3)
            assert "busy for others" in toolbar(other)
            one.key("c-c")
            other.wait_for(lambda it: "idle" in toolbar(it))
            other.key("c-u")
