"""The far shell: its framing as pure code, and real shells on a pipe, without any ssh."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator

import pytest
from clients import PATIENCE
from hypothesis import given
from hypothesis import strategies as st

from kconsole.connect.ssh.remote import Answer
from kconsole.connect.ssh.shell import Frames, RemoteShell
from kconsole.errors import LinkLostError

TOKEN = "0123456789abcdef"
SHELLS = [name for name in ("sh", "dash", "bash", "zsh", "busybox") if shutil.which(name)]


def printed(number: int, answer: Answer) -> bytes:
    return answer.output + f"\n{TOKEN} {number} {answer.status}\n".encode()


answers = st.builds(
    Answer,
    st.integers(0, 255),
    st.binary(max_size=30) | st.sampled_from([b"", b"\n", b"\n\n", f"\n{TOKEN[:-1]}".encode()]),
)


@given(
    st.lists(answers, max_size=5), st.binary(max_size=20), st.lists(st.integers(1, 40), min_size=1)
)
def test_any_bytes_come_through_whole_however_they_are_cut(
    expected: list[Answer], rest: bytes, sizes: list[int]
) -> None:
    stream = b"".join(printed(number, one) for number, one in enumerate(expected)) + rest
    frames = Frames(TOKEN)
    found = []
    turn = 0
    while stream:
        size = sizes[turn % len(sizes)]
        found += frames.feed(stream[:size])
        stream = stream[size:]
        turn += 1
    assert [frame.number for frame in found] == list(range(len(expected)))
    assert [frame.answer for frame in found] == expected


def test_without_an_end_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kconsole.connect.ssh.shell._MOST_BYTES", 1000)
    frames = Frames(TOKEN)
    frames.feed(bytes(1000))
    with pytest.raises(ValueError, match="too large"):
        frames.feed(b"x")


class Far:
    """A shell on pipes, and a thread that reads what it prints."""

    def __init__(self, name: str, noise: str = "") -> None:
        argv = ["busybox", "sh"] if name == "busybox" else [name]
        pipe = subprocess.PIPE
        # A group of its own, so that what it runs can be ended with it.
        self.process = subprocess.Popen(
            argv, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, process_group=0
        )
        assert self.process.stdin
        if noise:
            self.process.stdin.write(noise.encode())
        self.shell = RemoteShell(os.dup(self.process.stdin.fileno()), "gpu01")
        self.process.stdin.close()
        self.kinds: list[str] = []
        self.told = threading.Condition()
        self.thread = threading.Thread(target=self.read)
        self.thread.start()
        self.shell.greet()

    def read(self) -> None:
        assert self.process.stdout
        while data := self.process.stdout.read(65536):
            with self.told:
                self.kinds += self.shell.feed(data)
                self.told.notify_all()
        self.shell.end("the shell has ended")

    def wait_for(self, kind: str) -> None:
        with self.told:
            assert self.told.wait_for(lambda: kind in self.kinds, PATIENCE), self.kinds

    def close(self) -> None:
        self.shell.end("closed")
        os.killpg(self.process.pid, signal.SIGKILL)
        self.thread.join()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()
        self.process.wait()


@contextlib.contextmanager
def far_shell(name: str = "sh", noise: str = "") -> Iterator[Far]:
    far = Far(name, noise)
    try:
        yield far
    finally:
        far.close()


@pytest.fixture(params=SHELLS)
def far(request: pytest.FixtureRequest) -> Iterator[Far]:
    with far_shell(request.param) as one:
        yield one


def test_scripts_answer_with_what_they_print_and_their_status(far: Far) -> None:
    run = far.shell.run
    assert run("echo one", PATIENCE) == (0, b"one\n")
    assert run("printf two; exit 3", PATIENCE) == (3, b"two")
    assert run("printf 'a\\377\\000\\n\\n'; false", PATIENCE) == (1, b"a\xff\0\n\n")
    assert run("cd /; x=1", PATIENCE) == (0, b"")
    assert run('[ "$PWD" != / ] && echo "<$x>"', PATIENCE) == (0, b"<>\n")
    assert run("cat; wc -c <<'E'\nä $x `id`\nE", PATIENCE).output.split() == [b"11"]
    assert run("echo nowhere >&2; nosuchcommand; echo $?", PATIENCE) == (0, b"127\n")


def test_nothing_of_a_script_is_read_as_another(far: Far) -> None:
    run = far.shell.run
    assert run('read -r line; echo "$? <$line>"', PATIENCE) == (0, b"1 <>\n")
    assert run("echo 'é \udcff'", PATIENCE) == (0, b"\xc3\xa9 \xff\n")


def test_megabytes_go_both_ways(far: Far) -> None:
    line = "x" * 99 + "\n"
    answer = far.shell.run(f"cat <<'E'\n{line * 10_000}E\n", PATIENCE)
    assert answer == (0, (line * 10_000).encode())


def test_a_logins_noise_is_no_answer() -> None:
    with far_shell(noise="echo welcome; echo\necho 'to you'\nprintf x\n") as far:
        far.wait_for("greeting")
        assert far.shell.run("echo yes", PATIENCE) == (0, b"yes\n")


def test_scripts_of_many_threads_are_kept_apart() -> None:
    found: dict[int, Answer] = {}
    with far_shell() as far:

        def ask(number: int) -> None:
            found[number] = far.shell.run(f"echo {number}; exit {number}", PATIENCE)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {number: Answer(number, f"{number}\n".encode()) for number in range(20)}


def test_it_is_pinged_only_where_silence_would_say_something() -> None:
    with far_shell() as far:
        far.wait_for("greeting")
        assert far.shell.ping()
        far.wait_for("pong")
        with pytest.raises(LinkLostError, match=r"^gpu01: no answer within 0.05 s$"):
            far.shell.run("sleep 600", 0.05)
        assert not far.shell.ping()


def test_a_late_answer_is_nobodys_and_the_next_is_right(tmp_path: os.PathLike[str]) -> None:
    fifo = os.path.join(tmp_path, "fifo")
    os.mkfifo(fifo)
    with far_shell() as far:
        with pytest.raises(LinkLostError):
            far.shell.run(f"cat '{fifo}'", 0.05)
        with open(fifo, "w") as file:
            file.write("late")
        assert far.shell.run("echo next", PATIENCE) == (0, b"next\n")
        assert far.shell.ping()


def test_who_waits_is_told_of_the_end() -> None:
    with far_shell() as far:
        with pytest.raises(LinkLostError, match=r"^gpu01: the shell has ended$"):
            far.shell.run("kill -9 $$", PATIENCE)
        with pytest.raises(LinkLostError, match=r"^gpu01: the shell has ended$"):
            far.shell.run("echo", PATIENCE)
        assert far.shell.spoiled


def test_a_script_that_was_not_taken_in_time_spoils_the_shell() -> None:
    with far_shell() as far:
        with pytest.raises(LinkLostError, match=r"no answer within 0.05 s"):
            far.shell.run("sleep 600", 0.05)
        assert not far.shell.spoiled
        with pytest.raises(LinkLostError, match=r"no answer within 0.2 s"):
            far.shell.run("x" * 1_000_000, 0.2)
        assert far.shell.spoiled
