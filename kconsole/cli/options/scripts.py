"""The options for code that is run without a console."""

import click

from kconsole.cli.options.base import action, complete, not_empty, switch
from kconsole.cli.options.kinds import Expression, MimeType, Parameter, Seconds, Whole

__all__ = ["CODE", "SCRIPT", "SCRIPTING", "SETTINGS", "SHOWING", "STDIN"]

STDIN = "-"
"""Stands for standard input, where a file can be named."""

SETTINGS = [
    switch("--cells/--no-cells", "Run files as the cells between their # %% lines, not as one."),
    click.Option(
        ["--mime"],
        metavar="TYPE",
        multiple=True,
        type=MimeType(),
        help="Show displays and results as this MIME type where they have it; several: the first there "
        "is. A script writes these types alone.",
    ),
    click.Option(
        ["--timeout"],
        metavar="S",
        type=Seconds(min=0.0),
        default=0.0,
        help="Interrupt a script's cell after S seconds, and end with status 124; 0: never. With --ping "
        "and the like: how long to wait, 10 by default.",
    ),
    click.Option(
        ["--total-timeout"],
        metavar="S",
        type=Seconds(min=0.0),
        default=0.0,
        help="The same for all cells together.",
    ),
    switch("--keep-going/--no-keep-going", "Run also what stands behind a cell that failed."),
]
"""How it is run."""

CODE = [
    click.Option(
        ["-c", "--code"],
        metavar="CODE",
        multiple=True,
        type=Whole(),
        help="Run CODE and exit; may be given several times, mixed with -f.",
    ),
    *SETTINGS,
    click.Option(
        ["--save-images"],
        metavar="DIR",
        shell_complete=complete,
        callback=not_empty,
        help="Write the images of a script, or of what is watched, to files in DIR, a line for each.",
    ),
]
"""Those of them that the environment and the file may set too."""

SCRIPT = [
    click.Option(
        ["-f", "--file"],
        metavar="FILE",
        shell_complete=complete,
        multiple=True,
        allow_from_autoenv=False,
        callback=not_empty,
        help="Run a source file or a notebook (.ipynb) and exit; - is standard input.",
    ),
    click.Option(
        ["--output"],
        metavar="FILE",
        shell_complete=complete,
        allow_from_autoenv=False,
        callback=not_empty,
        help="Write the notebook of -f to FILE with its outputs, as its cells end.",
    ),
    click.Option(
        ["--param"],
        metavar="NAME=VALUE",
        multiple=True,
        type=Parameter(),
        allow_from_autoenv=False,
        help="With --output: set a parameter of the notebook; may be given several times.",
    ),
    action(["-i", "--interactive"], "Stay in the console after that, with the same kernel."),
    click.Option(
        ["--expr"],
        metavar="NAME=EXPR",
        multiple=True,
        type=Expression(),
        allow_from_autoenv=False,
        help="Print expressions after the last cell, as a line of JSON.",
    ),
    action(["--silent"], "Ask the kernel to show no results, and to count nothing."),
    click.Option(
        ["--stdin-file"],
        metavar="FILE",
        shell_complete=complete,
        allow_from_autoenv=False,
        callback=not_empty,
        help="Answer what the code asks with the lines of FILE.",
    ),
    action(["--no-stdin"], "Tell the kernel that the code can ask nothing."),
]
"""Those that only the command line has."""

SCRIPTING = [
    *SETTINGS,
    *(each for each in SCRIPT if each.name not in ("file", "interactive")),
]
"""The options for code that is run without a console."""

SHOWING = frozenset({"mime"})
"""The names of those of them that are about what the consoles show, too."""
