"""Which of pygments' lexers has a name, a MIME type or a file pattern."""

from functools import lru_cache
from typing import Literal

from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class, get_all_lexers

__all__ = ["Kind", "find_lexer"]

Kind = Literal["alias", "mime", "pattern"]

#: Every character stays as it is; blocks of code within Markdown do not import lexers of plugins.
_OPTIONS = {"stripnl": False, "ensurenl": False, "handlecodeblocks": False}


def find_lexer(kind: Kind, key: str) -> Lexer | None:
    """Return a lexer of pygments that changes no character.

    :param kind: what the key is.
    :param key: in lower case: ``bash``, ``text/x-python``, ``*.jl``.
    """
    name = _names().get((kind, key))
    lexer = find_lexer_class(name) if name else None
    return lexer(**_OPTIONS) if lexer else None


@lru_cache(maxsize=1)
def _names() -> dict[tuple[Kind, str], str]:
    """Every alias, MIME type and file pattern -> the name of the lexer; the first one wins.

    Without plugins: an unknown language must not import whatever is installed beside us.
    """
    names: dict[tuple[Kind, str], str] = {}
    for name, aliases, patterns, mimes in get_all_lexers(plugins=False):
        by_kind: tuple[tuple[Kind, tuple[str, ...]], ...] = (
            ("alias", aliases),
            ("mime", mimes),
            ("pattern", patterns),
        )
        for kind, keys in by_kind:
            for key in keys:
                names.setdefault((kind, key.lower()), name)
        names.setdefault(("alias", name.lower()), name)
    return names
