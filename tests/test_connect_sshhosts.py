"""The hosts that ssh's own files name: what is a name, what is included, and what is passed over."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.connect.sshhosts import (
    FILES_LIMIT,
    SIZE_LIMIT,
    Config,
    parse_config,
    parse_known_hosts,
    ssh_hosts,
)

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDummy"


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("Host gpu01", ["gpu01"]),
        ("host=gpu01", ["gpu01"]),
        ("  HOST = gpu01 # the fast one", ["gpu01"]),
        ("Host\tgpu01 gpu02\r\n", ["gpu01", "gpu02"]),
        ('Host "gpu01" login.example.com', ["gpu01", "login.example.com"]),
        ("Host * gpu? !gpu03 gpu04 *.example.com", ["gpu04"]),
        ("#Host old\nHost new", ["new"]),
        ("HostName 10.0.0.1\nHostKeyAlias x\nMatch host y", []),
        ('Host "gpu01\nHost gpu02', ["gpu02"]),
        ("Host -oProxyCommand=x $(x) a;b a\x1bb", []),
        ("Host\n\n=\nHost =", []),
    ],
)
def test_the_names_of_a_configuration_file(text: str, hosts: list[str]) -> None:
    assert parse_config(text) == Config(tuple(hosts), ())


def test_included_files_of_a_configuration_file() -> None:
    text = 'Include a b/*\nHost x\n  include "~/with blank" # c\n'
    assert parse_config(text) == Config(("x",), ("a", "b/*", "~/with blank"))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (f"gpu01 {KEY}", ["gpu01"]),
        (f"gpu01,10.0.0.1,fe80::1,gpu01.example.com {KEY} comment", ["gpu01", "gpu01.example.com"]),
        (f"[gpu01]:2222,[10.0.0.1]:2222 {KEY}", ["gpu01:2222"]),
        (f"|1|JfKTdBh7rNbXkVAQCRp4OQoPfmI=|USECr3SWf1JUPsms5AqfD5QfxkM= {KEY}", []),
        (f"@cert-authority *.example.com {KEY}", []),
        (f"@revoked gpu01 {KEY}", []),
        (f"*.example.com,!gpu01,gpu? {KEY}", []),
        (f"# gpu01 {KEY}", []),
        ("gpu01 ssh-rsa", []),
        ("", []),
    ],
)
def test_the_names_of_known_hosts(line: str, names: list[str]) -> None:
    assert parse_known_hosts(f"{line}\n") == tuple(names)


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    for name in (*parse_config(text).hosts, *parse_known_hosts(text)):
        assert name.isprintable()
        assert not set(" *?!|[]$;-") & {name[0]}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh" / "conf.d").mkdir(parents=True)
    return tmp_path


def test_all_that_the_files_name_is_found_once(home: Path) -> None:
    folder = home / ".ssh"
    (folder / "config").write_text(
        "Include conf.d/*.conf ~/more gone\nHost gpu01\nInclude config\n"
    )
    (folder / "conf.d" / "a.conf").write_text("Host a gpu01\nInclude conf.d/b.conf\n")
    (folder / "conf.d" / "b.conf").write_text("Host b\n")
    (folder / "conf.d" / "c.txt").write_text("Host c\n")
    (home / "more").write_text(f"Host more\nInclude {folder / 'conf.d' / 'a.conf'}\n")
    (folder / "known_hosts").write_text(f"known {KEY}\nb {KEY}\n")
    assert ssh_hosts(home) == ["gpu01", "a", "b", "more", "known"]


def test_what_cannot_be_read_is_passed_over(home: Path) -> None:
    folder = home / ".ssh"
    assert ssh_hosts(home / "nobody") == ssh_hosts(home) == []
    os.mkfifo(folder / "fifo")
    (folder / "loop").symlink_to("loop")
    (folder / "binary").write_bytes(b"\xff\xfe\nHost fine\nHost \xff\n")
    (folder / "config").write_text("Include * fifo loop conf.d [ a\0b ~nobody-at-all/x\nHost x\n")
    (folder / "known_hosts").mkdir()
    assert ssh_hosts(home) == ["x", "fine"]


def test_files_without_end_are_not_read_to_their_end(home: Path) -> None:
    folder = home / ".ssh"
    for number in range(FILES_LIMIT + 10):
        (folder / "conf.d" / f"{number:03}").write_text(f"Host h{number}\n")
    (folder / "config").write_text("Include conf.d/*\n")
    long = f"first {KEY}\n" + f"again {KEY}\n" * (SIZE_LIMIT // len(f"again {KEY}\n") - 1)
    (folder / "known_hosts").write_text(f"{long}cut {KEY}{'x' * SIZE_LIMIT}\nlast {KEY}\n")
    names = ssh_hosts(home)
    assert len([name for name in names if name.startswith("h")]) == FILES_LIMIT - 1
    assert names[-2:] == ["first", "again"]
