"""What shells make of a line before they ask, and what they want to hear.

click completes a value alone. But where it stands behind ``--name=``, zsh and fish put the answer in the
place of all that; and bash has cut the line at ``=``, ``:`` and ``@``, and puts it in the place of the last
piece, to which an ``@`` before it belongs (readline's rl_special_prefixes).
"""

import re
from collections.abc import Sequence

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

__all__ = ["adapt_shells", "join_pieces"]

_NAME = re.compile(r"--[\w-]+=")
# Of bash's COMP_WORDBREAKS, those that can stand in a value without quotation marks.
_BREAK = re.compile(r"[=:@]+")


def adapt_shells() -> None:
    """Make click answer the three shells as they expect it."""
    for each in (_Bash, _Zsh, _Fish):
        add_completion_class(each)


def join_pieces(words: Sequence[str]) -> list[str]:
    """Put together what bash has cut at ``=``, ``:`` and ``@``, which are words of their own there.

    An empty word is one that has not been begun yet.
    """
    joined: list[str] = []
    open_end = False
    for word in words:
        is_break = _BREAK.fullmatch(word) is not None
        if joined and word and (is_break or open_end):
            joined[-1] += word
        else:
            joined.append(word)
        open_end = is_break
    return joined


class _Whole(ShellComplete):
    """Gives a value behind ``--name=`` together with that."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Complete a word: what click finds, put behind the option's name if it stands in the same word."""
        name = _NAME.match(incomplete)
        found = super().get_completions(args, incomplete)
        if name is not None:
            for item in found:
                if item.type == "plain":
                    item.value = name[0] + item.value
        return found


class _Zsh(_Whole, ZshComplete):
    pass


class _Fish(_Whole, FishComplete):
    pass


class _Bash(_Whole, BashComplete):
    _before = 0  # how many characters of the word bash has cut off, and keeps

    def get_completion_args(self) -> tuple[list[str], str]:
        """Read the line up to the cursor, as words that are whole."""
        words, last = super().get_completion_args()
        *words, whole = join_pieces(["", *words, last])
        kept = whole if _BREAK.fullmatch(last) else whole.removesuffix(last)
        self._before = len(kept.removesuffix("@"))
        return words[1:], whole

    def format_completion(self, item: CompletionItem) -> str:
        """Give what comes in the place of the last piece."""
        if item.type == "plain":
            item.value = item.value[self._before :]
        return super().format_completion(item)
