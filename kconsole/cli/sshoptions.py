"""The options for kernels of another computer."""

from collections.abc import Callable
from typing import Any

import click

from kconsole.cli.kinds import Whole

__all__ = ["SSH", "ssh_options"]

SSH = ("ssh", "ssh_option", "sshkey")
"""Their names."""


def ssh_options(
    not_empty: Callable[[click.Context, click.Parameter, Any], Any],
    complete: Callable[..., Any],
) -> list[click.Option]:
    """Return them.

    :param not_empty: refuses an empty value.
    :param complete: tells a shell what may stand there.
    """
    return [
        click.Option(
            ["--ssh"],
            metavar="[USER@]HOST[:PORT]",
            is_eager=True,  # it decides what others mean
            callback=not_empty,
            shell_complete=complete,
            help="Use a kernel of another computer, over ssh. Without TARGET: the newest there that "
            "answers; with --kernel, it is started there.",
        ),
        click.Option(
            ["--ssh-option"],
            metavar="OPT",
            multiple=True,
            type=Whole(),
            callback=not_empty,
            help="An option for ssh, as for its -o; may be given several times.",
        ),
        click.Option(
            ["--sshkey"],
            metavar="FILE",
            callback=not_empty,
            shell_complete=complete,
            help="The private key for ssh, as for its -i.",
        ),
    ]
