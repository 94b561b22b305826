"""What of the program works with which real kernel, tried on each: the table in the README.

::

    python tests/matrix.py [KERNEL ...]

Each point is tried for real and within a bound, also where the kernel is known to lack what it needs
(``features.py``): ``yes`` if it works, ``–`` if it does not and the kernel lacks it, ``no`` if the fault is
ours.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty
from typing import Any, NamedTuple

import psutil
from features import EVERY_KERNEL, LACKING, has
from intents import INTENTS
from leaks import wait_until
from running_kernels import find_spec

import kconsole
from kconsole.client.kernel import Kernel
from kconsole.render.highlight import lexer_for, plain_lexer

__all__ = ["POINTS", "column", "main", "table"]

#: Seconds for what works to be done; Kotlin compiles its first cell for many of them.
PATIENCE = 60.0
#: Seconds for what a kernel is known to lack.
LACKING_S = 2.0

YES, NO, LACKS = "yes", "no", "–"


class Trial:
    """One kernel under trial.

    Attributes:
        name: of the kernel.
        kernel: one of our own, running.
        patience: seconds for what is being tried.
    """

    def __init__(self, name: str, language: str, kernel: Kernel) -> None:
        self.name = name
        self.kernel = kernel
        self.patience = PATIENCE
        self._intents = INTENTS[language]
        self._script: subprocess.CompletedProcess[str] | None = None
        self._killed: tuple[bool, bool] | None = None

    def code(self, intent: str) -> str:
        """Code for that intent; raises KeyError if the language has none, for the kernel lacks it."""
        return self._intents[intent].code

    def shows(self, intent: str) -> str:
        """What that code shows."""
        return self._intents[intent].shows

    def reply(self, method: Callable[..., Any], *arguments: Any, **options: Any) -> dict[str, Any]:
        """The content of the answer to a request."""
        answer = method(*arguments, reply=True, timeout=self.patience, **options)
        content: dict[str, Any] = answer["content"]
        return content

    @property
    def script(self) -> subprocess.CompletedProcess[str]:
        """How the program has run some output, a result and an error in the kernel that runs already."""
        if self._script is None:
            file = self.kernel.client.connection_file
            cells = map(self.code, ("print hello", "one plus one", "error"))
            options = (part for cell in cells for part in ("-c", cell))
            self._script = subprocess.run(
                [sys.executable, "-m", "kconsole", file, *options],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        return self._script

    @property
    def killed(self) -> tuple[bool, bool]:
        """The program works with a kernel of its own, over Unix sockets if that knows them, and is killed.

        :return: whether it has worked, and whether nothing has stayed.
        """
        if self._killed is None:
            transport = "ipc" if has(self.name, "ipc") else "tcp"
            cells = map(self.code, ("print hello", "sleep 10"))
            options = ["-k", self.name, "--transport", transport]
            options += (part for cell in cells for part in ("-c", cell))
            command = [sys.executable, "-m", "kconsole", *options]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as console:
                assert console.stdout is not None
                said = console.stdout.readline()
                family = psutil.Process(console.pid).children(recursive=True)
                console.send_signal(signal.SIGKILL)
            _wait_until_gone(family)
            folder = Path(os.environ["JUPYTER_RUNTIME_DIR"])
            wait_until(lambda: not list(folder.iterdir()), PATIENCE, "the end of the files")
            self._killed = said.strip() == b"hello", True
        return self._killed


# --- the points, in the order in which they are tried; what ends the kernel comes last


def attaches(trial: Trial) -> bool:
    said = trial.script.stdout
    alive = trial.kernel.process is not None and trial.kernel.process.poll() is None
    return alive and said.splitlines()[0] == "hello"


def runs(trial: Trial) -> bool:
    return trial.shows("one plus one") in trial.script.stdout.splitlines()[1]


def shows_errors(trial: Trial) -> bool:
    done = trial.script
    return done.returncode == 1 and trial.shows("error") in done.stdout + done.stderr


def finds_lexer(trial: Trial) -> bool:
    assert trial.kernel.info is not None
    return lexer_for(trial.kernel.info.language_info).name != plain_lexer().name


def completes(trial: Trial) -> bool:
    # The first one of all may have to build a cache.
    prefix = trial.code("prefix of a name")
    answer = trial.kernel.client.complete(prefix, reply=True, timeout=PATIENCE)
    assert not isinstance(answer, str)
    return any(trial.shows("prefix of a name") in each for each in answer["content"]["matches"])


def inspects(trial: Trial) -> bool:
    name = INTENTS["python"]["a name to inspect"].code
    reply = trial.reply(trial.kernel.client.inspect, name)
    return bool(reply["found"] and reply["data"]["text/plain"])


def is_complete(trial: Trial) -> bool:
    words = ("complete", "incomplete")
    return all(
        trial.reply(trial.kernel.client.is_complete, trial.code(word))["status"] == word
        for word in words
    )


def has_history(trial: Trial) -> bool:
    code = trial.code("print hello")
    rows = trial.reply(trial.kernel.client.history, hist_access_type="tail", n=9)["history"]
    return any(row[2] == code for row in rows)


def asks_for_input(trial: Trial) -> bool:
    client, shown = trial.kernel.client, []
    client.execute_interactive(
        trial.code("input"),
        stdin_hook=lambda request: client.input("Ada", parent=request) and None,
        output_hook=lambda msg: shown.append(msg["content"].get("text", "")),
        timeout=trial.patience,
    )
    return "hi Ada" in "".join(shown)


def opens_subshells(trial: Trial) -> bool:
    client = trial.kernel.client
    assert trial.kernel.info is not None
    if not trial.kernel.info.has_subshells:
        return False
    subshell = client.create_subshell(trial.patience)
    client.execute(trial.code("sleep shortly"))
    done = client.complete("pri", subshell_id=subshell, reply=True, timeout=trial.patience)
    client.delete_subshell(subshell, trial.patience)
    return not isinstance(done, str) and "print" in done["content"]["matches"]


def is_interrupted(trial: Trial) -> bool:
    return _interrupts(trial, trial.kernel)


def is_interrupted_by_others(trial: Trial) -> bool:
    with kconsole.attach(trial.kernel.client.connection_file) as other:
        other.wait(PATIENCE)
        return _interrupts(trial, other)


def _interrupts(trial: Trial, kernel: Kernel) -> bool:
    """Whether Ctrl-C's message or signal ends a cell, and not the kernel."""
    client, process = kernel.client, trial.kernel.process
    assert process is not None
    # Not as soon as it has the request: ipykernel loses an interrupt then, and R ends at one.
    msg_id = client.execute(trial.code("print hello") + "\n" + trial.code("sleep 10"))
    try:
        while (msg := client.get_iopub_msg(timeout=PATIENCE))["msg_type"] != "stream" or (
            msg["parent_header"].get("msg_id") != msg_id
        ):
            pass
        client.interrupt()
        end = time.monotonic() + trial.patience
        while (
            client.get_shell_msg(timeout=end - time.monotonic())["parent_header"].get("msg_id")
            != msg_id
        ):
            pass
        return bool(trial.reply(client.kernel_info))
    except Empty:
        assert process.poll() is None, "the interrupt has killed it"
        trial.kernel.restart(PATIENCE)
        return False


def restarts(trial: Trial) -> bool:
    trial.kernel.restart(PATIENCE)
    client = trial.kernel.client
    answer = client.execute(trial.code("print hello"), reply=True, timeout=PATIENCE)
    assert not isinstance(answer, str)
    return bool(answer["content"]["status"] == "ok" and answer["content"]["execution_count"] == 1)


def is_encrypted(trial: Trial) -> bool:
    return trial.kernel.client.info.encrypted


def ends(trial: Trial) -> bool:
    process, folder = trial.kernel.process, Path(trial.kernel.client.connection_file).parent
    assert process is not None
    with psutil.Process(process.pid).oneshot():
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(True)]
    trial.kernel.close()
    _wait_until_gone(family)
    return not list(folder.iterdir())


def leaves_no_orphan(trial: Trial) -> bool:
    return trial.killed[1]


def speaks_ipc(trial: Trial) -> bool:
    return has(trial.name, "ipc") and trial.killed[0]


def _wait_until_gone(family: Sequence[psutil.Process]) -> None:
    def is_gone(one: psutil.Process) -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):
            return one.status() == psutil.STATUS_ZOMBIE
        return True

    wait_until(lambda: all(map(is_gone, family)), PATIENCE, "the end of the processes")


class Point(NamedTuple):
    """A line of the table; what a kernel lacks stands in ``features.LACKING[feature]``."""

    title: str
    feature: str
    works: Callable[[Trial], bool]


POINTS = (
    Point("attach, run a script", "", attaches),
    Point("a result", "", runs),
    Point("an error, with status 1", "", shows_errors),
    Point("highlighting", "", finds_lexer),
    Point("completion", "", completes),
    Point("help on a name", "inspection", inspects),
    Point("knows complete input", "is_complete", is_complete),
    Point("the kernel's history", "history", has_history),
    Point("questions", "input", asks_for_input),
    Point("answers while a cell runs", "subshells", opens_subshells),
    Point("Curve", "Curve", is_encrypted),
    Point("Ctrl-C, a kernel of ours", "interrupt of its own", is_interrupted),
    Point("Ctrl-C, attached", "interrupt_request", is_interrupted_by_others),
    Point("restart", "", restarts),
    Point("ends, with its files", "", ends),
    Point("no orphan after `kill -9`", "", leaves_no_orphan),
    Point("Unix sockets", "ipc", speaks_ipc),
)


@contextlib.contextmanager
def surroundings(name: str, folder: Path) -> Iterator[dict[str, Any]]:
    """The kernelspec, alone where it is looked for, and directories of this trial's own."""
    spec = find_spec(name)
    if spec is None:
        raise LookupError(f"kernel {name} is not installed: python tests/kernels.py {name}")
    kernels = folder / "data" / "kernels" / name
    kernels.mkdir(parents=True)
    (kernels / "kernel.json").write_text(json.dumps(spec))
    (folder / "run").mkdir(mode=0o700)
    variables = {
        "HOME": folder,
        "IPYTHONDIR": folder / "ipython",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "run",
    }
    before = dict(os.environ)
    os.environ.update({key: str(value) for key, value in variables.items()})
    try:
        yield spec
    finally:
        os.environ.clear()
        os.environ.update(before)


def column(name: str, folder: Path) -> list[str]:
    """Try every point on a kernel; raises LookupError if it is not installed.

    :param name: of the kernel.
    :param folder: an empty one.
    """
    with surroundings(name, folder) as spec, kconsole.start(name) as kernel:
        kernel.wait(PATIENCE)
        trial = Trial(name, spec["language"], kernel)
        return [_try(trial, point) for point in POINTS]


def _try(trial: Trial, point: Point) -> str:
    lacks = trial.name in LACKING.get(point.feature, {})
    trial.patience = LACKING_S if lacks else PATIENCE
    try:
        works = point.works(trial)
    except Exception as error:  # noqa: BLE001  whatever it is, it does not work
        works = False
        if not lacks:
            print(f"{trial.name}: {point.title}: {error!r}", file=sys.stderr)
    return YES if works else LACKS if lacks else NO


def table(columns: dict[str, list[str]]) -> str:
    """The table in Markdown.

    :param columns: the kernel's name -> what :func:`column` says.
    """
    rows = [["", *columns], ["---"] * (len(columns) + 1)]
    for point, *cells in zip(POINTS, *columns.values(), strict=True):
        rows.append([point.title, *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(names: Sequence[str]) -> int:
    """Print the table; 1 if a cell says no."""
    columns = {}
    for name in names or [each for each in EVERY_KERNEL if each != "fake"]:
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                columns[name] = column(name, Path(folder))
            except LookupError as error:
                print(error, file=sys.stderr)
                continue
        print(f"{name}: {time.monotonic() - start:.1f} s", file=sys.stderr)
    print(table(columns))
    return 1 if any(NO in cells for cells in columns.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
