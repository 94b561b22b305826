"""The styles of code that are our own: one for each palette, all after the same pattern."""

from functools import cache
from types import new_class

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

__all__ = ["code_style"]


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


@cache
def code_style(palette: Palette) -> type[Style]:
    """Return a palette's style of code; it is made when it is asked for first."""
    members = {"name": f"kconsole-{palette}", "background_color": "", "styles": _styles(palette)}
    return new_class(f"Kconsole_{palette}", (Style,), exec_body=lambda body: body.update(members))
