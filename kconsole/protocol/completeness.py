"""A local guess at whether code can run as it is, for when the kernel cannot be asked.

It is used for one keypress while the kernel is busy, slow or silent, or answers ``unknown`` (as
bash_kernel always does). It reads the code once, as a list of tokens, and knows of a language only
its comments, its strings and the words that open and close a block. It may be wrong; an empty last
line always ends the input, so that nobody is ever stuck.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from kconsole.protocol.message import Message
from kconsole.protocol.replies import IsCompleteReply, parse_is_complete

__all__ = ["ANSWER_WITHIN_S", "is_complete", "locally_complete"]

ANSWER_WITHIN_S = 0.5
"""How long Enter may wait for the kernel's opinion."""

_COMPLETE = IsCompleteReply("complete")
_INDENT = "    "
_CLOSERS = {")": "(", "]": "[", "}": "{"}


class _Syntax(NamedTuple):
    """What must be known of a language."""

    #: From here to the end of the line all is comment (regular expressions).
    line_comments: tuple[str, ...] = ()
    #: (begin, end)
    block_comments: tuple[tuple[str, str], ...] = ()
    #: Quotes of strings that end with their line at the latest.
    quotes: tuple[str, ...] = ('"',)
    #: Quotes of strings that may have several lines.
    long_quotes: tuple[str, ...] = ()
    #: Quotes of strings that may have several lines and have no escapes.
    raw_quotes: tuple[str, ...] = ()
    #: Words that open a block, with the words that close it.
    blocks: tuple[tuple[str, str], ...] = ()
    #: The words count only where a command begins (shell).
    at_command: bool = False
    #: Blocks are made by ':' and indentation, and end with an empty line.
    indented: bool = False
    #: A line that begins with one of these is not the language's own.
    escapes: tuple[str, ...] = ()


_C_LIKE = _Syntax(line_comments=("//",), block_comments=(("/*", "*/"),), quotes=('"', "'"))
_SCRIPT = _C_LIKE._replace(long_quotes=("`",))
_JVM = _C_LIKE._replace(long_quotes=('"""',))
_LISP = _Syntax(line_comments=(";",), block_comments=(("#|", "|#"),), quotes=(), long_quotes=('"',))
_SHELL = _Syntax(
    line_comments=(r"(?<![^\s;])#",),
    quotes=(),
    long_quotes=('"',),
    raw_quotes=("'",),
    blocks=(("if", "fi"), ("case", "esac"), ("do", "done")),
    at_command=True,
)
_PYTHON = _Syntax(
    line_comments=("#",),
    quotes=('"', "'"),
    long_quotes=('"""', "'''"),
    indented=True,
    escapes=("%", "!", "?"),
)
_LUA = _Syntax(
    line_comments=("--",),
    block_comments=(("--[[", "]]"), ("[[", "]]")),  # the second is a string, and read alike
    quotes=('"', "'"),
    # for and while have a do
    blocks=(("function", "end"), ("do", "end"), ("if", "end"), ("repeat", "until")),
)
_JULIA_WORDS = (
    *("begin", "do", "for", "function", "if", "let"),
    *("macro", "module", "quote", "struct", "try", "while"),
)
_JULIA = _Syntax(
    line_comments=("#",),
    block_comments=(("#=", "=#"),),
    quotes=(),
    long_quotes=('"""', '"'),
    blocks=tuple((word, "end") for word in _JULIA_WORDS),
)
_OCTAVE = _Syntax(
    line_comments=("#", "%"),
    blocks=tuple(
        (word, f"end(?:{word})?") for word in ("for", "function", "if", "switch", "while")
    ),
)

_SYNTAXES = {
    "python": _PYTHON,
    "ipython": _PYTHON,
    "bash": _SHELL,
    "sh": _SHELL,
    "zsh": _SHELL,
    "r": _Syntax(line_comments=("#",), quotes=(), long_quotes=('"', "'", "`")),
    "ruby": _Syntax(line_comments=("#",), quotes=(), long_quotes=('"', "'")),
    "julia": _JULIA,
    "lua": _LUA,
    "octave": _OCTAVE,
    "matlab": _OCTAVE._replace(line_comments=("%",)),
    "haskell": _Syntax(line_comments=("--",), block_comments=(("{-", "-}"),)),
    "sql": _C_LIKE._replace(line_comments=("--",), quotes=(), long_quotes=('"', "'")),
    "scheme": _LISP,
    "clojure": _LISP,
    "rust": _C_LIKE._replace(quotes=(), long_quotes=('"',)),
    "go": _C_LIKE._replace(raw_quotes=("`",)),
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
    "kotlin": _JVM,
    "scala": _JVM,
    "java": _JVM,
    "c": _C_LIKE,
    "c++": _C_LIKE,
    "c#": _C_LIKE,
}

_UNKNOWN_LANGUAGE = _Syntax()


def is_complete(reply: Message | None, code: str, language: str) -> IsCompleteReply:
    """Give the kernel's opinion, or a guess where it has none.

    :param reply: the is_complete_reply; None if there was none in time.
    :param code: what it is about.
    :param language: as for :func:`locally_complete`.
    """
    opinion = None if reply is None else parse_is_complete(reply)
    if opinion is None or opinion.status == "unknown":
        return locally_complete(code, language)
    return opinion


def locally_complete(code: str, language: str) -> IsCompleteReply:
    """Guess whether code can run.

    :param code: the lines so far, the cursor being at their end.
    :param language: the kernel's ``language_info.name``, in any case.
    :return: complete, incomplete with the next line's indent, or invalid; never unknown.
    """
    syntax = _SYNTAXES.get(language.lower(), _UNKNOWN_LANGUAGE)
    lines = code.split("\n")
    last = lines[-1]
    if not last.strip() and (len(lines) > 1 or not code):
        return _COMPLETE
    if syntax.escapes and code.startswith(syntax.escapes):
        return _escaped(lines)
    state = _scan(code, syntax)
    indent = last[: len(last) - len(last.lstrip())]
    if state.unterminated:
        return IsCompleteReply("incomplete")  # an indent would become part of the string
    if last.endswith("\\"):
        return IsCompleteReply("incomplete", indent)
    if state.invalid:
        return IsCompleteReply("invalid")
    if state.deeper:
        return IsCompleteReply("incomplete", indent + _INDENT)
    in_block = syntax.indented and ((state.indented_block and indent) or last.startswith("@"))
    return IsCompleteReply("incomplete", indent) if state.open or in_block else _COMPLETE


def _escaped(lines: list[str]) -> IsCompleteReply:
    """Judge IPython's magics and shell lines: a cell magic has a body, the others one line."""
    incomplete = lines[0].startswith("%%") or lines[-1].endswith("\\")
    return IsCompleteReply("incomplete" if incomplete else "complete")


@dataclass(slots=True)
class _State:
    """What a scan has found."""

    #: What is open: brackets, and of blocks the words that close them (regular expressions).
    open: list[str] = field(default_factory=list)
    #: A string or a comment goes on beyond the end.
    unterminated: bool = False
    #: A bracket is closed that was not open, or a string not closed that ends with its line.
    invalid: bool = False
    #: The last thing opens a bracket or a block.
    deeper: bool = False
    #: A line ended with the ':' of a block.
    indented_block: bool = False


def _scan(code: str, syntax: _Syntax) -> _State:
    state = _State()
    at_command = True
    for match in re.finditer(_pattern(syntax), code, re.DOTALL):
        kind, text = (match.lastgroup or "").partition("_")[0], match.group()
        if kind == "gap":
            at_command = at_command or "\n" in text
            colon_ends_line = syntax.indented and state.deeper and not state.open
            state.indented_block |= colon_ends_line and "\n" in text
            continue
        depth = len(state.open)
        command_follows = len(text) == 1 and text in ";|&({`"
        if kind == "unterminated":
            state.unterminated = True
        elif kind == "broken":
            state.invalid = True
        elif kind == "bracket":
            _bracket(text, state)
        elif kind == "word" and (at_command or not syntax.at_command):
            command_follows = _word(text, state, syntax)
        state.deeper = len(state.open) > depth or (syntax.indented and text == ":")
        at_command = command_follows
    return state


def _pattern(syntax: _Syntax) -> str:
    """Make the regular expression that cuts code into tokens, with a named group for each kind.

    Every alternative takes all that it has looked at, closed or not, so the time is linear. Groups
    are not possessive: before Python 3.11.5 a possessive group of alternatives does not match as it should.
    Python keeps the compiled form.
    """
    kinds = [("gap", r"\s+")]
    for begin, end in syntax.block_comments:
        begin, end = re.escape(begin), re.escape(end)
        kinds += [("gap", f"{begin}.*?{end}"), ("unterminated", f"{begin}.*")]
    kinds += [("gap", rf"{comment}[^\n]*") for comment in syntax.line_comments]
    for quote in syntax.raw_quotes:
        kinds += [("string", f"{quote}[^{quote}]*+{quote}"), ("unterminated", f"{quote}.*")]
    for quote in syntax.long_quotes:
        inner = rf"(?:\\.|(?!{quote})[^\\])*"
        kinds += [("string", f"{quote}{inner}{quote}"), ("unterminated", f"{quote}.*")]
    for quote in syntax.quotes:
        inner = rf"(?:\\.|[^\\\n{quote}])*"
        kinds += [("string", f"{quote}{inner}{quote}"), ("broken", f"{quote}{inner}")]
    kinds += [("bracket", r"[()\[\]{}]"), ("word", r"\w+"), ("other", ".")]
    return "|".join(f"(?P<{kind}_{index}>{regex})" for index, (kind, regex) in enumerate(kinds))


def _bracket(text: str, state: _State) -> None:
    opener = _CLOSERS.get(text)
    top = state.open[-1] if state.open else ""
    if opener is None:
        state.open.append(text)
    elif top == opener:
        state.open.pop()
    elif top in ("", *_CLOSERS.values()):
        state.invalid = True
    # else it stands directly in a block of words, as the ) of a shell's case does


def _word(text: str, state: _State, syntax: _Syntax) -> bool:
    """Open or close a block; say whether a command begins after this word."""
    top = state.open[-1] if state.open else ""
    if top and top not in _CLOSERS.values() and re.fullmatch(top, text):
        state.open.pop()
        return False
    closer = dict(syntax.blocks).get(text)
    # A comprehension's for and an index's end, in brackets, are no blocks.
    if closer is not None and (syntax.at_command or top not in ("(", "[")):
        state.open.append(closer)
    return closer is not None or text in _BEFORE_COMMAND


_BEFORE_COMMAND = frozenset({"then", "else", "elif", "while", "until", "time"})
