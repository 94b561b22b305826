"""What the configuration file said, each thing with its place in the file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kconsole.connect.paths import shown

__all__ = ["Config", "Names", "canonical", "dashed"]

#: Where something is in the file: the names of the tables it is in, and its own.
Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Config:
    """What a configuration file holds; without arguments: what no file holds.

    The names of options and actions are written with underscores here, whatever the file has.
    """

    #: The file; None if there is none.
    path: Path | None = None
    #: The keys outside of any table: option -> str, int, float, bool, or a tuple of such.
    options: Mapping[str, object] = field(default_factory=dict)
    #: The table [keys]: action -> descriptions of the keys that call it, such as "c-x c-e".
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: The tables [connections.NAME]: name -> option -> value, as in `options`.
    connections: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    #: The line (from 1) on which each key or table appears first.
    lines: Mapping[Names, int] = field(default_factory=dict)
    #: What the user should know although the file is used, one line each.
    warnings: tuple[str, ...] = ()

    def defaults(
        self, connection: str | None = None, *, many: Collection[str] = ()
    ) -> dict[str, object]:
        """Return the options as they apply to a connection, as click's ``default_map`` wants them.

        :param connection: a name from [connections.NAME], whose options are the stronger ones; None,
            or a name that is not there, means the options outside of any table alone.
        :param many: the options that may be given several times; a single value of one of them
            becomes a list, as click would take a text for a list of its letters.
        """
        own = {} if connection is None else self.connections.get(connection, {})
        return {
            name: (value,) if name in many and not isinstance(value, tuple) else value
            for name, value in {**self.options, **own}.items()
        }

    def line(self, *names: str) -> int | None:
        """Return the line (from 1) of a key; else of the innermost table of it that is known."""
        path = canonical(names)
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)

    def place(self, *names: str) -> str:
        """Return "FILE, line N" for messages about a key, such as ``place("keys", "edit")``.

        It is "FILE" alone if it is not known where in the file that key is.
        """
        file = "the configuration" if self.path is None else shown(self.path)
        line = self.line(*names)
        return file if line is None else f"{file}, line {line}"


def canonical(names: Names) -> Names:
    """Write a key's names with underscores, except that of a connection, which is the user's own."""
    return tuple(
        name if index == 1 and names[0] == "connections" else name.replace("-", "_")
        for index, name in enumerate(names)
    )


def dashed(name: str) -> str:
    """Write an option's name as on the command line."""
    return name.replace("_", "-")
