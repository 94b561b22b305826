"""Install real Jupyter kernels, from PyPI or Debian, for the tests to talk to.

::

    python tests/kernels.py [--dest DIR] [NAME ...]

Each kernel gets a virtual environment of its own in DIR/venvs/NAME, and a kernelspec with an
absolute argv in DIR/kernels/NAME/kernel.json; DIR is ``.kernels`` in the repository. DIR/cache holds what
they would else find out anew in every fresh home. What is there already, in the version wanted, is left
alone. Nothing of the program's own is needed to run this. A kernel that needs what this machine has not,
and cannot get, is skipped with the reason.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["RECIPES", "Missing", "Recipe", "install", "main"]

DEFAULT = Path(__file__).resolve().parent.parent / ".kernels"
#: Two downloads at a time: more only makes a small machine slower.
WORKERS = 2
TIMEOUT = 600.0
PYTHON = "{bin}/python"
#: Completion by jedi reads all of Python's builtins first, which takes it six seconds of processor time.
JEDI = """
try:
    import jedi
except ImportError:  # IPython may do without it one day
    raise SystemExit
jedi.Interpreter("pri", [{}]).complete()
"""
FILE = "{connection_file}"


class Recipe(NamedTuple):
    """How one kernel is installed and started; ``{bin}`` is its environment's folder of programs."""

    packages: tuple[str, ...]
    argv: tuple[str, ...]
    spec: dict[str, Any]
    #: A program that has to be on PATH.
    program: str = ""
    #: Debian's packages, the program's among them; they are installed for all, where we may.
    debian: tuple[str, ...] = ()
    #: Python that fills the folder of caches with what the kernel will look for there.
    warm: str = ""


class Missing(Exception):
    """What a kernel needs is not on this machine; the text says what."""


def launcher(module: str, *options: str) -> tuple[str, ...]:
    """The argv of a kernel that is a Python module."""
    return (PYTHON, "-m", module, "-f", FILE, *options)


RECIPES = {
    "ipykernel7": Recipe(
        # What draws live output in the console stories; [test] in pyproject.toml has the same.
        ("ipykernel>=7.3,<8", "ipywidgets>=8", "matplotlib", "rich", "tqdm"),
        launcher("ipykernel_launcher"),
        {
            "display_name": "Python (ipykernel 7)",
            "language": "python",
            "kernel_protocol_version": "5.5",
            "metadata": {"debugger": True, "supported_encryption": ["curve"]},
        },
        warm=JEDI,
    ),
    "ipykernel6": Recipe(
        ("ipykernel==6.29.5",),
        # Jedi takes seconds for its first completion; one ipykernel with it is enough.
        launcher("ipykernel_launcher", "--IPCompleter.use_jedi=False"),
        {
            "display_name": "Python (ipykernel 6)",
            "language": "python",
            "metadata": {"debugger": True},
        },
    ),
    "ipykernel5": Recipe(
        ("ipykernel==5.5.6", "jupyter_client<7", "ipython<8", "pyzmq<26", "tornado<6.2"),
        launcher("ipykernel_launcher", "--IPCompleter.use_jedi=False"),
        {"display_name": "Python (ipykernel 5)", "language": "python"},
    ),
    "xpython": Recipe(
        ("xeus-python",),
        launcher("xpython_launcher"),
        {"display_name": "XPython", "language": "python"},
    ),
    "bash": Recipe(
        ("bash_kernel",),
        launcher("bash_kernel"),
        {"display_name": "Bash", "language": "bash", "env": {"PS1": "$"}},
    ),
    "deno": Recipe(
        ("deno",),
        ("{bin}/deno", "jupyter", "--kernel", "--conn", FILE),
        {"display_name": "Deno", "language": "typescript"},
    ),
    "kotlin": Recipe(
        ("kotlin-jupyter-kernel",),
        (PYTHON, "-m", "run_kotlin_kernel", FILE),
        {"display_name": "Kotlin", "language": "kotlin", "interrupt_mode": "message"},
        program="java",
    ),
    "ir": Recipe(
        (),
        ("R", "--slave", "-e", "IRkernel::main()", "--args", FILE),
        {"display_name": "R", "language": "R"},
        program="R",
        debian=("r-cran-irkernel", "r-cran-irdisplay"),
    ),
}


def install(name: str, dest: Path) -> str:
    """Install one kernel; returns what was done.

    Raises Missing if this machine cannot have it, RuntimeError if it could not be installed; both have one
    line of reason.
    """
    recipe = RECIPES[name]
    if recipe.debian:
        _apt_install(recipe.debian)
    if recipe.program and shutil.which(recipe.program) is None:
        raise Missing(f"there is no {recipe.program} on PATH")
    folder = dest / "venvs" / name
    programs = folder / "bin"
    stamp = folder / "installed.json"
    wanted = json.dumps([sys.version, *recipe.packages])
    if stamp.exists() and stamp.read_text() == wanted:
        _write_spec(name, dest, programs)
        return "already installed"
    if recipe.packages:
        _fill_environment(folder, recipe.packages)
    if recipe.warm:
        _run([str(programs / "python"), "-c", recipe.warm], XDG_CACHE_HOME=str(dest / "cache"))
    _write_spec(name, dest, programs)
    folder.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    return "installed"


def _fill_environment(folder: Path, packages: tuple[str, ...]) -> None:
    """Make a virtual environment with these packages; by uv where there is one, in a third of the time."""
    python = str(folder / "bin" / "python")
    uv = shutil.which("uv")
    try:
        # Cleared, so that a half-installed environment is not taken for a whole one.
        venv.create(folder, clear=True, with_pip=uv is None)
    except (OSError, subprocess.CalledProcessError) as error:
        raise RuntimeError(f"cannot create a virtual environment: {error}") from None
    if uv is None:
        _run([python, "-m", "pip", "install", "-q", "--prefer-binary", *packages])
    else:
        _run([uv, "pip", "install", "-q", "--python", python, *packages])


def _apt_install(packages: tuple[str, ...]) -> None:
    """Install Debian's packages that are not there yet."""
    if shutil.which("apt-get") is None:
        raise Missing("there is no apt-get")
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status} ", *packages]
    known = subprocess.run(query, capture_output=True, text=True, check=False).stdout.split()
    if known == ["installed"] * len(packages):
        return
    if os.geteuid():
        raise Missing(f"only root may apt-get install {' '.join(packages)}")
    _run(["apt-get", "update", "-q"])
    _run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages])


def _run(command: list[str], **variables: str) -> None:
    tool = "pip" if "pip" in command else command[0]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", **variables},
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{tool} took longer than {TIMEOUT:.0f} s") from None
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith(("ERROR", "E:"))]
        reason = (errors or done.stderr.splitlines() or ["no reason given"])[-1]
        raise RuntimeError(f"{tool} ended with {done.returncode}: {reason}")


def _write_spec(name: str, dest: Path, programs: Path) -> None:
    recipe = RECIPES[name]
    argv = [part.replace("{bin}", str(programs)) for part in recipe.argv]
    if shutil.which(argv[0]) is None:
        raise RuntimeError(f"{argv[0]} is not there after the installation")
    folder = dest / "kernels" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, **recipe.spec}, indent=1))


def main(arguments: list[str] | None = None) -> int:
    """Install the kernels named, all by default; 1 if one failed, which a skipped one has not."""
    parser = argparse.ArgumentParser(description="Install real Jupyter kernels for the tests.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(RECIPES))
    parser.add_argument("--dest", type=Path, default=DEFAULT, help="default: .kernels")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(RECIPES))
    if unknown:
        parser.error(f"no kernel {unknown[0]!r}; there are {' '.join(RECIPES)}")
    names = options.names or list(RECIPES)
    dest = options.dest.resolve()
    failed = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = {name: pool.submit(install, name, dest) for name in names}
        for name, job in jobs.items():
            try:
                print(f"{name}: {job.result()}", flush=True)
            except Missing as reason:
                print(f"{name}: skipped: {reason}", flush=True)
            except RuntimeError as error:
                failed += 1
                print(f"{name}: FAILED: {error}", file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
