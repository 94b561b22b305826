"""How a kernel is connected to: Curve, ipc, IPv6, and what breaks on the way."""

import contextlib
import shutil
import socket
import tempfile
from pathlib import Path

import pytest
import zmq
from clients import PATIENCE, connected, info_of, ready, replied
from fake_kernel import FakeKernel
from leaks import wait_until

from kconsole import AuthenticationError, KernelClient, KernelDiedError

needs_curve = pytest.mark.skipif(not zmq.has("curve"), reason="this libzmq has no Curve")


@pytest.fixture
def short_path():
    """A directory whose path leaves room for the names of sockets."""
    path = Path(tempfile.mkdtemp(prefix="kc-"))
    yield path
    shutil.rmtree(path)


def has_ipv6():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as one:
        one.bind(("::1", 0))
        return True
    return False


def runs(client):
    client.wait_for_ready(PATIENCE)
    return replied(client.execute("6 * 7", reply=True, timeout=PATIENCE))["status"] == "ok"


# --- Curve


def other_keys():
    public, secret = zmq.curve_keypair()
    return {"curve_publickey": public.decode(), "curve_secretkey": secret.decode()}


@needs_curve
def test_curve_with_the_right_key_works_on_every_channel():
    with FakeKernel(curve=True) as kernel, connected(kernel) as client:
        assert runs(client)
        wait_until(lambda: client.hb_channel.round_trip is not None)
        assert client.control_channel.is_alive()


@needs_curve
def test_another_curve_key_is_an_error_that_names_the_reason():
    with FakeKernel(curve=True) as kernel, connected(kernel, other_keys()) as client:
        with pytest.raises(AuthenticationError, match="does not have the Curve key"):
            client.wait_for_ready()


@needs_curve
def test_missing_curve_keys_are_an_error_that_names_the_reason():
    none = {"curve_publickey": None, "curve_secretkey": None}
    with FakeKernel(curve=True) as kernel, connected(kernel, none) as client:
        with pytest.raises(AuthenticationError, match="wants encryption"):
            client.wait_for_ready()


@needs_curve
def test_curve_keys_for_a_kernel_without_curve_are_an_error_that_names_the_reason():
    with FakeKernel() as kernel, connected(kernel, other_keys()) as client:
        with pytest.raises(AuthenticationError, match="is not encrypted"):
            client.wait_for_ready()


@needs_curve
def test_a_denied_client_neither_hangs_when_it_sends_nor_when_it_stops():
    with FakeKernel() as kernel, connected(kernel, other_keys()) as client:
        with pytest.raises(AuthenticationError):
            client.wait_for_ready()
        for _ in range(2000):
            client.execute("1")
        assert client.health.state == "denied"
    assert not kernel.received


# --- ipc and IPv6


def test_ipc_works_on_every_channel(short_path):
    with (
        FakeKernel(transport="ipc", ip=str(short_path / "k")) as kernel,
        connected(kernel) as client,
    ):
        assert runs(client)
        wait_until(lambda: client.hb_channel.round_trip is not None)


@needs_curve
def test_ipc_may_be_encrypted_too(short_path):
    prefix = str(short_path / "k")
    with FakeKernel(transport="ipc", ip=prefix, curve=True) as kernel, connected(kernel) as client:
        assert runs(client)


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_ipv6_works():
    with FakeKernel(ip="::1") as kernel, connected(kernel) as client:
        assert info_of(kernel).url("shell").startswith("tcp://[::1]:")
        assert runs(client)


@pytest.mark.parametrize("ip", ["0.0.0.0", "*"])
def test_an_address_to_bind_to_is_connected_to_on_this_machine(ip):
    with FakeKernel() as kernel, connected(kernel, {"ip": ip}) as client:
        assert runs(client)


# --- losing the kernel


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_a_kernel_that_goes_away_is_noticed_and_ends_every_wait(transport, short_path):
    ip = str(short_path / "k") if transport == "ipc" else "127.0.0.1"
    with FakeKernel(transport=transport, ip=ip) as kernel, ready(kernel) as client:
        client.execute("1", reply=True, timeout=PATIENCE)
        kernel.close()
        wait_until(lambda: client.health.state == "gone", PATIENCE)
        assert client.health.detail == "connection refused"


def test_a_kernel_that_comes_back_at_the_same_place_is_talked_to_again():
    with FakeKernel() as kernel:
        client = KernelClient(info=info_of(kernel))
        client.start_channels()
        client.wait_for_ready(PATIENCE)
    try:
        wait_until(lambda: client.health.state == "gone", PATIENCE)
        with FakeKernel(kernel.connection):
            wait_until(lambda: client.health.state == "ok", PATIENCE)
            assert runs(client)
    finally:
        client.stop_channels()


def test_a_wait_for_a_reply_ends_when_the_kernel_is_gone():
    with FakeKernel() as kernel, ready(kernel) as client, pytest.raises(KernelDiedError):
        client.execute("%fake die", reply=True)


def test_a_request_after_the_death_does_not_wait_without_end():
    with FakeKernel() as kernel, ready(kernel) as client:
        kernel.close()
        wait_until(lambda: client.health.state == "gone", PATIENCE)
        with pytest.raises(KernelDiedError):
            client.kernel_info(reply=True)
