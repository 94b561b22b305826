"""Our own texts can be read on the background that they are for."""

from collections.abc import Iterator

import pytest
from prompt_toolkit.styles import default_ui_style, merge_styles
from pygments.token import STANDARD_TYPES

from kconsole.render.codestyles import code_style
from kconsole.render.palette import (
    HUES,
    Hues,
    Palette,
    Theme,
    colors_of,
    contrast,
    palette_for,
    theme_on,
)
from kconsole.render.sgr import RESET, strip_sgr
from kconsole.render.style import Role, paint, paint_one_of, palette, use_palette
from kconsole.repl.screen.looks import look

Color = tuple[int, int, int]

#: What terminals and well-known themes have as a background.
BACKGROUNDS: dict[Theme, list[str]] = {
    "dark": [
        "000000",
        "0c0c0c",
        "1d1f21",
        "1e1e1e",
        "282828",
        "282a36",
        "2e3440",
        "300a24",
        "002b36",
    ],
    "light": [
        "ffffff",
        "fdf6e3",
        "fbf1c7",
        "eee8d5",
        "eff1f5",
        "f5f5f5",
        "eeeeee",
        "e4e4e4",
        "e1e2e7",
    ],
}
ENOUGH = 4.5  # WCAG 2, success criterion 1.4.3
#: The names that prompt_toolkit may give to what is in the console's layout, and what we call ourselves.
CLASSES = (
    *(
        "prompt",
        "prompt.number",
        "question",
        "pane.head",
        "offers",
        "offers.current",
        "auto-suggestion",
    ),
    *(
        "toolbar",
        "toolbar.separator",
        "toolbar.idle",
        "toolbar.busy",
        "toolbar.warning",
        "toolbar.error",
    ),
    *("control-character", "nbsp", "matching-bracket.other", "matching-bracket.cursor"),
    *("incsearch", "incsearch.current", "selected"),
    *("search-toolbar", "search-toolbar.text", "search-toolbar.prompt"),
)
#: xterm's own sixteen colours, as far as they are in our palettes.
XTERM = {
    "ansired": "cd0000",
    "ansigreen": "00cd00",
    "ansiyellow": "cdcd00",
    "ansiblue": "0000ee",
    "ansimagenta": "cd00cd",
    "ansicyan": "00cdcd",
    "ansibrightred": "ff0000",
    "ansibrightmagenta": "ff00ff",
    "ansibrightcyan": "00ffff",
}


def rgb(text: str) -> Color:
    red, green, blue = bytes.fromhex(text.lstrip("#"))
    return red, green, blue


def shade(number: int) -> Color:
    """One of the 256 colours, from 16 on (xterm's 256colres.h)."""
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3  # type: ignore[return-value]
    levels = (0, 95, 135, 175, 215, 255)
    rest = number - 16
    return levels[rest // 36], levels[rest // 6 % 6], levels[rest % 6]


@pytest.fixture
def use() -> Iterator[None]:
    before = palette()
    yield
    use_palette(before)


themes = pytest.mark.parametrize("theme", ["dark", "light"])
both = pytest.mark.parametrize(
    ("theme", "background"), [(theme, each) for theme in BACKGROUNDS for each in BACKGROUNDS[theme]]
)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.005)
    assert contrast((255, 0, 0), (255, 0, 0)) == 1


@both
def test_the_theme_of_a_background(theme: Theme, background: str) -> None:
    assert theme_on(rgb(background)) == theme
    assert theme_on(None) is None


@both
def test_each_role_can_be_read(theme: Theme, background: str, use: None) -> None:
    use_palette(palette_for(theme, 256))
    roles: list[Role] = ["in", "out", "error", "warning", "note", "label"]
    texts = [paint("x", role, True) for role in roles]
    for text in texts + [paint_one_of("x", number, True) for number in range(6)]:
        assert strip_sgr(text) == "x"
        number = text.removesuffix(f"mx{RESET}").rpartition(";5;")[2]
        assert contrast(shade(int(number)), rgb(background)) >= ENOUGH


@both
def test_all_around_the_input_can_be_read(theme: Theme, background: str) -> None:
    # As the application merges them: prompt_toolkit gives colours to many names.
    style = merge_styles([default_ui_style(), look(palette_for(theme, 256), 256)])
    for name in CLASSES:
        attrs = style.get_attrs_for_style_str(f"class:{name}")
        assert not attrs.dim
        assert not attrs.bgcolor
        if attrs.color:
            assert contrast(rgb(attrs.color), rgb(background)) >= ENOUGH, name


@pytest.mark.parametrize("name", ["any", "dark16", "light16"])
def test_with_sixteen_colours_what_is_faint_is_dim_and_no_shade(name: Palette) -> None:
    style = merge_styles([default_ui_style(), look(name, 16)])
    for part in ("auto-suggestion", "toolbar", "toolbar.separator"):
        attrs = style.get_attrs_for_style_str(f"class:{part}")
        assert (attrs.color, attrs.dim) == ("", True)


@both
def test_code_can_be_read(theme: Theme, background: str) -> None:
    style = code_style(palette_for(theme, 256))
    for token in STANDARD_TYPES:
        attrs = style.style_for_token(token)
        assert attrs["bgcolor"] is None
        if attrs["color"]:
            assert contrast(rgb(attrs["color"]), rgb(background)) >= ENOUGH, token


@pytest.mark.parametrize(("theme", "background"), [("dark", "000000"), ("light", "ffffff")])
def test_with_sixteen_colours_those_are_left_out_that_xterm_does_not_let_one_read(
    theme: Theme, background: str
) -> None:
    hues = HUES[palette_for(theme, 16)]
    for hue in set(hues) - {"dim"}:
        assert contrast(rgb(XTERM[hue]), rgb(background)) >= ENOUGH - 0.1, hue


@pytest.mark.parametrize("name", HUES)
def test_what_is_shown_depends_on_the_palette_and_never_vanishes(name: Palette, use: None) -> None:
    use_palette(name)
    assert palette() == name
    assert paint("x", "in", False) == "x"
    hidden = {"ansiblack", "ansiwhite", "ansibrightblack", "ansigray", "ansibrightwhite"}
    assert not set(HUES[name]) & hidden
    assert len(HUES[name]) == len(Hues._fields)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("any", "\x1b[32mx\x1b[0m"),
        ("dark", "\x1b[38;5;114mx\x1b[0m"),
        ("light16", "\x1b[34mx\x1b[0m"),
    ],
)
def test_hues_become_parameters_of_sgr(name: Palette, text: str, use: None) -> None:
    use_palette(name)
    assert paint("x", "in", True) == text


def test_bright_colours_and_greys_too(use: None) -> None:
    use_palette("dark16")
    assert paint("x", "error", True) == "\x1b[1;91mx\x1b[0m"
    assert paint("x", "note", True) == "\x1b[2mx\x1b[0m"
    use_palette("dark")
    assert paint("x", "note", True) == "\x1b[38;5;248mx\x1b[0m"


@pytest.mark.parametrize(
    ("environ", "colors"),
    [
        ({"TERM": "xterm"}, 16),
        ({}, 16),
        ({"TERM": "linux"}, 16),
        ({"TERM": "xterm-256color"}, 256),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, 1 << 24),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, 1 << 24),
        ({"TERM": "xterm-kitty"}, 1 << 24),
        ({"TERM": "xterm-direct"}, 1 << 24),
        ({"TERM": "screen-256color", "COLORTERM": "1"}, 256),
    ],
)
def test_how_many_colours_a_terminal_has(environ: dict[str, str], colors: int) -> None:
    assert colors_of(environ) == colors


@themes
def test_a_theme_without_many_colours_is_told_in_sixteen(theme: Theme) -> None:
    assert palette_for(theme, 16) == f"{theme}16"
    assert palette_for(theme, 1 << 24) == theme
    assert palette_for(None, 1 << 24) == "any"
