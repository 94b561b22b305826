"""Contents of replies."""

from itertools import starmap, zip_longest
from typing import Any, NamedTuple

import pytest

from kconsole.protocol.events import ErrorOutput
from kconsole.protocol.message import Message
from kconsole.protocol.replies import (
    CompleteReply,
    ExecuteReply,
    HistoryRow,
    InspectReply,
    IsCompleteReply,
    KernelInfo,
    LanguageInfo,
    parse_complete,
    parse_execute_reply,
    parse_history,
    parse_inspect,
    parse_is_complete,
    parse_kernel_info,
)
from kconsole.protocol.session import Session

SESSION = Session()


def message(content: Any, msg_type: str = "reply") -> Message:
    return SESSION.msg(msg_type, content)


# execute


@pytest.mark.parametrize(
    ("content", "reply"),
    [
        (
            {"status": "ok", "execution_count": 2, "payload": [], "user_expressions": {"a": {}}},
            ExecuteReply("ok", 2, (), {"a": {}}),
        ),
        ({}, ExecuteReply("ok")),
        ({"status": None, "payload": None}, ExecuteReply("ok")),
        ({"status": "abort"}, ExecuteReply("aborted")),
        ({"status": "aborted", "ename": "Old"}, ExecuteReply("aborted")),
        (
            {"status": "error", "execution_count": 2},
            ExecuteReply("error", 2, error=ErrorOutput("", "", ())),
        ),
        (
            {"status": "error", "ename": "E", "evalue": "v", "traceback": ["t"]},
            ExecuteReply("error", error=ErrorOutput("E", "v", ("t",))),
        ),
        ({"status": "failed"}, ExecuteReply("error", error=ErrorOutput("", "", ()))),
        (
            {"payload": [{"source": "page"}, None, "x"]},
            ExecuteReply("ok", payload=({"source": "page"},)),
        ),
    ],
)
def test_an_execute_reply_may_be_no_more_than_a_status(
    content: dict[str, Any], reply: ExecuteReply
) -> None:
    assert parse_execute_reply(message(content)) == reply


# kernel_info


def test_a_kernel_info_reply_is_read_whole() -> None:
    content = {
        "status": "ok",
        "protocol_version": "5.3",
        "implementation": "ipython",
        "implementation_version": "9.0",
        "banner": "Python\n",
        "language_info": {
            "name": "python",
            "version": "3.11",
            "mimetype": "text/x-python",
            "file_extension": ".py",
            "pygments_lexer": "ipython3",
            "codemirror_mode": {"name": "ipython", "version": 3},
        },
        "supported_features": ["debugger", "kernel subshells"],
        "help_links": [{"text": "Python", "url": "https://docs.python.org"}],
    }
    info = parse_kernel_info(message(content))
    assert info == KernelInfo(
        "5.3",
        "ipython",
        "9.0",
        "Python\n",
        LanguageInfo("python", "3.11", "text/x-python", ".py", "ipython3", "ipython"),
        frozenset({"debugger", "kernel subshells"}),
        (("Python", "https://docs.python.org"),),
    )
    assert info.has_subshells


def test_a_kernel_info_reply_may_say_nothing() -> None:
    assert parse_kernel_info(message({})) == KernelInfo()
    assert parse_kernel_info(message({"language_info": None})) == KernelInfo()


def test_subshells_are_not_believed_of_kernels_that_wrap_ipykernel() -> None:
    content = {"implementation": "bash_kernel", "supported_features": ["kernel subshells"]}
    assert not parse_kernel_info(message(content)).has_subshells
    assert not parse_kernel_info(message({"implementation": "ipython"})).has_subshells


def test_the_older_ways_to_say_things_are_understood() -> None:
    link = {"url": "https://x"}
    content = {
        "debugger": True,
        "language_info": {"codemirror_mode": "r", "help_links": [link, None, {"text": "no url"}]},
    }
    info = parse_kernel_info(message(content))
    assert info.supported_features == {"debugger"}
    assert info.language_info.codemirror_mode == "r"
    assert info.help_links == (("https://x", "https://x"),)


# is_complete, inspect, history, comm_info


@pytest.mark.parametrize(
    ("content", "reply"),
    [
        ({"status": "incomplete", "indent": "  "}, IsCompleteReply("incomplete", "  ")),
        ({"status": "incomplete"}, IsCompleteReply("incomplete")),
        ({"status": "complete", "indent": 0}, IsCompleteReply("complete")),
        ({"status": "invalid"}, IsCompleteReply("invalid")),
        ({"status": "error"}, IsCompleteReply("unknown")),
        ({}, IsCompleteReply("unknown")),
    ],
)
def test_completeness_is_one_of_four_words(content: dict[str, Any], reply: IsCompleteReply) -> None:
    assert parse_is_complete(message(content)) == reply


@pytest.mark.parametrize(
    ("content", "reply"),
    [
        (
            {"status": "ok", "found": True, "data": {"text/plain": "x"}, "metadata": {"a": 1}},
            InspectReply(True, {"text/plain": "x"}, {"a": 1}),
        ),
        ({"data": {"text/plain": "x"}}, InspectReply(True, {"text/plain": "x"}, {})),
        ({"status": "ok", "found": True, "data": {}}, InspectReply(False, {}, {})),
        (
            {"status": "ok", "found": False, "data": {"text/plain": "x"}},
            InspectReply(False, {}, {}),
        ),
        (
            {"status": "aborted", "found": True, "data": {"text/plain": "x"}},
            InspectReply(False, {}, {}),
        ),
        ({}, InspectReply(False, {}, {})),
    ],
)
def test_inspection_finds_something_or_nothing(
    content: dict[str, Any], reply: InspectReply
) -> None:
    assert parse_inspect(message(content)) == reply


def test_history_has_rows_with_and_without_output() -> None:
    rows = [[1, 2, "a"], [1, 3, ["b", "out"]], [1, 4, ["c", None]], [1, 5, ["d"]], [None, "6", "e"]]
    reply = parse_history(message({"history": rows}))
    assert reply.rows == (
        HistoryRow(1, 2, "a"),
        HistoryRow(1, 3, "b", "out"),
        HistoryRow(1, 4, "c"),
        HistoryRow(1, 5, "d"),
        HistoryRow(0, 0, "e"),
    )


@pytest.mark.parametrize("history", [None, "x", [None, [], [1, 2], [1, 2, None], [1, 2, []]]])
def test_history_rows_that_are_none_are_left_out(history: Any) -> None:
    assert parse_history(message({"history": history})).rows == ()


# complete


def spans(content: dict[str, Any], code: str = "abcdef", cursor: int = 4) -> list[tuple[int, int]]:
    msg = message({"matches": ["x"], **content}, "complete_reply")
    reply = parse_complete(msg, code, cursor)
    return list(reply.spans)


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        (1, 3, (1, 3)),
        (None, None, (4, 4)),
        (None, 2, (2, 2)),
        (1, None, (1, 4)),
        (-3, None, (1, 4)),
        (-3, -1, (1, 3)),
        (-9, 4, (0, 4)),
        (2, 99, (2, 6)),
        (2.0, 3.0, (2, 3)),
        ("1", "2", (4, 4)),
    ],
)
def test_completion_positions_are_mended(start: Any, end: Any, span: tuple[int, int]) -> None:
    assert spans({"cursor_start": start, "cursor_end": end}) == [span]


def test_completion_positions_in_the_wrong_order_complete_nothing() -> None:
    assert spans({"cursor_start": 3, "cursor_end": 1}) == []


def test_completion_positions_count_code_points() -> None:
    assert spans({"cursor_start": 0, "cursor_end": 4}, "𐐀𐐀ab", 4) == [(0, 4)]


def test_protocol_4_completions_replace_what_they_matched() -> None:
    assert spans({"matched_text": "bcd"}) == [(1, 4)]
    assert spans({"matched_text": ""}) == [(4, 4)]


@pytest.mark.parametrize("matches", [None, [], "abc", [None, 1, ""]])
def test_no_matches_are_no_completions(matches: Any) -> None:
    assert parse_complete(message({"matches": matches}), "a", 1) == CompleteReply()


def test_matches_come_once_and_in_order() -> None:
    reply = parse_complete(message({"matches": ["print(", "b", "print("]}), "", 0)
    assert reply == CompleteReply(["print(", "b"], [(0, 0), (0, 0)])


class Completion(NamedTuple):
    """A row of a reply's columns."""

    text: str
    span: tuple[int, int]
    type: str = ""
    signature: str = ""


def details(matches: list[str], types: Any) -> list[Completion]:
    metadata = {"_jupyter_types_experimental": types}
    content = {"matches": matches, "cursor_start": 0, "cursor_end": 2, "metadata": metadata}
    reply = parse_complete(message(content), "abcdef", 2)
    return list(starmap(Completion, zip_longest(*reply, fillvalue="")))


def test_types_are_joined_by_text_whatever_their_order_and_number() -> None:
    types = [
        {"text": "c", "type": "function", "signature": "(x)", "start": 1, "end": 2},
        {"text": "z", "type": "module"},
        {"text": "a", "type": "<unknown>"},
    ]
    assert details(["a", "b", "c", "d"], types) == [
        Completion("a", (0, 2)),
        Completion("b", (0, 2), "module"),
        Completion("c", (1, 2), "function", "(x)"),
        Completion("d", (0, 2)),
    ]


def test_a_type_at_the_same_index_that_belongs_to_another_match_is_not_taken() -> None:
    assert details(["a", "b"], [{"text": "b", "type": "t"}]) == [
        Completion("a", (0, 2)),
        Completion("b", (0, 2), "t"),
    ]


@pytest.mark.parametrize(
    "types",
    [
        None,
        "x",
        [None],
        [{"text": "a", "start": 5, "end": 3}],
        [{"text": "a", "start": -1, "end": 2}],
        [{"text": "a", "start": 1}],
    ],
)
def test_types_that_make_no_sense_are_ignored(types: Any) -> None:
    assert details(["a"], types) == [Completion("a", (0, 2))]
