"""Tracebacks in the forms that are wanted; all of these were sent by real kernels."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.protocol.events import ErrorOutput
from kconsole.render.errorlook import FORMS, ErrorLook, Form
from kconsole.render.frames import Frame, frames
from kconsole.render.sanitise import sanitise
from kconsole.render.sgr import strip_sgr
from kconsole.render.traceback import error_text

RULE = "-" * 75
IPYTHON = (
    f"\x1b[31m{RULE}\x1b[39m",
    "\x1b[31mJSONDecodeError\x1b[39m                           Traceback (most recent call last)",
    (
        "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[4]\x1b[39m\x1b[32m, line 2\x1b[39m\n"
        "\x1b[32m      1\x1b[39m \x1b[38;5;28;01mimport\x1b[39;00m json\n"
        "\x1b[32m----> \x1b[39m\x1b[32m2\x1b[39m json.loads(\x1b[33m'{bad'\x1b[39m)\n"
    ),
    (
        "\x1b[36mFile \x1b[39m\x1b[32m/usr/lib/python3.11/json/__init__.py:346\x1b[39m, in loads(s, **kw)\n"
        "    344 \x1b[33m'''Two\n    345 lines\x1b[39m of a string'''\n"
        "\x1b[32m--> \x1b[39m\x1b[32m346\x1b[39m     return _default_decoder.decode(s)\n"
    ),
    (
        "\x1b[36mFile \x1b[39m\x1b[32m~/lib/python3.11/site-packages/numpy/core.py:337\x1b[39m, in f()\n"
        "    332 def decode(self, s):\n   (...)    336 \n--> 337     obj = self.raw_decode(s)\n"
    ),
    (
        "\x1b[36mFile \x1b[39m\x1b[32m/usr/lib/python3.11/json/decoder.py:353\x1b[39m, in scan(s)\n"
        "    352 try:\n--> 353     obj, end = self.scan_once(s, idx)\n"
    ),
    "\x1b[31mJSONDecodeError\x1b[39m: Expecting property name: line 1",
)
IPYTHON_5 = (
    RULE,
    "KeyError                                  Traceback (most recent call last)",
    "<ipython-input-2-c6e46ac83ed6> in g(x)\n      3 \n----> 5     return d[x]\n      6 \n",
    "~/v/lib/python3.8/site-packages/pandas/core/frame.py in __getitem__(self, key)\n--> 9     get(key)\n",
    "pandas/_libs/index.pyx in get_loc()\n\n",
    "KeyError: 'a'",
)
_NONE = "'Could not get source, probably due dynamically evaluated source code.'"
CYTHON = (
    "Cell In[2], line 4\n----> 4 mean(df)\n",
    f"File pandas/_libs/index.pyx:172, in pandas._libs.index.IndexEngine.get_loc()\n--> 172 {_NONE}\n",
    f"File pandas/_libs/hashtable.pxi:34, in pandas._libs.hashtable.get_item()\n-> 34 {_NONE}\n",
    "KeyError: 'b'",
)
CPYTHON = (
    "Traceback (most recent call last):",
    '  File "/home/ada/job.py", line 3, in <module>',
    "    main()",
    '  File "/usr/lib/python3.11/asyncio/runners.py", line 44, in run',
    "    return loop.run_until_complete(main)",
    "           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    '  File "/usr/lib/python3.11/asyncio/events.py", line 9, in fail',
    "    raise ValueError(text)",
    "ValueError: of two",
    "    lines",
)
GROUP = (
    (
        "  + Exception Group Traceback (most recent call last):\n"
        '  |   File "/v/lib/python3.11/site-packages/IPython/core/shell.py", line 3823, in run_code\n'
        "  |     exec(code_obj)\n"
        '  |   File "/tmp/ipykernel_28084/1829887580.py", line 2, in ff\n'
        "  |     raise ExceptionGroup('grp', [ValueError('a')])\n"
        "  | ExceptionGroup: grp (1 sub-exception)\n"
        "  +-+---------------- 1 ----------------\n"
        "    | ValueError: a\n"
        "    +------------------------------------"
    ),
)
SYNTAX = (
    (
        "  Cell \x1b[32mIn[5], line 2\x1b[39m\n\x1b[31m    y = = 2\x1b[39m\n        ^\n"
        "\x1b[31mSyntaxError\x1b[39m: invalid syntax\n"
    ),
)
CHAINED = (
    RULE,
    "ZeroDivisionError                         Traceback (most recent call last)",
    "Cell In[7], line 2\n      1 try:\n----> 2     1/0\n",
    "ZeroDivisionError: division by zero",
    "\nThe above exception was the direct cause of the following exception:\n",
    "ValueError                                Traceback (most recent call last)",
    "Cell In[7], line 4\n----> 4     raise ValueError('second') from e\n",
    "ValueError: second",
)
DENO = (
    "IsADirectory: Is a directory",
    "    at async Object.readTextFile (ext:deno_fs/30_fs.js:1:10042)",
    "    at async inner (node:fs/promises:3:1)",
    "    at f (<anonymous>:2:10)",
    "    at Array.map (<anonymous>)",
    "    at async <anonymous>:1:22",
)
KOTLIN = (
    (
        "java.lang.IllegalStateException: no\n\tat Line_2_jupyter.f(Line_2.jupyter.kts:2)\n"
        "\tat java.base/jdk.internal.reflect.DirectHandle.invoke(DirectHandle.java:103)\n"
        "\tat java.base/java.lang.reflect.Method.invoke(Method.java:580)"
    ),
)
#: The arrow grows shorter as the numbers grow longer.
LONG_FILE = (
    "Cell In[1], line 1\n----> 1 f(1)\n",
    (
        "File /v/lib/python3.11/site-packages/pandas/core/frame.py:13788, in f(x)\n"
        "  13786     g(\n  13787\n> 13788     return g(\n  13789         x,\n"
    ),
    "File /srv/long.py:123456, in g()\n 123455 if x:\n>123456     raise KeyError(gpr)\n",
    "KeyError: 'a'",
)
R = ("Error in f(1): no\nTraceback:\n", '1. stop("no")   # at line 1 of file <text>', "2. f(1)")


def shown(traceback: tuple[str, ...], form: Form, *, rest: str = "", color: bool = False) -> str:
    return error_text(ErrorOutput("E", "v", traceback), color, look=ErrorLook(form, rest=rest))


@pytest.mark.parametrize(
    ("traceback", "text"),
    [
        (
            IPYTHON,
            (
                "Cell In[4], line 2: json.loads('{bad')\n… 2 frames in json, numpy\n"
                "File /usr/lib/python3.11/json/decoder.py:353, in scan(s): "
                "obj, end = self.scan_once(s, idx)\nJSONDecodeError: Expecting property name: line 1\n"
            ),
        ),
        (
            IPYTHON_5,
            (
                "<ipython-input-2-c6e46ac83ed6> in g(x): return d[x]\n… 1 frame in pandas\n"
                "pandas/_libs/index.pyx in get_loc()\nKeyError: 'a'\n"
            ),
        ),
        (
            CYTHON,
            (
                "Cell In[2], line 4: mean(df)\n… 1 frame in pandas\nFile pandas/_libs/hashtable.pxi:34, "
                "in pandas._libs.hashtable.get_item()\nKeyError: 'b'\n"
            ),
        ),
        (
            CPYTHON,
            (
                '  File "/home/ada/job.py", line 3, in <module>: main()\n… 1 frame in asyncio\n'
                '  File "/usr/lib/python3.11/asyncio/events.py", line 9, in fail: raise ValueError(text)\n'
                "ValueError: of two\n    lines\n"
            ),
        ),
        (
            GROUP,
            "  + Exception Group Traceback (most recent call last):\n  | … 1 frame in IPython\n"
            '  |   File "/tmp/ipykernel_28084/1829887580.py", line 2, in ff: '
            "raise ExceptionGroup('grp', [ValueError('a')])\n" + GROUP[0].split("\n", 5)[5] + "\n",
        ),
        (SYNTAX, strip_sgr(SYNTAX[0])),
        (
            CHAINED,
            (
                "Cell In[7], line 2: 1/0\nZeroDivisionError: division by zero\n\n"
                "The above exception was the direct cause of the following exception:\n\n"
                "Cell In[7], line 4: raise ValueError('second') from e\nValueError: second\n"
            ),
        ),
        (
            DENO,
            "\n".join(
                (*DENO[:2], "… 1 frame in fs", DENO[3], "… 1 frame in JavaScript", DENO[5], "")
            ),
        ),
        (
            KOTLIN,
            (
                "java.lang.IllegalStateException: no\n\tat Line_2_jupyter.f(Line_2.jupyter.kts:2)\n"
                "… 2 frames in jdk.internal, java.lang\n"
            ),
        ),
        (
            LONG_FILE,
            (
                "Cell In[1], line 1: f(1)\n… 1 frame in pandas\n"
                "File /srv/long.py:123456, in g(): raise KeyError(gpr)\nKeyError: 'a'\n"
            ),
        ),
        (R, "\n".join(R) + "\n"),
        (("",), "E: v\n"),
    ],
    ids=[
        "ipython",
        "ipython5",
        "cython",
        "cpython",
        "group",
        "syntax",
        "chained",
        "deno",
        "kotlin",
        "longfile",
        "r",
        "none",
    ],
)
def test_the_short_form(traceback: tuple[str, ...], text: str) -> None:
    assert shown(traceback, "short") == text


def test_the_context_form_counts_frames_of_libraries_and_keeps_the_others_as_they_came() -> None:
    sent = "\n".join(IPYTHON).split("\n")
    kept = [*sent[:6], "… 2 frames in json, numpy (\\tb shows all)", "", *sent[16:]]
    assert shown(IPYTHON, "context", rest=r"\tb") == strip_sgr("\n".join(kept)) + "\n"
    coloured = shown(IPYTHON, "context", color=True)
    assert "\x1b[36mFile \x1b[39m\x1b[32m/usr/lib/python3.11/json/decoder.py:353" in coloured
    assert "\x1b[33m'''Two" not in coloured


def test_a_recursion_keeps_its_first_frames_and_its_last() -> None:
    frame = "Cell In[6], line 2, in r(n)\n----> 2     return r(n + 1)\n"
    text = shown((*[frame] * 978, "RecursionError: too deep"), "context")
    assert text.count("Cell In[6]") == 11
    assert "\n\n… 967 frames\n\nCell" in text


def test_the_full_form_is_what_was_sent() -> None:
    sent = "\n".join(IPYTHON)
    assert shown(IPYTHON, "full", color=True) == sanitise(sent, "code") + "\n"
    assert shown(IPYTHON, "full") == strip_sgr(sent) + "\n"


def test_the_plain_form_has_no_colours_and_no_boxes() -> None:
    boxed = ("\x1b[31m╭── Traceback ──╮", "│ ❱ 3 f(x)      │", "╰───────────────╯\x1b[0m", "E: x")
    assert shown(boxed, "plain", color=True) == "+-- Traceback --+\n| > 3 f(x)      |\nE: x\n"
    assert shown(CHAINED, "plain") == "\n".join(CHAINED[1:]) + "\n"


def test_a_traceback_without_colours_gets_those_of_the_style() -> None:
    sent = tuple(map(strip_sgr, IPYTHON))
    text = shown(sent, "full", color=True)
    assert strip_sgr(text) == "\n".join(sent) + "\n"
    assert re.search(r"\x1b\[[0-9;]*mimport\x1b.*\x1b\[[0-9;]*mjson\x1b", text)  # code
    assert re.search(r"\x1b\[[0-9;]*m346\x1b\[[0-9;]*m, in \x1b", text)  # a head
    assert re.search(r"\x1b\[[0-9;]*mJSONDecodeError\x1b\[[0-9;]*m: Expecting", text)
    monokai = error_text(ErrorOutput("E", "v", sent), True, look=ErrorLook(style="monokai"))
    assert "\x1b[38;5;" in monokai
    assert strip_sgr(monokai) == strip_sgr(text)


def test_what_is_very_long_folds_between_frames_where_there_is_something_that_shows_the_rest() -> (
    None
):
    frame = "Cell In[6], line 2, in r(n)\n      1 def r(n):\n----> 2     return r(n + 1)\n"
    long = (*[frame, frame.replace("2", "3")] * 100, "RecursionError: " + "x" * 50_000)
    assert len(shown(long, "full").splitlines()) == 801
    lines = shown(long, "full", rest=r"\tb").splitlines()
    assert len(lines) < 200
    at = next(number for number, line in enumerate(lines) if line.startswith("…"))
    assert re.fullmatch(r"… \d+ lines; \\tb shows all", lines[at])
    assert (lines[at - 1], lines[at + 2][:10]) == ("", "Cell In[6]")
    assert lines[-1].startswith("RecursionError: xxx")
    assert "… 30,016 characters; \\tb shows all …" in lines[-1]


def test_a_frame_that_comes_again_and_again_is_counted_where_something_shows_the_rest() -> None:
    frame = "Cell In[2], line 1, in f(n)\n----> 1 def f(n): return f(n+1)\n"
    long = ("Cell In[3], line 1\n----> 1 f(0)\n", *[frame] * 3000, "RecursionError: too deep")
    told = "… the same frame 2,997 times more; \\tb shows all\n\n"
    wanted = "\n".join((long[0], *[frame] * 3, told)) + long[-1] + "\n"
    assert shown(long, "full", rest=r"\tb") == wanted
    assert shown(long, "full").count(frame) == 3000
    few = (long[0], *[frame] * 4, long[-1])
    assert shown(few, "full", rest=r"\tb") == "\n".join(few) + "\n"


def test_to_a_file_all_goes_as_it_came() -> None:
    event = ErrorOutput("E", "v", ("\x1b[31ma\rb\u202e",))
    assert error_text(event, True, raw=True) == "\x1b[31ma\rb\u202e\n"
    assert error_text(event, False, raw=True, look=ErrorLook("short")) == "a^Mb<U+202E>\n"


LINES = st.lists(
    st.sampled_from([line for each in (IPYTHON, IPYTHON_5, CPYTHON, DENO) for line in each])
    | st.text(
        st.sampled_from("  at()File Cell In[1], line 2:-> 3\"'\n|\x1b[31m<>./…"), max_size=30
    ),
    max_size=6,
)


@given(LINES, st.sampled_from(FORMS), st.booleans(), st.sampled_from(["", r"\tb"]))
def test_whatever_it_is_it_has_a_form_that_is_safe(
    traceback: list[str], form: Form, color: bool, rest: str
) -> None:
    text = shown(tuple(traceback), form, color=color, rest=rest)
    assert text.endswith("\n")
    assert strip_sgr(sanitise(text, "code")) == strip_sgr(text)
    if not color:
        assert "\x1b" not in text


@given(LINES)
def test_no_line_is_lost_among_frames(traceback: list[str]) -> None:
    lines = "\n".join(traceback).split("\n")
    found = frames(lines)
    assert [
        line for part in found for line in (part.lines if isinstance(part, Frame) else (part,))
    ] == lines
