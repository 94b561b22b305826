"""What stands before an input."""

from string import Formatter

__all__ = ["DEFAULT_PROMPT", "check_prompt", "continuation", "input_prompt"]

DEFAULT_PROMPT = "In [{n}]: "
_LONGEST = 60  # characters
_LONGEST_SPEC = 4  # characters; a width of billions would have to be made to be measured


def input_prompt(number: int | None, template: str = DEFAULT_PROMPT) -> str:
    """``In [n]: ``; with a blank for the number where it is not known.

    :param template: of :meth:`str.format`, one that :func:`check_prompt` has let pass.
    """
    return template.format(n=" " if number is None else str(number))


def check_prompt(template: str) -> None:
    """Raise ValueError, with a reason that makes sense after a place in a file, if it is no template.

    It is one of :meth:`str.format`, for a single line, in which only ``{n}`` stands for something.
    """
    try:
        parts = [part for part in Formatter().parse(template) if part[1] is not None]
        fields = {name for _, name, _, _ in parts}
        if any(len(spec or "") > _LONGEST_SPEC for _, _, spec, _ in parts):
            raise ValueError("too much behind the colon")
        if fields <= {"n"}:
            shown = input_prompt(None, template)
    except (ValueError, LookupError) as error:  # of a field within the form of a field
        raise ValueError(f"the prompt {template!r} is no format: {error}") from None
    if not fields <= {"n"}:
        raise ValueError(f"the prompt {template!r} has more to fill in than {{n}}, the number")
    if not shown.isprintable():
        raise ValueError(f"the prompt {template!r} is not one line of printable characters")
    if len(shown) > _LONGEST:
        raise ValueError(f"the prompt {template!r} is longer than {_LONGEST} characters")


def continuation(prompt: str) -> str:
    """What stands before the further lines of an input, as wide as its prompt."""
    return "...: ".rjust(len(prompt)) if len(prompt) > 5 else " " * len(prompt)
