r"""LaTeX as text that can be read in a terminal: formulas in Unicode.

The parts; each knows only those before it:

================  ==================================================================================
``symbols``       what commands are in Unicode
``box``           formulas of one or more lines, and how they stand together
``atoms``         the pieces of a formula, and the blanks between
``tokens``        a source, and how far it has been read
``commands``      what commands do that are no characters
``formula``       tokens -> a box
``environments``  matrices, cases, aligned equations, tables
``document``      text with formulas in it
================  ==================================================================================

They are imported when the first LaTeX comes.
"""

from importlib import import_module

__all__ = ["latex_to_text", "math_to_text"]


def latex_to_text(source: str, *, width: int | None = None) -> str:
    r"""Return LaTeX as Unicode, in one line or, for what needs it, several.

    A command that is not known stays as it came, with its arguments; where that does not do (an unknown
    environment, a missing bracket, more levels than somebody would write) the whole source does.

    :param source: text with formulas in ``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]`` or an environment of
        amsmath; a single formula may come without any of them.
    :param width: the columns that there are; None for no bound.  What needs several lines and would be
        wider is written on one, which a terminal may break.
    :return: plain text, controls in it made visible, without a newline at its end.  Never raises, and
        takes time in proportion to the source.
    """
    text: str = import_module("kconsole.render.latex.document").text_of(source, width)
    return text


def math_to_text(source: str, *, flat: bool, width: int | None = None) -> str | None:
    """Return one formula, given without what delimits it.

    :param flat: on one line, as it has to stand within a text: matrices too.
    :param width: as for :func:`latex_to_text`.
    :return: as :func:`latex_to_text`; None if it cannot be read.
    """
    text: str | None = import_module("kconsole.render.latex.document").formula_of(
        source, flat, width
    )
    return text
