"""Which directories other machines may have, too: read off a text as Linux writes it."""

from pathlib import Path

import pytest

from kconsole.connect import mounts

MOUNTS = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
29 22 0:25 / /home rw,relatime shared:2 master:1 - nfs4 server:/home rw,vers=4.2
30 29 0:26 / /home/ada/local rw - xfs /dev/vdb rw
31 22 0:27 /sub /mnt/a\040b rw - fuse.sshfs ada@host: rw
32 22 0:28 / /covered rw - nfs server:/ rw
33 22 0:29 / /covered rw - tmpfs none rw
34 22 0:30 /
nonsense
"""


@pytest.mark.parametrize(
    ("directory", "kind"),
    [
        ("/", ""),
        ("/root/runtime", ""),
        ("/home", "nfs4"),
        ("/home/ada/runtime", "nfs4"),
        ("/home/ada/local/runtime", ""),
        ("/home/ada/localhost", "nfs4"),
        ("/homes", ""),
        ("/mnt/a b/c", "fuse.sshfs"),
        ("/covered/x", ""),
    ],
)
def test_the_mount_that_is_the_nearest_counts_and_of_several_there_the_last(directory, kind):
    assert mounts.shared_kind(Path(directory), mounts.parse(MOUNTS)) == kind


def test_this_systems_own_mounts_can_be_read():
    assert "/" in mounts.mounts() or not Path("/proc/self/mountinfo").exists()


def test_elsewhere_nothing_is_known(monkeypatch, tmp_path):
    monkeypatch.setattr(mounts, "PROC", tmp_path)
    assert mounts.mounts() == {}
    assert mounts.shared_kind(Path("/home"), {}) == ""
