"""The console's own commands: what is one, what is code, and what help says."""

import pytest

from kconsole.repl.commands import COMMANDS, complete, help_lines, is_command, meant, parse, unknown

KEYS = [("Alt-Enter", "run the input as it is, complete or not"), ("F2", "edit it elsewhere")]


def taken(text: str) -> tuple[str, tuple[str, ...]]:
    invocation = parse(text)
    assert invocation is not None
    return invocation.command.name, invocation.arguments


def refused(text: str) -> str:
    with pytest.raises(ValueError) as caught:
        parse(text)
    assert str(caught.value).isprintable()
    return str(caught.value).removesuffix(" (with a blank before it, the line is code)")


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        (r"\?", "?", ()),
        (r"\help", "?", ()),
        (r"\q", "q", ()),
        (r"\quit", "q", ()),
        ("\\q \t\n", "q", ()),
        (r"\conninfo", "conninfo", ()),
        (r"\interrupt", "interrupt", ()),
        (r"\restart", "restart", ()),
        (r"\shutdown", "shutdown", ()),
        (r"\queue", "queue", ()),
        (r"\peek  len(x) # 'a  b'", "peek", ("len(x) # 'a  b'",)),
        ("\\peek\tx", "peek", ("x",)),
        (r"\watch 2 a  + b", "watch", ("2", "a  + b")),
        (r"\watch 0.5 x", "watch", ("0.5", "x")),
        (r"\vars", "vars", ()),
        (r"\vars df", "vars", ("df",)),
        (r"\who", "who", ()),
        (r"\hist", "hist", ()),
        (r"\hist *import  os*", "hist", ("*import  os*",)),
        (r"\save ~/a.ipynb", "save", ("~/a.ipynb",)),
        (r"\save 'a b.py'", "save", ("a b.py",)),
        (r'\save "it' + "'" + r's.py"', "save", ("it's.py",)),
        (r"\save C:\new\a.py", "save", (r"C:\new\a.py",)),
        (r"\save it's.py", "save", ("it's.py",)),
        (r"\log", "log", ()),
        (r"\log a.txt", "log", ("a.txt",)),
        (r"\i a.py", "i", ("a.py",)),
        (r"\e", "e", ()),
        (r"\paste", "paste", ()),
        (r"\last", "last", ()),
        (r"\tb", "tb", ()),
        (r"\tb short", "tb", ("short",)),
        (r"\timing", "timing", ()),
        (r"\timing on", "timing", ("on",)),
        (r"\set", "set", ()),
        (r"\set style", "set", ("style",)),
        (r"\set style a  b", "set", ("style", "a  b")),
        (r"\set prompt ' > '", "set", ("prompt", " > ")),
        (r"\set prompt ''", "set", ("prompt", "")),
    ],
)
def test_a_line_that_begins_with_a_commands_name_is_that_command(
    text: str, name: str, arguments: tuple[str, ...]
) -> None:
    assert taken(text) == (name, arguments)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\\",
        "q",
        "?",
        r"\alpha",
        r"\conninf",
        r"\Q",
        r"\q;",
        r"\q()",
        r"\queue2",
        r"\??",
        r"\x -> x + 1",
        r" \q",
        "\\q\nx",
        "\\peek x\ny",
        "\\peek x\ry",
        "\n\\q",
        r"\\q",
        r"x = \q",
    ],
)
def test_all_else_is_code(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r"\q now", r"usage: \q"),
        (r"\e -> e", r"usage: \e"),
        (r"\peek", r"usage: \peek EXPR"),
        (r"\watch", r"S is a number of seconds, from 0.1 to 86400; usage: \watch S EXPR"),
        (r"\watch x 2", r"S is a number of seconds, from 0.1 to 86400; usage: \watch S EXPR"),
        (r"\watch 0 x", r"S is a number of seconds, from 0.1 to 86400; usage: \watch S EXPR"),
        (r"\watch nan x", r"S is a number of seconds, from 0.1 to 86400; usage: \watch S EXPR"),
        (r"\watch inf x", r"S is a number of seconds, from 0.1 to 86400; usage: \watch S EXPR"),
        (r"\watch 2", r"usage: \watch S EXPR"),
        (r"\vars a b", r"usage: \vars [NAME]"),
        (r"\save", r"usage: \save FILE"),
        (r"\save ''", r"usage: \save FILE"),
        (r"\save a b.py", r"a file name with blanks needs quotes; usage: \save FILE"),
        (r"\save 'a b.py", r"the quotes do not fit; usage: \save FILE"),
        (r"\save 'a' 'b'", r"the quotes do not fit; usage: \save FILE"),
        (r"\log a b", r"a file name with blanks needs quotes; usage: \log [FILE]"),
        (r"\timing yes", r"usage: \timing [on|off]"),
    ],
)
def test_wrong_arguments_are_told_with_the_usage(text: str, reason: str) -> None:
    assert refused(text) == reason


@pytest.mark.parametrize(
    ("text", "word"),
    [("\\retsart", "\\retsart"), ("\\foo bar\n", "\\foo"), ("\\x -> x", "\\x")],
)
def test_code_that_may_have_been_meant_as_a_command_is_known(text: str, word: str) -> None:
    assert meant(text) == word


@pytest.mark.parametrize(
    "text", ["", "1+1", " \\foo", "\\foo\nbar", "\\q", "\\timing maybe", "\\1"]
)
def test_nothing_else_is_taken_for_a_misspelt_command(text: str) -> None:
    assert meant(text) == ""


def test_where_it_cannot_be_code_it_is_said_what_may_be_meant() -> None:
    code = "\\? lists them (with a blank before it, the line is code)"
    assert unknown("\\foo bar\n", "python") == f"unknown command \\foo; {code}"
    meant_so = f"unknown command \\retsart: did you mean \\restart? {code}"
    assert unknown("\\retsart", "Python") == meant_so


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("\\x -> x", "haskell"),
        ("\\(x) x", "R"),
        ("\\section x", "tex"),
        ("\\foo", ""),
        ("\\", "python"),
        ("\\\nx", "python"),
        ("\\foo\nx", "python"),
        ("\\q", "python"),
        (" \\foo", "python"),
    ],
)
def test_what_may_be_code_or_is_a_command_is_not_refused(text: str, language: str) -> None:
    assert unknown(text, language) == ""


def test_a_blank_makes_code_of_what_would_be_a_command() -> None:
    with pytest.raises(ValueError, match="with a blank before it, the line is code"):
        parse(r"\e -> e")
    assert parse(r" \e -> e") is None


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("\\re", ["\\reconnect", "\\restart"]),
        ("\\q", ["\\q", "\\queue", "\\quit"]),
        ("\\?", ["\\?"]),
        ("\\he", ["\\help"]),
        ("\\alpha", []),
        ("\\Q", []),
        ("\\q ", []),
        ("\\save fi", []),
        ("x = \\re", []),
        ("x\n\\re", []),
        ("re", []),
        ("", []),
    ],
)
def test_completions_are_of_the_commands_name_alone(before: str, words: list[str]) -> None:
    assert [word for word, _ in complete(before)] == words


def test_a_backslash_alone_lists_every_command_once_with_its_help() -> None:
    assert complete("\\") == sorted((f"\\{each.name}", each.help) for each in COMMANDS)


def test_no_name_means_two_commands() -> None:
    names = [name for each in COMMANDS for name in (each.name, *each.aliases)]
    assert len(names) == len(set(names))


def test_help_lists_every_command_and_key() -> None:
    lines = help_lines(80, KEYS)
    for each in COMMANDS:
        assert any(line.split("  ")[1:2] == [each.usage] and each.help in line for line in lines)
    assert lines[0] == "Commands"
    assert lines[lines.index("Keys") + 2].split() == ["F2", "edit", "it", "elsewhere"]
    assert "Keys" not in help_lines(80)


@pytest.mark.parametrize("columns", [*range(12), 30, 44, 45, 46, 60, 80, 300])
def test_help_fits_the_screen_and_loses_nothing(columns: int) -> None:
    lines = help_lines(columns, KEYS)
    assert max(map(len, lines)) <= max(1, columns)
    wide = help_lines(1000, KEYS)
    assert "".join("".join(lines).split()) == "".join("".join(wide).split())


def test_on_a_narrow_screen_help_stands_below_what_it_explains() -> None:
    lines = help_lines(40)
    at = lines.index("  \\watch S EXPR")
    assert lines[at + 1].startswith("      show it every S seconds")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [(r"\timing on", True), (r"\timing so", True), (r"\alpha", False), ("x", False)],
)
def test_a_wrong_command_is_one_too(text: str, is_one: bool) -> None:
    assert is_command(text) == is_one
