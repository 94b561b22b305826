"""The options: each in one place for the command line, the environment, the file and their help.

The name of an option in the file is that on the command line, and KCONSOLE_NAME is its variable. What
can be switched on can be switched off, so that a stronger place can undo what a weaker one says.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from kconsole.cli.options.base import complete, not_empty, switch
from kconsole.cli.options.console import CONSOLE
from kconsole.cli.options.kernels import KERNEL, STARTING
from kconsole.cli.options.scripts import CODE, SCRIPT
from kconsole.cli.options.verbs import LISTING, VERBS

if TYPE_CHECKING:
    from kconsole.config.sample import OptionDoc

__all__ = ["LISTS", "PARAMETERS", "kinds", "option_docs"]


def _print_config(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from kconsole.config.sample import render_config
    from kconsole.repl.input.keys import ACTIONS

    keys = {name: action.keys for name, action in ACTIONS.items()}
    print(render_config(option_docs(), keys), end="")
    ctx.exit()


_OPTIONS = [
    *KERNEL,
    *STARTING,
    *CODE,
    switch("--keep/--no-keep", "Leave a kernel that was started here running at the end."),
    *CONSOLE,
]
"""Those that the environment and the file may set too."""

PARAMETERS: list[click.Parameter] = [
    click.Argument(["target"], required=False, callback=not_empty, shell_complete=complete),
    *_OPTIONS,
    *SCRIPT,
    *LISTING,
    *VERBS,
    click.Option(
        ["--config"],
        metavar="FILE",
        shell_complete=complete,
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
