"""Which directories other machines may have as well: file systems that come over a network.

There, a connection file may be that of a kernel on another machine, and no file says on which; the address
in it means something else here. Linux tells in /proc/self/mountinfo (proc(5)); of other systems nothing is
known. What a virtual machine has of its own host (9p, virtiofs) is not counted: some kinds of containers
have nothing else.
"""

import contextlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ["mounts", "parse", "shared_kind"]

PROC = Path("/proc")

_SHARED = frozenset(
    {
        "afs", "beegfs", "ceph", "cifs", "coda", "fuse.ceph", "fuse.ceph-fuse", "fuse.gcsfuse",
        "fuse.glusterfs", "fuse.juicefs", "fuse.mfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs2",
        "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "panfs", "smb3", "smbfs", "wekafs",
    }
)  # fmt: skip
_OCTAL = re.compile(r"\\([0-7]{3})")  # blanks, tabs, newlines and backslashes


def mounts() -> dict[str, str]:
    """Return the kind of the file system at each mount point; nothing where the system does not tell."""
    with contextlib.suppress(OSError):
        return parse((PROC / "self" / "mountinfo").read_text(errors="surrogateescape"))
    return {}


def parse(text: str) -> dict[str, str]:
    """Read a mountinfo; of several file systems at one place, the last covers the others."""
    found = {}
    for line in text.splitlines():
        # ID, parent, device, root, mount point, options, any number of fields, "-", kind, ...
        place, _, rest = line.partition(" - ")
        with contextlib.suppress(IndexError):
            point = _OCTAL.sub(lambda code: chr(int(code[1], 8)), place.split(" ")[4])
            found[point] = rest.split(" ")[0]
    return found


def shared_kind(directory: Path, mounted: Mapping[str, str]) -> str:
    """Return the kind of the file system that a directory is on, if other machines may have it too.

    :param mounted: as :func:`mounts` returns it.
    :return: as ``nfs4``; "" if it is this machine's alone, or not known.
    """
    place = Path(os.path.realpath(directory))
    nearest = next((str(each) for each in (place, *place.parents) if str(each) in mounted), "")
    kind = mounted.get(nearest, "")
    return kind if kind in _SHARED else ""
