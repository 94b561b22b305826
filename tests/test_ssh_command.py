"""ssh's command lines: what they hold, in which order, and what never."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.connect.ssh.command import (
    Forward,
    can_forward,
    forward_argv,
    master_argv,
    unattended,
)
from kconsole.connect.ssh.destination import Destination, parse_destination

FOLDER = Path("/tmp/kc-abc")


def options(argv: list[str]) -> list[str]:
    return [value for flag, value in itertools.pairwise(argv) if flag == "-o"]


def test_the_host_stands_alone_behind_the_dashes_with_a_command_of_every_login_shell() -> None:
    argv = master_argv(Destination("ada", "gpu01", 2222), FOLDER)
    assert argv[argv.index("--") :] == ["--", "gpu01", "exec sh"]
    assert argv[argv.index("-l") + 1] == "ada"
    assert argv[argv.index("-p") + 1] == "2222"
    assert argv[argv.index("-S") + 1] == "/tmp/kc-abc/c"


def test_what_is_not_given_is_left_to_sshs_configuration() -> None:
    argv = master_argv(parse_destination("gpu01"), FOLDER)
    assert not {"-l", "-p", "-i"} & set(argv)


def test_the_users_options_and_key_come_first_as_the_first_value_counts() -> None:
    mine = ["ServerAliveInterval=60", "ProxyJump=bastion"]
    argv = master_argv(Destination("", "gpu01"), FOLDER, options=mine, key="/home/ada/my key")
    assert argv[:7] == ["ssh", "-o", mine[0], "-o", mine[1], "-i", "/home/ada/my key"]
    assert options(argv).index(mine[0]) < options(argv).index("ServerAliveInterval=5")


@pytest.mark.parametrize(("batch", "word"), [(True, "yes"), (False, "no")])
def test_it_asks_only_where_it_may(batch: bool, word: str) -> None:
    assert f"BatchMode={word}" in options(master_argv(Destination("", "a"), FOLDER, batch=batch))


def test_a_hosts_key_is_never_trusted_for_the_user() -> None:
    argv = master_argv(Destination("", "gpu01"), FOLDER, batch=True)
    argv += forward_argv(FOLDER, [Forward(FOLDER / "k1-1", "127.0.0.1", 1)])
    text = " ".join(argv).lower()
    assert "hostkey" not in text
    assert "knownhosts" not in text


def test_forwards_are_ordered_without_any_configuration() -> None:
    forwards = [
        Forward(FOLDER / "k1-1", "127.0.0.1", 5001),
        Forward(FOLDER / "k1-2", "fe80::1", 5002),
        Forward(FOLDER / "k1-3", "/run/a b:50%\\c$d-3"),
    ]
    argv = forward_argv(FOLDER, forwards)
    assert argv[:7] == ["ssh", "-F", "none", "-S", "/tmp/kc-abc/c", "-O", "forward"]
    assert [value for flag, value in itertools.pairwise(argv) if flag == "-L"] == [
        "/tmp/kc-abc/k1-1:127.0.0.1:5001",
        "/tmp/kc-abc/k1-2:[fe80::1]:5002",
        "/tmp/kc-abc/k1-3:/run/a b\\:50%%\\\\c$d-3",
    ]
    assert argv[-2:] == ["--", "x"]
    assert forward_argv(FOLDER, forwards, "cancel") == [
        "cancel" if word == "forward" else word for word in argv
    ]


@pytest.mark.parametrize(
    ("remote", "port", "able"),
    [
        ("127.0.0.1", 5001, True),
        ("fe80::1%eth0", 5001, True),
        ("a]:22:x", 5001, False),
        ("[::1", 5001, False),
        ("a\\", 5001, False),
        ("x" * 1025, 5001, False),
        ("/run/a b:50%\\c$d-3", 0, True),
        ("/" + "x" * 106, 0, True),
        ("/" + "%" * 60, 0, False),
        ("not/whole", 0, False),
        ("@abstract", 0, False),
        ("/a\nb", 0, False),
        # ssh would put our own variable there, for the other computer to see.
        ("/tmp/${AWS_SECRET_ACCESS_KEY}-1", 0, False),
        ("/tmp/${HOME", 0, False),
    ],
)
def test_an_address_that_ssh_would_take_for_another_is_not_forwarded(
    remote: str, port: int, able: bool
) -> None:
    assert can_forward(Forward(FOLDER / "k1-1", remote, port)) is able


@given(st.text(min_size=1).filter(lambda text: text not in {"ssh", "-o"}))
def test_an_option_is_one_argument_whatever_it_holds(option: str) -> None:
    argv = master_argv(Destination("", "gpu01"), FOLDER, options=[option])
    assert argv[1:3] == ["-o", option]


def test_an_unattended_ssh_opens_no_window_either() -> None:
    found = unattended(
        {"HOME": "/home/ada", "SSH_ASKPASS": "/bin/ask", "SSH_ASKPASS_REQUIRE": "force"}
    )
    assert found["SSH_ASKPASS_REQUIRE"] == "never"
    assert found["HOME"] == "/home/ada"
