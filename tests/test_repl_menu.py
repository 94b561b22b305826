"""The completion menu."""

import pytest
from prompt_toolkit.styles import default_ui_style, merge_styles

from kconsole.repl.screen.looks import look


@pytest.mark.parametrize(
    ("style", "reverse", "bold"),
    [("class:offers", True, False), ("class:offers class:offers.current", False, True)],
)
def test_the_menu_has_the_terminals_own_colours(style: str, reverse: bool, bold: bool) -> None:
    # As the application merges them: prompt_toolkit gives colours to many names.
    attrs = merge_styles([default_ui_style(), look("dark", 256)]).get_attrs_for_style_str(style)
    assert (attrs.color, attrs.bgcolor, attrs.reverse, attrs.bold) == ("", "", reverse, bold)
