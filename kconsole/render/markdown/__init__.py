"""Markdown as text for a terminal: as people write it in notebooks, and kernels in their help.

It becomes HTML, as CommonMark defines it, and :mod:`kconsole.render.html` lays that out; so HTML within it
looks as it does elsewhere. The parts; each knows only those before it:

==============  ====================================================================================
``references``  what links may refer to
``tables``      rows of tables
``rawhtml``     where HTML begins and ends
``nodes``       the tree of blocks
``blocks``      lines -> a tree
``code``        what keeps its lines -> HTML
``emphasis``    which ``*``, ``_`` and ``~`` belong together
``inline``      a paragraph -> HTML
``document``    a tree -> HTML
==============  ====================================================================================

They are imported when the first Markdown comes.
"""

from importlib import import_module

from kconsole.render.html import html_to_text
from kconsole.render.visible import make_visible

__all__ = ["markdown_to_text"]

#: What is longer takes a second or more, and is shown as it is.
_MOST_CHARACTERS = 500_000


def markdown_to_text(
    source: str, *, width: int | None = None, color: bool = False, style: str = "default"
) -> str:
    """Return Markdown laid out for a terminal.

    CommonMark, with tables, task lists and ``~~`` of GitHub's dialect, and formulas of notebooks.
    Without colours, headings keep their ``#`` and code its backticks.  Never raises, and takes time in
    proportion to the source, whatever it is.

    :param source: the markup.
    :param width: the columns that there are; None for no bound.
    :param color: use SGR sequences; code is coloured in its language.
    :param style: of code: one of pygments', or ``default``.
    :return: lines without one at the end; "" if there is nothing to be seen. The source itself, controls in
        it made visible, if it has more than 500,000 characters.
    """
    if len(source) > _MOST_CHARACTERS:
        return make_visible(source.replace("\r\n", "\n").rstrip("\n"))
    html: str = import_module("kconsole.render.markdown.document").html_of(
        source, marks=not color, style=style if color else "", width=width
    )
    return html_to_text(html, width=width, color=color)
