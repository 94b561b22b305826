"""The tables of kernels and kernelspecs, and their JSON."""

import json
from pathlib import Path

import pytest

from kconsole.client.found import Found
from kconsole.connect.info import ConnectionInfo
from kconsole.connect.specs import KernelSpec, SpecFault, SpecListing
from kconsole.protocol.replies import KernelInfo, LanguageInfo
from kconsole.render.cells import text_width
from kconsole.render.kerneltable import kernel_json, kernel_table, spec_json, spec_table
from kconsole.render.sgr import strip_sgr
from kconsole.render.table import table

UUID = "kernel-0b2c4711-5d5e-4f0b-9a55-b5fb9b6d1d2c.json"
PYTHON = KernelInfo(language_info=LanguageInfo(name="python"))


def found(name=UUID, state="idle", reason="", age_s=7300.0, kernel_name="python3", **known):
    connection = ConnectionInfo(shell_port=1, key=b"secret", kernel_name=kernel_name)
    return Found(Path("/run") / name, state, reason, age_s, connection, **known)


IDLE = found(kernel=PYTHON, pid=4711, memory=212_345_678, clients=2)
BAD = Found(Path("/run/kernel-x.json"), "bad", "is empty", 5.0)
DEAD = found("kernel-dead.json", "dead", age_s=3 * 86400.0)


def test_without_a_screen_nothing_is_cut_and_awk_can_read_it():
    lines = kernel_table([IDLE, DEAD, BAD], {"python3": "python"})
    assert [line.split() for line in lines] == [
        ["STATE", "LANGUAGE", "KERNEL", "PID", "MEM", "AGE", "CLIENTS", "FILE"],
        ["idle", "python", "python3", "4711", "212M", "2h", "2", UUID],
        ["dead", "python", "python3", "-", "-", "3d", "-", "kernel-dead.json"],
        ["bad", "-", "-", "-", "-", "5s", "-", "kernel-x.json", "(is", "empty)"],
    ]


def test_on_a_screen_a_reason_has_a_line_of_its_own():
    lines = kernel_table([IDLE, BAD], {}, columns=80)
    assert lines[-1] == "       (is empty)"
    assert lines[0].index("LANGUAGE") == 7


@pytest.mark.parametrize("columns", [80, 60, 40, 10, 1])
def test_a_table_fits_the_screen(columns):
    names = found("kernel-\u754c" * 9 + ".json", "not-ours", "r" * 200, kernel_name="k" * 30)
    lines = kernel_table([IDLE, names, DEAD, BAD], {}, columns=columns)
    assert max(map(text_width, lines)) <= columns


def test_the_kernels_name_and_the_language_give_way_before_the_file_and_never_the_state():
    long = found("kernel-4711.json", "not-ours", kernel_name="a-long-name-of-a-kernelspec")
    head, line = kernel_table(
        [long], {"a-long-name-of-a-kernelspec": "Wolfram Language"}, columns=72
    )
    assert line.split()[0] == "not-ours"
    assert line.endswith("kernel-4711.json")
    assert "a-lon" in line
    assert "spec" not in line
    assert head.split()[-1] == "FILE"


def test_only_the_state_is_coloured():
    plain = kernel_table([IDLE, DEAD, BAD], {}, columns=80)
    colored = kernel_table([IDLE, DEAD, BAD], {}, columns=80, color=True)
    assert [strip_sgr(line) for line in colored] == plain
    assert colored[1].startswith("\x1b[32midle\x1b[0m ")


def test_nothing_in_a_row_acts_on_the_terminal_or_makes_a_column_more():
    info = KernelInfo(language_info=LanguageInfo(name="\x1b]0;x\x07Wolfram\nLanguage \u202e"))
    evil = found(
        "a\x1b[2J\nb.json", "late", "x\x9b31m\n\x07", kernel_name="py 3\t\x1b[1m", kernel=info
    )
    for columns in (None, 200):
        lines = kernel_table([evil], {}, columns=columns)
        assert all(line.isprintable() for line in lines)
        assert len(lines) == (2 if columns is None else 3)
        assert len(lines[1].split()[:7]) == 7
        assert lines[1].split()[1].startswith("Wolfram")


@pytest.mark.parametrize(
    ("memory", "shown"),
    [
        (0, "0K"),
        (999, "1K"),
        (45_600_000, "46M"),
        (4_560_000, "4.6M"),
        (1_234_000_000, "1.2G"),
        (99_900_000_000, "100G"),
        (5_000_000_000_000, "5.0T"),
        (5_000_000_000_000_000, "5000T"),
    ],
)
def test_memory_is_short(memory, shown):
    assert kernel_table([found(memory=memory)], {})[1].split()[4] == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.2, "0s"), (59.9, "59s"), (60, "1m"), (7199, "1h"), (1e9, "11574d")]
)
def test_an_age_is_short(seconds, shown):
    assert kernel_table([found(age_s=seconds)], {})[1].split()[5] == shown


def test_json_has_the_same_names_whatever_is_known():
    lines = [kernel_json(each, {"python3": "python"}) for each in (IDLE, DEAD, BAD)]
    assert "secret" not in "".join(lines)
    one, dead, bad = map(json.loads, lines)
    assert one == {
        "state": "idle",
        "reason": None,
        "language": "python",
        "kernel_name": "python3",
        "implementation": None,
        "pid": 4711,
        "memory": 212_345_678,
        "age": 7300.0,
        "clients": 2,
        "round_trip": None,
        "transport": "tcp",
        "ip": "127.0.0.1",
        "encrypted": False,
        "file": f"/run/{UUID}",
    }
    assert one.keys() == dead.keys() == bad.keys()
    assert (bad["reason"], bad["language"], bad["ip"]) == ("is empty", None, None)


def test_json_is_one_line_of_ascii_whatever_the_file_is_called():
    line = kernel_json(found("kernel-\udcff\n\x1b[2J\u2028.json"), {})
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["file"] == "/run/kernel-\udcff\n\x1b[2J\u2028.json"


SPECS = SpecListing(
    {
        "r": KernelSpec("r", Path("/k/r"), ("R", "{connection_file}"), "R\x1b[2J 4", "R"),
        "a b": KernelSpec("a b", Path("/k/a b"), ("x",), "A"),
    },
    [SpecFault("rotten", "/k/rotten/kernel.json: is empty")],
)


def test_specs_are_listed_and_broken_ones_with_their_reason():
    assert spec_table(SPECS) == [
        "NAME    LANGUAGE  DISPLAY NAME  WHERE",
        "a_b     -         A             /k/a b",
        "r       R         R 4           /k/r",
        "rotten  -         (broken)      /k/rotten/kernel.json: is empty",
    ]


def test_specs_as_json_have_the_same_names():
    lines = [json.loads(line) for line in spec_json(SPECS)]
    assert lines[1] == {
        "name": "r",
        "language": "R",
        "display_name": "R\x1b[2J 4",
        "directory": "/k/r",
        "argv": ["R", "{connection_file}"],
        "fault": None,
    }
    assert lines[2]["fault"] == "/k/rotten/kernel.json: is empty"
    assert len({tuple(line) for line in lines}) == 1


def test_columns_give_way_in_the_order_asked_for():
    heads, rows = ("A", "B", "C"), [("a" * 20, "b" * 20, "7")]
    assert table(heads, rows, 35, yielding=None)[1] == f"{'a' * 20}  {'b' * 9}…  7"
    assert table(heads, rows, 35, yielding=(0,))[1] == f"{'a' * 9}…  {'b' * 20}  7"
    assert table(heads, [("x", "y", "7"), ("x", "y", "10")], None, right=(2,))[1] == "x  y   7"
