"""HTML as text for a terminal: headings, lists, links, code, and tables that fit the screen.

The parts, in the order in which a document passes them; each knows only those before it, and ``blocks``:

==============  ====================================================================================
``tokens``      markup -> text and tags, in one pass
``css``         what ``style="…"`` and rules for an ``#id`` say that a terminal can show
``flow``        one column of text: open elements, white space, paragraphs
``document``    tags -> blocks; which cell a text belongs to
``wrap``        runs of styled text -> lines
``grid``        rows of cells -> places in a grid (colspan, rowspan)
``columns``     how wide each column is; which ones are left out
``table``       a grid -> lines
``layout``      blocks -> lines
==============  ====================================================================================

They are imported when the first HTML comes.
"""

from importlib import import_module

__all__ = ["html_to_text"]


def html_to_text(html: str, *, width: int | None = None, color: bool = False) -> str:
    """Return what an HTML document or fragment says, laid out for a terminal.

    Never raises, and takes time in proportion to the length, whatever the markup is (HTML standard,
    section 13.2). Elements that are not displayed leave nothing.

    :param html: the markup; what it holds of control characters and escape sequences is taken out
        or shown.
    :param width: the columns that there are; None for no bound. Paragraphs are wrapped at blanks only, so
        that a long word, such as an address, can be copied; tables always fit.
    :param color: use bold, italic, underline and colours, as SGR sequences; each line stands for itself.
    :return: lines without one at the end; "" if there is nothing to be seen.
    """
    text: str = import_module("kconsole.render.html.layout").text_of(html, width, color)
    return text
