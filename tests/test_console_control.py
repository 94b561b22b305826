"""Stories of the commands that act on the kernel, \\restart and \\shutdown above all."""

import re
import sys
from pathlib import Path

import pytest
from leaks import wait_until
from running_kernels import Kernel
from stories import (
    PROMPT,
    BlindTerminal,
    Shared,
    attached,
    color_of,
    is_gone,
    is_mourning,
    is_offered,
    kernel_process,
    owning,
    paired,
    program,
    ready,
    rows_with,
    run,
    toolbar,
)

#: The stories that are marked measure what the others run too; the processes of those end sooner.
pytestmark = pytest.mark.usefixtures("unmeasured")

SLEEP = "import time; time.sleep(60)"


def restarted(terminal: BlindTerminal, times: int = 1) -> None:
    """Wait until the kernel is there again, and its prompt begins anew."""
    terminal.wait_for(lambda one: len(rows_with(one, "the kernel was restarted")) == times)
    terminal.wait_for("In [1]:", where="screen")
    ready(terminal)


# --- \restart


@pytest.mark.measured
def test_restart_makes_another_kernel_and_begins_to_count_anew(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        before = kernel_process(terminal)
        run(terminal, "x = 5", "]: x = 5")
        run(terminal, "x", "Out[2]: 5")
        terminal.line("\\restart")
        terminal.wait_for("restarting fake")
        restarted(terminal)
        assert is_gone(before)
        run(terminal, "x", "NameError")
        run(terminal, "1+1", "Out[2]: 2")
        assert not rows_with(terminal, "died")
        terminal.line("\\restart")
        restarted(terminal, 2)


@pytest.mark.measured
def test_restart_ends_what_runs_and_drops_what_waits(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        terminal.line(SLEEP)
        terminal.wait_for(lambda one: "In[1]" in toolbar(one))
        terminal.line("1+1")
        terminal.wait_for("+1 queued")
        terminal.line("\\restart")
        terminal.wait_for("dropped the cell that waited: 1+1")
        restarted(terminal)
        run(terminal, "2+3", "Out[1]: 5")


@pytest.mark.measured
def test_while_it_restarts_one_types_on_and_what_is_entered_runs_after(tmp_path: Path) -> None:
    with owning(tmp_path, shutdown="ignored", sigterm="ignore") as terminal:
        terminal.line("\\restart")
        terminal.wait_for(lambda one: "restarting" in toolbar(one))
        terminal.send("20+")
        terminal.wait_for(re.compile(r"In \[\d+\]: 20\+$", re.M), where="screen")
        terminal.send("22\r")
        terminal.wait_for(lambda one: "+1 queued" in toolbar(one))
        terminal.key("c-c", "c-c", "c-c")
        terminal.line("\\restart")
        terminal.wait_for("is being restarted already")
        assert "restarting" in toolbar(terminal)
        terminal.wait_for("Out[1]: 42")
        ready(terminal)
        assert len(rows_with(terminal, "the kernel was restarted")) == 1


def test_a_kernel_that_floods_is_restarted_and_its_flood_is_over(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        terminal.blind = True
        terminal.line("while True: print('tick')")
        terminal.wait_for(lambda one: one.raw.count(b"tick") > 1000)
        terminal.line("\\restart")
        terminal.wait_for(lambda one: b"the kernel was restarted" in one.raw)
        assert b"tick" not in terminal.raw.partition(b"the kernel was restarted")[2]
        terminal.look()
        ready(terminal)
        run(terminal, "1+1", "Out[1]: 2")


@pytest.mark.measured
def test_a_dead_kernel_is_started_anew_if_that_is_wanted(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        terminal.line("%fake die 17")
        terminal.wait_for(re.compile(r"the kernel died: .*17; what it knew\s+is lost"))
        terminal.wait_for(is_offered)
        terminal.line("y")
        restarted(terminal)
        run(terminal, "1+1", "Out[1]: 2")
        terminal.key("c-d")
        assert terminal.wait_exit() == 0


def test_a_dead_kernel_stays_dead_if_it_is_not_and_can_be_restarted_later(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        told = "not started again; \\restart does it at any time"
        for count, answer in enumerate(["\r", "n\r", "\x03"], 1):
            terminal.line("%fake die 17")
            terminal.wait_for(is_offered)
            terminal.send(answer)
            terminal.wait_for(lambda one, n=count: len(rows_with(one, told)) == n)
            terminal.wait_for(is_mourning)
            assert not is_offered(terminal)
            terminal.line("\\restart")
            restarted(terminal, count)


@pytest.mark.measured
def test_what_is_no_answer_to_the_question_is_an_input_as_ever(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        terminal.line("%fake die 17")
        terminal.wait_for(is_offered)
        terminal.line("year = 1")
        terminal.wait_for(re.compile(r"^In \[\d+\]: year = 1$", re.M))
        terminal.wait_for("not run: the kernel is gone")
        terminal.key("up")
        terminal.wait_for(re.compile(r"^In \[\d+\]: year = 1$", re.M), where="screen")
        terminal.key("c-c")
        terminal.line("\\restart")
        restarted(terminal)


def test_what_is_typed_before_the_question_is_no_answer_to_it(tmp_path: Path) -> None:
    """Somebody who is in the middle of a word, and ends it, has not seen the question."""
    with owning(tmp_path) as terminal:
        process = kernel_process(terminal)
        terminal.send("y")
        terminal.wait_for(re.compile(r"In \[1\]: y$", re.M), where="screen")
        process.kill()
        terminal.wait_for("the kernel died: ")
        terminal.send("\r")
        terminal.wait_for("not run: the kernel is gone")
        terminal.wait_for(is_offered)
        assert not rows_with(terminal, "restarting")
        terminal.key("c-d")  # leaves, as it does without the question
        assert terminal.wait_exit() == 4


def test_who_restarts_a_dead_kernel_is_not_asked_for_it(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        process = kernel_process(terminal)
        terminal.send("\\restart")
        terminal.wait_for(re.compile(r"restart$", re.M), where="screen")
        process.kill()
        terminal.wait_for("the kernel died: ")
        terminal.send("\r")
        restarted(terminal)
        assert not rows_with(terminal, "not started again")
        run(terminal, "1+1", "Out[1]: 2")


def test_a_dead_kernel_leaves_the_toolbar_and_what_is_entered_tells_of_restart(
    tmp_path: Path,
) -> None:
    usage = {"kernel_memory": 1234567890, "kernel_cpu": 80.4}
    with owning(tmp_path, implementation="ipython", usage=usage) as terminal:
        terminal.line(SLEEP)
        terminal.wait_for(lambda one: "1.2 GB 80 %" in toolbar(one))
        kernel_process(terminal).kill()
        terminal.wait_for("the kernel died: ")
        terminal.wait_for(lambda one: "dead" in toolbar(one))
        assert "GB" not in toolbar(terminal)
        terminal.line("1+1")
        terminal.wait_for(
            re.compile(r"not run: the kernel is gone .*; .restart\s+starts\s+it\s+anew")
        )
        terminal.line("\\restart")
        restarted(terminal)
        assert "GB" not in toolbar(terminal)


@pytest.mark.measured
def test_a_dead_kernel_is_not_asked_for_anything(tmp_path: Path) -> None:
    with owning(tmp_path, implementation="ipython", supported_features=["debugger"]) as terminal:
        terminal.line("%fake die 17")
        terminal.wait_for("the kernel died: ")
        terminal.line("\\peek 1+1")
        terminal.wait_for(re.compile("^the kernel is gone *$", re.M))
        terminal.line("\\vars")
        terminal.wait_for("the kernel is gone, and its variables with it")
        terminal.line("\\hist nothing like this")
        terminal.wait_for("the kernel is gone: its own history is not searched")
        terminal.send("ab\t")
        terminal.wait_for(lambda one: "no completions while the kernel is gone" in toolbar(one))
        terminal.key("s-tab")
        terminal.wait_for(lambda one: "no help while the kernel is gone" in toolbar(one))


@pytest.mark.measured
def test_a_kernel_that_cannot_be_started_again_says_why(tmp_path: Path) -> None:
    script = tmp_path / "once.py"
    mark = tmp_path / "ran"
    tests = str(Path(__file__).parent)
    script.write_text(
        f"import sys, pathlib\n"
        f"sys.path.insert(0, {tests!r})\n"
        f"mark = pathlib.Path({str(mark)!r})\n"
        f"if mark.exists():\n"
        f"    print('looking for the disk')\n"
        f"    raise SystemExit('the disk is full')\n"
        f"mark.touch()\n"
        f"from fake_kernel import main\n"
        f"sys.exit(main(sys.argv[1:]))\n"
    )
    stays = ["--behaviour", '{"shutdown": "ignored"}']
    spec = {"argv": [sys.executable, str(script), "{connection_file}", *stays]}
    with owning(tmp_path, spec=spec) as terminal:
        terminal.line("\\restart")
        terminal.line("1+1")
        terminal.line("2+2")
        terminal.wait_for("+2 queued")
        terminal.wait_for("not restarted: ")
        terminal.wait_for("looking for the disk\n    the disk is full")
        terminal.wait_for("dropped the 2 cells that waited: 1+1 | 2+2")
        terminal.wait_for(lambda one: "dead" in toolbar(one))
        assert not rows_with(terminal, "died")
        mark.unlink()
        terminal.line("\\restart")
        restarted(terminal)


def test_other_clients_see_a_restart(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        terminal.line("\\conninfo")
        terminal.wait_for("attach with")
        (row,) = rows_with(terminal, "attach with")
        file = re.findall(r"kernel-\w+\.json", terminal.everything.replace("\n", ""))[0]
        assert row
        with BlindTerminal(program(file)) as other:
            ready(other)
            terminal.line("\\restart")
            restarted(terminal)
            other.wait_for("the kernel was asked to restart\nthe kernel was restarted")
            assert not rows_with(other, "died")
            run(other, "1+1", ": 2")


@pytest.mark.measured
def test_an_attached_kernel_is_restarted_by_whoever_started_it(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line("\\restart")
        terminal.wait_for(
            re.compile(r"was not started here:\s.*\s.*can\s+restart\s+it;\s+.shutdown\s+ends\s+it")
        )
        assert kernel.count("shutdown_request") == 0


def test_leaving_while_it_restarts_leaves_no_kernel(tmp_path: Path) -> None:
    with owning(tmp_path, shutdown="ignored", sigterm="ignore") as terminal:
        before = kernel_process(terminal)
        terminal.line("\\restart")
        terminal.wait_for(lambda one: "restarting" in toolbar(one))
        terminal.key("c-d")
        assert terminal.wait_exit() == 0
        assert is_gone(before)
        assert not rows_with(terminal, "Traceback")


def test_an_ipykernel_of_our_own_is_restarted() -> None:
    pytest.importorskip("ipykernel")
    with BlindTerminal(program("-k", "python3")) as terminal:
        ready(terminal)
        run(terminal, "x = 5; x", "Out[1]: 5")
        terminal.line(SLEEP)
        terminal.wait_for("busy 00:")
        terminal.line("\\restart")
        restarted(terminal)
        run(terminal, "x", "NameError")
        run(terminal, "1+1", "Out[2]: 2")
        terminal.key("c-d")
        assert terminal.wait_exit() == 0


# --- \shutdown


@pytest.mark.measured
def test_a_kernel_of_our_own_is_shut_down_by_its_name(tmp_path: Path) -> None:
    with owning(tmp_path, "--keep") as terminal:
        kernel = kernel_process(terminal)
        terminal.line("\\shutdown")
        terminal.wait_for(
            re.compile(r"this shuts down fake \(kernel-\w+\.json\); Enter alone does not\n")
        )
        named(terminal)
        terminal.line("fake")
        assert terminal.wait_exit() == 0
        assert "shutting down fake, and leaving" in terminal.everything
        assert is_gone(kernel)


@pytest.mark.measured
def test_any_other_answer_lets_it_live(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        terminal.send("for later")
        terminal.key("c-u")
        for count, answer in enumerate(["", "fak", "yes", "c-c", "c-d"], 1):
            terminal.line("\\shutdown")
            terminal.wait_for(lambda one: one.screen[one.cursor[0]].startswith("type "))
            # Where the line breaks depends on how long the kernel's path is.
            shown = " ".join(terminal.everything.split())
            assert shown.count("which others may use too") == count
            if answer.startswith("c-"):
                terminal.key(answer)
            else:
                terminal.line(answer)
            terminal.wait_for(lambda one, n=count: len(rows_with(one, "is not shut down")) == n)
            terminal.wait_for(lambda one: PROMPT.search(one.screen[one.cursor[0]]))
        run(terminal, "1+1", "Out[1]: 2")
        assert kernel.count("shutdown_request") == 0


def named(terminal: BlindTerminal) -> str:
    """The name that the question asks for, as soon as it is asked."""
    terminal.wait_for(lambda one: one.screen[one.cursor[0]].startswith("type "))
    found = re.search(r"^type (\S+) to shut it down", "\n".join(terminal.screen), re.M)
    assert found is not None
    return found[1]


def test_an_attached_kernel_is_shut_down_and_the_console_leaves(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        terminal.line("\\shutdown")
        terminal.line(named(terminal))
        assert terminal.wait_exit() == 0
        request = kernel.wait_for("shutdown_request")
        assert request.channel == "control"
        assert request.content == {"restart": False}
        assert re.search("has (ended|answered that it ends)", terminal.everything)
        assert "died" not in terminal.everything


def test_a_kernel_without_a_control_channel_is_shut_down_as_well(tmp_path: Path) -> None:
    with paired(tmp_path, control=False) as (terminal, kernel):
        terminal.line("\\shutdown")
        terminal.line(named(terminal))
        assert terminal.wait_exit() == 0
        assert kernel.wait_for("shutdown_request").channel == "shell"


def test_an_attached_kernel_that_works_is_interrupted_first(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        terminal.line(SLEEP)
        kernel.wait_for("execute_request")
        terminal.line("\\shutdown")
        terminal.line(named(terminal))
        kernel.wait_for("shutdown_request")
        assert kernel.count("interrupt_request") == 1
        assert terminal.wait_exit() == 0


@pytest.mark.measured
def test_a_kernel_that_does_not_answer_is_told_of_and_the_console_stays(console: Shared) -> None:
    with console(shutdown="ignored", deaf=["shutdown_request"]) as (terminal, _):
        terminal.line("\\shutdown")
        terminal.line(named(terminal))
        terminal.wait_for("has not answered the request to end for 5 s")
        run(terminal, "1+1", "Out[1]: 2")


@pytest.mark.parametrize("fresh_kernel", ["ipykernel7", "xpython"], indirect=True)
def test_a_real_kernel_is_shut_down(fresh_kernel: Kernel) -> None:
    with attached(fresh_kernel) as terminal:
        terminal.line("\\shutdown")
        terminal.line(named(terminal))
        assert terminal.wait_exit() == 0
    process = fresh_kernel.process
    assert process is not None
    wait_until(lambda: process.poll() is not None, what="the kernel's end")


def test_keys_that_were_typed_before_the_question_do_not_answer_it(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line("\\shutdown")
        name = named(terminal)
        terminal.key("enter")
        terminal.wait_for("is not shut down")
        # All in one go, as a program would do it that waits for nothing.
        terminal.send(f"\\shutdown\r'{name}'\r'typed ahead'\r")
        terminal.wait_for("Out[1]: ")
        terminal.wait_for("Out[2]: 'typed ahead'")
        terminal.wait_for(lambda one: one.screen[one.cursor[0]].startswith("type "))
        assert kernel.count("shutdown_request") == 0
        terminal.key("enter")
        ready(terminal)


@pytest.mark.measured
def test_on_a_narrow_screen_the_question_stands_above_its_answer(tmp_path: Path) -> None:
    with paired(tmp_path, columns=40) as (terminal, kernel):
        terminal.line("\\shutdown")
        terminal.wait_for("type fake to shut it down:")
        terminal.wait_for(lambda one: one.screen[one.cursor[0]] == "")
        terminal.send("fake")
        terminal.wait_for(re.compile("^fake$", re.M), where="screen")
        terminal.key("enter")
        assert terminal.wait_exit() == 0
        assert kernel.count("shutdown_request") == 1


@pytest.mark.measured
def test_a_question_of_the_kernel_waits_until_ours_is_answered(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line(SLEEP)
        request = kernel.wait_for("execute_request")
        terminal.line("\\shutdown")
        named(terminal)
        kernel.ask(request, {"prompt": "name? ", "password": False})
        terminal.send("no")
        terminal.wait_for(re.compile("shut it down: no$", re.M), where="screen")
        terminal.key("enter")
        terminal.wait_for("is not shut down")
        terminal.wait_for(lambda one: one.screen[one.cursor[0]].startswith("name?"))
        terminal.line("Ada")
        assert kernel.wait_for("input_reply").content["value"] == "Ada"


# --- what runs


@pytest.mark.measured
def test_interrupt_by_command_interrupts_and_never_gives_up(console: Shared) -> None:
    with console(interrupt="ignored") as (terminal, kernel):
        terminal.line("\\interrupt")
        terminal.wait_for("the kernel is idle")
        assert kernel.count("interrupt_request") == 0
        terminal.line(SLEEP)
        kernel.wait_for("execute_request")
        terminal.line("\\interrupt")
        kernel.wait_for("interrupt_request")
        terminal.line("\\interrupt")
        kernel.wait_for("interrupt_request", count=2)
        terminal.wait_for(lambda one: "interrupting 00:" in toolbar(one))
        assert not rows_with(terminal, "not waiting")
        kernel.interrupt()
        ready(terminal)


@pytest.mark.measured
def test_queue_lists_what_runs_and_what_waits(console: Shared) -> None:
    with console() as (terminal, kernel):
        run(terminal, "1", "Out[1]: 1")
        terminal.line("\\queue")
        terminal.wait_for("\nno cell waits\n")
        terminal.line(SLEEP)
        kernel.wait_for("execute_request", count=2)
        terminal.line("2+2")
        terminal.send("a = 1")
        terminal.key("c-o")
        terminal.send("b = 2\x1b\r")
        terminal.wait_for("+2 queued")
        terminal.line("\\queue")
        terminal.wait_for(
            f"\nruns  In [2]: {SLEEP}\nwaits In [3]: 2+2\nwaits In [4]: a = 1 (+1 lines)\n"
        )
        kernel.interrupt()
        terminal.wait_for("dropped the 2 cells that waited: 2+2 | a = 1")


@pytest.mark.measured
def test_conninfo_tells_all_that_one_needs_to_attach(tmp_path: Path) -> None:
    with paired(tmp_path, columns=120) as (terminal, kernel):
        # What the terminal answers late, and in pieces, is nothing that was typed.
        terminal.send("\\conn\x1b_Gi=31;OK\x1b\\\x1b]11;rgb:1e1e/1e1e")
        terminal.send("/2020\x1b\\\x1bP>|kitty(0.35.2)\x1b\\\x1b[6;20;10t\x1b[?62;4cinfo")
        terminal.wait_for(lambda one: color_of(one, r"In [") == "87d787")
        terminal.key("enter")
        terminal.wait_for("attach with")
        shown = terminal.everything
        path = tmp_path / "kernel-fake.json"
        for line in (
            r"kernel      .*fake 1\.0, python 3\.11\.0",
            r"started     by somebody else; it stays when the console is left",
            r"process     not known",
            rf"address     tcp 127\.0\.0\.1: shell {kernel.connection['shell_port']}, iopub \d+, .*",
            r"lock        signed \(hmac-sha256\), not encrypted",
            r"session     [0-9a-f_-]{32,40} \(.*\)",
            r"heartbeat   ok.*",
            r"terminal    kitty\(0\.35\.2\), kitty graphics, sixel, dark background #1e1e20, 256 colours.*",
        ):
            assert re.search(f"^{line}", shown, re.M), line
        assert f"attach with kconsole {path}" in shown.replace("\n", "")


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_conninfo_tells_the_process_of_a_kernel_that_is_not_ours(kernel: Kernel) -> None:
    with attached(kernel) as terminal:
        terminal.line("\\conninfo")
        terminal.wait_for(f"process     {kernel.pid}")


def test_q_leaves(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        terminal.line("\\q")
        assert terminal.wait_exit() == 0
        assert kernel.count("shutdown_request") == 0
    assert PROMPT


def test_a_misspelt_command_does_not_get_to_a_kernel_whose_language_has_no_such_code(
    console: Shared,
) -> None:
    with console() as (terminal, kernel):
        terminal.line("\\retsart")
        terminal.wait_for("unknown command \\retsart: did you mean \\restart?")
        ready(terminal)
        assert kernel.count("execute_request") == 0
