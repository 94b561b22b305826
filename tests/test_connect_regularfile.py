"""Files of the user's own: opened without blocking, replaced as a whole."""

import os
import resource
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kconsole.connect.regularfile import open_regular, replace_file

APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND


@contextmanager
def size_limit(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes, as if the disk were full then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_that_is_made_is_the_users_alone(tmp_path: Path) -> None:
    descriptor = open_regular(tmp_path / "new", APPEND)
    os.close(descriptor)
    assert mode_of(tmp_path / "new") == 0o600


def test_a_file_that_is_there_is_opened_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"a")
    descriptor = open_regular(path, APPEND)
    os.write(descriptor, b"b")
    os.close(descriptor)
    assert path.read_bytes() == b"ab"


@pytest.mark.parametrize("flags", [os.O_RDONLY, APPEND])
def test_a_fifo_is_refused_at_once(tmp_path: Path, flags: int) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="is a FIFO, not a regular file"):
        open_regular(tmp_path / "pipe", flags)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="is a directory"):
        open_regular(tmp_path, APPEND)


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may not be long
    with closing(socket.socket(socket.AF_UNIX)) as one:
        one.bind("s")
        with pytest.raises(OSError, match="is a socket, not a regular file"):
            open_regular(Path("s"), APPEND)


def test_a_device_is_refused() -> None:
    with pytest.raises(OSError, match="is not a regular file"):
        open_regular(Path("/dev/null"), APPEND)


@pytest.mark.parametrize("target", ["there", "missing"])
def test_a_link_is_refused_unless_it_may_be_followed(tmp_path: Path, target: str) -> None:
    (tmp_path / "there").write_bytes(b"")
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(OSError, match="is a symbolic link"):
        open_regular(link, APPEND)
    os.close(open_regular(link, APPEND, follow=True))
    assert (tmp_path / target).is_file()


def test_replacing_makes_a_private_file(tmp_path: Path) -> None:
    replace_file(tmp_path / "a", b"1")
    replace_file(tmp_path / "a", b"2")
    assert (tmp_path / "a").read_bytes() == b"2"
    assert mode_of(tmp_path / "a") == 0o600
    replace_file(tmp_path / "a", b"3", mode=0o644)
    assert mode_of(tmp_path / "a") == 0o644
    assert os.listdir(tmp_path) == ["a"]


def test_a_name_as_long_as_names_can_be(tmp_path: Path) -> None:
    replace_file(tmp_path / ("n" * 255), b"1")
    assert (tmp_path / ("n" * 255)).read_bytes() == b"1"


def test_on_a_full_disk_the_old_file_stays_and_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with size_limit(10), pytest.raises(OSError, match="File too large"):
        replace_file(tmp_path / "a", b"n" * 11)
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]
