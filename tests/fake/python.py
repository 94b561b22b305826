"""The small part of Python that a cell of the scripted kernel may hold.

Tests run the same cells on this kernel and on real ones, so it has to understand what they say:
print, arithmetic, names, f-strings, raise, input, getpass, sleep, exec, loops and exit. It walks the
syntax tree and evaluates only what the tables below name; nothing reaches the test process.
"""

import ast
import operator
import os
from collections.abc import Callable, Iterator
from typing import Any, Protocol

__all__ = ["CellError", "Host", "run"]

IMPORTABLE = {"time", "sys", "getpass", "os"}


class CellError(Exception):
    """The cell raised: the name of the exception and its text."""

    def __init__(self, ename: str, evalue: str) -> None:
        super().__init__(f"{ename}: {evalue}")
        self.ename = ename
        self.evalue = evalue


class Host(Protocol):
    """What a cell can ask of the kernel that runs it."""

    namespace: dict[str, Any]

    def write(self, text: str, name: str) -> None:
        """Write to stdout or stderr."""

    def read(self, prompt: str, *, password: bool) -> str:
        """Ask the client for a line."""

    def sleep(self, seconds: float) -> None:
        """Wait; an interrupt ends it."""

    def check(self) -> None:
        """Raise if the cell was interrupted."""

    def leave(self, *, keep: object) -> None:
        """End the kernel after this cell, or only the client."""


OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def run(code: str, host: Host) -> Any:
    """Run a cell; its last expression's value is returned, None if there is none.

    Raises CellError for whatever Python would have raised.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError) as error:
        raise CellError(type(error).__name__, str(error)) from None
    runner = _Runner(host)
    try:
        return runner.block(tree.body)
    except (ArithmeticError, LookupError, TypeError, ValueError, EOFError) as error:
        raise CellError(type(error).__name__, str(error)) from None


class _Break(Exception):
    """``break`` inside a loop."""


class _Runner:
    """Evaluates one cell; a node's class name selects the method that knows it."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.names = host.namespace
        self.functions: dict[str, Callable[..., Any]] = {
            "print": self._print,
            "input": lambda prompt="": host.read(str(prompt), password=False),
            "getpass.getpass": lambda prompt="Password: ": host.read(prompt, password=True),
            "getpass": lambda prompt="Password: ": host.read(prompt, password=True),
            "time.sleep": host.sleep,
            "sleep": host.sleep,
            "sys.stdout.write": lambda text: host.write(text, "stdout"),
            "sys.stderr.write": lambda text: host.write(text, "stderr"),
            "exec": lambda code: self.block(ast.parse(code).body),
            "os.path.exists": os.path.exists,
            "sys.stdout.flush": lambda: None,
            "sys.stderr.flush": lambda: None,
            "exit": lambda keep_kernel=False: host.leave(keep=keep_kernel),
            "quit": lambda keep_kernel=False: host.leave(keep=keep_kernel),
            **{one.__name__: one for one in (range, len, str, repr, int, float, list)},
        }

    def block(self, body: list[ast.stmt]) -> Any:
        value = None
        for statement in body:
            self.host.check()
            value = self._method(statement)(statement)
        return value

    def value(self, node: ast.expr) -> Any:
        return self._method(node)(node)

    def _method(self, node: ast.AST) -> Callable[[Any], Any]:
        method: Callable[[Any], Any] | None = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            word = type(node).__name__
            raise CellError("NotImplementedError", f"the fake kernel does not know {word}")
        return method

    # --- statements

    def _Expr(self, node: ast.Expr) -> Any:
        if isinstance(node.value, ast.Name) and node.value.id in {"exit", "quit"}:
            return self.host.leave(keep=False)
        return self.value(node.value)

    def _Assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.names[ast.unparse(target)] = value

    def _AugAssign(self, node: ast.AugAssign) -> None:
        name = ast.unparse(node.target)
        self.names[name] = OPERATORS[type(node.op)](self._lookup(name), self.value(node.value))

    def _Raise(self, node: ast.Raise) -> None:
        call = node.exc
        if isinstance(call, ast.Call):
            text = ", ".join(str(self.value(one)) for one in call.args)
            raise CellError(ast.unparse(call.func), text)
        raise CellError(ast.unparse(call) if call else "RuntimeError", "")

    def _For(self, node: ast.For) -> None:
        self._loop(iter(self.value(node.iter)), ast.unparse(node.target), node.body)

    def _While(self, node: ast.While) -> None:
        self._loop(iter(lambda: bool(self.value(node.test)), False), "_", node.body)

    def _loop(self, items: Iterator[Any], name: str, body: list[ast.stmt]) -> None:
        for item in items:
            self.names[name] = item
            try:
                self.block(body)
            except _Break:
                return

    def _If(self, node: ast.If) -> None:
        self.block(node.body if self.value(node.test) else node.orelse)

    def _Break(self, _node: ast.Break) -> None:
        raise _Break

    def _Pass(self, _node: ast.Pass) -> None:
        # "while True: pass" must not starve the other threads.
        self.host.sleep(0.001)

    def _Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name not in IMPORTABLE:
                raise CellError("ModuleNotFoundError", f"No module named {alias.name!r}")

    def _ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module not in IMPORTABLE:
            raise CellError("ModuleNotFoundError", f"No module named {node.module!r}")

    # --- expressions

    def _Constant(self, node: ast.Constant) -> Any:
        return node.value

    def _Name(self, node: ast.Name) -> Any:
        return self._lookup(node.id)

    def _lookup(self, name: str) -> Any:
        if name not in self.names:
            raise CellError("NameError", f"name {name!r} is not defined")
        return self.names[name]

    def _BinOp(self, node: ast.BinOp) -> Any:
        return OPERATORS[type(node.op)](self.value(node.left), self.value(node.right))

    def _UnaryOp(self, node: ast.UnaryOp) -> Any:
        return OPERATORS[type(node.op)](self.value(node.operand))

    def _Compare(self, node: ast.Compare) -> Any:
        left = self.value(node.left)
        for sign, operand in zip(node.ops, node.comparators, strict=True):
            right = self.value(operand)
            if not OPERATORS[type(sign)](left, right):
                return False
            left = right
        return True

    def _List(self, node: ast.List) -> list[Any]:
        return [self.value(one) for one in node.elts]

    def _Tuple(self, node: ast.Tuple) -> tuple[Any, ...]:
        return tuple(self.value(one) for one in node.elts)

    def _Dict(self, node: ast.Dict) -> dict[Any, Any]:
        pairs = zip(node.keys, node.values, strict=True)
        return {self.value(key): self.value(value) for key, value in pairs if key is not None}

    def _Subscript(self, node: ast.Subscript) -> Any:
        return self.value(node.value)[self.value(node.slice)]

    def _JoinedStr(self, node: ast.JoinedStr) -> str:
        return "".join(str(self.value(one)) for one in node.values)

    def _FormattedValue(self, node: ast.FormattedValue) -> str:
        value = self.value(node.value)
        if node.conversion == ord("r"):
            value = repr(value)
        return format(value, self.value(node.format_spec) if node.format_spec else "")

    def _Call(self, node: ast.Call) -> Any:
        name = ast.unparse(node.func)
        if name not in self.functions:
            raise CellError("NameError", f"name {name!r} is not defined")
        keywords = {one.arg: one.value for one in node.keywords if one.arg}
        if name == "print":
            return self._print(*map(self.value, node.args), **keywords)
        values = {key: self.value(value) for key, value in keywords.items()}
        return self.functions[name](*map(self.value, node.args), **values)

    def _print(self, *values: Any, **keywords: ast.expr) -> None:
        # ``file`` is a name that exists nowhere here, so it is read and not evaluated.
        target = ast.unparse(keywords["file"]) if "file" in keywords else "sys.stdout"
        end = self.value(keywords["end"]) if "end" in keywords else "\n"
        separator = self.value(keywords["sep"]) if "sep" in keywords else " "
        text = separator.join(map(str, values)) + end
        self.host.write(text, target.removeprefix("sys."))
