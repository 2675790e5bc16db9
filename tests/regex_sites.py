"""Every regular expression in `core` and `tui`, with the ways in which it is used."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
_FUNCTIONS = frozenset("match search fullmatch finditer findall sub subn split".split())
_IMPORTED = re.compile(r"^\s*(?:import|from) (?:re|regex)\b", re.MULTILINE)
_ALIASES = frozenset({"re", "regex"})


@dataclass(frozen=True, slots=True)
class Site:
    """A call that takes a pattern."""

    file: str
    line: int
    source: str
    """The expression of the pattern, as it is written."""
    name: str
    """The constant that holds the compiled pattern, or nothing."""
    how: frozenset[str]
    """Methods of `re.Pattern`."""
    value: re.Pattern[Any] | None
    """`None` where the pattern depends on what is known only when the call is made."""

    @property
    def at(self) -> str:
        return f"{self.file}:{self.line}"


def sites() -> list[Site]:
    """Return all of them."""
    texts = {
        path.relative_to(_ROOT).as_posix(): path.read_text("utf-8")
        for package in ("core", "tui")
        for path in sorted((_ROOT / package).rglob("*.py"))
    }
    trees = {file: ast.parse(text) for file, text in texts.items() if _IMPORTED.search(text)}
    public = {name for tree in trees.values() for _, name in _calls(tree) if name[:1].isalpha()}
    named = re.compile(rf"\b(?:{'|'.join(sorted(public))})\b")
    users = {file: text for file, text in texts.items() if file not in trees and named.search(text)}
    uses = _uses({**trees, **{file: ast.parse(text) for file, text in users.items()}})
    return [site for file, tree in trees.items() for site in _of(file, tree, uses)]


def _of(file: str, tree: ast.Module, uses: dict[tuple[str, str], set[str]]) -> Iterator[Site]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in _ALIASES:
            raise AssertionError(f"{file}:{node.lineno}: import the module, not its names")
        if isinstance(node, ast.Import):
            renamed = [each.name for each in node.names if each.name in _ALIASES and each.asname]
            assert not renamed, f"{file}:{node.lineno}: {renamed} under another name"
    module: ModuleType | None = None
    for call, name in _calls(tree):
        assert isinstance(call.func, ast.Attribute)
        module = module or importlib.import_module(_module_name(file))
        how = uses.get(_key(file, name), set()) if call.func.attr == "compile" else {call.func.attr}
        yield Site(
            file,
            call.lineno,
            ast.unparse(call.args[0]),
            name,
            frozenset(how or {"finditer"}),
            _value(call, module),
        )


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """All calls of `re` and `regex` that take a pattern, and the constant each is assigned to."""
    names: dict[ast.AST, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            for each in ast.walk(node.value):
                names[each] = target.id if isinstance(target, ast.Name) else ""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in _ALIASES
            and node.func.attr in _FUNCTIONS | {"compile"}
        ):
            yield node, names.get(node, "") if node.func.attr == "compile" else ""


def _value(call: ast.Call, module: ModuleType) -> re.Pattern[Any] | None:
    """Compile the pattern with the names of its module."""
    assert isinstance(call.func, ast.Attribute)
    at = {"compile": 1, "split": 3, "sub": 4, "subn": 4}.get(call.func.attr, 2)
    flags = next((each.value for each in call.keywords if each.arg == "flags"), None)
    flags = flags or (call.args[at] if len(call.args) > at else ast.parse("0", mode="eval").body)
    try:
        pattern, bits = (
            eval(compile(ast.Expression(each), module.__name__, "eval"), vars(module))
            for each in (call.args[0], flags)
        )
    except NameError:
        return None
    return re.compile(pattern, bits)


def _uses(trees: dict[str, ast.Module]) -> dict[tuple[str, str], set[str]]:
    """The methods with which names are used, by file and name; public ones under every file.

    A pattern that is handed on is taken to be searched for, and one that is matched from a
    position may be tried from every one.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for file, tree in trees.items():
        called = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name, method = _name(node.func.value), node.func.attr
                if name and method in _FUNCTIONS:
                    called.add(node.func.value)
                    walking = method in ("match", "fullmatch") and len(node.args) > 1
                    found.setdefault(_key(file, name), set()).add("finditer" if walking else method)
        for node in ast.walk(tree):
            name = _name(node)
            if isinstance(node, ast.Name) and node not in called and isinstance(node.ctx, ast.Load):
                found.setdefault(_key(file, name), set()).add("finditer")
    return found


def _key(file: str, name: str) -> tuple[str, str]:
    return (file if name.startswith("_") else "", name)


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _module_name(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
