"""Plants faults in a copy of the code, and counts how many of them the tests notice.

    uv run python -m tests.bench.mutants                       # 160 faults, half an hour
    uv run python -m tests.bench.mutants --only sessions --limit 20
    uv run python -m tests.bench.mutants --tree CHECKOUT        # the same kinds of faults there

Faults are of the kinds that reviews find: a bound off by one, a condition turned round, a lost
call, `await`, `return` or `raise`, a wrong key. Which are planted follows from the seed and the
text of the functions, so that moved code keeps its faults. For each, the test files that are the
nearest by imports run until the first test fails. Every fault is printed, with the test that
noticed it.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
AREAS: Mapping[str, Sequence[str]] = {
    "engine": ("core/engine",),
    "chat": ("core/chat",),
    "meetup": ("core/meetup",),
    "teams": ("core/teams", "core/hierarchy"),
    "clm": ("core/clm",),
    "lab": ("core/lab",),
    "profiles": ("core/profiles", "core/profile"),
    "sessions": ("core/sessions",),
    "providers": ("core/providers",),
    "personas": ("core/personas",),
    "panes": ("tui",),
    "widgets": ("tui/widgets",),
}
"""Folders by area; what an earlier version calls a folder stands beside its name."""
ELSEWHERE = {"panes": ("tui/widgets",)}
FILES = 12
"""How many test files run for a fault."""
PATIENCE = 150
"""Seconds after which its tests are stopped: they hang, which is noticed as well."""
BROKEN = 99
"""The exit status of tests that could not be run at all."""
NOTICED, SURVIVED, HUNG = "noticed", "SURVIVED", "hung"
IMPORTED_ONCE = ("textual.app", "textual.widgets", "yaml", "click", "asyncio")
"""What tests import that never changes."""
OPPOSITE = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A piece of a file, and what takes its place."""

    area: str
    path: str
    function: str
    kind: str
    line: int
    start: int
    end: int
    old: str
    new: str

    @property
    def title(self) -> str:
        old, new = (" ".join(text.split())[:60] for text in (self.old, self.new))
        return f"{self.path}:{self.line} {self.function}: {self.kind}: {old} → {new}"

    def lot(self, seed: int) -> str:
        """Return what decides whether it is drawn: not where it stands."""
        name = f"{seed}|{self.function}|{self.kind}|{self.old}"
        return hashlib.sha256(name.encode()).hexdigest()


class Faults(ast.NodeVisitor):
    """Collects the faults that can be planted in a file."""

    def __init__(self, area: str, path: str, text: str) -> None:
        self.area, self.path, self.text = area, path, text
        self.found: list[Fault] = []
        self._names: list[str] = []
        lines = text.encode().splitlines(keepends=True)
        self._offsets = [0]
        for line in lines:
            self._offsets.append(self._offsets[-1] + len(line))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._inside(node.name, node.body)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if not node.name.startswith("__") or node.name == "__init__":
            self._inside(node.name, node.body, within=True)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def _inside(self, name: str, body: Sequence[ast.stmt], *, within: bool = False) -> None:
        self._names.append(name)
        for each in body:
            if within or isinstance(each, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                self.visit(each)
        self._names.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave it alone: places in it are not those in the file."""

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1:
            left, right = (ast.get_source_segment(self.text, each) for each in _ends(node))
            other = OPPOSITE[type(node.ops[0])]
            self._add(node, "comparison", f"{left} {other} {right}")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word = " or " if isinstance(node.op, ast.And) else " and "
        parts = [ast.get_source_segment(self.text, each) or "" for each in node.values]
        self._add(node, "and/or", word.join(f"({each})" for each in parts))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            inner = ast.get_source_segment(self.text, node.operand)
            self._add(node, "lost not", f"({inner})")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Add | ast.Sub):
            left, right = (ast.get_source_segment(self.text, each) for each in _ends(node))
            other = "-" if isinstance(node.op, ast.Add) else "+"
            self._add(node, "sign", f"{left} {other} {right}")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._add(node, "wrong flag", str(not node.value))
        elif isinstance(node.value, int):
            self._add(node, "off by one", str(node.value + 1))

    def visit_Subscript(self, node: ast.Subscript) -> None:
        key = node.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            self._add(key, "wrong key", repr(f"{key.value}_"))
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        text = ast.get_source_segment(self.text, node.test)
        if text != "TYPE_CHECKING":
            self._add(node.test, "turned condition", f"not ({text})")
            self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Await):
            self._add(node, "lost await", "pass")
        elif isinstance(node.value, ast.Call):
            self._add(node, "lost call", "pass")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not isinstance(node.value, ast.Constant):
            self._add(node, "lost value", "return None")
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._add(node, "lost error", "pass")

    def visit_Break(self, node: ast.Break) -> None:
        self._add(node, "break", "continue")

    def visit_Continue(self, node: ast.Continue) -> None:
        self._add(node, "continue", "break")

    def _add(self, node: ast.expr | ast.stmt, kind: str, new: str) -> None:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._offsets[node.lineno - 1] + node.col_offset
        end = self._offsets[node.end_lineno - 1] + node.end_col_offset
        old = self.text.encode()[start:end].decode()
        name = ".".join(self._names)
        planted = (self.area, self.path, name, kind, node.lineno, start, end, old, new)
        self.found.append(Fault(*planted))


def _ends(node: ast.Compare | ast.BinOp) -> tuple[ast.expr, ast.expr]:
    if isinstance(node, ast.Compare):
        return node.left, node.comparators[0]
    return node.left, node.right


def drawn(tree: Path, limit: int, seed: int, only: Sequence[str]) -> list[Fault]:
    """Draw faults, as many from each area, and at most one from a function."""
    areas = [each for each in AREAS if not only or each in only]
    chosen: list[Fault] = []
    for number, area in enumerate(areas):
        quota = limit // len(areas) + (number < limit % len(areas))
        functions: set[tuple[str, str]] = set()
        for fault in sorted(_possible(tree, area), key=lambda each: each.lot(seed)):
            place = (fault.path, fault.function)
            if place not in functions and len(functions) < quota:
                functions.add(place)
                chosen.append(fault)
    return chosen


def _possible(tree: Path, area: str) -> Iterator[Fault]:
    avoided = tuple(f"{each}/" for each in ELSEWHERE.get(area, ()))
    for folder in AREAS[area]:
        for file in sorted((tree / folder).rglob("*.py")):
            path = file.relative_to(tree).as_posix()
            if not path.startswith(avoided or "\0"):
                text = file.read_text("utf-8")
                faults = Faults(area, path, text)
                faults.visit(ast.parse(text))
                yield from faults.found


class Imports:
    """Who imports whom, tests included; words like "core.cli.chat" in a text count as well."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self._files = {
            self._name(file): file
            for folder in ("core", "tui", "tests")
            for file in (tree / folder).rglob("*.py")
        }

    def _name(self, file: Path) -> str:
        parts = file.relative_to(self.tree).with_suffix("").parts
        parts = parts[1:] if parts[0] == "tests" else parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def importers(self) -> Mapping[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for name, file in self._files.items():
            for imported in self._imported(ast.parse(file.read_text("utf-8"))):
                found[imported].add(name)
        return found

    def _imported(self, module: ast.Module) -> Iterator[str]:
        for node in ast.walk(module):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{each.name}" for each in node.names]
                names.append(str(node.module))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                names = re.findall(r"\b(?:core|tui)(?:\.\w+)+", node.value)
            yield from (each for each in names if each in self._files)

    def tests(self, path: str) -> list[Path]:
        """Return the test files nearest to a module: by imports, and by their names."""
        module = self._name(self.tree / path)
        distances = {module: 0}
        wave = [module]
        while wave:
            wave = [
                importer
                for imported in wave
                for importer in sorted(self.importers.get(imported, ()))
                if distances.setdefault(importer, distances[imported] + 1)
                == distances[imported] + 1
            ]
            wave = list(dict.fromkeys(wave))
            if len(distances) > len(self._files):
                break
        words = set(re.split(r"[._]", module)) - {"core", "tui"}
        ranked = sorted(
            (distances[name] - 1.5 * len(words & set(re.split(r"[._]", name))), name)
            for name in distances
            if name.rpartition(".")[2].startswith("test_")
        )
        return [self._files[name] for _, name in ranked[:FILES]]


@contextmanager
def copied(tree: Path) -> Iterator[Path]:
    """Copy what git knows of a tree to a folder of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=tree, capture_output=True, text=True, check=True,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        for each in listed.stdout.splitlines():
            if (tree / each).is_file():
                (folder / each).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(tree / each, folder / each)
        yield folder


@contextmanager
def planted(folder: Path, fault: Fault, number: int) -> Iterator[None]:
    """Plant a fault while the block runs."""
    file = folder / fault.path
    whole, stat = file.read_bytes(), file.stat()
    file.write_bytes(whole[: fault.start] + fault.new.encode() + whole[fault.end :])
    # Bytecode is taken for that of its file by seconds and size, which a fault may not change.
    os.utime(file, (stat.st_atime, stat.st_mtime + 10 * (number + 1)))
    try:
        yield
    finally:
        file.write_bytes(whole)
        os.utime(file, (stat.st_atime, stat.st_mtime))


def outcome(folder: Path, tests: Sequence[Path]) -> tuple[str, str]:
    """Run tests in a process of their own until one fails; returns what came of it."""
    report = folder / "outcome.txt"
    report.touch()
    pid = os.fork()
    if not pid:
        os.setsid()
        status = BROKEN
        try:
            status = _run(folder, report, tests)
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(status)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            said = report.read_text("utf-8")
            if os.waitstatus_to_exitcode(status) > pytest.ExitCode.INTERRUPTED:
                raise RuntimeError(said)
            failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", said, re.M)
            return (NOTICED, failed[0] if failed else "?") if status else (SURVIVED, "")
        time.sleep(0.05)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return HUNG, ""


def _run(folder: Path, report: Path, tests: Sequence[Path]) -> int:
    os.chdir(folder)
    with report.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.path[:] = [str(folder), *(each for each in sys.path if each not in {"", str(TOP)})]
    for name in [each for each in sys.modules if each.partition(".")[0] in {"tests", "core"}]:
        del sys.modules[name]
    flags = ["-x", "-q", "-n0", "--tb=no", "-rfE", "-p", "no:cacheprovider", "--timeout=60"]
    return int(pytest.main([*flags, *(str(each.relative_to(folder)) for each in tests)]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench.mutants")
    parser.add_argument("--limit", type=int, default=160, help="how many faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", default=[], choices=AREAS, metavar="AREA")
    parser.add_argument("--tree", type=Path, default=TOP, help="another checkout")
    parser.add_argument("--list", action="store_true", help="plant nothing")
    parser.add_argument("--check", type=float, metavar="RATIO", help="fail below this ratio")
    given = parser.parse_args()
    faults = drawn(given.tree.resolve(), given.limit, given.seed, given.only)
    if given.list:
        print("\n".join(f"{each.area:<9} {each.title}" for each in faults))
        return 0
    for name in IMPORTED_ONCE:
        importlib.import_module(name)
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    with copied(given.tree.resolve()) as folder:
        imports = Imports(folder)
        for number, fault in enumerate(faults):
            tests = imports.tests(fault.path)
            with planted(folder, fault, number):
                result, by = outcome(folder, tests)
            counts[fault.area][0] += result != SURVIVED
            counts[fault.area][1] += 1
            print(f"{result:<8} {fault.area:<9} {fault.title}  {by}", flush=True)
    for area, (noticed, planted_there) in counts.items():
        print(f"{area:<9} {noticed:3} of {planted_there}")
    noticed = sum(each for each, _ in counts.values())
    print(f"{noticed} of {len(faults)} faults noticed")
    return int(given.check is not None and noticed < given.check * len(faults))


if __name__ == "__main__":
    sys.exit(main())
