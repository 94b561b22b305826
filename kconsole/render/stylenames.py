"""The names of the styles of code, without what uses them: a name is checked in some milliseconds."""

from pygments.styles import STYLE_MAP

from kconsole.render.nearest import nearest

__all__ = ["DEFAULT_STYLE", "check_style", "style_names"]

DEFAULT_STYLE = "default"
"""The style of the terminal's own colours."""


def style_names() -> list[str]:
    """Return the names that :func:`check_style` takes."""
    return sorted([*STYLE_MAP, DEFAULT_STYLE])


def check_style(name: str) -> None:
    """Refuse a name that is no style's; those of plugins do not count.

    :raise ValueError: with a reason that makes sense after a place in a file.
    """
    if name not in STYLE_MAP and name != DEFAULT_STYLE:
        near = nearest(name, [*STYLE_MAP, DEFAULT_STYLE])
        hint = f"near it are {', '.join(near)}" if near else "some are monokai, vs and xcode"
        raise ValueError(f"no style is called {name!r}; {hint}")
