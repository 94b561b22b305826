"""Text that would drive a terminal, and what tells whether it has.

``poison("stream")`` holds the word ``Mstream.`` beside everything that acts on terminals; its sequences
have numbers that no program of ours writes. ``harm`` reads all bytes that reached a terminal by an exact
grammar of what kconsole and prompt_toolkit may write; ``words`` tells which poisons were shown, so that a
test knows that each way was really taken.
"""

import re

__all__ = ["harm", "poison", "words"]

#: Some of each kind: OSC with both ends, CSI, modes, DCS, APC, resets, charsets, C1, C0, unfinished ones.
_SEQUENCES = (
    *("\x1b]0;pwn\x07", "\x1b]52;c;cHdu\x1b\\", "\x1b]8;;file:///pwn\x1b\\", "\x1b]9;pwn\x07"),
    *("\x1b[6661;6662H", "\x1b[6663J", "\x1b[?6664h", "\x1b[6665t", "\x1b[8m", "\x1b[6666q"),
    *("\x1bPpwn\x1b\\", "\x1b_Gpwn\x1b\\", "\x1bc", "\x1b#8", "\x1b(0", "\x1b7", "\x1b="),
    *("\x9b6667J", "\x9d0;pwn\x9c", "\x90pwn\x9c", "\x85"),
    *("\x00", "\x07", "\x0e", "\x0b", "\x0c", "\x7f"),
    *("\x1b]0;pwn", "\x1b[66", "\x1b", "\ud800"),
)
_HIDING = ("\u202e", "\u2066", "\u200f", "\u2028", "\u200b", "\u3164", "\U000e0041")

_TOKEN = re.compile(
    r"""
    (?P<asked>\x1b7\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b8)   # the question after kitty's images
  | \x1b\[ (?P<csi>[0-?]*[ -/]*[@-~])
  | \x1b\] (?P<osc>[^\x07\x1b]*) (?:\x07|\x1b\\)
  | \x1b [P_^X] [^\x1b]* \x1b\\
  | [\x00-\x06\x0b\x0c\x0e-\x1f\x7f-\x9f]                # all controls but BEL, BS, TAB, LF and CR
    """,
    re.VERBOSE,
)
#: Control sequences of prompt_toolkit (its Vt100_Output), and the questions that are asked at the start.
_OUR_CSI = re.compile(
    r"""
      (?!(?:.*[;:])?0*8m) [0-9;:]*m        # colours
    | [0-9]{0,3}(?:;[0-9]{0,3})?[A-HJK]    # cursor and erasing: no screen of the tests has 1000 rows
    | \?(?:1|7|12|25|1049|2004|2026)[hl]
    | 6n | c | >q | 16t | \?2026\$p | [0-6]?\ q
    """,
    re.VERBOSE,
)
_OUR_OSC = re.compile(r"133;[ABCD](?:;[0-9]+)?|11;\?|8;;file://[!-~]*/kconsole-[!-~]*|8;;")
_INVISIBLE = re.compile(f"[{''.join(_HIDING)}\u2029-\u202d\u2067-\u2069\ud800-\udfff]")


def poison(word: str, *, hiding: bool = True) -> str:
    """A text that holds everything, and the word by which it is known again.

    :param hiding: also what hides text: not where a language may need it, in results and what is printed.
    """
    parts = (*_SEQUENCES, *(_HIDING if hiding else ()), "\n", "\r\n", "\r", "\t", "\b")
    return f"M{word}. {'x'.join(parts)}\x1b[0m E"


def harm(raw: bytes) -> list[str]:
    """What has reached a terminal, and must not."""
    text = raw.decode("utf-8", "surrogateescape")
    found = _INVISIBLE.findall(text)
    for match in _TOKEN.finditer(text):
        csi, osc = match["csi"], match["osc"]
        fine = match["asked"] is not None or (
            (csi is not None and _OUR_CSI.fullmatch(csi) is not None)
            or (osc is not None and "pwn" not in osc and _OUR_OSC.fullmatch(osc) is not None)
        )
        if not fine:
            found.append(match[0])
    return found


def words(raw: bytes) -> set[str]:
    """The words of the poisons that were shown, broken over lines perhaps."""
    text = _TOKEN.sub("", raw.decode("utf-8", "replace"))
    return set(re.findall(r"[Mm]([a-z]+)[.]", re.sub(r"\s+", "", text)))
