"""The recipes of README's cookbook do what it says, run as they are printed."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from clients import PATIENCE
from leaks import wait_until
from programs import Outcome
from running_kernels import REPOSITORY, Kernel
from sshd import Sshd

pytestmark = [
    pytest.mark.usefixtures("unmeasured"),
    pytest.mark.skipif(sys.platform == "win32", reason="the recipes are for a POSIX shell"),
]

README = (REPOSITORY / "README.md").read_text()
COOKBOOK = re.search(r"(?ms)^### Cookbook\n(.*?)^##", README)
assert COOKBOOK is not None
#: The words in bold at the beginning of a recipe -> its block of code.
RECIPES = {
    found[1].rstrip("."): found[2]
    for found in re.finditer(
        r"(?ms)^\*\*([^*]+)\*\*(?:(?!^\*\*).)*?^```\w+\n(.*?)^```", COOKBOOK[1]
    )
}
SESSIONS = [title for title, block in RECIPES.items() if block.startswith("$ ")]
#: What has a test of its own below.
OTHERS = {
    "A kernel with a name of its own",
    "A Makefile",
    "cron",
    "Before a commit",
    "GitHub Actions",
    "vim",
    "tmux",
    "Over ssh",
}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360000000"
    "0200015073752d0000000049454e44ae426082"
)


def need(*programs: str) -> None:
    """Skip the test where one of these programs is missing; in CI fail it, where they are installed."""
    for program in programs:
        if shutil.which(program) is None:
            reason = f"{program} is not installed"
            if os.environ.get("KCONSOLE_REQUIRE_KERNELS") and program != "tmux":
                pytest.fail(reason)
            pytest.skip(reason)


def notebook(path: Path, *sources: str) -> None:
    """Write a notebook of code cells, of which the first has the parameters."""
    tags: list[dict[str, list[str]]] = [{"tags": ["parameters"]}, *({} for _ in sources[1:])]
    cells = [
        {"cell_type": "code", "id": f"c{n}", "execution_count": None, "outputs": []}
        | {"metadata": tag, "source": source}
        for n, (source, tag) in enumerate(zip(sources, tags, strict=True))
    ]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content))


def shown(path: Path) -> str:
    """What the cells of a notebook have printed."""
    cells = json.loads(path.read_text())["cells"]
    return "".join(text for cell in cells for out in cell["outputs"] for text in out["text"])


def run(*argv: str, env: Mapping[str, str] | None = None) -> Outcome:
    """Run any program to its end, without a standard input."""
    done = subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
        env=env,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def home(
    shared_kernels: Callable[[str], Kernel],
    runtime_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A home where kconsole is installed as README says, and a running kernel named lab; the cwd."""
    runtime_dir.mkdir(parents=True)
    shutil.copy(shared_kernels("ipykernel7").connection_file, runtime_dir / "kernel-lab.json")
    (tmp_path / ".kconsole").symlink_to(sys.prefix)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}/.kconsole/bin{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    notebook(tmp_path / "report.ipynb", "year = 2000", "print('the year', year)")
    return tmp_path


def test_each_recipe_has_its_test() -> None:
    assert RECIPES.keys() == {*SESSIONS, *OTHERS}
    assert COOKBOOK is not None
    assert len(RECIPES) == COOKBOOK[1].count("```") / 2


@pytest.mark.parametrize("title", SESSIONS)
def test_a_session_goes_as_it_is_shown(title: str, home: Path) -> None:
    block = RECIPES[title]
    need(*(["jq"] if "jq" in block else []))
    script = ["exec 2>&1"]
    for typed in re.findall(r"(?m)^\$ .*\n(?:> .*\n)*", block):
        script += [f"printf %s {shlex.quote(typed)}", re.sub(r"(?m)^[$>] ", "", typed)]
    told = run("bash", "-c", "\n".join(script)).stdout
    if "…" in block:
        assert re.fullmatch(re.escape(block).replace("…", ".*"), told)
    else:
        assert told == block
    assert {path.name: shown(path) for path in home.glob("report-*")} == (
        {f"report-{year}.ipynb": f"the year {year}\n" for year in (2025, 2026)}
        if "report-" in block
        else {}
    )


def test_a_kernel_with_a_name_of_its_own(home: Path, runtime_dir: Path) -> None:
    (runtime_dir / "kernel-lab.json").unlink()
    try:
        assert run("bash", "-c", RECIPES["A kernel with a name of its own"]) == (0, "", "")
        assert run("kconsole", "lab", "-c", "6 * 7") == (0, "42\n", "")
    finally:
        assert run("kconsole", "--shutdown", "--yes", "lab").status == 0
    assert (home / "lab.log").exists()


def test_a_figure_out_of_the_events(home: Path) -> None:
    need("jq")
    line = next(each for each in README.splitlines() if each.endswith("| base64 -d > fig.png"))
    figure = f"from IPython.display import Image; fig = Image({PNG!r}, format='png')"
    assert run("kconsole", "-e", "-c", figure) == (0, "", "")
    assert run("bash", "-c", line) == (0, "", "")
    assert (home / "fig.png").read_bytes() == PNG


def test_a_makefile(home: Path) -> None:
    need("make")
    (home / "Makefile").write_text(RECIPES["A Makefile"])
    notebook(home / "bad.ipynb", "1 / 0")
    (home / "dot.py").write_text(
        f"from IPython.display import Image, display\ndisplay(Image({PNG!r}, format='png'))\n"
    )
    made = run("make", "-k", "dot.png", "bad.done.ipynb")
    assert made.status == 2 and "ZeroDivisionError" in made.stderr, made
    assert (home / "dot.png").exists(), made.stderr
    assert (home / "dot.png").read_bytes() == PNG
    assert not (home / "bad.done.ipynb").exists()


def test_cron(home: Path) -> None:
    *when, line = RECIPES["cron"].split(None, 5)
    assert len(when) == 5
    (home / "lab").mkdir()
    (home / "report.ipynb").rename(home / "lab" / "report.ipynb")
    # What crontab(5) makes of the line, and of the environment.
    command, newline, _ = re.sub(r"(?<!\\)%", "\n", line.rstrip()).partition("\n")
    assert not newline
    env = {"HOME": str(home), "LOGNAME": "ada", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    assert run("/bin/sh", "-c", command.replace("\\%", "%"), env=env) == (0, "", "")
    (written,) = (home / "lab").glob("report-*.ipynb")
    assert re.fullmatch(r"report-\d{4}-\d\d-\d\d\.ipynb", written.name)
    assert shown(written) == "the year 2000\n"


def test_before_a_commit(home: Path) -> None:
    need("git")
    assert run("git", "init", "-q", "repository").status == 0
    repository = home / "repository"
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(RECIPES["Before a commit"])
    hook.chmod(0o755)
    git = ("git", "-C", str(repository), "-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    notebook(repository / "a report.ipynb", "print('fine')")
    (repository / "notes.txt").touch()
    run(*git, "add", ".")
    assert run(*git, "commit", "-q", "-m", "Fine") == (0, "", "")
    notebook(repository / "a report.ipynb", "1 / 0")
    refused = run(*git, "commit", "-q", "-a", "-m", "Broken")
    assert (refused.status, "ZeroDivisionError" in refused.stderr) == (1, True)
    assert run(*git, "log", "--format=%s").stdout == "Fine\n"
    # No notebook, no kernel.
    run(*git, "rm", "-q", "-f", "a report.ipynb")
    assert run(*git, "commit", "-q", "-m", "Gone") == (0, "", "")


def test_github_actions(home: Path) -> None:
    found = re.search(r"(?m)^  run: (.*)$", RECIPES["GitHub Actions"])
    assert found is not None
    step = home / "step.sh"
    step.write_text(found[1])
    # A step is run so where it names no shell.
    env = os.environ | {"RUNNER_TEMP": str(home / "temp")}
    (home / "temp").mkdir()
    assert run("bash", "-e", str(step), env=env) == (0, "", "")
    assert shown(home / "temp" / "report.ipynb") == "the year 2000\n"


def test_vim(home: Path) -> None:
    vim = next((name for name in ("vim", "vim.tiny") if shutil.which(name)), "vim")
    need(vim)
    (home / "keys.vim").write_text(RECIPES["vim"])
    (home / "job.py").write_text("n = 6\nprint('six')\nfor k in (1, 2):\n    print(n, k)\n")
    keys = (f"-cnormal {each}" for each in ("1G\\k", "2G\\k", "3GVj\\k"))
    argv = (vim, "-N", "-u", "NONE", "-i", "NONE", "-es", "-S", "keys.vim", "job.py")
    done = run(*argv, *keys, "-cqa!")
    assert (done.status, done.stdout.split()) == (0, ["six", "6", "1", "6", "2"])


def test_tmux(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("tmux")
    # The path of a socket is short.
    monkeypatch.setenv("TMUX_TMPDIR", str(home))
    (home / "cell.py").write_text(
        "def f(n):\n    if n:\n        return n\n\n    return 1\n\nprint(f(0) + 40)\n"
    )
    first, second = RECIPES["tmux"].splitlines()

    def screen() -> str:
        return run("tmux", "capture-pane", "-p", "-t", "lab").stdout

    assert run("bash", "-c", first) == (0, "", "")
    try:
        wait_until(lambda: "idle" in screen(), PATIENCE, "the prompt")
        assert run("bash", "-c", second) == (0, "", "")
        wait_until(lambda: "\n41\n" in screen(), PATIENCE, "what the cell prints")
    finally:
        run("tmux", "kill-server")


def test_over_ssh(home: Path, sshd: Sshd, runtime_dir: Path) -> None:
    sshd.add_host("gpu01")
    sshd.configure(env={"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(runtime_dir)})
    command = home / "bin" / "ssh"
    command.parent.mkdir()
    real = shlex.join([shutil.which("ssh") or "ssh", *sshd.command()[1:]])
    command.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
    command.chmod(0o755)
    (home / "job.py").write_text("class df:\n    shape = (3, 2)\nprint('loaded')\n")
    env = os.environ | {"PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"}
    done = run("bash", "-c", RECIPES["Over ssh"], env=env)
    assert done == (0, "loaded\n(3, 2)\n", "")
