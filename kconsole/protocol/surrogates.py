"""Halves of characters (lone surrogates): Python's text and JSON can hold them, UTF-8 cannot."""

__all__ = ["has_half_a_character"]


def has_half_a_character(text: str) -> bool:
    """Tell whether there is one in a text, which then cannot be sent to a kernel."""
    return not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text)
