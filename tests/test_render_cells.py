import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.render.cells import cell_width, text_width, wrapped


@pytest.mark.parametrize(
    ("character", "width"),
    [
        ("a", 1),
        ("é", 1),
        ("日", 2),
        ("😀", 2),
        ("Ａ", 2),
        ("\u0301", 0),
        ("\u200d", 0),
        ("\xad", 1),
    ],
    ids=ascii,
)
def test_the_columns_of_a_character(character: str, width: int) -> None:
    assert cell_width(character) == width


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("abc", 3), ("日本", 4), ("e\u0301é", 2)], ids=ascii
)
def test_the_columns_of_a_text(text: str, width: int) -> None:
    assert text_width(text) == width


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("ten column", ["ten column"]),
        ("eleven cols", ["eleven", "cols"]),
        ("a b c d e f g", ["a b c d e", "f g"]),
        ("a  b  c d e", ["a  b  c d", "e"]),
        ("日本語 汉语 x", ["日本語", "汉语 x"]),
        ("at /a/long/path is it", ["at /a/long/path is", "it"]),
        ("at /path/to then", ["at", "/path/to", "then"]),
        ("run\xa0it ok x", ["run it ok", "x"]),
        ("please run\xa0it", ["please", "run it"]),
    ],
)
def test_a_text_is_broken_at_its_blanks(text: str, lines: list[str]) -> None:
    assert wrapped(text, 10) == lines


@pytest.mark.parametrize("width", [-1, 0, 13])
def test_nothing_is_broken_where_it_fits_or_no_width_is_known(width: int) -> None:
    assert wrapped("not a long one"[:13], width) == ["not a long on"]


@given(st.text("ab \u0301日", max_size=60), st.integers(2, 12))
def test_no_word_is_lost_and_no_line_of_short_words_is_too_long(text: str, width: int) -> None:
    lines = wrapped(text.strip(), width)
    assert [word for line in lines for word in line.split()] == text.split()
    if all(text_width(word) <= width for word in text.split()):
        assert all(text_width(line) <= width for line in lines)
