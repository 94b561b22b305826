"""Contents of requests."""

from typing import Any

import pytest

from kconsole.protocol import requests


def test_an_execute_request_always_has_all_six_fields() -> None:
    assert requests.execute_request("1") == {
        "code": "1",
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": True,
        "stop_on_error": True,
    }


def test_a_silent_cell_is_not_stored() -> None:
    assert requests.execute_request("1", silent=True)["store_history"] is False


@pytest.mark.parametrize("code", [None, b"1", 1])
@pytest.mark.parametrize(
    "build",
    [
        requests.execute_request,
        requests.complete_request,
        requests.inspect_request,
        requests.is_complete_request,
    ],
)
def test_code_must_be_a_string(build: Any, code: object) -> None:
    with pytest.raises(ValueError, match="code must be a string"):
        build(code)


def test_user_expressions_are_sent_along() -> None:
    content = requests.execute_request("1", user_expressions={"a": "b"})
    assert content["user_expressions"] == {"a": "b"}


@pytest.mark.parametrize("expressions", [{1: "a"}, {"a": 1}, {"a": None}])
def test_user_expressions_must_be_strings(expressions: Any) -> None:
    with pytest.raises(ValueError, match="user_expressions"):
        requests.execute_request("1", user_expressions=expressions)


@pytest.mark.parametrize(("given", "sent"), [(None, 4), (2, 2), (-1, 0), (9, 4)])
def test_a_cursor_counts_code_points_and_stays_inside(given: int | None, sent: int) -> None:
    assert requests.complete_request("𐐀𐐀ab", given)["cursor_pos"] == sent
    assert requests.inspect_request("𐐀𐐀ab", given)["cursor_pos"] == sent


def test_a_cursor_must_be_an_integer() -> None:
    with pytest.raises(ValueError, match="cursor_pos must be an integer, not str"):
        requests.complete_request("a", "1")  # type: ignore[arg-type]


def test_an_inspect_request_has_one_of_two_levels() -> None:
    assert requests.inspect_request("a", detail_level=1)["detail_level"] == 1
    with pytest.raises(ValueError, match="detail_level: 2"):
        requests.inspect_request("a", detail_level=2)


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ({}, {"hist_access_type": "range", "session": 0, "start": 0}),
        (
            {"session": -1, "start": 2, "stop": 5},
            {"hist_access_type": "range", "session": -1, "start": 2, "stop": 5},
        ),
        ({"hist_access_type": "tail"}, {"hist_access_type": "tail", "n": 10}),
        ({"hist_access_type": "tail", "n": 3}, {"hist_access_type": "tail", "n": 3}),
        (
            {"hist_access_type": "search", "pattern": "a*"},
            {"hist_access_type": "search", "pattern": "a*", "unique": False},
        ),
    ],
)
def test_a_history_request_has_the_fields_of_its_kind(
    options: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert requests.history_request(**options) == {"raw": True, "output": False, **fields}


def test_a_history_request_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="hist_access_type: 'head'"):
        requests.history_request(hist_access_type="head")  # type: ignore[arg-type]


def test_the_small_requests() -> None:
    assert requests.is_complete_request("a") == {"code": "a"}
    assert requests.comm_info_request() == {}
    assert requests.comm_info_request("w") == {"target_name": "w"}
    assert requests.shutdown_request() == {"restart": False}
    assert requests.shutdown_request(True) == {"restart": True}
    assert requests.input_reply("yes") == {"value": "yes"}


def test_an_input_reply_must_be_a_string() -> None:
    with pytest.raises(ValueError, match="value must be a string, not NoneType"):
        requests.input_reply(None)  # type: ignore[arg-type]
