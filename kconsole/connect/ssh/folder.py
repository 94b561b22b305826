"""The private folder of a link: ssh's control socket and the sockets that stand for a kernel's.

It lies directly below /tmp, as the path of a socket may have no more than about a hundred characters, and
macOS' $TMPDIR alone takes half of them.
"""

from pathlib import Path

from kconsole.connect.leasedfolder import LeasedFolder

__all__ = ["LinkFolder"]

_ROOT = Path("/tmp")
_PREFIX = "kc-"
_LOCK = ".kconsole-link"


class LinkFolder(LeasedFolder):
    """A folder until :meth:`remove`, with a short path; made as what it comes from says.

    :param root: where, by default /tmp.
    """

    def __init__(self, root: Path | None = None) -> None:
        super().__init__(root or _ROOT, _PREFIX, _LOCK)
