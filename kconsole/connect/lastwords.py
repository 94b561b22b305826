"""What the process of a kernel has printed, and how it has ended, in words for people."""

import re
import signal

__all__ = [
    "describe_exit",
    "is_address_in_use",
    "is_chatter",
    "last_line",
    "printable",
    "said_lines",
]

#: How the languages' networking libraries say that somebody else has the port.
_ADDRESS_IN_USE = re.compile(
    r"address (is )?already in use|EADDRINUSE|AddrInUse|errno[ :=]+98\b", re.IGNORECASE
)

#: What ipykernel and its debugger print at every start, and what tells nobody anything here.
_CHATTER = re.compile(
    r"""NOTE:\ When\ using\ the\ `ipython\ kernel`\ entry\ point
    |To\ exit,\ you\ will\ have\ to\ explicitly\ quit\ this\ process
    |"quit"\ from\ a\ client,\ or\ using\ Ctrl-
    |To\ read\ more\ about\ this,\ see\ https://github\.com/ipython/ipython/issues/2049
    |To\ connect\ another\ client\ to\ this\ kernel,\ use:
    |\s*--existing\ \S+$
    |\d+\.\d\ds\ -\ (?:Debugger\ warning:\ It\ seems\ that\ frozen\ modules|make\ the\ debugger\ miss
        |to\ python\ to\ disable\ frozen|Note:\ Debugging\ will\ proceed)""",
    re.VERBOSE,
)

#: Kernels colour their messages, also where there is no terminal (deno).
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def describe_exit(status: int) -> str:
    """Return "exited with status 1" or "was killed by SIGSEGV".

    :param status: Popen's returncode.
    """
    if status >= 0:
        return f"exited with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"


def said_lines(text: str) -> list[str]:
    """Return the lines of a log that say anything: printable, of at most 200 characters each.

    Those that ipykernel prints at every start are left out.
    """
    lines = (line.expandtabs().rstrip() for line in _COLOUR.sub("", text).splitlines())
    return [printable(line[:200]) for line in lines if line and not _CHATTER.match(line)]


def is_chatter(text: str) -> bool:
    """Whether each line of a text is one that ipykernel prints at every start, or an empty one."""
    return all(not line or _CHATTER.match(line) for line in text.splitlines())


def last_line(text: str) -> str:
    """Return the last line of a log that says anything: printable, at most 200 characters.

    JavaScript and Java say first what is wrong, and then where: "at file:1:2".
    """
    lines = [line.strip() for line in said_lines(text)]
    return next((line for line in reversed(lines) if not line.startswith("at ")), "")


def printable(text: str) -> str:
    """Return text with a question mark for each character that would not print."""
    return "".join(char if char.isprintable() else "?" for char in text)


def is_address_in_use(text: str) -> bool:
    """Whether a kernel's log says that another process has got one of its ports."""
    return _ADDRESS_IN_USE.search(text) is not None
