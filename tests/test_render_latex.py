r"""LaTeX as text: what is read, what is not, and that nothing takes long or raises.

``python -m tests.test_render_latex`` writes ``tests/latex/sympy.txt`` anew; then look at it.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.render.latex import latex_to_text, math_to_text

SYMPY = Path(__file__).parent / "latex" / "sympy.tex"

ONE_LINE = [
    (r"\alpha + \beta \leq \gamma", "α + β ≤ γ"),
    (r"x^{2} + 2 x y - 1", "x² + 2xy - 1"),
    (r"-x + (-y) = -\frac{x}{y}", "-x + (-y) = -x/y"),
    (r"x_{n+1} = x_n^2 + a_{i,j}", "xₙ₊₁ = xₙ² + a_(i,j)"),
    (r"e^{i\pi} + e^{-x^2/2} + e^\infty", "e^(iπ) + e^(-x²/2) + e^∞"),
    (r"\frac{x + 1}{2 \pi} + \frac1n", "(x + 1)/(2π) + 1/n"),
    (r"\frac{d^2 y}{d x^2} \frac{\partial f}{\partial x}", "d²y/dx² ∂f/∂x"),
    (r"\frac{\sin x}{x} \frac{\frac{a}{b}}{\sin(x)}", "(sin x)/x (a/b)/sin(x)"),
    (r"{a \over b} + {n \choose k} + \binom{n}{k}", "a/b + (n choose k) + (n choose k)"),
    (r"\sqrt{2} \sqrt[3]{x+1} \sqrt[n]{x}^2", "√2∛(x + 1)(ⁿ√x)²"),
    (r"\sum_{i=0}^{n} i \prod\limits_{k} a_k", "∑ᵢ₌₀ⁿ i ∏ₖ aₖ"),
    (r"\int_{0}^{\infty} e^{-x}\, dx", "∫₀^∞ e⁻ˣ dx"),
    (r"\lim_{x \to 0} \frac{\sin{\left(x \right)}}{x}", "lim_(x→0) sin(x)/x"),
    (r"2 \sin x \log_{10}(y) \max_{i} a", "2 sin x log₁₀(y) maxᵢ a"),
    (r"x \in \mathbb{R}, A \subseteq B \cup C", "x ∈ ℝ, A ⊆ B ∪ C"),
    (r"\forall x \exists y : \neg p \land q \implies r", "∀x∃y: ¬p ∧ q ⟹ r"),
    (r"a \not\in B \not= c", "a ∉ B ≠ c"),
    (r"\mathbf{v} \mathcal{L} \mathfrak{g} \mathrm{d}x", "𝐯ℒ𝔤dx"),
    (r"\vec{v} \bar{x} \hat{H} \overline{AB} \widehat{xyz}", "v⃗x̄ĤA̅B̅ hat(xyz)"),
    (r"\left\{x \middle| x > 0\right\} \left.f\right|_{x=0}", "{x | x > 0}f|ₓ₌₀"),
    (r"\left\lfloor{x}\right\rfloor \left\| v \right\| \langle a, b\rangle", "⌊x⌋‖v‖⟨a, b⟩"),
    (r"f''(x) + f'^2 + A^\top + 90^\circ", "f″(x) + f′² + Aᵀ + 90°"),
    (r"x \text{ if } y, z\text{ otherwise}", "x if y, z otherwise"),
    (r"\operatorname*{argmax}_\theta p(x|\theta)", "argmax_θ p(x|θ)"),
    (r"a \equiv b \pmod{n}, a \bmod 2", "a ≡ b (mod n), a mod 2"),
    (r"A \xrightarrow{f} B \overset{f}{\to} C", "A ─f→ B →ᶠ C"),
    (r"{}_{2}F_{1} + \underbrace{a + b}_{2}", "₂F₁ + (a + b)₂"),
    (r"\displaystyle \color{red}{x} + \textcolor{red}{y} \label{e} \quad z", "x + y  z"),
    (r"100\,\mathrm{kg} = 10\% \cdot \$5", "100 kg = 10% · $5"),
    (r"bar foo + 2 foo + 15000.0 x", "bar foo + 2 foo + 15000.0 x"),
    (r"\mathbf{\alpha\Omega 1} := \liminf x", "𝛂𝛀𝟏 := lim inf x"),
    (r"\left< x \right> \left\uparrow y \right.", "⟨x⟩↑y"),
    (r"f(1,2) = 1,000", "f(1,2) = 1,000"),
    (r"\sum_{\substack{i<n\\j<n}} a", "∑_(i<n,j<n) a"),
    (r"\SI{3}{\meter} + \unknown[x]{\frac{a}{b}}y", r"\SI{3}{\meter} + \unknown[x]{\frac{a}{b}} y"),
]


@pytest.mark.parametrize(("source", "text"), ONE_LINE)
def test_a_formula_on_one_line(source: str, text: str) -> None:
    assert latex_to_text(f"${source}$") == text
    assert latex_to_text(f"$\\displaystyle {source}$") == text
    assert math_to_text(source, flat=True) == text


SEVERAL_LINES = [
    (
        r"A = \left[\begin{matrix}1 & -20\\3 & 4\end{matrix}\right]^{T}",
        """
A = ⎡1  -20⎤ᵀ
    ⎣3    4⎦
""",
    ),
    (
        r"\begin{pmatrix} a & \frac{1}{2} \\ c & d \\ \cdots & \sqrt{x} \end{pmatrix} \vec x",
        """
⎛a  1/2⎞
⎜c   d ⎟x⃗
⎝⋯  √x ⎠
""",
    ),
    (
        r"|x| = \begin{cases} x & \text{for}\: x > 0 \\- x & \text{otherwise} \end{cases}",
        """
      ⎧x   for x > 0
|x| = ⎨
      ⎩-x  otherwise
""",
    ),
    (
        r"\begin{align*} a &= b + c & p &= q \\ &= d \\[2pt] ddd &= e^{x} \end{align*}",
        """
  a = b + c    p = q
    = d
ddd = eˣ
""",
    ),
    (
        r"\left(\begin{array}{cc|c} 1 & 2 & 3 \\ \hline 4 & 5 & 66 \end{array}\right)",
        """
⎛1  2 │ 3 ⎞
⎜─────────⎟
⎝4  5 │ 66⎠
""",
    ),
    (
        r"Let $x \in A$ and $$\begin{vmatrix}a\\b\\c\end{vmatrix}$$ \textbf{then} 5\%, \'etude \\ $a$$b$",
        """
Let x ∈ A and
│a│
│b│
│c│
then 5%, étude
 ab
""",
    ),
    (
        r"""\begin{tabular}{r|lll}
  & a & b\\
  & <int> & <chr>\\
\hline
	1 & 1 & x\_y\\
	2 & 22 & $\alpha^2$\\
\end{tabular}
""",
        """
  │ a      b
  │ <int>  <chr>
────────────────
1 │ 1      x_y
2 │ 22     α²
""",
    ),
    (r"\begin{equation}\label{eq:1} E = mc^2 \tag{1} \end{equation}", "\nE = mc²  (1)\n"),
    (r"a = b \\ c = d", "\na = b\nc = d\n"),
    (
        r"\begin{bmatrix}a & 0\\0 & \begin{cases} 1 & p \\0 & q \end{cases}\end{bmatrix}",
        """
⎡a    0   ⎤
⎢   ⎧1  p ⎥
⎢0  ⎨     ⎥
⎣   ⎩0  q ⎦
""".replace(" ⎥\n⎢0", "⎥\n⎢0")
        .replace("⎨     ⎥", "⎨    ⎥")
        .replace("q ⎦", "q⎦")
        .replace("0   ⎤", "0  ⎤"),
    ),
]


SEVERAL_LINES += [
    (
        r"""\begin{table}
\centering
\caption{Results}
\begin{tabular}{lrr}
\toprule
 & a & b \\
\midrule
x\_1 & 1.50 & \textbf{2} \\
y & \multicolumn{2}{c}{n/a} \\
\cmidrule(lr){2-3}
\bottomrule
\end{tabular}
\end{table}
""",
        """
Results
────────────
        a  b
────────────
x_1  1.50  2
y     n/a
────────────
""",
    ),
    ("\\begin{enumerate*}\n\\item 1\n\\item $x^2$\n\\end{enumerate*}\n", "\n- 1\n- x²\n"),
    (r"\newcommand{\Bold}[1]{\mathbf{#1}}x \in \Bold{Z}", "\nx ∈ 𝐙\n"),
]


@pytest.mark.parametrize(("source", "text"), SEVERAL_LINES)
def test_what_needs_several_lines(source: str, text: str) -> None:
    lines = latex_to_text(source).split("\n")
    assert [line.rstrip() for line in lines] == text.strip("\n").split("\n")


@pytest.mark.parametrize(("width", "text"), [(6, "⎡1  2⎤\n⎣3  4⎦"), (5, "[1, 2; 3, 4]")])
def test_what_would_be_too_wide_on_several_lines_takes_one(width: int, text: str) -> None:
    matrix = r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}"
    assert latex_to_text(f"${matrix}$", width=width) == text
    assert latex_to_text(f"a $${matrix}$$", width=width) == f"a\n{text}"
    assert math_to_text(matrix, flat=False, width=width) == text


def test_equations_in_a_text_that_would_be_too_wide_take_one_line() -> None:
    source = r"So \begin{align} a &= b \\ cc &= d \end{align} is"
    assert latex_to_text(source, width=6) == "So\n a = b\ncc = d\nis"
    assert latex_to_text(source, width=5) == "So\na = b; cc = d\nis"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "(1, 2; 3, 4)"),
        (
            r"f = \begin{cases} 1 & \text{if } x \\ 0 & \text{else} \end{cases}",
            "f = {1 if x; 0 else",
        ),
        (r"e^{\begin{matrix} 1 \\ 2 \end{matrix}}", "e^(1; 2)"),
    ],
)
def test_a_matrix_within_a_line(source: str, text: str) -> None:
    assert math_to_text(source, flat=True) == text


@pytest.mark.parametrize(
    "source",
    [
        "",
        "100 % sure, x_1^2 {",
        r"$\frac{1}{2$",
        r"\left( x",
        r"\begin{tikzpicture} \draw (0,0); \end{tikzpicture}",
        r"\begin{matrix} 1",
        r"\begin{matrix} 1 \end{pmatrix}",
        r"$a & b$",
        r"\label{x}",
        "{" * 200 + r"\alpha" + "}" * 200,
        "$x$ and $y",
        r"%\alpha",
    ],
)
def test_what_cannot_be_read_comes_back_as_it_was(source: str) -> None:
    assert latex_to_text(source) == source


def test_controls_are_made_visible() -> None:
    assert latex_to_text("$\\alpha \x1b[31m$ \x9b") == "α^[ [31m <9B>"
    assert latex_to_text("\x1b]0;title\x07") == "^[]0;title^G"


_SOURCE = r"""
    \frac { } \sqrt [ ] ^ _ ' & \\ \begin{matrix} \end{matrix} \begin{cases} \end{cases} \left( \right)
    \left. \right| \over \text{ \mathbb \hat \sum \foo \begin{tabular}{l|r} \end{tabular} \hline $ $$ \( \)
    \[ \] \item \textbf{ \not \binom \substack{ \tag{ \middle \operatorname* \limits 1 ab + = , ( ) | ~ %
    \begin{align} \end{align} \xrightarrow \choose
"""
_PIECES = st.sampled_from(
    [*_SOURCE.split(), " ", "\n", "\\", "\x1b", "\x9b", "\u202e", "字", "\u0301"]
)


@given(st.lists(_PIECES, max_size=40))
def test_broken_latex_never_raises_and_gives_no_control(pieces: list[str]) -> None:
    for text in (latex_to_text("".join(pieces)), math_to_text("".join(pieces), flat=False) or ""):
        assert all(one.isprintable() or one in "\n\t" or one.isspace() for one in text)
        assert not {"\x1b", "\x9b", "\u202e", "\r"} & set(text)


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "{",
            "{}",
            "$",
            "$$ ",
            r"\frac",
            r"\frac{1}",
            r"\left(",
            r"\begin{matrix}",
            "^",
            "x'",
            r"\over ",
            "[",
        ),
        *(
            r"\\",
            "&",
            r"\foo",
            r"\foo{",
            r"\sqrt[",
            "x^1_2",
            r"\hline",
            "%\n",
            r"\text{",
            " ",
            r"\not",
            "a b ",
        ),
    ],
)
def test_hostile_latex_ends(unit: str) -> None:
    # What grows faster than with the square of the length would hang here, so there is nothing to time.
    soup = unit * (4_000 // len(unit))
    latex_to_text(f"$\\alpha {soup}$")
    latex_to_text(rf"\begin{{matrix}} {soup} \end{{matrix}} {soup}")


def test_a_long_line_beside_a_tall_one_is_not_drawn() -> None:
    tall = r"a\\" * 10_000
    source = rf"\begin{{matrix}}{tall}\end{{matrix}} {'b' * 10_000}"
    assert latex_to_text(source) == source
    ragged = "&" * 10_000 + r"\\" * 10_000
    source = rf"\begin{{matrix}}a{ragged}\end{{matrix}}"
    assert latex_to_text(source) == source


def shown(sample: Path) -> str:
    sources = sample.read_text(encoding="utf-8").splitlines()
    return "\n\n".join(f"{source}\n{latex_to_text(source)}" for source in sources) + "\n"


def test_what_sympy_writes_looks_as_it_did_when_somebody_looked() -> None:
    assert shown(SYMPY) == SYMPY.with_suffix(".txt").read_text(encoding="utf-8")


if __name__ == "__main__":
    SYMPY.with_suffix(".txt").write_text(shown(SYMPY), encoding="utf-8")
