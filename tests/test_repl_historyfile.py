"""The own history: what is written is read, whatever happens to the file and whoever else writes."""

import errno
import fcntl
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from leaks import wait_until
from test_connect_regularfile import size_limit

from kconsole.errors import KconsoleError
from kconsole.repl.history import file as historyfile
from kconsole.repl.history.file import HistoryFile, history_path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kconsole" / "history" / "python"


def filled(path: Path, *texts: str) -> HistoryFile:
    history = HistoryFile(path)
    for text in texts:
        history.append(text)
    return history


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- where


@pytest.mark.parametrize(
    ("env", "platform", "expected"),
    [
        ({"HOME": "/h"}, "linux", "/h/.local/state/kconsole/history/r"),
        ({"HOME": "/h", "XDG_STATE_HOME": "/s"}, "linux", "/s/kconsole/history/r"),
        ({"HOME": "/h", "XDG_STATE_HOME": ""}, "linux", "/h/.local/state/kconsole/history/r"),
        ({"HOME": "/h", "XDG_STATE_HOME": "s"}, "linux", "/h/.local/state/kconsole/history/r"),
        (
            {"HOME": "/h", "XDG_STATE_HOME": "/s"},
            "darwin",
            "/h/Library/Application Support/kconsole/history/r",
        ),
        ({"LOCALAPPDATA": "C:\\L"}, "win32", "C:\\L/kconsole/history/r"),
        ({"USERPROFILE": "C:\\U"}, "win32", "C:\\U/AppData/Local/kconsole/history/r"),
        ({"HOME": "h"}, "linux", None),
    ],
)
def test_each_platforms_directory(env: dict[str, str], platform: str, expected: str | None) -> None:
    path = history_path("R", env, platform)
    assert path == (None if expected is None else Path(expected))


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("python", "python"),
        ("C++", "c++"),
        ("C#", "c#"),
        ("Wolfram Language", "wolfram_language"),
        ("../../etc/passwd", "_.._etc_passwd"),
        (".hidden", "hidden"),
        ("..", "unknown"),
        ("", "unknown"),
        (" ", "unknown"),
        ("a\0b\nc\ud800", "a_b_c_"),
        ("x" * 1000, "x" * 48),
    ],
)
def test_a_language_gives_a_safe_name(language: str, name: str) -> None:
    path = history_path(language, {"HOME": "/h"}, "linux")
    assert path is not None and path.name == name


@given(st.text())
def test_any_language_stays_in_the_directory_and_can_be_a_name(language: str) -> None:
    path = history_path(language, {"HOME": "/h"}, "linux")
    assert path is not None and path.parent == Path("/h/.local/state/kconsole/history")
    assert not path.name.startswith(".")
    assert 0 < len(os.fsencode(path.name)) <= 255


# --- what


def test_the_newest_are_given_the_oldest_first(path: Path) -> None:
    history = filled(path, "a", "b\nc", "d")
    assert history.latest(2) == ["b\nc", "d"]
    assert history.latest(10) == ["a", "b\nc", "d"]
    assert history.latest(0) == []


def test_before_the_first_input_there_is_nothing_and_nothing_is_made(path: Path) -> None:
    assert HistoryFile(path).latest(5) == []
    assert not path.parent.exists()


def test_file_and_directory_are_the_users_alone(path: Path) -> None:
    umask = os.umask(0)
    try:
        filled(path, "a")
    finally:
        os.umask(umask)
    assert (mode_of(path), mode_of(path.parent)) == (0o600, 0o700)


def test_the_same_again_is_kept_once_also_from_another_console(path: Path) -> None:
    history, other = filled(path, "a", "a"), HistoryFile(path)
    other.append("a")
    assert history.latest(9) == ["a"]
    other.append("aa")
    history.append("a")
    assert history.latest(9) == ["a", "aa", "a"]


def test_blank_and_very_long_inputs_are_not_kept(path: Path) -> None:
    fits = "x" * (historyfile.LONGEST_LINE - 3)
    assert filled(path, " \n", fits + "x", fits).latest(9) == [fits]


# Category Cs, halves of surrogate pairs, is not in text() by default.
ANY_TEXT = st.text(st.characters() | st.characters(categories=["Cs"]), min_size=1)


@given(st.lists(ANY_TEXT))
def test_whatever_is_entered_comes_back(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        history = filled(Path(folder, "x"), *texts)
        kept: list[str] = []
        for text in texts:
            if text.strip() and text not in kept[-1:]:
                kept.append(text)
        assert history.latest(1000) == kept


def test_half_characters_nuls_and_strange_line_ends_survive(path: Path) -> None:
    texts = ["\ud83d\ude00", "😀", "a\0b", "a\u2028b\x85c\x0bd", "a\r\nb\r", '"\\"']
    assert filled(path, *texts).latest(9) == texts


@pytest.mark.parametrize(
    "line",
    [b'"torn', b"12", b"{}", b'"a" "b"', b"[" * 100_000, b"\xff\xfe", b"", b'"\xff"', b"\0" * 9],
)
def test_a_foreign_or_torn_line_is_skipped(path: Path, line: bytes) -> None:
    history = filled(path, "a")
    with open(path, "ab") as file:
        file.write(line + b"\n")
    history.append("b")
    assert history.latest(9) == ["a", "b"]


def test_what_is_added_after_a_torn_end_is_a_line_of_its_own(path: Path) -> None:
    history = filled(path, "a")
    with open(path, "ab") as file:
        file.write(b'"torn')
    history.append("b")
    assert history.latest(9) == ["a", "b"]


def test_a_line_that_begins_where_a_block_does_is_read_once(path: Path) -> None:
    texts = [f"{number:05}".ljust(61, ".") for number in range(5000)]  # 64 bytes a line
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(text) + "\n" for text in texts))
    history = HistoryFile(path)
    for count in (1, 1023, 1024, 1025, 4095, 4096, 4097, 5000, 6000):
        assert history.latest(count) == texts[-count:]


def test_of_a_big_file_only_the_end_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("".join(f'"{number:06}"\n' for number in range(400_000)))
    read: list[int] = []

    def noted(descriptor: int, length: int) -> bytes:
        data = real(descriptor, length)
        read.append(len(data))
        return data

    real = os.read
    monkeypatch.setattr(os, "read", noted)
    assert HistoryFile(path).latest(1000)[0] == "399000"
    assert sum(read) < 100_000
    # A foreign file without any line in it is not read to its beginning either.
    path.write_bytes(b'"' + b"x" * 20_000_000)
    read.clear()
    assert HistoryFile(path).latest(1000) == []
    assert sum(read) < 10_000_000


# --- how much


def test_a_file_of_too_many_inputs_is_cut_down_to_the_newest(path: Path) -> None:
    history = HistoryFile(path, limit=10)
    for number in range(20):
        history.append(str(number))
    assert history.latest(99) == [str(number) for number in range(20)]
    history.append("20")
    assert history.latest(99) == [str(number) for number in range(11, 21)]
    assert mode_of(path) == 0o600
    assert os.listdir(path.parent) == [path.name]


def test_the_number_of_inputs_stays_bounded_whatever_their_lengths(path: Path) -> None:
    history = HistoryFile(path, limit=10)
    for number in range(300):
        history.append(f"{number}".ljust(number * 7 % 50, "."))
        assert len(path.read_bytes().splitlines()) <= 20
    assert len(history.latest(99)) >= 10


def test_a_file_of_too_many_bytes_is_cut_down(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(historyfile, "SIZE_LIMIT", 1000)
    history = HistoryFile(path)
    for number in range(200):
        history.append(f"{number}".ljust(97, "."))  # 100 bytes a line
        assert path.stat().st_size <= 2000
    assert 10 <= len(history.latest(999)) <= 20
    assert history.latest(1)[0].startswith("199.")


def test_cutting_down_throws_away_what_is_no_input(path: Path) -> None:
    history = HistoryFile(path, limit=2)
    history.append("a")
    with open(path, "ab") as file:
        file.write(b"foreign\n" * 4)
    history.append("b")
    assert path.read_bytes() == b'"a"\n"b"\n'


# --- who else


WRITER = """
import sys
from pathlib import Path
from kconsole.repl.history import file
file._PATIENCE_S = 60.0  # the machine may be busy
history = file.HistoryFile(Path(sys.argv[1]), limit=20)
print("ready", flush=True)
sys.stdin.read(1)
for number in range(400):
    history.append(f"{sys.argv[2]} {number}\\n" + "x" * (number % 30))
"""


def test_consoles_that_write_at_once_lose_nothing_and_tear_nothing(path: Path) -> None:
    # Each of them cuts the file down again and again, under the others' hands.
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for name in "abcd"
    ]
    for writer in writers:
        assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"!")
        writer.stdin.flush()
    for writer in writers:
        _, complaint = writer.communicate(timeout=60)
        assert (writer.returncode, complaint) == (0, b"")
    lines = path.read_bytes().splitlines()
    assert 20 <= len(lines) <= 40
    numbers: dict[str, list[int]] = {}
    for line in lines:
        match = re.fullmatch(r"([abcd]) (\d+)\nx*", json.loads(line))
        assert match is not None, line
        numbers.setdefault(match[1], []).append(int(match[2]))
    # Of each, what is left are its last inputs, without a gap.
    for theirs in numbers.values():
        assert theirs == list(range(400 - len(theirs), 400))


@pytest.mark.parametrize("fate", ["replaced", "removed"])
def test_a_file_that_goes_away_while_we_wait_for_its_lock_is_not_written_to(
    path: Path, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    monkeypatch.setattr(historyfile, "_PATIENCE_S", 60.0)
    filled(path, "old")
    with open(path, "rb") as before:
        fcntl.flock(before, fcntl.LOCK_EX)
        waiting = threading.Thread(target=HistoryFile(path).append, args=("new",))
        waiting.start()
        wait_until(lambda: _opened_twice(path))
        path.unlink()
        if fate == "replaced":
            path.write_bytes(b'"kept"\n')
        fcntl.flock(before, fcntl.LOCK_UN)
        waiting.join(60)
        assert before.read() == b'"old"\n'
    assert HistoryFile(path).latest(9) == (["kept", "new"] if fate == "replaced" else ["new"])


def test_where_there_are_no_locks_inputs_are_kept_but_the_file_is_not_cut_down(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    history = HistoryFile(path, limit=2)
    for number in range(10):
        history.append(str(number))
    assert len(history.latest(99)) == 10
    with size_limit(42):
        check_given_up(history, "No space left on device")
    assert HistoryFile(path).latest(1) == ["9"]


def _opened_twice(path: Path) -> bool:
    """Whether this process has the file open twice: we, and whoever waits for its lock."""
    return [file.path for file in psutil.Process().open_files()].count(str(path)) == 2


def test_a_console_that_keeps_the_lock_does_not_stop_the_others_for_ever(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(historyfile, "_PATIENCE_S", 0.02)
    history = filled(path, "a")
    with open(path, "rb") as stopped:
        fcntl.flock(stopped, fcntl.LOCK_EX)
        with pytest.raises(KconsoleError, match=r"python: another console keeps it locked$"):
            history.append("b")
    assert HistoryFile(path).latest(9) == ["a"]


def test_a_removed_file_begins_anew(path: Path) -> None:
    history = filled(path, "a")
    path.unlink()
    history.append("a")
    assert history.latest(9) == ["a"]


# --- what cannot be used


def check_given_up(history: HistoryFile, reason: str) -> None:
    """It is told once, in one line; after that the history is silent and empty."""
    with pytest.raises(KconsoleError) as caught:
        history.append("x")
    assert str(caught.value) == f"no history of inputs is kept: {history.path}: {reason}"
    history.append("y")
    assert history.latest(9) == []


def test_a_link_is_not_followed(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to("elsewhere")
    check_given_up(HistoryFile(path), "is a symbolic link, not a regular file")
    assert not path.with_name("elsewhere").exists()


def test_a_fifo_does_not_block(path: Path) -> None:
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    check_given_up(HistoryFile(path), "is a FIFO, not a regular file")
    with pytest.raises(KconsoleError, match="FIFO"):
        HistoryFile(path).latest(1)


def test_a_directory_in_its_place(path: Path) -> None:
    path.mkdir(parents=True)
    check_given_up(HistoryFile(path), "is a directory")


def test_a_file_in_place_of_its_directory(path: Path) -> None:
    path.parent.parent.mkdir()
    path.parent.write_text("")
    check_given_up(HistoryFile(path), "File exists")
    with pytest.raises(KconsoleError, match="Not a directory"):
        HistoryFile(path).latest(1)


def test_a_path_that_cannot_be_one(tmp_path: Path) -> None:
    history = HistoryFile(tmp_path / "a\0b")
    with pytest.raises(KconsoleError, match=r"a\\x00b.*null"):
        history.append("x")


def test_somebody_elses_file_is_left_alone(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("ls -l\n" * 100_000)
    before = path.read_bytes()
    check_given_up(HistoryFile(path, limit=10), "is not a history of kconsole's")
    assert path.read_bytes() == before


def test_on_a_full_disk_no_half_line_is_left(path: Path) -> None:
    history = filled(path, "a")
    with size_limit(6):
        check_given_up(history, "No space left on device")
    assert path.read_bytes() == b'"a"\n'
