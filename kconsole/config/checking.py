"""Tells whether what a configuration file says is about something that there is."""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping

from kconsole.config.settings import Config, Names, dashed
from kconsole.errors import ConfigError

__all__ = ["check"]

Fault = tuple[Names, str]

#: What TOML must have for an option of a kind, and how that is called. TOML's true is no number.
_KINDS: dict[type, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    str: ((str,), "a text, in quotes"),
}


def check(
    config: Config,
    known: Mapping[str, type],
    *,
    many: Collection[str] = (),
    actions: Collection[str] | None = None,
) -> None:
    """Raise ConfigError for the first line that has a name nobody knows, or a value of a wrong kind.

    Whether a value of the right kind makes sense is for those to say who use it.

    :param known: the options: name -> str, int, float or bool. They are checked here as click is too
        kind to what does not come as text: it makes 1 of true, 2 of 2.7, and a text of a list.
        Dashes and underscores are the same, here and below.
    :param many: those of them that may have a list as their value.
    :param actions: the names of what a key can do; None = not to be checked here.
    """
    options = {name.replace("-", "_"): kind for name, kind in known.items()}
    lists = {name.replace("-", "_") for name in many}
    faults = [*_option_faults((), config.options, options, lists)]
    for name, values in config.connections.items():
        faults += _option_faults(("connections", name), values, options, lists)
    if actions is not None:
        plain = {name.replace("-", "_") for name in actions}
        faults += _unknown("action", ("keys",), config.keys, plain)
    if faults:
        names, reason = min(faults, key=lambda fault: config.line(*fault[0]) or 0)
        raise ConfigError(f"{config.place(*names)}: {reason}")


def _option_faults(
    table: Names, values: Mapping[str, object], known: Mapping[str, type], many: set[str]
) -> Iterator[Fault]:
    yield from _unknown("option", table, values, known)
    for name in values.keys() & known.keys():
        value = values[name]
        if isinstance(value, tuple) and name not in many:
            yield (*table, name), f"{dashed(name)!r} takes one value, not a list"
        elif not all(_fits(each, known[name]) for each in _each(value)):
            yield (*table, name), f"{dashed(name)!r} must be {_KINDS[known[name]][1]}"


def _each(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _fits(value: object, kind: type) -> bool:
    return isinstance(value, _KINDS[kind][0]) and isinstance(value, bool) == (kind is bool)


def _unknown(
    kind: str, table: Names, names: Iterable[str], known: Collection[str]
) -> Iterator[Fault]:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"; did you mean {dashed(near[0])!r}?" if near else ""
            yield (*table, name), f"no {kind} is called {dashed(name)!r}{hint}"
