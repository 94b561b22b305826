import pytest

from kconsole.render.cells import cell_width, text_width


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
