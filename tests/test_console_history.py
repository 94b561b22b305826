"""Stories of the history: the file's, the kernel's, and what is in neither."""

import json
import re
import stat
from pathlib import Path

import pytest
from running_kernels import Kernel
from stories import START_S, attached, owning, paired, ready, rows_with, run, toolbar

pytestmark = pytest.mark.usefixtures("unmeasured")


def kept(state: Path, language: str = "python") -> list[str]:
    """The inputs in the history file."""
    path = state / "kconsole" / "history" / language
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def leave(terminal) -> None:
    terminal.key("c-c", "c-d")
    terminal.wait_exit()


def write(state: Path, *inputs: str, language: str = "python") -> None:
    path = state / "kconsole" / "history" / language
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in inputs))


def test_inputs_are_kept_for_the_next_console(tmp_path: Path, state: Path) -> None:
    with owning(tmp_path) as terminal:
        run(terminal, "print('one')", "\none\n")
        terminal.line(r"\timing on")  # commands are no code
        terminal.line("if 1:")
        terminal.line("print('two')")
        terminal.key("enter")
        terminal.wait_for("\ntwo\n")
        leave(terminal)
    assert kept(state) == ["print('one')", "if 1:\n    print('two')"]
    path = state / "kconsole" / "history" / "python"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with owning(tmp_path) as terminal:
        run(terminal, "1", "Out[1]: 1")  # by then, the history has been loaded
        terminal.key("up", "up")
        terminal.wait_for("In [2]: if 1:\n   ...:     print('two')")
        terminal.key("c-c")
        terminal.send("pr")
        terminal.key("up")
        terminal.wait_for("In [2]: print('one')")
        terminal.key("c-c", "c-r")
        terminal.send("two")
        terminal.wait_for("In [2]: if 1:\n   ...:     print('two')")


@pytest.mark.parametrize("kernel", ["bash"], indirect=True)
def test_a_kernel_without_a_history_gets_one(kernel: Kernel, state: Path) -> None:
    with attached(kernel) as terminal:
        run(terminal, "echo 4711", "\n4711\n")
        leave(terminal)
    assert kept(state, "bash") == ["echo 4711"]
    with attached(kernel) as terminal:
        run(terminal, "echo 1", "\n1\n")  # by then, the history has been loaded
        terminal.send("echo 4")
        terminal.key("up")
        terminal.wait_for("]: echo 4711")


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_private_inputs_are_nowhere(kernel: Kernel, state: Path) -> None:
    with attached(kernel, "--private", "--tail", "0") as terminal:
        run(terminal, "secret_value = 4711", "In [ ]: secret_value = 4711")
        run(terminal, "print('still ' + 'here')", "\nstill here\n")
        terminal.line(r"\hist secret_value")
        terminal.wait_for(re.compile(r"^ +\d+  secret_value = 4711$", re.MULTILINE))
        leave(terminal)
    assert kept(state) == []
    with attached(kernel, "--tail", "0") as terminal:
        run(terminal, "print(secret_value + 1)", "\n4712\n")
        terminal.line(r"\hist secret*4711")
        terminal.wait_for("no input matches")


def test_history_can_be_another_file_or_none(tmp_path: Path, state: Path) -> None:
    path = tmp_path / "mine"
    with owning(tmp_path, "--history", str(path)) as terminal:
        run(terminal, "print('one')", "\none\n")
        leave(terminal)
    assert path.read_text() == json.dumps("print('one')") + "\n"
    with owning(tmp_path, "--history", "none") as terminal:
        run(terminal, "print('two')", "\ntwo\n")
        leave(terminal)
    assert kept(state) == []


def test_a_file_that_cannot_be_used_is_said_once(tmp_path: Path) -> None:
    with owning(tmp_path, "--history", str(tmp_path)) as terminal:
        terminal.wait_for("no history of inputs is kept:")
        run(terminal, "print('one')", "\none\n")
        run(terminal, "print('two')", "\ntwo\n")
        assert len(rows_with(terminal, "no history of inputs")) == 1


def test_answers_and_passwords_are_not_kept(tmp_path: Path, state: Path) -> None:
    with owning(tmp_path) as terminal:
        terminal.line("print(input('name: '), len(getpass('word: ')))")
        terminal.wait_for("\nname:")
        terminal.line("kim")
        terminal.wait_for("\nword:")
        terminal.line("open sesame")
        terminal.wait_for("\nkim 11\n")
        ready(terminal)
        leave(terminal)
    assert [each for each in kept(state) if "kim" in each or "sesame" in each] == []


# --- \hist


def test_hist_searches_session_file_and_kernel(tmp_path: Path, state: Path) -> None:
    write(state, "needle = 'file'", "other")
    with paired(tmp_path, history_rows=3) as (terminal, kernel):
        kernel.history.append((1, 4, "needle = 'kernel'", None))
        run(terminal, "needle = 'session'", "In [2]:")
        terminal.line("if 1:")
        terminal.line("needle = 'two lines'")
        terminal.key("enter")
        terminal.wait_for("\nIn [3]:")  # the prompt before it was idle too
        ready(terminal)
        terminal.key("c-l")
        terminal.line(r"\hist n?edle*=")
        terminal.wait_for(
            "  1  needle = 'kernel'\n"
            "  2  needle = 'file'\n"
            "  3  needle = 'session'\n"
            "  4  if 1:\n"
            "         needle = 'two lines'\n"
        )


def test_hist_alone_lists_the_last_20(tmp_path: Path, state: Path) -> None:
    write(state, *(f"x = {number}" for number in range(30)))
    with owning(tmp_path, "--no-suggestions") as terminal:
        run(terminal, "print(1)", "\n1\n")
        terminal.line(r"\hist")
        terminal.wait_for("\n  20  print(1)\n")
        assert "\n   1  x = 11\n" in terminal.everything


def test_hist_is_bounded(tmp_path: Path, state: Path) -> None:
    write(state, *(f"x = {number}" for number in range(300)))
    with owning(tmp_path) as terminal:
        terminal.line(r"\hist x =")
        terminal.wait_for("the latest 50 that match:")
        terminal.wait_for("\n  50  x = 299\n")
        assert not rows_with(terminal, "x = 249")


def test_hist_does_not_wait_for_a_busy_kernel(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, _):
        run(terminal, "needle = 1", "In [2]:")
        terminal.line("import time; time.sleep(30)")
        terminal.wait_for(lambda one: "busy" in toolbar(one))
        terminal.line(r"\hist needle")
        terminal.wait_for("the kernel is busy: its own history is not searched\n  1  needle = 1\n")


def test_a_full_file_of_inputs_is_searched_for_suggestions(tmp_path: Path, state: Path) -> None:
    write(state, *(f"value_{number} = {number}" for number in range(20_000)))
    with owning(tmp_path) as terminal:
        run(terminal, "1", "Out[1]: 1")
        terminal.line(r"\hist value_19999")  # by its end, the file has been read
        terminal.wait_for("\n  1  value_19999 = 19999\n")
        terminal.send("value_1000")
        terminal.wait_for("In [2]: value_10009 = 10009")
        terminal.key("end")
        terminal.send(";")
        terminal.wait_for("In [2]: value_10009 = 10009;")


def test_a_kernel_that_is_silent_at_first_gets_its_file_when_it_speaks(
    tmp_path: Path, state: Path
) -> None:
    deaf = ["control:kernel_info_request"]
    with paired(tmp_path, wait=False, busy=600.0, heartbeat="shell", deaf=deaf) as pair:
        terminal, kernel = pair
        terminal.wait_for("the kernel is busy or not answering", START_S)
        terminal.line("print('early')")
        kernel.interrupt()
        terminal.wait_for("\nearly\n")
        ready(terminal)
        leave(terminal)
    assert kept(state) == ["print('early')"]
