"""A kernel's process from start to end, with real processes: small ones, and one real kernel."""

import contextlib
import importlib.util
import json
import os
import select
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from kconsole.connect.files import load_connection_file, write_connection_file
from kconsole.connect.kernellog import LIMIT
from kconsole.connect.probe import listens
from kconsole.connect.process import KernelProcess
from kconsole.connect.specs import KernelSpec, default_kernel_spec
from kconsole.errors import KernelDiedError, KernelStartError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")

#: Seconds until a test gives up; nothing here takes as long unless it is broken.
PATIENCE = 20

PIDFD_OPEN = getattr(os, "pidfd_open", None)

#: What every child begins with: say() tells the test a line.
PRELUDE = """
import os, signal, sys, time
def say(*words):
    with open(sys.argv[2], "w") as fifo: print(*words, file=fifo)
"""


class Fifo:
    """What children tell us; open for writing too, so that nobody's leaving ends it."""

    def __init__(self, path):
        os.mkfifo(path)
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR)
        self.pending = b""

    def line(self):
        """Return the next line that a child says."""
        deadline = time.monotonic() + PATIENCE
        while b"\n" not in self.pending:
            left = deadline - time.monotonic()
            assert select.select([self.descriptor], [], [], max(left, 0))[0], "no word from a child"
            self.pending += os.read(self.descriptor, 4096)
        line, self.pending = self.pending.split(b"\n", 1)
        return line.decode()


@pytest.fixture
def fifo(tmp_path):
    made = Fifo(tmp_path / "fifo")
    yield made
    os.close(made.descriptor)


@pytest.fixture(autouse=True)
def runtime(tmp_path, monkeypatch):
    """A runtime directory; afterwards it is empty, and no child, zombie or descriptor is left."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    before = psutil.Process().num_fds()
    known = set(psutil.Process().children())
    yield tmp_path / "runtime"
    assert set(psutil.Process().children()) == known
    assert psutil.Process().num_fds() == before
    if (tmp_path / "runtime").exists():
        assert os.listdir(tmp_path / "runtime") == []


@pytest.fixture
def child_spec(tmp_path, fifo):
    """Make a kernelspec whose kernel is a small Python program."""

    def make(source, **changes):
        # Without site-packages it starts in 20 ms.
        argv = (sys.executable, "-I", "-S", "-c", PRELUDE + source, "{connection_file}")
        values = {
            "name": "child",
            "resource_dir": tmp_path,
            "argv": (*argv, str(fifo.path)),
            "display_name": "Child",
        }
        return KernelSpec(**values | changes)

    return make


@pytest.fixture
def start(child_spec):
    """Start a small Python program as a kernel; it is stopped at the end."""
    with contextlib.ExitStack() as stack:

        def make(source, *, spec=None, **options):
            kernel = KernelProcess.start(spec or child_spec(source), **options)
            return stack.enter_context(kernel)

        yield make


SLEEPER = "say('ready'); time.sleep(600)"
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN); say('ready'); time.sleep(600)"
WITH_GRANDCHILD = """
pid = os.fork()
if not pid:
    time.sleep(600)
say(pid)
time.sleep(600)
"""


@contextlib.contextmanager
def watching(pid):
    """Give a function that waits until that process, which is not our child, has ended."""
    if PIDFD_OPEN is None:
        process = psutil.Process(pid)
        yield lambda: process.wait(PATIENCE) is None
        return
    # Unlike psutil this does not wait until init has reaped it.
    descriptor = PIDFD_OPEN(pid)
    try:
        yield lambda: bool(select.select([descriptor], [], [], PATIENCE)[0])
    finally:
        os.close(descriptor)


# -- starting -----------------------------------------------------------------------------------


def test_the_connection_file_is_complete_and_private(start, fifo, runtime):
    kernel = start("say(sys.argv[1]); time.sleep(600)")
    path = Path(fifo.line())
    assert path == kernel.info.path and path.parent == runtime
    assert path.match("kernel-????????????.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
    info = load_connection_file(path)
    assert info == kernel.info
    assert len({json.loads(path.read_text())[f"{n}_port"] for n in ("shell", "hb", "control")}) == 3
    assert (info.kernel_name, info.signature_scheme, len(info.key)) == ("child", "hmac-sha256", 64)


def test_the_kernel_is_on_its_own(start, fifo):
    report = """
say(os.getsid(0) == os.getpgid(0) == os.getpid(), os.environ["JPY_PARENT_PID"], os.getcwd())
say(os.path.realpath("/proc/self/fd/0"), os.fstat(1).st_ino == os.fstat(2).st_ino)
names = os.listdir("/proc/self/fd")
say(*(name for name in names if os.path.exists(f"/proc/self/fd/{name}")))
"""
    start(report, cwd=fifo.path.parent, env=os.environ | {"JPY_PARENT_PID": "1"})
    assert fifo.line() == f"True {os.getpid()} {fifo.path.parent}"
    assert fifo.line() == "/dev/null True"
    # No descriptor of ours, the guard's pipe least of all.
    assert fifo.line() == "0 1 2"


def test_extra_arguments_and_the_file_may_be_named(start, fifo, tmp_path):
    path = tmp_path / "mine.json"
    kernel = start(
        "say(*sys.argv[3:]); time.sleep(600)", extra_arguments=["--a", "b"], connection_file=path
    )
    assert fifo.line() == "--a b"
    assert kernel.info.path == path and path.exists()
    kernel.stop()
    assert not path.exists()


def test_a_file_that_exists_is_not_taken_from_its_kernel(child_spec, tmp_path):
    path = tmp_path / "k.json"
    path.write_text("{}")
    with pytest.raises(KernelStartError, match=r"^kernel child: .*/k\.json exists already$"):
        KernelProcess.start(child_spec(SLEEPER), connection_file=path)
    assert path.read_text() == "{}"


def test_curve_keys_go_into_the_file(start, fifo):
    kernel = start(SLEEPER, curve_keypair=(b"p" * 40, b"s" * 40))
    info = load_connection_file(kernel.info.path)
    assert (info.curve_publickey, info.curve_secretkey) == (b"p" * 40, b"s" * 40)


@pytest.mark.parametrize(
    ("argv", "options", "reason"),
    [
        (("no-such-program-zz",), {}, "command not found: no-such-program-zz"),
        (("/no/such/program",), {}, "command not found: /no/such/program"),
        (("/etc/passwd",), {}, "cannot run /etc/passwd: Permission denied"),
        (("true",), {"cwd": Path("/no/such")}, "directory /no/such: No such file or directory"),
        (("true",), {"ip": "192.0.2.1"}, "cannot listen on 192.0.2.1: "),
        (("true",), {"ip": "no.such.host.invalid"}, "cannot listen on no.such.host.invalid: "),
        (("true",), {"connection_file": Path("/dev/null/x/k.json")}, "/dev/null/x"),
    ],
)
def test_a_kernel_that_cannot_be_started_says_why_and_leaves_nothing(
    child_spec, argv, options, reason
):
    with pytest.raises(KernelStartError) as caught:
        KernelProcess.start(child_spec("", argv=argv), **options)
    assert str(caught.value).startswith(f"kernel child: {reason}")


def test_a_script_without_its_interpreter_is_not_called_missing(child_spec, tmp_path):
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    with pytest.raises(KernelStartError, match=f"cannot run {script}: No such file or directory"):
        KernelProcess.start(child_spec("", argv=(str(script),)))


def test_an_ipc_kernel_gets_a_prefix_and_its_socket_files_are_removed(start, fifo, runtime):
    source = """
import json
info = json.load(open(sys.argv[1]))
for name in ("shell", "iopub", "stdin", "hb", "control"):
    open(f"{info['ip']}-{info[name + '_port']}", "w").close()
say(info["ip"])
time.sleep(600)
"""
    kernel = start(source, transport="ipc")
    prefix = fifo.line()
    folder = Path(prefix).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(os.listdir(folder)) == [f"k-{number}" for number in range(1, 6)]
    assert len(os.fsencode(kernel.info.ipc_path("hb"))) <= 25  # as much as xeus takes
    assert len(os.listdir(runtime)) == 2
    kernel.stop()
    assert not folder.exists()


def test_an_ipc_path_that_is_too_long_is_refused(child_spec, tmp_path, monkeypatch):
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with pytest.raises(KernelStartError, match=r"an ipc socket's path may have .*TMPDIR"):
        KernelProcess.start(child_spec(SLEEPER), transport="ipc")
    assert os.listdir(folder) == []


def test_a_registration_that_comes_while_the_kernel_is_stopped_leaves_no_file(start, monkeypatch):
    kernel = start(SLEEPER)

    def stop_before(info, path):
        kernel.stop()
        write_connection_file(info, path)

    monkeypatch.setattr("kconsole.connect.process.write_connection_file", stop_before)
    kernel.take_ports([1, 2, 3, 4, 5])
    assert not kernel.info.path.exists()


def test_a_kernel_may_register_and_the_file_then_has_its_ports_for_others(start, fifo):
    source = "say(open(sys.argv[1]).read().replace(chr(10), '')); time.sleep(600)"
    registration = {"kernel_id": "x", "registration_ip": "127.0.0.1", "registration_port": "99"}
    kernel = start(source, registration=registration)
    told = json.loads(fifo.line())
    assert {name: told[name] for name in registration} == registration
    assert told["shell_port"] == kernel.info.shell_port  # for one that knows no registration
    kernel.take_ports([1, 2, 3, 4, 5])
    assert load_connection_file(kernel.info.path) == kernel.info
    assert "kernel_id" not in json.loads(kernel.info.path.read_text())
    assert stat.S_IMODE(kernel.info.path.stat().st_mode) == 0o600
    kernel.end()
    kernel.respawn()
    told = json.loads(fifo.line())
    assert (told["shell_port"], told["registration_port"]) == (1, "99")


# -- dying --------------------------------------------------------------------------------------


def test_a_kernel_that_dies_at_once_is_described_with_its_last_words(start):
    source = "print('first', flush=True); sys.stderr.write('No module named \\x1bxyz\\n\\n'); sys.exit(3)"
    kernel = start(source)
    assert kernel.wait(PATIENCE)
    assert kernel.poll() == 3
    assert kernel.describe_death() == "kernel child exited with status 3: No module named ?xyz"
    assert not kernel.is_port_race()
    kernel.stop()
    assert kernel.describe_death() == "kernel child exited with status 3: No module named ?xyz"


def test_a_kernel_that_is_killed_without_a_word_is_described_by_the_signal(start, fifo):
    kernel = start(SLEEPER)
    fifo.line()
    assert kernel.describe_death() == "kernel child is running"
    os.kill(kernel.pid, signal.SIGKILL)
    assert kernel.wait(PATIENCE)
    assert kernel.describe_death() == "kernel child was killed by SIGKILL"


def test_what_a_dead_kernel_started_ends_with_it(start, fifo):
    kernel = start(WITH_GRANDCHILD)
    with watching(int(fifo.line())) as ended:
        os.kill(kernel.pid, signal.SIGKILL)
        assert kernel.wait(PATIENCE)
        assert ended()


def test_a_kernel_that_prints_10_mb_is_neither_blocked_nor_kept_in_full(start, fifo, runtime):
    source = """
for number in range(10 * 1024):
    print("x" * 1023)
print("the end", flush=True)
say("ready")
time.sleep(600)
"""
    kernel = start(source)
    fifo.line()
    log = runtime / f"{kernel.info.path.name}.log"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert log.stat().st_size > LIMIT
    assert kernel.poll() is None
    assert log.stat().st_size < LIMIT
    assert kernel.log_tail(1) == "the end"


def test_waiting_ends_when_the_time_is_up(start, fifo):
    kernel = start(SLEEPER)
    fifo.line()
    assert not kernel.wait(0.01)
    assert kernel.poll() is None


def test_a_death_is_seen_by_every_thread_that_waits(start, fifo):
    kernel = start(SLEEPER)
    fifo.line()
    seen = []
    threads = [
        threading.Thread(target=lambda: seen.append(kernel.wait(PATIENCE))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    os.kill(kernel.pid, signal.SIGTERM)
    for thread in threads:
        thread.join()
    assert seen == [True] * 4
    assert kernel.poll() == -signal.SIGTERM


# -- interrupting, starting again -----------------------------------------------------------------


def test_an_interrupt_reaches_the_kernel_and_what_it_has_started(start, fifo):
    source = """
os.fork()
def interrupted(*_):
    say("interrupted")
    os._exit(0)
signal.signal(signal.SIGINT, interrupted)
say("ready")
time.sleep(600)
"""
    kernel = start(source)
    assert {fifo.line(), fifo.line()} == {"ready"}
    assert kernel.interrupt()
    assert {fifo.line(), fifo.line()} == {"interrupted"}


def test_a_kernel_that_wants_a_message_gets_no_signal(start, child_spec, fifo):
    kernel = start("", spec=child_spec(SLEEPER, interrupt_mode="message"))
    fifo.line()
    assert not kernel.interrupt()
    assert kernel.poll() is None


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc")


@linux
def test_a_kernel_that_sigint_would_kill_is_to_get_a_message(start, fifo):
    kernel = start("signal.signal(signal.SIGINT, signal.SIG_DFL); say('ready'); time.sleep(600)")
    fifo.line()
    assert not kernel.interrupt()
    assert kernel.poll() is None


def test_a_kernel_that_ignores_sigint_while_it_is_idle_gets_one(start, fifo):
    kernel = start("signal.signal(signal.SIGINT, signal.SIG_IGN); say('ready'); time.sleep(600)")
    fifo.line()
    assert kernel.interrupt()


def test_a_kernel_that_is_known_to_end_at_sigint_gets_none(start, fifo):
    kernel = start(SLEEPER)
    fifo.line()
    kernel.ends_at_sigint = True
    assert not kernel.interrupt()
    assert kernel.poll() is None


@pytest.mark.parametrize("status", [-signal.SIGINT, 130, 1])
def test_a_kernel_that_has_ended_at_a_sigint_gets_no_other(start, fifo, status):
    ends = f"os._exit({status})"
    if status < 0:
        ends = "signal.signal(signal.SIGINT, signal.SIG_DFL); os.kill(os.getpid(), signal.SIGINT)"
    source = f"""
def interrupted(*_):
    {ends}
signal.signal(signal.SIGINT, interrupted)
say("ready")
time.sleep(600)
"""
    kernel = start(source)
    fifo.line()
    assert kernel.interrupt()
    assert kernel.wait(PATIENCE)
    kernel.respawn()
    fifo.line()
    # Any other status may be that of a crash, as R's is, which takes signals else.
    assert kernel.interrupt() == (status == 1)


def test_an_interrupt_after_the_end_does_nothing(start):
    kernel = start("sys.exit(0)")
    assert kernel.wait(PATIENCE)
    assert kernel.interrupt()


def test_a_lost_race_for_a_port_is_seen_and_new_ports_help(start, fifo):
    source = "print('Address already in use', file=sys.stderr); say('dying'); sys.exit(1)"
    kernel = start(source)
    before = kernel.info
    assert kernel.wait(PATIENCE)
    assert kernel.is_port_race()
    kernel.restart_with_new_ports()
    assert [fifo.line(), fifo.line()] == ["dying", "dying"]
    assert kernel.info.hb_port != before.hb_port
    assert kernel.info.key == before.key
    assert load_connection_file(before.path) == kernel.info


def test_a_restart_keeps_file_ports_and_key_but_not_the_log(start, fifo):
    kernel = start("print(os.getpid(), flush=True); say('ready'); time.sleep(600)")
    fifo.line()
    first, info = kernel.pid, kernel.info
    kernel.end()
    assert info.path.exists()
    kernel.respawn()
    fifo.line()
    assert kernel.poll() is None
    assert kernel.pid != first
    assert load_connection_file(info.path) == kernel.info == info
    assert kernel.log_tail() == str(kernel.pid)


def test_a_running_or_stopped_kernel_cannot_be_started_again(start, fifo):
    kernel = start(SLEEPER)
    fifo.line()
    with pytest.raises(KernelStartError, match=r"^kernel child is still running$"):
        kernel.respawn()
    kernel.stop()
    with pytest.raises(KernelStartError, match=r"^kernel child was stopped$"):
        kernel.respawn()


# -- stopping -----------------------------------------------------------------------------------


def test_a_kernel_that_is_asked_and_goes_is_not_signalled(start, fifo, tmp_path):
    os.mkfifo(tmp_path / "request")
    kernel = start(f"say('ready'); open({str(tmp_path / 'request')!r}).read(); sys.exit(0)")
    fifo.line()
    # An hour of patience shows that the end of the process ends the waiting.
    kernel.stop(ask=lambda: (tmp_path / "request").write_text("shutdown"), grace=3600)
    assert kernel.poll() == 0


@pytest.mark.parametrize("deaf", [True, False])
def test_a_kernel_that_does_not_go_when_asked_is_terminated(start, fifo, deaf):
    asked = []

    def ask():
        asked.append(True)
        if not deaf:
            raise KernelDiedError("no channel")

    kernel = start(SLEEPER)
    fifo.line()
    kernel.stop(ask=ask, grace=0.05 if deaf else 3600)
    assert asked == [True]
    assert kernel.poll() == -signal.SIGTERM


def test_a_kernel_that_ignores_sigterm_is_killed(start, fifo):
    kernel = start(STUBBORN)
    fifo.line()
    kernel.stop(grace=0.05)
    assert kernel.poll() == -signal.SIGKILL


def test_a_stopped_process_is_killed_too(start, fifo):
    kernel = start(SLEEPER)
    fifo.line()
    os.kill(kernel.pid, signal.SIGSTOP)
    kernel.stop(grace=0.05)
    # Which of the two signals a stopped process reports is the system's affair.
    assert kernel.poll() in {-signal.SIGTERM, -signal.SIGKILL}


def test_what_a_stopped_kernel_started_ends_with_it(start, fifo):
    leave_on_term = "signal.signal(signal.SIGTERM, lambda *_: os._exit(0))"
    kernel = start(
        "if 1:\n pid = os.fork()\n if not pid:\n  " + STUBBORN + f"\n{leave_on_term}"
        "\nsay(pid)\ntime.sleep(600)"
    )
    words = {fifo.line(), fifo.line()} - {"ready"}
    with watching(int(words.pop())) as ended:
        kernel.stop(grace=3600)
        assert kernel.poll() == 0
        assert ended()


def test_an_error_while_asking_still_ends_the_kernel(start, fifo):
    def ask():
        raise KeyboardInterrupt

    kernel = start(STUBBORN)
    fifo.line()
    with pytest.raises(KeyboardInterrupt):
        kernel.stop(ask=ask)
    assert kernel.poll() == -signal.SIGKILL


def test_stopping_twice_or_after_the_end_is_harmless(start):
    kernel = start("sys.exit(0)")
    assert kernel.wait(PATIENCE)
    kernel.stop()
    kernel.stop()
    assert kernel.poll() == 0


# -- the guard ----------------------------------------------------------------------------------

#: A process that starts a kernel, tells its pid and its guard's, and does as it is told then.
PARENT = """
import json, os, sys, time
import psutil
from pathlib import Path
from kconsole.connect.process import KernelProcess
from kconsole.connect.specs import KernelSpec
argv, keep = json.loads(sys.argv[1]), sys.argv[2] == "keep"
transport = "ipc" if sys.argv[2] == "ipc" else "tcp"
spec = KernelSpec(name="child", resource_dir=Path("/"), argv=tuple(argv), display_name="Child")
kernel = KernelProcess.start(spec, detached=keep, transport=transport)
guard = next(c for c in psutil.Process().children() if c.pid != kernel.pid)
print(kernel.pid, guard.pid, kernel.info.path, flush=True)
if keep:
    kernel.keep()
    kernel.stop()
else:
    time.sleep(600)
"""


@contextlib.contextmanager
def parent(spec, mode):
    """Run PARENT; give its Popen, the pids of the kernel and the guard, and the file's path."""
    command = [sys.executable, "-c", PARENT, json.dumps(spec.argv), mode]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]) as popen:
        try:
            kernel, guard, path = popen.stdout.readline().decode().split()
            yield popen, int(kernel), int(guard), Path(path)
        finally:
            popen.kill()


@pytest.mark.parametrize("source", [SLEEPER, STUBBORN])
def test_the_guard_ends_the_kernel_of_a_parent_that_was_killed(child_spec, fifo, source, runtime):
    with parent(child_spec(source), "die") as (popen, kernel, guard, path):
        fifo.line()
        with watching(kernel) as kernel_ended, watching(guard) as guard_ended:
            assert path.exists()
            assert psutil.Process(guard).terminal() is None
            popen.kill()
            assert kernel_ended() and guard_ended()
    assert os.listdir(runtime) == []


def test_the_guard_removes_the_socket_files_too(child_spec, fifo, runtime):
    source = """
import json
info = json.load(open(sys.argv[1]))
open(f"{info['ip']}-{info['hb_port']}", "w").close()
say(info["ip"])
time.sleep(600)
"""
    with parent(child_spec(source), "ipc") as (popen, kernel, guard, _):
        folder = Path(fifo.line()).parent
        with watching(kernel) as kernel_ended, watching(guard) as guard_ended:
            popen.kill()
            assert kernel_ended() and guard_ended()
    assert not folder.exists()
    assert os.listdir(runtime) == []


def test_a_kernel_that_is_kept_outlives_its_parent(child_spec, fifo, runtime):
    with parent(child_spec("say(os.environ.get('JPY_PARENT_PID')); time.sleep(600)"), "keep") as (
        popen,
        kernel,
        guard,
        path,
    ):
        assert fifo.line() == "None"
        assert popen.wait(PATIENCE) == 0
        assert not psutil.pid_exists(guard)
        with watching(kernel) as ended:
            assert psutil.Process(kernel).status() != psutil.STATUS_ZOMBIE
            assert path.exists()
            os.kill(kernel, signal.SIGKILL)
            assert ended()
    assert {entry.name for entry in runtime.iterdir()} == {path.name, f"{path.name}.log"}
    for entry in runtime.iterdir():
        entry.unlink()


def new_children(known, kernel):
    """Our children that are neither known from before nor the kernel; other tests share kernels."""
    return [
        each for each in psutil.Process().children() if each not in known and each.pid != kernel.pid
    ]


def test_a_kernel_lives_on_without_its_guard(start, fifo, caplog):
    known = psutil.Process().children()
    kernel = start(SLEEPER)
    fifo.line()
    (guard,) = new_children(known, kernel)
    with watching(guard.pid) as ended:
        guard.kill()
        assert ended()
    kernel.stop()
    assert kernel.poll() == -signal.SIGTERM
    assert "guard has gone" in caplog.text


def test_a_guard_that_hangs_is_got_rid_of(start, fifo, monkeypatch):
    known = psutil.Process().children()
    monkeypatch.setattr("kconsole.connect.guard.PATIENCE", 0.05)
    kernel = start(SLEEPER)
    fifo.line()
    (guard,) = new_children(known, kernel)
    guard.suspend()
    kernel.stop()
    assert not guard.is_running()


def test_without_a_shell_there_is_no_guard_but_a_kernel(start, fifo, monkeypatch, caplog):
    known = psutil.Process().children()
    popen = subprocess.Popen

    def refuse(command, **options):
        if command[0] == "/bin/sh":
            raise FileNotFoundError(2, "No such file or directory", "/bin/sh")
        return popen(command, **options)

    monkeypatch.setattr("kconsole.connect.guard.subprocess.Popen", refuse)
    source = "say(os.environ.get('JPY_PARENT_PID')); time.sleep(600)"
    kernel = start(source, detached=True)
    assert fifo.line() == str(os.getpid())  # so ipykernel at least looks after us itself
    assert "no guard for the kernel" in caplog.text
    assert new_children(known, kernel) == []


# -- systems that have less ---------------------------------------------------------------------


def test_without_pidfd_and_waitid_the_end_is_seen_too(start, fifo, monkeypatch):
    def no_pidfd(_pid):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("kconsole.connect.process.os.pidfd_open", no_pidfd, raising=False)
    monkeypatch.delattr("kconsole.connect.process.os.waitid", raising=False)
    kernel = start(WITH_GRANDCHILD)
    with watching(int(fifo.line())) as ended:
        assert not kernel.wait(0.01)
        kernel.stop(grace=3600)
        assert kernel.poll() == -signal.SIGTERM
        assert ended()


def test_a_parent_that_made_us_ignore_our_children_does_not_matter(start, fifo):
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps them at once
    try:
        kernel = start(SLEEPER)
        fifo.line()
        assert kernel.poll() is None
        kernel.stop(grace=3600)
        assert kernel.poll() is not None
    finally:
        signal.signal(signal.SIGCHLD, before)


# -- the real thing -----------------------------------------------------------------------------


@pytest.mark.skipif(importlib.util.find_spec("ipykernel") is None, reason="needs ipykernel")
def test_a_real_kernel_starts_listens_and_stops(start):
    kernel = start("", spec=default_kernel_spec())
    deadline = time.monotonic() + PATIENCE
    while listens(kernel.info, timeout=0.2) != "yes":
        # No event tells that a port is open; the kernel's death does end this.
        assert not kernel.wait(0.05), kernel.describe_death()
        assert time.monotonic() < deadline
    kernel.stop(ask=None)
    assert kernel.poll() is not None
    assert listens(kernel.info) == "refused"
