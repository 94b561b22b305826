r"""What LaTeX's commands do that are not only characters: tables, by the name without its backslash."""

from collections.abc import Mapping

from kconsole.render.latex.atoms import Kind
from kconsole.render.latex.symbols import BIG, BINARY, ORDINARY, RELATIONS, names

__all__ = [
    "ARROWS",
    "CHARACTERS",
    "CLASSES",
    "CLOSING",
    "DROPPED",
    "DROPPED_WITH_ARGUMENT",
    "FRACTIONS",
    "FUNCTIONS_SPACED",
    "GROUP",
    "LONG_NUMBER",
    "OPENING",
    "PLAIN_GROUPS",
    "PRIMES",
    "RIGHT",
    "ROOTS",
    "ROOT_SIGNS",
    "ROW_ENDS",
    "SPACES",
    "SYMBOLS",
    "TEXTS",
    "UPRIGHT",
]

ROW_ENDS = frozenset({"\\\\", "\\cr", "\\tabularnewline"})
"""What ends a row of an environment."""
CHARACTERS: Mapping[str, tuple[str, Kind]] = {
    "+": ("+", "bin"),
    "-": ("-", "bin"),
    "*": ("*", "bin"),
    "=": ("=", "rel"),
    "<": ("<", "rel"),
    ">": (">", "rel"),
    ",": (",", "punct"),
    ";": (";", "punct"),
    "(": ("(", "open"),
    "[": ("[", "open"),
    ")": (")", "close"),
    "]": ("]", "close"),
    "~": (" ", "space"),
}
OPENING = frozenset(
    {"langle", "lfloor", "lceil", "lbrace", "{", "lvert", "lVert", "lbrack", "lgroup"}
)
CLOSING = frozenset(
    {"rangle", "rfloor", "rceil", "rbrace", "}", "rvert", "rVert", "rbrack", "rgroup"}
)
SPACES: Mapping[str, str] = {
    **dict.fromkeys((",", ":", ";", ">", " ", "\n", "\t", "enspace", "thinspace", "space"), " "),
    **dict.fromkeys(("medspace", "thickspace", "nobreakspace"), " "),
    "quad": "  ",
    "qquad": "    ",
}
DROPPED = names(
    """
    displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag ! / - relax
    big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm mathstrut strut
    rm bf it cal sf tt bfseries itshape normalfont boldmath unboldmath tiny small normalsize large Large
    LARGE huge Huge negthinspace centering allowbreak nobreak displaylimits smash null noindent
    """
)
DROPPED_WITH_ARGUMENT = names("label color hspace vspace phantom hphantom vphantom ref")
TEXTS = names(
    "text textrm textit textbf texttt textsf textnormal textup textsc mbox hbox emph intertext"
)
UPRIGHT = names("mathrm mathit mathsf mathtt mathnormal operatorname operatornamewithlimits")
PLAIN_GROUPS = names("ensuremath underbrace overbrace mathclap cancel bcancel pmb")
CLASSES: Mapping[str, Kind] = {
    "mathord": "ord",
    "mathop": "op",
    "mathbin": "bin",
    "mathrel": "rel",
    "mathopen": "open",
    "mathclose": "close",
    "mathpunct": "punct",
    "mathinner": "inner",
}
FRACTIONS = names("frac dfrac tfrac cfrac nicefrac sfrac")
ROOTS = {"2": "√", "3": "∛", "4": "∜"}
ROOT_SIGNS = frozenset(ROOTS.values())
ARROWS = {
    "xrightarrow": ("─", "→"),
    "xleftarrow": ("←", "─"),
    "xRightarrow": ("═", "⇒"),
    "xleftrightarrow": ("←", "→"),
    "xmapsto": ("↦", "→"),
}
GROUP = frozenset({"}"})
RIGHT = frozenset({"\\right"})
#: A shorter one stands before its letter without a blank: "2x".
LONG_NUMBER = 3
PRIMES = {1: "′", 2: "″", 3: "‴"}
SYMBOLS: tuple[tuple[Mapping[str, str], Kind], ...] = (
    (ORDINARY, "ord"),
    (BINARY, "bin"),
    (RELATIONS, "rel"),
    (BIG, "big"),
)
FUNCTIONS_SPACED = {
    "liminf": "lim inf",
    "limsup": "lim sup",
    "injlim": "inj lim",
    "projlim": "proj lim",
}
