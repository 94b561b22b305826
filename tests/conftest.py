"""What every test has: an environment of its own, a check for leaks, kernels and a server to talk to."""

import importlib.util
import os
import secrets
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import hypothesis
import leaks
import pytest
from fake_kernel import UNMEASURED
from features import KERNELS
from running_kernels import (
    Kernel,
    absent,
    fill_caches,
    find_spec,
    is_idle,
    missing,
    share,
    start_fake,
    start_process,
)
from sshd import Sshd, unavailable
from stories import FAILED, Consoles, Shared, paired

#: Variables of the person who runs the tests that must not change what the tests see.
REMOVED = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLORTERM",
    "COLORFGBG",
    "TERM_PROGRAM",
    "TMUX",
    "STY",
    "KITTY_WINDOW_ID",
    "WEZTERM_PANE",
    "ITERM_SESSION_ID",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "LESS",
    "PYTHONSTARTUP",
    "PYTHONBREAKPOINT",
    # Hundreds of programs are started here: each would compile anew what it imports.
    "PYTHONDONTWRITEBYTECODE",
    "JUPYTER_PATH",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_PLATFORM_DIRS",
    "JUPYTER_PREFER_ENV_PATH",
    "JPY_PARENT_PID",
    "JPY_SESSION_NAME",
    "XDG_RUNTIME_DIR",
)
#: Stories that need a program or a package which is not everywhere are not collected without it.
collect_ignore = [
    *([] if shutil.which("tmux") else ["test_console_tmux.py"]),
    *([] if importlib.util.find_spec("PIL") else ["test_render_image_pillow.py"]),
]

#: Of the program's own variables only those that steer the tests themselves stay.
KEPT = ("KCONSOLE_TEST", "KCONSOLE_REQUIRE")


# How long an example takes says more about what else the machine does than about us.
hypothesis.settings.register_profile(
    "unhurried",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    # CI runs often: what one run does not find, another will.
    max_examples=40 if os.environ.get("KCONSOLE_REQUIRE_KERNELS") else 100,
)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="module", autouse=True)
def module_state(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No history of inputs from other tests' consoles, for those that a module shares."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("state")
        patch.setenv("XDG_STATE_HOME", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def state(module_state: Path) -> Iterator[Path]:
    """Nor for those of one test; gives the folder of XDG's state."""
    with pytest.MonkeyPatch.context() as patch:
        # Not by tmp_path_factory: that looks through all that it has made before, thousands in the end.
        folder = module_state / secrets.token_hex(4)
        folder.mkdir()
        patch.setenv("XDG_STATE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home and the folders of Jupyter, IPython and XDG, for this run only; gives the home."""
    home = tmp_path_factory.mktemp("home")
    fill_caches(home / "cache")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("KCONSOLE_") and not name.startswith(KEPT):
                patch.delenv(name)
        for name in REMOVED:
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(home))
        patch.setenv("IPYTHONDIR", str(home / ".ipython"))
        patch.setenv("JUPYTER_DATA_DIR", str(home / "jupyter"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(home / "runtime"))
        for kind in ("CONFIG", "STATE", "DATA", "CACHE"):
            patch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setenv("TERM", "xterm-256color")
        patch.setenv(leaks.MARK, secrets.token_hex(8))
        if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
            # A shell starts what it runs in the background so, and every child would inherit it.
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
            # So does nohup; children begin with the default of what has a handler here.
            signal.signal(signal.SIGHUP, lambda *_: None)
        yield home


@pytest.fixture(autouse=True)
def runtime_dir(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """JUPYTER_RUNTIME_DIR of this test; not there yet, as on a newcomer's machine."""
    folder = environment / "runtime" / secrets.token_hex(4)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_leaks(runtime_dir: Path) -> Iterator[None]:
    """Fail a test that leaves a thread, a process, a socket or a pipe behind."""
    before = leaks.take()
    yield
    leaks.check(before)
    leaks.disown()


#: Whoever uses one of these waits for threads, processes or terminals, at the mercy of a machine's load.
WAITING = frozenset(
    {
        "asyncio",
        "clients",
        "fake_kernel",
        "programs",
        "raw_client",
        "relay",
        "running_kernels",
        "socket",
        "ssh_links",
        "sshd",
        "stories",
        "subprocess",
        "terminal",
        "threading",
    }
)
#: The fixtures that do.
STORIES = frozenset({"unmeasured", "kernel", "fresh_kernel", "sshd"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that waits is tried once more if it fails; the closing line counts those that passed so.

    A pure one is not: it has nothing to wait for, and is wrong if it fails. ``-p no:rerunfailures`` shows
    each race at once.
    """
    if not config.pluginmanager.hasplugin("rerunfailures"):
        return
    waits = {module: _waits(module) for module in {getattr(item, "module", None) for item in items}}
    for item in items:
        if waits[getattr(item, "module", None)] or STORIES.intersection(
            getattr(item, "fixturenames", ())
        ):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Let what a test shares with others know that it may have left that in any state."""
    if call.excinfo is not None:
        item.stash[FAILED] = True


def _waits(module: ModuleType | None) -> bool:
    """Whether a module of tests has imported something of WAITING, or from it."""
    return any(
        getattr(value, "__module__", getattr(value, "__name__", None)) in WAITING
        for value in ({} if module is None else vars(module)).values()
    )


@pytest.fixture
def unmeasured(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No coverage of processes, which takes them as long as what they do, but for tests marked measured."""
    if request.node.get_closest_marker("measured") is not None:
        return
    for name, value in UNMEASURED.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is lost is missed sooner than else, in this process; for tests of what happens then."""
    for user in ("kconsole.protocol.cell", "kconsole.client.client"):
        monkeypatch.setattr(f"{user}.HALF_QUIET_S", 0.3)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """A console for all stories of a module to which it is one what others have entered there."""
    start = partial(paired, tmp_path_factory.mktemp("console"), "--no-suggestions")
    with Shared(start) as shared:
        yield shared


@pytest.fixture(scope="module")
def consoles() -> Iterator[Consoles]:
    """The same at real kernels."""
    shared = Consoles()
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def shared_kernels(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Kernel]]:
    """Starts each real kernel once a session; a dead or busy one is replaced when asked for."""
    running: dict[str, Kernel] = {}

    def get(name: str) -> Kernel:
        kernel = running.get(name)
        if kernel is None or not is_idle(kernel):
            if kernel is not None:
                kernel.close()
            running[name] = share(_start(name, tmp_path_factory.mktemp(name)))
        return running[name]

    yield get
    for kernel in running.values():
        kernel.close()


def _start(name: str, folder: Path) -> Kernel:
    spec = find_spec(name)
    if spec is None:
        missing(name)
    return start_process(name, spec, folder)


@pytest.fixture(params=KERNELS)
def kernel(
    request: pytest.FixtureRequest, shared_kernels: Callable[[str], Kernel], tmp_path: Path
) -> Iterator[Kernel]:
    """Each kernel in turn: the scripted one in threads, real ones shared by the session.

    Variables and the execution count are what earlier tests have left. What is run with a real one is run
    with the scripted one too, and measured there.
    """
    if request.param == "fake":
        one = start_fake(tmp_path)
        yield one
        one.close()
    else:
        request.getfixturevalue("unmeasured")
        yield shared_kernels(request.param)


@pytest.fixture(params=KERNELS)
def fresh_kernel(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kernel]:
    """Each kernel in turn, as a process of this test's own that it may kill or stop."""
    if request.param != "fake":
        request.getfixturevalue("unmeasured")
    one = _start(request.param, tmp_path / request.param)
    yield one
    one.close()


@pytest.fixture(scope="session")
def shared_sshd() -> Iterator[Sshd]:
    """A server for ssh, started once a session, for what a module shares; use ``sshd`` in tests."""
    reason = unavailable()
    if reason:
        absent(reason)
    with Sshd(started=leaks.exempt) as server:
        yield server


@pytest.fixture
def sshd(shared_sshd: Sshd) -> Iterator[Sshd]:
    """The session's server as if just started: whatever a test did to it is undone after it."""
    yield shared_sshd
    shared_sshd.reset()
