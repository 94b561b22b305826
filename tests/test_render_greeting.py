"""A kernel's banner, as it is shown."""

import pytest

from kconsole import __version__
from kconsole.render.greeting import banner, greeting
from kconsole.render.sgr import strip_sgr


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


@pytest.mark.parametrize(("text", "above"), [("", ""), ("Python 3\n", "Python 3\n")])
def test_below_the_banner_a_line_tells_how_to_find_our_commands(text, above):
    own = rf"kconsole {__version__}: \? lists its own commands"
    assert greeting(text, 80, color=False) == f"{above}{own}\n\n"
    assert strip_sgr(greeting(text, 80, color=True)) == greeting(text, 80, color=False)
    assert greeting(text, len(own), color=True) == banner(text)
