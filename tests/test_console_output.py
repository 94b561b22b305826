"""Stories of what a kernel sends: where it appears, and what of it must not reach the terminal."""

import json
import re
from collections.abc import Iterator
from functools import partial

import pytest
from fake.faults import FAULTS
from running_kernels import Kernel
from stories import (
    Consoles,
    Pair,
    Shared,
    attached,
    cleared,
    color_of,
    paired,
    ready,
    rows_with,
    run,
)
from terminal import Terminal

pytestmark = pytest.mark.usefixtures("unmeasured")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    start = partial(paired, tmp_path_factory.mktemp("kernel"))
    with Shared(start, lambda pair, _: cleared(pair.terminal)) as shared:
        yield shared


@pytest.fixture
def console(shared: Shared, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """One console for all stories that leave it as it was, with nothing but the prompt on it."""
    yield from shared.lend(request)


@pytest.fixture
def terminal(console: Pair) -> Terminal:
    """The console's terminal."""
    return console.terminal


def screen(terminal: Terminal) -> str:
    return "\n".join(terminal.screen).rstrip()


def cell(terminal: Terminal, code: str, *, until: str | re.Pattern[str]) -> str:
    """Enter a cell, wait for a text on the screen and for the prompt; returns the screen."""
    terminal.line(code)
    terminal.wait_for(until, where="screen")
    ready(terminal)
    return screen(terminal)


# --- streams


def test_a_line_without_an_end_is_ended_before_the_prompt(terminal: Terminal) -> None:
    assert re.search(r"\nabc\n\nIn \[", cell(terminal, "print('abc', end='')", until="\nabc\n"))


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_text_on_stderr_is_shown_too(kernel: Kernel, consoles: Consoles) -> None:
    with consoles(kernel) as terminal:
        run(terminal, kernel.code("print to stderr").replace("\n", "; "), "\noops\n")


def test_all_characters_arrive(terminal: Terminal) -> None:
    cell(terminal, "print('é 日本 🎉')", until="\né 日")
    assert "é 日本 🎉" in terminal.raw.decode()


def test_an_unfinished_line_stands_above_the_prompt_and_can_change(console: Pair) -> None:
    terminal = console.terminal
    number = console.kernel.count("execute_request") + 1
    terminal.line("import time; time.sleep(60)")
    header = console.kernel.wait_for("execute_request", count=number).header
    for text, shown in [
        ("10 %", "10 %"),
        ("\r20 %", "20 %"),
        ("\b\b!", "20!%"),
        (" done", "20! done"),
    ]:
        console.kernel.publish("stream", {"name": "stdout", "text": text}, header)
        terminal.wait_for(re.compile(rf"^{shown}\nIn \[", re.MULTILINE), where="screen")
    console.kernel.interrupt()
    terminal.wait_for("KeyboardInterrupt", where="screen")
    assert rows_with(terminal, "20! done") == ["20! done"]
    assert rows_with(terminal, "10 %") == []


def test_a_progress_bar_leaves_its_last_state(terminal: Terminal) -> None:
    text = cell(terminal, r'%fake chunks ["1/3", "\r2/3", "\r3/3\n", "ok\n"]', until="\nok\n")
    assert text.count("/3\n") == 1
    assert "\n3/3\nok\n" in text


def test_colours_are_kept(terminal: Terminal) -> None:
    cell(terminal, r'%fake stream "\u001b[31mred\u001b[0m plain\n"', until="\nred plain\n")
    assert color_of(terminal, "red plain") == "red"
    row, column = terminal.find("red plain")
    assert terminal.cell(row, column + 4).fg == "default"


def test_a_colour_goes_on_in_the_next_message_and_not_in_the_prompt(terminal: Terminal) -> None:
    cell(terminal, r'%fake chunks ["\u001b[35mA\n", "B\n", "C"]', until="\nC\n")
    assert [color_of(terminal, f"{letter}") for letter in "BC"] == ["magenta", "magenta"]
    run(terminal, "print('after')", "\nafter\n")
    assert color_of(terminal, "after") == "default"


def test_the_last_error_is_shown_whole_where_less_of_it_was(terminal: Terminal) -> None:
    frame = r"Cell In[1], line 2\n      1 x = 0\n----> 2 1/x\n"
    run(terminal, r"\set tb short", "tb = short")
    shown = cell(terminal, f'%fake error E v traceback=["{frame}", "E: v"]', until="E: v\n\nIn")
    assert "\nCell In[1], line 2: 1/x\nE: v\n" in shown
    assert "\n      1 x = 0\n----> 2 1/x\n\nE: v\n" in cell(terminal, r"\tb", until="1 x = 0\n")
    run(terminal, r"\set tb full", "tb = full")


def test_much_output_is_folded_and_shown_whole_when_that_is_wanted(terminal: Terminal) -> None:
    run(terminal, r"\set max-lines 3", "max-lines = 3")
    shown = cell(terminal, "%fake flood 100 16", until=re.compile(r"\nline 99 \S*\n\nIn \["))
    assert re.search(r"line 2 \S*\n… 85 lines not shown; \\last shows all\nline 88 ", shown)
    terminal.line(r"\last")
    terminal.wait_for(re.compile(r"^line 0 \S*\n(.*\n)+:", re.MULTILINE), where="screen")
    terminal.send("q")
    ready(terminal)
    run(terminal, r"\set max-lines 10000", "max-lines = 10000")


def test_the_form_that_reads_best_is_shown_unless_another_is_wanted(terminal: Terminal) -> None:
    bundle = json.dumps(
        {
            "text/plain": "<J object>",
            "application/json": [f"{number}" for number in range(1000, 1200)],
            "text/latex": r"$\alpha^2$",
        }
    )
    run(terminal, r"\set mime no/such,text/latex", "mime = no/such,text/latex")
    cell(terminal, f"%fake display {bundle}", until="\nα²\n")
    run(terminal, r"\set mime application/json", "mime = application/json")
    shown = cell(terminal, f"%fake display {bundle}", until=re.compile(r"shows them\n\nIn \["))
    assert '\n  "1098",\n… 102 more lines; \\last shows them\n' in shown
    row, column = terminal.find("1098")
    assert terminal.cell(row, column).fg != "default"
    terminal.line(r"\last")
    terminal.wait_for(re.compile(r'^\[\n  "1000",\n(.*\n)+:', re.MULTILINE), where="screen")
    terminal.send("q")
    ready(terminal)
    run(terminal, r"\set mime default", "mime = default")


HOSTILE = {
    "title": r"\u001b]0;owned\u0007",
    "clipboard": r"\u001b]52;c;b3duZWQ=\u001b\\",
    "cursor report": r"\u001b[6n",
    "device attributes": r"\u001b[c",
    "clear": r"\u001b[2J\u001b[3J\u001b[H",
    "alternate screen": r"\u001b[?1049h",
    "mouse": r"\u001b[?1003h",
    "reset": r"\u001bc",
    "charset": r"\u001b(0",
    "scroll region": r"\u001b[1;2r",
    "8-bit": r"\u009b2J\u009d0;owned\u009c",
    "string": r"\u001bPowned\u001b\\",
    "bell": r"\u0007\u0007",
    "keypad": r"\u001b=",
    "conceal": r"\u001b[8m",
}
WAYS = {
    "stdout": r'%fake stream "a{}b\nend\n"',
    "stderr": r'%fake stream "a{}b\nend\n" name=stderr',
    "result": r'%fake result "a{}b\nend"',
    "display": r'%fake display "a{}b\nend"',
    "error": r'%fake error "E{0}" "v{0}" traceback=["a{0}b", "end"]',
    "page": r'%fake page "a{}b\nend"',
    "others": r'%fake foreign "a{0}b" "c{0}d\nend\n"',
    "unknown MIME type": r'%fake display {{"x/{0}y": "z{0}", "text/plain": "a{0}b\nend"}}',
}
#: The marks of inputs and outputs, which the console adds.
MARKS = re.compile(r"\x1b\]133;(?:[ABC]|D;[01])\x1b\\")
#: What the console itself uses, and colours.
OURS = re.compile(
    r"\x1b\[(?:\?(?:25|7|12|2004|2026|1)[hl]|\d*[ABCD]|[KJ]|(?!8m|\d+;8m)[0-9;]*m|0?J)"
)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_sequence_of_a_kernel_reaches_the_terminal_but_colours(
    terminal: Terminal, way: str
) -> None:
    begin, answered = len(terminal.raw), list(terminal.queries)
    cell(terminal, way.format("".join(HOSTILE.values())), until="\nend\n")
    raw = MARKS.sub("", terminal.raw[begin:].decode())
    assert [
        found for found in re.findall(r"\x1b[^A-Za-z]*[A-Za-z=c]", raw) if not OURS.match(found)
    ] == []
    assert "\x1b[2J" not in raw
    assert not re.search(r"[\x07\x0e\x0f\x7f-\x9f]", raw)
    assert terminal.queries == answered


def test_broken_messages_do_no_harm(terminal: Terminal) -> None:
    terminal.paste(f"%fake fault {' '.join(FAULTS)}\nprint('still here')")
    terminal.key("enter")
    terminal.wait_for("\nstill here\n")
    ready(terminal)
    assert rows_with(terminal, "replayed")[1:] == ["replayed"]  # once in the code, once shown
    assert not rows_with(terminal, "mistake in kconsole")
    run(terminal, "40+2", ": 42")


# --- results and errors


def test_a_result_of_several_lines_begins_below_its_number(terminal: Terminal) -> None:
    assert re.search(r"Out\[\d+\]:\na\nb\n", cell(terminal, r'%fake result "a\nb"', until="\nb\n"))


@pytest.mark.parametrize("kernel", ["ipykernel7", "bash"], indirect=True)
def test_an_error_is_shown(kernel: Kernel, consoles: Consoles) -> None:
    with consoles(kernel) as terminal:
        terminal.line(kernel.code("error"))
        what = kernel.shows("error")  # it stands in the code as well
        terminal.wait_for(lambda one: one.everything.count(what) > 1)
        ready(terminal)


def test_an_error_that_is_only_in_the_reply_is_shown(terminal: Terminal) -> None:
    text = cell(terminal, "%fake quiet_error Quiet whisper", until="Quiet: whisper")
    assert text.count("Quiet: whisper") == 1


def test_an_error_that_is_in_both_is_shown_once(terminal: Terminal) -> None:
    text = cell(terminal, "%fake error Loud shout", until="Loud: shout")
    assert text.count("Loud: shout") == 1


def test_an_error_told_on_stderr_is_not_told_again(terminal: Terminal) -> None:
    code = r'%fake stream "told\n" name=stderr' + "\n%fake quiet_error Quiet whisper"
    terminal.paste(code)
    terminal.key("enter")
    terminal.wait_for("\ntold\n", where="screen")
    assert "Quiet: whisper" not in screen(ready(terminal))


# --- how a cell ends


@pytest.mark.parametrize(
    "order", ["reply idle result", "idle result reply", "idle reply result", "result reply idle"]
)
def test_a_result_is_shown_whenever_it_comes(terminal: Terminal, order: str) -> None:
    terminal.paste(f"%fake order {order}\n6*7")
    terminal.key("enter")
    terminal.wait_for(re.compile(r"Out\[\d+\]: 42\n"), where="screen")


def test_output_after_the_prompt_has_come_back_is_shown_above_it(terminal: Terminal) -> None:
    terminal.line("%fake order reply idle 0.2 late")
    ready(terminal)
    terminal.send("typ")
    terminal.wait_for(re.compile(r"^late\nIn \[\d+\]: typ", re.MULTILINE), where="screen")
    terminal.key("c-u")


def test_a_reply_without_a_count_still_counts(terminal: Terminal) -> None:
    number = int(terminal.screen[0][4:-2])
    cell(terminal, "%fake omit execution_count", until=f"In [{number + 1}]:")


@pytest.mark.parametrize("word", ["abort", "aborted", "error", "pondering"])
def test_any_status_ends_a_cell(terminal: Terminal, word: str) -> None:
    cell(terminal, f"%fake status {word}", until=word)
    run(terminal, "40+2", ": 42")


@pytest.mark.parametrize("content", ["{}", "[]", "null"])
def test_a_reply_without_any_content_ends_a_cell(terminal: Terminal, content: str) -> None:
    cell(terminal, f"%fake reply {content}", until=f"reply {content}")
    run(terminal, "40+2", ": 42")


@pytest.mark.parametrize(
    ("order", "missing"), [("idle", "an execute_reply"), ("reply", "an idle status")]
)
def test_one_of_the_two_ends_of_a_cell_is_waited_for_only_so_long(
    terminal: Terminal, order: str, missing: str
) -> None:
    text = cell(terminal, f"%fake order {order}", until="output may be missing")
    assert f"the kernel did not send {missing}" in text
    run(terminal, "40+2", ": 42")


# --- others


def test_what_others_do_appears_labelled_above_the_prompt(
    console: Pair, terminal: Terminal
) -> None:
    terminal.send("mine")
    console.kernel.foreign_cell("a = 'theirs'", "from a\n", result="17", client="bob")
    terminal.wait_for(re.compile(r"Out\[\d+\]: 17\n(.*\n)?In \[\d+\]: mine"), where="screen")
    text = screen(terminal)
    assert re.search(r"^bob@bobs In \[\d+\]: a = 'theirs'\nfrom a\nOut\[\d+\]: 17", text, re.M)
    number = int(re.findall(r"Out\[(\d+)\]", text)[-1])
    assert f"In [{number + 1}]: mine" in text
    terminal.key("c-u")


def test_output_that_belongs_to_no_request_is_shown(terminal: Terminal) -> None:
    cell(terminal, r'%fake orphan "orphaned\n"', until="\norphaned\n")


@pytest.mark.parametrize("kernel", ["bash"], indirect=True)
def test_two_consoles_at_one_kernel_see_each_other(kernel: Kernel) -> None:
    with attached(kernel) as one, attached(kernel) as other:
        one.line(kernel.code("print hello"))
        other.wait_for(re.compile(r"^\w+@\w{4} In \[\d+\]: .*hello.*\nhello\n", re.M))
        ready(one)
        assert not re.search(r"@\w{4} In \[", one.everything)


# --- what a kernel asks of its front-end


def test_a_page_is_shown(terminal: Terminal) -> None:
    cell(terminal, r'%fake page "help\nmore help"', until="\nhelp\nmore help\n\nIn [")


def test_the_next_input_is_filled_in_and_not_run(console: Pair, terminal: Terminal) -> None:
    count = console.kernel.count("execute_request")
    terminal.line(r'%fake set_next_input "print(\"filled\")\nprint(2)\n"')
    terminal.wait_for(
        re.compile(r'In \[\d+\]: print\("filled"\)\n +...: print\(2\)\n'), where="screen"
    )
    terminal.pump(0.1)
    assert console.kernel.count("execute_request") == count + 1
    assert rows_with(terminal, "filled") != []
    terminal.key("enter")
    terminal.wait_for("\nfilled\n2\n", where="screen")


def test_the_next_input_does_not_take_the_place_of_what_was_typed(terminal: Terminal) -> None:
    # In one go, so that no key can come as late as the reply.
    code = "%fake order 0.3 reply idle\n%fake set_next_input theirs"
    terminal.send(f"\x1b[200~{code}\x1b[201~\rmine")
    terminal.wait_for(re.compile(r"suggests.*\nIn \[\d+\]: mine$", re.M), where="screen")
    terminal.key("c-u", "up")
    terminal.wait_for(re.compile(r"In \[\d+\]: theirs$", re.M), where="screen")
    terminal.key("c-u")


def test_several_next_inputs_are_one(terminal: Terminal) -> None:
    terminal.paste("%fake set_next_input first\n%fake set_next_input second")
    terminal.key("enter")
    terminal.wait_for(re.compile(r"In \[\d+\]: first\n +...: second$", re.M), where="screen")
    terminal.key("c-c")


def test_an_editor_is_not_started_unasked(terminal: Terminal) -> None:
    terminal.line("%fake edit /etc/passwd 3")
    terminal.wait_for(lambda one: one.screen[one.cursor[0]].startswith("open it in"))
    terminal.key("enter")
    run(terminal, "40+2", ": 42")
