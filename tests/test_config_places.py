"""On which line a key of a TOML document is: exactly, whatever the values before it look like."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.config.places import key_lines

DOCUMENT = '''\
# a = 1
first = 1 # b = 2

 indented="="
text = """
not_a_key = 1
[not.a.table] \\"""
""""" # ends in two quotes of its own
raw = \'\'\'
also = "no key"
\'\'\'
list = [ # [no.table]
  "]", # x = 1
  { y = 1 },
]
"quoted # key" = 1
"caf\\u00e9" = 2
dotted . "na.me" = 3
inline = { inner = { deep = 1 } }

[table] # [comment]
first = 1
[ "a.b" . c ]
d = ']'
[table.below]
e = 1
[[array]]
f = 1
[[array]]
f = 2
last = 0'''

EXPECTED = {
    ("first",): 2,
    ("indented",): 4,
    ("text",): 5,
    ("raw",): 9,
    ("list",): 12,
    ("quoted # key",): 16,
    ("caf\u00e9",): 17,
    ("dotted",): 18,
    ("dotted", "na.me"): 18,
    ("inline",): 19,
    ("table",): 21,
    ("table", "first"): 22,
    ("a.b",): 23,
    ("a.b", "c"): 23,
    ("a.b", "c", "d"): 24,
    ("table", "below"): 25,
    ("table", "below", "e"): 26,
    ("array",): 27,
    ("array", "f"): 28,
    ("array", "last"): 31,
}


def test_every_form_of_key_is_found_on_its_line_and_nothing_else() -> None:
    tomllib.loads(DOCUMENT)
    assert key_lines(DOCUMENT) == EXPECTED


def test_an_empty_document_has_no_keys() -> None:
    assert key_lines("") == {}
    assert key_lines("\n \n# a = 1") == {}


_VALUES = st.sampled_from(
    [
        "1",
        "-1.5e3",
        "true",
        "1979-05-27 07:32:00Z",
        '"a # = [ \\" "',
        "'\\'",
        '""',
        "''",
        '""""""',
        '"""\n[x]\nk9 = 1\n"""',
        '"""\\\n   "" \\""" """',
        "'''\n\"\"\"\nk9 = 1'''",
        "''''two quotes'''''",
        "[\n  1, # ]\n  '[',\n\n]",
        "[[], [[1]], { a = '}', b.c = [1] }]",
        "{ k1 = 1, k2 = { k3 = ']' } }",
        "{}",
    ]
)
#: How a key may be written, and the names that it then has.
_KEYS = st.sampled_from(
    [
        ("{}", ("{}",)),
        (' "{}" ', ("{}",)),
        ("'{} #='", ("{} #=",)),
        ("t{}.u", ("t{}", "u")),
        ("\tx{} . 'y.z' .0", ("x{}", "y.z", "0")),
    ]
)
_BETWEEN = st.sampled_from(["", "\n", "# [k1]\n", "\n\n  # k2 = 3\n", "\t\n"])
_ENDS = st.sampled_from(["", " # k3 = 1", "\t"])


@given(st.lists(st.tuples(_BETWEEN, st.booleans(), _KEYS, _VALUES, _ENDS), max_size=12))
def test_the_lines_are_those_that_the_document_was_written_with(
    statements: list[tuple[str, bool, tuple[str, tuple[str, ...]], str, str]],
) -> None:
    text = ""
    expected: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, (between, is_table, (form, shape), value, end) in enumerate(statements):
        text += between
        line = text.count("\n") + 1
        key = form.format(f"k{number}")
        names = tuple(name.format(f"k{number}") for name in shape)
        text += f"[{key}]{end}\n" if is_table else f"{key} = {value}{end}\n"
        within = () if is_table else table
        for length in range(1, len(names) + 1):
            expected.setdefault((*within, *names[:length]), line)
        table = names if is_table else table
    tomllib.loads(text)
    assert key_lines(text) == expected


@pytest.mark.parametrize(
    "value",
    ["1\n" + "# x\n" * 100_000, "[" + "'x', " * 100_000 + "]", '"""' + '\\"" ' * 100_000 + '"""'],
    ids=["comments", "list", "text"],
)
def test_a_large_document_is_read_to_its_end(value: str) -> None:
    lines = key_lines(f"a = {value}\nb = 1")
    assert lines == {("a",): 1, ("b",): value.count("\n") + 2}
