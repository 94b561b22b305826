"""How many texts prompt_toolkit remembers the width of.

It forgets only those of more than 64 characters: of a line that is typed, each key would leave one more for
as long as the console runs. (``_CharSizesCache`` in :mod:`prompt_toolkit.utils`; nothing public sets it.)
"""

from prompt_toolkit.utils import _CharSizesCache

__all__ = ["remember_few_widths"]

_AT_MOST = 500  # some screens of lines


def remember_few_widths() -> None:
    """Have the oldest forgotten from now on, but for those of single characters."""
    _CharSizesCache.LONG_STRING_MIN_LEN = 1
    _CharSizesCache.MAX_LONG_STRINGS = _AT_MOST
