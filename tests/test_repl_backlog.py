"""What waits for the console: joined, bounded, and what was left out is counted."""

import pytest

from kconsole.client.inbox import Item
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.session import Session
from kconsole.protocol.streams import StreamRun
from kconsole.repl.kernel.backlog import Backlog, Gap

SESSION = Session()
PARENT = SESSION.msg("execute_request")
BOUND = 1_000_000


def msg(msg_type: str, parent: Message = PARENT, **content: object) -> Message:
    return SESSION.msg(msg_type, content, parent=parent)


def piece(text: str, name: str = "stdout") -> Message:
    return msg("stream", name=name, text=text)


def display(text: str, kind: str = "display_data", display_id: str = "a") -> Message:
    data = {"text/plain": text}
    return msg(kind, data=data, metadata={}, transient={"display_id": display_id})


def filled(*messages: Message, channel: Channel = "iopub", at_most: int = BOUND) -> Backlog:
    backlog = Backlog(at_most)
    for each in messages:
        backlog.put(channel, each)
    return backlog


def taken(backlog: Backlog) -> list[object]:
    """All of it: texts, other messages' types, gaps as they are told."""
    shown: list[object] = []
    while (entry := backlog.next()) is not None:
        if isinstance(entry, Gap):
            shown.append(str(entry))
        elif not callable(entry):
            one = entry.msg if isinstance(entry, Item) else entry.message()
            shown.append(one["content"].get("text", one["msg_type"]))
    return shown


@pytest.mark.parametrize("kind", ["comm_open", "comm_msg", "comm_close"])
def test_a_flood_of_comms_is_left_out_as_output_is(kind: str) -> None:
    backlog = filled(*[msg(kind, comm_id="c", data={"state": {"value": "x" * 10_000}})] * 1000)
    assert backlog.weight <= BOUND
    assert len(told(backlog)) == 1


def test_a_flood_of_what_nobody_knows_is_left_out_too() -> None:
    backlog = filled(*[msg("debug_event", event="output", body="x" * 10_000)] * 1000)
    assert 0 < backlog.weight <= BOUND
    assert len(told(backlog)) == 1


@pytest.mark.parametrize("kind", ["status", "execute_result", "error", "pyout", "pyerr", "pyin"])
def test_what_a_cell_comes_to_is_never_left_out(kind: str) -> None:
    results = [msg(kind, text="r" * 10_000)] * 200
    assert taken(filled(*results, *[display("x" * 10_000)] * 200)).count("r" * 10_000) == 200


def told(backlog: Backlog) -> list[str]:
    return [str(each).partition(" not shown")[0] for each in taken(backlog) if "…" in str(each)]


def test_a_hundred_thousand_lines_are_a_few_messages_and_take_little_more_than_their_text() -> None:
    backlog = filled(*[piece("x" * 80 + "\n")] * 100_000, at_most=64_000_000)
    assert backlog.weight < 1.05 * 8_100_000
    texts = taken(backlog)
    assert len(texts) < 300
    assert "".join(map(str, texts)) == ("x" * 80 + "\n") * 100_000
    assert backlog.weight == 0


def test_an_endless_flood_is_bounded_and_all_lines_are_shown_or_counted() -> None:
    backlog = Backlog(BOUND)
    number = 200_000
    heaviest = 0
    for _ in range(number):
        backlog.put("iopub", piece("y" * 80 + "\n"))
        heaviest = max(heaviest, backlog.weight)
    backlog.put("iopub", msg("status"))
    assert heaviest < 1.2 * BOUND
    first, gap, *rest, status = map(str, taken(backlog))
    shown = (first + "".join(rest)).count("\n")
    assert (
        gap
        == f"… {number - shown:,} lines not shown: they came faster than the terminal takes them"
    )
    assert status == "status"
    assert BOUND / 2 < len("".join(rest)) < BOUND


def test_below_the_bound_nothing_is_left_out() -> None:
    texts = [f"{number:7}\n" * 10_000 for number in range(10)]
    assert taken(filled(*map(piece, texts))) == texts


def test_statuses_errors_results_and_replies_come_through() -> None:
    kinds = ["status", "error", "execute_result", "execute_input", "shutdown_reply"]
    backlog = Backlog(BOUND)
    for number in range(500):
        backlog.put("iopub", piece("z" * 50_000))
        backlog.put("iopub", msg(kinds[number % len(kinds)]))
        backlog.put("shell", msg("stream"))
    kept = taken(backlog)
    assert [each for each in kept if each in kinds] == kinds * 100
    assert kept.count("stream") == 500
    assert backlog.weight == 0


def test_a_message_may_be_as_large_as_it_likes() -> None:
    large = "l" * (5 * BOUND)
    for messages in ([piece(large)], [piece(large), msg("status")], [msg("status"), piece(large)]):
        assert large in taken(filled(*messages))
    assert taken(filled(piece(large), piece("\n"), piece("end"))) == [large, "\nend"]


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([piece("a" * 40_000)] * 100, "characters"),
        ([piece("a" * 40_000 + "\n")] * 100, "lines"),
        ([piece("\x1b]0;title\x07\n")] * 2000, "lines"),
        ([display("d" * 40_000)] * 100, "displays"),
        ([msg("comm_msg", data="c" * 40_000)] * 100, "messages"),
        ([msg("clear_output", wait=True)] * 2000, "messages"),
    ],
    ids=["one line", "lines", "titles", "displays", "comms", "clears"],
)
def test_whatever_floods_is_bounded(messages: list[Message], words: str) -> None:
    backlog = filled(*messages)
    assert backlog.weight < 1.2 * BOUND
    [what] = told(backlog)
    assert what.endswith(words)


def test_lines_and_displays_are_told_together() -> None:
    backlog = filled(*[piece("a" * 40_000 + "\n"), display("d" * 40_000)] * 50)
    [what] = told(backlog)
    assert " lines and " in what
    assert what.endswith(" displays")


def test_the_buffers_of_a_message_count() -> None:
    large = msg("comm_msg")
    large["buffers"] = [memoryview(bytes(BOUND))]
    assert filled(large).weight > BOUND


def test_of_two_displays_updated_in_turn_not_every_state_is_kept() -> None:
    backlog = Backlog(BOUND)
    for number in range(2000):
        backlog.put("iopub", display("bar " * 100, "update_display_data", f"bar {number % 2}"))
    assert backlog.weight < 1.2 * BOUND


def test_colours_are_joined_and_other_sequences_are_not() -> None:
    texts = [
        "\x1b[31mred\x1b[0m\n",
        "plain\x1b[K",
        "\x1b[38;5;1mx",
        "\x1b[2Aup",
        "\x1b[3",
        "1mx",
        "\x9b1m",
    ]
    assert taken(filled(*map(piece, texts))) == ["".join(texts[:3]), *texts[3:]]


def step(text: str) -> list[Message]:
    return [msg("clear_output", wait=True), piece(text)]


def test_of_texts_that_each_clear_the_one_before_only_the_last_is_kept() -> None:
    backlog = filled(*(each for number in range(9) for each in step(f"step {number}\n")))
    assert taken(backlog) == ["clear_output", "step 8\n"]
    assert backlog.weight == 0


def test_a_text_stays_until_there_is_more_of_what_clears_it() -> None:
    first = [*step("a"), msg("clear_output", wait=True)]
    assert taken(filled(*first)) == ["clear_output", "a", "clear_output"]
    assert taken(filled(piece("a"), *step("b"))) == ["a", "clear_output", "b"]


@pytest.mark.parametrize(
    "between",
    [
        [display("d")],
        [piece("a"), display("d")],
        [piece("\x1b[31ma")],
        [piece("a", "stderr")],
        [msg("stream", SESSION.msg("execute_request"), name="stdout", text="a")],
    ],
    ids=["a display", "a text and a display", "a colour", "stderr", "another cell's"],
)
def test_what_may_leave_more_than_its_text_is_not_forgotten(between: list[Message]) -> None:
    whole = [msg("clear_output", wait=True), *between, *step("b")]
    assert len(taken(filled(*whole))) == len(whole)


def test_what_is_cleared_at_once_is_not_forgotten() -> None:
    whole = [msg("clear_output", wait=False), piece("a")] * 3
    assert len(taken(filled(*whole))) == len(whole)


def test_a_text_is_cut_to_what_is_wanted() -> None:
    text = "x" * 79 + "\n"
    backlog = filled(*[piece(text)] * 400)
    first = backlog.next(10_000)
    assert isinstance(first, Item)
    assert len(first.msg["content"]["text"]) == 10_080  # to the end of its line
    assert first.msg["content"]["text"] + "".join(map(str, taken(backlog))) == text * 400
    assert backlog.weight == 0


def test_what_is_filtered_out_weighs_nothing() -> None:
    backlog = filled(piece("a"), msg("status"), display("d"))
    backlog.filter(lambda entry: isinstance(entry, Item) and entry.msg["msg_type"] == "status")
    assert backlog.weight == 0
    assert taken(backlog) == ["status"]


def test_a_run_gives_its_first_message_with_all_of_the_text() -> None:
    first = piece("a")
    run = StreamRun(first, "a")
    assert run.message() is first
    assert run.take(piece("b"), "b")
    assert run.message() == {**first, "content": {"name": "stdout", "text": "ab"}}
    assert not run.take(piece("c", "stderr"), "c")
    assert len(run) == 2
