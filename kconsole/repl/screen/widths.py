"""The widths of texts that prompt_toolkit remembers: how many of them, and those of flags.

It forgets only those of more than 64 characters: of a line that is typed, each key would leave one more for
as long as the console runs. (``_CharSizesCache`` in :mod:`prompt_toolkit.utils`; nothing public sets it.)
"""

from prompt_toolkit.utils import _CHAR_SIZES_CACHE, _CharSizesCache

__all__ = ["remember_few_widths"]

_AT_MOST = 500  # some screens of lines
#: Two of them are a flag of two columns; what prompt_toolkit measures with may say two for each.
_REGIONAL_INDICATORS = [chr(number) for number in range(0x1F1E6, 0x1F200)]


def remember_few_widths() -> None:
    """Have the oldest forgotten from now on, but for those of single characters, and know flags."""
    _CharSizesCache.LONG_STRING_MIN_LEN = 1
    _CharSizesCache.MAX_LONG_STRINGS = _AT_MOST
    _CHAR_SIZES_CACHE.update(dict.fromkeys(_REGIONAL_INDICATORS, 1))
