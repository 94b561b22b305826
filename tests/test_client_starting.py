"""How a kernel of our own is started: encrypted, over ipc, with the handshake of JEP 66, and with what."""

import json
import os
from pathlib import Path

import pytest
import zmq
from clients import PATIENCE
from fake_kernel import write_kernelspec
from running_kernels import find_spec
from test_client_opening import value

from kconsole import AuthenticationError, KernelStartError, attach, start
from kconsole.client.registration import Registration, read_registration
from kconsole.client.sockets import set_options
from kconsole.connect.info import ConnectionInfo
from kconsole.connect.process import KernelProcess
from kconsole.protocol.message import CHANNELS
from kconsole.protocol.session import Session
from kconsole.protocol.wire import DELIMITER

CURVE = {"metadata": {"supported_encryption": ["Curve"]}}
HANDSHAKE = {"kernel_protocol_version": "5.6"}

needs_curve = pytest.mark.skipif(not zmq.has("curve"), reason="this libzmq has no Curve")


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """Where this test's kernelspecs are."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def install(data_dir, name, **changes):
    """Write the kernelspec of a real kernel, or skip the test."""
    spec = find_spec(name)
    if spec is None:
        pytest.skip(f"kernel {name} is not installed")
    write_kernelspec(data_dir, name, spec=spec | changes)


def file_of(kernel):
    return json.loads(kernel.client.info.path.read_text())


# --- with what


def test_arguments_variables_and_a_directory_reach_the_kernel(data_dir, tmp_path):
    script = 'echo "$PWD $A $B $*" > "$OUT"; exec sleep 600'
    argv = ["sh", "-c", script, "sh", "{connection_file}"]
    write_kernelspec(data_dir, spec={"argv": argv, "env": {"A": "spec", "B": "${C}!"}})
    out = tmp_path / "out"
    os.mkfifo(out)
    env = {"A": "ours", "C": "c", "OUT": str(out)}
    with start("fake", arguments=["--x", "y z"], env=env, cwd=tmp_path) as kernel:
        told = out.read_text().split()
        assert told == [str(tmp_path), "ours", "c!", str(kernel.client.info.path), "--x", "y", "z"]


# --- encrypted


@needs_curve
@pytest.mark.parametrize("name", ["ipykernel7", "bash"])
def test_a_real_kernel_that_can_is_encrypted_and_keeps_its_keys(data_dir, name):
    install(data_dir, name, **CURVE)
    with start(name) as kernel:
        kernel.wait(PATIENCE)
        keys = file_of(kernel)["curve_publickey"], file_of(kernel)["curve_secretkey"]
        assert [len(key) for key in keys] == [40, 40]
        kernel.restart(PATIENCE)
        assert (file_of(kernel)["curve_publickey"], file_of(kernel)["curve_secretkey"]) == keys
        with attach(str(kernel.client.info.path), encrypted=True) as other:
            other.wait(PATIENCE)


def test_a_kernel_that_does_not_say_so_is_not_encrypted(data_dir):
    write_kernelspec(data_dir)
    with start("fake") as kernel:
        kernel.wait(PATIENCE)
        assert "curve_publickey" not in file_of(kernel)
        with pytest.raises(AuthenticationError, match="not encrypted"):
            attach(str(kernel.client.info.path), encrypted=True)


@needs_curve
def test_encryption_can_be_switched_off_and_is_there_if_required(data_dir):
    write_kernelspec(data_dir, spec=CURVE)
    with start("fake", encrypt="off") as kernel:
        kernel.wait(PATIENCE)
        assert not kernel.client.info.encrypted
    with start("fake", encrypt="required") as kernel:
        kernel.wait(PATIENCE)
        assert kernel.client.info.encrypted
        assert value(kernel) == ["42"]


def test_a_kernel_that_cannot_be_encrypted_is_not_started_if_that_is_required(
    data_dir, runtime_dir
):
    write_kernelspec(data_dir)
    with pytest.raises(KernelStartError, match=r"kernel fake: cannot be encrypted: its kernelspec"):
        start("fake", encrypt="required")
    assert not runtime_dir.exists()


@needs_curve
def test_a_kernelspec_that_promises_encryption_in_vain_is_told_and_not_waited_for(data_dir):
    install(data_dir, "ipykernel6", **CURVE)
    with start("ipykernel6") as kernel, pytest.raises(AuthenticationError, match="not encrypted"):
        kernel.wait(PATIENCE)


# --- ipc


@pytest.mark.parametrize("name", ["ipykernel7", "xpython"])
def test_a_real_kernel_speaks_over_private_sockets(data_dir, name):
    install(data_dir, name)
    with start(name, transport="ipc") as kernel:
        kernel.wait(PATIENCE)
        folder = Path(kernel.client.info.ip).parent
        assert folder.stat().st_mode & 0o777 == 0o700
        assert value(kernel) == ["42"]
        kernel.restart(PATIENCE)
        assert value(kernel) == ["42"]
    assert not folder.exists()


def test_a_kernel_that_knows_no_ipc_is_told_of_like_any_that_ends(data_dir):
    install(data_dir, "deno")
    with start("deno", transport="ipc") as kernel:
        with pytest.raises(KernelStartError, match="deno exited with status 1: error: ") as caught:
            kernel.wait(PATIENCE)
        assert any("at " in line for line in caught.value.log)
        folder = Path(kernel.client.info.ip).parent
    assert not folder.exists()


# --- the handshake


@pytest.mark.parametrize("name", ["fake", "xpython"])
def test_a_kernel_chooses_its_ports_and_others_once_more_when_it_is_restarted(
    data_dir, monkeypatch, name
):
    told = []
    take = KernelProcess.take_ports

    def noting(self, ports):
        told.append(ports)
        take(self, ports)

    monkeypatch.setattr(KernelProcess, "take_ports", noting)
    if name == "fake":
        write_kernelspec(data_dir, spec=HANDSHAKE, registers=True)
    else:
        install(data_dir, name, **HANDSHAKE)
    with start(name) as kernel:
        kernel.wait(PATIENCE)
        assert told == [kernel.client.ports]
        assert kernel.client.ports == [file_of(kernel)[f"{each}_port"] for each in CHANNELS]
        assert value(kernel) == ["42"]
        kernel.restart(PATIENCE)
        assert told[1:] == [kernel.client.ports]
        assert told[0] != told[1]
        assert value(kernel) == ["42"]
        with attach(str(kernel.client.info.path)) as other:
            other.wait(PATIENCE)
            assert value(other) == ["42"]


@pytest.mark.parametrize("name", ["fake", "ipykernel7"])
def test_a_kernel_that_is_asked_but_does_not_know_the_handshake_uses_what_it_is_given(
    data_dir, name
):
    if name == "fake":
        write_kernelspec(data_dir)
    else:
        install(data_dir, name)
    with start(name, handshake=True) as kernel:
        given = kernel.client.ports
        kernel.wait(PATIENCE)
        assert kernel.client.ports == given
        assert value(kernel) == ["42"]


def test_a_kernel_that_is_not_asked_does_not_register(data_dir):
    write_kernelspec(data_dir, spec=HANDSHAKE, registers=True)
    with start("fake", handshake=False) as kernel:
        given = kernel.client.ports
        kernel.wait(PATIENCE)
        assert kernel.client.ports == given


SESSION = Session(key=b"secret")
PORTS = {f"{channel}_port": str(number) for number, channel in enumerate(CHANNELS, 1)}


def registration(content=None, *, session=SESSION, **changes):
    body = json.dumps({"kernel_id": "k", **PORTS, **changes} if content is None else content)
    return [DELIMITER, session.sign([body.encode()]), body.encode()]


def test_ports_are_read_from_a_registration_as_texts_and_as_numbers():
    assert read_registration(registration(), SESSION, "k") == [1, 2, 3, 4, 5]
    assert read_registration([b"id", *registration(hb_port=9)], SESSION, "k") == [1, 2, 3, 9, 5]


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ([], "no message"),
        ([b"x", b"y"], "no message"),
        (registration()[1:], "no message"),
        (registration(session=Session(key=b"other")), "signature"),
        ([DELIMITER, b"", registration()[2]], "signature"),
        (registration(kernel_id="other"), "another kernel"),
        (registration([]), "another kernel"),
        (registration(shell_port="70000"), "shell_port must be"),
        (registration(shell_port=None), "shell_port is missing"),
        (registration(control_port=0), "control_port"),
        ([DELIMITER, SESSION.sign([b"\xff{"]), b"\xff{"], "not JSON"),
        ([DELIMITER, SESSION.sign([b"[" * 60_000]), b"[" * 60_000], "too deeply"),
    ],
)
def test_what_is_no_registration_says_why(frames, reason):
    with pytest.raises(ValueError, match=reason):
        read_registration(frames, SESSION, "k")


def test_a_registration_is_answered_and_a_forged_one_before_it_is_not():
    taken = []
    place = Registration()
    try:
        with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
            socket.linger = 0
            socket.connect("tcp://127.0.0.1:" + place.fields["registration_port"])
            own = place.fields["kernel_id"]
            socket.send_multipart(registration(session=Session(key=b"other"), kernel_id=own))
            socket.send_multipart(registration(kernel_id=own))
            place.start(SESSION, taken.append)
            assert socket.poll(PATIENCE * 1000)
            delimiter, signature, answer = socket.recv_multipart()
            assert delimiter == DELIMITER
            assert signature == SESSION.sign([answer])
            assert json.loads(answer) == {"status": "ok"}
            assert not socket.poll(50)
    finally:
        place.close()
    place.close()
    assert taken == [[1, 2, 3, 4, 5]]


def test_a_kernel_of_ours_is_looked_for_more_often_while_it_starts():
    info = ConnectionInfo()
    waits = []
    with zmq.Context() as context:
        for own in (True, False):
            with context.socket(zmq.DEALER) as socket:
                set_options(socket, "shell", info, "me", own=own)
                waits.append((socket.reconnect_ivl, socket.reconnect_ivl_max))
    ours, others = waits
    assert ours[0] < others[0]
    assert ours[1] < others[1]
