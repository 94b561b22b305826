"""The house rules: what may import what, and how long things may be.

The layers are those of the table LAYERS; imports point downwards only. The rules are read off the
syntax trees, so nothing is imported here but the packages whose public names are compared.
"""

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "kconsole"

#: From bottom to top. A module may import from its own layer's package and from lower layers.
LAYERS = {
    "errors": 0,
    "protocol": 1,
    "connect": 2,
    "client": 3,
    "render": 4,
    "config": 5,
    "script": 6,
    "repl": 6,
    "cli": 7,
    "__main__": 8,
}
#: The public library: it may name whatever the library has, and none of the programs.
FRONT = "__init__"
FRONT_LIMIT = LAYERS["client"]

#: Where, below kconsole/, a package may be imported.
ALLOWED = {
    "zmq": {"client"},
    "prompt_toolkit": {"repl"},
    "asyncio": {"repl"},
    "pygments": {"render", "repl"},
    "click": {"cli"},
}
LONGEST_MODULE = 450
LONGEST_FUNCTION = 75

MODULES = sorted(ROOT.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix()


every_module = pytest.mark.parametrize("path", MODULES, ids=name_of)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def room_of(path: Path) -> str:
    """The package or top-level module of kconsole that a file belongs to."""
    return path.relative_to(ROOT).with_suffix("").parts[0]


def functions_of(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Every absolute module name that a file imports, with its line."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            if node.module == "kconsole":
                yield from ((f"kconsole.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield node.module or "", node.lineno


def exported(tree: ast.Module) -> list[str] | None:
    """The module's ``__all__``, None if it has none."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            value: list[str] = ast.literal_eval(node.value)
            return value
    return None


def test_there_are_modules_to_look_at() -> None:
    assert {"errors", "protocol/message"} <= {name_of(path) for path in MODULES}


@every_module
def test_imports_point_downwards(path: Path) -> None:
    room = room_of(path)
    limit = FRONT_LIMIT + 1 if room == FRONT else LAYERS[room]
    for module, line in imports_of(path):
        package, _, rest = module.partition(".")
        if package != "kconsole":
            continue
        target = rest.partition(".")[0]
        if target == "__version__":
            continue
        # What kconsole itself exports besides its subpackages is for others to import.
        assert target in LAYERS, f"{path}:{line} imports {module} from the front door"
        below = LAYERS[target] < limit
        assert below or target == room, f"{path}:{line}: {room} imports {module}"


@every_module
def test_packages_are_imported_only_in_their_rooms(path: Path) -> None:
    for module, line in imports_of(path):
        rooms = ALLOWED.get(module.partition(".")[0])
        assert rooms is None or room_of(path) in rooms, f"{path}:{line} imports {module}"


@every_module
def test_processes_are_started_and_killed_only_where_kernels_are_reached(path: Path) -> None:
    # repl/ may start an editor or a pager.
    if room_of(path) in {"connect", "repl"}:
        return
    for module, line in imports_of(path):
        assert module != "subprocess", f"{path}:{line} imports subprocess"
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute):
            assert node.attr != "killpg", f"{path}:{node.lineno} uses os.killpg"


@every_module
def test_only_the_command_line_prints(path: Path) -> None:
    if room_of(path) == "cli":
        return
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) != "print", f"{path}:{node.lineno} prints"


@every_module
def test_only_the_command_line_imports_inside_functions(path: Path) -> None:
    if room_of(path) == "cli":
        return
    for function in functions_of(tree_of(path)):
        for node in ast.walk(function):
            found = isinstance(node, ast.Import | ast.ImportFrom)
            assert not found, f"{path}:{node.lineno}: {function.name} imports"


@every_module
def test_a_module_says_what_it_is_for_and_what_it_exports(path: Path) -> None:
    tree = tree_of(path)
    assert ast.get_docstring(tree), f"{path} has no docstring"
    if path.stem == "__main__" or (path.stem == "__init__" and not _defines(tree)):
        return
    names = exported(tree)
    assert names is not None, f"{path} has no __all__"
    defined = {name for node in tree.body for name in _bound(node)}
    assert set(names) <= defined, f"{path}: {set(names) - defined} is not there"


def _defines(tree: ast.Module) -> bool:
    """Whether a module has names of its own, and not only a docstring or a call."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    return any(isinstance(node, kinds) for node in tree.body)


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top of a module binds."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.If | ast.Try | ast.With):
        inner = [*node.body, *getattr(node, "orelse", [])]
        yield from (name for one in inner for name in _bound(one))
    else:
        targets = (one for one in ast.walk(node) if isinstance(one, ast.Name))
        yield from (one.id for one in targets if isinstance(one.ctx, ast.Store))


@every_module
def test_nothing_is_too_long(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= LONGEST_MODULE, f"{path} has {lines} lines"
    for function in functions_of(tree_of(path)):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= LONGEST_FUNCTION, f"{path}: {function.name} has {length} lines"


def test_the_librarys_public_names_exist_and_are_sorted() -> None:
    library = importlib.import_module("kconsole")
    names = list(library.__all__)
    assert names == sorted(names, key=_like_ruff)
    assert len(names) == len(set(names))
    assert [name for name in names if not hasattr(library, name)] == []


def _like_ruff(name: str) -> tuple[int, str]:
    """The order that ruff keeps ``__all__`` in (RUF022): constants, classes, the rest."""
    if name.isupper():
        return 0, name
    return (1 if name[:1].isupper() else 2), name
