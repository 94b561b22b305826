"""Several kernels to attach to: their connection files, and what a person calls them."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from kconsole.cli.options.kernels import NEWEST
from kconsole.connect.files import find_connection_file, stem
from kconsole.errors import KconsoleError
from kconsole.render.cells import text_width
from kconsole.render.labels import distinct, short_name

__all__ = ["Target", "find_targets", "gaps"]


class Target(NamedTuple):
    """One of several kernels, as it was named.

    Attributes:
        label: what its lines begin with.
        path: its connection file; None if there is none.
        error: why not.
    """

    label: str
    path: Path | None
    error: KconsoleError | None = None


def find_targets(names: Iterable[str]) -> list[Target]:
    """Find the connection files of all kernels.

    :param names: as for :func:`find_connection_file`, or ``*`` for the newest that answers.
    :return: the kernels in the order in which they were named, one that is named twice once; then those
        that are not there.
    """
    found: dict[str, tuple[str, Path]] = {}
    lost: list[tuple[str, KconsoleError]] = []
    for name in names:
        try:
            path = find_connection_file(None if name == NEWEST else name).absolute()
        except KconsoleError as error:
            lost.append((name, error))
        else:
            found.setdefault(os.path.realpath(path), (name, path))
    labels = distinct([*_called(list(found.values())), *(name for name, _ in lost)])
    paths = [path for _, path in found.values()]
    return [
        *(Target(label, path) for label, path in zip(labels, paths, strict=False)),
        *(
            Target(label, None, error)
            for label, (_, error) in zip(labels[len(paths) :], lost, strict=True)
        ),
    ]


def gaps(labels: Sequence[str]) -> list[str]:
    """Return what stands behind each label, so that all lines begin in the same column."""
    widths = [text_width(label) for label in labels]
    return [f"{' ' * (max(widths) - width)} | " for width in widths]


def _called(found: list[tuple[str, Path]]) -> list[str]:
    """What to call each: the part of its name that was given, or the shortest that tells it apart."""
    stems = [stem(path) for _, path in found]
    names = []
    for place, (name, path) in enumerate(found):
        whole = name == NEWEST or os.sep in name or name in (path.name, path.stem, stems[place])
        others = [*stems[:place], *stems[place + 1 :]]
        names.append(short_name(stems[place], others) if whole else name)
    return names
