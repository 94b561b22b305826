"""What ``import kconsole`` offers, and when it imports it."""

import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kconsole
from kconsole import errors

README = (Path(__file__).resolve().parent.parent / "README.md").read_text()
#: The examples of README's section on the library, and what each prints with a Python kernel.
EXAMPLES = dict(
    zip(
        re.findall(r"(?ms)^```python\n(.*?)^```", README.partition("\n## The library\n")[2]),
        (
            "ok\nstatus\nexecute_input\nstream\nstatus\nTrue\n",
            "hello\n",
            "python\n0\n1\n2\n",
        ),
        strict=True,
    )
)

EXPORTS = {
    "ConnectionInfo",
    "KernelClient",
    "Message",
    "Session",
    "attach",
    "start",
    *errors.__all__,
}


def python(code):
    """What a fresh interpreter prints that runs this code."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True
    )
    return done.stdout


def test_the_exports_are_these_and_every_error():
    assert set(kconsole.__all__) == EXPORTS
    assert kconsole.__all__ == sorted(kconsole.__all__)


@pytest.mark.parametrize("name", kconsole.__all__)
def test_every_export_is_there_and_documented(name):
    value = getattr(kconsole, name)
    assert value.__doc__
    assert name in dir(kconsole)


def test_star_imports_the_exports():
    namespace = {}
    exec("from kconsole import *", namespace)
    assert namespace.keys() >= EXPORTS


def test_an_unknown_name_is_an_attributeerror():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = kconsole.no_such_name


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import kconsole, sys; print([n for n in ('zmq', 'kconsole.client') if n in sys.modules])"
    )
    assert python(code) == "[]\n"


def test_the_client_imports_no_terminal_and_no_event_loop():
    code = (
        "import sys; from kconsole import KernelClient; "
        "print([n for n in ('asyncio', 'prompt_toolkit', 'pygments', 'click') if n in sys.modules])"
    )
    assert python(code) == "[]\n"


def test_the_library_logs_nothing_unless_asked():
    code = (
        "import logging, sys; sys.stderr = sys.stdout; import kconsole; kconsole.KernelClient; "
        "logging.getLogger('kconsole').warning('loud')"
    )
    assert python(code) == ""


def test_the_package_can_be_run():
    done = subprocess.run(
        [sys.executable, "-m", "kconsole", "--version"],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert done.stdout == f"kconsole {kconsole.__version__}\n"


def test_importing_main_runs_nothing():
    assert importlib.import_module("kconsole.__main__").main.__doc__


@pytest.mark.parametrize("code", EXAMPLES, ids=["blocking", "callbacks", "asyncio"])
def test_readmes_examples_print_what_they_should(code, shared_kernels, tmp_path):
    kernel = shared_kernels("ipykernel7")
    shutil.copy(kernel.connection_file, tmp_path / "kernel-4711.json")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-"],
        input=code,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, EXAMPLES[code], "")
