"""Stories of a kernel that is being started: what is said meanwhile, and what if it fails."""

import re
from pathlib import Path

import pytest
from fake_kernel import fake_argv
from leaks import wait_until
from stories import kernel_process, owning, ready, rows_with
from terminal import Terminal


def is_waiting(terminal: Terminal) -> bool:
    return bool(
        re.search(r"^\S starting fake: \d+ s \(Ctrl-C cancels\)$", terminal.everything, re.M)
    )


def test_a_kernel_that_dies_at_start_says_how_and_why(tmp_path: Path) -> None:
    with owning(
        tmp_path, wait=False, exit_at_start=7, stderr="boom: no such library\n"
    ) as terminal:
        assert terminal.wait_exit() == 3
        text = " ".join(terminal.everything.split("\n"))
        assert text.startswith("kconsole: ")
        assert re.search(r"\b7\b", text)
        assert "boom: no such library" in text
        assert "Traceback" not in text


def test_a_kernel_that_dies_at_start_is_quoted_where_a_person_reads(tmp_path: Path) -> None:
    said = "first \x1b]0;title\x07\nboom: no \x1b[31msuch\x1b[0m library\n"
    with owning(tmp_path, wait=False, exit_at_start=7, stderr=said) as terminal:
        assert terminal.wait_exit() == 3
        rows = terminal.everything.rstrip("\n").split("\n")
        assert rows[0].startswith(
            "kconsole: kernel fake exited with status 7: boom: no such library"
        )
        assert rows[-2:] == ["  | first ?]0;title?", "  | boom: no such library"]


def test_the_last_line_of_a_kernel_that_starts_is_shown(tmp_path: Path) -> None:
    said = "reading \x1b[31mdata\x1b[0m 日本語 " + "x" * 90 + "\n"
    with owning(tmp_path, wait=False, start_delay=60.0, noise=6, stderr=said) as terminal:
        shown = r"^\S starting fake: \d+ s \(Ctrl-C cancels\): reading data 日本語 x+…$"
        terminal.wait_for(lambda one: re.search(shown, one.everything, re.M))
        terminal.key("c-c")
        assert terminal.wait_exit() == 130
        assert terminal.everything.strip() == ""


def test_ctrl_c_cancels_a_slow_start_and_leaves_no_kernel(tmp_path: Path) -> None:
    with owning(tmp_path, wait=False, start_delay=60.0) as terminal:
        before = terminal.attributes
        terminal.wait_for(is_waiting)
        kernel = kernel_process(terminal)
        terminal.key("c-c")
        assert terminal.wait_exit() == 130
        assert terminal.attributes == before
        assert not rows_with(terminal, "Traceback")
        wait_until(lambda: not kernel.is_running(), what="the end of the kernel")


@pytest.mark.parametrize("first", [(), ("-i", "-c", "x = 0")], ids=["console", "cells"])
def test_a_slow_start_is_shown_and_leaves_no_trace_and_keys_typed_meanwhile_are_kept(
    tmp_path: Path, first: tuple[str, ...]
) -> None:
    begin = tmp_path / "begin"
    script = 'until [ -e "$0" ]; do sleep 0.05; done; exec "$@"'
    spec = {"argv": ["sh", "-c", script, str(begin), *fake_argv()]}
    one, two, three = (number + bool(first) for number in (1, 2, 3))
    with owning(tmp_path, *first, wait=False, spec=spec) as terminal:
        terminal.wait_for(is_waiting)
        terminal.send("1+1\r2+2\rtyped")
        begin.touch()
        terminal.wait_for(
            f"In [{one}]: 1+1\nOut[{one}]: 2\n\nIn [{two}]: 2+2\nOut[{two}]: 4\n\nIn [{three}]: typed"
        )
        assert len(rows_with(terminal, "1+1")) == 1
        assert not rows_with(terminal, "starting")


def test_what_a_kernel_prints_on_its_own_output_is_not_on_the_screen(tmp_path: Path) -> None:
    with owning(tmp_path, noise=100_000) as terminal:
        terminal.line("%fake noise loud")
        ready(terminal)
        assert not rows_with(terminal, "noise\n")
        assert [row for row in rows_with(terminal, "loud") if "%fake" not in row] == []
