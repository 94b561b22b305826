r"""Stories of a session as a whole: files of it, options changed in it, the end of its cells."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from leaks import wait_until
from running_kernels import Kernel, start_fake
from stories import ANSWERABLE, Pair, Shared, attached, owning, paired, ready, rows_with, run

pytestmark = pytest.mark.usefixtures("unmeasured")

IPYKERNEL = pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)


@pytest.fixture
def pair(console: Shared, request: pytest.FixtureRequest) -> Iterator[Pair]:
    yield from console.lend(request)


# --- files


@IPYKERNEL
def test_a_session_is_saved_as_a_notebook(kernel: Kernel, tmp_path: Path) -> None:
    path = tmp_path / "session.ipynb"
    with attached(kernel) as terminal, attached(kernel) as other:
        run(terminal, "print('hel' + 'lo')", "\nhello\n")
        run(terminal, "6 * 7", "]: 42\n")
        run(other, "print('the' + 'irs')", "\ntheirs\n")
        terminal.wait_for("\ntheirs\n")
        terminal.line("name = input('who? ')")
        terminal.wait_for(ANSWERABLE)
        terminal.line("Ada")
        ready(terminal)
        run(terminal, "1/0", "ZeroDivisionError: ")
        run(terminal, rf"\save {path}", "saved to")
    cells = json.loads(path.read_text())["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    assert sources == [
        "print('hel' + 'lo')",
        "6 * 7",
        "print('the' + 'irs')",
        "name = input('who? ')",
        "1/0",
    ]
    assert cells[0]["outputs"][0]["text"] == ["hello\n"]
    assert cells[1]["outputs"][0]["data"]["text/plain"] == ["42"]
    assert cells[3]["outputs"][0]["text"] == ["who? Ada\n"]
    assert cells[4]["outputs"][0]["output_type"] == "error"
    counts = [cell["execution_count"] for cell in cells]
    assert counts == list(range(counts[0], counts[0] + 5))


def test_a_notebook_names_the_kernelspec_as_people_know_it(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        run(terminal, rf"\save {tmp_path}/s.ipynb", "saved to")
    spec = json.loads((tmp_path / "s.ipynb").read_text())["metadata"]["kernelspec"]
    assert spec == {"name": "fake", "display_name": "Fake", "language": "python"}


@IPYKERNEL
def test_a_password_is_not_saved(kernel: Kernel, tmp_path: Path) -> None:
    with attached(kernel) as terminal:
        terminal.line("import getpass; x = getpass.getpass('secret? ')")
        terminal.wait_for(ANSWERABLE)
        terminal.line("sesame")
        ready(terminal)
        run(terminal, rf"\save {tmp_path}/s.txt", "saved to")
    text = (tmp_path / "s.txt").read_text()
    assert "secret? " in text
    assert "sesame" not in text


def test_a_log_from_the_command_line_is_whole_when_the_console_is_left(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    with paired(tmp_path, "--log", str(path)) as (terminal, _):
        terminal.wait_for("logging to")
        run(terminal, "print('a' * 3)", "\naaa\n")
        terminal.line("print('b' * 3)")
        terminal.wait_for("\nbbb\n")
        terminal.key("c-d")
        assert terminal.wait_exit() == 0
    assert path.read_text() == "In [1]: print('a' * 3)\naaa\n\nIn [2]: print('b' * 3)\nbbb\n\n"


def test_what_was_shown_is_in_the_log_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "log.ipynb"
    with paired(tmp_path, "--log", str(path)) as (terminal, _):
        run(terminal, "print('a' * 3)", "\naaa\n")
        terminal.line("print('b' * 3); import time; time.sleep(100)")
        terminal.wait_for("\nbbb\n")
        wait_until(lambda: "bbb" in path.read_text(), what="the output in the log")
        terminal.kill()
        terminal.wait_exit()
    first, second = json.loads(path.read_text())["cells"]
    assert first["outputs"][0]["text"] == ["aaa\n"]
    assert second["outputs"][0]["text"] == ["bbb\n"]


def test_a_file_is_overwritten_only_when_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text("precious")
    with paired(tmp_path) as (terminal, _):
        run(terminal, "a = 1", "]: a = 1\n")
        run(terminal, rf"\save {path}", "once more overwrites it")
        assert path.read_text() == "precious"
        run(terminal, rf"\save {path}", "saved to")
        assert path.read_text() == "# %%\na = 1\n\n"


# --- options


def test_timing_tells_how_long_each_cell_took(pair: Pair) -> None:
    terminal = pair.terminal
    run(terminal, r"\timing on", "timing is on")
    run(terminal, "import time; time.sleep(0.25); print('done')", "\ndone\n")
    (line,) = [row for row in terminal.everything.split("\n") if re.fullmatch(r"\d+\.\d{3} s", row)]
    assert float(line.split()[0]) >= 0.25
    run(terminal, r"\timing", "timing is off")


def test_options_are_shown_and_changed(pair: Pair) -> None:
    terminal = pair.terminal
    run(terminal, r"\set notify", "\nnotify = bell\n")
    run(terminal, r"\set notify none", "\nnotify = none\n")
    run(terminal, r"\set", "\nothers = on\n")
    run(terminal, r"\set ohters off", "did you mean others?")
    run(terminal, r"\set others off", "\nothers = off\n")
    pair.kernel.foreign_cell("hidden()", "hidden\n")
    run(terminal, "40+2", ": 42")
    assert rows_with(terminal, "hidden") == []
    run(terminal, r"\set others on", "\nothers = on\n")
    run(terminal, r"\set notify bell", "\nnotify = bell\n")


# --- the end of a long cell


def bells(raw: bytes) -> int:
    """How often the bell was rung; it also ends some control strings, ours not among them."""
    return re.sub(rb"\x1b\][^\x07\x1b]*\x07", b"", raw).count(b"\a")


def test_a_long_cell_rings_the_bell_once_when_its_queue_is_done(tmp_path: Path) -> None:
    with paired(tmp_path, "--notify-after", "0.3") as (terminal, kernel):
        terminal.line("import time; time.sleep(0.5)")
        terminal.line("time.sleep(0.4)")
        terminal.line("print('last' + ' one')")
        terminal.wait_for("\nlast one\n")
        ready(terminal)
        assert bells(bytes(terminal.raw)) == 1
        kernel.foreign_cell("slow()", "theirs\n")
        terminal.wait_for("\ntheirs\n")
        ready(terminal)
        assert bells(bytes(terminal.raw)) == 1


def test_the_desktop_is_told_which_cell_has_ended(tmp_path: Path) -> None:
    fake = start_fake(tmp_path)
    try:
        options = ("--notify-after", "0.3", "--notify", "desktop")
        with attached(fake, *options, env={"LC_TERMINAL": "iTerm2"}) as terminal:
            run(terminal, "import time; time.sleep(0.5); print('o' + 'k')", "\nok\n")
            # On a busy machine it takes longer than it sleeps.
            assert re.search(rb"\x1b\]9;kconsole: In\[1\] [\d:.]+ ?s?\x1b\\", terminal.raw)
            assert b"\x1b]777" not in terminal.raw
            assert "kconsole: In" not in terminal.everything
    finally:
        fake.close()


# --- marks


def test_inputs_and_outputs_are_marked_and_nothing_is_seen_of_it(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, _):
        run(terminal, "print('o' + 'k')", "\nok\n")
        run(terminal, "1/0", "ZeroDivisionError")
        marks = re.findall(rb"\x1b\]133;([A-D](?:;\d)?)\x1b\\", terminal.raw)
        assert marks == [b"A", b"B", b"C", b"D;0", b"A", b"B", b"C", b"D;1"]
        inside = re.search(rb"133;C\x1b\\(.*?)\x1b\]133;D;0", terminal.raw, re.DOTALL)
        assert inside is not None
        assert b"ok" in inside[1]
        assert "133" not in terminal.everything
