"""What a cell asks of its front-end, and the words by which a user leaves."""

import pytest

from kconsole.protocol.events import ErrorOutput
from kconsole.protocol.farewell import exit_status_of, is_farewell
from kconsole.protocol.wishes import Edit, Wishes, parse_wishes

PAGE = {"source": "page", "data": {"text/plain": "help"}, "start": 0}


def next_input(text):
    return {"source": "set_next_input", "text": text, "replace": False}


@pytest.mark.parametrize(
    ("payload", "wishes"),
    [
        ([], Wishes()),
        ([PAGE], Wishes(pages=(PAGE,))),
        ([PAGE, PAGE], Wishes(pages=(PAGE, PAGE))),
        ([next_input("x = 1\n")], Wishes(next_input="x = 1")),
        ([next_input("a\r\nb")], Wishes(next_input="a\nb")),
        ([next_input("a"), next_input("b")], Wishes(next_input="a\nb")),
        ([{"source": "ask_exit", "keepkernel": False}], Wishes(leave=True)),
        ([{"source": "ask_exit"}], Wishes(leave=True)),
        ([{"source": "ask_exit", "keepkernel": True}], Wishes(leave=True, keep_kernel=True)),
        ([{"source": "ask_exit", "keepkernel": None}], Wishes(leave=True)),
        ([{"source": "ask_exit", "keepkernel": 0}], Wishes(leave=True)),
        ([{"source": "ask_exit", "keepkernel": 3}], Wishes(leave=True, status=3)),
        ([{"source": "ask_exit", "keepkernel": 256}], Wishes(leave=True, status=1)),
        ([{"source": "ask_exit", "keepkernel": -1}], Wishes(leave=True, status=255)),
        ([{"source": "ask_exit", "keepkernel": "no"}], Wishes(leave=True, status=1, farewell="no")),
        ([{"source": "ask_exit", "keepkernel": [1]}], Wishes(leave=True, status=1)),
        ([next_input(5), {"source": "edit_magic", "filename": 5}, {}], Wishes()),
        ([{"source": "edit", "filename": "f"}], Wishes(edit=Edit("f"))),
        (
            [{"source": "edit_magic", "filename": "f", "line_number": 7}],
            Wishes(edit=Edit("f", 7)),
        ),
        ([{"source": "edit_magic", "filename": "f", "line_number": "7"}], Wishes(edit=Edit("f"))),
        ([{"source": ["page"]}], Wishes()),
    ],
)
def test_payloads(payload, wishes):
    assert parse_wishes(payload) == wishes


@pytest.mark.parametrize("code", ["exit", " quit \n", "exit()", "%quit"])
def test_words_to_leave(code):
    assert is_farewell(code, "python")


@pytest.mark.parametrize(
    ("code", "language"), [("exit", "bash"), ("exit", ""), ("exit(1)", "python"), ("", "python")]
)
def test_code_that_is_no_word_to_leave(code, language):
    assert not is_farewell(code, language)


@pytest.mark.parametrize(
    ("evalue", "status"),
    [
        ("", 0),
        ("None", 0),
        ("0", 0),
        ("3", 3),
        ("-1", 255),
        ("512", 1),
        ("True", 1),
        ("no data", 1),
    ],
)
def test_the_status_that_a_program_ends_with(evalue, status):
    assert exit_status_of(ErrorOutput("SystemExit", evalue, ())) == status


def test_other_errors_and_none_wish_for_no_status():
    assert exit_status_of(ErrorOutput("ValueError", "3", ())) is None
    assert exit_status_of(None) is None
