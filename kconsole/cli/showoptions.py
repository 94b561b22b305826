"""The options for how what a kernel sends is shown."""

from collections.abc import Callable
from typing import Any

import click

from kconsole.cli.kinds import WholeNumber

__all__ = ["show_options"]


def show_options(complete: Callable[..., Any]) -> list[click.Option]:
    """Return them.

    :param complete: tells a shell what may stand there.
    """
    return [
        click.Option(
            ["--color"],
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Colours; auto is on a terminal, unless NO_COLOR is set.",
        ),
        click.Option(
            ["--style"],
            metavar="NAME",
            shell_complete=complete,
            default="default",
            show_default=True,
            help="A style of pygments for code; default suits the theme.",
        ),
        click.Option(
            ["--theme"],
            type=click.Choice(["auto", "dark", "light"]),
            default="auto",
            show_default=True,
            help="Colours for a dark or a light background; auto asks the terminal.",
        ),
        click.Option(
            ["--tb"],
            type=click.Choice(["full", "context", "short", "plain"]),
            default="full",
            show_default=True,
            help="How much of a traceback to show: all of it, your own frames, a line for each of "
            "these, or all without colours and boxes.",
        ),
        click.Option(
            ["--max-lines"],
            metavar="N",
            type=WholeNumber(0),
            default=10_000,
            show_default=True,
            help="Fold the output of a cell after N lines in a console; 0: never.",
        ),
    ]
