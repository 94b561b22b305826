"""The house rules: what may import what, and how long things may be.

The layers are those of the table LAYERS; imports point downwards only. The rules are read off the
syntax trees, so nothing is imported here but the packages whose public names are compared. A rule is one
test for all modules, which says where it is broken: to begin and end two thousand tests takes minutes.
"""

import ast
import gc
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "kconsole"

#: From bottom to top. A module may import from its own layer's package and from lower layers.
LAYERS = {
    "errors": 0,
    "protocol": 1,
    "connect": 2,
    "client": 3,
    "render": 4,
    "record": 5,
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


@cache
def _nodes() -> dict[Path, list[ast.AST]]:
    """All that the trees of all modules consist of, each beginning with the module."""
    # None of the hundreds of thousands is garbage, and looking for some takes longer than they do.
    gc.disable()
    try:
        return {path: list(ast.walk(ast.parse(path.read_text(), str(path)))) for path in MODULES}
    finally:
        gc.enable()


def tree_of(path: Path) -> ast.Module:
    tree = nodes_of(path)[0]
    assert isinstance(tree, ast.Module)
    return tree


def nodes_of(path: Path) -> list[ast.AST]:
    """All that a file's tree consists of."""
    return _nodes()[path]


def room_of(path: Path) -> str:
    """The package or top-level module of kconsole that a file belongs to."""
    return path.relative_to(ROOT).with_suffix("").parts[0]


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in nodes_of(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Every module name that a file imports, with its line; a relative one begins with a dot."""
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            if module == "kconsole":
                yield from ((f"kconsole.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield module, node.lineno


def exported(tree: ast.Module) -> list[str] | None:
    """The module's ``__all__``, None if it has none."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            value: list[str] = ast.literal_eval(node.value)
            return value
    return None


def test_there_are_modules_to_look_at() -> None:
    assert {"errors", "protocol/message"} <= {name_of(path) for path in MODULES}


def test_imports_point_downwards() -> None:
    found = [
        f"{name_of(path)}:{line} imports {module}"
        for path in MODULES
        for module, line in imports_of(path)
        if not _points_downwards(room_of(path), module)
    ]
    assert found == []


def _points_downwards(room: str, module: str) -> bool:
    """Whether a module may be imported; of kconsole itself nothing but its version may be."""
    package, _, rest = module.partition(".")
    target = rest.partition(".")[0]
    if package != "kconsole" or target == "__version__":
        return bool(package)
    limit = FRONT_LIMIT + 1 if room == FRONT else LAYERS[room]
    return target == room or (target in LAYERS and LAYERS[target] < limit)


def test_packages_are_imported_only_in_their_rooms() -> None:
    found = [
        f"{name_of(path)}:{line} imports {module}"
        for path in MODULES
        for module, line in imports_of(path)
        if room_of(path) not in ALLOWED.get(module.partition(".")[0], LAYERS.keys() | {FRONT})
    ]
    assert found == []


def test_processes_are_started_and_killed_only_where_kernels_are_reached() -> None:
    # repl/ may start an editor or a pager.
    others = [path for path in MODULES if room_of(path) not in {"connect", "repl"}]
    started = [
        f"{name_of(path)}:{line} imports subprocess"
        for path in others
        for module, line in imports_of(path)
        if module == "subprocess"
    ]
    killed = [
        f"{name_of(path)}:{node.lineno} uses os.killpg"
        for path in others
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute) and node.attr == "killpg"
    ]
    assert started + killed == []


def test_only_the_command_line_prints() -> None:
    found = [
        f"{name_of(path)}:{node.lineno} prints"
        for path in MODULES
        if room_of(path) != "cli"
        for node in nodes_of(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert found == []


def test_only_the_command_line_imports_inside_functions() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}: {function.name} imports"
        for path in MODULES
        if room_of(path) != "cli"
        for node in nodes_of(path)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for function in functions_of(path)
        if function.lineno <= node.lineno <= (function.end_lineno or 0)
    ]
    assert found == []


def test_a_module_says_what_it_is_for_and_what_it_exports() -> None:
    found = []
    for path in MODULES:
        tree = tree_of(path)
        if not ast.get_docstring(tree):
            found.append(f"{name_of(path)} has no docstring")
        if path.stem == "__main__" or (path.stem == "__init__" and not _defines(tree)):
            continue
        names = exported(tree)
        if names is None:
            found.append(f"{name_of(path)} has no __all__")
        else:
            defined = {name for node in tree.body for name in _bound(node)}
            found += [f"{name_of(path)}: {name} is not there" for name in {*names} - defined]
    assert found == []


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


def test_nothing_is_too_long() -> None:
    found = []
    for path in MODULES:
        lines = len(path.read_text().splitlines())
        if lines > LONGEST_MODULE:
            found.append(f"{name_of(path)} has {lines} lines")
        for function in functions_of(path):
            length = (function.end_lineno or 0) - function.lineno + 1
            if length > LONGEST_FUNCTION:
                found.append(f"{name_of(path)}: {function.name} has {length} lines")
    assert found == []


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
