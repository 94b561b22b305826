"""A shell of this machine in the place of another machine's."""

import os
import subprocess
from pathlib import Path

from kconsole.connect.ssh.remote import Answer

__all__ = ["LocalShell"]


class LocalShell:
    """Runs scripts as :class:`kconsole.connect.ssh.remote.Run` does, each in a shell of its own.

    :param home: the user's home there.
    :param argv: the shell.
    :param env: variables of it, besides HOME and PATH.
    """

    def __init__(self, home: Path, *argv: str, **env: str) -> None:
        self._argv = argv or ("sh",)
        self._home = home
        self._env = env

    def __call__(self, script: str, *, timeout: float = 60) -> Answer:
        done = subprocess.run(
            self._argv,
            input=script.encode(),
            capture_output=True,
            cwd=self._home,
            env={"HOME": str(self._home), "PATH": os.environ["PATH"], **self._env},
            timeout=max(timeout, 60),
            check=False,
        )
        assert done.stderr == b""
        return Answer(done.returncode, done.stdout)
