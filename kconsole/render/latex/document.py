r"""Text with formulas in it; see :func:`kconsole.render.latex.latex_to_text`."""

from collections.abc import Collection

from kconsole.render.latex.atoms import Atom
from kconsole.render.latex.box import Unreadable, box
from kconsole.render.latex.environments import read_environment
from kconsole.render.latex.formula import MathReader, accented
from kconsole.render.latex.symbols import ACCENTS, BINARY, DELIMITERS, ORDINARY, RELATIONS, names
from kconsole.render.latex.tokens import Tokens
from kconsole.render.visible import make_visible

__all__ = ["formula_of", "text_of"]

#: Longer sources are shown as they are: nobody reads that much of a formula.
_MAX_CHARACTERS = 50_000
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
)
_LISTS = frozenset(
    {"itemize", "enumerate", "description", "center", "flushleft", "flushright", "quote"}
)


def text_of(source: str) -> str:
    """Return a source as text."""
    shown = make_visible(source.replace("\r\n", "\n"))
    if len(shown) > _MAX_CHARACTERS or not ("\\" in shown or "$" in shown):
        return shown
    try:
        text = _Reader(shown.strip()).document()
    except Unreadable:
        return shown
    return text if text.strip() else shown


def formula_of(source: str, flat: bool) -> str | None:
    """Return a formula as text; None if it cannot be read."""
    shown = make_visible(source)
    if len(shown) > _MAX_CHARACTERS:
        return None
    try:
        return _Reader(shown.strip()).whole_formula(flat=flat).strip("\n") or None
    except Unreadable:
        return None


class _Reader:
    """Reads a source that is text with formulas in it."""

    def __init__(self, source: str) -> None:
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
        lines: list[str] = []
        while True:
            formula = self._math.formula({*ends, *_ROWS}, flat=flat)
            lines += (line.rstrip() for line in formula.lines)
            if self._tokens.next in ends:
                return ("; " if flat else "\n").join(lines)
            self._tokens.take()

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
        formula = self._environment(flat).box
        return "\n".join(line.rstrip() for line in formula.lines), not flat

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
        if name == "item":
            return "- "
        if name == "end":
            if tokens.verbatim().removesuffix("*") not in _LISTS:
                raise Unreadable
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
    return "".join(text)
