"""The styles of code that are our own: one for each palette, all after the same pattern."""

from collections.abc import Mapping

from pygments.style import Style
from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    String,
    Token,
    _TokenType,
)

from kconsole.render.palette import HUES, Palette

__all__ = ["CODE_STYLES"]


def _styles(palette: Palette) -> dict[_TokenType, str]:
    hues = HUES[palette]
    return {
        Token: "",
        Comment: f"italic {hues.cyan}",
        Comment.Preproc: f"noitalic {hues.cyan}",
        Keyword: f"bold {hues.green}",
        Keyword.Constant: f"nobold {hues.green}",
        Keyword.Type: f"nobold {hues.red}",
        Operator.Word: f"bold {hues.magenta}",
        Name.Builtin: hues.green,
        Name.Class: f"bold {hues.blue}",
        Name.Decorator: hues.magenta,
        Name.Exception: f"bold {hues.red}",
        Name.Function: hues.blue,
        Name.Namespace: f"bold {hues.blue}",
        Name.Tag: f"bold {hues.green}",
        Number: hues.green,
        String: hues.red,
        String.Doc: f"italic {hues.red}",
        String.Escape: f"bold {hues.yellow}",
        String.Interpol: f"bold {hues.magenta}",
        Generic.Heading: "bold",
        Generic.Deleted: hues.red,
        Generic.Inserted: hues.green,
        Error: "",
    }


class _Any(Style):
    name = "kconsole"
    background_color = ""
    styles = _styles("any")


class _Dark(Style):
    name = "kconsole-dark"
    background_color = ""
    styles = _styles("dark")


class _Light(Style):
    name = "kconsole-light"
    background_color = ""
    styles = _styles("light")


class _Dark16(Style):
    name = "kconsole-dark16"
    background_color = ""
    styles = _styles("dark16")


class _Light16(Style):
    name = "kconsole-light16"
    background_color = ""
    styles = _styles("light16")


CODE_STYLES: Mapping[Palette, type[Style]] = {
    "any": _Any,
    "dark": _Dark,
    "light": _Light,
    "dark16": _Dark16,
    "light16": _Light16,
}
"""Each palette's style of code."""
