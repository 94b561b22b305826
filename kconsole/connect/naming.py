"""What a name says of the connection file that is meant. Pure: no file is looked at."""

import os
import re

__all__ = [
    "KERNEL_FILES",
    "has_wildcard",
    "is_own",
    "is_path",
    "name_pattern",
    "own_name",
    "spellings",
]

KERNEL_FILES = "kernel-*.json"
"""What a kernel's connection file is called if nobody names it; a pattern of :mod:`fnmatch`."""

_OWN = re.compile(r"kernel-[0-9a-f]{12}\.json")


def own_name() -> str:
    """Return a new name for the connection file of a kernel that kconsole starts."""
    return f"kernel-{os.urandom(6).hex()}.json"


def is_own(name: str) -> bool:
    """Whether a connection file is called as kconsole calls those of the kernels that it starts."""
    return _OWN.fullmatch(name) is not None


def is_path(name: str) -> bool:
    """Whether a name says where the file is."""
    return os.sep in name or bool(os.altsep and os.altsep in name) or name in {"", ".", "..", "~"}


def has_wildcard(name: str) -> bool:
    """Whether a name is a pattern; brackets stand for themselves, as file names may have them."""
    return "*" in name or "?" in name


def spellings(name: str) -> tuple[str, ...]:
    """Return the whole file names that a name may be short for, the likeliest first."""
    return name, f"{name}.json", f"kernel-{name.removesuffix('.json')}.json"


def name_pattern(name: str) -> str:
    """Return the pattern of :mod:`fnmatch` that a part of a name stands for."""
    literal = name.replace("[", "[[]")
    if has_wildcard(name):
        return literal
    return f"*{literal}" if name.endswith(".json") else f"*{literal}*.json"
