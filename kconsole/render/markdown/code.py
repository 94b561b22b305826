"""What keeps its lines, as HTML: code, coloured in its language, and formulas."""

import re
from functools import lru_cache
from html import escape

from pygments.formatters.terminal256 import Terminal256Formatter
from pygments.style import Style
from pygments.token import _TokenType

from kconsole.protocol.replies import LanguageInfo
from kconsole.render.highlight import lexer_for, style_named
from kconsole.render.html.css import SGR_PROPERTY

__all__ = ["code_html", "verbatim_html"]

_LONGEST = 20_000  # characters: half a second for strange input, in which no key is heard
_NAME = re.compile(r"[^\s{},]+")
#: What documentation calls languages, and pygments does not.
_OTHER_NAMES = {
    "jldoctest": "jlcon",
    "julia-repl": "jlcon",
    "jsonc": "json",
    "rconsole": "rconsole",
}


def code_html(code: str, info: str, style: str) -> str:
    """Return source code as HTML that goes into a ``<pre>``.

    :param info: what stands behind the fence: ``python``, ``{r, echo=FALSE}``.
    :param style: one of pygments', or the console's own, for the colours; "" for none.
    """
    name = _NAME.search(info)
    if not style or name is None or len(code) > _LONGEST:
        return escape(code, quote=False)
    word = name[0].lower().removeprefix(".")
    word = _OTHER_NAMES.get(word, word)
    lexer = lexer_for(LanguageInfo(name=word, file_extension=f".{word}"))
    colours = style_named(style)
    pieces = []
    for token, text in lexer.get_tokens(code):
        look = _look(colours, token)
        html = escape(text, quote=False)
        pieces.append(
            f'<span style="{SGR_PROPERTY}: {look}">{html}</span>' if look and text.strip() else html
        )
    return "".join(pieces)


def verbatim_html(html: str, indent: str) -> str:
    """Return a ``<pre>`` with these lines, each behind the indent."""
    # A newline behind the tag does not count (HTML standard, section 13.2.6.4.7).
    lines = (indent + line if line else "" for line in html.split("\n"))
    return "<pre>\n{}</pre>".format("\n".join(lines))


@lru_cache(maxsize=4)
def _parameters(style: type[Style]) -> dict[str, str]:
    """A token's name -> the SGR parameters of its style, as :data:`SGR_PROPERTY` has them."""
    strings = Terminal256Formatter(style=style).style_string
    return {name: start[2:-1].replace(";", "/") for name, (start, _) in strings.items() if start}


def _look(style: type[Style], token: _TokenType) -> str:
    parameters = _parameters(style)
    # A lexer may have kinds of tokens of its own.
    while token.parent is not None and str(token) not in parameters:
        token = token.parent
    return parameters.get(str(token), "")
