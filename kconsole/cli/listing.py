"""--list, --clean and --list-specs: what there is, and what is left of what there was."""

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kconsole.cli.options.base import option_name
from kconsole.cli.options.kernels import NEWEST
from kconsole.cli.saying import complain, say
from kconsole.cli.settings import Settings
from kconsole.cli.sources import refuse_script

if TYPE_CHECKING:
    from kconsole.client.found import Found

__all__ = ["list_kernels", "list_specs", "wants_list"]

_USES = ("code", "file", "watch", "pick")
_SCREEN = 80  # columns, where the terminal does not know


def wants_list(settings: Settings) -> bool:
    """Whether something is to be listed or removed, and no kernel to be used.

    :raise click.UsageError: together with what uses one.
    """
    values = settings.values
    asked = [name for name in ("list", "clean", "list_specs") if values[name]]
    if not asked:
        return False
    name = option_name(asked[0])
    if settings.given("kernel") or any(values[each] for each in _USES):
        raise click.UsageError(
            f"{name} uses no kernel: leave out --kernel, --code, --file, --pick and --watch"
        )
    refuse_script(settings, name)
    if "list_specs" in asked and (len(asked) > 1 or _fragment(settings)):
        raise click.UsageError("--list-specs stands alone")
    if values["json"] and asked == ["clean"]:
        raise click.UsageError("--json goes with --list or --list-specs")
    return True


def list_kernels(settings: Settings, *, color: bool) -> int:
    """List the kernels, or remove the files of those that are dead, or both."""
    from kconsole.client.survey import survey
    from kconsole.connect.files import candidates, matching
    from kconsole.connect.paths import runtime_dir, shown

    fragment = _fragment(settings)
    if settings.link is not None:
        from kconsole.client.remote import survey_there

        found = [each for each in survey_there(settings.link, fragment) if _is_meant(each)]
        if not found:
            return complain(f"no kernels on {settings.link.host}")
        _show(found, settings, color=color)
        return 0
    directory = runtime_dir()
    if fragment is None:
        # Other programs' JSON, as jpserver-1.json, is no connection file and not meant to be one.
        found = [each for each in survey(candidates("*.json", [directory])) if _is_meant(each)]
    else:
        found = survey(matching(fragment, [directory]))
    if settings.values["clean"]:
        found = _clean(found, directory)
        if not settings.values["list"]:
            return 0
    if not found:
        what = "no kernels" if fragment is None else "no kernels are left"
        return complain(f"{what} in {shown(directory)}")
    _show(found, settings, color=color)
    return 0


def list_specs(settings: Settings) -> int:
    """List the kernelspecs."""
    from kconsole.render.kerneltable import spec_json, spec_table

    if settings.link is not None:
        from kconsole.client.remote import kernel_specs_there

        listing = kernel_specs_there(settings.link)
    else:
        from kconsole.connect.specs import list_kernel_specs

        listing = list_kernel_specs()
    if not (listing.specs or listing.faults):
        return complain("no kernelspecs (is ipykernel installed?)")
    say(spec_json(listing) if settings.values["json"] else spec_table(listing))
    return 0


def _fragment(settings: Settings) -> str | None:
    """What the kernels' files are to be named, if that was said on the command line."""
    if not (settings.given("target") or settings.given("existing")):
        return None
    return None if settings.attach_to == NEWEST else settings.attach_to


def _is_meant(found: "Found") -> bool:
    """Whether a file is a connection file, or at least called like one."""
    return found.state != "bad" or found.path.name.startswith("kernel-")


def _show(found: "Sequence[Found]", settings: Settings, *, color: bool) -> None:
    from kconsole.render.kerneltable import kernel_json, kernel_table

    languages = _languages(found)
    if settings.values["json"]:
        say(kernel_json(each, languages) for each in found)
        return
    say(kernel_table(found, languages, columns=_columns(), color=color))
    dead = sum(each.state == "dead" for each in found)
    if dead and settings.link is None and sys.stdout.isatty():
        complain(f"{dead} dead: kconsole --clean removes their files")


def _columns() -> int | None:
    """The width of the terminal; None where nothing is to be cut."""
    if not sys.stdout.isatty():
        return None
    from kconsole.render.terminalsize import columns_of

    return columns_of(sys.stdout) or _SCREEN


def _languages(found: "Iterable[Found]") -> Mapping[str, str]:
    """The languages of the kernelspecs, if there is a kernel that has not told its own."""
    if all(each.language or not each.kernel_name for each in found):
        return {}
    from kconsole.connect.specs import find_kernel_specs

    return {name: spec.language for name, spec in find_kernel_specs().items()}


def _clean(found: "Sequence[Found]", directory: Path) -> "list[Found]":
    """Remove the files of dead kernels, and tell; return what is left."""
    from kconsole.connect.clean import remove_files

    dead = [each.connection for each in _still_dead(found) if each.connection is not None]
    removals = remove_files(dead, directory)
    gone = {each.path for each in removals if not each.kept}
    for each in removals:
        name = _printable(each.path.name)
        if each.kept:
            complain(f"kept {name}: {each.kept}")
        else:
            say([f"removed {name}"])
    if not gone:
        complain("nothing to clean")
    return [each for each in found if each.path not in gone]


def _still_dead(found: "Sequence[Found]") -> "list[Found]":
    """Those that are dead, and stay so for as long as one may look dead that is being restarted."""
    from kconsole.client.survey import survey
    from kconsole.connect.clean import RESTART_S

    dead = [each.path for each in found if each.state == "dead"]
    if not dead:
        return []
    if sys.stderr is not None and sys.stderr.isatty():
        complain("looking again in a moment, as a kernel that is being restarted looks dead too")
    time.sleep(RESTART_S)
    return [each for each in survey(dead) if each.state == "dead"]


def _printable(name: str) -> str:
    from kconsole.render.sanitise import one_line

    return one_line(name)
