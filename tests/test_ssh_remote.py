"""What a remote ``sh`` is asked of Jupyter's files, with a shell of this machine in its place."""

import json
import os
import shutil
from pathlib import Path

import pytest
from remote_shell import LocalShell

from kconsole.connect.ssh.remote import (
    RemoteFile,
    Run,
    chosen,
    connection_files,
    is_remote_path,
    kernel_specs,
    read_file,
)
from kconsole.errors import ConnectionFileError, NoKernelError

SHELLS = [
    argv
    for argv in (("dash",), ("bash",), ("bash", "--posix"), ("busybox", "sh"))
    if shutil.which(argv[0])
]
CONTENT = json.dumps(
    {"ip": "127.0.0.1", "key": "k"}
    | {f"{name}_port": 5000 for name in ("shell", "iopub", "stdin", "hb", "control")}
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture(params=SHELLS, ids=" ".join)
def run(request: pytest.FixtureRequest, home: Path) -> Run:
    return LocalShell(home, *request.param)


@pytest.fixture
def runtime(home: Path) -> Path:
    directory = home / ".local/share/jupyter/runtime"
    directory.mkdir(parents=True)
    return directory


def test_connection_files_are_found_the_latest_first(run: Run, runtime: Path) -> None:
    for age, name in enumerate(("kernel-new.json", "kernel-a b$(c)'.json", "kernel-é.json")):
        (runtime / name).write_text(CONTENT)
        os.utime(runtime / name, (2_000_000 - age, 1_000_000))
    found = connection_files(run)
    assert [file.name for file in found] == [
        "kernel-new.json",
        "kernel-a b$(c)'.json",
        "kernel-é.json",
    ]
    assert found[0].path == str(runtime / "kernel-new.json")
    assert found[0].used == 2_000_000
    assert found[0].age_s > 1e9
    assert found[0].connection("gpu01").shell_port == 5000


def test_what_is_no_connection_file_is_left_out(run: Run, runtime: Path) -> None:
    (runtime / "jpserver-1.json").write_text("{}")
    (runtime / "kernel-1.json.log").write_text("hello")
    (runtime / "kernel-dir.json").mkdir()
    os.mkfifo(runtime / "kernel-fifo.json")
    (runtime / "kernel-a\nb.json").write_text("{}")
    assert connection_files(run) == []


def test_content_comes_as_it_is_and_bounded(run: Run, runtime: Path) -> None:
    (runtime / "kernel-binary.json").write_bytes(bytes(range(256)) + b"\n\n")
    (runtime / "kernel-long.json").write_bytes(b"x" * 100_000)
    found = {file.name: file.content for file in connection_files(run)}
    assert found["kernel-binary.json"] == bytes(range(256)) + b"\n\n"
    assert found["kernel-long.json"] == b"x" * 65536


def test_no_directory_is_no_file(run: Run) -> None:
    assert connection_files(run) == []


def test_a_file_is_read_by_its_path(run: Run, home: Path) -> None:
    (home / "it's here.json").write_text(CONTENT)
    for name in (str(home / "it's here.json"), "~/it's here.json", "it's here.json"):
        file = read_file(run, name, "gpu01")
        assert file.path == str(home / "it's here.json")
        assert file.content.decode() == CONTENT


@pytest.mark.parametrize(
    ("name", "reason"),
    [("~/none.json", "no such file"), ("/", "is a directory"), ("$(echo x)/y", "no such file")],
)
def test_a_file_that_is_none_is_told_with_the_reason(run: Run, name: str, reason: str) -> None:
    with pytest.raises(NoKernelError) as caught:
        read_file(run, name, "gpu01")
    assert str(caught.value) == f"gpu01:{name}: {reason}"


@pytest.mark.parametrize("content", [b"", b"{}", b"[1", b"\xff", b"\0", b"[" * 60_000])
def test_a_faulty_connection_file_names_machine_and_file(content: bytes) -> None:
    with pytest.raises(ConnectionFileError, match=r"^gpu01:/r/kernel-1.json: "):
        RemoteFile("/r/kernel-1.json", content).connection("gpu01")


def test_a_name_means_what_it_means_here() -> None:
    files = [
        RemoteFile(f"/r/{name}", b"") for name in ("kernel-12.json", "kernel-1.json", "x.json")
    ]
    assert chosen("1", files) == [files[1]]
    assert chosen("kernel-1", files) == [files[1]]
    assert chosen("kern", files) == files[:2]
    assert chosen("*2*", files) == files[:1]
    assert chosen("x", files) == [files[2]]
    assert chosen("nothing", files) == []


def test_what_is_a_path_over_there() -> None:
    assert is_remote_path("/r/kernel-1.json")
    assert is_remote_path("~/kernel-1.json")
    assert not is_remote_path("kernel-1.json")
    assert not is_remote_path("kernel-*.json")


def test_kernelspecs_are_found_with_their_python(run: Run, home: Path) -> None:
    root = home / "miniforge3"
    (root / "conda-meta").mkdir(parents=True)
    for place, name, argv in (
        (root / "share/jupyter", "python3", ["python", "-m", "x"]),
        (home / ".local/share/jupyter", "Ours", ["/bin/ours", "{connection_file}"]),
        (home / ".local/share/jupyter", "broken", []),
    ):
        (place / "kernels" / name).mkdir(parents=True)
        text = json.dumps({"argv": argv, "display_name": name, "language": "l"})
        (place / "kernels" / name / "kernel.json").write_text(text)
    specs, faults = kernel_specs(run)
    assert specs["python3"].argv == (f"{root}/bin/python", "-m", "x")
    assert specs["ours"].argv == ("/bin/ours", "{connection_file}")
    assert [fault.name for fault in faults] == ["broken"]
