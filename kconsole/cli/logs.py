"""``--log``: which file it is, found to be of a kind that there is before anything is written."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kconsole.cli.saying import complain
from kconsole.errors import KconsoleError

if TYPE_CHECKING:
    from kconsole.cli.settings import Settings
    from kconsole.client.kernel import Kernel

__all__ = ["check_log", "log_path"]


def check_log(settings: "Settings") -> None:
    """Refuse a log that cannot be had, before a kernel is started for it.

    What its suffix means is known only once the kernel has told of its language: see :func:`log_path`.

    :raise click.UsageError: it cannot be written, or is no notebook; ConfigError, if the file names it.
    """
    log = settings.values["log"]
    if not log or settings.values["private"]:
        return
    from kconsole.record.logfile import check_target

    try:
        check_target(log)
    except KconsoleError as error:
        raise settings.refusal("log", str(error)) from None


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
        complain(
            "--log is left out, as with --private no input is kept unasked; \\log "
            "does it all the same"
        )
        return None
    path = Path(os.path.expanduser(log))
    if kernel.info is not None:  # else what its language is called is not known yet
        try:
            kind_of(path, kernel.info)
        except KconsoleError as error:
            raise settings.refusal("log", f"{log}: {error}") from None
    return path
