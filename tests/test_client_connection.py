"""A client's connection facts, and the file they come from or go to."""

import json
import stat
import sys

import pytest
from clients import PATIENCE, replied
from fake_kernel import FakeKernel

from kconsole import ConnectionFileError, ConnectionInfo, KernelClient, NoKernelError, Session

FACTS = {
    "transport": "tcp",
    "ip": "127.0.0.1",
    "shell_port": 11,
    "iopub_port": 12,
    "stdin_port": 13,
    "hb_port": 14,
    "control_port": 15,
    "key": "secret",
    "signature_scheme": "hmac-sha512",
    "kernel_name": "some",
}


def write(path, **changes):
    path.write_text(json.dumps(FACTS | changes))
    return path


def test_a_new_client_knows_nothing_yet():
    client = KernelClient()
    assert client.ports == [0, 0, 0, 0, 0]
    assert (client.transport, client.ip, client.connection_file) == ("tcp", "127.0.0.1", "")


def test_a_file_gives_the_facts_and_the_sessions_key(tmp_path):
    client = KernelClient(connection_file=str(write(tmp_path / "kernel-1.json")))
    client.load_connection_file()
    assert client.ports == [11, 12, 13, 14, 15]
    assert client.info.kernel_name == "some"
    assert client.session.key == b"secret"
    assert client.session.signature_scheme == "hmac-sha512"


def test_a_file_named_in_the_call_wins_and_is_remembered(tmp_path):
    client = KernelClient(connection_file="nowhere.json")
    path = write(tmp_path / "kernel-1.json")
    client.load_connection_file(str(path))
    assert client.connection_file == str(path)


def test_part_of_a_name_is_looked_up_in_the_runtime_directory(runtime_dir):
    runtime_dir.mkdir(parents=True)
    path = write(runtime_dir / "kernel-4711.json")
    client = KernelClient()
    client.load_connection_file("4711")
    assert client.connection_file == str(path)
    assert client.shell_port == 11


def test_ports_that_are_set_already_stay(tmp_path):
    client = KernelClient(shell_port=21, control_port=25)
    client.load_connection_file(str(write(tmp_path / "kernel-1.json")))
    assert client.ports == [21, 12, 13, 14, 25]


def test_ports_that_are_set_stay_when_a_dict_is_loaded():
    client = KernelClient()
    client.hb_port = 24
    client.load_connection_info(FACTS)
    assert client.ports == [11, 12, 13, 24, 15]


def test_a_file_without_control_port_means_no_control_channel(tmp_path):
    facts = {name: value for name, value in FACTS.items() if name != "control_port"}
    client = KernelClient()
    client.load_connection_info(facts)
    assert client.control_port == 0


@pytest.mark.parametrize("changes", [{"shell_port": 0}, {"iopub_port": "x"}, {"transport": "udp"}])
def test_faulty_facts_name_the_fault_and_change_nothing(tmp_path, changes):
    client = KernelClient()
    with pytest.raises(ConnectionFileError, match=next(iter(changes))):
        client.load_connection_file(str(write(tmp_path / "kernel-1.json", **changes)))
    with pytest.raises(ConnectionFileError, match=next(iter(changes))):
        client.load_connection_info(FACTS | changes)
    assert client.ports == [0, 0, 0, 0, 0]
    assert client.session.key == b""


def test_a_file_that_is_not_there_is_an_error():
    with pytest.raises(NoKernelError, match=r"kernel-1\.json"):
        KernelClient(connection_file="kernel-1.json").load_connection_file()


@pytest.mark.parametrize("verb", ["load_connection_file", "write_connection_file"])
def test_no_name_at_all_is_an_error(verb):
    with pytest.raises(ConnectionFileError, match="no connection file was named"):
        getattr(KernelClient(), verb)()


def test_the_facts_come_back_as_a_files_dict():
    client = KernelClient()
    client.load_connection_info(FACTS | {"jupyter_session": "x.ipynb"})
    assert client.get_connection_info() == FACTS | {"jupyter_session": "x.ipynb"}


def test_the_session_can_stand_in_for_key_and_scheme():
    client = KernelClient()
    client.load_connection_info(FACTS)
    facts = client.get_connection_info(session=True)
    assert facts["session"] is client.session
    assert not {"key", "signature_scheme"} & facts.keys()


def test_a_session_that_is_given_is_used_and_gets_the_files_key():
    session = Session(username="me")
    client = KernelClient(session=session)
    client.load_connection_info(FACTS)
    assert client.session is session
    assert session.key == b"secret"


def test_info_sets_everything_at_once():
    info = ConnectionInfo.from_dict(FACTS, source="test")
    client = KernelClient(info=info, hb_port=24)
    assert client.ports == [11, 12, 13, 24, 15]
    assert client.session.key == b"secret"


def test_what_is_written_can_be_loaded_and_only_its_owner_can_read_it(tmp_path):
    client = KernelClient()
    client.load_connection_info(FACTS)
    path = tmp_path / "kernel-2.json"
    client.write_connection_file(str(path))
    assert client.connection_file == str(path)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    other = KernelClient()
    other.load_connection_file(str(path))
    assert other.get_connection_info() == client.get_connection_info()


def test_a_file_that_cannot_be_written_is_an_error(tmp_path):
    client = KernelClient()
    client.load_connection_info(FACTS)
    (tmp_path / "file").touch()
    with pytest.raises(ConnectionFileError, match=r"kernel-2\.json"):
        client.write_connection_file(str(tmp_path / "file" / "kernel-2.json"))
    assert client.connection_file == ""


def test_cleaning_up_removes_the_file_and_may_be_repeated(tmp_path):
    path = write(tmp_path / "kernel-1.json")
    client = KernelClient(connection_file=str(path))
    client.cleanup_connection_file()
    assert not path.exists()
    client.cleanup_connection_file()
    KernelClient().cleanup_connection_file()


@pytest.mark.parametrize("scheme", ["hmac-sha256", "hmac-md5", "hmac-sha512"])
def test_the_files_scheme_signs_what_is_sent(tmp_path, scheme):
    with FakeKernel(signature_scheme=scheme) as kernel:
        path = kernel.write_connection_file(tmp_path / "kernel-1.json")
        client = KernelClient(connection_file=str(path))
        client.load_connection_file()
        with client:
            assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"
        assert not kernel.rejected


def test_a_kernel_without_a_key_is_sent_unsigned_messages():
    with FakeKernel(key="") as kernel:
        client = KernelClient()
        client.load_connection_info(kernel.connection)
        with client:
            client.wait_for_ready(PATIENCE)
            assert replied(client.execute("1+1", reply=True, timeout=PATIENCE))["status"] == "ok"
