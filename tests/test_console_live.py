"""Stories of output that changes after it was printed: bars, live displays, cleared and updated output."""

import base64
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pngs import plain_png
from running_kernels import Kernel
from stories import (
    PROMPT,
    BlindTerminal,
    Pair,
    Shared,
    attached,
    cleared,
    paired,
    rows_with,
    run,
    toolbar,
)
from terminal import Terminal

pytestmark = pytest.mark.usefixtures("unmeasured")

NESTED = """
import time
from tqdm import tqdm
for i in tqdm(range(2), desc="outer", ascii=True):
    for j in tqdm(range(4), desc="inner", leave=False, ascii=True):
        time.sleep(0.12)
        if j == 1: tqdm.write(f"note {i}")
print("done")
"""
RICH = """
import time
from rich.console import Console
from rich.progress import Progress
with Progress(console=Console(force_terminal=True, force_jupyter=False, width=60)) as bars:
    tasks = [bars.add_task(name, total=5) for name in ("alpha", "beta")]
    for _ in range(5):
        for task in tasks: bars.advance(task)
        time.sleep(0.05)
    bars.print("a message")
print("done")
"""
CLEARED = """
import time
from IPython.display import clear_output
for n in range(4):
    clear_output(wait=True)
    print("\\n".join(f"row {row} of round {n}" for row in range(5)))
    time.sleep(0.05)
print("done")
"""
UPDATED = """
import time
from IPython.display import display
handle = display("state 0", display_id=True)
for n in range(1, 4):
    print("log", n)
    handle.update(f"state {n}")
    time.sleep(0.05)
print("done")
"""
PLOT = """
import matplotlib; matplotlib.use("Agg")
import matplotlib.pyplot as plt
lines = plt.plot([1, 2]); print("done")
"""


def run_real(terminal: Terminal, code: str) -> list[str]:
    """Run a cell to its ``done``; gives what then stands between its echo and the next prompt."""
    terminal.paste(code.strip())
    terminal.key("escape", "enter")
    terminal.wait_for(re.compile(r"^done$", re.MULTILINE))
    terminal.wait_for(lambda one: "idle" in toolbar(one))
    lines = terminal.everything.splitlines()
    last = len(lines) - 1 - next(i for i, line in enumerate(reversed(lines)) if "...: " in line)
    end = next(i for i, line in enumerate(lines) if i > last and line == "done")
    return [line for line in lines[last + 1 : end] if line.strip()]


@pytest.fixture(scope="module")
def at_ipykernel(shared_kernels: Callable[[str], Kernel]) -> Iterator[BlindTerminal]:
    with attached(shared_kernels("ipykernel7")) as terminal:
        yield terminal


@pytest.fixture
def real(at_ipykernel: BlindTerminal) -> Terminal:
    return cleared(at_ipykernel)


def test_nested_bars_and_notes_between_them(real: Terminal) -> None:
    shown = run_real(real, NESTED)
    assert shown[:2] == ["note 0", "note 1"]
    assert shown[-1].startswith("outer: 100%")
    assert len(shown) == 3


def test_rich_progress(real: Terminal) -> None:
    message, alpha, beta = run_real(real, RICH)
    assert message == "a message"
    assert alpha.startswith("alpha") and "100%" in alpha
    assert beta.startswith("beta") and "100%" in beta


def test_output_that_is_cleared_in_a_loop_stands_there_once(real: Terminal) -> None:
    assert run_real(real, CLEARED) == [f"row {row} of round 3" for row in range(5)]


def test_a_display_is_updated_where_it_stands(real: Terminal) -> None:
    assert run_real(real, UPDATED) == ["'state 3'", "log 1", "log 2", "log 3"]


def test_a_plot_is_shown_by_its_text(real: Terminal) -> None:
    run_real(real, PLOT)
    run(real, "lines", ": [<matplotlib.lines.Line2D at 0x")
    assert not rows_with(real, "Traceback")


# --- against the scripted kernel


@pytest.fixture
def pair(console: Shared, request: pytest.FixtureRequest) -> Iterator[Pair]:
    yield from console.lend(request)


def stream(pair: Pair, text: str, name: str = "stdout") -> None:
    header = pair.kernel.wait_for("execute_request").header
    pair.kernel.publish("stream", {"name": name, "text": text}, header)


def test_a_line_that_goes_up_is_written_over_while_one_types(pair: Pair) -> None:
    terminal, kernel = pair
    terminal.line("import time; time.sleep(60)")
    stream(pair, "first\nsecond")
    terminal.send("typed")
    terminal.wait_for("first\nsecond\nIn [2]: typed", where="screen")
    stream(pair, "\x1b[A\rFIRST")
    terminal.wait_for("FIRST\nsecond\nIn [2]: typed", where="screen")
    kernel.interrupt()
    terminal.wait_for("KeyboardInterrupt")
    assert len(rows_with(terminal, "FIRST")) == 1
    assert not rows_with(terminal, "first")


def test_what_has_been_scrolled_away_cannot_be_written_over(pair: Pair) -> None:
    terminal, kernel = pair
    terminal.line("import time; time.sleep(60)")
    stream(pair, "".join(f"line {number}\n" for number in range(40)))
    terminal.wait_for("line 39\nIn [2]:", where="screen")
    stream(pair, "\x1b[99A\rTOP")
    terminal.wait_for("TOP", where="screen")
    kernel.interrupt()
    terminal.wait_for(PROMPT, where="screen")
    text = terminal.everything
    assert all(f"line {number}\n" in text for number in range(28))
    assert text.index("line 27\n") < text.index("TOP") < text.index("line 39\n")


def test_the_live_region_follows_the_size_of_the_screen(pair: Pair) -> None:
    terminal, kernel = pair
    terminal.line("import time; time.sleep(60)")
    stream(pair, "a bar that is rather long: " + "#" * 40 + " end")
    terminal.wait_for("# end", where="screen")
    terminal.resize(12, 30)
    terminal.wait_for(re.compile(r"#+ end"), where="screen")
    terminal.resize(6, 1)
    stream(pair, "\rshort\x1b[K")
    terminal.resize(24, 80)
    terminal.wait_for(re.compile(r"^short$", re.MULTILINE), where="screen")
    kernel.interrupt()
    terminal.wait_for("KeyboardInterrupt")
    assert len(rows_with(terminal, "short")) == 1


def test_a_cell_that_never_ends_its_line_leaves_it_once(pair: Pair) -> None:
    terminal, kernel = pair
    terminal.line("import time; time.sleep(60)")
    for percent in (10, 50, 90):
        stream(pair, f"\rloading {percent} %")
    terminal.wait_for("loading 90 %", where="screen")
    kernel.interrupt()
    terminal.wait_for("KeyboardInterrupt")
    terminal.wait_for(lambda one: "idle" in toolbar(one))
    assert [row.strip() for row in rows_with(terminal, "loading")] == ["loading 90 %"]


def test_images_stand_among_the_text_and_change_in_their_place(tmp_path: Path) -> None:
    """Drawn as blocks, which the emulated terminal can show; an update comes while one types."""
    with paired(tmp_path) as pair:
        terminal, kernel = pair
        terminal.line("import time; time.sleep(60)")
        stream(pair, "above\n")
        show(pair, plain_png(6, 4), "red")
        stream(pair, "below\n")
        terminal.send("typed")
        terminal.wait_for(
            re.compile(r"^above\n[ ▀▄]*\n[ ▀▄]*\nbelow\nIn \[2\]: typed", re.MULTILINE),
            where="screen",
        )
        row = terminal.find("above")[0] + 1
        assert terminal.cell(row, 5).bg == "ff0000"
        show(pair, plain_png(6, 2, (0, 0, 255, 255)), "red", update=True)
        terminal.wait_for(
            re.compile(r"^above\n[ ▀▄]*\nbelow\nIn \[2\]: typed", re.MULTILINE), where="screen"
        )
        assert terminal.cell(row, 5).bg == "0000ff"
        show(pair, b"no image", "other")
        terminal.wait_for("[not drawn: image/png: ")
        terminal.line("\x15" + r"\open 9")
        terminal.wait_for("there is no 9 to open")
        assert [
            each.read_bytes() for each in Path(os.environ["JUPYTER_RUNTIME_DIR"]).glob("*/*.png")
        ]
        kernel.interrupt()
        terminal.wait_for("KeyboardInterrupt")


def show(pair: Pair, image: bytes, display_id: str, *, update: bool = False) -> None:
    header = pair.kernel.wait_for("execute_request").header
    content = {
        "data": {"image/png": base64.b64encode(image).decode(), "text/plain": "<Image>"},
        "metadata": {},
        "transient": {"display_id": display_id},
    }
    pair.kernel.publish("update_display_data" if update else "display_data", content, header)
