"""What a script ends with: sources of code by outcomes, the real program on five kernels.

The scripted kernel gets every outcome from every source; a real one gets each outcome once, its sources in
turn, as what they differ in is their answers and not where the code was read. It gets them from a process,
as all do where signals and pipes count.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from clients import PATIENCE
from fake_kernel import FakeKernel, fake_argv
from programs import COMMAND, Outcome, end, here, run, running
from running_kernels import Kernel, find_spec, missing, share, start_process

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="needs pipes and signals of Unix"),
    pytest.mark.usefixtures("unmeasured"),
]

KERNELS = ("fake", "ipykernel7", "bash", "xpython", "deno")


# --- where the code comes from


class Given(NamedTuple):
    """How the program is given its code.

    :param arguments: of the command line.
    :param stdin: None: it is free to answer.
    """

    arguments: tuple[str, ...]
    stdin: str | None = None


def marked(cells: list[str], sign: str) -> str:
    return "".join(f"{sign} %%\n{cell}\n" for cell in cells)


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, newline="")
    return str(path)


def by_stdin(cells: list[str], folder: Path, sign: str) -> Given:
    if len(cells) == 1:
        return Given((), cells[0])
    return Given(("--cells",), marked(cells, sign))


def by_code(cells: list[str], folder: Path, sign: str) -> Given:
    return Given(tuple(part for cell in cells for part in ("-c", cell)))


def by_files(cells: list[str], folder: Path, sign: str) -> Given:
    paths = [written(folder, f"{number}.code", cell) for number, cell in enumerate(cells)]
    return Given(tuple(part for path in paths for part in ("-f", path)))


def by_markers(cells: list[str], folder: Path, sign: str) -> Given:
    return Given(("--cells", "-f", written(folder, "job", marked(cells, sign))))


def by_notebook(cells: list[str], folder: Path, sign: str) -> Given:
    made = [
        {"cell_type": "code", "source": cell.splitlines(keepends=True), "metadata": {}}
        for cell in cells
    ]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})
    return Given(("-f", written(folder, "job.ipynb", text)))


def by_all(cells: list[str], folder: Path, sign: str) -> Given:
    """The last one by standard input, behind what comes from the command line and a file."""
    *before, last = cells
    code, files = by_code(before[:1], folder, sign), by_files(["", *before[1:]], folder, sign)
    return Given((*code.arguments, *files.arguments, "-f", "-"), last)


SOURCES: dict[str, Callable[[list[str], Path, str], Given]] = {
    "stdin": by_stdin,
    "-c": by_code,
    "-f": by_files,
    "--cells": by_markers,
    "ipynb": by_notebook,
    "mixed": by_all,
}


# --- what comes of it


class Row(NamedTuple):
    """An outcome: what each kernel shows is in :data:`OTHERWISE` where it is something else.

    :param cells: intents, or Python.
    :param stderr: a pattern of all of it.
    :param answers: what standard input holds, or the file of answers where it is not free.
    :param sources: on the scripted kernel.
    """

    cells: tuple[str, ...]
    stdout: str = ""
    stderr: str = ""
    status: int = 0
    options: tuple[str, ...] = ()
    answers: str = ""
    sources: tuple[str, ...] = tuple(SOURCES)


TOLD = r"(?s).*Error: told so\n.*"
SLOW = r"kconsole: .*: not done in {} s{}: interrupted\n(?s:.*)"
ROWS = {
    "ok": Row(("print hello",), "hello\n"),
    "result": Row(("one plus one",), "2\n"),
    "several": Row(("assign", "print hello", "read back"), "hello\n4711\n"),
    "stderr": Row(("print to stderr",), "", "oops\n"),
    "error": Row(("error", "print hello"), "", TOLD, 1),
    "going": Row(("error", "print hello"), "hello\n", TOLD, 1, ("--keep-going",)),
    "input": Row(("input",), "hi Ada\n", answers="Ada\n"),
    "no input": Row(("input",), "", "(?s).*EOFError.*", 1),
    "no stdin": Row(
        ("input",),
        "",
        "(?s).*not support input requests.*",
        1,
        ("--no-stdin",),
        sources=("stdin", "-c"),
    ),
    "leaving": Row(("exit", "print hello"), "", "kconsole: left; the kernel stays\n"),
    "timeout": Row(
        ("slow", "print hello"),
        "hello\n",
        SLOW.format(1, ""),
        124,
        ("--timeout", "1"),
        sources=("stdin", "-f", "ipynb"),
    ),
    "total": Row(
        ("print hello", "slow", "print hello"),
        "hello\nhello\n",
        SLOW.format(1, " for all cells"),
        124,
        ("--total-timeout", "1", "--keep-going"),
        sources=("--cells", "mixed"),
    ),
    "aborted": Row(
        ("%fake status aborted", "print hello"),
        "",
        "kconsole: the kernel ended the cell before it was done\n",
        1,
        sources=("-c", "ipynb"),
    ),
}

_CAT = "cat: '/told so': No such file or directory\n"
#: The exit status; where the source is a notebook, its cell is named.
_ONE = r"1\n(kconsole: .*, cell \d+ has failed\n)?"
#: kernel -> row -> in what it differs; None: it has no such thing.
OTHERWISE: dict[str, dict[str, dict[str, Any] | None]] = {
    "fake": {},
    "ipykernel7": {"aborted": None, "total": None},
    "xpython": {
        "aborted": None,
        # It knows no sign for the end of the input, and says ok to an interrupt and goes on.
        "no input": {"stdout": "hi \n", "stderr": "", "status": 0},
        **dict.fromkeys(("timeout", "total")),
    },
    "bash": {
        # It has one terminal for both, and an error is its exit status.
        "error": {"stdout": _CAT, "stderr": _ONE},
        "going": {"stdout": _CAT + "hello\n", "stderr": _ONE},
        "timeout": {"stdout": "hello\n\n"},  # the terminal's answer to Ctrl-C
        **dict.fromkeys(("stderr", "input", "no input", "no stdin", "leaving", "total", "aborted")),
    },
    "deno": {
        "no input": {"stdout": "hi \n", "stderr": "", "status": 0},
        "no stdin": {"stdout": "hi null\n", "stderr": "", "status": 0},
        **dict.fromkeys(("leaving", "total", "aborted")),
    },
}


def cases() -> Iterator[Any]:
    """Kernel, source and row; a real kernel's rows take the sources in turn."""
    for kernel in KERNELS:
        rows = [name for name in ROWS if OTHERWISE[kernel].get(name, {}) is not None]
        for number, row in enumerate(rows):
            turn = list(SOURCES)[number % len(SOURCES)]
            for source in ROWS[row].sources if kernel == "fake" else [turn]:
                yield pytest.param(kernel, source, row, id=f"{kernel}-{source}-{row}")


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory, shared_kernels: Any) -> Iterator[Any]:
    """Gives each kernel by its name; the scripted one too is a process, that all share."""
    started: list[Kernel] = []

    def get(name: str) -> Kernel:
        if name != "fake":
            if find_spec(name) is None:
                missing(name)
            kernel: Kernel = shared_kernels(name)
            return kernel
        if not started:
            spec = {"argv": fake_argv(implementation="ipython"), "language": "python"}
            started.append(share(start_process("fake", spec, tmp_path_factory.mktemp("fake"))))
        return started[0]

    yield get
    for each in started:
        each.close()


def code(kernel: Kernel, cell: str) -> str:
    if cell == "slow":
        return f"{kernel.code('print hello')}\n{kernel.code('sleep 10')}"
    is_python = cell == "exit" or cell.startswith("%fake")
    return cell if is_python else kernel.code(cell)


def perform(kernel: Kernel, source: str, row: Row, folder: Path) -> Outcome:
    cells = [code(kernel, cell) for cell in row.cells]
    given = SOURCES[source](cells, folder, "//" if kernel.language == "typescript" else "#")
    options = row.options
    if given.stdin is not None and row.answers:
        options = (*options, "--stdin-file", written(folder, "answers", row.answers))
    stdin = row.answers if given.stdin is None else given.stdin
    start = here if kernel.name == "fake" else run
    return start(str(kernel.connection_file), *options, *given.arguments, stdin=stdin)


@pytest.mark.parametrize(("name", "source", "row"), [*cases()])
def test_an_outcome(kernels: Any, tmp_path: Path, name: str, source: str, row: str) -> None:
    kernel = kernels(name)
    wanted = ROWS[row]._replace(**(OTHERWISE[name].get(row) or {}))
    outcome = perform(kernel, source, wanted, tmp_path)
    assert (outcome.status, outcome.stdout) == (wanted.status, wanted.stdout), outcome.stderr
    assert re.fullmatch(wanted.stderr, outcome.stderr), outcome.stderr
    if wanted.status == 124:  # the kernel was interrupted, and is there for others
        assert perform(kernel, "-c", ROWS["ok"], tmp_path) == (0, "hello\n", "")


# --- text that is odd, or none


@pytest.mark.parametrize("name", ["fake", "bash"])
@pytest.mark.parametrize("source", ["stdin", "-f", "--cells", "ipynb", "mixed"])
def test_line_ends_a_byte_order_mark_and_a_last_line_without_end_change_nothing(
    kernels: Any, tmp_path: Path, name: str, source: str
) -> None:
    kernel = kernels(name)
    whole = f"{kernel.code('assign')}\r\n{kernel.code('read back')}"
    given = SOURCES[source]([whole], tmp_path, "#")
    for path in tmp_path.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    stdin = None if given.stdin is None else "\ufeff" + given.stdin
    outcome = here(str(kernel.connection_file), *given.arguments, stdin=stdin)
    assert outcome == (0, "4711\n", "")


@pytest.mark.parametrize(
    ("bad", "reason"), [(b"\xff", "not UTF-8 at byte {}"), (b"\0", "a NUL at byte {}")]
)
@pytest.mark.parametrize("source", ["stdin", "-f", "--cells", "ipynb", "mixed"])
def test_what_is_no_text_is_refused_with_its_place_and_nothing_is_run(
    kernels: Any, tmp_path: Path, source: str, bad: bytes, reason: str
) -> None:
    mark = "MARK"
    given = SOURCES[source](["print('ran')", f"print('{mark}')"], tmp_path, "#")
    stdin, broken = (given.stdin or "").encode(), "standard input"
    for path in tmp_path.iterdir():
        if mark.encode() in path.read_bytes():
            stdin, broken = stdin or path.read_bytes(), str(path)
            path.write_bytes(path.read_bytes().replace(mark.encode(), bad))
    place = stdin.index(mark.encode())
    outcome = here(
        str(kernels("fake").connection_file),
        *given.arguments,
        stdin=stdin.replace(mark.encode(), bad) if given.stdin is not None else None,
    )
    assert outcome == (2, "", f"kconsole: {broken}: {reason.format(place)}\n")


# --- ends from outside


ON = "print('on')\nimport time\ntime.sleep(60)"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        *(("stdin", "SIGINT"), ("-c", "SIGINT"), ("ipynb", "SIGINT")),
        *(("stdin", "SIGTERM"), ("ipynb", "SIGHUP")),
    ],
)
def test_a_signal_is_its_status_and_the_kernel_is_free_again(
    kernels: Any, tmp_path: Path, source: str, name: str
) -> None:
    number = getattr(signal, name)
    kernel = kernels("fake")
    given = SOURCES[source]([ON, "print('never')"], tmp_path, "#")
    with running(str(kernel.connection_file), *given.arguments, stdin=subprocess.PIPE) as program:
        program.stdin.write(given.stdin or "")
        program.stdin.close()
        program.stdin = None
        assert program.stdout.readline() == "on\n"
        program.send_signal(number)
        outcome = end(program)
    assert (outcome.status, outcome.stdout) == (128 + number, "")
    assert ("KeyboardInterrupt" in outcome.stderr) == (name == "SIGINT")
    assert "kconsole" not in outcome.stderr
    assert perform(kernel, "-c", ROWS["ok"], tmp_path) == (0, "hello\n", "")


@pytest.mark.parametrize("source", SOURCES)
def test_a_kernel_that_dies_in_the_cell_is_status_4(tmp_path: Path, source: str) -> None:
    given = SOURCES[source](["print(1)", "%fake die", "print(3)"], tmp_path, "#")
    with FakeKernel(implementation="ipython") as fake:
        path = str(fake.write_connection_file(tmp_path / "kernel-1.json"))
        outcome = here(path, "--keep-going", *given.arguments, stdin=given.stdin)
    assert outcome == (4, "1\n", "kconsole: the kernel is gone: connection refused\n")


#: A line of sh that runs "$@" -> the status, and what standard error says.
PLACES = {
    '"$@" >&-': (0, ""),
    '"$@" >/dev/full': (1, "kconsole: standard output: No space left on device\n"),
    'exec 3>&1; { "$@"; echo $? >&3; } | true': (141, ""),
}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize(("source", "line"), [*zip(("stdin", "-f", "ipynb"), PLACES, strict=True)])
def test_an_output_that_takes_nothing(kernels: Any, tmp_path: Path, source: str, line: str) -> None:
    given = SOURCES[source](["while True: print(1)" if "true" in line else "1"], tmp_path, "#")
    arguments = (str(kernels("fake").connection_file), *given.arguments)
    done = subprocess.run(
        ["sh", "-c", line, "sh", *COMMAND, *arguments],
        input=given.stdin or "",
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
    )
    status, said = PLACES[line]
    reported = int(done.stdout) if "echo $?" in line else done.returncode
    assert (reported, done.stderr) == (status, said)
