"""Names of keys as people write them, and as prompt_toolkit wants them.

A description is a sequence of keys with blanks between them: "f2", "c-x c-e", "escape enter". The
words are prompt_toolkit's (:mod:`prompt_toolkit.keys`), and what people write in their place:
capitals, "Ctrl-X", "M-x" or "Alt-x" (which a terminal sends as Escape, then x), "Return", "PgUp".
"""

import re
from collections.abc import Iterator

from prompt_toolkit.keys import ALL_KEYS, KEY_ALIASES, Keys

from kconsole.render.nearest import nearest

__all__ = ["KeySequence", "label", "parse_keys"]

#: What :meth:`prompt_toolkit.key_binding.KeyBindings.add` takes.
KeySequence = tuple[Keys | str, ...]

_MODIFIER = re.compile(r"(ctrl|control|c|shift|s|alt|meta|m|a)[-+](?=.)", re.IGNORECASE)

_WORDS = {
    "del": "delete",
    "esc": "escape",
    "ins": "insert",
    "page-down": "pagedown",
    "page-up": "pageup",
    "pgdn": "pagedown",
    "pgup": "pageup",
    "return": "enter",
    "spc": "space",
}

#: Those that a keyboard can send; <any>, <sigint> and the like are prompt_toolkit's own affairs.
_NAMED = frozenset(name for name in ALL_KEYS if not name.startswith("<"))

#: How a label shows what prompt_toolkit has another name for.
_LABELS = {
    "c-@": "Ctrl-Space",
    "c-h": "Backspace",
    "c-i": "Tab",
    "c-m": "Enter",
    "escape": "Esc",
    "pagedown": "PageDown",
    "pageup": "PageUp",
    " ": "Space",
}


def parse_keys(description: str) -> KeySequence:
    """Return the keys that `description` means, to bind an action to.

    Raises ValueError with a reason that makes sense after a place in a file.
    """
    keys = tuple(key for token in description.split() for key in _parse(token))
    if not keys:
        raise ValueError('no key is named (the space bar is "space")')
    return keys


def label(keys: KeySequence) -> str:
    """Write keys as help does: "Ctrl-X Ctrl-E", "Alt-Enter"."""
    return " ".join(_labels([str(getattr(key, "value", key)) for key in keys]))


def _parse(token: str) -> Iterator[Keys | str]:
    modifiers, base = _split(token)
    if "m" in modifiers:
        yield Keys.Escape
    if "c" in modifiers or len(base) > 1:
        base = base.lower()
    name = _WORDS.get(base, base)
    if "s" in modifiers:
        name = f"s-{name}"
    if "c" in modifiers:
        name = f"c-{name}"
    name = KEY_ALIASES.get(name, name)
    if name in _NAMED:
        yield Keys(name)
    elif name == "space":
        yield " "
    elif len(name) == 1 and name.isprintable():
        yield name
    else:
        raise ValueError(f"no key is called {token!r}{_hint(name)}")


def _split(token: str) -> tuple[set[str], str]:
    """Return the initials of a token's modifiers, Alt's being m, and what is left of the token."""
    modifiers: set[str] = set()
    while found := _MODIFIER.match(token):
        initial = found[1][0].lower()
        modifiers.add("m" if initial == "a" else initial)
        token = token[found.end() :]
    return modifiers, token


def _hint(name: str) -> str:
    near = nearest(name, sorted({*_NAMED, *KEY_ALIASES, "space"}), cutoff=0.5)
    return f"; near it are {', '.join(near)}" if near else ""


def _labels(names: list[str]) -> Iterator[str]:
    for position, name in enumerate(names):
        if name == "escape" and position + 1 < len(names):
            continue
        alt = position > 0 and names[position - 1] == "escape"
        yield f"Alt-{_one(name)}" if alt else _one(name)


def _one(name: str) -> str:
    if name in _LABELS:
        return _LABELS[name]
    if name.startswith("c-"):
        return f"Ctrl-{_one(name[2:]).capitalize()}" if len(name) == 3 else f"Ctrl-{_one(name[2:])}"
    if name.startswith("s-"):
        return f"Shift-{_one(name[2:])}"
    return name if len(name) == 1 else name.capitalize()
