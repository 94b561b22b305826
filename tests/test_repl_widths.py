"""Widths of lines are forgotten in time."""

import os
import pty

import pytest
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.utils import _CHAR_SIZES_CACHE, _CharSizesCache, get_cwidth

from kconsole.client.client import KernelClient
from kconsole.client.health import Health
from kconsole.protocol.replies import KernelInfo
from kconsole.repl.screen.face import Face
from kconsole.repl.screen.output import apart
from kconsole.repl.screen.view import View
from kconsole.repl.state import State
from kconsole.repl.terminal.interview import Interview


def test_of_the_lines_that_were_measured_only_the_latest_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LONG_STRING_MIN_LEN", "MAX_LONG_STRINGS"):
        monkeypatch.setattr(_CharSizesCache, name, getattr(_CharSizesCache, name))
    controller, terminal = pty.openpty()
    try:
        stdin, stdout = (os.fdopen(os.dup(terminal), mode) for mode in "rw")
        with stdin, stdout:
            face = Face(State(KernelInfo(), Health("ok"), ours=True, busy=False), KernelClient())
            View(
                face,
                KeyBindings(),
                InMemoryHistory(),
                stdin,
                stdout,
                Interview(stdin, stdout, {}),
                ColorDepth.DEPTH_8_BIT,
            )
    finally:
        os.close(controller)
        os.close(terminal)
    for number in range(5_000):
        assert get_cwidth(f"line {number}") == len(f"line {number}")
    assert get_cwidth("line \u4e2d") == 7
    assert get_cwidth("\U0001f1eb\U0001f1f7") == 2  # a flag
    assert sum(text.startswith("line ") for text in _CHAR_SIZES_CACHE) <= 1_000


def test_prompt_toolkit_alone_remembers_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the module is needed no more."""
    monkeypatch.setattr(_CharSizesCache, "LONG_STRING_MIN_LEN", 64)
    monkeypatch.setattr(_CharSizesCache, "MAX_LONG_STRINGS", 16)
    cache = _CharSizesCache()
    for number in range(5_000):
        assert cache[f"line {number}"] == len(f"line {number}")
    assert sum(text.startswith("line ") for text in cache) == 5_000


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("abc 日本 é", "abc 日本 é"),
        (
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\U0001f468\U0001f469\U0001f467",
        ),  # a family
        ("\U0001f468\u200d", "\U0001f468"),  # as prompt_toolkit writes it, cell by cell
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\U0001f525"),  # a heart on fire
        ("\U0001f44d\U0001f3fd", "\U0001f44d\u200b\U0001f3fd"),  # a thumb of a tone
        ("\U0001f1eb\U0001f1f7", "\U0001f1eb\U0001f1f7"),  # a flag
        (
            "\u0915\u094d\u200d\u0937",
            "\u0915\u094d\u200d\u0937",
        ),  # Devanagari, which needs its joiner
    ],
    ids=ascii,
)
def test_what_is_drawn_is_as_wide_as_prompt_toolkit_counts(text: str, drawn: str) -> None:
    assert apart(text) == drawn
    assert get_cwidth(apart(text)) == get_cwidth(text)
