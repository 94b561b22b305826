"""Messages of a session on their way in: verified, parsed; and there and back."""

import copy
import hashlib
import hmac
import json
import os
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kconsole.errors import WireError
from kconsole.protocol.dates import format_date, parse_date
from kconsole.protocol.message import Message
from kconsole.protocol.session import Session
from kconsole.protocol.wire import DELIMITER

# No limits on time: a busy machine is no failure.
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

KEY = b"a0436f6c-1916-498b-8eb9-e81ab9368e84"
HEADER = {"msg_id": "1", "msg_type": "status", "session": "s", "username": "u"}

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
objects = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5), json_values, max_size=4
)


def frames_of(
    *,
    header: object = HEADER,
    parent: object = None,
    metadata: object = None,
    content: object = None,
) -> list[bytes]:
    """What a kernel with this key sends, whatever it may be."""
    body = [json.dumps(part).encode() for part in (header, parent, metadata, content)]
    return signed(body)


def signed(body: list[bytes]) -> list[bytes]:
    signature = hmac.new(KEY, b"".join(body), hashlib.sha256).hexdigest().encode()
    return [b"topic", DELIMITER, signature, *body]


def plain(msg: Message) -> dict[str, Any]:
    """A message with its buffers as bytes, to compare."""
    return {**msg, "buffers": [bytes(buffer) for buffer in msg["buffers"]]}


# letting in


@pytest.mark.parametrize(
    ("signature", "text", "reason"),
    [
        (b"", "Unsigned Message", "unsigned"),
        (b"00", "Invalid Signature", "forged"),
        (b"\xff\x00", "Invalid Signature", "forged"),
    ],
)
def test_what_is_not_rightly_signed_stays_out(signature: bytes, text: str, reason: str) -> None:
    session = Session(key=KEY)
    frames = frames_of()
    frames[2] = signature
    with pytest.raises(WireError, match=text):
        session.deserialize(frames)
    assert session.dropped == {reason: 1}


def test_an_upper_case_signature_stays_out() -> None:
    frames = frames_of()
    frames[2] = frames[2].upper()
    with pytest.raises(WireError, match="Invalid Signature"):
        Session(key=KEY).deserialize(frames)


def test_what_is_not_signed_is_not_parsed() -> None:
    with pytest.raises(WireError, match="Invalid Signature"):
        Session(key=KEY).deserialize([DELIMITER, b"00", b"not", b"JSON", b"at", b"all"])


def test_a_replayed_message_stays_out() -> None:
    session = Session(key=KEY)
    session.deserialize(frames_of())
    with pytest.raises(WireError, match="Duplicate Signature"):
        session.deserialize(frames_of())
    assert session.dropped == {"replayed": 1}


def test_two_sessions_do_not_share_their_memory() -> None:
    for session in (Session(key=KEY), Session(key=KEY)):
        assert session.deserialize(frames_of())["msg_id"] == "1"


def test_a_forged_message_leaves_no_trace_in_the_memory() -> None:
    session = Session(key=KEY, digest_history_size=1)
    session.deserialize(frames_of())
    for signature in (b"00", b"01", b"02"):
        with pytest.raises(WireError, match="Invalid"):
            session.deserialize([DELIMITER, signature, b"{}", b"{}", b"{}", b"{}"])
    with pytest.raises(WireError, match="Duplicate"):
        session.deserialize(frames_of())


def test_a_full_memory_forgets_its_oldest_tenth() -> None:
    session = Session(key=KEY, digest_history_size=20)
    messages = [frames_of(content={"n": n}) for n in range(21)]
    for frames in messages:
        session.deserialize(frames)
    for frames in messages[2:]:
        with pytest.raises(WireError, match="Duplicate"):
            session.deserialize(frames)
    assert [session.deserialize(frames)["content"]["n"] for frames in messages[:2]] == [0, 1]


def test_the_memory_of_messages_is_small() -> None:
    session = Session(key=KEY)
    messages = [frames_of(content={"n": n}) for n in range(2_000)]
    tracemalloc.start()
    try:
        for frames in messages:
            session.deserialize([bytes(bytearray(frame)) for frame in frames])  # as from a socket
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken / len(messages) < 130  # a signature in hex alone takes 97 bytes


def test_a_memory_of_no_size_remembers_nothing() -> None:
    session = Session(key=KEY, digest_history_size=0)
    assert session.deserialize(frames_of()) == session.deserialize(frames_of())


# parsing


def test_null_is_an_empty_object_except_for_the_header() -> None:
    msg = Session(key=KEY).deserialize(frames_of())
    assert (msg["parent_header"], msg["metadata"], msg["content"]) == ({}, {}, {})


@pytest.mark.parametrize("value", [[], "text", 1, False])
def test_a_parent_or_metadata_that_is_no_object_is_empty(value: object) -> None:
    msg = Session(key=KEY).deserialize(frames_of(parent=value, metadata=value))
    assert (msg["parent_header"], msg["metadata"]) == ({}, {})


@pytest.mark.parametrize(
    "parts",
    [
        {"header": None},
        {"header": []},
        {"header": {}},
        {"header": {"msg_id": "1"}},
        {"header": {"msg_type": "status"}},
        {"header": {"msg_id": 1, "msg_type": "status"}},
        {"header": {"msg_id": "1", "msg_type": None}},
        {"content": []},
        {"content": "text"},
        {"content": 0},
    ],
)
def test_a_message_of_the_wrong_shape_is_malformed(parts: dict[str, Any]) -> None:
    session = Session(key=KEY)
    with pytest.raises(WireError, match="Malformed Message"):
        session.deserialize(frames_of(**parts))
    assert session.dropped == {"malformed": 1}


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("frame", [b"", b"[" * 100_000, b"9" * 10_000, b"\xff"])
def test_signed_frames_that_are_no_json_are_malformed(place: int, frame: bytes) -> None:
    body = [json.dumps(HEADER).encode(), b"{}", b"{}", b"{}"]
    body[place] = frame
    session = Session(key=KEY)
    with pytest.raises(WireError, match="Malformed Message"):
        session.deserialize(signed(body))
    assert session.dropped == {"malformed": 1}


def test_the_session_goes_on_after_a_truncated_message() -> None:
    session = Session(key=KEY)
    with pytest.raises(WireError, match="frames after the delimiter"):
        session.deserialize(frames_of()[:-1])
    assert session.deserialize(frames_of())["msg_id"] == "1"


def test_messages_with_the_same_parent_do_not_share_it() -> None:
    session = Session(key=KEY)
    first, second = (
        session.deserialize(frames_of(parent=HEADER, content={"n": n})) for n in range(2)
    )
    first["parent_header"]["session"] = "changed"
    third = session.deserialize(frames_of(parent=HEADER, content={"n": 3}))
    assert second["parent_header"] == third["parent_header"] == HEADER


def test_buffers_arrive_as_memoryviews() -> None:
    session = Session()
    msg = session.deserialize(session.serialize(session.msg("comm_msg", buffers=[b"xyz", b""])))
    assert all(isinstance(buffer, memoryview) for buffer in msg["buffers"])
    assert [bytes(buffer) for buffer in msg["buffers"]] == [b"xyz", b""]


# dates


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-06T07:08:09.123456Z",
        "2024-05-06T07:08:09.123456789Z",
        "2024-05-06T09:08:09.123456+02:00",
        "2024-05-06 07:08:09.123456+0000",
    ],
)
def test_dates_are_read_in_header_and_parent(text: str) -> None:
    header = {**HEADER, "date": text}
    msg = Session(key=KEY).deserialize(
        frames_of(header=header, parent=header, content={"date": text})
    )
    moment = datetime(2024, 5, 6, 7, 8, 9, 123456, UTC)
    assert msg["header"]["date"] == msg["parent_header"]["date"] == moment
    assert msg["content"]["date"] == text


def test_milliseconds_are_read() -> None:
    assert parse_date("2024-05-06T07:08:09.123Z") == datetime(2024, 5, 6, 7, 8, 9, 123000, UTC)


def test_a_date_without_zone_is_local_time() -> None:
    assert parse_date("2024-05-06T07:08:09") == datetime(2024, 5, 6, 7, 8, 9).astimezone()


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01", "2024-05-06T07:08:60Z", "\ud800"])
def test_what_is_no_date_is_kept_as_it_came(text: str) -> None:
    msg = Session(key=KEY).deserialize(frames_of(header={**HEADER, "date": text}))
    assert msg["header"]["date"] == text


@pytest.mark.parametrize("value", [None, 17, ["2024"]])
def test_a_date_that_is_no_string_is_dropped(value: object) -> None:
    msg = Session(key=KEY).deserialize(frames_of(header={**HEADER, "date": value}))
    assert "date" not in msg["header"]


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_the_calendar_can_be_sent_on(text: str) -> None:
    date = parse_date(text)
    assert isinstance(date, datetime)
    assert parse_date(format_date(date)) == date


# properties


@given(objects, objects, st.lists(st.binary(max_size=5), max_size=3), st.sampled_from([b"", KEY]))
@settings(QUICK, max_examples=60)
def test_what_is_sent_is_what_arrives(
    content: dict[str, Any], metadata: dict[str, Any], buffers: list[bytes], key: bytes
) -> None:
    session = Session(key=key)
    parent = session.msg("execute_request")
    msg = session.msg("stream", content, metadata=metadata, parent=parent, buffers=buffers)
    assert plain(session.deserialize(session.serialize(msg, idents=[b"topic"]))) == plain(msg)


@given(st.text(max_size=10))
@settings(QUICK, max_examples=30)
def test_any_text_can_be_sent(text: str) -> None:
    session = Session()
    arrived = session.deserialize(session.serialize(session.msg("x", {"code": text})))
    assert len(arrived["content"]["code"]) <= len(text)


@st.composite
def mutations(draw: st.DrawFn) -> list[bytes]:
    """The frames of a good message with bytes or whole frames changed."""
    frames = copy.copy(frames_of(content={"execution_state": "idle"}, parent=HEADER))
    for _ in range(draw(st.integers(1, 3))):
        if not frames:
            break
        at = draw(st.integers(0, len(frames) - 1))
        change = draw(st.sampled_from(["drop", "repeat", "replace", "cut", "insert"]))
        junk = draw(st.binary(max_size=6) | st.sampled_from([b"null", b"[]", b"1e999", DELIMITER]))
        place = draw(st.integers(0, len(frames[at])))
        if change == "drop":
            del frames[at]
        elif change == "repeat":
            frames.insert(at, frames[at])
        elif change == "replace":
            frames[at] = junk
        elif change == "cut":
            frames[at] = frames[at][:place]
        else:
            frames[at] = frames[at][:place] + junk + frames[at][place:]
    return frames


@given(mutations(), st.booleans())
@settings(QUICK)
def test_whatever_arrives_is_a_message_or_a_wire_error(frames: list[bytes], keyed: bool) -> None:
    session = Session(key=KEY if keyed else b"")
    try:
        msg = session.deserialize(frames)
    except WireError:
        assert session.dropped.total() == 1
    else:
        assert isinstance(msg["msg_id"], str)
        assert isinstance(msg["content"], dict)
        if keyed:  # then nothing that is signed was changed
            assert msg["content"] == {"execution_state": "idle"}


@given(st.lists(st.binary(max_size=30), min_size=4, max_size=4))
@settings(QUICK, max_examples=60)
def test_even_signed_junk_is_at_worst_a_wire_error(body: list[bytes]) -> None:
    session = Session(key=KEY)
    with pytest.raises(WireError, match="Malformed"):
        session.deserialize(signed(body))


def test_the_user_has_the_name_of_the_environment_or_else_of_the_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pwd = pytest.importorskip("pwd")
    monkeypatch.setenv("USER", "ada")
    assert Session().username == "ada"
    monkeypatch.delenv("USER")
    monkeypatch.delenv("USERNAME", raising=False)
    assert Session().username == pwd.getpwuid(os.geteuid()).pw_name
    monkeypatch.setattr(os, "geteuid", lambda: (1 << 31) - 7)
    assert Session().username == "username"
