"""A password for the user, in a mount namespace of the server's own: the machine's files stay."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

__all__ = ["PASSWORD", "prepare", "within"]

PASSWORD = "correct horse"
#: In the namespace that unshare makes; "$0" is our shadow(5), "$@" what is to run.
MOUNT = 'mount --bind "$0" /etc/shadow && exec "$@"'


def prepare(directory: Path, user: str) -> str | None:
    """Write the file that says the password; gives it, or None where this cannot be done.

    Needs root, the right to mount (containers often lack it), unshare(1) and openssl(1).
    """
    if shutil.which("openssl") is None or shutil.which("unshare") is None:
        return None
    made = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"],
        input=PASSWORD,
        capture_output=True,
        text=True,
        check=True,
    )
    file = directory / "shadow"
    file.touch(mode=0o600)
    # Only this user's line: the others' secrets are not for copying.
    file.write_text(f"{user}:{made.stdout.strip()}:20000:0:99999:7:::\n")
    tried = subprocess.run(within(directory, ["true"]), capture_output=True, check=False)
    return None if tried.returncode else PASSWORD


def within(directory: Path, argv: Sequence[str]) -> list[str]:
    """The argv that runs ``argv``, as the same process, where the user has that password."""
    return ["unshare", "--mount", "sh", "-c", MOUNT, str(directory / "shadow"), *argv]
