"""Which kernel is meant: the picker on a terminal, a refusal where nobody can be asked."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fake_kernel import FakeKernel
from programs import here
from stories import START_S, is_drawn, program
from terminal import Terminal

pytestmark = pytest.mark.usefixtures("unmeasured")

#: Once all kernels are found.
HELP = re.compile(r"^\d[^,]*(, \d dead or unusable)? · Enter", re.M)
HEAD = re.compile(r"^  STATE +LANGUAGE +KERNEL", re.M)


@pytest.fixture
def kernels(runtime_dir: Path) -> Iterator[list[FakeKernel]]:
    """Two kernels, and the file of one that is dead; the second is the newest, and none is new."""
    runtime_dir.mkdir(parents=True)
    hour_ago = time.time() - 3600

    def write(kernel: FakeKernel, name: str, newer_s: float) -> None:
        path = kernel.write_connection_file(runtime_dir / name)
        os.utime(path, (hour_ago + newer_s,) * 2)

    with ExitStack() as stack:
        both = [stack.enter_context(FakeKernel()) for _ in range(2)]
        for number, kernel in enumerate(both):
            write(kernel, f"kernel-mine{number}.json", number)
        with FakeKernel() as dead:
            write(dead, "kernel-mine-dead.json", 2)
        yield both


def picking(*arguments: str, **options: Any) -> Terminal:
    return Terminal(program(*arguments), **options)


def shown(terminal: Terminal, names: str) -> None:
    """Wait until the picker shows these kernels and has found all there are; the chosen one in capitals."""

    def holds(one: Terminal) -> bool:
        rows = [row for row in one.screen if "kernel-mine" in row and not row.startswith("$")]
        seen = "".join(row.partition("mine")[2][0] + "<>"[row[0] == ">"] for row in rows)
        return is_drawn(one) and seen == names and HELP.search(one.everything) is not None

    terminal.wait_for(holds, START_S)


def is_gone(terminal: Terminal) -> bool:
    """Whether nothing of the picker is left on the screen."""
    return "attach to:" not in terminal.everything and not HEAD.search(terminal.everything)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--pick",), marks=pytest.mark.measured),
        *(("--pick", "mine"), ("mine",), ("-e", "kernel-mine*")),
    ],
)
def test_a_kernel_is_picked_and_attached_to(
    kernels: list[FakeKernel], arguments: tuple[str, ...]
) -> None:
    with picking(*arguments) as terminal:
        shown(terminal, "1>0<")
        assert terminal.screen[0] == "attach to:"
        assert "2, 1 dead or unusable" in terminal.everything
        terminal.key("down")
        shown(terminal, "1<0>")
        terminal.key("enter")
        terminal.wait_for("Fake kernel", START_S)
        assert is_gone(terminal)
        kernels[0].wait_for("kernel_info_request", count=3)  # two came from the list
        terminal.key("c-d")
        assert terminal.wait_exit() == 0


@pytest.mark.measured
def test_what_is_typed_filters(kernels: list[FakeKernel]) -> None:
    with picking("--pick") as terminal:
        shown(terminal, "1>0<")
        terminal.send("IDLE mine0")
        shown(terminal, "0>")
        assert "1 of 2" in terminal.everything
        terminal.send("x")
        shown(terminal, "")
        terminal.key("enter")  # nothing is chosen
        terminal.key("backspace")
        shown(terminal, "0>")
        kernels[0].die()
        terminal.key("c-r")
        shown(terminal, "")
        terminal.wait_for("0 of 1, 2 dead or unusable")
        terminal.key("c-u")
        shown(terminal, "1>")


@pytest.mark.parametrize("key", [pytest.param("escape", marks=pytest.mark.measured), "c-c", "c-d"])
def test_it_can_be_left(kernels: list[FakeKernel], key: str) -> None:
    with picking("--pick") as terminal:
        before = terminal.attributes
        shown(terminal, "1>0<")
        terminal.key(key)
        assert terminal.wait_exit() == 130
        assert is_gone(terminal)
        assert terminal.attributes == before
        assert not terminal.cursor_hidden


def test_it_takes_half_of_the_screen_at_most(kernels: list[FakeKernel]) -> None:
    with picking("--pick", rows=10, columns=72) as terminal:
        shown(terminal, "1>0<")
        assert len([row for row in terminal.screen if row]) == 5
        assert max(map(len, terminal.screen)) <= 72


def test_watching_needs_to_know_whom(kernels: list[FakeKernel]) -> None:
    with picking("--watch") as terminal:
        shown(terminal, "1>0<")
        terminal.key("enter")
        terminal.wait_for("watching fake", START_S)
        kernels[1].foreign_cell("6*7", "42\n")
        terminal.wait_for("42")


def test_a_cell_can_be_run_in_the_picked_one(kernels: list[FakeKernel]) -> None:
    with picking("--pick", "-c", "print('ran')") as terminal:
        shown(terminal, "1>0<")
        terminal.key("enter")
        assert terminal.wait_exit() == 0
        assert terminal.everything.rstrip() == "ran"
        assert kernels[1].count("execute_request") == 1


def test_one_that_lives_alone_needs_no_choice(kernels: list[FakeKernel]) -> None:
    kernels[0].die()
    with picking("mine") as terminal:
        terminal.wait_for("Fake kernel", START_S)
        assert is_gone(terminal)


def test_what_was_typed_before_chooses_nothing(kernels: list[FakeKernel]) -> None:
    with picking("mine") as terminal:
        terminal.send("x = 1\r")
        shown(terminal, "1>0<")
        assert terminal.process.poll() is None


def test_there_may_be_nothing_to_pick(runtime_dir: Path, kernels: list[FakeKernel]) -> None:
    for kernel in kernels:
        kernel.die()
    with picking("--pick") as terminal:
        assert terminal.wait_exit(START_S) == 3
        (line,) = [row for row in terminal.everything.replace("\n", "").split("kconsole: ") if row]
        assert line.startswith("no kernel to choose from: 3 dead or unusable in /")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--pick"], "--pick needs a terminal to choose at; kconsole -l lists the kernels"),
        (["--watch"], "--watch follows a running kernel: give TARGET or --existing"),
    ],
)
def test_in_a_pipe_nobody_can_be_asked(
    kernels: list[FakeKernel], arguments: list[str], reason: str
) -> None:
    outcome = here(*arguments)
    assert (outcome.status, outcome.stdout, outcome.stderr) == (3, "", f"kconsole: {reason}\n")


def test_in_a_pipe_the_newest_is_taken(kernels: list[FakeKernel]) -> None:
    outcome = here("-e", "mine", "-c", "print('ran')")
    assert (outcome.status, outcome.stdout) == (0, "ran\n")
    assert kernels[1].count("execute_request") == 1


@pytest.mark.parametrize("more", [["-k", "fake"], ["--cwd", "/"], ["--", "-x"], ["-l"]])
def test_a_kernel_that_runs_is_none_that_is_started(more: list[str]) -> None:
    assert here("--pick", *more).status == 2
