"""The file that follows what changes often: when it is written, and what is told if it cannot be."""

import shutil
import threading

import pytest
from clients import PATIENCE
from leaks import wait_until

from kconsole.errors import OutputError
from kconsole.script.outputfile import OutputFile
from kconsole.script.pacedfile import PacedFile

LONG = 3600.0


class State:
    """What a file is to hold: a number, and how often it was asked for."""

    def __init__(self):
        self.number = 0
        self.asked = 0
        self.written = threading.Event()

    def text(self):
        self.asked += 1
        self.written.set()
        return str(self.number)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder" / "file"


def test_the_first_change_is_written_at_once_and_the_rest_together(path):
    state = State()
    paced = PacedFile(OutputFile(str(path), 0o600), state.text, pause=LONG)
    for number in range(1, 100):
        state.number = number
        paced.changed()
        assert state.written.wait(PATIENCE)
    paced.close()  # waits for no pause
    assert path.read_text() == "99"
    assert state.asked == 2


def test_a_change_is_written_also_if_nothing_comes_behind_it(path):
    state = State()
    paced = PacedFile(OutputFile(str(path), 0o600), state.text, pause=0.01)
    for number in (1, 2):
        state.number = number
        paced.changed()
        wait_until(lambda: path.exists() and path.read_text() == str(state.number), PATIENCE)
    asked = state.asked
    paced.close()
    assert state.asked == asked == 2


def test_what_has_not_changed_is_not_written(path):
    paced = PacedFile(OutputFile(str(path), 0o600), State().text)
    paced.close()
    assert not path.exists()


def test_a_failure_is_told_once(path):
    paced = PacedFile(OutputFile(str(path), 0o600), State().text, pause=LONG)
    shutil.rmtree(path.parent)
    paced.changed()
    with pytest.raises(OutputError, match="No such file"):
        paced.close()
    paced.check()


def test_a_failure_is_told_by_whatever_comes_next(path):
    state = State()
    paced = PacedFile(OutputFile(str(path), 0o600), state.text, pause=0.0)
    paced.changed()
    wait_until(path.exists, PATIENCE)
    shutil.rmtree(path.parent)
    with pytest.raises(OutputError):
        wait_until(lambda: paced.changed() or False, PATIENCE)
    paced.close()
