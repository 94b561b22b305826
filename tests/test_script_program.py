"""The real program as a Unix filter: exact bytes, exit statuses, signals, and odd standard streams."""

import os
import signal
import subprocess
import sys

import psutil
import pytest
from clients import PATIENCE
from fake_kernel import FakeKernel, write_kernelspec
from features import KILLED, having
from leaks import wait_until
from programs import COMMAND, end, here, run, running, writes_to_a_full_pipe
from stories import kernel_process, program
from terminal import Terminal

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="needs pipes and signals of Unix"),
    pytest.mark.usefixtures("unmeasured"),
]


#: Kernels of two languages, where all show the same.
SOME = pytest.mark.parametrize("kernel", ["fake", "ipykernel7", "bash"], indirect=True)


@pytest.fixture
def fake():
    with FakeKernel(implementation="ipython") as kernel:
        yield kernel


@pytest.fixture
def target(fake, tmp_path):
    """The connection file of the scripted kernel."""
    return str(fake.write_connection_file(tmp_path / "kernel-1.json"))


def shell(line, *arguments, **options):
    """Run a line of sh, in which "$@" is the program with these arguments."""
    return subprocess.run(
        ["sh", "-c", line, "sh", *COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
        **options,
    )


# --- what is run, and what comes out


@having("lossless output")
def test_many_lines_all_come_out(kernel):
    outcome = here(str(kernel.connection_file), "-c", kernel.code("print many lines"))
    assert outcome.status == 0
    assert outcome.stdout.splitlines()[-1] == kernel.shows("print many lines")
    assert (
        len(outcome.stdout.splitlines()) == 900
    )  # fewer than a kernel may drop (its SNDHWM of 1000)


@SOME
def test_unicode_comes_out_also_where_the_locale_knows_none(kernel):
    arguments = (str(kernel.connection_file), "-c", kernel.code("print unicode"))
    env = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "utf-8"}
    assert run(*arguments, env=env) == (0, "é 日本 🎉\n", "")


def test_an_empty_pipe_is_status_0(target):
    assert run(target, stdin=b"") == (0, "", "")


def test_escape_sequences_pass_untouched_and_none_of_ours_are_added(target):
    text = "\x1b[31mred\x1b[0m \x1b]0;title\x07 \r\x08"
    assert run(target, "-c", f"print({text!r})") == (0, text + "\n", "")


def test_no_escape_sequence_of_an_error_unless_it_is_asked_for(target):
    plain = here(target, "-c", "1 / 0")
    forced = here(target, "--color", "always", "-c", "1 / 0")
    assert "\x1b" not in plain.stderr
    assert "\x1b[31m" in forced.stderr
    assert (plain.status, forced.status) == (1, 1)


def test_color_always_wins_over_no_color(target):
    env = {**os.environ, "NO_COLOR": "1"}
    assert "\x1b[31m" in here(target, "--color", "always", "-c", "1 / 0", env=env).stderr
    assert "\x1b" not in here(target, "--color", "never", "-c", "1 / 0").stderr


def test_output_streams_as_it_comes_and_stdin_answers_input(target):
    code = 'print("before")\nprint("hi", input("name? "))'
    with running(target, "-c", code, stdin=subprocess.PIPE) as program:
        # The cell waits for our answer when this line comes.
        assert program.stdout.readline() == "before\n"
        program.stdin.write("Ada\n")
        assert end(program) == (0, "hi Ada\n", "")


# --- input that does not come


def test_a_question_that_the_kernel_drops_ends_with_its_cell_and_eats_no_line(target):
    dropped = '%fake question {"prompt": "unheard? "}\n%fake order 0.2 reply idle'
    code = 'print("next")\nprint("hi", input())'
    with running(target, "-c", dropped, "-c", code, stdin=subprocess.PIPE) as program:
        assert program.stdout.readline() == "next\n"
        program.stdin.write("Ada\n")
        assert end(program) == (0, "hi Ada\n", "")


def test_a_kernel_that_dies_while_it_waits_for_a_line_is_status_4(target, fake):
    with running(target, "-c", 'print("asks")\ninput()', stdin=subprocess.PIPE) as program:
        assert program.stdout.readline() == "asks\n"
        fake.die()
        assert program.wait(PATIENCE) == 4
        assert program.stderr.read() == "kconsole: the kernel is gone: connection refused\n"


def test_a_cell_that_somebody_else_interrupts_waits_for_no_line(target, fake):
    with running(target, "-c", 'print("asks")\ninput()', stdin=subprocess.PIPE) as program:
        assert program.stdout.readline() == "asks\n"
        fake.interrupt()
        assert program.wait(PATIENCE) == 1
        assert "KeyboardInterrupt" in program.stderr.read()


def test_ctrl_c_while_a_line_is_waited_for_interrupts_the_kernel(target, fake):
    with running(target, "-c", 'print("asks")\ninput()', stdin=subprocess.PIPE) as program:
        assert program.stdout.readline() == "asks\n"
        program.send_signal(signal.SIGINT)
        assert program.wait(PATIENCE) == 130
        assert fake.count("interrupt_request") == 1


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_to_end_while_a_line_is_waited_for(target, name):
    number = getattr(signal, name)
    with running(target, "-c", 'print("asks")\ninput()', stdin=subprocess.PIPE) as program:
        assert program.stdout.readline() == "asks\n"
        program.send_signal(number)
        assert program.wait(PATIENCE) == 128 + number
        assert program.stderr.read() == ""


# --- input from a terminal


PASSWORD = "import getpass; print(len(getpass.getpass('secret: ')), 'characters')"


@pytest.fixture
def asked(target):
    """The program on a terminal, at a password prompt; and the terminal's settings from before."""
    with Terminal(program(target, "-c", PASSWORD)) as terminal:
        before = terminal.attributes
        terminal.wait_for("secret:")
        yield terminal, before


@pytest.mark.measured
def test_a_password_is_not_shown(asked):
    terminal, before = asked
    terminal.line("hunter2")
    assert terminal.wait_exit() == 0
    assert terminal.everything == "secret:\n7 characters"
    assert terminal.attributes == before


def test_ctrl_d_at_a_password_prompt_is_the_end_of_input(asked):
    terminal, before = asked
    terminal.key("c-d")
    assert terminal.wait_exit() == 1
    assert "EOFError" in terminal.everything
    assert terminal.attributes == before


@pytest.mark.measured
def test_ctrl_c_at_a_password_prompt_interrupts_the_kernel(asked, fake):
    terminal, before = asked
    terminal.key("c-c")
    assert terminal.wait_exit() == 130
    assert fake.count("interrupt_request") == 1
    assert terminal.everything.startswith("secret:\nTraceback")
    assert terminal.attributes == before


def test_a_password_prompt_ends_when_somebody_else_interrupts_its_cell(asked, fake):
    terminal, before = asked
    fake.interrupt()
    assert terminal.wait_exit() == 1
    assert terminal.everything.startswith("secret:\nTraceback")
    assert terminal.attributes == before


def test_a_kernel_that_dies_at_a_password_prompt_leaves_a_terminal_that_echoes(asked, fake):
    terminal, before = asked
    fake.die()
    assert terminal.wait_exit() == 4
    assert terminal.everything == "secret:\nkconsole: the kernel is gone: connection refused"
    assert terminal.attributes == before


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_at_a_password_prompt_leaves_a_terminal_that_echoes(asked, name):
    terminal, before = asked
    terminal.kill(getattr(signal, name))
    assert terminal.wait_exit() == 128 + getattr(signal, name)
    assert terminal.everything == "secret:"
    assert terminal.attributes == before


def test_a_prompt_on_a_terminal_is_shown_and_its_answer_stays(target):
    with Terminal(program(target, "-c", "print('hi', input('name? '))")) as terminal:
        terminal.wait_for("name?")
        terminal.line("Ada")
        assert terminal.wait_exit() == 0
        assert terminal.everything == "name? Ada\nhi Ada"


# --- leaving


def test_a_word_to_leave_stops_a_kernel_of_our_own(tmp_path):
    write_kernelspec(tmp_path)
    env = {**os.environ, "JUPYTER_PATH": str(tmp_path)}
    assert run("-k", "fake", "-c", "exit", "-c", "print(2)", env=env) == (0, "", "")
    assert run("-k", "fake", "-c", "1\nexit()", "-c", "print(2)", env=env) == (0, "", "")


def test_code_that_leaves_and_keeps_its_kernel_leaves_it_running(tmp_path):
    write_kernelspec(tmp_path)
    env = {"JUPYTER_PATH": str(tmp_path)}
    code = "input('on? '); exit(keep_kernel=True)"
    with Terminal(program("-k", "fake", "-c", code, "-c", "2"), env=env) as terminal:
        terminal.wait_for("on?", PATIENCE)
        kernel = kernel_process(terminal)
        try:
            terminal.line("")
            assert terminal.wait_exit() == 0
            note = "kconsole: left; the kernel stays; attach with: kconsole "
            assert terminal.everything.startswith(f"on?\n{note}")
            assert kernel.is_running()
            assert kernel.status() != psutil.STATUS_ZOMBIE
        finally:
            kernel.kill()
            wait_until(lambda: not psutil.pid_exists(kernel.pid), what="the kernel's end")


@having("exit", fixture="fresh_kernel")
def test_exit_in_a_real_ipykernel_that_we_attached_to_leaves_it_alone(fresh_kernel):
    path = str(fresh_kernel.connection_file)
    assert here(path, "-c", "exit", "-c", "print(2)") == (
        0,
        "",
        "kconsole: left; the kernel stays\n",
    )
    assert here(path, "-c", "print(3)") == (0, "3\n", "")
    note = "kconsole: left as the code asked; an IPython kernel ends with that\n"
    assert here(path, "-c", "x = 4\nexit()", "-c", "print(5)") == (0, "", note)
    assert fresh_kernel.process.wait(PATIENCE) == 0


# --- standard streams that are closed, full, or left


@pytest.mark.measured
def test_a_closed_stdin_is_an_empty_one(target):
    done = shell('"$@" <&-', target, "-c", "print(1)")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
    assert shell('"$@" <&-', target).returncode == 0


def test_a_closed_stdin_answers_with_its_end(target):
    done = shell('"$@" <&-', target, "-c", "input()")
    assert done.returncode == 1


def test_a_closed_stderr_loses_the_errors_and_nothing_else(target):
    done = shell('"$@" 2>&-', target, "-c", "print(1)", "-c", "1 / 0")
    assert (done.returncode, done.stdout, done.stderr) == (1, "1\n", "")


@pytest.mark.measured
def test_a_reader_that_leaves_ends_the_program_quietly(target):
    with running(target, "-c", "%fake flood 100000") as program:
        assert program.stdout.readline().startswith("line 0 ")
        program.stdout.close()
        assert program.wait(PATIENCE) == 141
        assert program.stderr.read() == ""


# --- signals


@having("interrupt_request")
def test_ctrl_c_interrupts_the_kernel_and_is_status_130(kernel):
    with running(str(kernel.connection_file), "-c", kernel.code("loop printing")) as program:
        assert program.stdout.readline().startswith("tick")
        program.send_signal(signal.SIGINT)
        outcome = end(program)
        assert outcome.status == 130
        if kernel.fake is not None:  # others may take more than three seconds for it
            assert "kconsole" not in outcome.stderr, "it stopped, so there is nothing to note"


@pytest.mark.measured
def test_a_second_ctrl_c_does_not_wait_for_the_kernel(target, fake):
    with running(target, "-c", 'print("on")\n%fake deaf 30') as program:
        assert program.stdout.readline() == "on\n"
        program.send_signal(signal.SIGINT)
        fake.wait_for("interrupt_request", PATIENCE)
        program.send_signal(signal.SIGINT)
        assert end(program) == (
            130,
            "",
            "kconsole: interrupted twice: the kernel may still be at work\n",
        )


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_ctrl_c_ends_it_also_if_nobody_reads_its_errors(target, fake):
    code = "import sys\nprint('x' * 1000000, file=sys.stderr)\nimport time\ntime.sleep(60)"
    with running(target, "-c", code) as program:
        wait_until(lambda: writes_to_a_full_pipe(program, program.stderr), PATIENCE)
        for _ in range(2):
            program.send_signal(signal.SIGINT)
            fake.wait_for("interrupt_request", PATIENCE)
        assert program.wait(PATIENCE) == 130


def test_ctrl_c_is_shown_on_a_line_of_its_own(target):
    with Terminal(program(target, "-c", "print('on'); import time; time.sleep(60)")) as terminal:
        terminal.wait_for("on")
        terminal.wait_for(
            lambda one: one.cursor == (1, 0)
        )  # what it has not shown yet, Ctrl-C drops
        terminal.key("c-c")
        assert terminal.wait_exit() == 130
        assert "on\n^C\nTraceback" in terminal.everything


def test_ctrl_c_at_a_kernel_that_cannot_be_interrupted_says_so(tmp_path):
    with FakeKernel(implementation="ipython", control=False) as fake:
        path = str(fake.write_connection_file(tmp_path / "kernel-1.json"))
        with running(path, "-c", 'print("on")\nimport time\ntime.sleep(30)') as program:
            assert program.stdout.readline() == "on\n"
            program.send_signal(signal.SIGINT)
            note = "not interrupted: the control channel is not running; the kernel may still be at work"
            assert end(program) == (130, "", f"kconsole: {note}\n")


def test_ctrl_c_at_a_kernel_of_our_own_needs_no_control_channel(tmp_path):
    write_kernelspec(tmp_path, control=False)
    env = {**os.environ, "JUPYTER_PATH": str(tmp_path)}
    code = 'print("on")\nimport time\ntime.sleep(30)'
    with running("-k", "fake", "-c", code, env=env) as program:
        assert program.stdout.readline() == "on\n"
        program.send_signal(signal.SIGINT)
        outcome = end(program)
        assert (outcome.status, outcome.stdout) == (130, "")
        assert "kconsole" not in outcome.stderr


def test_ctrl_c_while_the_kernel_is_waited_for_is_status_130(tmp_path):
    with FakeKernel(deaf=["kernel_info_request"]) as kernel:
        path = str(kernel.write_connection_file(tmp_path / "kernel-1.json"))
        with running(path, "-c", "1") as program:
            kernel.wait_for("kernel_info_request", PATIENCE)
            program.send_signal(signal.SIGINT)
            assert end(program) == (130, "", "")


# --- kernels that die


@KILLED
def test_a_kernel_that_dies_on_the_way_is_status_4(fresh_kernel):
    path = str(fresh_kernel.connection_file)
    with running(path, "-c", fresh_kernel.code("loop printing")) as program:
        assert program.stdout.readline().startswith("tick")
        fresh_kernel.process.kill()
        outcome = end(program)
    assert outcome.status == 4
    assert outcome.stderr.startswith("kconsole: the kernel is gone: ")
    assert outcome.stderr.count("\n") == 1


def test_a_dying_kernels_last_output_is_not_lost(target):
    # The scripted kernel dies with nothing flushed; what had come before is there.
    with running(
        target, "-c", 'print("last words")\nimport time\ntime.sleep(0.1)\n%fake die'
    ) as one:
        assert one.stdout.readline() == "last words\n"
        assert end(one).status == 4
