"""``--watch``: what others do with a kernel."""

import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from kconsole.cli.choosing import choose
from kconsole.cli.consoles import is_plain
from kconsole.cli.linking import linked
from kconsole.cli.logs import log_path
from kconsole.cli.options.scripts import SHOWING
from kconsole.cli.reaching import open_kernel, wait_for
from kconsole.cli.saying import colored
from kconsole.cli.settings import Settings
from kconsole.cli.sources import refuse_script

if TYPE_CHECKING:
    from collections.abc import Callable

    from kconsole.client.kernel import Kernel
    from kconsole.script.watchlog import WatchLog

__all__ = ["watch"]


def watch(settings: Settings) -> int:
    """Follow a kernel; returns the exit status."""
    for kind in ("code", "file"):
        if any(each == kind for each, _ in settings.values["sources"]):
            raise click.UsageError(f"--watch runs nothing: give only one of it and --{kind}")
    refuse_script(settings, "--watch", SHOWING)
    settings = choose(settings, plain=is_plain(settings))
    with linked(settings) as settings:
        if settings.link is not None:
            settings = choose(settings, plain=is_plain(settings))
        return (_watch_as_json if settings.values["json"] else _watch_as_text)(settings)


def _watch_as_text(settings: Settings) -> int:
    """As text, for people."""
    from kconsole.cli.scripting import image_files
    from kconsole.render.errorlook import ErrorLook
    from kconsole.script.watch import run_watch

    values = settings.values
    with open_kernel(settings) as kernel:
        wait_for(kernel)
        return run_watch(
            kernel,
            color=colored(values["color"], sys.stdout),
            mime=values["mime"],
            errors=ErrorLook(values["tb"], values["style"]),
            log=_watch_log(settings, kernel),
            images=image_files(values["save_images"]),
        )


def _watch_as_json(settings: Settings) -> int:
    """As JSON, for other programs."""
    from kconsole.cli.reporting import Report
    from kconsole.cli.scripting import image_files
    from kconsole.script.watch import run_watch

    with Report("watch") as report, open_kernel(settings) as kernel:
        wait_for(kernel)
        report.kernel(kernel)
        log = _watch_log(settings, kernel)
        images = image_files(settings.values["save_images"])
        return run_watch(
            kernel,
            color=False,
            mime=settings.only_mime,
            lines=report.lines,
            log=log,
            images=images,
        )


def _watch_log(
    settings: Settings, kernel: "Kernel"
) -> "Callable[[Callable[[str], None]], WatchLog] | None":
    """What begins the file that is written beside; None if there is to be none."""
    path = log_path(settings, kernel)
    if path is None:
        return None
    from kconsole.script.watchlog import WatchLog

    return partial(WatchLog, kernel, path)
