"""Numbers of list items, and raised and lowered characters."""

from collections.abc import Callable, Mapping

__all__ = ["lowered", "numeral", "raised"]

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_MOST_ROMAN = 3999
_RAISED = str.maketrans("0123456789+-−=()in", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁱⁿ")
_LOWERED = str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_ORDINALS = frozenset({"st", "nd", "rd", "th", "er", "e", "o", "a", "tm", "®", "™", "*", "†"})


def numeral(number: int, kind: str) -> str:
    """Return the number of a list's item.

    :param kind: ``1``, ``a``, ``A``, ``i`` or ``I``, as the ``type`` of an ``<ol>``.
    """
    text = _KINDS.get(kind.lower(), str)(number)
    return text.upper() if kind in ("A", "I") else text


def raised(text: str) -> str:
    """Return a superscript: in Unicode's if it has all the characters, else behind ``^``."""
    return _moved(text, _RAISED, "^")


def lowered(text: str) -> str:
    """Return a subscript: in Unicode's if it has all the characters, else behind ``_``."""
    return _moved(text, _LOWERED, "_")


def _moved(text: str, table: Mapping[int, int], sign: str) -> str:
    word = text.strip()
    if all(ord(character) in table for character in word):
        return text.translate(table)
    if word.lower() in _ORDINALS or not word[0].isalnum():  # "1st", a footnote's "[1]"
        return text
    return text.replace(word, f"{sign}{word}" if word.isalnum() else f"{sign}({word})", 1)


def _letters(number: int) -> str:
    if number < 1:
        return str(number)
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(97 + letter) + letters
    return letters


def _roman(number: int) -> str:
    if not 1 <= number <= _MOST_ROMAN:
        return str(number)
    numeral = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        numeral += letters * count
    return numeral


_KINDS: Mapping[str, Callable[[int], str]] = {"a": _letters, "i": _roman}
