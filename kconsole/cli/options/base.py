"""What options are made of: the kinds that there are many of, and what is common to them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from kconsole.cli.options.kinds import OnOff

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["action", "choice", "complete", "not_empty", "option_name", "switch"]


def option_name(name: str) -> str:
    """Return how a parameter is called on the command line: ``--total-timeout`` for ``total_timeout``."""
    return f"--{name.replace('_', '-')}"


def switch(names: str, help: str, default: bool | None = False, *more: str) -> click.Option:
    """Return an option that is on or off, whose help is about the state that is not the default."""
    return click.Option([names, *more], is_flag=True, type=OnOff(), default=default, help=help)


def choice(
    name: str, words: Sequence[str], help: str, *, default: str = "", any_case: bool = False
) -> click.Option:
    """Return an option that is one of a few words, the first of them if no other is the default."""
    kind = click.Choice(words, case_sensitive=not any_case)
    return click.Option(
        [name], type=kind, default=default or words[0], show_default=True, help=help
    )


def action(names: Sequence[str], help: str) -> click.Option:
    """Return an option for what is done instead of using a kernel: for the command line only."""
    return click.Option([*names], is_flag=True, allow_from_autoenv=False, help=help)


def not_empty(_ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Refuse an empty name: a script's variable that is not set must not reach just any kernel."""
    if value == "" or (isinstance(value, tuple) and "" in value):
        name = param.opts[-1] if param.param_type_name == "option" else "TARGET"
        raise click.UsageError(f"the name is empty: {name}")
    return value


def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Return what a shell is told; most runs are not asked, and import nothing for that."""
    from kconsole.cli import completion

    return completion.complete(ctx, param, incomplete)
