"""What stands before an input."""

__all__ = ["continuation", "input_prompt"]


def input_prompt(number: int | None) -> str:
    """``In [n]: ``; without the number where it is not known."""
    return f"In [{' ' if number is None else number}]: "


def continuation(prompt: str) -> str:
    """What stands before the further lines of an input, as wide as its prompt."""
    return "...: ".rjust(len(prompt)) if len(prompt) > 5 else " " * len(prompt)
