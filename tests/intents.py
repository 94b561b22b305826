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
    "print hello": Intent('console.log("hello")', "hello"),
    "print to stderr": Intent('console.error("oops")', "oops"),
    "print unicode": Intent('console.log("é 日本 🎉")', "é 日本 🎉"),
    "print many lines": Intent('for (let i = 0; i < 900; i++) console.log("line", i)', "line 899"),
    "one plus one": Intent("1+1", "2"),
    "assign": Intent("var x = 4711"),
    "read back": Intent("console.log(x)", "4711"),
    "error": Intent('throw new Error("told so")', "told so"),
    "sleep 10": Intent(
        # It can be interrupted while it computes, but not while it awaits.
        "for (const end = Date.now() + 10000; Date.now() < end; );"
    ),
    "sleep shortly": Intent("await new Promise((done) => setTimeout(done, 200))"),
    "input": Intent('console.log("hi", prompt("name? "))', "hi "),
    "complete": Intent("x = 1"),
    "incomplete": Intent("for (const i of [1, 2]) {"),
    "invalid": Intent("print(]"),
    "loop printing": Intent(
        "for (let i = 0; i < 10000; i++) "
        '{ console.log("tick", i); await new Promise((done) => setTimeout(done, 20)) }',
        "tick 1",
    ),
    "prefix of a name": Intent("consol", "console"),
}

KOTLIN = {
    "print hello": Intent('println("hello")', "hello"),
    "print to stderr": Intent('System.err.println("oops")', "oops"),
    "print unicode": Intent('println("é 日本 🎉")', "é 日本 🎉"),
    "print many lines": Intent('for (i in 0 until 900) println("line $i")', "line 899"),
    "one plus one": Intent("1+1", "2"),
    "assign": Intent("val x = 4711"),
    "read back": Intent("println(x)", "4711"),
    "error": Intent('throw Exception("told so")', "told so"),
    "sleep 10": Intent("Thread.sleep(10000)"),
    "sleep shortly": Intent("Thread.sleep(200)"),
    "input": Intent('val name = readln()\nprintln("hi $name")', "hi "),
    "complete": Intent("val x = 1"),
    "incomplete": Intent("for (i in 1..3) {"),
    "invalid": Intent("println(]"),
    "loop printing": Intent(
        'for (i in 0..10000) { println("tick $i"); Thread.sleep(20) }', "tick 1"
    ),
    "prefix of a name": Intent("printl", "println"),
}

R = {
    "print hello": Intent('cat("hello\\n")', "hello"),
    "print to stderr": Intent('message("oops")', "oops"),
    "print unicode": Intent('cat("é 日本 🎉\\n")', "é 日本 🎉"),
    "print many lines": Intent('for (i in 0:899) cat("line", i, "\\n")', "line 899"),
    "one plus one": Intent("1+1", "2"),
    "assign": Intent("x <- 4711"),
    "read back": Intent("print(x)", "4711"),
    "error": Intent('stop("told so")', "told so"),
    "sleep 10": Intent("Sys.sleep(10)"),
    "sleep shortly": Intent("Sys.sleep(0.2)"),
    "input": Intent('name <- readline("name? ")\ncat("hi", name, "\\n")', "hi "),
    "complete": Intent("x <- 1"),
    "incomplete": Intent("for (i in 1:3) {"),
    "invalid": Intent("print(]"),
    "loop printing": Intent(
        'for (i in 0:10000) { cat("tick", i, "\\n"); Sys.sleep(0.02) }', "tick 1"
    ),
    "prefix of a name": Intent("prin", "print"),
    "a name to inspect": Intent("print", "print"),
}

#: language -> intent -> code; what is missing there the kernel lacks (see features.py).
INTENTS = {"python": PYTHON, "bash": BASH, "typescript": TYPESCRIPT, "kotlin": KOTLIN, "R": R}
