"""Messages of a session on their way out: ids, headers, signatures."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest

from kconsole.protocol.session import Session, new_id
from kconsole.protocol.wire import DELIMITER

KEY = b"a0436f6c-1916-498b-8eb9-e81ab9368e84"


# ids


def test_an_id_is_never_repeated_and_names_the_process() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(each.endswith(f"_{os.getpid()}") for each in ids)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_makes_other_ids() -> None:
    program = """if True:
        import os
        from kconsole.protocol.session import Session
        session = Session(session="s")
        os.fork()
        os.write(1, session.msg("x")["msg_id"].encode() + b" ")  # in one piece
    """
    output = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, check=True
    ).stdout
    first, second = output.split()
    assert first.split(b"_")[0] != second.split(b"_")[0]
    assert first.split(b"_")[1] != second.split(b"_")[1]


# making


def test_a_message_has_the_headers_of_the_specification() -> None:
    session = Session(session="s", username="u")
    msg = session.msg("execute_request", {"code": "1"})
    header = msg["header"]
    assert msg["msg_id"] == header["msg_id"]
    assert msg["msg_type"] == header["msg_type"] == "execute_request"
    assert (header["session"], header["username"], header["version"]) == ("s", "u", "5.4")
    assert isinstance(header["date"], datetime)
    assert "subshell_id" not in header
    assert (msg["parent_header"], msg["metadata"], msg["buffers"]) == ({}, {}, [])


def test_a_subshell_is_addressed_in_the_header() -> None:
    assert Session().msg("x", subshell_id="abc")["header"]["subshell_id"] == "abc"


def test_the_parent_may_be_a_message_or_a_header_and_is_copied() -> None:
    session = Session()
    parent = session.msg("input_request")
    by_message = session.msg("input_reply", parent=parent)["parent_header"]
    by_header = session.msg("input_reply", parent=parent["header"])["parent_header"]
    assert by_message == by_header == parent["header"]
    assert by_message is not parent["header"]


def test_two_sessions_have_different_ids() -> None:
    assert Session().session != Session().session


def test_dates_are_sent_as_utc_with_microseconds_and_z() -> None:
    session = Session()
    msg = session.msg("x")
    msg["header"]["date"] = datetime(2024, 2, 29, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    header = json.loads(bytes(session.serialize(msg)[2]))
    assert header["date"] == "2024-02-28T23:00:00.000000Z"


def test_serialising_refuses_what_cannot_be_sent() -> None:
    session = Session()
    with pytest.raises(TypeError, match="buffer 0"):
        session.serialize(session.msg("x", buffers=["text"]))  # type: ignore[list-item]
    with pytest.raises(ValueError, match="Out of range"):
        session.serialize(session.msg("x", {"n": float("nan")}))
    with pytest.raises(TypeError, match="set cannot be sent"):
        session.serialize(session.msg("x", {"n": set()}))


# signing


def test_the_signature_is_the_hex_hmac_of_the_four_frames() -> None:
    frames = Session(key=KEY).serialize(Session().msg("x", buffers=[b"unsigned"]), idents=[b"id"])
    assert frames[0] == b"id"
    assert frames[1] == DELIMITER
    assert frames[2] == hmac.new(KEY, b"".join(frames[3:7]), "sha256").hexdigest().encode()
    assert frames[7] == b"unsigned"


def test_without_a_key_nothing_is_signed_or_verified_or_remembered() -> None:
    session = Session()
    frames = session.serialize(session.msg("x"))
    assert frames[1] == b""
    frames[1] = b"whatever"
    for _ in range(2):
        assert session.deserialize(frames)["msg_type"] == "x"
    assert not session.dropped


@pytest.mark.parametrize("name", sorted(hashlib.algorithms_guaranteed))
def test_each_hash_of_hashlib_signs_or_is_refused(name: str) -> None:
    if name.startswith("shake"):  # no fixed length, so no HMAC
        with pytest.raises(ValueError, match=name):
            Session(key=KEY, signature_scheme=f"hmac-{name}")
        return
    for key in (KEY, bytes(range(256)), b"k" * hashlib.new(name).block_size):
        session = Session(key=key, signature_scheme=f"hmac-{name}")
        for _ in range(2):
            assert session.sign([b"a", b"b"]) == hmac.new(key, b"ab", name).hexdigest().encode()


def test_no_scheme_is_sha256() -> None:
    session = Session(key=KEY, signature_scheme="")
    assert session.signature_scheme == "hmac-sha256"
    assert session.sign([b"x"]) == Session(key=KEY).sign([b"x"])


@pytest.mark.parametrize("scheme", ["sha256", "hmac-", "hmac-sha0", "HMAC-sha256", "hmac"])
@pytest.mark.parametrize("key", [b"", KEY])
def test_an_unknown_scheme_is_named(scheme: str, key: bytes) -> None:
    with pytest.raises(ValueError, match=f"signature_scheme '{scheme}'"):
        Session(key=key, signature_scheme=scheme)


def test_key_and_scheme_can_be_set_later() -> None:
    session = Session()
    session.key = KEY
    session.signature_scheme = "hmac-sha512"
    assert session.key == KEY
    assert session.sign([b"x"]) == hmac.new(KEY, b"x", "sha512").hexdigest().encode()
    with pytest.raises(ValueError, match="hmac-rot13"):
        session.signature_scheme = "hmac-rot13"
    assert session.signature_scheme == "hmac-sha512"
    session.key = b""
    assert session.sign([b"x"]) == b""
