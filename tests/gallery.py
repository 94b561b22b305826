"""The pictures in README, made from real sessions: ``python -m tests.gallery [NAME ...]``.

Needs a kernel that has pandas, matplotlib, sympy, rich and tqdm, as ``python3`` or as the kernelspec that
KCONSOLE_GALLERY_KERNEL names. Each picture is written to man/NAME.svg.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # as pytest does for what the tests share

from picture import DARK, LIGHT, Palette, draw
from stories import program
from terminal import Terminal

__all__ = ["PICTURES", "main"]

FOLDER = Path(__file__).parents[1] / "man"
#: What a terminal says that it is, for the console to ask nothing and to draw with blocks.
TRUECOLOUR = {"COLORTERM": "truecolor"}


def console(*options: str, rows: int, columns: int = 80) -> Terminal:
    """A console at its first prompt, on an empty screen."""
    kernel = os.environ.get("KCONSOLE_GALLERY_KERNEL")
    chosen = ("-k", kernel) if kernel else ()
    argv = program("--history", "none", *chosen, *options)
    terminal = Terminal(argv, rows=rows, columns=columns, env=TRUECOLOUR)
    terminal.wait_for("In [1]:", timeout=30)
    terminal.key("c-l")
    return terminal


def enter(terminal: Terminal, code: str) -> None:
    """Send a cell, once its code is in colours."""
    terminal.paste(code)
    terminal.wait_for(is_coloured, timeout=30)
    terminal.key("escape", "enter")


def is_coloured(terminal: Terminal) -> bool:
    """Whether there is a colour behind the prompt's, in one of the rows above the cursor."""
    row = terminal.cursor[0]
    cells = [terminal.cell(row - up, column) for up in range(8) for column in range(8, 40)]
    return any(cell.fg != "default" for cell in cells)


def run(terminal: Terminal, number: int, code: str) -> None:
    """Run one cell to its end."""
    enter(terminal, code.strip())
    terminal.wait_for(f"In [{number + 1}]:", timeout=60)
    terminal.wait_for("idle", timeout=60)


def live() -> Terminal:
    """A cell with nested progress bars runs, another one waits, and the next is being typed."""
    terminal = console(rows=22)
    enter(
        terminal,
        """\
from tqdm import tqdm
import time
losses = []
for epoch in tqdm(range(3), desc="epochs"):
    for batch in tqdm(range(40), desc="batches", leave=False):
        time.sleep(0.1); losses.append(1 / (len(losses) + 1))
    tqdm.write(f"epoch {epoch}: loss {losses[-1]:.4f}")""",
    )
    terminal.wait_for("epoch 1: loss", timeout=30)
    terminal.line("max(losses)")
    terminal.line("\\peek len(losses)")
    terminal.wait_for("\n8", timeout=10)
    terminal.send("losses[-5:]")
    terminal.wait_for("In [3]: losses[-5:]")
    return terminal


def tables() -> Terminal:
    """A styled table, which has no text of its own, and a page of Markdown with a formula."""
    terminal = console(rows=46)
    run(
        terminal,
        1,
        """\
import pandas as pd
df = pd.DataFrame({"city": ["Aachen", "Zürich", "東京"],
    "people": [249070, 421878, 13960236], "share": [0.017, 0.0288, 0.9542]})
df.style.format({"share": "{:.1%}", "people": "{:,}"}).hide()""",
    )
    run(
        terminal,
        2,
        '''\
from IPython.display import Markdown
Markdown(r"""## Method
Fit by *least squares*, **weighted**; see `fit()` or
[the notes](https://example.org/notes).

1. normalise: $\\hat{x}_i = (x_i - \\mu) / \\sigma$
2. solve for $\\beta \\in \\mathbb{R}^n$

```python
beta = solve(X.T @ W @ X, X.T @ W @ y)
```

| run | loss | ok |
|----:|:----:|----|
|   1 | 0.31 | yes |
|  12 | 0.07 | no |
""")''',
    )
    return terminal


def plot() -> Terminal:
    """A plot of matplotlib, in a terminal that knows no images, only 24-bit colours."""
    terminal = console("--image", "blocks", rows=40)
    run(
        terminal,
        1,
        """\
%matplotlib inline
import numpy as np, matplotlib.pyplot as plt
x = np.linspace(0, 6, 200)
fig, ax = plt.subplots(figsize=(6, 3.4))
for k in range(1, 5): ax.plot(x, np.sin(k * x) / k, lw=3)
plt.show()""",
    )
    return terminal


def error() -> Terminal:
    """An error in a library, down to what matters, on a light background."""
    terminal = console("--tb", "context", "--theme", "light", rows=30)
    run(
        terminal,
        1,
        """\
import numpy as np
def fit(X, y):
    return np.linalg.inv(X.T @ X) @ X.T @ y

fit(np.zeros((3, 2)), np.ones(3))""",
    )
    return terminal


PICTURES: dict[str, tuple[Callable[[], Terminal], Palette]] = {
    "kconsole": (live, DARK),
    "tables": (tables, DARK),
    "plot": (plot, DARK),
    "error": (error, LIGHT),
}


def main(names: list[str]) -> None:
    """Make these pictures, or all."""
    for name in names or list(PICTURES):
        session, palette = PICTURES[name]
        with session() as terminal:
            (FOLDER / f"{name}.svg").write_text(draw(terminal, palette))
            print("\n".join(terminal.screen))


if __name__ == "__main__":
    main(sys.argv[1:])
