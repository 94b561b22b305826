import re
from functools import partial

import pytest
from counting import calls
from hypothesis import given, settings
from hypothesis import strategies as st

from kconsole.render.sanitise import Kind, Sanitiser, one_line, sanitise, strip_sgr

# A busy machine is no failure.
unhurried = settings(deadline=None)

KINDS: list[Kind] = ["stream", "display", "code", "line"]
INVISIBLE = (
    "\u00ad\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2065\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb"
)
BIDI = INVISIBLE + "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f"
CONTROLS = "\x00-\x1f\x7f-\x9f\ud800-\udfff"

# What may go out, written down a second time, independently of the code under test.
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_CODE = (
    r"(?:[0-5]|7|9|2[1-5]|27|29|3[0-79]|4[0-79]|53|55|59|9[0-7]|10[0-7]"
    rf"|(?:38|48|58);(?:5;{_BYTE}|2;{_BYTE};{_BYTE};{_BYTE}))"
)
_SGR = rf"\x1b\[{_CODE}(?:;{_CODE})*m"
_PROGRAM = re.compile(rf"(?:[^{CONTROLS}]|[\n\t\r\b]|{_SGR}|\x1b\[[12]?K)*+")
GRAMMAR = {
    "stream": _PROGRAM,
    "display": _PROGRAM,
    "code": re.compile(rf"(?:[^{CONTROLS}{BIDI}]|[\n\t]|{_SGR})*+"),
    "line": re.compile(rf"[^{CONTROLS}{BIDI}]*+"),
}

fragments = st.sampled_from(
    [
        *(
            "\x1b",
            "\x1b[",
            "\x1b]",
            "\x1bP",
            "\x1b\\",
            "\x07",
            "\x9b",
            "\x9c",
            "\x9d",
            "\x18",
            "\x00",
        ),
        *(
            "[",
            "]",
            "0",
            "1",
            "8",
            "38",
            "5",
            "2",
            ";",
            ":",
            "m",
            "K",
            "A",
            "J",
            "H",
            "?25l",
            " ",
            "(B",
        ),
        *("\r", "\n", "\r\n", "\b", "\t", "\x7f", "\x0b", "\x0c", "\x85"),
        *("\x1b[31m", "\x1b[0m", "\x1b[m", "\x1b[1;38;5;208m", "\x1b[8m", "\x1b[38:2::1:2:3m"),
        *("\x1b[?1049h", "\x1b[2J", "\x1b[2K", "\x1b[5A", "\x1b[>4;2m", "\x1b[1 q", "\x1bc"),
        *(
            "\x1b]0;title\x07",
            "\x1b]52;c;aGk=\x1b\\",
            "\x1bPq#0\x1b\\",
            "\x1b_Ga=T\x1b\\",
            "\x1b^x\x1b\\",
        ),
        *(
            "\x1b]8;;https://a.b/c\x1b\\",
            "\x1b]8;;\x1b\\",
            "\x1b]8;;file:///x\x07",
            "https://a.b/c",
        ),
        *(
            "\u202e",
            "\u2066",
            "\u2028",
            "\U000e0041",
            "\ud83d",
            "\ude00",
            "é",
            "日",
            "😀",
            "e\u0301",
            "abc",
        ),
    ]
)
hostile = st.one_of(
    st.lists(fragments, max_size=30).map("".join),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=60),
)


def in_grammar(text: str, kind: Kind) -> bool:
    return GRAMMAR[kind].fullmatch(text) is not None


@pytest.mark.parametrize("kind", KINDS)
@unhurried
@given(text=hostile)
def test_output_is_always_within_the_allow_list(kind: Kind, text: str) -> None:
    assert in_grammar(sanitise(text, kind), kind)


@pytest.mark.parametrize("kind", KINDS)
@unhurried
@given(text=hostile)
def test_sanitising_twice_changes_nothing_more(kind: Kind, text: str) -> None:
    once = sanitise(text, kind)
    assert sanitise(once, kind) == once


@pytest.mark.parametrize("kind", ["stream", "display", "code"])
@unhurried
@given(text=st.text(st.characters(exclude_categories=("Cc", "Cf", "Cn", "Cs", "Zl", "Zp"))))
def test_plain_text_is_unchanged(kind: Kind, text: str) -> None:
    text += "\n\t" + text
    assert sanitise(text, kind) == text


@pytest.mark.parametrize("kind", KINDS)
@unhurried
@given(pieces=st.lists(hostile, max_size=6))
def test_output_is_within_the_allow_list_however_it_is_cut(kind: Kind, pieces: list[str]) -> None:
    sanitiser = Sanitiser(kind)
    outputs = [sanitiser.feed(piece) for piece in pieces] + [sanitiser.finish()]
    assert all(in_grammar(output, kind) for output in outputs)
    assert in_grammar("".join(outputs), kind)


# Whatever may be cut: all but control strings, whose introducers these fragments cannot make.
cuttable = st.lists(
    fragments.filter(lambda text: not re.search(r"\x1b[\]P^_]|[\]P^_]|\x1b\Z", text)), max_size=20
).map("".join)


@unhurried
@given(text=cuttable, data=st.data())
def test_cutting_between_any_two_characters_makes_no_difference(
    text: str, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    sanitiser = Sanitiser()
    pieces = [text[i:j] for i, j in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    output = "".join(map(sanitiser.feed, pieces)) + sanitiser.finish()

    def same_effect(text: str) -> str:
        return re.sub(r"\r+", "\r", text).replace("\r\n", "\n")

    assert same_effect(output) == same_effect(sanitise(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[31mb\x1b[mc", "a\x1b[31mb\x1b[0mc"),
        ("\x1b[0;1;031mb\x1b[0m", "\x1b[0;1;31mb\x1b[0m"),
        ("\x1b[2K\r50%\b\x1b[K\x1b[1K", "\x1b[2K\r50%\b\x1b[K\x1b[1K"),
        ("a\r\nb\r\r\nc", "a\nb\nc"),
        ("a\r\x1b[?25l\nb", "a\nb"),
        ("\x1b[?2004l\x1b[2J\x1b[3;4H\x1b[>4;2mx", "x"),
        ("\x1b[5Ax", "x"),
        (
            "\x1b]0;title\x07x\x1b]52;c;eA==\x1b\\\x1bPq\x1b\\\x1b_G\x1b\\\x1b^p\x1b\\\x1bXs\x1b\\",
            "x",
        ),
        ("\x1b]0;a\nb\x07", "^[]0;a\nb^G"),
        ("\x1bP not ended by bell\x07", "^[P not ended by bell^G"),
        ("\x1b]0;never ended", "^[]0;never ended"),
        ("\x1bc\x07\x00\x7f\x0b", "^[c^G^@^?^K"),
        ("\x9b31m\x85\x9d0;x\x07", "<9B>31m<85><9D>0;x^G"),
        ("\x1b(B\x1b(0", "^[(0"),
        ("\x1b[1\x1b[32mx\x1b[m", "^[[1\x1b[32mx\x1b[0m"),
        ("\x1b[8mhidden\x1b[28m", "hidden"),
        ("\ud83dx\ude00", "\ufffdx\ufffd"),
        ("\u05d0\u200f\u202e", "\u05d0\u200f\u202e"),
        ("\x1b[31", "^[[31"),
        ("\x1b[31mred", "\x1b[31mred\x1b[0m"),
    ],
)
def test_output_of_programs(text: str, expected: str) -> None:
    assert sanitise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if admin\u202e:", "if admin<U+202E>:"),
        ("pass\u200bword\u3164\u00ad\ufeff", "pass<U+200B>word<U+3164><U+00AD><U+FEFF>"),
        ("\u06a9\u200c\u0648", "\u06a9\u200c\u0648"),  # a joiner, which spells a word
        ("a\u2028b\U000e0041", "a<U+2028>b<U+E0041>"),
        ("a\rb\b\x1b[Kc", "a^Mb^Hc"),
        ("\x1b[31mred\x1b[0m\n", "\x1b[31mred\x1b[0m\n"),
    ],
)
def test_code_shows_what_reorders_and_what_moves_the_cursor(text: str, expected: str) -> None:
    assert sanitise(text, "code") == expected


def test_a_control_sequence_of_64_characters_goes_and_a_longer_one_is_shown() -> None:
    assert sanitise("\x1b[" + "1" * 61 + "H") == ""
    assert sanitise("\x1b[" + "1" * 62 + "H") == "^[[" + "1" * 62 + "H"


def test_a_control_string_of_4096_bytes_goes_and_a_longer_one_is_shown() -> None:
    assert sanitise("\x1b]" + "é" * 2048 + "\x07") == ""
    assert sanitise("\x1b]" + "é" * 2049 + "\x07") == "^[]" + "é" * 2049 + "^G"
    assert sanitise("\x1b]" + "a" * 4097 + "\x07") == "^[]" + "a" * 4097 + "^G"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b]8;;https://a.b\x1b\\link\x1b]8;;\x1b\\.", "link <https://a.b>."),
        (
            "\x1b]8;id=1;http://a.b/;x\x07\x1b[1mlink\x1b[0m\x1b]8;;\x07.",
            "\x1b[1mlink\x1b[0m <http://a.b/;x>.",
        ),
        ("\x1b]8;;https://a.b\x1b\\https://a.b\x1b]8;;\x1b\\.", "https://a.b."),
        ("\x1b]8;;file:///etc\x1b\\link\x1b]8;;\x1b\\.", "link."),
        ("\x1b]8;;https://a\x07one\x1b]8;;https://b\x07two", "one <https://a>two <https://b>"),
        ("\x1b]8;;https://a\u202eb\x07x", "x <https://a<U+202E>b>"),
    ],
)
def test_a_hyperlink_keeps_its_text_and_shows_where_it_goes(text: str, expected: str) -> None:
    assert sanitise(text) == expected


def test_the_style_goes_over_message_boundaries() -> None:
    sanitiser = Sanitiser()
    assert sanitiser.feed("\x1b[1;31mred") == "\x1b[1;31mred"
    assert sanitiser.style == "\x1b[1;31m"
    assert sanitiser.feed("\x1b[22m") == "\x1b[22m"
    assert sanitiser.style == "\x1b[31m"
    assert sanitiser.finish() == "\x1b[0m"
    assert sanitiser.style == ""


def test_a_cut_control_sequence_is_completed_by_the_next_message() -> None:
    sanitiser = Sanitiser()
    pieces = ["a\x1b", "[3", "", "1", "mb", "\x1b[?25"]
    assert [sanitiser.feed(piece) for piece in pieces] == ["a", "", "", "", "\x1b[31mb", ""]
    assert sanitiser.finish() == "^[[?25\x1b[0m"
    assert sanitiser.finish() == ""


def test_a_control_string_is_never_continued_by_the_next_message() -> None:
    sanitiser = Sanitiser()
    assert sanitiser.feed("\x1b]0;tit") == "^[]0;tit"
    assert sanitiser.feed("le\x07") == "le^G"
    assert sanitiser.feed("\x1b") == ""
    assert sanitiser.feed("]0;title\x07") == "^[]0;title^G"


def test_an_unfinished_sequence_is_held_back_up_to_its_longest_length() -> None:
    sanitiser = Sanitiser()
    text = "\x1b[" + "1" * 61
    assert sanitiser.feed(text) == ""
    assert sanitiser.feed("1") == "^[[" + "1" * 62


def test_cursor_movement_passes_only_where_it_was_asked_for() -> None:
    moves = "\x1b[A\x1b[0B\x1b[12C\x1b[2;3H\x1b[2J"
    assert Sanitiser(cursor=True).feed(moves) == moves
    assert Sanitiser(cursor=True).feed("\x1b[99999A\x1b[1;2;3H\x1b[?2J\x1b[2h\x1b[6n") == ""
    assert Sanitiser().feed(moves) == ""
    assert Sanitiser("code", cursor=True).feed("\x1b[Ax") == "x"


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("in\x1b[31mput\x1b[0m\n\tname: ", None, "input  name: "),
        ("a\r\nb\rc\x1b[2Jd\x07", None, "a b^Mcd^G"),
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("e\u0301" * 3, 3, "e\u0301" * 3),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 0, ""),
    ],
)
def test_one_line(text: str, width: int | None, expected: str) -> None:
    assert one_line(text, width) == expected


def test_strip_sgr_leaves_the_text() -> None:
    assert strip_sgr("\x1b[1;31ma\x1b[0mb\x1b[38:5:3mc") == "abc"


HOSTILE = pytest.mark.parametrize(
    "unit",
    [
        *("\x1b", "\x1b[", "\x1b[1", "\x1b]", "\x1bP", "\x1b]8;;http://a\x07", "\x1b]a\x1b", "\r"),
        *("\x1b[" + "1" * 61, "\x1b]" + "a" * 4097, "\r\x1b[?1l", "\x1b[31m", "\ud800", "\x00"),
    ],
    ids=ascii,
)


@HOSTILE
def test_no_pattern_takes_quadratic_time_on_hostile_text(unit: str) -> None:
    # Quadratic behaviour would hang here, so there is nothing to time.
    assert in_grammar(sanitise(unit * (100_000 // len(unit))), "display")


@HOSTILE
def test_the_work_grows_with_hostile_text_and_no_faster(unit: str) -> None:
    once, twice, thrice = (calls(partial(sanitise, unit * count)) for count in (100, 200, 300))
    assert thrice - twice <= twice - once + 5
