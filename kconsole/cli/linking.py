"""The link to another computer that ``--ssh`` names: made before all else, for ssh may have to ask."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from kconsole.cli.options.base import option_name
from kconsole.cli.saying import complain
from kconsole.cli.settings import Settings
from kconsole.errors import SshError

__all__ = ["check_ssh", "linked"]

_PATIENCE_S = 0.5
#: What is done with files of this computer, or with a kernel that can reach it.
_NOT_THERE = ("clean", "handshake")


def check_ssh(settings: Settings) -> None:
    """Refuse what --ssh cannot be meant with.

    :raise click.UsageError: with the reason.
    """
    values = settings.values
    if values["ssh"] is None:
        for name in ("ssh_option", "sshkey"):
            if settings.given(name):
                raise click.UsageError(f"{option_name(name)} goes with --ssh")
        return
    for name in _NOT_THERE:
        if settings.given(name):
            raise click.UsageError(
                f"{option_name(name)} is for kernels of this computer: leave out --ssh"
            )


@contextmanager
def linked(settings: Settings) -> Iterator[Settings]:
    """Make the link, if there has to be one, and end it after the block.

    :return: the same, with the link.
    :raise SshError: it cannot be made.
    :raise KeyboardInterrupt: Ctrl-C, also at a question of ssh's own.
    """
    values = settings.values
    if values["ssh"] is None:
        yield settings
        return
    from kconsole.connect.ssh.destination import parse_destination
    from kconsole.connect.ssh.link import SshLink

    try:
        destination = parse_destination(values["ssh"])
    except SshError as error:
        raise click.UsageError(str(error)) from None
    with SshLink(destination, options=values["ssh_option"], key=values["sshkey"]) as link:
        link.open(_Notice(f"connecting to {link.host} (Ctrl-C cancels)").show)
        yield settings._replace(link=link)


class _Notice:
    """Says once that something takes its time: ssh may be asking on the same screen meanwhile."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._said = False

    def show(self, waited: float) -> None:
        """Called now and then, with the seconds waited."""
        if not self._said and waited > _PATIENCE_S:
            self._said = True
            if sys.stderr is not None and sys.stderr.isatty():
                complain(self._text)
