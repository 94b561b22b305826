"""What a kernel is started with, and what is said about how it ended."""

import os
import socket
import stat
from pathlib import Path

import pytest

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.kernellog import KEPT, LIMIT, KernelLog
from kconsole.connect.lastwords import (
    describe_exit,
    is_address_in_use,
    is_chatter,
    last_line,
    said_lines,
)
from kconsole.connect.launch import (
    kernel_environment,
    new_key,
    refusal,
    socket_files,
    with_ports,
)
from kconsole.connect.ports import reserve_ports
from kconsole.connect.specs import KernelSpec


def spec(**env):
    return KernelSpec(name="x", resource_dir=Path("/s"), argv=("x",), display_name="X", env=env)


def test_the_specs_variables_are_added_and_may_refer_to_ours():
    base = {"PATH": "/bin", "HOME": "/h"}
    made = kernel_environment(
        spec(PATH="/k/bin:${PATH}", A="$HOME", PS1="$", B="${NOT_SET}/x"), base, detached=True
    )
    assert made == {
        "PATH": "/k/bin:/bin",
        "HOME": "/h",
        "A": "/h",
        "PS1": "$",
        "B": "${NOT_SET}/x",
    }
    assert base == {"PATH": "/bin", "HOME": "/h"}


def test_the_kernel_learns_whose_child_it_is_unless_it_is_detached():
    base = {"JPY_PARENT_PID": "1", "PYTHONEXECUTABLE": "/py"}
    assert kernel_environment(spec(), base, detached=True) == {}
    assert kernel_environment(spec(), base, detached=False) == {"JPY_PARENT_PID": str(os.getpid())}


def test_keys_are_random_and_long():
    assert new_key() != new_key()
    assert len(bytes.fromhex(new_key().decode())) == 32


def test_ports_are_set_in_the_order_of_the_channels():
    info = with_ports(ConnectionInfo(), [1, 2, 3, 4, 5])
    assert (info.shell_port, info.iopub_port, info.stdin_port) == (1, 2, 3)
    assert (info.hb_port, info.control_port) == (4, 5)


def test_only_ipc_has_socket_files():
    assert socket_files(ConnectionInfo()) == []
    info = with_ports(ConnectionInfo(transport="ipc", ip="/r/k"), range(1, 6))
    assert socket_files(info) == [Path(f"/r/k-{number}") for number in range(1, 6)]


@pytest.mark.parametrize("ip", ["127.0.0.1", "0.0.0.0", "*", "localhost"])
def test_reserved_ports_are_distinct_and_taken_until_the_end(ip):
    with reserve_ports(5, ip) as ports:
        assert len(set(ports)) == 5
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", ports[0]))
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports[0]))


def test_a_foreign_address_has_no_ports():
    with pytest.raises(OSError, match="assign"), reserve_ports(5, "192.0.2.1"):
        pass


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (0, "exited with status 0"),
        (3, "exited with status 3"),
        (-11, "was killed by SIGSEGV"),
        (-63, "was killed by signal 63"),
    ],
)
def test_an_exit_is_described(status, text):
    assert describe_exit(status) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zmq.error.ZMQError: Address already in use (addr='tcp://127.0.0.1:1')", True),
        ("Error: bind EADDRINUSE 127.0.0.1:1", True),
        ("java.net.BindException: Address already in use", True),
        ("OSError: [Errno 98] whatever", True),
        ("ModuleNotFoundError: No module named 'address'", False),
    ],
)
def test_a_lost_race_for_a_port_shows_in_the_log(text, expected):
    assert is_address_in_use(text) is expected


def test_a_refusal_names_the_directory_if_that_is_the_reason():
    error = FileNotFoundError(2, "No such file or directory", "/gone")
    text = str(refusal(spec(), ["x"], Path("/gone"), error))
    assert text == "kernel x: directory /gone: No such file or directory"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("one\ntwo\n \n", "two"),
        ("\x1b[0m\x1b[33mWarning\x1b[0m\n\x1b[0m\n", "Warning"),
        ("a\x1b[2Jb\x07", "a?[2Jb?"),
        ("x" * 500, "x" * 200),
    ],
)
def test_the_last_words_are_printable(text, line):
    assert last_line(text) == line


#: What ipykernel and debugpy print at each start.
CHATTER = """\
NOTE: When using the `ipython kernel` entry point, Ctrl-C will not work.

To exit, you will have to explicitly quit this process, by either sending
"quit" from a client, or using Ctrl-\\ in UNIX-like environments.

To read more about this, see https://github.com/ipython/ipython/issues/2049


To connect another client to this kernel, use:
    --existing kernel-8ea6.json
0.01s - Debugger warning: It seems that frozen modules are being used, which may
0.01s - make the debugger miss breakpoints. Please pass -Xfrozen_modules=off
0.00s - to python to disable frozen modules.
0.00s - Note: Debugging will proceed. Set PYDEVD_DISABLE_FILE_VALIDATION=1 to disable this validation.
"""


def test_what_is_printed_at_every_start_says_nothing():
    assert is_chatter(CHATTER)
    assert said_lines(CHATTER) == []
    assert last_line(f"No module named x\n{CHATTER}") == "No module named x"
    assert not is_chatter(f"{CHATTER}No module named x\n")
    assert not is_chatter("0.01s - Debugger warning: the port is in use\n")


def test_a_stack_is_not_the_last_word():
    text = "\x1b[31merror\x1b[0m: no host\n    at f (x.js:1:2)\n    at y.js:3:4\n\n"
    assert last_line(text) == "error: no host"
    assert said_lines(text) == ["error: no host", "    at f (x.js:1:2)", "    at y.js:3:4"]
    assert said_lines("\n \n") == []
    assert said_lines("a\tb\x07" + "c" * 300) == ["a       b?" + "c" * 190]


# -- the log ------------------------------------------------------------------------------------


@pytest.fixture
def kernel_log(tmp_path):
    made = KernelLog(tmp_path / "runtime" / "k.log")
    yield made
    made.close()
    assert not made.path.exists()


def test_a_log_is_private(kernel_log):
    assert stat.S_IMODE(kernel_log.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(kernel_log.path.parent.stat().st_mode) == 0o700
    with pytest.raises(FileExistsError):
        KernelLog(kernel_log.path)


def test_a_tail_is_the_last_lines_also_after_closing(kernel_log):
    os.write(kernel_log.fileno(), b"one\ntwo\xff\nthree\n")
    assert kernel_log.tail(2) == "two\ufffd\nthree"
    kernel_log.close()
    assert kernel_log.tail(1) == "three"


def test_a_tail_reads_only_the_end(kernel_log):
    os.write(kernel_log.fileno(), b"x" * (KEPT * 3) + b"\nend")
    assert kernel_log.tail(99) == "x" * (KEPT - 4) + "\nend"


def test_a_log_that_somebody_removed_is_empty(kernel_log):
    kernel_log.path.unlink()
    assert kernel_log.tail(5) == ""


def test_a_long_log_is_cut_down_to_its_end_and_written_on(kernel_log):
    os.write(kernel_log.fileno(), b"x" * LIMIT + b"\nend\n")
    kernel_log.trim()
    assert kernel_log.path.stat().st_size == KEPT
    os.write(kernel_log.fileno(), b"more\n")
    assert kernel_log.path.stat().st_size == KEPT + 5
    assert kernel_log.tail(2) == "end\nmore"


def test_a_short_log_is_left_alone_and_can_be_cleared(kernel_log):
    os.write(kernel_log.fileno(), b"one\n")
    kernel_log.trim()
    assert kernel_log.tail(1) == "one"
    kernel_log.clear()
    assert kernel_log.path.stat().st_size == 0


def test_a_log_can_be_left_behind(tmp_path):
    left = KernelLog(tmp_path / "k.log")
    os.write(left.fileno(), b"one\n")
    left.close(remove=False)
    left.trim()
    assert left.path.read_bytes() == b"one\n"
