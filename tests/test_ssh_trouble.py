"""What ssh says, as OpenSSH 9.2 and others have said it, and what is made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.connect.ssh.trouble import classify, clean
from kconsole.connect.ssh.words import Words

CHANGED = """@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Host key for gpu01 has changed and you have requested strict checking.\r
Host key verification failed.\r
"""
JUMP = """ada@bastion: Permission denied (publickey).
kex_exchange_identification: Connection closed by remote host
Connection closed by UNKNOWN port 65535
"""
UNKNOWN = """No ED25519 host key is known for gpu01 and you have requested strict checking.
Host key verification failed.
"""
WORDS = {
    "ada@gpu01: Permission denied (publickey,password).": (
        "denied",
        "Permission denied (publickey,password)",
    ),
    JUMP: ("denied", "Permission denied (publickey)"),
    "Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\n"
    "Disconnected from 10.0.0.1 port 22": ("denied", "Too many authentication failures"),
    "Unable to negotiate with 10.0.0.1 port 22: no matching host key type found.": (
        "denied",
        "Unable to negotiate with 10.0.0.1 port 22: no matching host key type found",
    ),
    CHANGED: (
        "host_key",
        "the host key has changed (see ssh's warning; ssh-keygen -R removes the old one)",
    ),
    UNKNOWN: (
        "host_key",
        "No ED25519 host key is known for gpu01 and you have requested strict checking",
    ),
    "Host key verification failed.": ("host_key", "Host key verification failed"),
    "ssh: Could not resolve hostname gpu01: Name or service not known": (
        "unreachable",
        "Could not resolve hostname gpu01: Name or service not known",
    ),
    "ssh: connect to host gpu01 port 22: Connection refused": (
        "unreachable",
        "connect to host gpu01 port 22: Connection refused",
    ),
    "ssh: connect to host gpu01 port 22: No route to host": (
        "unreachable",
        "connect to host gpu01 port 22: No route to host",
    ),
    "Connection timed out during banner exchange\nConnection to 127.0.0.1 port 22 timed out": (
        "unreachable",
        "Connection timed out during banner exchange",
    ),
    "kex_exchange_identification: read: Connection reset by peer\n"
    "Connection reset by 10.0.0.1 port 22": ("unreachable", "read: Connection reset by peer"),
    "command-line: line 0: Bad configuration option: foo": (
        "unreachable",
        "Bad configuration option: foo",
    ),
    "channel 2: open failed: administratively prohibited: open failed": (
        "forbidden",
        "administratively prohibited",
    ),
    "channel 8: open failed: connect failed: Connection refused": ("refused", "Connection refused"),
    "channel 8: open failed: connect failed: open failed": ("refused", "open failed"),
    "channel 3: open failed: connect failed: No route to host": ("unopened", "No route to host"),
    "channel 3: open failed: connect failed: Name or service not known": (
        "unopened",
        "Name or service not known",
    ),
    "Timeout, server 127.0.0.1 not responding.": (
        "lost",
        "Timeout, server 127.0.0.1 not responding",
    ),
    "Connection to 127.0.0.1 closed by remote host.": (
        "lost",
        "Connection to 127.0.0.1 closed by remote host",
    ),
    "client_loop: send disconnect: Broken pipe": ("lost", "Broken pipe"),
    "Permission denied, please try again.": ("", "Permission denied, please try again"),
    "This account is currently not available.\n\n": ("", "This account is currently not available"),
    "": ("", ""),
    "\n \n": ("", ""),
}


@pytest.mark.parametrize(("text", "expected"), WORDS.items())
def test_sshs_words_are_understood(text: str, expected: tuple[str, str]) -> None:
    assert classify(text) == expected


def test_only_a_person_helps_against_a_key_or_a_denial() -> None:
    kinds = {classify(text).kind for text in WORDS if classify(text).needs_a_person}
    assert kinds == {"denied", "host_key"}


def test_a_login_that_worked_at_the_second_try_was_not_denied() -> None:
    text = "Permission denied, please try again.\nConnection to gpu01 closed by remote host.\n"
    assert classify(text).kind == "lost"


@given(st.text())
def test_whatever_is_said_becomes_one_line_that_a_terminal_does_not_obey(text: str) -> None:
    assert classify(text).line.isprintable()


@given(st.text())
def test_of_controls_only_line_ends_stay(text: str) -> None:
    assert all(char.isprintable() or char == "\n" for char in clean(text))


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_words_are_the_same_however_they_come_in(pieces: list[bytes]) -> None:
    whole, cut = Words(), Words()
    lines = whole.feed(b"".join(pieces)) + whole.end()
    assert [line for piece in pieces for line in cut.feed(piece)] + cut.end() == lines
    assert cut.text == whole.text == "".join(f"{line}\n" for line in lines)


def test_words_without_end_are_kept_within_bounds() -> None:
    words = Words()
    for _ in range(100):
        assert len(words.feed(b"x" * 3000)) <= 1
    words.feed(b"\nlast\n")
    assert len(words.text) <= 16 * 1024
    assert words.text.endswith("\nlast\n")
