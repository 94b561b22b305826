"""What a kernel tells about a thing, as text."""

from collections.abc import Mapping

from kconsole.render.mime import best_text
from kconsole.render.overstrike import overstrikes_to_sgr
from kconsole.render.page import Page
from kconsole.render.sanitise import sanitise
from kconsole.render.sgr import strip_sgr

__all__ = ["best_help", "help_text"]

_WANTED = ("text/markdown",)


def best_help(data: Mapping[str, object], metadata: Mapping[str, object], page: Page) -> str:
    """Return the best of a bundle as text that is not yet sanitised; "" if there is nothing.

    Markdown before all else: kernels that send it (Julia's) write their help in it.
    """
    mime, text = best_text(data, metadata, page, _WANTED)
    return overstrikes_to_sgr(text) if mime == "text/plain" else text


def help_text(data: Mapping[str, object], metadata: Mapping[str, object], page: Page) -> str:
    """Return the best of a bundle, safe for a terminal, without empty lines around it."""
    text = sanitise(best_help(data, metadata, page), "code").strip("\n")
    return text if page.color else strip_sgr(text)
