"""Stories of Tab and of the history: help with typing that never stands in its way."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from running_kernels import Kernel
from stories import Pair, Shared, attached, cleared, paired, ready, rows_with, run, toolbar
from terminal import Terminal

pytestmark = pytest.mark.usefixtures("unmeasured")

MANY = [f"name_{number:04}" for number in range(5000)]


@contextmanager
def remembering(folder: Path) -> Iterator[Pair]:
    names = ["alpha", "alphabet", "omega", *MANY]
    with paired(folder, names=names, history_rows=20) as pair:
        run(pair.terminal, "1", ": 1")  # by then, the history has been loaded
        yield pair


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    start = partial(remembering, tmp_path_factory.mktemp("kernel"))
    with Shared(start, lambda pair, _: cleared(pair.terminal)) as shared:
        yield shared


@pytest.fixture
def console(shared: Shared, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """One console for all stories that leave it as it was, with nothing on it but an empty prompt."""
    yield from shared.lend(request)


@pytest.fixture
def terminal(console: Pair) -> Terminal:
    """The console's terminal."""
    return console.terminal


def typed(terminal: Terminal) -> str:
    """What stands at the prompt."""
    row = next(row for row in reversed(terminal.screen) if row.startswith("In ["))
    return row.partition("]: ")[2]


def wait_typed(terminal: Terminal, text: str) -> None:
    terminal.wait_for(lambda one: one.screen[0].endswith("]: " + text))


# --- Tab


def test_a_single_match_is_inserted_without_a_menu(terminal: Terminal) -> None:
    terminal.send("x = ome")
    terminal.key("tab")
    wait_typed(terminal, "x = omega")
    assert len(rows_with(terminal, "omega")) == 1


def test_several_matches_are_a_menu_with_their_types(terminal: Terminal) -> None:
    terminal.send("al")
    terminal.key("tab")
    wait_typed(terminal, "alpha")
    terminal.wait_for(
        re.compile(r"^ +alpha +function *\n +alphabet +function", re.M), where="screen"
    )
    terminal.key("tab", "tab")
    wait_typed(terminal, "alphabet")
    terminal.key("enter")  # takes it, and runs nothing
    terminal.wait_for(lambda one: len(rows_with_screen(one, "function")) == 0)
    assert typed(terminal) == "alphabet"


def rows_with_screen(terminal: Terminal, text: str) -> list[str]:
    return [row for row in terminal.screen if text in row]


def test_typing_goes_on_while_the_menu_is_open(terminal: Terminal) -> None:
    terminal.send("al")
    terminal.key("tab")
    terminal.wait_for("alphabet", where="screen")
    terminal.send("x")
    wait_typed(terminal, "alphax")
    terminal.wait_for(lambda one: not rows_with_screen(one, "function"))


def test_five_thousand_matches_are_a_menu_that_fits(terminal: Terminal) -> None:
    terminal.send("name")
    terminal.key("tab")
    wait_typed(terminal, "name_")
    terminal.wait_for("name_0003", where="screen")
    assert "name_4999" not in "\n".join(terminal.screen)
    assert "idle" in toolbar(terminal)
    terminal.key("tab")
    wait_typed(terminal, "name_0000")
    terminal.key("s-tab", "s-tab")
    wait_typed(terminal, "name_4999")


def test_no_match_changes_nothing(terminal: Terminal) -> None:
    terminal.send("zzz")
    terminal.key("tab")
    terminal.send("z")
    wait_typed(terminal, "zzzz")


def test_tab_at_the_beginning_of_a_line_indents(terminal: Terminal) -> None:
    terminal.key("tab")
    terminal.send("x")
    wait_typed(terminal, "    x")


def test_shift_tab_at_the_beginning_of_a_line_takes_the_indentation_back(
    terminal: Terminal,
) -> None:
    terminal.send("  ")
    terminal.key("tab", "s-tab")
    terminal.send("x")
    wait_typed(terminal, "    x")
    terminal.key("home", "s-tab", "right", "right", "right", "s-tab", "s-tab")
    terminal.send("y")
    wait_typed(terminal, "y x")


def test_escape_closes_the_menu_and_leaves_what_was_typed(terminal: Terminal) -> None:
    terminal.send("name_")
    terminal.key("tab")
    terminal.wait_for("name_0005", where="screen")
    terminal.key("tab", "escape")
    terminal.wait_for(lambda one: "name_0005" not in "\n".join(one.screen))
    wait_typed(terminal, "name_")


def test_tab_while_the_kernel_is_busy_says_so(console: Pair, terminal: Terminal) -> None:
    count = console.kernel.count("complete_request")
    number = console.kernel.count("execute_request") + 1
    terminal.line("import time; time.sleep(60)")
    console.kernel.wait_for("execute_request", count=number)
    terminal.send("al")
    terminal.key("tab")
    terminal.wait_for(lambda one: "no completions while the kernel is busy" in toolbar(one))
    assert console.kernel.count("complete_request") == count
    console.kernel.interrupt()
    ready_after(terminal)


def ready_after(terminal: Terminal) -> None:
    terminal.wait_for("KeyboardInterrupt", where="screen")
    terminal.wait_for(lambda one: "idle" in toolbar(one))


def test_a_slow_completion_does_not_hold_up_the_keys(console: Pair, terminal: Terminal) -> None:
    console.kernel.behaviour.delays["complete_request"] = 60.0
    terminal.send("al")
    terminal.key("tab")
    terminal.wait_for(lambda one: "completing" in toolbar(one))
    terminal.send("mond")
    wait_typed(terminal, "almond")
    console.kernel.behaviour.delays.clear()
    console.kernel.interrupt()  # the kernel goes idle, and will not reply any more
    terminal.wait_for(lambda one: "idle" in toolbar(one) and "completing" not in toolbar(one))
    assert typed(terminal) == "almond"


def test_a_kernel_that_does_not_answer_costs_only_its_completions(
    console: Pair, terminal: Terminal
) -> None:
    console.kernel.behaviour.no_reply.append("complete_request")
    count = console.kernel.count("complete_request")
    terminal.send("ome")
    terminal.key("tab")
    console.kernel.wait_for("complete_request", count=count + 1)
    terminal.wait_for(lambda one: "completing" in toolbar(one))  # before it can be seen to go
    terminal.wait_for(lambda one: "idle" in toolbar(one) and "completing" not in toolbar(one))
    console.kernel.behaviour.no_reply.clear()
    terminal.key("tab")
    wait_typed(terminal, "omega")


def test_ctrl_c_gives_a_completion_up_and_the_kernel_hears_nothing_of_it(
    console: Pair, terminal: Terminal
) -> None:
    kernel = console.kernel
    kernel.behaviour.delays["complete_request"] = 60.0
    count, asked = kernel.count("interrupt_request"), kernel.count("complete_request")
    terminal.send("al")
    terminal.key("tab")
    request = kernel.wait_for("complete_request", count=asked + 1)
    terminal.wait_for(lambda one: "completing" in toolbar(one))
    terminal.key("c-c")
    terminal.wait_for(lambda one: "completing" not in toolbar(one))
    assert typed(terminal) == "al"
    assert kernel.count("interrupt_request") == count
    # What IPython prints when it is interrupted in this.
    kernel.publish("stream", {"name": "stderr", "text": "Traceback of jedi\n"}, request.header)
    kernel.behaviour.delays.clear()
    kernel.interrupt()
    terminal.key("c-e")
    terminal.send("phab")
    terminal.key("tab")
    wait_typed(terminal, "alphabet")
    assert "Traceback" not in terminal.everything


# --- history


def test_up_brings_what_was_entered_and_then_what_the_kernel_remembers(tmp_path: Path) -> None:
    with paired(tmp_path, history_rows=20) as (terminal, _):
        run(terminal, "first = 1", "]: first = 1")
        run(terminal, "1+1", "Out[2]: 2")
        for text in ("1+1", "first = 1", "old_20 = 20", "old_19 = 19"):
            terminal.key("up")
            terminal.wait_for(f"In [3]: {text}", where="screen")
        terminal.key("down")
        terminal.wait_for("In [3]: old_20 = 20", where="screen")


def test_up_after_some_letters_brings_what_begins_with_them(terminal: Terminal) -> None:
    terminal.send("old_1")
    terminal.key("up")
    wait_typed(terminal, "old_19 = 19")
    terminal.key("up")
    wait_typed(terminal, "old_18 = 18")


def test_ctrl_r_searches_backwards(terminal: Terminal) -> None:
    terminal.key("c-r")
    terminal.send("= 7")
    wait_typed(terminal, "old_7 = 7")
    terminal.key("enter")
    terminal.key("c-e")
    terminal.send("1")
    wait_typed(terminal, "old_7 = 71")


def test_ctrl_c_ends_a_search_and_keeps_the_line(console: Pair, terminal: Terminal) -> None:
    count = console.kernel.count("interrupt_request")
    terminal.send("mine")
    terminal.key("c-r")
    terminal.send("= 7")
    wait_typed(terminal, "old_7 = 7")
    terminal.key("c-c")
    wait_typed(terminal, "mine")
    assert console.kernel.count("interrupt_request") == count


def test_a_search_that_is_given_up_keeps_the_line_however_far_it_has_gone(
    terminal: Terminal,
) -> None:
    terminal.send("mine")
    terminal.key("left", "c-r")
    terminal.send("= 7")
    wait_typed(terminal, "old_7 = 7")
    assert "failing" not in "\n".join(terminal.screen)
    terminal.key("c-r")
    terminal.wait_for("\nfailing I-search backward: = 7", where="screen")  # there is no other
    wait_typed(terminal, "old_7 = 7")
    terminal.send("x")
    terminal.wait_for("\nfailing I-search backward: = 7x", where="screen")
    terminal.key("c-g")
    terminal.send("!")
    wait_typed(terminal, "min!e")


def test_an_input_of_several_lines_comes_back_whole(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, _):
        terminal.paste("a = 1\nprint(a + 6)")
        terminal.key("enter")
        terminal.wait_for("\n7\n")
        ready(terminal)
        terminal.key("up")
        terminal.wait_for(re.compile(r"In \[2\]: a = 1\n +...: print\(a \+ 6\)"), where="screen")
        terminal.key("enter")
        terminal.wait_for(lambda one: one.everything.count("\n7\n") == 2)


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_a_real_kernel_remembers_other_sessions(kernel: Kernel) -> None:
    with attached(kernel) as terminal:
        run(terminal, "remembered = 'yes'", "]: remembered = 'yes'")
    with attached(kernel) as terminal:
        run(terminal, "1", ": 1")  # by the time of this reply, the history has come too
        terminal.send("remem")
        terminal.key("up")
        terminal.wait_for("]: remembered = 'yes'", where="screen")
