"""Cells as text files: source with ``# %%`` lines, and a record of what was on the screen."""

from collections.abc import Iterable
from dataclasses import replace

from kconsole.protocol.events import Stream
from kconsole.record.cell import Output, RecordedCell
from kconsole.record.notebook import left_out_note
from kconsole.render.bites import bites
from kconsole.render.lines import COLUMNS
from kconsole.render.live import LiveRegion
from kconsole.render.output import Renderer, RenderOptions
from kconsole.render.visible import make_visible

__all__ = ["savable", "screen_cell", "screen_output", "source_cell"]

_FOR_A_FILE = RenderOptions(color=False)
_ROWS = 250  # that a cursor can go back to

_SIGNS = {
    "#": "awk bash coffeescript crystal elixir gap gnuplot julia nim perl php powershell python r raku"
    " ruby sage sh tcl zsh",
    "%": "erlang latex matlab mercury octave postscript prolog",
    "'": "vb",
    "--": "ada agda elm haskell idris lean lua postgresql purescript sql sqlite vhdl",
    "//": "c c# c++ cpp cuda d dart f# fsharp go groovy java javascript kotlin rust scala scilab sml"
    " solidity swift typescript v zig",
    ";": "clojure emacs-lisp hy lisp racket scheme",
    "!": "fortran",
}
_SIGN_OF = {language: sign for sign, languages in _SIGNS.items() for language in languages.split()}


def source_cell(cell: RecordedCell, language: str) -> str:
    """Return the code alone, below a ``%%`` comment in the way of the language.

    The code stays as it was entered; IPython's magics too, which make it IPython, not Python. Half a
    character, which no file can hold, becomes U+FFFD.
    """
    return f"{_comment_sign(language)} %%\n{savable(cell.code).rstrip()}\n\n"


def screen_cell(cell: RecordedCell) -> str:
    """Return input and output as they were on the screen in the end, without colours.

    A line that was written over is there as it was last, and nothing in it acts on a terminal.
    """
    return f"{_echo(cell)}{screen_output(cell.outputs())}{left_out_note(cell)}\n"


def savable(text: str) -> str:
    """Return a text as a file can hold it: half a character becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def screen_output(
    outputs: Iterable[Output], *, prompts: bool = True, options: RenderOptions = _FOR_A_FILE
) -> str:
    """Return what the screen would keep of outputs: bars as they were last, below what came beside them.

    :param prompts: whether ``Out[n]:`` stands before a result.
    :param options: how to render them.
    """
    renderer = Renderer(replace(options, live=True, show_out_prompt=prompts))
    region = LiveRegion()
    parts = []
    for event in outputs:
        if not isinstance(event, Stream):
            region.show(renderer.block(event))
            continue
        for bite in bites(event.text):
            region.write(renderer.block(event._replace(text=bite)), event.name)
            parts.append(region.overflow(_ROWS, COLUMNS))
    region.write(renderer.end_cell())
    parts.append(region.finish())
    return "".join(parts)


def _comment_sign(language: str) -> str:
    """Return what begins a comment; of a language with a version in its name too (``C++17``)."""
    name = language.strip().lower()
    return _SIGN_OF.get(name) or _SIGN_OF.get(name.rstrip("0123456789."), "#")


def _echo(cell: RecordedCell) -> str:
    prompt = f"In [{' ' if cell.count is None else cell.count}]: "
    lines = make_visible(cell.code.replace("\r\n", "\n")).split("\n")
    further = "...: ".rjust(len(prompt))
    return "".join(f"{further if number else prompt}{line}\n" for number, line in enumerate(lines))
