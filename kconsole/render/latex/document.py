r"""Text with formulas in it; see :func:`kconsole.render.latex.latex_to_text`."""

import re
from collections.abc import Collection, Sequence

from kconsole.render.cells import text_width
from kconsole.render.latex.atoms import Atom
from kconsole.render.latex.box import Unreadable, box
from kconsole.render.latex.commands import DROPPED, DROPPED_WITH_ARGUMENT
from kconsole.render.latex.environments import read_environment
from kconsole.render.latex.formula import MathReader, accented
from kconsole.render.latex.symbols import ACCENTS, BINARY, DELIMITERS, ORDINARY, RELATIONS, names
from kconsole.render.latex.tokens import Tokens
from kconsole.render.visible import make_visible

__all__ = ["formula_of", "text_of"]

#: Longer sources are shown as they are: nobody reads that much of a formula.
_MAX_CHARACTERS = 50_000
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_END = frozenset({""})
_GROUP = frozenset({"}"})
_ROWS = frozenset({"\\\\", "\\cr", ""})
#: What ends a formula, by what began it.
_CLOSERS = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}
#: Environments that stand in a text; the others are parts of formulas.
_OUTERMOST = names(
    "align alignat displaymath eqnarray equation flalign gather longtable math multline tabular"
)
_LONGEST_NAME = 16
_TEXT_COMMANDS = names(
    "text textrm textit textbf texttt textsf textnormal textup textsc mbox emph underline"
    " caption title section subsection subsubsection paragraph"
)
_LISTS = names(
    "center description document enumerate figure flushleft flushright itemize quote table"
)


def text_of(source: str, width: int | None) -> str:
    """Return a source as text."""
    shown = make_visible(source.replace("\r\n", "\n"))
    if len(shown) > _MAX_CHARACTERS or not ("\\" in shown or "$" in shown):
        return shown
    try:
        text = _Reader(shown.strip(), width).document()
    except Unreadable:
        return shown
    return text if text.strip() else shown


def formula_of(source: str, flat: bool, width: int | None) -> str | None:
    """Return a formula as text; None if it cannot be read."""
    shown = make_visible(source)
    if len(shown) > _MAX_CHARACTERS:
        return None
    try:
        return _Reader(shown.strip(), width).whole_formula(flat=flat).strip("\n") or None
    except Unreadable:
        return None


class _Reader:
    """Reads a source that is text with formulas in it.

    :param width: the columns that formulas of several lines may take; None for no bound.
    """

    def __init__(self, source: str, width: int | None) -> None:
        self._width = width
        self._tokens = Tokens(source)
        self._math = MathReader(self._tokens, self._environment, self._argument)

    def document(self) -> str:
        """Read all of it."""
        tokens = self._tokens.all
        closer = _CLOSERS.get(self._tokens.next)
        if closer and tokens[-1] == closer and not {closer, "$$"} & set(tokens[1:-1]):
            self._tokens.take()
            return self._lines({closer}, flat=False)
        if self._is_text():
            pieces = self._pieces(_END)
            return _assembled(pieces)
        return self.whole_formula(flat=False)

    def whole_formula(self, *, flat: bool) -> str:
        """Read all of it as one formula."""
        return self._lines(_END, flat=flat)

    def _lines(self, ends: Collection[str], *, flat: bool) -> str:
        r"""Read a formula of which ``\\`` may make several."""
        start = self._tokens.at
        lines: list[str] = []
        while True:
            formula = self._math.formula({*ends, *_ROWS}, flat=flat)
            lines += (line.rstrip() for line in formula.lines)
            if self._tokens.next in ends:
                break
            self._tokens.take()
        if not flat and self._is_too_wide(lines):
            self._tokens.at = start
            return self._lines(ends, flat=True)
        return ("; " if flat else "\n").join(lines)

    def _is_too_wide(self, lines: Sequence[str]) -> bool:
        """Whether a terminal would cut through what stands on several lines."""
        if self._width is None or len(lines) < 2:
            return False
        return max(map(text_width, lines)) > self._width

    def _environment(self, flat: bool) -> Atom:
        return read_environment(
            self._tokens,
            lambda ends, flat: self._math.formula(ends, flat=flat),
            lambda ends, _: box(" ".join(self._prose(ends).split())),
            flat=flat,
        )

    def _argument(self) -> str:
        """Read ``{…}`` as text of one line."""
        self._tokens.skip_blanks()
        if self._tokens.next != "{":
            return self._tokens.take()
        self._tokens.take()
        text = self._prose(_GROUP)
        self._tokens.take()
        return text.replace("\n", " ")

    def _is_text(self) -> bool:
        """Whether there are formulas within it, in place of it being one."""
        tokens = self._tokens.all
        for index, token in enumerate(tokens):
            if token in _CLOSERS:
                return True
            if token == "\\begin":
                name = "".join(tokens[index + 2 : index + _LONGEST_NAME]).partition("}")[0]
                return name.removesuffix("*") in _OUTERMOST | _LISTS
        return False

    def _prose(self, ends: Collection[str]) -> str:
        """Read text of one line up to one of these tokens, which is not read itself."""
        return "".join(text for text, _ in self._pieces(ends, flat=True))

    def _pieces(self, ends: Collection[str], *, flat: bool = False) -> list[tuple[str, bool]]:
        """Read text, each piece with whether it is displayed on lines of its own."""
        tokens = self._tokens
        pieces: list[tuple[str, bool]] = []
        with tokens.nested():
            while tokens.next not in ends:
                token = tokens.take()
                if token in _CLOSERS:
                    pieces.append(self._inserted(token, flat))
                elif token == "{":
                    pieces.append((self._prose(_GROUP), False))
                    tokens.take()
                elif token == "\\begin":
                    pieces.append(self._begun(flat))
                elif token == "\\item":
                    tokens.skip_blanks()
                    while pieces and not pieces[-1][0].strip():
                        pieces.pop()
                    pieces.append(("\n- ", False))
                elif token[0] == "\\" and len(token) > 1:
                    pieces.append((self._command(token[1:]), False))
                elif token == "}":
                    raise Unreadable
                else:
                    pieces.append((" " if token == "~" else token, False))
        return pieces

    def _inserted(self, opener: str, flat: bool) -> tuple[str, bool]:
        """Read a formula within the text, with what ends it."""
        closer = _CLOSERS[opener]
        block = not flat and opener in ("$$", "\\[")
        ends = {closer, "$$"} if opener == "$" else {closer}
        text = self._lines(ends, flat=not block)
        if self._tokens.next == closer:
            self._tokens.take()
        else:  # "$a$$b$" is two
            self._tokens.split()
        return text, block

    def _begun(self, flat: bool) -> tuple[str, bool]:
        start = self._tokens.at
        if self._tokens.verbatim().removesuffix("*") in _LISTS:
            return "", False
        self._tokens.at = start
        lines = [line.rstrip() for line in self._environment(flat).box.lines]
        if self._is_too_wide(lines):
            self._tokens.at = start
            lines = [self._environment(True).box.text]
        return "\n".join(lines), not flat

    def _command(self, name: str) -> str:
        tokens = self._tokens
        for table in (ORDINARY, BINARY, RELATIONS, DELIMITERS):
            if name in table:
                # TeX takes the blanks behind a command's name for its end.
                if name.isalpha():
                    tokens.skip_blanks()
                return table[name]
        if name in _TEXT_COMMANDS:
            return self._argument()
        if name in ACCENTS and name not in "^~":
            return accented(self._argument(), name)
        if name == "end":
            if tokens.verbatim().removesuffix("*") not in _LISTS:
                raise Unreadable
            return ""
        if name == "multicolumn":
            tokens.verbatim()
            tokens.verbatim()
            return self._argument()
        if name in DROPPED_WITH_ARGUMENT:
            tokens.verbatim()
            return ""
        if name in DROPPED:
            tokens.skip_blanks()
            return ""
        if name in ("\\", "newline", "par"):
            return "\n"
        if name.isalpha():
            return f"\\{name}{tokens.arguments()}"
        return " " if name in ", ;:" else name


def _assembled(pieces: list[tuple[str, bool]]) -> str:
    """Put the pieces of a text together, what is displayed on lines of its own."""
    text: list[str] = []
    after_block = False
    for piece, block in pieces:
        if block:
            while text and not text[-1].strip():
                text.pop()
            text += ["\n" if text else "", piece]
        elif after_block and not piece.strip():
            continue
        else:
            text += ["\n" if after_block else "", piece]
        after_block = block
    return _EMPTY_LINES.sub("\n\n", "".join(text)).strip("\n")
