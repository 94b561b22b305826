"""Stories of the user's own editor, and of files that are run."""

import signal
import sys
from pathlib import Path

import pytest
from leaks import wait_until
from running_kernels import Kernel
from stories import Shared, attached, paired, ready, rows_with, run

pytestmark = pytest.mark.usefixtures("unmeasured")


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An editor that does what a script says; gives the file for the script.

    It notes its argument in ``told``, with the file's mode and what was in it.
    """
    script = tmp_path / "script.py"
    program = tmp_path / "my editor.py"
    program.write_text(
        "import os, sys\n"
        "path = sys.argv[-1]\n"
        f"with open({str(tmp_path / 'told')!r}, 'a') as told:\n"
        "    print(sys.argv[1:], oct(os.stat(path).st_mode & 0o777), repr(open(path).read()),"
        " file=told)\n"
        f"exec(open({str(script)!r}).read())\n"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} '{program}'")
    return script


def told(editor: Path) -> str:
    return (editor.parent / "told").read_text()


@pytest.mark.parametrize("keys", [("f2",), ("c-x", "c-e")])
def test_the_editor_gets_the_input_and_what_it_saves_replaces_it(
    tmp_path: Path, editor: Path, keys: tuple[str, ...]
) -> None:
    editor.write_text("open(path, 'w').write('print(1)\\nprint(2)\\n')")
    with paired(tmp_path) as (terminal, kernel):
        before = len(kernel.history)
        terminal.send("x = 4")
        terminal.key(*keys)
        terminal.wait_for("In [ ]: print(1)\n   ...: print(2)")
        argument, rest = told(editor).split("] ")
        assert argument.endswith(".py'")
        assert rest == "0o600 'x = 4\\n'\n"
        assert not Path(argument[2:-1]).exists()
        assert len(kernel.history) == before
        terminal.key("c-_")
        terminal.wait_for("In [ ]: x = 4")


def test_v_in_the_normal_mode_of_vi_opens_it(tmp_path: Path, editor: Path) -> None:
    editor.write_text("open(path, 'w').write('print(\"edited\")')")
    with paired(tmp_path, "--vi") as (terminal, _):
        terminal.send("x = 4")
        terminal.key("escape")
        terminal.send("v")
        terminal.wait_for('In [ ]: print("edited")')


def test_the_editor_has_the_terminal_and_output_waits(tmp_path: Path, editor: Path) -> None:
    editor.write_text(
        "print('press a key')\n"
        "answer = input()\n"
        "open(path, 'w').write(f'# {answer!r} {sys.stdin.isatty()}')\n"
    )
    with paired(tmp_path) as (terminal, kernel):
        terminal.line("import time; time.sleep(60)")
        header = kernel.wait_for("execute_request").header
        terminal.key("f2")
        terminal.wait_for("press a key")
        kernel.publish("stream", {"name": "stdout", "text": "from the cell\n"}, header)
        terminal.pump(0.1)
        assert not rows_with(terminal, "from the cell")
        terminal.send("abc\r")
        terminal.wait_for("\nfrom the cell\nIn [2]: # 'abc' True\n")


def test_ctrl_c_in_the_editor_is_the_editors(tmp_path: Path, editor: Path) -> None:
    # What raises KeyboardInterrupt would miss a signal that comes just before it blocks in read().
    editor.write_text(
        "import signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})\n"
        "print('waiting', flush=True)\n"
        "signal.sigwait({signal.SIGINT})\n"
        "open(path, 'w').write('# interrupted')\n"
    )
    with paired(tmp_path) as (terminal, kernel):
        terminal.send("x = 4")
        terminal.key("f2")
        terminal.wait_for("waiting")
        terminal.key("c-c")
        terminal.wait_for("In [ ]: # interrupted")
        terminal.key("enter")
        terminal.wait_for("In [2]:")
        assert kernel.count("interrupt_request") == 0


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("/no/such/editor -x", "the editor '/no/such/editor' did not start: No such file"),
        ("false", "the editor 'false' ended with status 1"),
        ("'", "$VISUAL makes no sense: No closing quotation"),
    ],
)
def test_an_editor_that_fails_is_one_line_and_the_text_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, says: str
) -> None:
    monkeypatch.setenv("VISUAL", command)
    with paired(tmp_path) as (terminal, _):
        terminal.send("print('kept')")
        terminal.key("f2")
        terminal.wait_for(says)
        terminal.key("enter")
        terminal.wait_for("\nkept\n")


def test_what_is_saved_in_another_encoding_is_refused(tmp_path: Path, editor: Path) -> None:
    editor.write_text("open(path, 'wb').write(b'\\xff\\xfe')")
    with paired(tmp_path) as (terminal, _):
        terminal.send("x = 4")
        terminal.key("f2")
        terminal.wait_for("what was saved is not UTF-8; the input stays as it was")
        terminal.wait_for("In [ ]: x = 4")


def test_e_edits_the_last_cell(tmp_path: Path, editor: Path) -> None:
    editor.write_text("open(path, 'a').write('print(2)\\n')")
    with paired(tmp_path) as (terminal, _):
        run(terminal, "print(1)", "\n1\n")
        terminal.line(r"\e")
        terminal.wait_for("In [2]: print(1)\n   ...: print(2)")
        terminal.key("a-enter")
        terminal.wait_for("\n1\n2\n")
        terminal.line(r"\timing on")
        terminal.line(r"\e")
        terminal.wait_for("In [3]: print(1)\n   ...: print(2)\n   ...: print(2)")


# --- what a kernel wants edited


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_edit_magic_asks_first(kernel: Kernel, tmp_path: Path, editor: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("old\n")
    editor.write_text("open(path, 'w').write('new')")
    with attached(kernel, "--tail", "0") as terminal:
        terminal.line(
            "get_ipython().payload_manager.write_payload("
            f"dict(source='edit_magic', filename={str(path)!r}, line_number=3)); print('sent')"
        )
        terminal.wait_for("\nsent\n")
        terminal.wait_for("the kernel asks to edit")
        terminal.wait_for(lambda one: one.screen[one.cursor[0]].startswith("open it in"))
        assert path.read_text() == "old\n"
        terminal.line("y")
        ready(terminal)
        wait_until(lambda: path.read_text() == "new", what="the file to be saved")


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_edit_magic_opens_nothing_without_a_yes(
    kernel: Kernel, tmp_path: Path, editor: Path
) -> None:
    with attached(kernel, "--tail", "0", columns=200) as terminal:
        for number, answer in enumerate(("", "n", None)):
            path = tmp_path / f"mine{number}.py"
            if answer is not None:
                path.write_text("old\n")
            terminal.line(
                "get_ipython().payload_manager.write_payload("
                f"dict(source='edit_magic', filename={str(path)!r}))"
            )
            if answer is None:
                terminal.wait_for(f"the kernel asks to edit {path}, which is not a file here")
            else:
                terminal.wait_for(lambda one: one.screen[one.cursor[0]].startswith("open it in"))
                terminal.line(answer)
            run(terminal, f"print('went', 'on {number}')", f"\nwent on {number}\n")
            assert not (tmp_path / "told").exists()


# --- \i


def test_i_runs_a_file_as_one_cell(tmp_path: Path, console: Shared) -> None:
    path = tmp_path / "a file.py"
    path.write_bytes(b"\xef\xbb\xbfx = 20\r\nprint(x + 1)\r\n\r\n")
    with console() as (terminal, kernel):
        terminal.line(rf'\i "{path}"')
        terminal.wait_for("\n21\n")
        ready(terminal)
        assert kernel.history[-1][2] == "x = 20\nprint(x + 1)"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file or directory"),
        (b"\n \n", "has no code in it"),
        (b"\xff", "is not UTF-8"),
        (b"a\0b", "is not text but binary"),
        (b"#" * 2_000_000, "is larger than 1 MiB"),
    ],
)
def test_a_bad_file_is_one_line(
    tmp_path: Path, console: Shared, content: bytes | None, says: str
) -> None:
    path = tmp_path / "bad.py"
    if content is not None:
        path.write_bytes(content)
    with console() as (terminal, kernel):
        terminal.resize(24, 200)
        ready(terminal)
        before = len(kernel.history)
        terminal.line(rf"\i {path}")
        terminal.wait_for(f"{path}: {says}")
        assert len(kernel.history) == before
        ready(terminal)


def test_a_signal_ends_the_editor_too(tmp_path: Path, editor: Path) -> None:
    ignores = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    editor.write_text(f"{ignores}print('waiting', flush=True)\ninput()")
    with paired(tmp_path) as (terminal, _):
        terminal.key("f2")
        terminal.wait_for("waiting")
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
