"""What a script is to run: ``-c`` and ``-f`` in the order in which they were given."""

import sys
from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from kconsole.cli.options.scripts import SCRIPTING, SHOWING, STDIN
from kconsole.cli.settings import Settings

if TYPE_CHECKING:
    from kconsole.script.source import Source

__all__ = ["OrderedCommand", "check_usage", "read_sources", "reads_stdin", "refuse_script"]

_ORDERED = ("code", "file")


class OrderedCommand(click.Command):
    """A command that also knows, as the parameter ``sources``, in which order -c and -f were given.

    click keeps the values of each option together: here they are told apart by a parse before its own.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; adds to the parameters a list of (``code`` or ``file``, value)."""
        order = self.make_parser(ctx).parse_args(args=list(args))[2]
        rest = super().parse_args(ctx, args)
        given = [each.name for each in order if each.name in _ORDERED]
        names = given or ["code"] * len(ctx.params.get("code") or ())
        ctx.params["sources"] = tuple(_in_order(names, ctx.params))
        return rest

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options for ``--help``, under headings."""
        from kconsole.cli.options.groups import grouped

        for title, params in grouped(self.get_params(ctx)):
            records = [record for each in params if (record := each.get_help_record(ctx))]
            with formatter.section(title):
                formatter.write_dl(records)


def _in_order(names: list[Any], values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Deal the values of the options to their names; code that -f has taken the place of is left out."""
    heaps = {name: iter(values[name]) for name in _ORDERED}
    return ((name, next(heaps[name])) for name in names)


def check_usage(settings: Settings, *, interactive: bool) -> None:
    """Refuse what cannot be meant, before anything is read or started.

    :param interactive: whether there is nothing to run, and so only the console.
    """
    values = settings.values
    if values["json"] and (interactive or values["interactive"]):
        raise click.UsageError("--json is for programs: the console has none")
    for option in SCRIPTING:
        name = option.name
        if interactive and name is not None and name not in SHOWING and settings.given(name):
            raise click.UsageError(f"{option.opts[0]} is for code: give -c or -f, or pipe it in")
    if interactive and settings.given("save_images"):
        raise click.UsageError("--save-images is for code and --watch; a console has \\open")
    if values["no_stdin"] and values["stdin_file"]:
        raise click.UsageError("give only one of --no-stdin and --stdin-file")
    if values["sources"].count(("file", STDIN)) > 1:
        raise click.UsageError("standard input can be read only once: give only one -f -")
    if values["stdin_file"] == STDIN and reads_stdin(values["sources"]):
        raise click.UsageError("standard input is code already; it cannot answer too")
    _check_notebook(settings)
    if not values["interactive"]:
        return
    for stream, name in ((sys.stdin, "input"), (sys.stdout, "output")):
        if stream is None or not stream.isatty():
            raise click.UsageError(f"--interactive needs a terminal, and standard {name} is none")
    if ("file", STDIN) in values["sources"]:
        raise click.UsageError("--interactive needs standard input for itself: give no -f -")


def refuse_script(settings: Settings, action: str, allowed: Container[str] = ()) -> None:
    """Refuse what is for code beside something that runs none.

    :param action: the option that is about that.
    :param allowed: the names of those options that make sense with it.
    """
    for option in SCRIPTING:
        name = option.name
        if name is not None and name not in allowed and settings.given(name):
            raise click.UsageError(f"{action} runs nothing: leave out {option.opts[0]}")
    if settings.values["interactive"]:
        raise click.UsageError(f"{action} runs nothing: leave out --interactive")


def _check_notebook(settings: Settings) -> None:
    """Refuse what --output cannot be meant with: it is for one notebook."""
    values = settings.values
    if values["output"] is None:
        if values["param"]:
            raise click.UsageError("--param is for a notebook that is written: give --output too")
        return
    from kconsole.script.ipynb import is_notebook

    sources = values["sources"]
    if len(sources) != 1 or sources[0][0] != "file" or not is_notebook(sources[0][1]):
        raise click.UsageError("--output is for one notebook: give one -f FILE.ipynb, and no code")
    if values["output"] == STDIN:
        raise click.UsageError("--output needs a file, which is written again and again: not -")
    if settings.only_mime:
        raise click.UsageError("give only one of --output and --mime: a notebook has all types")


def reads_stdin(sources: tuple[tuple[str, str], ...]) -> bool:
    """Whether standard input is code, and so not free to answer."""
    return not sources or ("file", STDIN) in sources


def read_sources(sources: tuple[tuple[str, str], ...]) -> "list[Source]":
    """Read all that is to be run; without anything, standard input.

    :raise SourceError: something cannot be run as it is.
    """
    from kconsole.script.source import argument_source, file_source, stream_source

    arguments = [kind for kind, _ in sources].count("code")
    found, number = [], 0
    for kind, value in sources or (("file", STDIN),):
        if kind == "code":
            number += 1
            found.append(argument_source(value, f"-c {number}" if arguments > 1 else "-c"))
        elif value != STDIN:
            found.append(file_source(value))
        elif sys.stdin is not None:
            found.append(stream_source(sys.stdin.buffer, "standard input"))
    return found
