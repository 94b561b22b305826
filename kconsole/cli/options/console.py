"""The options of the consoles: how what a kernel sends is shown, the prompt, the keys, the files."""

import click

from kconsole.cli.options.base import choice, complete, switch
from kconsole.cli.options.kinds import Seconds, WholeNumber

__all__ = ["CONSOLE"]

_PROMPT = "In [{n}]: "


def _prompt(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """Refuse what is no prompt; the default, which needs no check, costs no import."""
    if value != _PROMPT:
        from kconsole.repl.screen.prompts import check_prompt

        try:
            check_prompt(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return value


CONSOLE = [
    choice(
        "--color",
        ["auto", "always", "never"],
        "Colours; auto is on a terminal, unless NO_COLOR is set.",
    ),
    click.Option(
        ["--style"],
        metavar="NAME",
        shell_complete=complete,
        default="default",
        show_default=True,
        help="A style of pygments for code; default suits the theme.",
    ),
    choice(
        "--theme",
        ["auto", "dark", "light"],
        "Colours for a dark or a light background; auto asks the terminal.",
    ),
    choice(
        "--tb",
        ["full", "context", "short", "plain"],
        "How much of a traceback to show: all of it, your own frames, a line for each of "
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
    choice(
        "--image",
        ["auto", "kitty", "iterm", "sixel", "blocks", "save", "none"],
        "How the console shows images; auto is what the terminal can, save a file, none a line.",
    ),
    click.Option(
        ["--prompt"],
        metavar="FORMAT",
        default=_PROMPT,
        show_default=True,
        callback=_prompt,
        help="What stands before an input; {n} is its number.",
    ),
    switch("--vi/--emacs", "The keys of vi, or those of Emacs, which are the default."),
    switch(
        "--complete-while-typing/--no-complete-while-typing",
        "Offer completions without Tab.",
    ),
    switch(
        "--suggestions/--no-suggestions",
        "Show in grey how an earlier input went on (the default), or do not.",
        True,
    ),
    click.Option(
        ["--history"],
        metavar="FILE",
        shell_complete=complete,
        help="The file of inputs; none is no file. Else there is one per language.",
    ),
    switch("--private/--no-private", "Keep inputs out of every history, the kernel's too."),
    switch(
        "--others/--no-others",
        "Show what other clients of the kernel run (the default), or do not.",
        True,
    ),
    switch(
        "--watch/--no-watch",
        "Follow a running kernel, with the time in each line, and run nothing.",
    ),
    click.Option(
        ["--tail"],
        metavar="N",
        type=WholeNumber(0, 1000),
        default=3,
        show_default=True,
        help="How many of the kernel's last cells to show when attaching.",
    ),
    choice(
        "--notify",
        ["none", "bell", "desktop"],
        "What to do when a long cell ends.",
        default="bell",
    ),
    click.Option(
        ["--notify-after"],
        metavar="S",
        type=Seconds(min=0.0),
        default=10.0,
        show_default=True,
        help="How many seconds a cell must have run for that.",
    ),
    switch("--timing/--no-timing", "Tell after each cell how long it took."),
    click.Option(
        ["--log"],
        metavar="FILE",
        shell_complete=complete,
        help="Write the session to FILE (.ipynb, .md, .txt, .jsonl, .py) as it goes on.",
    ),
    switch(
        "--plain/--no-plain",
        "A line at a time, without moving the cursor; the default where TERM is dumb.",
        None,
        "--simple-prompt",
    ),
]
