"""What a claimant reads: nothing lost, in order, and joined where it has come to wait."""

import threading
from queue import Empty

import pytest

from kconsole.client.inbox import Item, JoiningInbox
from kconsole.errors import ChannelError, KconsoleError
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.session import Session

SESSION = Session()
PARENT = SESSION.msg("execute_request")
NUMBER = 20_000


def piece(text: str, name: str = "stdout") -> Message:
    return SESSION.msg("stream", {"name": name, "text": text}, parent=PARENT)


def filled(*messages: Message, channel: Channel = "iopub") -> JoiningInbox:
    inbox = JoiningInbox()
    for msg in messages:
        inbox.put(Item(channel, msg))
    return inbox


def taken(inbox: JoiningInbox) -> list[str]:
    shown = []
    while not inbox.empty():
        item = inbox.get()
        assert isinstance(item, Item)
        shown.append(item.msg["content"].get("text", item.msg["msg_type"]))
    return shown


def test_what_waits_of_a_stream_is_a_few_messages() -> None:
    inbox = filled(*[piece("x" * 79 + "\n")] * NUMBER)
    assert inbox._queue.qsize() < 60
    assert "".join(taken(inbox)) == ("x" * 79 + "\n") * NUMBER


def test_streams_and_other_messages_keep_their_order() -> None:
    inbox = filled(piece("a"), piece("b"), piece("c", "stderr"), SESSION.msg("status"), piece("d"))
    assert taken(inbox) == ["ab", "c", "status", "d"]


def test_what_was_taken_grows_no_more() -> None:
    inbox = filled(piece("a"))
    first = inbox.get()
    inbox.put(Item("iopub", piece("b")))
    assert isinstance(first, Item)
    assert first.msg["content"]["text"] == "a"
    assert taken(inbox) == ["b"]


def test_control_strings_and_other_channels_are_left_alone() -> None:
    assert taken(filled(piece("a\x1b]0;title"), piece("\x07b"))) == ["a\x1b]0;title", "\x07b"]
    assert taken(filled(piece("a"), piece("b"), channel="shell")) == ["a", "b"]


def test_the_end_comes_behind_what_came_before_it() -> None:
    inbox = filled(piece("a"), piece("b"))
    end = ChannelError("the channels have been stopped")
    inbox.put(end)
    first = inbox.get()
    assert isinstance(first, Item)
    assert first.msg["content"]["text"] == "ab"
    assert inbox.get() is end


def test_an_empty_one_is_waited_for_in_vain() -> None:
    with pytest.raises(Empty):
        JoiningInbox().get(timeout=0.01)


def test_of_what_another_thread_puts_meanwhile_nothing_is_lost() -> None:
    inbox = JoiningInbox()

    def put() -> None:
        for number in range(NUMBER):
            inbox.put(Item("iopub", piece(f"{number}\n")))
        inbox.put(ChannelError("over"))

    thread = threading.Thread(target=put)
    thread.start()
    texts = []
    while not isinstance(item := inbox.get(timeout=30), KconsoleError):
        texts.append(item.msg["content"]["text"])
    thread.join()
    assert "".join(texts) == "".join(f"{number}\n" for number in range(NUMBER))
