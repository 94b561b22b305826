"""A kernel's banner, as it is shown."""

import pytest

from kconsole.render.greeting import banner


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        (" \n", ""),
        ("Python 3\n", "Python 3\n\n"),
        ("\nA\nB", "A\nB\n\n"),
        (" \n  __\n /  \\ \n", "  __\n /  \\\n\n"),
    ],
)
def test_a_banner_stands_above_an_empty_line(text, shown):
    assert banner(text) == shown


def test_a_banner_moves_no_cursor():
    assert "\x1b" not in banner("a\x1b[2Jb")
