"""The main points of the console on every kernel: each day begins at a busy kernel and ends by leaving.

One console for each kernel that runs already, and one with a kernel of its own; a point that a kernel
lacks (``features.py``) is left out of its day.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from fake_kernel import fake_argv
from features import EVERY_KERNEL, has, having
from leaks import wait_until
from raw_client import RawClient
from running_kernels import Kernel, find_spec, is_idle
from stories import BlindTerminal, attached, program, ready, rows_with, run, toolbar, wait_for_line

pytestmark = pytest.mark.usefixtures("unmeasured")

#: What the scripted kernel does, all other stories show.
REAL = tuple(name for name in EVERY_KERNEL if name != "fake")
every_kernel = having("haste", fixture="fresh_kernel", among=REAL)


class Tongue(NamedTuple):
    """Inputs of one line in a language."""

    sleep: str  # for a minute
    wait: str  # until there is the file {}
    block: tuple[str, ...]  # prints "row 0" and "row 1"
    indent: int  # of the block's second line
    bar: str  # on one line, ten states, the last of which is "bar 9"
    name: str  # gives ``unique_name`` the value 4711
    prefix: str  # the beginning of an input that shows it, up to within the name
    ask: str  # a question "name?"; prints "hi" and the answer


PYTHON = Tongue(
    "import time; time.sleep(60)",
    """import os, time; exec("while not os.path.exists('{}'): time.sleep(0.02)")""",
    ("for i in range(2):", "print('row', i)", ""),
    4,
    r"for i in range(10): print('\rbar', i, end='', flush=True)",
    "unique_name = 4711",
    "unique_na",
    "name = input('name? '); print('hi', name)",
)
TONGUES = {
    "python": PYTHON,
    "bash": Tongue(
        "sleep 60",
        "until [ -e '{}' ]; do sleep 0.02; done",
        ("for i in 0 1; do", "echo row $i", "done"),
        4,
        r"for i in 0 1 2 3 4 5 6 7 8 9; do printf '\rbar %s' $i; done; echo",
        "unique_name=4711",
        "echo $unique_na",
        "",
    ),
    "typescript": Tongue(
        "for (const end = Date.now() + 60000; Date.now() < end; );",
        "while (!(await Deno.lstat('{}').catch(() => 0))) await new Promise((d) => setTimeout(d, 20))",
        ("for (const i of [0, 1]) {", "console.log('row', i)", "}"),
        2,
        r"for (let i = 0; i < 10; i++) console.log('\x1b[1A\rbar', i); "
        "await new Promise((d) => setTimeout(d, 200))",  # what it prints may come after its idle
        "const unique_name = 4711",
        "unique_na",
        "const name = prompt('name?'); console.log('hi', name)",
    ),
    "R": Tongue(
        "Sys.sleep(60)",
        "while (!file.exists('{}')) Sys.sleep(0.02)",
        ("for (i in 0:1) {", "cat('row', i, '\\n')", "}"),
        0,
        r"for (i in 0:9) cat('\rbar', i)",
        "(unique_name <- 4711)",
        "unique_na",
        "name <- readline('name? '); cat('hi', name, '\\n')",
    ),
}


def cells(terminal: BlindTerminal, *codes: str) -> None:
    for code in codes:
        terminal.line(code)


def enter(terminal: BlindTerminal, code: str) -> None:
    """A cell that prints nothing, or what does not matter."""
    terminal.line(code)
    terminal.wait_for(re.compile(rf"^In \[[ \d]+\]: {re.escape(code)}\n(.*\n)*In \[", re.M))
    ready(terminal)


def works(terminal: BlindTerminal) -> bool:
    return bool(re.search(r"(busy|waiting) \d\d:\d\d", toolbar(terminal)))


def has_begun(terminal: BlindTerminal) -> bool:
    """Not only sent: a signal that overtakes the request interrupts nothing."""
    return bool(re.search(r"busy \d\d:\d\d In\[\d+\]", toolbar(terminal)))


@every_kernel
def test_a_day_at_a_kernel(fresh_kernel: Kernel, tmp_path: Path) -> None:
    kernel, speak = fresh_kernel, TONGUES[fresh_kernel.language]
    first, second, third = (tmp_path / name for name in "123")
    with RawClient(kernel.connection) as other:
        other.wait_for_iopub()
        answers = has(kernel.name, "answers at work")
        if answers:
            other.execute(speak.wait.format(first))
        with attached(kernel, "--no-suggestions", wait=not answers) as terminal:
            if answers:
                begin_at_a_busy_kernel(terminal, kernel, first)
            run_and_fail(terminal, kernel)
            enter_a_block(terminal, speak)
            show_a_bar(terminal, speak)
            complete_a_name(terminal, kernel, speak, other)
            if has(kernel.name, "input"):
                answer_a_question(terminal, speak)
            queue_behind_an_error(terminal, kernel, speak, second)
            show_another_client(terminal, kernel, other)
            if has(kernel.name, "interrupt_request"):
                interrupt_by_message(terminal, kernel, speak)
            else:
                give_up_what_cannot_be_interrupted(terminal, kernel, speak, third)
            terminal.key("c-d")
            assert terminal.wait_exit() == 0
    assert is_idle(kernel)


def begin_at_a_busy_kernel(terminal: BlindTerminal, kernel: Kernel, end: Path) -> None:
    terminal.wait_for("the kernel is busy")
    terminal.line(kernel.code("print hello"))
    terminal.wait_for(lambda one: "queued" in toolbar(one) or works(one))
    assert not rows_with(terminal, "\nhello")
    end.touch()
    terminal.wait_for("\nhello\n")
    ready(terminal)


def run_and_fail(terminal: BlindTerminal, kernel: Kernel) -> None:
    run(terminal, kernel.code("one plus one"), kernel.shows("one plus one") + "\n\nIn [")
    enter(terminal, kernel.code("error"))
    assert terminal.everything.count("told so") > terminal.everything.count(kernel.code("error"))


def enter_a_block(terminal: BlindTerminal, speak: Tongue) -> None:
    first, *further = speak.block
    terminal.line(first)
    wait_for_line(terminal, indent=speak.indent)
    cells(terminal, *further)
    terminal.wait_for("row 0\nrow 1\n\nIn [")
    ready(terminal)


def show_a_bar(terminal: BlindTerminal, speak: Tongue) -> None:
    before = len(rows_with(terminal, "bar"))
    run(terminal, speak.bar, "bar 9")
    _echo, *shown = rows_with(terminal, "bar")[before:]
    assert shown == ["bar 9"]


def complete_a_name(
    terminal: BlindTerminal, kernel: Kernel, speak: Tongue, other: RawClient
) -> None:
    if kernel.name.startswith("ipykernel"):  # in a fresh home, jedi builds a cache first
        enter(terminal, "%config IPCompleter.use_jedi = False")
    enter(terminal, speak.name)
    # The first time it may take longer than the console waits; then it is as quick as for a user.
    code = {"code": speak.prefix, "cursor_pos": len(speak.prefix)}
    assert other.reply(other.send("complete_request", code))
    # For the console too that is over once a later cell is: else Tab would find a kernel that is busy.
    run(terminal, kernel.code("print hello"), "\nhello\n")
    terminal.send(speak.prefix)
    terminal.key("tab")
    whole = speak.prefix.removesuffix("unique_na") + "unique_name"
    terminal.wait_for(re.compile(rf"In \[[ \d]+\]: {re.escape(whole)}$", re.M))
    terminal.wait_for(lambda one: "completing" not in toolbar(one))
    terminal.key("enter")
    terminal.wait_for(re.compile(r"4711$", re.M))
    ready(terminal)


def answer_a_question(terminal: BlindTerminal, speak: Tongue) -> None:
    terminal.line(speak.ask)
    terminal.wait_for(lambda one: one.screen[one.cursor[0]].startswith("name?"))
    terminal.line("Ada")
    terminal.wait_for("\nhi Ada\n")
    ready(terminal)


def queue_behind_an_error(
    terminal: BlindTerminal, kernel: Kernel, speak: Tongue, end: Path
) -> None:
    failures = terminal.everything.count(kernel.shows("error"))
    hellos = len(rows_with(terminal, "hello"))
    cells(
        terminal,
        speak.wait.format(end),
        kernel.code("error"),
        kernel.code("print hello"),
        kernel.code("one plus one"),
    )
    terminal.wait_for(lambda one: "+3 queued" in toolbar(one))
    end.touch()
    terminal.wait_for("dropped the 2 cells that waited: ")
    ready(terminal)
    assert terminal.everything.count(kernel.shows("error")) > failures
    dropped = rows_with(terminal, "hello")[hellos:]
    assert "hello" not in dropped, dropped


def show_another_client(terminal: BlindTerminal, kernel: Kernel, other: RawClient) -> None:
    terminal.send("half a thou")
    other.execute(kernel.code("print hello"))
    terminal.wait_for(
        re.compile(r"^raw@\w{4} In \[[ \d]+\]: .*\nhello\n+In \[.*\]: half a thou", re.M)
    )
    terminal.key("c-u")
    ready(terminal)


def interrupt_by_message(terminal: BlindTerminal, kernel: Kernel, speak: Tongue) -> None:
    terminal.line(speak.sleep)
    terminal.wait_for(has_begun)
    terminal.key("c-c")
    ready(terminal)
    run(terminal, kernel.code("print hello"), "\nhello\n")


def give_up_what_cannot_be_interrupted(
    terminal: BlindTerminal, kernel: Kernel, speak: Tongue, end: Path
) -> None:
    terminal.line(speak.wait.format(end))
    terminal.wait_for(has_begun)
    terminal.key("c-c")
    terminal.key("c-c")
    terminal.wait_for("not waiting for the cell any more")
    end.touch()
    ready(terminal)
    run(terminal, kernel.code("print hello"), "\nhello\n")


# --- a kernel of the console's own


@contextmanager
def own(folder: Path, name: str) -> Iterator[BlindTerminal]:
    """The console with a kernel of its own."""
    spec = find_spec(name)
    if spec is None:
        pytest.skip(f"kernel {name} is not installed")
    kernels = folder / "kernels" / name
    kernels.mkdir(parents=True)
    argv = fake_argv() if name == "fake" else spec["argv"]
    (kernels / "kernel.json").write_text(json.dumps({**spec, "argv": argv, "display_name": name}))
    with BlindTerminal(program("-k", name), env={"JUPYTER_PATH": str(folder)}) as terminal:
        yield ready(terminal)


def family(terminal: BlindTerminal) -> list[psutil.Process]:
    """All that the console has started, and what that has."""
    return psutil.Process(terminal.process.pid).children(recursive=True)


def interrupt_in_vain(terminal: BlindTerminal, speak: Tongue) -> None:
    """What the kernel has computed is worth more than the prompt: no signal that would kill it."""
    terminal.line(speak.sleep)
    terminal.wait_for(has_begun)
    terminal.key("c-c")
    terminal.wait_for("\\restart starts the kernel anew")
    terminal.line("\\restart")
    terminal.wait_for("the kernel was restarted")
    ready(terminal)


@pytest.mark.parametrize("name", [name for name in REAL if has(name, "haste")])
def test_a_day_with_a_kernel_of_its_own(tmp_path: Path, name: str) -> None:
    spec = find_spec(name) or {"language": "python"}
    speak = TONGUES[spec["language"]]
    with own(tmp_path, name) as terminal:
        if has(name, "interrupt of its own"):
            terminal.line(speak.sleep)
            terminal.wait_for(has_begun)
            terminal.key("c-c")
            ready(terminal)
        else:
            interrupt_in_vain(terminal, speak)
        enter(terminal, speak.name)
        before = len(rows_with(terminal, "the kernel was restarted"))
        terminal.line("\\restart")
        terminal.wait_for(lambda one: len(rows_with(one, "the kernel was restarted")) > before)
        ready(terminal)
        terminal.line(speak.sleep)
        terminal.wait_for(has_begun)
        terminal.key("c-d")
        terminal.wait_for("a cell is running; Ctrl-D again leaves, and stops the kernel")
        started = family(terminal)
        terminal.key("c-d")
        assert terminal.wait_exit() == 0
    wait_until(lambda: not any(one.is_running() for one in started), what="the end of all")
