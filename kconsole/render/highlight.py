"""Source code in colours: which lexer a kernel's language takes, and the style.

The default style is in the hues that are in use (:mod:`kconsole.render.style`). The interactive prompt
takes the same one.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from pygments import format as pygments_format
from pygments.formatters.terminal256 import Terminal256Formatter
from pygments.lexer import Lexer
from pygments.lexers.python import PythonLexer
from pygments.lexers.special import TextLexer
from pygments.style import Style
from pygments.styles import get_style_by_name

from kconsole.protocol.replies import LanguageInfo
from kconsole.render.codestyles import code_style
from kconsole.render.ipythonlexer import IPythonLexer
from kconsole.render.lexers import Kind, find_lexer
from kconsole.render.style import palette
from kconsole.render.stylenames import DEFAULT_STYLE, check_style
from kconsole.render.visible import make_visible

__all__ = ["DEFAULT_STYLE", "highlight", "lexer_for", "plain_lexer", "style_named"]

#: Longer code is shown without colours: some lexers take very long for strange input.
_MAX_CHARACTERS = 100_000

#: Not looked up, because the names that IPython's kernels give would import IPython.
_PYTHON: Mapping[str, type[Lexer]] = {
    **dict.fromkeys(("python", "python3", "py"), PythonLexer),
    **dict.fromkeys(IPythonLexer.aliases, IPythonLexer),
}

_OPTIONS = {"stripnl": False, "ensurenl": False}


def style_named(name: str) -> type[Style]:
    """Return a style of pygments by its name, without those of plugins; the default as it is now.

    Raises ValueError, with a reason that makes sense after a place in a file, if there is none.
    """
    if name == DEFAULT_STYLE:
        return code_style(palette())
    check_style(name)
    return get_style_by_name(name)


@lru_cache(maxsize=1)
def _formatter(style: type[Style]) -> Terminal256Formatter[str]:
    return Terminal256Formatter(style=style)


def plain_lexer() -> Lexer:
    """Return the lexer that colours nothing."""
    return TextLexer(**_OPTIONS)


def lexer_for(language: LanguageInfo) -> Lexer:
    """Return the lexer for a kernel's language; one that colours nothing where none is known.

    Tried in this order: the lexer's name that the kernel gives, the language's name, the MIME type,
    the file extension.  Never raises.
    """
    for kind, key in _keys(language):
        if kind == "alias" and key in _PYTHON:
            return _PYTHON[key](**_OPTIONS)
        if lexer := find_lexer(kind, key):
            return lexer
    return plain_lexer()


def highlight(code: str, lexer: Lexer, color: bool, style: type[Style] | None = None) -> str:
    """Return source code safe for a terminal, every control in it made visible.

    :param lexer: from :func:`lexer_for`.
    :param style: from :func:`style_named`; None is the default.
    :param color: False leaves it without colours; code of more than 100,000 characters has none.
    """
    code = make_visible(code.replace("\r\n", "\n"))
    if not color or len(code) > _MAX_CHARACTERS:
        return code
    return pygments_format(lexer.get_tokens(code), _formatter(style or style_named(DEFAULT_STYLE)))


def _keys(language: LanguageInfo) -> Iterator[tuple[Kind, str]]:
    yield "alias", language.pygments_lexer.lower()
    yield "alias", language.name.lower()
    yield "mime", language.mimetype.partition(";")[0].strip().lower()
    yield "pattern", f"*.{language.file_extension.lstrip('.').lower()}"
