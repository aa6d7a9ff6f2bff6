"""The laws of the house that no linter checks: no import cycle, one name for one thing, small functions and classes."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

SRC = Path(__file__).parents[1] / "src"
MODULES = {
    ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__"): path for path in SRC.rglob("*.py")
}
TREES = {name: ast.parse(path.read_text()) for name, path in MODULES.items()}
LONGEST_FUNCTION = 40
MOST_METHODS = 25


def imported_by(name: str) -> set[str]:
    """The modules of ours that a module imports: at the top, inside functions, and for types alone."""
    imported: set[str] = set()
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            imported |= members & MODULES.keys() or {node.module}
    return imported & MODULES.keys()


def test_no_module_imports_itself_by_way_of_others() -> None:
    left = {name: imported_by(name) for name in MODULES}
    # Whoever imports nothing that is left is on no cycle: taken away until nothing changes, only cycles remain.
    while True:
        free = {name for name, imported in left.items() if not imported & left.keys()}
        if not free:
            break
        left = {name: imported for name, imported in left.items() if name not in free}
    on_cycles = {name: sorted(imported & left.keys()) for name, imported in left.items()}
    assert on_cycles == {}


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for name, tree in TREES.items():
        yield from ((name, node) for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def test_no_class_name_is_defined_twice() -> None:
    where: defaultdict[str, list[str]] = defaultdict(list)
    for module, node in classes():
        where[node.name].append(module)
    assert {name: modules for name, modules in where.items() if len(modules) > 1} == {}


def test_no_class_has_more_methods_than_a_reader_keeps_in_mind() -> None:
    methods = Counter(
        {
            f"{module}.{node.name}": sum(isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) for item in node.body)
            for module, node in classes()
        }
    )
    assert {name: count for name, count in methods.items() if count > MOST_METHODS} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{module}.{node.name}": lines
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1 - docstring_lines(node)) > LONGEST_FUNCTION
    }
    assert long == {}


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    is_docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
