"""What the terminal answers, among keys that are typed at the same time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.repl.terminal.facts import (
    Answers,
    TerminalFacts,
    behind_tmux,
    described,
    questions,
)

BACKGROUND = "\x1b]11;rgb:1e1e/2020/ffff\x1b\\"
KITTY = "\x1b_Gi=31;OK\x1b\\"
NAME = "\x1bP>|kitty(0.35.2)\x1b\\"
CELL = "\x1b[6;20;10t"
ATTRIBUTES = "\x1b[?62;4;22c"
ALL = [KITTY, NAME, BACKGROUND, CELL, ATTRIBUTES]
FACTS = TerminalFacts((30, 32, 255), True, False, True, (10, 20), False, "kitty(0.35.2)")

#: Keys as terminals send them; none is the beginning of another, or of an answer.
KEYS = ["a", "é", "日", "\r", "\x03", "\x1b[A", "\x1b[6~", "\x1b[6;5~", "\x1bOP", "\x1bx", "\x1b[Z"]


def heard(*pieces: str) -> tuple[str, TerminalFacts]:
    answers = Answers()
    return "".join(map(answers.feed, pieces)) + answers.flush(), answers.facts


def test_nothing_is_known_before_an_answer() -> None:
    answers = Answers()
    assert answers.facts == TerminalFacts()
    assert not answers.over


def test_all_answers_together_say_all() -> None:
    assert heard("".join(ALL)) == ("", FACTS)


@given(
    st.permutations([*KEYS, *ALL]),
    st.lists(st.integers(0, len("".join([*KEYS, *ALL]))), max_size=8).map(sorted),
)
def test_keys_and_answers_are_told_apart_in_any_order_and_any_pieces(
    parts: list[str],
    cuts: list[int],
) -> None:
    text = "".join(parts)
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    keys = "".join(part for part in parts if part in KEYS)
    assert heard(*pieces) == (keys, FACTS)


@given(st.text("\x1b]_P[>|?c;6Gi=31t\x07\\x", max_size=60))
def test_nothing_that_comes_is_a_mistake(text: str) -> None:
    keys, _ = heard(*text)
    assert len(keys) <= len(text)


@pytest.mark.parametrize("key", ["\x1b", "\x1b]", "\x1b_", "\x1bP", "\x1b[", "\x1b[6"])
def test_what_may_be_a_key_is_given_back_when_nothing_follows(key: str) -> None:
    answers = Answers()
    assert answers.feed(f"a{key}") == "a"
    assert answers.flush() == key
    assert answers.feed("b") == "b"


@pytest.mark.parametrize("cut", [BACKGROUND[:9], KITTY[:7], NAME[:6], ATTRIBUTES[:5]])
def test_what_can_only_be_an_answer_is_never_a_key(cut: str) -> None:
    answers = Answers()
    assert answers.feed(cut) == answers.flush() == ""
    assert answers.feed(ATTRIBUTES + "b") == "b" or cut == ATTRIBUTES[:5]


@pytest.mark.parametrize(
    ("said", "color"),
    [
        ("rgb:0000/0000/0000", (0, 0, 0)),
        ("rgb:ff/80/0", (255, 128, 0)),
        ("rgb:f/8/0", (255, 136, 0)),
        ("rgba:ffff/ffff/ffff/8000", (255, 255, 255)),
        ("RGB:FDFD/F6F6/E3E3", (253, 246, 227)),
        ("#fdf6e3", None),
        ("rgb:", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("end", ["\x07", "\x1b\\"])
def test_a_colour_is_read_in_all_its_lengths(
    said: str, color: tuple[int, int, int] | None, end: str
) -> None:
    keys, facts = heard(f"\x1b]11;{said}{end}")
    assert (keys, facts.background) == ("", color)


@pytest.mark.parametrize(
    ("answer", "facts"),
    [
        ("\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\", TerminalFacts()),
        ("\x1b_Gi=31,p=0;OK\x1b\\", TerminalFacts(kitty=True)),
        ("\x1bP>|iTerm2 3.5.4\x1b\\", TerminalFacts(iterm=True, name="iTerm2 3.5.4")),
        ("\x1bP>|WezTerm 2024\x1b\\", TerminalFacts(iterm=True, name="WezTerm 2024")),
        ("\x1bP>|XTerm(390)\x1b\\", TerminalFacts(name="XTerm(390)")),
        ("\x1b[?4;6c", TerminalFacts()),  # 4 is the kind of the terminal here
        ("\x1b[?64;1;2;4c", TerminalFacts(sixel=True)),
        ("\x1b[?62;14;24c", TerminalFacts()),
        ("\x1b[6;0;0t", TerminalFacts()),
    ],
)
def test_one_answer(answer: str, facts: TerminalFacts) -> None:
    assert heard(answer) == ("", facts)


def test_only_the_attributes_end_the_answers() -> None:
    answers = Answers()
    answers.feed("".join(ALL[:-1]))
    assert not answers.over
    answers.feed(ATTRIBUTES)
    assert answers.over
    assert answers.feed(BACKGROUND + "x") == "x"  # some terminals do not keep the order


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({"TERM": "xterm-256color"}, {"kitty", "name", "background", "cell", "attributes"}),
        ({"TERM": "tmux-256color", "TMUX": "/x,1,0"}, {"name", "background", "cell", "attributes"}),
        ({"TERM": "screen", "TMUX": "/x,1,0"}, {"name", "background", "cell", "attributes"}),
        (
            {"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"},
            {"background", "attributes"},
        ),
        ({"TERM": "screen.xterm-256color"}, set()),
        ({"TERM": "xterm", "STY": "1.pts-0"}, set()),
        ({"TERM": "linux"}, set()),
        ({"TERM": "vt100"}, set()),
        ({"TERM": "dumb"}, set()),
        ({"TERM": "xterm", "INSIDE_EMACS": "29.1,vterm"}, set()),
        ({}, set()),
    ],
)
def test_a_terminal_is_asked_what_it_takes_for_a_question(
    environ: dict[str, str], asked: set[str]
) -> None:
    kinds = {
        "kitty": r"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",
        "name": r"\x1b\[>q",
        "background": r"\x1b\]11;\?\x1b\\",
        "cell": r"\x1b\[16t",
        "attributes": r"\x1b\[c\Z",
    }
    text = questions(environ)
    assert {kind for kind, pattern in kinds.items() if re.search(pattern, text)} == asked


@pytest.mark.parametrize(
    ("said", "kitty", "iterm", "tmux"),
    [
        ("on kitty(0.35.2)\n", True, False, True),
        ("1 iTerm2 3.5.4\n", False, True, True),
        ("all WezTerm 2024\n", True, True, True),
        ("on XTerm(390)\n", False, False, False),
        ("off kitty(0.35.2)\n", False, False, False),
        ("0 kitty(0.35.2)\n", False, False, False),
        (" \n", False, False, False),
        ("", False, False, False),
    ],
)
def test_behind_tmux_is_only_what_it_lets_through(
    said: str, kitty: bool, iterm: bool, tmux: bool
) -> None:
    facts = behind_tmux(TerminalFacts(sixel=True, name="tmux 3.5"), said)
    assert facts == TerminalFacts(None, kitty, iterm, True, None, tmux, "tmux 3.5")


@pytest.mark.parametrize(
    ("facts", "theme", "asked", "words"),
    [
        (
            FACTS,
            "dark",
            True,
            "kitty(0.35.2), kitty graphics, sixel, dark background #1e20ff, 256 colours, cells of 10x20 px",
        ),
        (
            TerminalFacts(iterm=True, tmux=True, name="tmux 3.5"),
            None,
            True,
            "tmux 3.5, iTerm2 images through tmux, unknown background, 256 colours",
        ),
        (
            TerminalFacts(),
            None,
            True,
            "has not told its name, no graphics, unknown background, 256 colours",
        ),
        (
            TerminalFacts(),
            "light",
            False,
            "was not asked, no graphics, light background, 256 colours",
        ),
    ],
)
def test_what_is_known_is_told_in_words(
    facts: TerminalFacts, theme: str | None, asked: bool, words: str
) -> None:
    assert described(facts, 256, theme, asked=asked) == words
