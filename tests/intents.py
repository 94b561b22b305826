"""The same intent in the language of each kernel, so that one test runs on all of them."""

from typing import NamedTuple

__all__ = ["INTENTS", "Intent"]


class Intent(NamedTuple):
    """Code that means something, and a text that the kernel shows when it has run."""

    code: str
    shows: str = ""


PYTHON = {
    "print hello": Intent('print("hello")', "hello"),
    "print to stderr": Intent('import sys\nprint("oops", file=sys.stderr)', "oops"),
    "print unicode": Intent('print("é 日本 🎉")', "é 日本 🎉"),
    "print many lines": Intent('for i in range(900): print("line", i)', "line 899"),
    "one plus one": Intent("1+1", "2"),
    "assign": Intent("x = 4711"),
    "read back": Intent("print(x)", "4711"),
    "error": Intent('raise ValueError("told so")', "told so"),
    "sleep 10": Intent("import time\ntime.sleep(10)"),
    "sleep shortly": Intent("import time\ntime.sleep(0.2)"),
    "input": Intent('name = input("name? ")\nprint("hi", name)', "hi "),
    "password": Intent('import getpass\nprint(len(getpass.getpass("secret: ")))'),
    "complete": Intent("x = 1"),
    "incomplete": Intent("for i in range(3):"),
    "invalid": Intent("print(]"),
    "loop printing": Intent(
        'import time\nfor i in range(10000):\n    print("tick", i, flush=True)\n    time.sleep(0.02)',
        "tick 1",
    ),
    "prefix of a name": Intent("pri", "print"),
    "a name to inspect": Intent("print", "print"),
}

BASH = {
    "print hello": Intent("echo hello", "hello"),
    "print unicode": Intent("echo 'é 日本 🎉'", "é 日本 🎉"),
    "print many lines": Intent("for i in $(seq 0 899); do echo line $i; done", "line 899"),
    "one plus one": Intent("echo $((1+1))", "2"),
    "assign": Intent("x=4711"),
    "read back": Intent("echo $x", "4711"),
    "error": Intent("cat '/told so'", "told so"),
    "sleep 10": Intent("sleep 10"),
    "sleep shortly": Intent("sleep 0.2"),
    "complete": Intent("x=1"),
    "incomplete": Intent("for i in 1 2 3; do"),
    "invalid": Intent("echo )"),
    "loop printing": Intent("for i in $(seq 0 10000); do echo tick $i; sleep 0.02; done", "tick 1"),
    "prefix of a name": Intent("ech", "echo"),
}

TYPESCRIPT = {
    "print hello": Intent("console.log('hello')", "hello"),
    "one plus one": Intent("1+1", "2"),
    "error": Intent("throw new Error('told so')", "told so"),
}

#: language -> intent -> code; what is missing there the kernel lacks (see features.py).
INTENTS = {"python": PYTHON, "bash": BASH, "typescript": TYPESCRIPT}
