"""Stories in tmux, which unlike the terminal of the other stories wraps its lines anew at a resize."""

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from leaks import wait_until
from running_kernels import start_fake
from stories import program

from kconsole.render.greeting import OWN_LINE

#: Others measure what these run; the processes end sooner so.
pytestmark = pytest.mark.usefixtures("unmeasured")

TMUX = shutil.which("tmux")
LINE = "print('" + "0123456789 " * 8 + "end')"

OUTPUT = f"Fake kernel 1.0 {OWN_LINE} In [ ]: print('some output') some output"


class Tmux:
    """One window of a server of its own."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def __call__(self, *arguments: str) -> str:
        argv = [TMUX or "", "-S", str(self._socket), "-f", "/dev/null", *arguments]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout

    def screen(self) -> str:
        """All rows, those too that have been scrolled away."""
        return self("capture-pane", "-p", "-S", "-").rstrip("\n")

    def joined(self) -> str:
        """The screen without any breaks or blanks, in which a line is found however it is wrapped."""
        return "".join(self.screen().split())

    def wait_for(self, text: str) -> None:
        try:
            wait_until(lambda: "".join(text.split()) in self.joined(), what=repr(text))
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen:\n{self.screen()}") from None

    def resize(self, columns: int) -> None:
        self("resize-window", "-x", str(columns), "-y", "30")


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    """The console in a window of 30 rows by 110 columns, with some output on it."""
    kernel = start_fake(tmp_path)
    one = Tmux(tmp_path / "tmux")
    command = shlex.join(program(str(kernel.connection_file)))
    try:
        one("new-session", "-d", "-x", "110", "-y", "30", command)
        one.wait_for("idle")
        one("send-keys", "print('some output')", "Enter")
        one.wait_for("In [2]:")
        yield one
        one("kill-server")
    finally:
        kernel.close()


@pytest.mark.parametrize("narrow", [40, 33])
def test_no_copy_of_a_long_input_is_left_behind(tmux: Tmux, narrow: int) -> None:
    tmux("send-keys", "-l", LINE)
    tmux.wait_for(LINE + "fake")
    for columns in (narrow, 110):
        tmux.resize(columns)
        tmux.wait_for(f"{OUTPUT}In [2]: {LINE}fake")


def test_output_above_a_short_input_stays(tmux: Tmux) -> None:
    for columns in (60, 30, 50, 25, 110):
        tmux.resize(columns)
        tmux.wait_for(f"{OUTPUT}In [2]: fake")


def test_no_copy_of_a_prompt_at_the_top_is_left_behind(tmux: Tmux) -> None:
    tmux("send-keys", "C-l")
    tmux("send-keys", "print('some output')", "Enter")
    tmux.wait_for(
        "In [2]: print('some output') some output In [3]:fake · python 3.11.0 · tcp local · idle"
    )
    screen = tmux.joined()
    assert (screen.count("In[2]:"), screen.count("idle")) == (1, 1)
