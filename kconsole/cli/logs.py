"""``--log``: which file it is, found to be of a kind that there is before anything is written."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kconsole.cli.saying import complain
from kconsole.errors import KconsoleError

if TYPE_CHECKING:
    from kconsole.cli.settings import Settings
    from kconsole.client.kernel import Kernel

__all__ = ["log_path"]


def log_path(settings: "Settings", kernel: "Kernel") -> Path | None:
    """Return the file that the session is to be written to; None if it is not.

    :param kernel: ready: the suffix of its language is one of those that there are.
    :raise click.UsageError: there is no such kind of file; ConfigError, if the file names it.
    """
    from kconsole.record.kinds import kind_of

    log = settings.values["log"]
    if not log:
        return None
    if settings.values["private"]:
        complain("nothing is logged, as with --private no input is kept")
        return None
    path = Path(os.path.expanduser(log))
    if kernel.info is not None:  # else what its language is called is not known yet
        try:
            kind_of(path, kernel.info)
        except KconsoleError as error:
            raise settings.refusal("log", f"{log}: {error}") from None
    return path
