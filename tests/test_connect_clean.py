"""Removing dead kernels' files: what goes, and all that stays."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kconsole.connect.clean import Removal, remove_after_end, remove_files
from kconsole.connect.files import load_connection_file
from kconsole.protocol.message import CHANNELS

CONTENT = {f"{name}_port": 1 for name in ("shell", "iopub", "stdin", "hb", "control")}


@pytest.fixture
def kernel(tmp_path):
    def write(name="kernel-1.json", folder=tmp_path, **content):
        path = folder / name
        path.write_text(json.dumps(CONTENT | content))
        os.utime(path, (1e9, 1e9))
        return load_connection_file(path)

    return write


def test_a_dead_kernels_file_goes_and_its_log(kernel, tmp_path):
    info = kernel()
    for name in ("kernel-1.json.log", "kernel-11.json.log", "jpserver-1.json", "kernel-2.json"):
        (tmp_path / name).touch()
    assert remove_files([info], tmp_path) == [Removal(info.path, "")]
    assert sorted(os.listdir(tmp_path)) == [
        "jpserver-1.json",
        "kernel-11.json.log",
        "kernel-2.json",
    ]


def test_an_ipc_kernels_socket_files_go_too(kernel, tmp_path):
    info = kernel(transport="ipc")
    for path in (info.ipc_path("shell"), f"{tmp_path}/other-1"):
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(path)
    remove_files([info], tmp_path)
    assert os.listdir(tmp_path) == ["other-1"]


@pytest.mark.parametrize(("name", "goes"), [("kc-abc", True), ("abc", False)])
def test_a_directory_that_was_made_for_the_sockets_goes_too(kernel, tmp_path, name, goes):
    (tmp_path / name).mkdir()
    ports = {f"{channel}_port": n for n, channel in enumerate(CHANNELS, 1)}
    info = kernel(transport="ipc", ip=f"{tmp_path}/{name}/k", **ports)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(info.ipc_path("shell"))
    remove_files([info], tmp_path)
    assert os.listdir(tmp_path) == ([] if goes else [name])


def test_a_link_stays_and_what_it_leads_to(kernel, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    target = kernel("kernel-t.json", tmp_path / "elsewhere").path
    link = tmp_path / "kernel-link.json"
    link.symlink_to(target)
    removals = remove_files([load_connection_file(link)], tmp_path)
    assert removals == [Removal(link, "it is not a regular file")]
    assert link.is_symlink()
    assert target.exists()


def test_a_log_that_is_a_link_stays(kernel, tmp_path):
    info = kernel()
    (tmp_path / "kernel-1.json.log").symlink_to("/etc/passwd")
    remove_files([info], tmp_path)
    assert os.listdir(tmp_path) == ["kernel-1.json.log"]


@pytest.mark.parametrize("name", ["mine.json", "kernel.json", "jpserver-1.json"])
def test_a_file_with_another_name_stays(kernel, tmp_path, name):
    info = kernel(name)
    assert remove_files([info], tmp_path) == [Removal(info.path, "it is not called kernel-*.json")]
    assert info.path.exists()


def test_a_file_in_another_directory_stays(kernel, tmp_path):
    info = kernel()
    (tmp_path / "runtime").mkdir()
    assert (
        remove_files([info], tmp_path / "runtime")[0].kept == "it is not in the runtime directory"
    )
    assert info.path.exists()


def test_a_file_that_has_been_written_anew_stays(kernel, tmp_path):
    info = kernel()
    kernel(shell_port=2)
    assert remove_files([info], tmp_path)[0].kept == "it has changed"
    info.path.write_text("{")
    assert remove_files([info], tmp_path)[0].kept == "it has changed"
    assert info.path.exists()


def test_a_file_that_has_gone_is_told_of(kernel, tmp_path):
    info = kernel()
    info.path.unlink()
    assert remove_files([info], tmp_path)[0].kept == "No such file or directory"


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="Linux has /proc")
def test_a_file_that_a_process_names_stays(kernel, tmp_path):
    info = kernel()
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()", str(info.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert remove_files([info], tmp_path)[0].kept == f"process {process.pid} names it"
        process.kill()
    assert remove_files([info], tmp_path)[0].kept == ""


def test_of_kernels_that_have_just_ended_only_the_files_that_are_ours_go(kernel, tmp_path):
    for name in ("kernel-0123456789ab.json", "kernel-lab.json", "kernel-0123456789AB.json"):
        remove_after_end(kernel(name), tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["kernel-0123456789AB.json", "kernel-lab.json"]
