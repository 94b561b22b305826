"""The options: each in one place for the command line, the environment, the file and their help.

The name of an option in the file is that on the command line, and KCONSOLE_NAME is its variable. What
can be switched on can be switched off, so that a stronger place can undo what a weaker one says.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import click

from kconsole.cli.kinds import (
    Directory,
    Expression,
    MimeType,
    OnOff,
    Parameter,
    Seconds,
    Variable,
    Whole,
    WholeNumber,
)
from kconsole.cli.showoptions import show_options
from kconsole.cli.sshoptions import ssh_options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from kconsole.config.sample import OptionDoc

__all__ = [
    "LISTS",
    "NEWEST",
    "PARAMETERS",
    "SCRIPTING",
    "SHOWING",
    "STARTING",
    "STDIN",
    "Color",
    "kinds",
    "option_docs",
    "option_name",
]

Color = Literal["auto", "always", "never"]

NEWEST = "*"
"""The name of the newest kernel that answers."""

STDIN = "-"
"""Stands for standard input, where a file can be named."""

_PROMPT = "In [{n}]: "


def _print_config(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from kconsole.config.sample import render_config
    from kconsole.repl.input.keys import ACTIONS

    keys = {name: action.keys for name, action in ACTIONS.items()}
    print(render_config(option_docs(), keys), end="")
    ctx.exit()


def _prompt(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """Refuse what is no prompt; the default, which needs no check, costs no import."""
    if value != _PROMPT:
        from kconsole.repl.screen.prompts import check_prompt

        try:
            check_prompt(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return value


def _not_empty(_ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Refuse an empty name: a script's variable that is not set must not reach just any kernel."""
    if value == "" or (isinstance(value, tuple) and "" in value):
        name = param.opts[-1] if param.param_type_name == "option" else "TARGET"
        raise click.UsageError(f"the name is empty: {name}")
    return value


def _complete(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """What a shell is told; most runs are not asked, and import nothing for that."""
    from kconsole.cli.completion import complete

    return complete(ctx, param, incomplete)


def option_name(name: str) -> str:
    """Return how a parameter is called on the command line: ``--total-timeout`` for ``total_timeout``."""
    return f"--{name.replace('_', '-')}"


def _switch(names: str, help: str, default: bool | None = False, *more: str) -> click.Option:
    """An option that is on or off, whose help is about the state that is not the default."""
    return click.Option([names, *more], is_flag=True, type=OnOff(), default=default, help=help)


STARTING = [
    click.Option(
        ["--env"],
        metavar="NAME=VALUE",
        multiple=True,
        type=Variable(),
        help="Set a variable of a kernel that is started; may be given several times.",
    ),
    click.Option(
        ["--cwd"],
        metavar="DIR",
        type=Directory(),
        shell_complete=_complete,
        help="Start the kernel in this directory.",
    ),
    click.Option(
        ["--transport"],
        type=click.Choice(["tcp", "ipc"], case_sensitive=False),
        default="tcp",
        show_default=True,
        help="What a kernel that is started listens on; ipc is for its user alone.",
    ),
    click.Option(
        ["--encrypt"],
        type=click.Choice(["auto", "required", "off"], case_sensitive=False),
        default="auto",
        show_default=True,
        help="Encrypt (Curve); auto is if the kernelspec says that the kernel can.",
    ),
    _switch(
        "--handshake/--no-handshake",
        "Let a kernel that is started choose its ports (JEP 66), or do not; the default is "
        "if its kernelspec asks for it.",
        None,
    ),
]
"""The options for a kernel that is started."""

_SCRIPT_SETTINGS = [
    _switch("--cells/--no-cells", "Run files as the cells between their # %% lines, not as one."),
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
    _switch("--keep-going/--no-keep-going", "Run also what stands behind a cell that failed."),
]

_OPTIONS = [
    click.Option(
        ["-e", "--existing"],
        metavar="[NAME]",
        is_flag=False,
        flag_value=NEWEST,
        multiple=True,
        type=Whole(),
        callback=_not_empty,
        shell_complete=_complete,
        help="Attach to a running kernel; without NAME, to the newest that answers. Several times: run "
        "code in all of these at once.",
    ),
    click.Option(
        ["-k", "--kernel"],
        metavar="NAME",
        callback=_not_empty,
        shell_complete=_complete,
        help="Start the kernel of this kernelspec.",
    ),
    *ssh_options(_not_empty, _complete),
    *STARTING,
    click.Option(
        ["-c", "--code"],
        metavar="CODE",
        multiple=True,
        type=Whole(),
        help="Run CODE and exit; may be given several times, mixed with -f.",
    ),
    *_SCRIPT_SETTINGS,
    click.Option(
        ["--save-images"],
        metavar="DIR",
        shell_complete=_complete,
        callback=_not_empty,
        help="Write the images of a script, or of what is watched, to files in DIR, a line for each.",
    ),
    _switch("--keep/--no-keep", "Leave a kernel that was started here running at the end."),
    *show_options(_complete),
    click.Option(
        ["--image"],
        type=click.Choice(["auto", "kitty", "iterm", "sixel", "blocks", "save", "none"]),
        default="auto",
        show_default=True,
        help="How the console shows images; auto is what the terminal can, save a file, none a line.",
    ),
    click.Option(
        ["--prompt"],
        metavar="FORMAT",
        default=_PROMPT,
        show_default=True,
        callback=_prompt,
        help="What stands before an input; {n} is its number.",
    ),
    _switch("--vi/--emacs", "The keys of vi, or those of Emacs, which are the default."),
    _switch(
        "--complete-while-typing/--no-complete-while-typing",
        "Offer completions without Tab.",
    ),
    _switch(
        "--suggestions/--no-suggestions",
        "Show in grey how an earlier input went on (the default), or do not.",
        True,
    ),
    click.Option(
        ["--history"],
        metavar="FILE",
        shell_complete=_complete,
        help="The file of inputs; none is no file. Else there is one per language.",
    ),
    _switch("--private/--no-private", "Keep inputs out of every history, the kernel's too."),
    _switch(
        "--others/--no-others",
        "Show what other clients of the kernel run (the default), or do not.",
        True,
    ),
    _switch(
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
    click.Option(
        ["--notify"],
        type=click.Choice(["none", "bell", "desktop"]),
        default="bell",
        show_default=True,
        help="What to do when a long cell ends.",
    ),
    click.Option(
        ["--notify-after"],
        metavar="S",
        type=Seconds(min=0.0),
        default=10.0,
        show_default=True,
        help="How many seconds a cell must have run for that.",
    ),
    _switch("--timing/--no-timing", "Tell after each cell how long it took."),
    click.Option(
        ["--log"],
        metavar="FILE",
        shell_complete=_complete,
        help="Write the session to FILE (.ipynb, .md, .txt, .jsonl, .py) as it goes on.",
    ),
    _switch(
        "--plain/--no-plain",
        "A line at a time, without moving the cursor; the default where TERM is dumb.",
        None,
        "--simple-prompt",
    ),
]


def _action(names: Sequence[str], help: str) -> click.Option:
    """What is done instead of using a kernel: for the command line only."""
    return click.Option([*names], is_flag=True, allow_from_autoenv=False, help=help)


_LISTING = [
    _action(["--pick"], "Choose a running kernel from a list; TARGET: only from those."),
    _action(["-l", "--list"], "List the running kernels, and how they are; TARGET: only those."),
    _action(["--clean"], "Remove the connection files of dead kernels."),
    _action(["--list-specs"], "List the kernels that can be started."),
    _action(["--json"], "Write JSON for other programs: what happens, what is listed or told."),
]

_SCRIPT = [
    click.Option(
        ["-f", "--file"],
        metavar="FILE",
        shell_complete=_complete,
        multiple=True,
        allow_from_autoenv=False,
        callback=_not_empty,
        help="Run a source file or a notebook (.ipynb) and exit; - is standard input.",
    ),
    click.Option(
        ["--output"],
        metavar="FILE",
        shell_complete=_complete,
        allow_from_autoenv=False,
        callback=_not_empty,
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
    _action(["-i", "--interactive"], "Stay in the console after that, with the same kernel."),
    click.Option(
        ["--expr"],
        metavar="NAME=EXPR",
        multiple=True,
        type=Expression(),
        allow_from_autoenv=False,
        help="Print expressions after the last cell, as a line of JSON.",
    ),
    _action(["--silent"], "Ask the kernel to show no results, and to count nothing."),
    click.Option(
        ["--stdin-file"],
        metavar="FILE",
        shell_complete=_complete,
        allow_from_autoenv=False,
        callback=_not_empty,
        help="Answer what the code asks with the lines of FILE.",
    ),
    _action(["--no-stdin"], "Tell the kernel that the code can ask nothing."),
]

SCRIPTING = [
    *_SCRIPT_SETTINGS,
    *(each for each in _SCRIPT if each.name not in ("file", "interactive")),
]
"""The options for code that is run without a console."""

SHOWING = frozenset({"mime"})
"""The names of those of them that are about what the consoles show, too."""

_VERBS = [
    _action(["--ping"], "Tell whether a kernel lives: status 0, or 3 if it does not."),
    _action(["--info"], "Tell what a kernel says of itself."),
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
    _action(["--interrupt"], "Interrupt what a kernel runs."),
    _action(["--shutdown"], "End a kernel, whoever started it; asks first."),
    _action(["--yes"], "With --shutdown: do not ask."),
]
"""One thing that is done to a running kernel, or asked of it: for the command line only."""

PARAMETERS: list[click.Parameter] = [
    click.Argument(["target"], required=False, callback=_not_empty, shell_complete=_complete),
    *_OPTIONS,
    *_SCRIPT,
    *_LISTING,
    *_VERBS,
    click.Option(
        ["--config"],
        metavar="FILE",
        shell_complete=_complete,
        help="The configuration file; none is no file at all.",
    ),
    click.Option(
        ["--print-config"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        allow_from_autoenv=False,
        callback=_print_config,
        help="Print a commented configuration file with the defaults, and exit.",
    ),
]

LISTS = frozenset(each.name for each in _OPTIONS if each.multiple and each.name is not None)
"""The names of the options that may be given several times."""


def kinds() -> dict[str, type]:
    """What the file may hold: the name of each option and its kind (str, int, float, bool)."""
    return {name: _kind(option) for name, option in _named()}


def option_docs() -> "list[OptionDoc]":
    """What the printed configuration file says about each option, in the order of ``--help``."""
    from kconsole.config.sample import OptionDoc

    defaults = click.Command("kconsole", params=[*_OPTIONS]).make_context("kconsole", []).params
    return [
        OptionDoc(name, defaults[name], option.help or "", _choices(option))
        for name, option in _named()
    ]


def _named() -> Iterable[tuple[str, click.Option]]:
    return ((option.name, option) for option in _OPTIONS if option.name is not None)


def _choices(option: click.Option) -> Sequence[str]:
    return [str(each) for each in getattr(option.type, "choices", ())]


def _kind(option: click.Option) -> type:
    if option.is_flag:
        return bool
    table: tuple[tuple[Any, type], ...] = (
        (click.types.IntParamType, int),
        (click.types.FloatParamType, float),
    )
    return next((kind for base, kind in table if isinstance(option.type, base)), str)
