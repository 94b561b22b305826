"""The content of connection files: JEP 106, and JEP 145 for the Curve keys."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.connect.info import ConnectionInfo, ipc_path_limit
from kconsole.errors import ConnectionFileError
from kconsole.protocol.message import CHANNELS

CURVE = {
    "curve_publickey": "b{E{TUJ[Zxl1)]<>W(c*bEff[.[K]BGJE&4iF=oM",
    "curve_secretkey": "<dQ^&)<Lp#8IUJrWoOpOZ5+xjs]UV$ShhdqSEW))",
}


def content(**changes):
    """Return a valid file's content with changes; a value of ... takes the key out."""
    data = {
        "transport": "tcp",
        "ip": "127.0.0.1",
        "shell_port": 5001,
        "iopub_port": 5002,
        "stdin_port": 5003,
        "hb_port": 5004,
        "control_port": 5005,
        "key": "a0436f6c-1916-498b-8eb9-e81ab9368e84",
        "signature_scheme": "hmac-sha256",
        "kernel_name": "python3",
    } | changes
    return {name: value for name, value in data.items() if value is not ...}


def parse(**changes):
    return ConnectionInfo.from_dict(content(**changes), source="k.json")


def fault(**changes):
    with pytest.raises(ConnectionFileError) as caught:
        parse(**changes)
    text = str(caught.value)
    assert text.startswith("k.json: ") and text.isprintable()
    return text.removeprefix("k.json: ")


def test_a_complete_file_is_taken_over():
    info = parse()
    assert [info.port(channel) for channel in CHANNELS] == [5001, 5002, 5003, 5004, 5005]
    assert info.key == b"a0436f6c-1916-498b-8eb9-e81ab9368e84"
    assert (info.transport, info.ip, info.kernel_name) == ("tcp", "127.0.0.1", "python3")
    assert info.url("shell") == "tcp://127.0.0.1:5001"
    assert not info.encrypted


def test_what_old_kernels_leave_out_has_its_default():
    info = parse(
        ip=..., transport=..., control_port=..., signature_scheme=..., kernel_name=..., key=...
    )
    assert (info.ip, info.transport, info.control_port) == ("127.0.0.1", "tcp", 0)
    assert (info.signature_scheme, info.kernel_name, info.key) == ("hmac-sha256", "", b"")


def test_null_counts_as_missing():
    info = parse(ip=None, transport=None, control_port=None, signature_scheme="", key=None)
    assert info == replace(parse(control_port=0, key=""), path=None)


def test_ports_may_be_numeric_strings():
    assert parse(shell_port="5001") == parse()
    assert parse(shell_port="05001") == parse()


@pytest.mark.parametrize(
    "value", [-1, 65536, "x", "", " 1", "1_0", "-1", "99999", "٣", 1.0, True, [], {}, 10**40]
)
def test_what_is_no_port_is_named(value):
    assert fault(hb_port=value).startswith("hb_port must be a number from 1 to 65535, not ")


def test_a_port_of_0_or_none_cannot_be_attached_to():
    assert fault(shell_port=0) == "shell_port is 0"
    assert fault(iopub_port="0") == "iopub_port is 0"
    assert fault(stdin_port=...) == "stdin_port is missing"
    assert parse(control_port=0).control_port == 0


def test_every_fault_is_named_in_one_line():
    text = fault(shell_port=..., key=5, transport="udp")
    assert text == (
        "transport must be tcp or ipc, not 'udp'; shell_port is missing; key must be a string"
    )


@pytest.mark.parametrize("data", [[], None, "x", 3])
def test_a_file_that_is_no_object_is_refused(data):
    with pytest.raises(ConnectionFileError, match=r"^k\.json: is not a JSON object$"):
        ConnectionInfo.from_dict(data, source="k.json")


def test_the_source_cannot_spoil_the_message():
    with pytest.raises(ConnectionFileError) as caught:
        ConnectionInfo.from_dict([], source="a\n\x1b[2Jb")
    assert str(caught.value) == r"'a\n\x1b[2Jb': is not a JSON object"


@pytest.mark.parametrize("name", ["key", "ip", "transport", "kernel_name", "signature_scheme"])
def test_text_fields_must_be_text(name):
    assert f"{name} must be a string" in fault(**{name: 7})
    assert f"{name} is not valid text" in fault(**{name: "\ud800"})


@pytest.mark.parametrize("scheme", ["hmac-md5", "hmac-sha512", "hmac-sha1", "hmac-sha3_256"])
def test_schemes_are_hmac_and_a_hash_function(scheme):
    assert parse(signature_scheme=scheme).signature_scheme == scheme


@pytest.mark.parametrize("scheme", ["sha256", "hmac-", "hmac-rot13", "hmac-shake_128", "x\n"])
def test_other_schemes_are_named(scheme):
    assert fault(signature_scheme=scheme).endswith(f"not {scheme!r}")


def test_a_long_value_is_cut_in_the_message():
    assert len(fault(transport="u" * 10_000)) < 100


def test_curve_keys_come_in_pairs():
    info = parse(**CURVE)
    assert info.encrypted
    assert info.curve_publickey == CURVE["curve_publickey"].encode()
    assert not parse(curve_publickey=None, curve_secretkey="").encrypted
    only_public = CURVE | {"curve_secretkey": ...}
    assert fault(**only_public) == "curve_secretkey is missing, but curve_publickey is there"
    only_secret = CURVE | {"curve_publickey": ...}
    assert fault(**only_secret) == "curve_publickey is missing, but curve_secretkey is there"


@pytest.mark.parametrize("key", ["short", "x" * 41, "é" * 40, " " * 40])
def test_a_bad_curve_key_is_named_but_not_shown(key):
    text = fault(**CURVE | {"curve_secretkey": key})
    assert text == "curve_secretkey must be 40 characters of Z85"


def test_no_key_shows_in_a_repr():
    shown = repr(parse(key="sesame", extra_token="open", **CURVE))
    assert "sesame" not in shown and "open" not in shown
    assert CURVE["curve_secretkey"] not in shown


@pytest.mark.parametrize(
    ("ip", "url"),
    [
        ("10.0.0.7", "tcp://10.0.0.7:5001"),
        ("*", "tcp://127.0.0.1:5001"),
        ("0.0.0.0", "tcp://127.0.0.1:5001"),
        ("", "tcp://127.0.0.1:5001"),
        ("::1", "tcp://[::1]:5001"),
        ("[::1]", "tcp://[::1]:5001"),
        ("::", "tcp://[::1]:5001"),
        ("fe80::1%eth0", "tcp://[fe80::1%eth0]:5001"),
        ("node-3.cluster", "tcp://node-3.cluster:5001"),
    ],
)
def test_the_url_is_one_that_can_be_connected_to(ip, url):
    assert parse(ip=ip).url("shell") == url


@pytest.mark.parametrize("ip", ["a b", "x\n", "1.2.3.4:5/x", "a;b"])
def test_what_is_no_address_is_refused(ip):
    assert fault(ip=ip) == f"ip is not an address: {ip!r}"


def test_an_ipc_url_is_made_of_prefix_and_port():
    info = parse(transport="IPC", ip="/run/k-ipc", hb_port=4)
    assert info.transport == "ipc"
    assert info.url("hb") == "ipc:///run/k-ipc-4"
    assert info.ipc_path("hb") == "/run/k-ipc-4"


def test_a_missing_ipc_prefix_is_taken_from_the_files_name():
    data = content(transport="ipc", ip=...)
    info = ConnectionInfo.from_dict(data, source="f", path=Path("/run/kernel-1.json"))
    assert info.ip == "/run/kernel-1-ipc"
    assert "ip is missing" in fault(transport="ipc", ip=...)
    assert "ip is not a path" in fault(transport="ipc", ip="/a\0b")


def test_an_ipc_path_has_a_limit_that_is_the_systems():
    limit = ipc_path_limit()
    longest = "/" + "x" * (limit - 1 - len("-5001"))
    assert parse(transport="ipc", ip=longest).ip == longest
    expected = f"ip is too long: an ipc socket's path may have {limit} bytes, this has {limit + 1}"
    assert fault(transport="ipc", ip=longest + "x") == expected
    # What counts is bytes, not characters.
    assert "too long" in fault(transport="ipc", ip="/" + "é" * 60)


def test_macos_has_shorter_socket_paths():
    assert (ipc_path_limit("linux"), ipc_path_limit("darwin")) == (107, 103)
    info = ConnectionInfo(transport="ipc", ip="/" + "x" * 101)
    assert info.ipc_fault("linux") == ""
    assert "103 bytes, this has 104" in info.ipc_fault("darwin")
    assert ConnectionInfo(ip="x" * 500).ipc_fault() == ""


def test_it_can_be_built_with_nothing_set():
    info = ConnectionInfo()
    assert [info.port(channel) for channel in CHANNELS] == [0, 0, 0, 0, 0]
    assert info.url("control") == "tcp://127.0.0.1:0"
    assert hash(info) == hash(ConnectionInfo(extra={"a": []}))


def test_unknown_keys_survive_a_rewrite():
    data = content(jupyter_session="/nb.ipynb", more=[1, {"a": None}], **CURVE)
    info = ConnectionInfo.from_dict(data, source="f")
    assert info.extra == {"jupyter_session": "/nb.ipynb", "more": [1, {"a": None}]}
    assert info.to_dict() == data


def test_an_extra_key_cannot_replace_a_field():
    assert ConnectionInfo(ip="::1", extra={"ip": "10.0.0.1"}).to_dict()["ip"] == "::1"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(content(**CURVE))) | st.text(), json_values))
def test_any_json_is_either_taken_or_refused_in_one_line(changes):
    try:
        info = ConnectionInfo.from_dict(content() | changes, source="f", path=Path("/f.json"))
    except ConnectionFileError as error:
        assert str(error).isprintable()
    else:
        again = ConnectionInfo.from_dict(info.to_dict(), source="f", path=info.path)
        assert replace(again, extra={}) == replace(info, extra={})
        assert all(info.url(channel).startswith(info.transport) for channel in CHANNELS)


def test_the_example_is_what_jupyter_writes():
    assert json.loads(json.dumps(parse().to_dict())) == content()
