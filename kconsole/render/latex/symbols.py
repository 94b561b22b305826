r"""What LaTeX's names of characters are in Unicode: tables, and scripts made of them.

The names are those of TeX, LaTeX and amsmath with amssymb (``symbols-a4`` in TeX Live lists them).
"""

from collections.abc import Mapping

__all__ = [
    "ACCENTS",
    "ALPHABETS",
    "BIG",
    "BINARY",
    "DELIMITERS",
    "FUNCTIONS",
    "NEGATED",
    "ORDINARY",
    "RELATIONS",
    "in_alphabet",
    "names",
    "subscript",
    "superscript",
]


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def names(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


ORDINARY: Mapping[str, str] = _pairs(r"""
    alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ
    varkappa ϰ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ
    upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω digamma ϝ
    Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
    infty ∞ partial ∂ nabla ∇ hbar ℏ hslash ℏ ell ℓ wp ℘ Re ℜ Im ℑ aleph ℵ beth ℶ gimel ℷ imath ı jmath ȷ
    emptyset ∅ varnothing ∅ forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ top ⊤ bot ⊥ angle ∠ measuredangle ∡
    triangle △ square □ Box □ blacksquare ■ Diamond ◇ lozenge ◊ bigstar ★ prime ′ backprime ‵
    ldots … dots … dotsc … dotsb ⋯ dotsm ⋯ cdots ⋯ vdots ⋮ ddots ⋱ degree ° circledR ® copyright ©
    pounds £ euro € yen ¥ S § P ¶ dag † ddag ‡ checkmark ✓ flat ♭ natural ♮ sharp ♯ clubsuit ♣
    diamondsuit ♢ heartsuit ♡ spadesuit ♠ complement ∁ eth ð mho ℧ surd √ ae æ AE Æ oe œ OE Œ aa å AA Å
    o ø O Ø ss ß l ł L Ł i ı j ȷ textdegree ° textmu µ textendash – textemdash — textbackslash \
    textasciitilde ~ textasciicircum ^ textbar | textless < textgreater > colon :
""")
"""Letters and signs that stand like letters."""

BINARY: Mapping[str, str] = _pairs(r"""
    pm ± mp ∓ times × div ÷ cdot · ast * star ⋆ circ ∘ bullet • cap ∩ cup ∪ uplus ⊎ sqcap ⊓ sqcup ⊔
    vee ∨ lor ∨ wedge ∧ land ∧ setminus ∖ smallsetminus ∖ wr ≀ diamond ⋄ oplus ⊕ ominus ⊖ otimes ⊗
    oslash ⊘ odot ⊙ dagger † ddagger ‡ amalg ⨿ ltimes ⋉ rtimes ⋊ bmod mod boxplus ⊞ boxtimes ⊠ dotplus ∔
    veebar ⊻ barwedge ⊼ bigtriangleup △ bigtriangledown ▽ triangleleft ◁ triangleright ▷ intercal ⊺
""")
"""Operators that stand between two things."""

RELATIONS: Mapping[str, str] = _pairs(r"""
    le ≤ leq ≤ leqslant ⩽ ge ≥ geq ≥ geqslant ⩾ ne ≠ neq ≠ ll ≪ gg ≫ lll ⋘ ggg ⋙ equiv ≡ sim ∼ simeq ≃
    approx ≈ approxeq ≊ cong ≅ propto ∝ varpropto ∝ doteq ≐ triangleq ≜ coloneqq ≔ eqqcolon ≕ asymp ≍
    lesssim ≲ gtrsim ≳ lessgtr ≶ gtrless ≷ prec ≺ succ ≻ preceq ⪯ succeq ⪰ in ∈ ni ∋ owns ∋ notin ∉
    subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ supsetneq ⊋ nsubseteq ⊈ nsupseteq ⊉
    sqsubset ⊏ sqsupset ⊐ sqsubseteq ⊑ sqsupseteq ⊒ vdash ⊢ dashv ⊣ models ⊨ vDash ⊨ Vdash ⊩ perp ⟂
    parallel ∥ nparallel ∦ mid | nmid ∤ bowtie ⋈ smile ⌣ frown ⌢ nleq ≰ ngeq ≱ nless ≮ ngtr ≯ ncong ≇
    lt < gt > therefore ∴ because ∵ between ≬ pitchfork ⋔
    to → gets ← leftarrow ← rightarrow → leftrightarrow ↔ uparrow ↑ downarrow ↓ updownarrow ↕
    Leftarrow ⇐ Rightarrow ⇒ Leftrightarrow ⇔ Uparrow ⇑ Downarrow ⇓ Updownarrow ⇕ implies ⟹ impliedby ⟸
    iff ⟺ longleftarrow ⟵ longrightarrow ⟶ longleftrightarrow ⟷ Longleftarrow ⟸ Longrightarrow ⟹
    Longleftrightarrow ⟺ mapsto ↦ longmapsto ⟼ hookleftarrow ↩ hookrightarrow ↪ leftharpoonup ↼
    leftharpoondown ↽ rightharpoonup ⇀ rightharpoondown ⇁ rightleftharpoons ⇌ leftrightharpoons ⇋
    nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ leadsto ⇝ rightsquigarrow ⇝ twoheadrightarrow ↠
    rightarrowtail ↣ nrightarrow ↛ nleftarrow ↚ nRightarrow ⇏ nLeftarrow ⇍ circlearrowleft ↺
    circlearrowright ↻ curvearrowright ↷ curvearrowleft ↶ rightrightarrows ⇉ leftleftarrows ⇇
    rightleftarrows ⇄ leftrightarrows ⇆ Rrightarrow ⇛ Lleftarrow ⇚ multimap ⊸
""")
"""Relations and arrows."""

NEGATED: Mapping[str, str] = _pairs(
    "= ≠ < ≮ > ≯ ≤ ≰ ≥ ≱ ∈ ∉ ∋ ∌ ⊂ ⊄ ⊃ ⊅ ⊆ ⊈ ⊇ ⊉ ≡ ≢ ∼ ≁ ≃ ≄ ≈ ≉ ≅ ≇ | ∤ ∥ ∦ ⊢ ⊬ ⊨ ⊭ ∃ ∄ → ↛ ← ↚ ⇒ ⇏ ⇐ ⇍"
)
r"""What ``\not`` makes of a sign."""

BIG: Mapping[str, str] = _pairs(r"""
    sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ oiint ∯ bigcap ⋂ bigcup ⋃ bigsqcup ⨆ biguplus ⨄
    bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂ bigodot ⨀ intop ∫ smallint ∫
""")
"""Operators with limits."""

FUNCTIONS = names(
    """
    arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf injlim ker lg lim
    liminf limsup ln log max min projlim Pr sec sin sinh sup tan tanh
    """
)
"""Functions that are written as their name."""

DELIMITERS: Mapping[str, str] = _pairs(r"""
    { { } } lbrace { rbrace } lbrack [ rbrack ] langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉
    lvert | rvert | vert | | ‖ Vert ‖ lVert ‖ rVert ‖ lgroup ( rgroup ) lmoustache ( rmoustache )
    ulcorner ⌜ urcorner ⌝ llcorner ⌞ lrcorner ⌟ lBrack ⟦ rBrack ⟧ llbracket ⟦ rrbracket ⟧ backslash \
    uparrow ↑ downarrow ↓ updownarrow ↕ lparen ( rparen )
""")
"""Brackets, by the name of their command."""

ACCENTS: Mapping[str, str] = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0305", "breve": "\u0306", "dot": "\u0307", "ddot": "\u0308", "dddot": "\u20db",
    "check": "\u030c", "acute": "\u0301", "grave": "\u0300", "mathring": "\u030a", "vec": "\u20d7",
    "overrightarrow": "\u20d7", "overleftarrow": "\u20d6", "overleftrightarrow": "\u20e1",
    "underline": "\u0332", "underbar": "\u0332",
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "r": "\u030a",
}  # fmt: skip
"""The mark that joins each character of what stands below an accent."""

#: First code points of A, a and 0 in the Mathematical Alphanumeric Symbols; 0 where there is none.
ALPHABETS: Mapping[str, tuple[int, int, int]] = {
    "mathbf": (0x1D400, 0x1D41A, 0x1D7CE),
    "Bold": (0x1D400, 0x1D41A, 0x1D7CE),  # which Sage defines
    "boldsymbol": (0x1D400, 0x1D41A, 0x1D7CE),
    "bm": (0x1D400, 0x1D41A, 0x1D7CE),
    "mathbb": (0x1D538, 0x1D552, 0x1D7D8),
    "Bbb": (0x1D538, 0x1D552, 0x1D7D8),
    "mathcal": (0x1D49C, 0x1D4B6, 0),
    "mathscr": (0x1D49C, 0x1D4B6, 0),
    "mathfrak": (0x1D504, 0x1D51E, 0),
}
#: The holes of that block: letters that Unicode had already.
_ELDER: Mapping[int, str] = dict(
    zip(
        (
            *(0x1D49D, 0x1D4A0, 0x1D4A1, 0x1D4A3, 0x1D4A4, 0x1D4A7, 0x1D4A8, 0x1D4AD, 0x1D4BA),
            *(0x1D4BC, 0x1D4C4, 0x1D506, 0x1D50B, 0x1D50C, 0x1D515, 0x1D51D, 0x1D53A, 0x1D53F),
            *(0x1D545, 0x1D547, 0x1D548, 0x1D549, 0x1D551),
        ),
        "ℬℰℱℋℐℒℳℛℯℊℴℭℌℑℜℨℂℍℕℙℚℝℤ",
        strict=True,
    )
)
_BOLD_GREEK = (("Α", "Ω", 0x1D6A8), ("α", "ω", 0x1D6C2))


def in_alphabet(text: str, alphabet: str) -> str:
    r"""Return a text with its letters and digits taken from one of :data:`ALPHABETS`."""
    return "".join(_styled(character, alphabet) for character in text)


def _styled(character: str, alphabet: str) -> str:
    upper, lower, digit = ALPHABETS[alphabet]
    for first, last, start in (("A", "Z", upper), ("a", "z", lower), ("0", "9", digit)):
        if first <= character <= last and start:
            code_point = start + ord(character) - ord(first)
            return _ELDER.get(code_point) or chr(code_point)
    if upper == ALPHABETS["mathbf"][0]:
        for first, last, start in _BOLD_GREEK:
            if first <= character <= last:
                return chr(start + ord(character) - ord(first))
    return character


_SUPERSCRIPTS = str.maketrans(
    "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ′⊤°∘",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ′ᵀ°°",
)
_SUBSCRIPTS = str.maketrans(
    "0123456789+-=()aehijklmnoprstuvxβγρφχ",
    "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
)
#: Signs that stand high anyway.
_HIGH = frozenset("′″‴*†‡°")


def superscript(text: str) -> str:
    """Return a text raised: in Unicode's superscripts, or after a ``^``, in brackets if need be."""
    if all(character in _HIGH for character in text) and text != "*":
        return text
    return _script(text, _SUPERSCRIPTS, "^")


def subscript(text: str) -> str:
    """Return a text lowered; as :func:`superscript`."""
    return _script(text, _SUBSCRIPTS, "_")


def _script(text: str, table: Mapping[int, int], mark: str) -> str:
    if all(ord(character) in table for character in text):
        return text.translate(table)
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"
