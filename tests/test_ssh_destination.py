"""Destinations of ssh: what is taken apart, and what is refused with which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.connect.ssh.destination import Destination, parse_destination
from kconsole.errors import SshError

GOOD = {
    "gpu01": ("", "gpu01", 0),
    "ada@gpu01": ("ada", "gpu01", 0),
    "ada@gpu01:2222": ("ada", "gpu01", 2222),
    "gpu01:22": ("", "gpu01", 22),
    "10.0.0.7:22": ("", "10.0.0.7", 22),
    "::1": ("", "::1", 0),
    "[::1]": ("", "::1", 0),
    "[::1]:22": ("", "::1", 22),
    "ada@[fe80::1%eth0]:22": ("ada", "fe80::1%eth0", 22),
    "ada@mail.org@gpu01": ("ada@mail.org", "gpu01", 0),
    "DOMAIN\\ada@gpu01": ("DOMAIN\\ada", "gpu01", 0),
    "ssh://ada@gpu01:2222": ("ada", "gpu01", 2222),
    "ssh://ada%40mail.org@gpu01/": ("ada@mail.org", "gpu01", 0),
    "SSH://[::1]:22": ("", "::1", 22),
    "größer": ("", "größer", 0),
}
BAD = {
    "": "the host is missing",
    "ada@": "the host is missing",
    ":22": "the host is missing",
    "ssh://": "the host is missing",
    "@gpu01": "the user is missing",
    "-oProxyCommand=id": "a host cannot begin with -",
    "ada@-oProxyCommand=id": "a host cannot begin with -",
    "ssh://-gpu01": "a host cannot begin with -",
    "[-gpu01]:22": "a host cannot begin with -",
    "-ada@gpu01": "a user cannot begin with -",
    "ssh://%2Dada@gpu01": "a user cannot begin with -",
    "gpu 01": "a host has no blanks or control characters",
    "gpu01\n": "a host has no blanks or control characters",
    "gpu\x1b[2J": "a host has no blanks or control characters",
    "a b@gpu01": "a user has no blanks or control characters",
    "$(id)": "a host has no $",
    "`id`@gpu01": "a user has no `",
    "gpu01:": "the port must be a number from 1 to 65535",
    "gpu01:0": "the port must be a number from 1 to 65535",
    "gpu01:65536": "the port must be a number from 1 to 65535",
    "gpu01:ssh": "the port must be a number from 1 to 65535",
    "gpu01:²²": "the port must be a number from 1 to 65535",
    "[::1]22": "this is no host",
    "gpu01/kernel.json": "this is no host",
    "ssh://gpu01/kernel.json": "this is no host",
    "gpu01:22/kernel.json": "the port must be a number from 1 to 65535",
}


@pytest.mark.parametrize(("text", "parts"), GOOD.items())
def test_a_destination_is_taken_apart(text: str, parts: tuple[str, str, int]) -> None:
    assert parse_destination(text) == Destination(*parts)


@pytest.mark.parametrize(("text", "reason"), BAD.items())
def test_what_is_none_is_refused_in_one_line(text: str, reason: str) -> None:
    with pytest.raises(SshError) as caught:
        parse_destination(text)
    message = str(caught.value)
    assert message.endswith(f": not a destination for ssh: {reason}")
    assert message.isprintable()


@pytest.mark.parametrize("text", ["9@[:", "[:]", "[::1", "[gpu01", "[::1]x"])
def test_half_a_bracket_and_a_colon_alone_are_no_host(text: str) -> None:
    with pytest.raises(SshError, match="this is no host"):
        parse_destination(text)


@pytest.mark.parametrize("text", ["gpu01", "ada@gpu01", "ada@gpu01:2222", "ada@[::1]:22", "::1"])
def test_it_is_shown_as_it_was_given(text: str) -> None:
    assert parse_destination(text).shown == text


@given(st.text(st.sampled_from("a-@:[]/% \n'$9."), max_size=8))
def test_nothing_gets_through_that_ssh_would_take_for_something_else(text: str) -> None:
    try:
        found = parse_destination(text)
    except SshError:
        return
    for name in filter(None, (found.user, found.host)):
        assert not name.startswith("-")
        assert name.isprintable()
        assert not set(name) & set(" '$")
    assert found.host
    assert parse_destination(found.shown) == found
