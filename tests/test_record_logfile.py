"""Files that follow a session: whole at every moment, cheap however long, and never instead of others."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from test_connect_regularfile import size_limit
from test_record_notebook import check
from test_script_json import VALIDATOR

from kconsole.errors import KconsoleError
from kconsole.protocol.events import (
    ClearOutput,
    DisplayData,
    ExecuteInput,
    Parent,
    Status,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.replies import KernelInfo, LanguageInfo
from kconsole.record import growing
from kconsole.record.logfile import open_log
from kconsole.record.saving import rendered, save
from kconsole.record.transcript import Transcript

INFO = KernelInfo(language_info=LanguageInfo("python", file_extension=".py"))
SUFFIXES = (".ipynb", ".md", ".txt", ".py")


@pytest.fixture
def session() -> Transcript:
    transcript = Transcript(INFO)
    run(transcript, "a")
    return transcript


def run(transcript: Transcript, code: str) -> None:
    transcript.input(code, code, len(transcript.cells) + 1)
    transcript.event(Stream("stdout", f"{code}!\n", Parent(code)))


def say(transcript: Transcript, code: str, text: str) -> None:
    transcript.event(Stream("stdout", text, Parent(code)))


def whole(transcript: Transcript, path: Path) -> str:
    return rendered(transcript, path)[0]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_log_always_holds_what_would_be_saved(
    session: Transcript, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"log{suffix}"
    log = open_log(session, path)
    assert path.read_text() == whole(session, path)
    steps: list[Callable[[], None]] = [
        lambda: run(session, "b"),
        lambda: say(session, "b", "more\n"),
        lambda: session.event(DisplayData({"text/plain": "50 %"}, {}, "bar", Parent("b"))),
        lambda: run(session, "c"),
        lambda: say(session, "a", "from a thread\n"),  # of a cell that has long ended
        lambda: session.event(UpdateDisplay({"text/plain": "100 %"}, {}, "bar", Parent("a"))),
        lambda: session.event(ClearOutput(wait=False, parent=Parent("c"))),  # it is shorter now
        lambda: session.input("c", "", 9),
    ]
    for step in steps:
        step()
        log.write()
        assert path.read_text() == whole(session, path)
    log.close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_a_writing_costs_does_not_grow(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = [0]
    pwrite = os.pwrite

    def count(descriptor: int, data: bytes, at: int) -> int:
        written[-1] += len(data)
        return pwrite(descriptor, data, at)

    monkeypatch.setattr(os, "pwrite", count)
    session = Transcript(INFO)
    log = open_log(session, tmp_path / f"log{suffix}")
    for number in range(100):
        written.append(0)
        run(session, f"cell_{number:05}")
        log.write()
    log.close()
    assert max(written[3:]) <= written[3] + 9  # of a notebook, what the other copy lacks too


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".jsonl"])
def test_what_is_in_a_file_stays(session: Transcript, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"log{suffix}"
    open_log(session, path).close()
    before = path.read_text()
    other = Transcript(INFO)
    run(other, "b")
    log = open_log(other, path)
    run(other, "c")
    log.write()
    log.take(ExecuteInput("c", 2, Parent("c")))
    log.write()
    log.close()
    after = path.read_text()
    if suffix == ".ipynb":
        notebook = json.loads(after)
        check(notebook)
        assert ["".join(cell["source"]) for cell in notebook["cells"]] == ["a", "b", "c"]
    else:
        assert after.startswith(before)
        if suffix != ".jsonl":
            assert after == before + whole(other, path)
        else:
            events = [json.loads(line) for line in after.splitlines()]
            assert [event["event"] for event in events] == [
                *("start", "input", "stream"),
                *("start", "input", "stream", "input"),
            ]


def test_what_somebody_was_killed_in_is_no_part_of_a_line(
    session: Transcript, tmp_path: Path
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"event": "st')
    open_log(session, path)
    first, *lines = path.read_text().splitlines()
    assert first == '{"event": "st'
    assert all(json.loads(line) for line in lines)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("precious", "something else than a notebook"),
        ('{"cells": 1}', "something else than a notebook of format 4"),
        ('{"worksheets": [], "nbformat": 3, "metadata": {}}', "something else than a notebook of"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_what_is_no_notebook_stays_as_it_is(
    session: Transcript, tmp_path: Path, content: str | bytes, reason: str
) -> None:
    path = tmp_path / "log.ipynb"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    before = path.read_bytes()
    with pytest.raises(KconsoleError, match=reason):
        open_log(session, path)
    assert path.read_bytes() == before


def test_a_notebook_of_an_older_format_gets_ids(session: Transcript, tmp_path: Path) -> None:
    path = tmp_path / "log.ipynb"
    cell = {"cell_type": "markdown", "metadata": {}, "source": "# mine\n\u00e4"}
    old = {"cells": [cell], "metadata": {"mine": 1}, "nbformat": 4, "nbformat_minor": 2}
    path.write_text(json.dumps(old))
    log = open_log(session, path)
    run(session, "b")
    log.write()
    log.close()
    notebook = json.loads(path.read_text())
    assert notebook["metadata"] == {"mine": 1}
    assert notebook["nbformat_minor"] == 5
    first, *added = notebook["cells"]
    assert first == {**cell, "id": "before-1"}
    assert [cell["source"] for cell in added] == [["a"], ["b"]]


class KilledError(BaseException):
    """What comes in place of a SIGKILL."""


@pytest.mark.parametrize("call", ["pwrite", "ftruncate", "link", "replace"])
def test_a_notebook_is_whole_wherever_one_is_killed(
    session: Transcript, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "log.ipynb"
    real = getattr(os, call)
    for nth in range(1, 6):  # the calls of that name
        left = iter(range(nth, 0, -1))

        def die(*args: Any, left: Iterator[int] = left) -> Any:
            if next(left) == 1:
                raise KilledError
            return real(*args)

        log = open_log(session, path)
        with monkeypatch.context() as patch, pytest.raises(KilledError):
            patch.setattr(os, call, die)
            patch.setattr(growing.TwinFile, "_drop", lambda _: None)  # a dead one tidies nothing up
            for step in range(6):
                before = path.read_text()
                run(session, f"{nth} {step}")
                log.write()
        file = log._file  # type: ignore[attr-defined]
        for descriptor in {file._seen, file._unseen} - {None}:
            os.close(descriptor)
        assert path.read_text() == before
        check(json.loads(before))
    log = open_log(session, path)  # what was left behind is in nobody's way
    run(session, "end")
    log.write()
    log.close()
    assert os.listdir(tmp_path) == [path.name]


def test_without_second_names_a_notebook_is_written_all_the_same(
    session: Transcript, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "log.ipynb"
    log = open_log(session, path)
    for code in "bcd":
        run(session, code)
        log.write()
    log.close()
    assert path.read_text() == whole(session, path)
    assert os.listdir(tmp_path) == [path.name]


def test_two_consoles_do_not_write_to_one_notebook(session: Transcript, tmp_path: Path) -> None:
    path = tmp_path / "log.ipynb"
    log = open_log(session, path)
    for code in "bc":
        run(session, code)
        log.write()
        with pytest.raises(KconsoleError, match="another kconsole writes to it"):
            open_log(Transcript(INFO), path)
        assert path.read_text() == whole(session, path)
    log.close()


def test_a_notebook_that_somebody_has_changed_is_let_alone(
    session: Transcript, tmp_path: Path
) -> None:
    path = tmp_path / "log.ipynb"
    log = open_log(session, path)
    log.close()
    path.write_text("mine")
    run(session, "b")
    with pytest.raises(KconsoleError, match="somebody else has changed it"):
        log.write()
    path.unlink()
    log = open_log(session, path)
    (tmp_path / "new").write_text("mine")
    os.replace(tmp_path / "new", path)
    run(session, "c")
    with pytest.raises(KconsoleError, match="somebody else has changed it"):
        log.write()
    log.close()
    assert path.read_text() == "mine"


def test_text_that_somebody_has_written_stays_and_the_log_goes_on_behind(
    session: Transcript, tmp_path: Path
) -> None:
    path = tmp_path / "log.txt"
    log = open_log(session, path)
    path.write_text("mine\n")
    run(session, "b")
    log.write()
    say(session, "a", "cannot be changed any more\n")
    run(session, "c")
    log.write()
    assert path.read_text() == "mine\nIn [2]: b\nb!\n\nIn [3]: c\nc!\n\n"


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".jsonl"])
def test_a_full_disk_is_told_of_and_what_was_whole_stays_so(
    session: Transcript, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"log{suffix}"
    log = open_log(session, path)
    before = path.read_text()
    run(session, "b" * 5000)
    log.take(ExecuteInput("b" * 5000, 2, Parent("b" * 5000)))
    with size_limit(len(before) + 100), pytest.raises(KconsoleError, match="File too large"):
        log.write()
    log.close()
    if suffix == ".ipynb":
        assert path.read_text() == before
    else:
        assert path.read_text().startswith(before)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing/log.md", "No such file or directory"),
        ("folder.md", "is a directory"),
        ("folder.ipynb", "is a directory"),
        ("pipe.jsonl", "is a FIFO, not a regular file"),
        ("log.doc", "no kind of file ends in '.doc'"),
        ("log", "the file's name has no suffix"),
    ],
)
def test_what_cannot_be_a_log_is_told_in_one_line(
    session: Transcript, tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "folder.ipynb").mkdir()
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(KconsoleError, match=reason) as caught:
        open_log(session, tmp_path / name)
    assert str(caught.value).isprintable()


def test_events_are_lines_as_they_come(session: Transcript, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    log = open_log(session, path)
    parent = Parent("b", "session", "ada")
    events = [
        Status("busy", parent),
        ExecuteInput("b", 2, parent),
        Stream("stdout", "50 %\r", parent),
        ClearOutput(wait=True, parent=parent),
        DisplayData({"text/plain": "x\ud800"}, {}, "id", parent),
        Status("idle", parent),
    ]
    for event in events:
        log.take(event)
        log.write()
    lines = [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
    for line in lines:
        VALIDATOR.validate(line)
    assert [line["event"] for line in lines] == [
        *("start", "input", "stream"),
        *("status", "input", "stream", "clear", "display", "status"),
    ]
    assert lines[0]["mode"] == "log"
    assert lines[2] == {
        "event": "stream",
        "time": lines[2]["time"],
        "name": "stdout",
        "text": "a!\n",
        "msg_id": "a",
        "session": "",
        "username": "",
    }
    assert (lines[4]["msg_id"], lines[4]["username"]) == ("b", "ada")


def test_a_saved_file_is_what_a_log_of_events_would_begin_with(
    session: Transcript, tmp_path: Path
) -> None:
    path = save(session, tmp_path / "s.jsonl")
    events = [json.loads(line)["event"] for line in path.read_text().splitlines()]
    assert events == ["start", "input", "stream"]


_KILLED = """
import sys
from kconsole.protocol.events import Parent, Stream
from kconsole.protocol.replies import KernelInfo
from kconsole.record.logfile import open_log
from kconsole.record.transcript import Transcript
session = Transcript(KernelInfo())
logs = [open_log(session, f"{sys.argv[1]}/log{suffix}") for suffix in sys.argv[2:]]
number = 0
while True:
    session.input(str(number), "code " * 100, number)
    for event in (Stream("stdout", f"output {number}\\n" + "." * 5000, Parent(str(number))),):
        session.event(event)
        for log in logs:
            log.take(event)
    for log in logs:
        log.write()
    print(number, flush=True)
    number += 1
"""


def test_what_was_written_is_there_after_a_kill(tmp_path: Path) -> None:
    suffixes = [*SUFFIXES, ".jsonl"]
    argv = [sys.executable, "-c", _KILLED, str(tmp_path), *suffixes]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(30):
            last = process.stdout.readline().strip()
        process.kill()  # in the middle of whatever it does then
        last = (process.stdout.read().split() or [last])[-1]
    for suffix in suffixes:
        text = (tmp_path / f"log{suffix}").read_text()
        assert suffix == ".py" or f"output {last}" in text
        if suffix == ".ipynb":
            check(json.loads(text))
        elif suffix == ".jsonl":
            assert all(json.loads(line) for line in text.split("\n")[:-1])
