"""A link's private folder: who may look into it, and what is swept."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kconsole.connect.ssh.folder import LinkFolder

#: Makes a folder, says where, and waits for its end.
OWNER = """
import sys
from pathlib import Path
from kconsole.connect.ssh.folder import LinkFolder
folder = LinkFolder(Path(sys.argv[1]))
(folder.path / "k1-1").touch()
print(folder.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def root() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kcf", dir="/tmp") as folder:
        yield Path(folder)


def test_nobody_else_can_look_into_it(root: Path) -> None:
    folder = LinkFolder(root)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert [stat.S_IMODE(each.stat().st_mode) for each in folder.path.iterdir()] == [0o600]
    folder.remove()
    assert list(root.iterdir()) == []
    folder.remove()


def test_it_is_short_enough_for_sockets() -> None:
    folder = LinkFolder()
    try:
        # ssh adds 17 characters while it binds; macOS and the BSDs take 103.
        assert len(str(folder.path / "k1234-5")) + 17 < 60
    finally:
        folder.remove()


def test_one_whose_owner_was_killed_is_swept_and_a_living_ones_is_not(root: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with owner:
        assert owner.stdout
        left = Path(owner.stdout.readline().decode().strip())
        ours = LinkFolder(root)
        assert (left / "k1-1").exists()
        owner.kill()
    assert left.exists()
    other = LinkFolder(root)
    assert set(root.iterdir()) == {ours.path, other.path}
    ours.remove()
    other.remove()


def test_what_is_only_called_alike_stays(root: Path) -> None:
    (root / "kc-notes").mkdir()
    (root / "kc-notes" / "lock").touch()
    (root / "kc-file").touch()
    (root / "kc-link").symlink_to(root / "kc-notes")
    (root / "elsewhere").mkdir()
    (root / "elsewhere" / ".kconsole-link").touch()
    before = set(root.iterdir())
    LinkFolder(root).remove()
    assert set(root.iterdir()) == before


def test_a_child_does_not_keep_the_lock(root: Path) -> None:
    folder = LinkFolder(root)
    with subprocess.Popen(["sleep", "600"], close_fds=False) as child:
        descriptor = folder._lock
        folder._lock = -1
        os.close(descriptor)
        LinkFolder(root).remove()
        assert list(root.iterdir()) == []
        child.kill()
