import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.render.cells import cell_width, fit, text_width, wrapped


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
        ("\u0600", 1),  # ARABIC NUMBER SIGN
        ("\u1161", 0),  # HANGUL JUNGSEONG A
        ("\u1100", 2),  # HANGUL CHOSEONG KIYEOK
        ("\ue0b0", 1),  # private use
        ("\u0378", 1),  # not assigned
        ("\U0001fa8f", 2),  # SHOVEL, since Unicode 16
        ("\U0001f1eb", 1),
        ("\ufe0f", 0),
    ],
    ids=ascii,
)
def test_the_columns_of_a_character(character: str, width: int) -> None:
    assert cell_width(character) == width


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("日本", 4),
        ("e\u0301é", 2),
        ("\u1112\u1161\u11ab", 2),  # a syllable of three parts
        ("\U0001f1eb\U0001f1f7", 2),  # a flag
    ],
    ids=ascii,
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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("日本語", "日本語"),
        ("日本語x", "日本…"),
        ("e\u0301" * 7, "e\u0301" * 5 + "…"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467\u200dx", "\U0001f468\u200d\U0001f469…"),
    ],
    ids=ascii,
)
def test_a_text_is_cut_between_characters_that_are_seen(text: str, shown: str) -> None:
    assert fit(text, 6) == shown


@given(st.text("ab日\u0301\u200d\U0001f468", max_size=20), st.integers(1, 12))
def test_what_was_cut_fits(text: str, width: int) -> None:
    assert text_width(fit(text, width)) <= width
