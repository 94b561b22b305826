r"""LaTeX's mathematics as boxes of text: the parser.

A recursive descent over :class:`~kconsole.render.latex.tokens.Tokens`, of bounded depth.  Tables say
what a command does; a command that none of them has is kept as it came, with its arguments.
"""

import unicodedata
from collections.abc import Callable, Collection

from kconsole.render.cells import text_width
from kconsole.render.latex.atoms import Atom, Kind, fraction, in_brackets, joined, loose
from kconsole.render.latex.box import Box, Unreadable, beside, box, fence, raised
from kconsole.render.latex.commands import (
    ARROWS,
    CHARACTERS,
    CLASSES,
    CLOSING,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FRACTIONS,
    FUNCTIONS_SPACED,
    GROUP,
    LONG_NUMBER,
    OPENING,
    PLAIN_GROUPS,
    PRIMES,
    RIGHT,
    ROOT_SIGNS,
    ROOTS,
    ROW_ENDS,
    SPACES,
    SYMBOLS,
    TEXTS,
    UPRIGHT,
)
from kconsole.render.latex.symbols import (
    ACCENTS,
    ALPHABETS,
    DELIMITERS,
    FUNCTIONS,
    NEGATED,
    RELATIONS,
    in_alphabet,
    subscript,
    superscript,
)
from kconsole.render.latex.tokens import Tokens

__all__ = ["MathReader", "accented"]


class MathReader:
    """Reads formulas from tokens.

    :param tokens: shared with the reader of text.
    :param environment: reads what follows ``\\begin``, for :mod:`kconsole.render.latex.environments`.
    :param words: reads an argument that is text.
    """

    def __init__(
        self,
        tokens: Tokens,
        environment: Callable[[bool], Atom],
        words: Callable[[], str],
    ) -> None:
        self._tokens = tokens
        self._environment = environment
        self._words = words

    def formula(self, ends: Collection[str], *, flat: bool) -> Box:
        """Read up to a token of `ends`, which is not read itself, as one box.

        :param ends: tokens; "" is the end of the source.
        :param flat: everything on one line, also matrices.
        """
        return self._tokens.charge(joined(self.atoms(ends, flat=flat)))

    def atoms(self, ends: Collection[str], *, flat: bool) -> list[Atom]:
        """Read up to a token of `ends`, which is not read itself."""
        tokens = self._tokens
        atoms: list[Atom] = []
        with tokens.nested():
            while True:
                spaced = tokens.skip_blanks()
                token = tokens.next
                if token in ends:
                    return atoms
                if token in ("\\over", "\\choose"):
                    tokens.take()
                    behind = joined(self.atoms(ends, flat=True))
                    return [_over(joined(atoms), behind, token)]
                new = self._scripted(flat)
                if new:
                    new[0] = new[0]._replace(spaced=spaced or new[0].spaced)
                atoms += new

    def _scripted(self, flat: bool) -> list[Atom]:
        """Read an atom with its scripts."""
        tokens = self._tokens
        atoms = [] if tokens.next in ("^", "_", "'") else self._atom(flat)
        start = tokens.at
        primes, raised_text, lowered = 0, "", ""
        while True:
            blank = tokens.skip_blanks()
            if tokens.next == "'":
                primes += 1
                tokens.take()
            elif tokens.next == "^" and not raised_text:
                tokens.take()
                raised_text = self._script()
            elif tokens.next == "_" and not lowered:
                tokens.take()
                lowered = self._script()
            elif tokens.next in ("\\limits", "\\nolimits"):
                tokens.take()
            else:
                tokens.at -= blank
                break
        if tokens.at == start or not (primes or raised_text or lowered):
            return atoms
        raised_text = PRIMES.get(primes, "′" * primes) + (
            superscript(raised_text) if raised_text else ""
        )
        lowered = subscript(lowered) if lowered else ""
        base = atoms[-1] if atoms else Atom(box(""), "ord")
        scripted = self._with_scripts(base, raised_text, lowered)
        return [*atoms[:-1], scripted]

    def _with_scripts(self, base: Atom, high: str, low: str) -> Atom:
        if not base.box.flat:
            return base._replace(box=self._tokens.charge(raised(base.box, high, low)), kind="ord")
        text = base.box.text
        fragile = loose(text) and base.kind not in ("fence", "name", "op", "rel", "big")
        if fragile or (high and len(text) > 1 and not ROOT_SIGNS.isdisjoint(text)):
            text = text if in_brackets(text) else f"({text})"
        kind = base.kind
        bracketed = "^" in high or "_" in low
        if kind in ("ord", "word", "name", "inner"):
            kind = "inner" if bracketed else "ord"
        elif kind == "op" and bracketed:
            kind = "big"
        return base._replace(box=box(text + low + high), kind=kind)

    def _script(self) -> str:
        return self._argument(tight=True).text

    def _argument(self, *, tight: bool = False) -> Box:
        """Read ``{…}``, or one atom without scripts."""
        tokens = self._tokens
        tokens.skip_blanks()
        if tokens.next == "{":
            tokens.take()
            atoms = self.atoms(GROUP, flat=True)
            tokens.take()
        elif len(tokens.next) == 1 and tokens.next.isalnum():
            return box(tokens.take())
        else:
            with tokens.nested():
                atoms = self._atom(flat=True)
        return tokens.charge(joined(atoms, tight=tight))

    def _atom(self, flat: bool) -> list[Atom]:
        tokens = self._tokens
        token = tokens.take()
        if token == "{":
            return self._group(flat)
        if token[0] == "\\":
            return self._command(token[1:], flat)
        if token in "&}^_#$" or token == "$$":
            raise Unreadable
        if token in CHARACTERS:
            text, kind = CHARACTERS[token]
            return [Atom(box(text), kind)]
        if token == ":":
            if tokens.next == "=":
                return [Atom(box(":" + tokens.take()), "rel")]
            return [Atom(box(":"), "punct")]
        return [self._run(token)]

    def _run(self, token: str) -> Atom:
        """Read the letters, or the digits, that follow one."""
        tokens = self._tokens
        text = [token]
        digits = token.isdigit()
        if digits or token.isalpha():
            while len(tokens.next) == 1 and (
                tokens.next.isdigit() or tokens.next == "." if digits else tokens.next.isalpha()
            ):
                text.append(tokens.take())
        long = len(text) > (LONG_NUMBER if digits else 1)
        return Atom(box("".join(text)), "word" if long else "ord")

    def _group(self, flat: bool) -> list[Atom]:
        atoms = self.atoms(GROUP, flat=flat)
        self._tokens.take()
        if len(atoms) == 1:
            return atoms
        return [Atom(self._tokens.charge(joined(atoms)), "ord")]

    def _command(self, name: str, flat: bool) -> list[Atom]:
        for table, kind in SYMBOLS:
            if name in table:
                return [Atom(box(table[name]), kind)]
        if name in SPACES:
            return [Atom(box(SPACES[name]), "space")]
        if name in FUNCTIONS:
            return [Atom(box(FUNCTIONS_SPACED.get(name, name)), "op")]
        if name in DELIMITERS:
            side: Kind = "open" if name in OPENING else "close" if name in CLOSING else "ord"
            return [Atom(box(DELIMITERS[name]), side)]
        if name in DROPPED:
            return []
        if name in DROPPED_WITH_ARGUMENT:
            if self._tokens.next == "*":
                self._tokens.take()
            self._tokens.verbatim()
            return []
        if name == "begin":
            return [self._environment(flat)]
        if name == "left":
            return [self._left(flat)]
        if name in ("right", "end") or "\\" + name in ROW_ENDS:
            raise Unreadable
        return self._construct(name)

    def _construct(self, name: str) -> list[Atom]:
        """Read a command that has arguments, or that nobody knows."""
        for commands, method in self._CONSTRUCTS:
            if name in commands:
                return method(self, name)
        source = f"\\{name}{self._tokens.arguments()}"
        if not name.isalpha():
            return [Atom(box(name), "ord")]
        return [Atom(box(" ".join(source.split())), "name")]

    def _left(self, flat: bool) -> Atom:
        opening = self._delimiter()
        inner = self.formula(RIGHT, flat=flat)
        self._tokens.take()
        closing = self._delimiter()
        return Atom(self._tokens.charge(fence(opening, inner, closing)), "fence")

    def _delimiter(self) -> str:
        tokens = self._tokens
        tokens.skip_blanks()
        token = tokens.take()
        if token == ".":
            return ""
        if token in "()[]|/":
            return token
        if token in "<>":
            return "⟨" if token == "<" else "⟩"
        if token[1:] in DELIMITERS:
            return DELIMITERS[token[1:]]
        raise Unreadable

    def _fraction(self, name: str) -> list[Atom]:
        return [_over(self._argument(), self._argument(), "\\" + name)]

    def _binomial(self, name: str) -> list[Atom]:
        return [_over(self._argument(), self._argument(), "\\choose")]

    def _root(self, name: str) -> list[Atom]:
        index = " ".join((self._tokens.optional() or "2").split())
        inner = self._argument().text
        sign = ROOTS.get(index)
        if sign is None:
            sign = superscript(index) + "√" if index.isalnum() else f"^({index})√"
        plain = len(inner) == 1 or inner.isdigit() or in_brackets(inner)
        return [Atom(box(sign + (inner if plain else f"({inner})")), "ord")]

    def _text(self, name: str) -> list[Atom]:
        words = self._words()
        bare = " ".join(words.split())
        atoms = [Atom(box(bare), "name" if len(bare) > 1 else "ord")] if bare else []
        before = [Atom(box(" "), "space")] if words[:1].isspace() else []
        return [*before, *atoms, *([Atom(box(" "), "space")] if words[-1:].isspace() else [])]

    def _upright(self, name: str) -> list[Atom]:
        if self._tokens.next == "*":
            self._tokens.take()
        inner = self._argument()
        if name.startswith("operator"):
            return [Atom(inner, "op")]
        return [Atom(inner, "name" if len(inner.text) > 1 else "ord")]

    def _alphabet(self, name: str) -> list[Atom]:
        return [Atom(box(in_alphabet(self._argument().text, name)), "ord")]

    def _accent(self, name: str) -> list[Atom]:
        text = self._argument().text
        each = name.startswith(("overline", "underline", "underbar"))
        if each or text_width(text) <= 1 or name == "bar":
            return [Atom(box(accented(text, name)), "ord")]
        return [Atom(box(f"{name.removeprefix('wide')}({text})"), "inner")]

    def _plain_group(self, name: str) -> list[Atom]:
        return [Atom(self._argument(), "ord")]

    def _classed(self, name: str) -> list[Atom]:
        return [Atom(self._argument(), CLASSES[name])]

    def _above(self, name: str) -> list[Atom]:
        script, base = self._argument(tight=True).text, self._argument().text
        text = base + (subscript(script) if name == "underset" else superscript(script))
        kind: Kind = "rel" if base in RELATIONS.values() or base in "=<>" else "op"
        return [Atom(box(text), kind)]

    def _arrow(self, name: str) -> list[Atom]:
        below = self._tokens.optional()
        tail, head = ARROWS[name]
        label = self._argument().text
        note = f"{label}; {below}" if below and label else label or below or ""
        return [Atom(box(f"{tail}{note}{head}"), "rel")]

    def _boxed(self, name: str) -> list[Atom]:
        return [Atom(fence("[", self._argument(), "]"), "fence")]

    def _not(self, name: str) -> list[Atom]:
        sign = self._argument().text
        return [Atom(box(NEGATED.get(sign, sign[:1] + "\u0338" + sign[1:])), "rel")]

    def _modulo(self, name: str) -> list[Atom]:
        modulus = self._argument().text
        word = "" if name == "pod" else "mod "
        return [Atom(box(f"({word}{modulus})"), "inner")]

    def _middle(self, name: str) -> list[Atom]:
        return [Atom(box(self._delimiter()), "rel")]

    def _tag(self, name: str) -> list[Atom]:
        star = self._tokens.next == "*"
        if star:
            self._tokens.take()
        words = self._words()
        return [Atom(box("  "), "space"), Atom(box(words if star else f"({words})"), "inner")]

    def _substack(self, name: str) -> list[Atom]:
        self._tokens.skip_blanks()
        self._tokens.expect("{")
        lines: list[Box] = []
        while self._tokens.next != "}":
            if lines:
                self._tokens.take()
            lines.append(joined(self.atoms({"}", *ROW_ENDS}, flat=True), tight=True))
        self._tokens.take()
        return [Atom(box(",".join(line.text for line in lines)), "ord")]

    def _coloured(self, name: str) -> list[Atom]:
        self._tokens.verbatim()
        return [Atom(self._argument(), "ord")]

    def _definition(self, name: str) -> list[Atom]:
        """Read over ``{\\name}[1]{…}``: what uses it stays as it is, or is known anyway."""
        self._tokens.verbatim()
        self._tokens.arguments()
        return []

    _CONSTRUCTS: tuple[tuple[Collection[str], Callable[["MathReader", str], list[Atom]]], ...] = (
        (FRACTIONS, _fraction),
        (frozenset({"binom", "dbinom", "tbinom"}), _binomial),
        (frozenset({"sqrt"}), _root),
        (TEXTS, _text),
        (UPRIGHT, _upright),
        (ALPHABETS, _alphabet),
        (ACCENTS, _accent),
        (PLAIN_GROUPS, _plain_group),
        (CLASSES, _classed),
        (frozenset({"overset", "underset", "stackrel"}), _above),
        (ARROWS, _arrow),
        (frozenset({"boxed", "fbox"}), _boxed),
        (frozenset({"not"}), _not),
        (frozenset({"pmod", "pod", "mod"}), _modulo),
        (frozenset({"middle"}), _middle),
        (frozenset({"tag"}), _tag),
        (frozenset({"substack"}), _substack),
        (frozenset({"textcolor", "colorbox"}), _coloured),
        (frozenset({"newcommand", "renewcommand", "providecommand"}), _definition),
    )


def accented(text: str, name: str) -> str:
    """Return a text with an accent on each of its characters."""
    marked = "".join(one if one == " " else one + ACCENTS[name] for one in text)
    return unicodedata.normalize("NFC", marked)


def _over(above: Box, below: Box, command: str) -> Atom:
    if command == "\\choose":
        return Atom(box(f"({above.text} choose {below.text})"), "fence")
    # A box of several lines within cannot stand on one.
    return Atom(fraction(beside([above]), beside([below])), "inner")
