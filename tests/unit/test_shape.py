"""The shape of the code: no circles of imports, no class of too many methods."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
MOST_METHODS = 25


def trees(*packages: str) -> Mapping[str, ast.Module]:
    """Return the parsed modules of packages by name."""
    return {
        ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): (
            ast.parse(path.read_text("utf-8"))
        )
        for package in packages
        for path in sorted((REPOSITORY / package).rglob("*.py"))
    }


def imported(tree: ast.Module, modules: Mapping[str, ast.Module]) -> Iterator[str]:
    """Yield the modules that one imports: at its top, in functions, and for types only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                inner = f"{node.module}.{each.name}"
                yield inner if inner in modules else node.module


def test_no_modules_of_the_app_import_each_other() -> None:
    modules = trees("tui")
    graph = {
        name: {each for each in imported(tree, modules) if each in modules and each != name}
        for name, tree in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(" -> ".join(error.args[1])) from None


def test_no_class_has_too_many_methods() -> None:
    found = {
        f"{name}.{node.name}": methods
        for name, tree in trees("core", "tui").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and (methods := sum(_is_function(each) for each in node.body)) > MOST_METHODS
    }
    assert found == {}


def _is_function(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
