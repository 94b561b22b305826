"""What some kernels lack. A test names what it needs and is collected for the kernels that have it."""

import os
from collections.abc import Sequence

import pytest

__all__ = ["ALL", "EVERY_KERNEL", "KERNELS", "KILLED", "LACKING", "has", "having"]

#: The scripted kernel and the real ones of ``kernels.py`` that every test of kernels runs on.
KERNELS = ("fake", "ipykernel7", "bash", "xpython")

#: With those that only the stories of the console's main points and the matrix run on.
ALL = ("fake", "ipykernel7", "ipykernel6", "bash", "xpython", "ipykernel5", "deno", "kotlin", "ir")

#: CI does not install what needs java or R beside PyPI, and collects nothing for it.
_IN_CI = bool(os.environ.get("KCONSOLE_REQUIRE_KERNELS"))
EVERY_KERNEL = tuple(name for name in ALL if not (_IN_CI and name in ("kotlin", "ir")))

#: For tests that kill a kernel of their own: whose it was makes little difference then.
KILLED = pytest.mark.parametrize("fresh_kernel", ["fake", "ipykernel7", "xpython"], indirect=True)

_NO_IPYTHON = "only IPython has it"
_NOT_PYTHON = "another language"
_NO_HISTORY = "it keeps none"
_LEFT_OUT = "it leaves them out"
_SAYS_OK = "it says ok and goes on"
_NOTHING = "it finds nothing to inspect"

#: feature -> kernel -> why it has no such thing.
LACKING = {
    "answers at work": {
        **dict.fromkeys(("ipykernel5", "kotlin"), "its heartbeat alone does, which no key signs"),
    },
    "error on iopub": {"bash": "its errors are in its replies only"},
    "exit": {
        "bash": "it means its own shell",
        **dict.fromkeys(("xpython", "deno", "kotlin", "ir"), _NO_IPYTHON),
    },
    "haste": {"kotlin": "its first cell takes half a minute where other programs run too"},
    "history": dict.fromkeys(("bash", "deno", "kotlin", "ir"), _NO_HISTORY),
    "history with outputs": {
        "bash": "it has no history",
        **dict.fromkeys(("xpython", "deno", "kotlin", "ir"), _NO_IPYTHON),
    },
    "input": {"bash": "it reads from its own terminal, past the stdin channel"},
    "inspection": {"bash": _NOTHING, "deno": _NOTHING, "kotlin": "it never answers"},
    "interrupt_request": {
        "xpython": _SAYS_OK,
        "ipykernel5": "it never answers",
        "ir": "it never answers",
    },
    "interrupt of its own": dict.fromkeys(("xpython",), "SIGINT kills it"),
    "is_complete": {"bash": "it always says unknown"},
    "lossless output": {"xpython": "it drops output when two cores are busy"},
    "prompt end": {"bash": "it takes more than ten seconds to end, now and then"},
    "python": dict.fromkeys(("bash", "deno", "kotlin", "ir"), _NOT_PYTHON),
    "silent cells": {"bash": "it counts them", "kotlin": "it counts them"},
    "stderr": {"bash": "it has one terminal for both, so there is no stderr stream"},
    "subshells": dict.fromkeys(
        ("ipykernel6", "ipykernel5", "bash", "xpython", "deno", "kotlin", "ir"),
        "only ipykernel 7 has them",
    ),
    "Curve": dict.fromkeys(
        ("ipykernel6", "ipykernel5", "bash", "xpython", "deno", "kotlin", "ir"),
        "its kernelspec does not offer it",
    ),
    "ipc": {"deno": "it ends with a panic", "kotlin": "it does not listen there"},
    "user_expressions": {
        "xpython": _NO_IPYTHON,
        **dict.fromkeys(("bash", "deno", "kotlin", "ir"), _LEFT_OUT),
    },
}


def has(kernel: str, *features: str) -> bool:
    """Whether a kernel has all these features."""
    return not any(kernel in LACKING[feature] for feature in features)


def having(
    *features: str, fixture: str = "kernel", among: Sequence[str] = KERNELS
) -> pytest.MarkDecorator:
    """Run the test on each kernel that has all these features, given as ``fixture``."""
    names = [name for name in among if has(name, *features)]
    return pytest.mark.parametrize(fixture, names, indirect=True)
