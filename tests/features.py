"""What some kernels lack. A test names what it needs and is collected for the kernels that have it."""

from collections.abc import Sequence

import pytest

__all__ = ["EVERY_KERNEL", "KERNELS", "KILLED", "LACKING", "has", "having"]

#: The scripted kernel and the real ones of ``kernels.py`` that every test of kernels runs on.
KERNELS = ("fake", "ipykernel7", "ipykernel6", "bash", "xpython")

#: With those that only the stories of the console's main points run on.
EVERY_KERNEL = (*KERNELS, "deno")

#: For tests that kill a kernel of their own: whose it was makes little difference then.
KILLED = pytest.mark.parametrize("fresh_kernel", ["fake", "ipykernel7", "xpython"], indirect=True)

_NO_IPYTHON = "only IPython has it"

#: feature -> kernel -> why it has no such thing.
LACKING = {
    "error on iopub": {"bash": "its errors are in its replies only"},
    "exit": {"bash": "it means its own shell", "xpython": _NO_IPYTHON},
    "history with outputs": {"bash": "it has no history", "xpython": _NO_IPYTHON},
    "input": {"bash": "it reads from its own terminal, past the stdin channel"},
    "inspection": {"bash": "it finds nothing to inspect", "deno": "it finds nothing to inspect"},
    "interrupt_request": {"xpython": "it says ok and goes on", "deno": "it says ok and goes on"},
    "SIGINT": {"xpython": "it dies of it", "deno": "it dies of it"},
    "is_complete": {"bash": "it always says unknown"},
    "lossless output": {"xpython": "it drops output when two cores are busy"},
    "prompt end": {"bash": "it takes more than ten seconds to end, now and then"},
    "life after an interrupt_request": {"deno": "the cell that it was to end never ends"},
    "python": {"bash": "another language", "deno": "another language"},
    "silent cells": {"bash": "it counts them"},
    "stderr": {"bash": "it has one terminal for both, so there is no stderr stream"},
    "user_expressions": {"bash": "it leaves them out", "xpython": _NO_IPYTHON},
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
