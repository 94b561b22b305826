"""Kernelspecs: which kernels are installed here, and the command that starts each (JEP 105).

A kernelspec is a directory with a ``kernel.json``; its name is the directory's, in lower case, as
names do not depend on case. The first directory of the search path that has a usable one wins.
"""

import difflib
import importlib.util
import logging
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from kconsole.connect.jsonfile import read_json
from kconsole.connect.paths import kernelspec_dirs, shown
from kconsole.errors import KernelSpecError

__all__ = [
    "NATIVE",
    "InterruptMode",
    "KernelSpec",
    "SpecFault",
    "SpecListing",
    "default_kernel_spec",
    "find_kernel_specs",
    "get_kernel_spec",
    "kernel_spec",
    "list_kernel_specs",
    "load_kernel_spec",
    "select_spec",
]

InterruptMode = Literal["signal", "message"]

#: The name of the kernel for the Python that we run in.
NATIVE = "python3"

_VALID_NAME = re.compile(r"[a-z0-9._-]+", re.IGNORECASE | re.ASCII)
_PLACEHOLDER = re.compile(r"\{(connection_file|resource_dir|prefix)\}")
_PYTHON = re.compile(r"python(3(\.[0-9]+)?)?")

_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})", re.ASCII)

#: ipykernel 7 says 5.5 in its spec, and knows nothing of JEP 66.
_HANDSHAKE_SINCE = (5, 6)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KernelSpec:
    """One installed kernel: how it is called, started and interrupted (JEP 105)."""

    name: str
    #: The directory of kernel.json, which may hold logos and scripts beside it.
    resource_dir: Path
    argv: tuple[str, ...]
    display_name: str
    language: str = ""
    interrupt_mode: InterruptMode = "signal"
    #: Added to the kernel's environment; may refer to variables of ours, as ${NAME}.
    env: Mapping[str, str] = field(default_factory=dict, hash=False)
    metadata: Mapping[str, object] = field(default_factory=dict, hash=False)
    #: "" = not stated, so below 5.5.
    kernel_protocol_version: str = ""

    @property
    def handshake(self) -> bool:
        """Whether the kernel asks to choose its ports itself, and to tell us (JEP 66).

        It does so with protocol 5.6, or with ``"handshake": true`` in its metadata.
        """
        asked = self.metadata.get("handshake")
        if isinstance(asked, bool):
            return asked
        numbers = _VERSION.match(self.kernel_protocol_version)
        return numbers is not None and (int(numbers[1]), int(numbers[2])) >= _HANDSHAKE_SINCE

    @property
    def curve(self) -> bool:
        """Whether the kernel says that it can encrypt with Curve (JEP 145)."""
        schemes = self.metadata.get("supported_encryption")
        listed = schemes if isinstance(schemes, list) else [schemes]
        return any(isinstance(scheme, str) and scheme.lower() == "curve" for scheme in listed)

    @property
    def starts_python(self) -> bool:
        """Whether its command is a bare ``python``: which one is meant has to be found out."""
        return _PYTHON.fullmatch(self.argv[0]) is not None

    def command(
        self,
        connection_file: Path,
        extra_arguments: Sequence[str] = (),
        search_path: str | None = None,
    ) -> list[str]:
        """Return the command line that starts the kernel.

        ``{connection_file}``, ``{resource_dir}`` and ``{prefix}`` are replaced; every other brace
        is left alone, as code in the kernel's language may contain some. A leading ``~/`` is
        expanded.

        :param connection_file: for the placeholder.
        :param extra_arguments: go to the end.
        :param search_path: the PATH to look for Python on.
        """
        prefix = str(self._environment() or sys.prefix)
        command = self.fill(os.path.realpath(connection_file), prefix)
        command = [os.path.expanduser(arg) if arg.startswith("~/") else arg for arg in command]
        if self.starts_python:
            command[0] = self._python(command[0], search_path)
        return [*command, *extra_arguments]

    def fill(self, connection_file: str, prefix: str) -> list[str]:
        """Return the argv with its placeholders replaced, and no file looked at.

        :param prefix: the environment that the kernel is of.
        """
        values = {
            "connection_file": connection_file,
            "resource_dir": str(self.resource_dir),
            "prefix": prefix,
        }
        return [_PLACEHOLDER.sub(lambda match: values[match[1]], arg) for arg in self.argv]

    def _python(self, name: str, search_path: str | None) -> str:
        """Return the interpreter that a bare `name` means.

        A spec that came with an environment means that environment's Python, whatever PATH says; any
        other one means the user's, as ours may be private (pipx, uv tool).
        """
        own = {"python", "python3", f"python3.{sys.version_info.minor}"}
        root = Path(sys.prefix).resolve()
        if sys.executable and name in own and self.resource_dir.resolve().is_relative_to(root):
            return sys.executable
        environment = self._environment()
        if environment is not None and os.access(program := environment / "bin" / name, os.X_OK):
            return str(program)
        # Some systems have no "python", only a "python3".
        names = [name, "python3"] if name == "python" else [name]
        found = (shutil.which(each, path=search_path) for each in names)
        return next((path for path in found if path), name)

    def _environment(self) -> Path | None:
        """Return the virtual or conda environment that the spec was installed with, if any."""
        directory = self.resource_dir.absolute()
        if len(directory.parts) < 5 or directory.parts[-4:-1] != ("share", "jupyter", "kernels"):
            return None
        root = directory.parents[3]
        marks = (root / "pyvenv.cfg", root / "conda-meta")
        return root if any(mark.exists() for mark in marks) else None


class SpecFault(NamedTuple):
    """What is wrong with a kernelspec: its name in lower case, and one line with its file."""

    name: str
    text: str


class SpecListing(NamedTuple):
    """The kernelspecs of this machine by name, and the faults of those that break the rules."""

    specs: dict[str, KernelSpec]
    faults: list[SpecFault]


def load_kernel_spec(directory: Path) -> KernelSpec:
    """Read the kernelspec in a directory.

    JEP 105 requires display_name and language; specs without them are about, so they are taken
    as the name and "". Keys that JEP 105 does not know are ignored.

    :raise KernelSpecError: with the file and the reason.
    """
    file = directory / "kernel.json"
    try:
        return kernel_spec(read_json(file), directory)
    except ValueError as error:
        raise KernelSpecError(f"{shown(file)}: {error}") from None


def kernel_spec(data: object, directory: Path) -> KernelSpec:
    """Make a kernelspec of what its ``kernel.json`` says; see :func:`load_kernel_spec`.

    :param directory: where that is; its name is the kernelspec's.
    :raise ValueError: with a reason that makes sense after "PATH: ".
    """
    if not isinstance(data, dict):
        raise ValueError("is not a JSON object")
    return _spec_from_dict(data, directory)


def list_kernel_specs(directories: Iterable[Path] | None = None) -> SpecListing:
    """Return every usable kernelspec, and what is wrong with the others.

    A native ``python3`` is among the specs if ipykernel can be imported here, even if none is
    installed.

    :param directories: by default Jupyter's search path (:mod:`kconsole.connect.paths`).
    """
    specs: dict[str, KernelSpec] = {}
    faults: list[SpecFault] = []
    for directory in _installed(directories):
        name = directory.name.lower()
        if not _VALID_NAME.fullmatch(name):
            text = f"{shown(directory)}: a kernelspec's name may have only A-Z 0-9 . _ -"
            faults.append(SpecFault(name, text))
        if name in specs:
            continue
        try:
            specs[name] = load_kernel_spec(directory)
        except KernelSpecError as error:
            faults.append(SpecFault(name, str(error)))
    if NATIVE not in specs and (native := _native_spec()):
        specs[NATIVE] = native
    for fault in faults:
        log.debug("kernelspec %s", fault.text)
    return SpecListing(specs, faults)


def find_kernel_specs(directories: Iterable[Path] | None = None) -> dict[str, KernelSpec]:
    """Return every usable kernelspec by its name; see :func:`list_kernel_specs`."""
    return list_kernel_specs(directories).specs


def get_kernel_spec(name: str, directories: Iterable[Path] | None = None) -> KernelSpec:
    """Return the kernelspec of a name.

    :param name: in whatever case; "python" falls back to "python3".
    :raise KernelSpecError: what is wrong with the spec, or which ones there are instead.
    """
    return select_spec(list_kernel_specs(directories), name)


def select_spec(listing: SpecListing, name: str, *, where: str = "") -> KernelSpec:
    """Return the kernelspec of a name, out of all; see :func:`get_kernel_spec`.

    :param where: the machine that they are of; "" is this one.
    """
    specs, faults = listing
    wanted = name.lower()
    if wanted == "python" and wanted not in specs:
        wanted = NATIVE
    if wanted in specs:
        return specs[wanted]
    broken = [fault.text for fault in faults if fault.name == wanted]
    raise KernelSpecError(broken[0] if broken else _unknown(name, specs, where))


def default_kernel_spec(directories: Iterable[Path] | None = None) -> KernelSpec:
    """Return the kernelspec to start when nobody names one: ``python3``.

    :raise KernelSpecError: there is no Python kernel; names the others.
    """
    return get_kernel_spec(NATIVE, directories)


def _installed(directories: Iterable[Path] | None) -> Iterator[Path]:
    """Yield the directories that hold a kernel.json, in the order of the search path."""
    for parent in kernelspec_dirs() if directories is None else directories:
        try:
            names = sorted(os.listdir(parent))
        except OSError:
            continue
        yield from (parent / name for name in names if (parent / name / "kernel.json").exists())


def _native_spec() -> KernelSpec | None:
    """Make a kernelspec for the Python that we run in, if it has ipykernel."""
    found = importlib.util.find_spec("ipykernel")
    if found is None or found.origin is None or not sys.executable:
        return None
    return KernelSpec(
        name=NATIVE,
        resource_dir=Path(found.origin).parent / "resources",
        argv=(sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"),
        display_name=f"Python {sys.version_info.major}",
        language="python",
    )


def _spec_from_dict(data: Mapping[str, object], directory: Path) -> KernelSpec:
    name = directory.name.lower()
    metadata = data.get("metadata")
    return KernelSpec(
        name=name,
        resource_dir=directory,
        argv=_argv(data.get("argv")),
        display_name=_text(data, "display_name") or name,
        language=_text(data, "language"),
        interrupt_mode=_interrupt_mode(data.get("interrupt_mode")),
        env=_env(data.get("env")),
        metadata=metadata if isinstance(metadata, dict) else {},
        kernel_protocol_version=_text(data, "kernel_protocol_version"),
    )


def _argv(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not value[0]:
        raise ValueError("argv must be a list that begins with a command")
    if not all(_is_argument(item) for item in value):
        raise ValueError("argv must hold only strings")
    return tuple(value)


def _env(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("env must be an object")
    for name, item in value.items():
        if not name or "=" in name or not _is_argument(name) or not _is_argument(item):
            raise ValueError(f"env: {name!r} must be the name of a string")
    return value


def _is_argument(value: object) -> bool:
    """Whether the system can pass `value` to a program."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        os.fsencode(value)
    except UnicodeEncodeError:  # half a character, which JSON can express
        return False
    return True


def _interrupt_mode(value: object) -> InterruptMode:
    return "message" if isinstance(value, str) and value.lower() == "message" else "signal"


def _text(data: Mapping[str, object], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _unknown(name: str, specs: Mapping[str, KernelSpec], where: str) -> str:
    text = f"there is no kernelspec {name!r}" + (f" on {where}" if where else "")
    if not specs:
        return f"{text}, and no other one either (is ipykernel installed?)"
    close = difflib.get_close_matches(name.lower(), specs, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"{text}{hint} (available: {', '.join(sorted(specs))})"
