"""The picture in README, made from a real session: ``python tests/picture.py man/kconsole.svg``.

A console with an ipykernel that has tqdm and rich runs a cell while the next one is typed; the screen of
the pseudo-terminal is then drawn, cell by cell, as an SVG.
"""

import html
import sys
from itertools import groupby
from pathlib import Path

from stories import program
from terminal import Terminal

ROWS, COLUMNS = 22, 80
WIDTH, HEIGHT = 8.4, 18.0  # of a character
PALETTE = {
    "default": "#d0d0d0",
    "black": "#3a3a3a",
    "red": "#e06c75",
    "green": "#98c379",
    "brown": "#e5c07b",
    "blue": "#61afef",
    "magenta": "#c678dd",
    "cyan": "#56b6c2",
    "white": "#ffffff",
}
TRAINING = """\
from tqdm import tqdm
import time
losses = []
for epoch in tqdm(range(3), desc="epochs"):
    for batch in tqdm(range(40), desc="batches", leave=False):
        time.sleep(0.1); losses.append(1 / (len(losses) + 1))
    tqdm.write(f"epoch {epoch}: loss {losses[-1]:.4f}")
"""


def session() -> Terminal:
    """The session, at the moment that is to be seen."""
    terminal = Terminal(program("--history", "none"), rows=ROWS, columns=COLUMNS)
    terminal.wait_for("In [1]:", timeout=20)
    terminal.key("c-l")
    terminal.paste(TRAINING.strip())
    terminal.key("escape", "enter")
    terminal.wait_for("epoch 1: loss", timeout=30)
    terminal.line("max(losses)")
    terminal.line("\\peek len(losses)")
    terminal.wait_for("\n8", timeout=10)
    terminal.send("losses[-5:]")
    terminal.wait_for("In [3]: losses[-5:]")
    return terminal


def draw(terminal: Terminal) -> str:
    """The terminal's screen as an SVG."""
    lines = []
    for row in range(ROWS):
        cells = [terminal.cell(row, column) for column in range(COLUMNS)]
        position = 0
        for (colour, bold), run in groupby(cells, lambda cell: (cell.fg, cell.bold)):
            text = "".join(cell.data for cell in run)
            if text.strip():
                fill = PALETTE.get(colour.removeprefix("bright"), f"#{colour}")
                weight = ' font-weight="bold"' if bold else ""
                lines.append(
                    f'<text x="{10 + position * WIDTH:.1f}" y="{24 + row * HEIGHT:.0f}"'
                    f' textLength="{len(text) * WIDTH:.1f}" fill="{fill}"{weight}>'
                    f"{html.escape(text)}</text>"
                )
            position += len(text)
    y, x = terminal.cursor
    lines.append(
        f'<rect x="{10 + x * WIDTH:.1f}" y="{10 + y * HEIGHT:.0f}" width="{WIDTH}"'
        f' height="{HEIGHT}" fill="#d0d0d0" opacity="0.6"/>'
    )
    width, height = COLUMNS * WIDTH + 20, ROWS * HEIGHT + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}"'
        ' font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14"'
        ' xml:space="preserve">\n'
        '<rect width="100%" height="100%" rx="6" fill="#1e2127"/>\n'
        + "\n".join(lines)
        + "\n</svg>\n"
    )


if __name__ == "__main__":
    with session() as terminal:
        Path(sys.argv[1]).write_text(draw(terminal))
        print("\n".join(terminal.screen))
