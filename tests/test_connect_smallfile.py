"""Small files read with distrust: what is no regular file is refused, and never waited for."""

import os
import socket
import stat
from pathlib import Path

import pytest

from kconsole.connect.smallfile import SIZE_LIMIT, read_small_file


def fault(path: Path) -> str:
    with pytest.raises(ValueError) as caught:
        read_small_file(path)
    return str(caught.value)


def test_content_and_status_are_of_the_file_that_was_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a\0b")
    path.chmod(0o640)
    (tmp_path / "link").symlink_to(path)
    content, status = read_small_file(tmp_path / "link")
    assert content == b"a\0b"
    assert stat.S_IMODE(status.st_mode) == 0o640
    assert status.st_ino == path.stat().st_ino


def test_the_largest_file_is_read_and_a_larger_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * SIZE_LIMIT)
    assert len(read_small_file(path).content) == SIZE_LIMIT
    path.write_bytes(b"x" * (SIZE_LIMIT + 1))
    assert fault(path) == "is larger than 1 MiB"


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket"))
        assert fault(tmp_path / "socket") == "is a socket, not a regular file"
    assert fault(tmp_path / "fifo") == "is a FIFO, not a regular file"
    assert fault(tmp_path) == "is a directory"
    assert fault(Path("/dev/null")) == "is not a regular file"
    assert fault(Path("/dev/zero")) == "is not a regular file"


def test_a_file_that_cannot_be_reached_says_so(tmp_path: Path) -> None:
    assert fault(tmp_path / "gone") == "No such file or directory"
    path = tmp_path / "loop"
    path.symlink_to(path)
    assert fault(path) == "Too many levels of symbolic links"
    assert "null byte" in fault(tmp_path / "a\0b")


@pytest.mark.skipif(not hasattr(os, "O_NOATIME"), reason="this system cannot read without a trace")
def test_the_access_time_is_left_alone_if_that_is_wanted(tmp_path: Path) -> None:
    # An access time before the modification time is what relatime mounts update on reading.
    path = tmp_path / "file"
    path.write_bytes(b"x")
    os.utime(path, (1000, 2000))
    assert read_small_file(path, leave_atime=True).content == b"x"
    assert path.stat().st_atime == 1000
