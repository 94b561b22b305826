"""Stories of a kernel that asks for input in the middle of a cell."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_kernel import FakeKernel
from leaks import wait_until
from running_kernels import Kernel
from stories import (
    ANSWERABLE,
    PROMPT,
    Consoles,
    Shared,
    attached,
    paired,
    ready,
    rows_with,
    run,
    toolbar,
)
from terminal import Terminal

pytestmark = pytest.mark.usefixtures("unmeasured")

#: bash_kernel reads from its own terminal, past the stdin channel.
ASKING = pytest.mark.parametrize("kernel", ["ipykernel7", "xpython"], indirect=True)
SOME = pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
IPYTHONS = pytest.mark.parametrize("kernel", ["ipykernel7", "ipykernel6"], indirect=True)


def ask(terminal: Terminal, code: str, question: str) -> None:
    """Enter a cell, and wait until its question has the cursor behind it."""
    terminal.line(code)
    wait_for_question(terminal, question)


def wait_for_question(terminal: Terminal, question: str, typed: str = "") -> None:
    line = question + typed
    terminal.wait_for(
        lambda one: (
            one.screen[one.cursor[0]].rstrip() == line.rstrip() and one.cursor[1] == len(line)
        )
    )


@ASKING
def test_two_questions_in_a_row(kernel: Kernel, consoles: Consoles) -> None:
    with consoles(kernel) as terminal:
        ask(terminal, "a = input('a? '); b = input('b? '); print(a + b)", "a? ")
        terminal.line("1")
        wait_for_question(terminal, "b? ")
        terminal.line("2")
        terminal.wait_for("\na? 1\nb? 2\n12\n")
        ready(terminal)


@ASKING
def test_a_password_is_neither_shown_nor_remembered(kernel: Kernel, consoles: Consoles) -> None:
    with consoles(kernel) as terminal:
        code = "import getpass; print(len(getpass.getpass('secret: ')), 'characters')"
        ask(terminal, code, "secret: ")
        begin = len(terminal.raw)
        terminal.send("hunter2")
        terminal.pump(0.05)
        assert terminal.cursor[1] == len("secret: ")
        terminal.key("enter")
        terminal.wait_for("7 characters")
        ready(terminal)
        ask(terminal, "x = input('name? ')", "name? ")
        terminal.key("up")
        terminal.line("me")
        ready(terminal)
        terminal.key("up")
        terminal.wait_for(lambda one: len(rows_with(one, "x = input(")) == 2)
        assert b"hunter2" not in terminal.raw
        assert b"*" not in terminal.raw[begin:]


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_each_console_answers_the_question_of_its_own_cell(kernel: Kernel) -> None:
    with attached(kernel, "--no-others") as first, attached(kernel, "--no-others") as second:
        ask(first, "print('got', input('one? '))", "one? ")
        second.line("print('got', input('two? '))")
        second.wait_for(lambda one: "busy" in toolbar(one))
        first.line("1st")
        # The other cell may have begun already, and then this toolbar says "busy for others".
        first.wait_for(
            lambda one: (
                "one? 1st\ngot 1st\n" in one.everything
                and PROMPT.search("\n".join(one.screen))
                and "busy for others" in toolbar(one)
            )
        )
        wait_for_question(second, "two? ")
        first.line("later = 3")
        second.line("2nd")
        second.wait_for("two? 2nd\ngot 2nd\n")
        ready(second)
        run(first, "print(later * 14)", "42")
        assert "two?" not in first.everything
        assert "one?" not in second.everything


@SOME
def test_answers_have_a_history_of_their_own(kernel: Kernel, consoles: Consoles) -> None:
    with consoles(kernel) as terminal:
        ask(terminal, "x = input('one? ')", "one? ")
        terminal.line("first answer")
        ready(terminal)
        ask(terminal, "x = input('two? ')", "two? ")
        terminal.key("up")
        wait_for_question(terminal, "two? ", "first answer")
        terminal.key("enter")
        ready(terminal)
        terminal.key("up")
        terminal.wait_for(lambda one: len(rows_with(one, "x = input('two? ')")) == 2)


@IPYTHONS
def test_ctrl_d_at_a_question_is_the_end_of_input(kernel: Kernel, consoles: Consoles) -> None:
    with consoles(kernel) as terminal:
        ask(terminal, "input('name? ')", "name? ")
        terminal.key("c-d")
        terminal.wait_for("EOFError")
        ready(terminal)
        assert terminal.process.poll() is None


@pytest.mark.parametrize("kernel", ["xpython"], indirect=True)
def test_ctrl_d_at_a_question_of_another_kernel_is_an_empty_answer(
    kernel: Kernel, consoles: Consoles
) -> None:
    with consoles(kernel) as terminal:
        ask(terminal, "print(len(input('name? ')), 'characters')", "name? ")
        terminal.key("c-d")
        terminal.wait_for("\n0 characters")
        ready(terminal)


@SOME
def test_ctrl_c_at_a_question_interrupts_the_cell(kernel: Kernel, consoles: Consoles) -> None:
    with consoles(kernel) as terminal:
        ask(terminal, "input('name? ')", "name? ")
        terminal.send("half")
        wait_for_question(terminal, "name? ", "half")
        terminal.key("c-c")
        terminal.wait_for("KeyboardInterrupt")
        ready(terminal)
        run(terminal, "20+22", ": 42")


@SOME
def test_what_was_typed_before_the_question_is_there_after_it(
    kernel: Kernel, consoles: Consoles
) -> None:
    with consoles(kernel) as terminal:
        # In one go, so that no key can come as late as the question.
        terminal.send("import time; time.sleep(0.3); x = input('name? ')\rprint('kept')")
        wait_for_question(terminal, "name? ")
        terminal.line("Bob")
        terminal.wait_for(re.compile(r"name\? Bob\n\n?In \[[\d ]+\]: print\('kept'\)$", re.M))
        terminal.key("enter")
        terminal.wait_for("\nkept\n")


def test_a_key_typed_before_the_question_never_answers_it(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.send("x = input('sure? ')\ry\r")
        wait_for_question(terminal, "sure? ")
        assert "+1 queued" in toolbar(terminal)
        terminal.line("no")
        terminal.wait_for("name 'y' is not defined")
        assert kernel.wait_for("input_reply").content["value"] == "no"


def test_the_answer_goes_to_the_request_that_asked(console: Shared) -> None:
    with console() as (terminal, kernel):
        ask(terminal, "input('name? ')", "name? ")
        terminal.line("é日🎉")
        reply = kernel.wait_for("input_reply")
        assert (reply.channel, reply.content) == ("stdin", {"value": "é日🎉"})
        assert reply.parent_header["msg_type"] == "input_request"


def test_output_comes_before_the_question(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.line("print('one'); print('two', end=''); input('three? ')")
        # A question has a channel of its own, and may overtake what was printed before it.
        terminal.wait_for("\none\ntwo\nthree?\n", where="screen")


def test_of_a_question_of_several_lines_the_last_is_the_prompt(console: Shared) -> None:
    with console() as (terminal, _):
        ask(terminal, r"input('1) tea\n2) coffee\n> ')", "> ")
        assert "\n1) tea\n2) coffee\n>" in "\n".join(terminal.screen)
        terminal.line("2")
        terminal.wait_for("\n1) tea\n2) coffee\n> 2\nOut[1]: '2'")


def test_a_question_as_long_as_the_screen_is_shown_above(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.line("input('question ' * 20)")
        terminal.wait_for(lambda one: "".join(one.screen).count("question ") >= 19)
        terminal.wait_for(lambda one: ANSWERABLE.search(toolbar(one)))
        assert terminal.cursor[1] == 0
        terminal.line("my answer")
        terminal.wait_for("Out[1]: 'my answer'")


def test_a_question_without_text_or_of_odd_form_is_a_question(console: Shared) -> None:
    with console() as (terminal, _):
        for content in ("{}", '{"prompt": null, "password": null}', '{"prompt": 3}'):
            terminal.line(f"%fake ask {content}")
            terminal.wait_for(lambda one: ANSWERABLE.search(toolbar(one)))
            run(terminal, f"answer to {content}", f"\nanswer to {content}\n")


def test_a_question_cannot_bring_sequences_along(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.line(r'%fake ask {"prompt": "na\u001b]0;owned\u0007\u001b[2Jme\u202e? "}')
        terminal.wait_for(lambda one: ANSWERABLE.search(toolbar(one)))
        terminal.line("x")
        ready(terminal)
        ours = (
            "\x1b]133;",
            "\x1b]11;?",
        )  # the marks of inputs and outputs, a question to the terminal
        strings = [one for one in terminal.sequences if one.startswith("\x1b]")]
        assert [one for one in strings if not one.startswith(ours)] == []
        assert "\x1b[2J" not in terminal.sequences
        assert "\u202e" not in terminal.raw.decode()


def test_a_question_of_a_cell_that_ends_otherwise_goes_away(console: Shared) -> None:
    with console() as (terminal, kernel):
        ask(terminal, "input('name? ')", "name? ")
        kernel.interrupt()
        terminal.wait_for("KeyboardInterrupt")
        ready(terminal)
        run(terminal, "20+22", ": 42")
        assert kernel.count("input_reply") == 0


@pytest.mark.parametrize("keys", [("c-u",), ("c-w",), ("c-a", "c-k"), ("a-backspace",)])
def test_what_is_cut_out_of_a_password_cannot_be_pasted(
    console: Shared, keys: tuple[str, ...]
) -> None:
    with console() as (terminal, _):
        ask(terminal, "import getpass; x = getpass.getpass('secret: ')", "secret: ")
        terminal.send("hunter2")
        terminal.key(*keys, "enter")
        ready(terminal)
        terminal.key("c-y")
        terminal.send("z")
        terminal.wait_for(re.compile(r"In \[\d\]: \S*z$", re.M))
        assert rows_with(terminal, "]: z")
        assert b"hunter2" not in terminal.raw


def test_what_is_cut_out_of_another_answer_can_be_pasted(console: Shared) -> None:
    with console() as (terminal, _):
        ask(terminal, "x = input('name? ')", "name? ")
        terminal.send("Bob")
        terminal.key("c-u", "c-y", "c-y")
        wait_for_question(terminal, "name? ", "BobBob")


def test_the_end_of_input_is_not_remembered_as_an_answer(tmp_path: Path) -> None:
    with paired(tmp_path, implementation="ipython") as (terminal, _):
        ask(terminal, "x = input('one? ')", "one? ")
        terminal.line("first")
        ready(terminal)
        ask(terminal, "x = input('two? ')", "two? ")
        terminal.key("c-d")
        terminal.wait_for("EOFError")
        ready(terminal)
        ask(terminal, "x = input('three? ')", "three? ")
        terminal.key("up")
        wait_for_question(terminal, "three? ", "first")


def test_an_answer_with_a_control_character_is_sent_but_not_remembered(console: Shared) -> None:
    with console() as (terminal, kernel):
        ask(terminal, "x = input('one? ')", "one? ")
        terminal.line("first")
        ready(terminal)
        ask(terminal, "x = input('two? ')", "two? ")
        terminal.key("c-q", "c-a", "enter")
        ready(terminal)
        assert kernel.wait_for("input_reply", count=2).content["value"] == "\x01"
        ask(terminal, "x = input('three? ')", "three? ")
        terminal.key("up")
        wait_for_question(terminal, "three? ", "first")


def test_ctrl_d_at_a_password_is_the_end_of_input(tmp_path: Path) -> None:
    with paired(tmp_path, implementation="ipython") as (terminal, kernel):
        ask(terminal, "import getpass; getpass.getpass('secret: ')", "secret: ")
        terminal.key("c-d")
        terminal.wait_for("\nsecret:\n")  # and nothing behind it
        terminal.wait_for("EOFError")
        ready(terminal)
        assert kernel.wait_for("input_reply").content["value"] == "\x04"


def typed_code(terminal: Terminal, text: str) -> None:
    """Type into the code, and wait until it is there."""
    terminal.send(text)
    terminal.wait_for(re.compile(rf"\]: {re.escape(text)}$", re.M), where="screen")


def asked_while_typing(terminal: Terminal, kernel: FakeKernel, text: str, **question: Any) -> None:
    """Be in the middle of a word when the cell that runs asks something."""
    terminal.line("import time; time.sleep(60)")
    request = kernel.wait_for("execute_request")
    typed_code(terminal, text)
    terminal.key("end")
    kernel.ask(request, {"password": False, **question})
    type_on(terminal, lambda: terminal.key("end"), "waiting for input, once you pause")


def type_on(terminal: Terminal, press: Callable[[], None], shows: str) -> None:
    """Type without a pause until something is shown, however long that takes."""

    def shown() -> bool:
        press()
        terminal.pump(0.05)
        return shows in "\n".join(terminal.screen)

    wait_until(shown, what=shows)


def test_what_is_being_typed_goes_on_until_one_pauses(console: Shared) -> None:
    with console() as (terminal, kernel):
        asked_while_typing(terminal, kernel, "pri", prompt="sure? ")
        assert "\nsure?\nIn [2]: pri\n" in "\n".join(terminal.screen)
        terminal.send("nt('kept')\rhal")
        terminal.wait_for("+1 queued")
        wait_for_question(terminal, "sure? ")
        terminal.line("no")
        assert kernel.wait_for("input_reply").content["value"] == "no"
        terminal.wait_for(re.compile(r"^In \[3\]: hal$", re.M), where="screen")


def test_what_is_being_typed_is_never_sent_as_a_password(console: Shared) -> None:
    with console() as (terminal, kernel):
        asked_while_typing(terminal, kernel, "pri", prompt="secret: ", password=True)
        terminal.send("nt(1)\r")
        terminal.wait_for("+1 queued")
        wait_for_question(terminal, "secret: ")
        terminal.line("hunter2")
        assert kernel.wait_for("input_reply").content["value"] == "hunter2"
        assert b"hunter2" not in terminal.raw


def test_a_question_without_a_text_is_told_of_in_the_toolbar(console: Shared) -> None:
    with console() as (terminal, kernel):
        asked_while_typing(terminal, kernel, "1+", prompt="")
        terminal.wait_for(lambda one: "once you pause" not in toolbar(one))
        terminal.line("yes")
        assert kernel.wait_for("input_reply").content["value"] == "yes"


def test_ctrl_c_before_one_has_paused_interrupts(console: Shared) -> None:
    with console() as (terminal, kernel):
        asked_while_typing(terminal, kernel, "pri", prompt="sure? ")
        terminal.key("c-c")
        kernel.wait_for("interrupt_request")
        terminal.wait_for("KeyboardInterrupt")
        terminal.wait_for(re.compile(r"^In \[2\]: pri$", re.M), where="screen")
        terminal.wait_for(lambda one: "idle" in toolbar(one))
        assert rows_with(terminal, "sure? ^C")
        assert kernel.count("input_reply") == 0


def test_ctrl_c_at_a_question_is_for_its_cell_also_while_one_pastes(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line("import time; time.sleep(60)")
        request = kernel.wait_for("execute_request")
        terminal.line("\\paste")
        terminal.send("x = 1")
        terminal.wait_for("x = 1", where="screen")
        kernel.ask(request, {"prompt": "sure? ", "password": False})
        wait_for_question(terminal, "sure? ")
        terminal.key("c-c")
        kernel.wait_for("interrupt_request")
        terminal.wait_for("sure? ^C")
        terminal.wait_for("KeyboardInterrupt")
        terminal.key("c-d")
        assert kernel.wait_for("execute_request", count=2).content["code"] == "x = 1"


def test_who_answers_one_question_after_the_other_need_not_pause(console: Shared) -> None:
    with console() as (terminal, kernel):
        ask(terminal, "; ".join(f"input('{number}> ')" for number in range(4)), "0> ")
        for number in range(4):
            wait_for_question(terminal, f"{number}> ")
            terminal.line("yes")
        ready(terminal)
        assert kernel.count("input_reply") == 4
        # On a busy machine a question may come too late to be what its user waits for; not all four do.
        assert terminal.raw.count(b"once you pause") < 4


def test_a_second_question_does_not_take_the_answer_to_the_first(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line("import time; time.sleep(60)")
        request = kernel.wait_for("execute_request")
        kernel.ask(request, {"prompt": "one? ", "password": False})
        wait_for_question(terminal, "one? ")
        terminal.send("dele")
        wait_for_question(terminal, "one? ", "dele")
        kernel.ask(request, {"prompt": "two? ", "password": False})
        type_on(terminal, lambda: terminal.send("t"), "once you pause")
        terminal.send("e\r")
        wait_for_question(terminal, "two? ")
        terminal.line("no")
        assert kernel.wait_for("input_reply").content["value"] == "no"
        assert kernel.count("execute_request") == 1


@pytest.mark.parametrize("password", [False, True])
def test_keys_for_a_question_that_is_gone_go_with_it(console: Shared, password: bool) -> None:
    with console() as (terminal, kernel):
        terminal.line("import time; time.sleep(60)")
        request = kernel.wait_for("execute_request")
        kernel.ask(request, {"prompt": "secret: ", "password": password})
        wait_for_question(terminal, "secret: ")
        begin = len(terminal.raw)
        terminal.send("hunt")
        terminal.key("c-l")  # of a password nothing is to be seen; of this it is
        terminal.wait_for(lambda one: b"\x1b[2J" in one.raw[begin:])
        kernel.interrupt()
        type_on(terminal, lambda: terminal.send("t"), "KeyboardInterrupt")
        terminal.send("er2\r")
        ready(terminal)
        run(terminal, "20+22", "Out[2]: 42")
        assert kernel.count("input_reply") == 0
        assert b"er2" not in terminal.raw


@pytest.mark.parametrize(
    ("options", "keys", "before"),
    [
        ((), ["c-r", "x"], "I-search"),
        ((), ["a-5"], ""),
        (("--vi",), ["a", "escape", "d"], "vi: normal"),
    ],
)
def test_what_the_keys_before_a_question_have_begun_does_not_change_the_answer(
    tmp_path: Path, options: tuple[str, ...], keys: list[str], before: str
) -> None:
    with paired(tmp_path, *options) as (terminal, kernel):
        terminal.line("import time; time.sleep(60)")
        request = kernel.wait_for("execute_request")
        for key in keys:
            terminal.key(key)
            if key == "escape":
                terminal.wait_for("vi: normal", where="screen")
        terminal.wait_for(before, where="screen")
        kernel.ask(request, {"prompt": "one? ", "password": False})
        wait_for_question(terminal, "one? ")
        terminal.line("inside")
        assert kernel.wait_for("input_reply").content["value"] == "inside"
        kernel.interrupt()
        terminal.wait_for(lambda one: "idle" in toolbar(one))
        assert "I-search" not in "\n".join(terminal.screen)
        assert ("vi: normal" in toolbar(terminal)) == ("--vi" in options)
