"""The options that do something else than use a kernel: for the command line only."""

import click

from kconsole.cli.options.base import action
from kconsole.cli.options.kinds import Whole, WholeNumber

__all__ = ["LISTING", "VERBS"]

LISTING = [
    action(["--pick"], "Choose a running kernel from a list; TARGET: only from those."),
    action(["-l", "--list"], "List the running kernels, and how they are; TARGET: only those."),
    action(["--clean"], "Remove the connection files of dead kernels."),
    action(["--list-specs"], "List the kernels that can be started."),
    action(["--json"], "Write JSON for other programs: what happens, what is listed or told."),
]

VERBS = [
    action(["--ping"], "Tell whether a kernel lives: status 0, or 3 if it does not."),
    action(["--info"], "Tell what a kernel says of itself."),
    click.Option(
        ["--complete"],
        metavar="CODE",
        type=Whole(),
        allow_from_autoenv=False,
        help="Print how CODE could go on, a line for each match; - is standard input.",
    ),
    click.Option(
        ["--inspect"],
        metavar="CODE",
        type=Whole(),
        allow_from_autoenv=False,
        help="Print what is known of what stands at CODE's end; status 1 if nothing is.",
    ),
    click.Option(
        ["--cursor"],
        metavar="N",
        type=WholeNumber(0),
        allow_from_autoenv=False,
        help="For these: where in CODE, in characters.",
    ),
    action(["--interrupt"], "Interrupt what a kernel runs."),
    action(["--shutdown"], "End a kernel, whoever started it; asks first."),
    action(["--yes"], "With --shutdown: do not ask."),
]
"""One thing that is done to a running kernel, or asked of it: for the command line only."""
