"""Frames and JSON."""

import array
import json
from types import MappingProxyType
from typing import Any

import pytest

from kconsole.errors import WireError
from kconsole.protocol.wire import DELIMITER, check_buffers, decode, encode, split

FOUR = [b"{}", b"{}", b"{}", b"{}"]


def test_frames_before_the_delimiter_mean_nothing_and_those_after_the_content_are_buffers() -> None:
    signature, signed, buffers = split(
        [b"a", b"b", DELIMITER, b"sig", b"1", b"2", b"3", b"4", b"x", b"y"]
    )
    assert signature == b"sig"
    assert signed == [b"1", b"2", b"3", b"4"]
    assert buffers == [b"x", b"y"]


def test_a_message_without_topic_begins_with_the_delimiter() -> None:
    assert split([DELIMITER, b"", *FOUR]) == (b"", FOUR, [])


def test_the_first_delimiter_counts() -> None:
    _, _, buffers = split([DELIMITER, b"", *FOUR, DELIMITER])
    assert buffers == [DELIMITER]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda b: memoryview(b + b)[::2]])
def test_frames_may_be_anything_with_the_buffer_protocol(kind: Any) -> None:
    frames = [kind(bytes([byte])) for byte in b"s1234"]
    _, signed, _ = split([bytearray(DELIMITER), *frames])
    assert signed == [b"1", b"2", b"3", b"4"]


def test_a_frame_of_wide_items_is_seen_as_bytes() -> None:
    wide = memoryview(array.array("H", [1, 2]))
    _, _, buffers = split([DELIMITER, b"", *FOUR, wide])
    assert buffers == [wide.tobytes()]


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ([], "no delimiter in 0 frames"),
        ([b"", *FOUR], "no delimiter in 5 frames"),
        ([DELIMITER], "0 frames after the delimiter"),
        ([b"id", DELIMITER, *FOUR], "4 frames after the delimiter"),
        ([DELIMITER, "text", *FOUR], "no buffer"),
        ([DELIMITER, None, *FOUR], "no buffer"),
    ],
)
def test_too_few_frames_are_malformed(frames: list[Any], reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        split(frames)


def test_a_released_frame_is_malformed() -> None:
    frame = memoryview(b"x")
    frame.release()
    with pytest.raises(WireError, match="no buffer"):
        split([DELIMITER, frame, *FOUR])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, None]}, b'{"a":[1,null]}'),
        ({"a": MappingProxyType({})}, b'{"a":{}}'),
        ("é𐐀", '"é𐐀"'.encode()),
        ("\ud801\udc00", '"𐐀"'.encode()),
        ("caf\udce9", '"caf\ufffd"'.encode()),
    ],
)
def test_json_is_compact_utf_8_without_lone_surrogates(value: object, text: bytes) -> None:
    assert encode(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": [float("-inf")]}])
def test_what_json_has_no_number_for_is_not_sent(value: object) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        encode(value)


def test_a_value_that_holds_itself_is_not_sent() -> None:
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(ValueError, match="Circular"):
        encode(circle)


def test_a_bottomless_value_is_not_sent() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ValueError, match="too deeply"):
        encode(value)


def test_an_object_without_json_form_is_not_sent() -> None:
    with pytest.raises(TypeError, match="bytes cannot be sent as JSON"):
        encode({"a": b""})


@pytest.mark.parametrize(
    ("frame", "value"),
    [
        (b' \t\r\n{"a": 1} \t\r\n', {"a": 1}),
        (b'"\xff"', "\ufffd"),
        (b'"\\ud800"', "\ud800"),
        (b"[Infinity, -Infinity]", [float("inf"), float("-inf")]),
        (memoryview(b"null"), None),
    ],
)
def test_json_is_read_leniently(frame: bytes, value: object) -> None:
    assert decode(frame, "content") == value


def test_nan_is_read() -> None:
    assert str(decode(b"NaN", "content")) == "nan"


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"", "content is not JSON"),
        (b"{}{}", "content is not JSON"),
        (b"{", "content is not JSON"),
        (b"[" * 100_000, "content is nested too deeply"),
        (b'{"a":' * 100_000, "content is nested too deeply"),
        (b"1" * 10_000, "content is not JSON"),
        (b"\x0c{}", "content is not JSON"),
        (b"{}\xc2\xa0", "content is not JSON: more follows at character 2"),
    ],
)
def test_what_is_no_json_is_malformed(frame: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        decode(frame, "content")


def test_what_was_encoded_can_be_read_by_others() -> None:
    value = {"text": "a\n\t\x00\u2028", "n": -1.5e300, "deep": [[{}]], "": True}
    assert json.loads(encode(value)) == value


def test_buffers_must_be_buffers_in_one_piece() -> None:
    check_buffers([b"", bytearray(b"x"), memoryview(b"y")])
    with pytest.raises(TypeError, match="buffer 1: str has no buffer protocol"):
        check_buffers([b"", "text"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="buffer 0: not contiguous"):
        check_buffers([memoryview(b"abcd")[::2]])
