"""Stories of editing: emacs and vi, pastes, suggestions, and keys of the user's own."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from stories import (
    START_S,
    Shared,
    color_of,
    owning,
    paired,
    ready,
    rows_with,
    run,
    toolbar,
    wait_for_line,
)

pytestmark = pytest.mark.usefixtures("unmeasured")

GREY = "808080"


# --- emacs and vi


def test_vi_says_its_mode_and_f4_switches(tmp_path: Path) -> None:
    with paired(tmp_path, "--vi") as (terminal, _):
        assert "vi: insert" in toolbar(terminal)
        terminal.send("print(11)")
        terminal.key("escape")
        terminal.wait_for(lambda one: "vi: normal" in toolbar(one))
        terminal.send("0cwstr")  # print -> str
        terminal.wait_for("In [ ]: str(11)")
        assert "vi: insert" in toolbar(terminal)
        terminal.key("f4")
        terminal.wait_for(lambda one: "vi:" not in toolbar(one))
        terminal.key("c-a")
        terminal.send("1 + ")
        terminal.wait_for("In [ ]: 1 + str(11)")
        terminal.key("f4")
        terminal.wait_for(lambda one: "vi: insert" in toolbar(one))


def test_alt_enter_runs_in_vi_too_and_typing_goes_on_in_insert_mode(tmp_path: Path) -> None:
    with paired(tmp_path, "--vi") as (terminal, kernel):
        terminal.send("for i in x:")
        terminal.key("a-enter")
        terminal.wait_for(lambda one: "In [2]:" in one.everything)
        ready(terminal)
        assert kernel.history[-1][2] == "for i in x:"
        terminal.send("print(1)")
        terminal.key("escape", "enter")
        terminal.wait_for(lambda one: "In [3]:" in one.everything)
        assert "vi: insert" in toolbar(terminal)


def test_enter_in_the_normal_mode_of_vi_runs_the_cell(tmp_path: Path) -> None:
    with paired(tmp_path, "--vi") as (terminal, _):
        terminal.send("print('ran')")
        terminal.key("escape")
        terminal.wait_for(lambda one: "vi: normal" in toolbar(one))
        terminal.key("enter")
        terminal.wait_for("\nran\n")
        ready(terminal)
        assert "vi: insert" in toolbar(terminal)


def test_set_editing_takes_effect(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, _):
        terminal.line(r"\set vi on")
        terminal.wait_for(lambda one: "vi: insert" in toolbar(one))


# --- indents


def test_the_next_line_is_indented_while_a_cell_runs(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.line("import time; time.sleep(30)")
        terminal.wait_for(lambda one: "busy" in toolbar(one))
        terminal.line("for i in range(3):")
        wait_for_line(terminal, indent=4)


# --- Ctrl-C


def test_what_ctrl_c_takes_away_stays_in_sight_and_undo_brings_it_back(console: Shared) -> None:
    with console() as (terminal, kernel):
        before = kernel.count("execute_request")
        terminal.paste("if 1:\n    print(5)")
        terminal.key("left", "c-c")
        given_up = "In [1]: if 1:\n   ...:     print(5)^C\n"
        terminal.wait_for(f"{given_up}In [1]:\n")
        terminal.key("c-_")
        terminal.wait_for(f"{given_up}In [1]: if 1:\n   ...:     print(5)\n")
        terminal.send("2")
        terminal.wait_for("   ...:     print(52)\n")  # the cursor is where it was
        assert kernel.count("execute_request") == before


# --- pastes


PROMPTED = ">>> for i in range(2):\r\n...     print(i)\r\n...\r\n0\r\n1\r\n>>> x = 4"


def test_prompts_in_a_paste_are_taken_out_and_come_back(console: Shared) -> None:
    with console() as (terminal, kernel):
        before = len(kernel.history)
        terminal.paste(PROMPTED)
        terminal.wait_for(lambda one: "prompts were taken out (Ctrl-_ undoes)" in toolbar(one))
        code = "In [1]: for i in range(2):\n   ...:     print(i)\n   ...: x = 4"
        terminal.wait_for(code)
        terminal.key("c-_")
        terminal.wait_for("   ...: >>> x = 4")
        terminal.wait_for("In [1]: >>> for i in range(2):\n   ...: ...     print(i)")
        assert len(kernel.history) == before


def test_the_word_of_it_stays_until_the_next_key(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.paste(">>> x = 4")
        terminal.wait_for(lambda one: "prompts were taken out" in toolbar(one))
        terminal.key("end")
        terminal.wait_for(lambda one: "taken out" not in toolbar(one))
        terminal.paste("\r>>> y = 5")
        terminal.key("enter")
        ready(terminal)
        assert "taken out" not in toolbar(terminal)


def test_prompts_within_a_line_stay(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.send("x = ")
        terminal.paste(">>> 1")
        terminal.wait_for("In [1]: x = >>> 1")


def test_a_paste_never_runs_anything(console: Shared) -> None:
    with console() as (terminal, kernel):
        before = len(kernel.history)
        terminal.paste("print('one')\rprint('two')\r\n\n\n")
        terminal.send("# end")
        terminal.wait_for("   ...: # end")
        assert len(kernel.history) == before
        assert not rows_with(terminal, "Out[")


def test_tabs_and_controls_in_a_paste(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.paste("if 1:\n\tprint('a\x07\x1b[31m\tb')")
        terminal.wait_for("In [1]: if 1:\n   ...:     print('a[31m")
        terminal.key("a-enter")
        code = kernel.wait_for("execute_request").content["code"]
        assert code == "if 1:\n\tprint('a[31m\tb')"


def test_5000_pasted_lines_can_be_edited_and_run(console: Shared) -> None:
    lines = [f"x_{number} = {number}" for number in range(5000)]
    with console() as (terminal, kernel):
        terminal.paste("\n".join(lines))
        terminal.wait_for("   ...: x_4999 = 4999")
        terminal.send("9")
        terminal.wait_for("   ...: x_4999 = 49999")
        terminal.key("a-enter")
        terminal.wait_for("(4800 more lines)")
        ready(terminal)
        assert kernel.history[-1][2] == "\n".join(lines) + "9"


def test_a_paste_into_an_answer_is_one_line(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.line("print('got', input('name: '))")
        terminal.wait_for("\nname:")
        terminal.paste("a\nb\n")
        terminal.wait_for("\nname: a b")
        terminal.key("enter")
        terminal.wait_for("\ngot a b\n")


# --- \paste


def test_paste_takes_lines_until_ctrl_d_and_runs_them(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line(r"\paste")
        terminal.wait_for(lambda one: "Ctrl-D runs it" in toolbar(one))
        terminal.send("if 1:\r\tx = 4\r\r    \ty = 5\r")
        wait_for_line(terminal)
        terminal.key("c-d")
        terminal.wait_for(lambda one: "In [2]:" in one.everything)
        ready(terminal)
        assert kernel.history[-1][2] == "if 1:\n\tx = 4\n\n    \ty = 5"
        assert "Ctrl-D" not in toolbar(terminal)
        run(terminal, "print(7)", "\n7\n")  # Enter runs cells again


def test_ctrl_c_drops_what_paste_has_taken(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.line(r"\paste")
        terminal.send("print('taken')\r")
        wait_for_line(terminal)
        terminal.key("c-c")
        ready(terminal)
        run(terminal, "print(7)", "\n7\n")
        assert "taken" not in "\n".join(terminal.screen)


# --- suggestions


@pytest.fixture(scope="module")
def suggesting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """A console that suggests what was entered before."""
    with Shared(partial(paired, tmp_path_factory.mktemp("suggesting"))) as shared:
        yield shared


def suggested(terminal, text: str) -> bool:
    """Whether a text is shown in grey."""
    return color_of(terminal, text) == GREY


def test_an_earlier_input_is_suggested_and_taken(suggesting: Shared) -> None:
    with suggesting() as (terminal, kernel):
        run(terminal, "print('alpha beta')", "\nalpha beta\n")
        terminal.key("c-l")
        terminal.send("pri")
        terminal.wait_for(lambda one: suggested(one, "nt('alpha beta')"))
        terminal.key("a-right")
        terminal.wait_for(lambda one: suggested(one, "('alpha beta')"))
        terminal.key("a-f")
        terminal.wait_for(lambda one: suggested(one, " beta')"))
        terminal.key("right")
        terminal.wait_for(lambda one: not suggested(one, "beta"))
        terminal.key("enter")
        terminal.wait_for(lambda one: one.everything.count("alpha beta\n") == 1)
        ready(terminal)
        assert kernel.history[-1][2] == "print('alpha beta')"


@pytest.mark.parametrize("key", ["end", "c-e"])
def test_other_keys_take_a_suggestion(suggesting: Shared, key: str) -> None:
    with suggesting() as (terminal, _):
        run(terminal, "print('alpha')", "\nalpha\n")
        terminal.send("pr")
        terminal.wait_for("In [2]: print('alpha')")
        terminal.key(key)
        terminal.send(";")
        terminal.wait_for("In [2]: print('alpha');")


def test_a_suggestion_that_is_not_taken_is_not_run(suggesting: Shared) -> None:
    with suggesting() as (terminal, _):
        run(terminal, "4711 + 1", "4712")
        run(terminal, "47", "Out[2]: 47")


def test_without_suggestions(tmp_path: Path) -> None:
    with paired(tmp_path, "--no-suggestions") as (terminal, _):
        run(terminal, "print('alpha')", "\nalpha\n")
        terminal.send("pri")
        terminal.wait_for(re.compile(r"In \[2\]: pri$", re.MULTILINE))


# --- keys, prompt and style of the user's own


def test_keys_can_be_remapped_and_help_lists_them(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[keys]\nrun_as_is = "f5"\nnewline = ["M-n", "f6"]\n')
    with paired(tmp_path, "--config", str(config), rows=60) as (terminal, _):
        terminal.send("print(1)")
        terminal.key("f6")
        terminal.send("print(2)")
        terminal.key("a-n")
        terminal.send("print(3)")
        terminal.key("f5")
        terminal.wait_for("\n1\n2\n3\n")
        terminal.line(r"\?")
        terminal.wait_for(re.compile(r"^  F5 +run the input as it is$", re.MULTILINE))
        assert rows_with(terminal, "Alt-n, F6")
        assert not rows_with(terminal, "Alt-Enter")


def test_a_prompt_of_the_users_own(tmp_path: Path) -> None:
    with owning(tmp_path, "--prompt", "{n}> ", wait=False) as terminal:
        terminal.wait_for(re.compile(r"^1>$", re.MULTILINE), START_S)
        terminal.line("print('x')")
        terminal.wait_for(re.compile(r"^1> print\('x'\)\nx\n\n2>$", re.MULTILINE))


def test_a_style_of_pygments(tmp_path: Path) -> None:
    with paired(tmp_path, "--style", "monokai") as (terminal, _):
        terminal.send("'text'")
        terminal.wait_for(lambda one: color_of(one, "text") == "d7d787")
