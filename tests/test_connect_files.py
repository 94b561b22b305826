"""Connection files on disk: read with distrust, written in private, found by what people type."""

import json
import os
import socket
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from kconsole.connect.files import (
    candidates,
    find_connection_file,
    load_connection_file,
    namesakes,
    readable_by_others,
    write_connection_file,
)
from kconsole.connect.info import ConnectionInfo
from kconsole.errors import ConnectionFileError, NoKernelError

INFO = ConnectionInfo(
    shell_port=1, iopub_port=2, stdin_port=3, hb_port=4, control_port=5, key=b"k", kernel_name="py"
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current directory, beside an empty runtime directory."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    (tmp_path / "runtime").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def runtime(here):
    return here.parent / "runtime"


def kernel_file(path, age=0, **changes):
    """Write a valid connection file, last used `age` seconds before a fixed time."""
    write_connection_file(replace(INFO, **changes), path)
    os.utime(path, (2_000_000_000 - age,) * 2)
    return path


def nobody(_infos):
    """A probe to which no kernel answers."""


def answering(*paths):
    """Return a probe to which only the kernels of `paths` answer."""
    return lambda infos: next((info for info in infos if info.path in paths), None)


def fault(path):
    with pytest.raises(ConnectionFileError) as caught:
        load_connection_file(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: ") and text.isprintable()
    return text.removeprefix(f"{path}: ")


# -- reading ------------------------------------------------------------------------------------


def test_what_was_written_is_read(tmp_path):
    path = tmp_path / "k.json"
    write_connection_file(INFO, path)
    assert load_connection_file(path) == replace(INFO, path=path)
    assert load_connection_file(str(path)).path == path


def test_a_tilde_is_the_home_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    kernel_file(tmp_path / "k.json")
    assert load_connection_file("~/k.json").path == tmp_path / "k.json"
    assert find_connection_file("~/k.json") == tmp_path / "k.json"


def test_a_byte_order_mark_is_tolerated(tmp_path):
    path = tmp_path / "k.json"
    path.write_text(json.dumps(INFO.to_dict()), encoding="utf-8-sig")
    assert load_connection_file(path).key == b"k"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b'{"shell_port": 1,', "is not JSON: "),
        (b"\xff\xfe{", "is not UTF-8 (byte 0)"),
        (b"{}\0\0", "is not text but binary"),
        (b"[]", "is not a JSON object"),
        (b"[" * 100_000, "is nested too deeply"),
        (b"9" * 5000, "is not usable JSON: "),
        (b" " * (1024 * 1024) + b"{}", "is larger than 1 MiB"),
        (b'{"shell_port": 1}', "iopub_port is missing; stdin_port is missing; hb_port is missing"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, content, reason):
    path = tmp_path / "k.json"
    path.write_bytes(content)
    assert fault(path).startswith(reason)


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        ("job.py", b"import os\n", "; to run it: kconsole < job.py"),
        ("my job.sh", b"#!/bin/sh\n", "; to run it: kconsole < 'my job.sh'"),
        ("job.json", b"import os\n", ""),
        ("job.ipynb", b'{"cells": [], "nbformat": 4}', "; to run it: kconsole -f job.ipynb"),
        ("big.ipynb", b" " * (1024 * 1024) + b"{}", "; to run it: kconsole -f big.ipynb"),
        ("job.pyc", b"\0" * 16, ""),
        ("job.txt", b"\xff", ""),
        ("job.py", b"", ""),
    ],
)
def test_for_code_in_place_of_a_connection_there_is_a_hint(
    tmp_path, monkeypatch, name, content, hint
):
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(content)
    reason, mark, command = fault(Path(name)).partition("; to run it: ")
    assert reason
    assert mark + command == hint


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket"))
        assert fault(tmp_path / "fifo") == "is a FIFO, not a regular file"
        assert fault(tmp_path / "socket") == "is a socket, not a regular file"
    assert fault(tmp_path) == "is a directory"
    assert fault(Path("/dev/null")) == "is not a regular file"


def test_a_file_that_cannot_be_reached_says_so(tmp_path):
    assert fault(tmp_path / "gone") == "No such file or directory"
    path = kernel_file(tmp_path / "k.json")
    assert fault(path / "below") == "Not a directory"
    path.unlink()
    path.symlink_to(path)
    assert fault(path) == "Too many levels of symbolic links"


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs Linux' /proc")
def test_a_file_that_opens_but_cannot_be_read_says_so():
    # Modes mean nothing to root, as whom the tests may run; page 0 is nobody's to read.
    assert fault(Path("/proc/self/mem")) == "Input/output error"


# -- writing ------------------------------------------------------------------------------------


def test_a_file_is_private_from_its_first_byte(tmp_path, monkeypatch):
    seen = []
    replace_file = os.replace

    def watch(source, target):
        seen.append((stat.S_IMODE(os.stat(source).st_mode), os.path.exists(target)))
        replace_file(source, target)

    monkeypatch.setattr("kconsole.connect.files.os.replace", watch)
    old_mask = os.umask(0)
    try:
        write_connection_file(INFO, tmp_path / "k.json")
    finally:
        os.umask(old_mask)
    assert seen == [(0o600, False)]
    assert stat.S_IMODE((tmp_path / "k.json").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["k.json"]


def test_a_file_is_replaced_as_a_whole_and_made_private(tmp_path):
    path = tmp_path / "k.json"
    path.write_text("old")
    path.chmod(0o644)
    write_connection_file(INFO, path)
    assert load_connection_file(path).shell_port == 1
    assert not readable_by_others(path)


def test_a_missing_directory_is_created_for_the_user_alone(tmp_path):
    write_connection_file(INFO, tmp_path / "new" / "runtime" / "k.json")
    assert stat.S_IMODE((tmp_path / "new" / "runtime").stat().st_mode) == 0o700


def test_a_failed_write_leaves_nothing_behind(tmp_path):
    (tmp_path / "k.json").mkdir()
    with pytest.raises(ConnectionFileError, match=r"k\.json: cannot be written: Is a directory"):
        write_connection_file(INFO, tmp_path / "k.json")
    assert os.listdir(tmp_path) == ["k.json"]
    with pytest.raises(ConnectionFileError, match="cannot be written"):
        write_connection_file(INFO, Path("/dev/null/k.json"))


@pytest.mark.parametrize(("mode", "expected"), [(0o600, False), (0o640, True), (0o604, True)])
def test_a_key_that_others_may_read_is_noticed(tmp_path, mode, expected):
    path = kernel_file(tmp_path / "k.json")
    path.chmod(mode)
    assert readable_by_others(path) is expected


def test_a_missing_file_is_not_readable_by_others(tmp_path):
    assert not readable_by_others(tmp_path / "gone")


# -- finding ------------------------------------------------------------------------------------


def test_a_path_is_taken_as_it_is(here, runtime):
    path = kernel_file(here / "sub" / "k.json")
    assert find_connection_file(str(path)) == path
    assert find_connection_file("sub/k.json") == Path("sub/k.json")
    assert find_connection_file("./sub/k.json") == Path("sub/k.json")


def test_a_path_that_leads_nowhere_is_named(here):
    with pytest.raises(NoKernelError, match=r"^sub/k\.json: No such file or directory$"):
        find_connection_file("sub/k.json")
    with pytest.raises(NoKernelError, match="null byte"):
        find_connection_file("./a\0b")


def test_a_faulty_file_that_was_named_is_found_and_complains_when_loaded(here):
    (here / "k.json").write_text("{}")
    assert find_connection_file("./k.json") == Path("k.json")
    assert find_connection_file("k.json") == Path("k.json")
    with pytest.raises(ConnectionFileError, match=r"^k\.json: shell_port is missing; "):
        load_connection_file(find_connection_file("k.json"))


@pytest.mark.parametrize(
    "name",
    ["kernel-4711.json", "kernel-4711", "4711", "711", "4711.json", "711.json", "*47*", "k*1.j*"],
)
def test_a_kernel_is_found_by_what_people_type(runtime, name):
    path = kernel_file(runtime / "kernel-4711.json")
    kernel_file(runtime / "kernel-42.json")
    assert find_connection_file(name, probe=nobody) == path


def test_the_whole_name_wins_over_a_part_of_another(runtime):
    kernel_file(runtime / "kernel-4711.json", age=0)
    path = kernel_file(runtime / "kernel-47.json", age=100)
    assert find_connection_file("47", probe=nobody) == path


def test_a_part_with_the_ending_is_the_end_of_the_name(runtime):
    path = kernel_file(runtime / "kernel-4711.json", age=100)
    kernel_file(runtime / "kernel-47110.json", age=0)
    assert find_connection_file("711.json", probe=nobody) == path
    longer = kernel_file(runtime / "kernel-11.json", age=200)
    assert find_connection_file("11.json", probe=nobody) == longer
    with pytest.raises(NoKernelError, match=r"^no kernel matches '471\.json': looked in "):
        find_connection_file("471.json")


def test_the_current_directory_wins_over_the_runtime_directory(here, runtime):
    kernel_file(runtime / "k.json")
    kernel_file(here / "k.json")
    assert find_connection_file("k.json") == Path("k.json")


def test_a_directory_of_that_name_is_no_kernel(here, runtime):
    (here / "python").mkdir()
    path = kernel_file(runtime / "kernel-python.json")
    assert find_connection_file("python") == path


def test_what_has_the_name_and_is_no_file_is_told_if_nothing_else_matches(here):
    (here / "python").mkdir()
    os.mkfifo(here / "k.json")
    with pytest.raises(NoKernelError, match=r" \(skipped python: is a directory\)$"):
        find_connection_file("python")
    with pytest.raises(
        NoKernelError, match=r" \(skipped k\.json: is a FIFO, not a regular file\)$"
    ):
        find_connection_file("k.json")


@pytest.mark.parametrize("name", ["a[1]b", "[1]", "kernel-a[1]*"])
def test_brackets_stand_for_themselves(runtime, name):
    path = kernel_file(runtime / "kernel-a[1]b.json")
    kernel_file(runtime / "kernel-a1b.json")
    assert find_connection_file(name, probe=nobody) == path


def test_a_pattern_may_have_a_directory(here, runtime):
    path = kernel_file(here / "sub" / "kernel-1.json")
    assert find_connection_file(f"{here}/sub/kernel-?.json", probe=nobody) == path


def test_a_file_whose_name_has_a_star_is_found_by_its_path(here):
    path = kernel_file(here / "odd*.json")
    kernel_file(here / "oddity.json")
    assert find_connection_file(str(path)) == path


def test_of_several_the_newest_that_answers_is_taken(runtime):
    newest = kernel_file(runtime / "kernel-a1.json", age=1)
    middle = kernel_file(runtime / "kernel-a2.json", age=2)
    oldest = kernel_file(runtime / "kernel-a3.json", age=3)
    assert find_connection_file("a", probe=answering(oldest, newest, middle)) == newest
    assert find_connection_file("a", probe=answering(oldest, middle)) == middle
    with pytest.raises(NoKernelError, match=r"none of the 3 kernels that match 'a' in .* answers"):
        find_connection_file("a", probe=nobody)


def test_without_a_name_the_newest_kernel_that_answers_is_taken(here, runtime):
    kernel_file(runtime / "kernel-1.json", age=1)
    alive = kernel_file(runtime / "kernel-2.json", age=2)
    kernel_file(runtime / "other.json", age=0)
    assert find_connection_file(None, probe=answering(alive, runtime / "other.json")) == alive
    with pytest.raises(NoKernelError) as caught:
        find_connection_file(None, probe=nobody)
    where = f"the current directory and {runtime}"
    assert str(caught.value) == f"none of the 2 kernels in {where} answers"


def test_the_only_kernel_of_all_must_answer_too_if_none_was_named(runtime):
    kernel_file(runtime / "kernel-1.json")
    with pytest.raises(NoKernelError, match=r"the only kernel in .* does not answer"):
        find_connection_file(None, probe=nobody)


def test_dead_kernels_are_told_by_probing(runtime):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        kernel_file(runtime / "kernel-1.json", hb_port=held.getsockname()[1])
        with pytest.raises(NoKernelError, match="does not answer"):
            find_connection_file(None)


def test_nothing_found_says_where_it_was_looked_for(here, runtime):
    with pytest.raises(NoKernelError) as caught:
        find_connection_file("nope")
    where = f"looked in the current directory and {runtime}"
    assert str(caught.value) == f"no kernel matches 'nope': {where}"
    with pytest.raises(NoKernelError, match=r"^no kernel: looked in the current directory and "):
        find_connection_file(None)


def test_a_runtime_directory_that_is_not_there_is_empty(here, monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(here / "gone"))
    with pytest.raises(NoKernelError):
        find_connection_file(None)


def test_files_that_hold_no_connection_are_passed_over(here, runtime):
    (here / "package-a.json").write_text('{"name": "a"}')
    (runtime / "kernel-a0.json").write_text('{"shell_port":')
    path = kernel_file(runtime / "kernel-a1.json")
    assert find_connection_file("a", probe=nobody) == path
    path.unlink()
    with pytest.raises(NoKernelError) as caught:
        find_connection_file("kage")
    assert "(skipped package-a.json: shell_port is missing" in str(caught.value)


def test_candidates_come_newest_first_by_either_time(runtime):
    now = 2_000_000_000
    for name, atime, mtime in [("kernel-1.json", 5, 1), ("kernel-2.json", 1, 9), ("x.json", 7, 7)]:
        kernel_file(runtime / name)
        os.utime(runtime / name, (now + atime, mtime))
    os.utime(runtime / "kernel-2.json", (0, now + 9))
    (runtime / "kernel-3.json").mkdir()
    (runtime / "kernel-4.json").symlink_to("gone")
    found = candidates(directories=[runtime])
    assert [path.name for path in found] == ["kernel-2.json", "kernel-1.json"]
    assert candidates("*.txt", [runtime]) == []


def test_a_file_seen_by_two_ways_is_one_candidate(runtime, monkeypatch):
    kernel_file(runtime / "kernel-1.json")
    monkeypatch.chdir(runtime)
    assert candidates() == [Path("kernel-1.json")]


@pytest.mark.skipif(not hasattr(os, "O_NOATIME"), reason="this system cannot read without a trace")
def test_a_search_leaves_the_access_times_alone(runtime):
    # An access time before the modification time is what relatime mounts update on reading.
    paths = [kernel_file(runtime / f"kernel-{number}.json") for number in range(2)]
    for number, path in enumerate(paths):
        os.utime(path, (1000 + number, 2000 + number))
    with pytest.raises(NoKernelError):
        find_connection_file(None, probe=nobody)
    assert [path.stat().st_atime for path in paths] == [1000, 1001]


def test_a_name_that_does_not_print_is_shown_escaped(here):
    with pytest.raises(NoKernelError) as caught:
        find_connection_file("a\x1b[2J\n")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("47", ["kernel-4711.json", "kernel-47.1.json"]),
        ("kernel-47*", ["kernel-4711.json", "kernel-47.1.json"]),
        ("11.json", []),  # one alone
        ("4711", []),  # a whole name
        ("nothing", []),
        ("{here}/kernel-47*", ["kernel-4711.json", "kernel-47.1.json"]),
        ("{here}/kernel-4711.json", []),
    ],
)
def test_a_name_may_mean_several_kernels(here, name, meant):
    ports = {f"{each}_port": 1 for each in ("shell", "iopub", "stdin", "hb", "control")}
    for age, file in enumerate(("kernel-4711.json", "kernel-47.1.json")):
        Path(file).write_text(json.dumps(ports))
        os.utime(file, (1000 - age, 1000 - age))
    Path("kernel-47-half.json").write_text("{")
    assert [each.name for each in namesakes(name.format(here=here))] == meant
