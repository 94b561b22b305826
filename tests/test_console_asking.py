"""Stories of what the console asks the kernel beside its cells, above all while one runs."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fake import answers
from fake_kernel import FakeKernel
from running_kernels import Kernel
from stories import (
    PROMPT,
    Consoles,
    Pair,
    Shared,
    attached,
    paired,
    ready,
    renewed,
    rows_with,
    run,
    toolbar,
)
from terminal import Terminal

from kconsole.repl.kernel.variables import DEFINITIONS

#: What the shared consoles run is measured: they start before a test is.
pytestmark = pytest.mark.usefixtures("unmeasured")

BUSY = "import time; time.sleep(60)"
SUBSHELLS: dict[str, Any] = {"implementation": "ipython", "subshells": True}
ABLE: dict[str, Any] = {**SUBSHELLS, "supported_features": ["debugger"]}
IPYTHON7 = pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)


def screen_of(terminal: Terminal) -> str:
    return "\n".join(terminal.screen)


def typed(terminal: Terminal) -> str:
    """What stands at the lowest prompt."""
    row = next(row for row in reversed(terminal.screen) if row.startswith("In ["))
    return row.partition("]:")[2].strip()


def typed_at(terminal: Terminal) -> int:
    """The number of the lowest prompt."""
    return int(re.findall(r"^In \[(\d+)\]:", screen_of(terminal), re.MULTILINE)[-1])


def wait_typed(terminal: Terminal, text: str) -> None:
    terminal.wait_for(lambda one: typed(one) == text)


def be_busy(terminal: Terminal) -> None:
    """Run a cell that takes a minute; an ipykernel that has not begun with it ignores an interrupt."""
    terminal.line(BUSY)
    terminal.wait_for(lambda one: re.search(r"busy 00:\d\d In\[", toolbar(one)))


@pytest.fixture(scope="module")
def at_plain_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    with Shared(partial(paired, tmp_path_factory.mktemp("plain")), renewed) as shared:
        yield shared


@pytest.fixture
def console(at_plain_kernel: Shared, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """A console at a kernel that has no subshells."""
    yield from at_plain_kernel.lend(request)


@contextmanager
def with_a_subshell(folder: Path) -> Iterator[Pair]:
    """It stays; a single test would leave its thread behind."""
    with paired(folder, **ABLE) as pair:
        be_busy(pair.terminal)
        pair.terminal.line("\\peek 6*7")
        pair.terminal.wait_for(re.compile(r"^42$", re.MULTILINE))
        yield pair


@pytest.fixture(scope="module")
def at_able_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    start = partial(with_a_subshell, tmp_path_factory.mktemp("able"))
    with Shared(start, renewed, **ABLE) as shared:
        yield shared


@pytest.fixture
def able(at_able_kernel: Shared, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """A console at a kernel that has subshells and a debugger."""
    yield from at_able_kernel.lend(request)


# --- in the subshell


def test_a_busy_kernel_is_asked_in_its_subshell_which_is_closed_at_the_end(tmp_path: Path) -> None:
    with paired(tmp_path, names=["alpha", "alphabet"], **SUBSHELLS) as (terminal, kernel):
        terminal.send("alphab")
        terminal.key("tab")
        wait_typed(terminal, "alphabet")
        assert "subshell_id" not in kernel.wait_for("complete_request").header
        assert kernel.count("create_subshell_request") == 0
        terminal.key("c-a", "c-k")
        be_busy(terminal)
        terminal.send("al")
        terminal.key("tab")
        terminal.wait_for(re.compile("^ +alphabet", re.M), where="screen")
        asked = kernel.wait_for("complete_request", count=2).header["subshell_id"]
        assert asked in kernel.subshells
        # Enter asks it too, and there is only one subshell for all.
        before = kernel.count("is_complete_request")
        terminal.key("backspace", "backspace", "backspace", "backspace", "backspace")
        terminal.send("for x in y:")
        terminal.key("enter")
        terminal.wait_for(lambda one: one.screen[one.cursor[0]].strip() == "...:")
        again = kernel.wait_for("is_complete_request", count=before + 1)
        assert again.header["subshell_id"] == asked
        assert kernel.count("create_subshell_request") == 1
        terminal.key("c-c")
        terminal.wait_for("KeyboardInterrupt")
        terminal.key("c-c", "c-d")
        assert terminal.wait_exit() == 0
        assert kernel.wait_for("delete_subshell_request").content["subshell_id"] == asked


@pytest.mark.parametrize(
    "lie", [{"no_reply": ["create_subshell_request"]}, {"deaf": ["create_subshell_request"]}]
)
def test_a_kernel_that_opens_no_subshell_is_busy(tmp_path: Path, lie: dict[str, Any]) -> None:
    with paired(tmp_path, names=["alphabet"], **SUBSHELLS, **lie) as (terminal, kernel):
        be_busy(terminal)
        for _ in range(2):
            terminal.send("al")
            terminal.key("tab")
            terminal.wait_for(lambda one: "no completions while the kernel is busy" in toolbar(one))
            terminal.wait_for(lambda one: "no completions" not in toolbar(one))
        assert typed(terminal) == "alal"
        assert kernel.count("create_subshell_request") == 1
        assert kernel.count("complete_request") == 0


def test_a_subshell_that_is_gone_is_opened_again(tmp_path: Path) -> None:
    with paired(tmp_path, names=["alphabet", "omega"], **SUBSHELLS) as (terminal, kernel):
        be_busy(terminal)
        complete(terminal, "alp", "alphabet")
        kernel.subshells.popitem()[1].queue.put(None)  # somebody has closed it
        complete(terminal, "ome", "omega")
        assert kernel.count("create_subshell_request") == 2
        kernel.subshells.popitem()[1].queue.put(None)
        kernel.interrupt()
        kernel.restart()
        terminal.wait_for("the kernel was restarted")
        ready(terminal)
        be_busy(terminal)
        complete(terminal, "alp", "alphabet")
        assert kernel.count("create_subshell_request") == 3


def complete(terminal: Terminal, begun: str, word: str) -> None:
    """Have a word completed, and take it away again."""
    terminal.send(begun)
    terminal.key("tab")
    wait_typed(terminal, word)
    terminal.key("c-a", "c-k")
    wait_typed(terminal, "")


@IPYTHON7
def test_ipykernel_completes_while_it_runs_a_cell(kernel: Kernel, consoles: Consoles) -> None:
    with consoles(kernel) as terminal:
        run(terminal, "_unique_name = _unique_thing = 1; print(40 + 2)", "\n42\n")
        # In a fresh home jedi builds a cache first, for longer than the console waits for an answer.
        terminal.line("%config IPCompleter.use_jedi = False")
        run(terminal, "get_ipython().kernel.do_complete('_uni', 4)['status']", ": 'ok'")
        terminal.send("_uni")
        terminal.key("tab")
        terminal.wait_for(re.compile(r"^ +_unique_thing", re.MULTILINE), where="screen")
        terminal.wait_for(lambda one: "completing" not in toolbar(one))
        terminal.key("c-c", "c-l")
        terminal.wait_for(lambda one: PROMPT.fullmatch(one.screen[0]))
        be_busy(terminal)
        terminal.send("_uni")
        terminal.key("tab")
        terminal.wait_for(re.compile(r"^ +_unique_thing", re.MULTILINE), where="screen")
        assert "busy" in toolbar(terminal)
        terminal.key("c-c")
        terminal.wait_for("KeyboardInterrupt", where="screen")


# --- Shift-Tab


def test_shift_tab_shows_help_until_the_next_edit(console: Pair) -> None:
    terminal, _ = console
    terminal.send("print")
    terminal.key("s-tab")
    terminal.wait_for("Prints the values.", where="screen")
    assert "Shift-Tab: source" in screen_of(terminal)
    assert "idle" in toolbar(terminal)
    terminal.send("(")
    terminal.wait_for(lambda one: "Prints the values." not in screen_of(one))
    wait_typed(terminal, "print(")


def test_escape_takes_the_help_away_and_alt_enter_still_runs(console: Pair) -> None:
    terminal, kernel = console
    terminal.send("print")
    terminal.key("s-tab")
    terminal.wait_for("Prints the values.", where="screen")
    terminal.key("escape")
    terminal.wait_for(lambda one: "Prints the values." not in screen_of(one))
    terminal.key("s-tab")
    terminal.wait_for("Prints the values.", where="screen")
    terminal.key("a-enter")
    assert kernel.wait_for("execute_request").content["code"] == "print"
    terminal.wait_for("NameError")
    ready(terminal)
    assert kernel.count("is_complete_request") == 0


def test_tabs_in_help_are_blanks(console: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(answers.KNOWN, "tabby", "usage:\n\t\x1b[31mdo\x1b[0m\tit\nA\tB")
    terminal, _ = console
    terminal.send("tabby")
    terminal.key("s-tab")
    terminal.wait_for("usage:\n        do      it\nA       B\n", where="screen")


def test_shift_tab_again_says_if_there_is_no_source(console: Pair) -> None:
    terminal, _ = console
    terminal.send("range")
    terminal.key("s-tab")
    terminal.wait_for("-- Shift-Tab: source", where="screen")
    terminal.key("s-tab")
    terminal.wait_for("-- no source is known · Shift-Tab: all of it", where="screen")


def test_shift_tab_again_shows_the_source_and_then_the_pager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGER", "less -R")
    with paired(tmp_path) as (terminal, kernel):
        terminal.send("print")
        terminal.key("s-tab")
        terminal.wait_for("Prints the values.", where="screen")
        terminal.key("s-tab")
        terminal.wait_for("Source: the source of print", where="screen")
        assert kernel.wait_for("inspect_request", count=2).content["detail_level"] == 1
        terminal.key("s-tab")
        terminal.wait_for("(END)", where="screen")
        assert "Source: the source of print" in screen_of(terminal)
        terminal.send("q")
        terminal.wait_for(lambda one: "idle" in toolbar(one))
        assert typed(terminal) == "print"
        assert kernel.count("interrupt_request") == 0


#: A pager that tells what it gets: the text, a Ctrl-C, and a line from the keyboard, with which it ends.
TELLTALE = """
import signal, sys
signal.signal(signal.SIGINT, lambda *_: print("caught", flush=True))
print(sys.stdin.read(), "at the end", flush=True)
open("/dev/tty").readline()
"""


def test_ctrl_c_in_the_pager_is_for_the_pager_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "telltale.py").write_text(TELLTALE)
    monkeypatch.setenv("PAGER", f"{sys.executable} {tmp_path}/telltale.py")
    with paired(tmp_path) as (terminal, _):
        terminal.send("print")
        for shown in ("Prints the values.", "Source: the source of print", "at the end"):
            terminal.key("s-tab")
            terminal.wait_for(shown, where="screen")
        terminal.key("c-c")
        terminal.wait_for("caught", where="screen")
        terminal.key("enter")
        terminal.wait_for(lambda one: "idle" in toolbar(one))
        assert typed(terminal) == "print"  # a Ctrl-C of ours would have cleared it


def test_where_nothing_is_known_the_toolbar_says_so(console: Pair) -> None:
    terminal, _ = console
    terminal.send("zzz")
    terminal.key("s-tab")
    terminal.wait_for(lambda one: "nothing is known" in toolbar(one))
    terminal.wait_for(lambda one: "nothing is known" not in toolbar(one))


def test_help_on_a_busy_kernel_without_a_subshell_says_so(console: Pair) -> None:
    terminal, kernel = console
    be_busy(terminal)
    terminal.send("print")
    terminal.key("s-tab")
    terminal.wait_for(lambda one: "no help while the kernel is busy" in toolbar(one))
    assert kernel.count("inspect_request") == 0


@pytest.mark.parametrize(("rows", "columns"), [(24, 80), (7, 20)])
def test_long_help_leaves_the_input_and_the_toolbar_in_sight(
    console: Pair, rows: int, columns: int
) -> None:
    text = "".join(f"\x1b[31mline {n}\n" for n in range(5000))
    answer = {"status": "ok", "found": True, "data": {"text/plain": text}, "metadata": {}}
    terminal, kernel = console
    kernel.behaviour.answers = {"inspect_request": answer}
    terminal.resize(rows, columns)
    ready(terminal)
    terminal.send("xy")
    terminal.key("s-tab")
    terminal.wait_for("line 0", where="screen")
    assert "idle" in toolbar(terminal)
    assert any(row.endswith("xy") for row in terminal.screen)
    assert terminal.cell(*terminal.find("line 0")).fg == "red"


def test_help_for_printers_is_drawn_as_a_printer_would(console: Pair) -> None:
    terminal, kernel = console
    data = {"text/plain": "_\bA_\br_\bi\n\nm\bme\be"}
    answer = {"status": "ok", "found": True, "data": data, "metadata": {}}
    kernel.behaviour.answers = {"inspect_request": answer}
    terminal.send("manual")
    terminal.key("s-tab")
    terminal.wait_for("Ari", where="screen")
    assert terminal.cell(*terminal.find("Ari")).underscore
    assert terminal.cell(*terminal.find("me")).bold


@IPYTHON7
def test_ipykernel_tells_the_source_while_it_runs_a_cell(
    kernel: Kernel, consoles: Consoles
) -> None:
    with consoles(kernel) as terminal:
        terminal.line("def f(): 'the doc'")
        run(terminal, "f() or 40 + 2", ": 42")
        be_busy(terminal)
        terminal.send("f")
        terminal.key("s-tab")
        terminal.wait_for("Docstring: the doc", where="screen")
        terminal.key("s-tab")
        terminal.wait_for(re.compile(r"Source:\s+def f\(\)"), where="screen")
        terminal.key("c-c")
        terminal.wait_for("KeyboardInterrupt", where="screen")


# --- pages


def test_a_page_that_fits_is_printed(console: Pair) -> None:
    terminal, _ = console
    terminal.line('%fake page "some help"')
    terminal.wait_for(re.compile(r"^some help\n\n", re.MULTILINE))
    ready(terminal)


def test_a_long_page_goes_to_the_pager_and_output_comes_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAGER", raising=False)
    text = "".join(f"row {n}\\n" for n in range(100)) + "\\u001b]0;title\\u0007"
    with paired(tmp_path) as (terminal, kernel):
        terminal.line(f'%fake page "{text}"')
        terminal.wait_for(lambda one: one.screen[-1] == ":")
        kernel.foreign_cell("x", "while it is paged\n")
        terminal.send("G")
        terminal.wait_for("(END)", where="screen")
        assert "while it is paged" not in screen_of(terminal)
        terminal.send("q")
        terminal.wait_for("while it is paged", where="screen")
        ready(terminal)
        run(terminal, "6*7", "Out[3]: 42")


@pytest.mark.parametrize(
    ("pager", "says"),
    [("cat", ""), ("no-such-pager -x", "no pager: no-such-pager"), ("'", "PAGER makes no sense")],
)
def test_with_any_pager_the_text_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pager: str, says: str
) -> None:
    monkeypatch.setenv("PAGER", pager)
    text = "".join(f"row {n}\\n" for n in range(100))
    with paired(tmp_path) as (terminal, _):
        terminal.line(f'%fake page "{text}"')
        terminal.wait_for(re.compile(r"^row 99$", re.MULTILINE))
        terminal.wait_for(says)
        ready(terminal)
        assert [row for row in rows_with(terminal, "row ") if row.startswith("row")] == [
            f"row {n}" for n in range(100)
        ]


def test_a_signal_ends_the_console_in_its_pager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGER", "less -R")
    text = "".join(f"row {n}\\n" for n in range(100))
    with paired(tmp_path) as (terminal, _):
        terminal.line(f'%fake page "{text}"')
        terminal.wait_for("row 20", where="screen")
        terminal.kill(15)
        assert terminal.wait_exit() == 143


#: A pager that does not end when it is asked to.
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("paging", flush=True)
time.sleep(60)
"""


def test_a_signal_ends_the_console_in_a_pager_that_ignores_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    monkeypatch.setenv("PAGER", f"{sys.executable} {tmp_path}/stubborn.py")
    text = "row\\n" * 100
    with paired(tmp_path) as (terminal, _):
        terminal.line(f'%fake page "{text}"')
        terminal.wait_for("paging", where="screen")
        terminal.kill(15)
        assert terminal.wait_exit() == 143


# --- while typing


def while_typing(folder: Path, **behaviour: Any) -> Any:
    return paired(folder, "--complete-while-typing", **behaviour)


def test_completions_appear_while_typing_and_enter_runs_all_the_same(tmp_path: Path) -> None:
    with while_typing(tmp_path, names=["alpha", "alphabet"]) as (terminal, kernel):
        terminal.send("a")
        terminal.send("l")
        terminal.wait_for("alphabet", where="screen")
        assert typed(terminal) == "al"
        terminal.key("enter")
        assert kernel.wait_for("execute_request").content["code"] == "al"


def test_the_menu_narrows_while_one_types_on(tmp_path: Path) -> None:
    with while_typing(tmp_path, names=["alpha", "alphabet", "also"]) as (terminal, kernel):
        terminal.send("al")
        terminal.wait_for("also", where="screen")
        kernel.behaviour.delays["complete_request"] = 60  # what comes now, comes from the menu
        terminal.send("p")
        terminal.wait_for(lambda one: "also" not in screen_of(one))
        assert "alphabet" in screen_of(terminal)
        terminal.key("tab", "tab")
        wait_typed(terminal, "alphabet")
        terminal.key("enter")  # takes what was chosen, and runs nothing
        terminal.wait_for(lambda one: "function" not in screen_of(one))
        assert typed(terminal) == "alphabet"
        assert kernel.count("execute_request") == 0


def test_a_kernel_that_was_slow_is_not_asked_while_typing(tmp_path: Path) -> None:
    delays = {"complete_request": 0.5}
    with while_typing(tmp_path, names=["alpha", "alphabet"], delays=delays) as pair:
        terminal, kernel = pair
        terminal.send("al")
        terminal.wait_for("alphabet", where="screen")
        terminal.send("p")
        wait_typed(terminal, "alp")
        terminal.pump(0.5)
        assert kernel.count("complete_request") == 1
        terminal.send(" al")
        terminal.wait_for(lambda one: "alphabet" not in screen_of(one))
        terminal.pump(0.5)
        assert kernel.count("complete_request") == 1
        terminal.key("tab")
        terminal.wait_for("alphabet", where="screen")


def test_without_the_option_nothing_is_asked_while_typing(console: Pair) -> None:
    terminal, kernel = console
    terminal.send("print")
    wait_typed(terminal, "print")
    terminal.pump(0.5)
    assert kernel.count("complete_request") == 0


# --- commands


def test_tab_completes_commands_and_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_script.py").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    with paired(tmp_path) as (terminal, kernel):
        complete_a_command(terminal, kernel)


def complete_a_command(terminal: Terminal, kernel: FakeKernel) -> None:
    be_busy(terminal)  # the kernel is not needed for it
    terminal.send("\\sh")
    terminal.key("tab")
    wait_typed(terminal, "\\shutdown")
    terminal.key("c-a", "c-k")
    terminal.send("\\i ~/a_s")
    terminal.key("tab")
    terminal.wait_for("a_script.py", where="screen")
    assert kernel.count("complete_request") == 0


def test_peek_shows_a_value_while_the_kernel_works(able: Pair) -> None:
    terminal, kernel = able
    run(terminal, "x = 4711; print(40 + 2)", "\n42\n")
    be_busy(terminal)
    terminal.line("\\peek x + 1")
    terminal.wait_for(re.compile(r"^4712$", re.MULTILINE))
    terminal.line("\\peek nope")
    terminal.wait_for("NameError")
    assert "busy" in toolbar(terminal)
    asked = next(one for one in kernel.received if "x + 1" in str(one.content))
    assert asked.header["subshell_id"] in kernel.subshells
    wanted = ("code", "silent", "store_history", "allow_stdin")
    assert [asked.content[name] for name in wanted] == ["", True, False, False]


def test_peek_asks_the_main_shell_of_an_idle_kernel_and_leaves_no_trace(console: Pair) -> None:
    terminal, kernel = console
    run(terminal, "1", "]: 1")
    number = typed_at(terminal)
    terminal.line("\\peek 6*7")
    terminal.wait_for(re.compile(r"^42$", re.MULTILINE))
    assert "subshell_id" not in kernel.wait_for("execute_request", count=2).header
    run(terminal, "1+1", f"Out[{number}]: 2")


def test_peek_asks_nothing_of_a_busy_kernel_without_subshells(console: Pair) -> None:
    terminal, kernel = console
    be_busy(terminal)
    terminal.line("\\peek x")
    terminal.wait_for("the kernel is busy, and has no subshell")
    assert kernel.count("execute_request") == 1


def test_ctrl_c_ends_a_peek_that_takes_long(console: Pair) -> None:
    terminal, kernel = console
    run(terminal, "import time; 1", "]: 1")
    terminal.line("\\peek time.sleep(60)")
    terminal.wait_for(lambda one: "peeking" in toolbar(one))
    terminal.key("c-c")
    terminal.wait_for(lambda one: "peeking" not in toolbar(one))
    kernel.wait_for("interrupt_request")
    run(terminal, "6*7", "]: 42")


def test_peek_at_a_kernel_that_knows_no_expressions(console: Pair) -> None:
    terminal, kernel = console
    reply = {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}
    kernel.behaviour.answers = {"execute_request": reply}
    terminal.line("\\peek x")
    terminal.wait_for("does not evaluate expressions")


def test_watch_shows_a_value_in_place_until_ctrl_c(able: Pair) -> None:
    terminal, kernel = able
    run(terminal, "x = 1; print(40 + 2)", "\n42\n")
    be_busy(terminal)
    terminal.line("\\watch 0.1 x")
    terminal.wait_for("x = 1", where="screen")
    terminal.send("typed")  # the keys are free
    kernel.namespace["x"] = "a\nb"
    terminal.wait_for("x = 'a\\nb'", where="screen")
    assert len([row for row in terminal.screen if row.startswith("x = ")]) == 1
    wait_typed(terminal, "typed")
    terminal.key("c-c")
    terminal.wait_for(lambda one: not any(row.startswith("x = ") for row in one.screen))
    assert kernel.count("interrupt_request") == 0
    assert "busy" in toolbar(terminal)


@IPYTHON7
def test_ipykernel_is_watched_while_it_counts(kernel: Kernel) -> None:
    code = "import time\nfor n in range(600):\n    time.sleep(0.1)\n"
    with attached(kernel) as terminal:
        terminal.paste(code)
        terminal.key("a-enter")
        terminal.wait_for(lambda one: "In[" in toolbar(one))
        terminal.line("\\watch 0.2 n")
        terminal.wait_for(re.compile(r"^n = [1-9]", re.MULTILINE), where="screen")
        terminal.line("\\peek n > 0")
        terminal.wait_for(re.compile(r"^True$", re.MULTILINE))
        terminal.key("c-c")
        terminal.key("c-c")
        terminal.wait_for("KeyboardInterrupt", where="screen")
        ready(terminal)


def test_vars_lists_the_variables_while_the_kernel_works(able: Pair) -> None:
    terminal, kernel = able
    terminal.line("\\vars")
    terminal.wait_for("there are no variables")
    kernel.namespace.update(number=12, text="long " * 100)
    be_busy(terminal)
    terminal.line("\\vars")
    terminal.wait_for(re.compile(r"^number +int +12$", re.MULTILINE))
    assert "special variables" not in terminal.everything
    assert re.search(r"^text +str +'long .*…$", terminal.everything, re.MULTILINE)
    terminal.line("\\vars number")
    terminal.wait_for(re.compile(r"^12$", re.MULTILINE))
    terminal.line("\\vars nope")
    terminal.wait_for("there is no variable nope")


def test_vars_lists_functions_and_classes_behind_the_variables(tmp_path: Path) -> None:
    rows = [
        ["f", "function", "<function f\x1b[2J(a)>"],
        ["A", "class", "A"],
        ["odd", 1, "x"],
        "odd",
    ]
    known = {DEFINITIONS: {"application/json": rows, "text/plain": "?"}}
    debugger = {"implementation": "ipython", "supported_features": ["debugger"]}
    with paired(tmp_path, **debugger, expressions=known) as (terminal, kernel):
        kernel.namespace.update(zebra=12)
        terminal.line("\\vars")
        terminal.wait_for(
            "\nzebra  int       12\nf      function  <function f(a)>\nA      class     A\n",
            where="screen",
        )
        assert "odd" not in terminal.everything
        kernel.behaviour.delays["execute_request"] = 60.0
        terminal.line("\\vars")
        terminal.wait_for(lambda one: "waiting for the variables; Ctrl-C stops it" in toolbar(one))
        terminal.key("c-c")
        terminal.wait_for(lambda one: "waiting for" not in toolbar(one))
        kernel.behaviour.delays.clear()
        kernel.interrupt()
        assert kernel.count("interrupt_request") == 0
        be_busy(terminal)
        terminal.line("\\vars")
        terminal.wait_for("the kernel is busy: functions and classes are not listed")


@pytest.mark.parametrize(
    "behaviour",
    [
        {"implementation": "xeus-python", "supported_features": ["debugger"]},
        {"implementation": "ipython"},
    ],
)
def test_vars_does_not_ask_kernels_that_could_not_tell(
    tmp_path: Path, behaviour: dict[str, Any]
) -> None:
    with paired(tmp_path, **behaviour) as (terminal, kernel):
        terminal.line("\\vars")
        terminal.wait_for("this kernel does not list its variables")
        assert kernel.count("debug_request") == 0


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        ({"no_reply": ["debug_request"]}, "the kernel did not list its variables"),
        ({"answers": {"debug_request": {}}}, "the kernel refused to tell: no reason was given"),
        (
            {"answers": {"debug_request": {"success": False, "message": "not\nnow"}}},
            "the kernel refused to tell: not now",
        ),
    ],
)
def test_vars_tells_why_there_are_none(able: Pair, behaviour: dict[str, Any], says: str) -> None:
    terminal, kernel = able
    for name, value in behaviour.items():
        kernel.behaviour.change(name, value)
    terminal.line("\\vars")
    terminal.wait_for(says)


@IPYTHON7
def test_ipykernel_lists_its_variables_while_it_works(kernel: Kernel, consoles: Consoles) -> None:
    with consoles(kernel) as terminal:
        run(terminal, "number = 4711; type = 1; print(40 + 2)", "\n42\n")
        terminal.line("from fractions import Fraction; double = lambda n: 2 * n")
        run(terminal, "double(21)", ": 42")
        be_busy(terminal)
        terminal.line("\\vars")
        terminal.wait_for(re.compile(r"^number +int +4711$", re.MULTILINE))
        terminal.wait_for(re.compile(r"^Fraction +class +fractions.Fraction$", re.MULTILINE))
        terminal.wait_for(re.compile(r"^double +function +<function .*\(n\)>$", re.MULTILINE))
        assert not re.search("^(get_ipython|exit|quit) ", terminal.everything, re.MULTILINE)
        terminal.line("\\vars number")
        terminal.wait_for(re.compile(r"^4711$", re.MULTILINE))
        terminal.key("c-c")
        terminal.wait_for("KeyboardInterrupt", where="screen")


def test_who_lists_those_that_were_seen(console: Pair) -> None:
    terminal, kernel = console
    terminal.line("\\who")
    terminal.wait_for("no other client has been seen")
    kernel.foreign_cell("x = 1", client="ada")
    terminal.wait_for(lambda one: "1 other active" in toolbar(one))
    terminal.line("\\who")
    terminal.wait_for(re.compile(r"^ada-sess +ada +\d+ s ago$", re.MULTILINE))


# --- usage

USAGE = {"kernel_memory": 1234567890, "kernel_cpu": 80.4}


def test_the_toolbar_tells_memory_and_processor_time(tmp_path: Path) -> None:
    behaviour = {"implementation": "ipython", "usage": USAGE}
    with paired(tmp_path, columns=120, **behaviour) as (terminal, kernel):
        assert kernel.count("usage_request") == 0
        be_busy(terminal)
        terminal.wait_for(lambda one: "1.2 GB 80 %" in toolbar(one))
        kernel.behaviour.usage = {**USAGE, "kernel_cpu": 0.0}
        kernel.interrupt()
        terminal.wait_for(lambda one: "1.2 GB 0 %" in toolbar(one))  # once afterwards


def test_kernels_not_made_of_ipykernel_are_never_asked(console: Pair) -> None:
    terminal, kernel = console
    be_busy(terminal)
    terminal.wait_for(lambda one: "busy 00:02" in toolbar(one))
    assert kernel.count("usage_request") == 0
