"""No code hides an error that it does not foresee: what catches everything tells it or raises it.

Every handler of `Exception` or `BaseException` in core and tui raises, passes the error to the
mechanism of `core.faults` or to whoever waits, or stands in a list here, with the reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BROAD = {"Exception", "BaseException"}
TELLING = {
    # The mechanism itself, at its several boundaries.
    "as_salon_error",
    "report_crash",
    "report_line",
    "report_fault",
    "told",
    "note",
    "end_with",
    # The run ends with the error, which is raised where the run is waited for.
    "_fail",
}
"""Functions to which a handler may pass what it caught."""
ALLOWED = {
    "core/cli/steering.py:steer": "passed to `complain`, which is `report_line`",
    "core/cli/steering.py:LineReader._read_all": "raised where the next line is waited for",
    "core/sessions/writer.py:Writer._flush_if_due": "kept; the next append raises it",
    "core/sessions/writer.py:Writer._insert": "given to everyone who waits for the records",
    "core/teams/definitions/library.py:_is_team": "reading the file as a team tells the same",
    "core/teams/flow_steps.py:FlowSteps._step": "code that is not ours; on record as a failure",
    "tui/background.py:DaemonThreads.submit.run": "raised where the future is awaited",
    "tui/last_resort.py:run_app": "told at the end of the function",
}
GATHERED = {
    "core/cli/runner.py:drive": "the error of the run was raised by awaiting it",
    "core/clm/simulation/population_days.py:PopulationDays._finish_thread": "a day not wanted",
    "core/clm/simulation/comparison.py:_run": "the run was awaited before, or an error is raised",
    "core/teams/participant.py:SeatedTeam._concluded": "the results are looked at before",
    "core/teams/participant.py:SeatedTeam.aclose": "a run that failed has told so who asked it",
}
"""`gather(return_exceptions=True)` whose results are not looked at, and why not."""


class _Places(ast.NodeVisitor):
    """Finds what a test asks about, by the qualified name of its function."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._names: list[str] = []
        self.handlers: list[tuple[str, ast.ExceptHandler]] = []
        self.suppressed: list[str] = []
        self.gathered: list[str] = []
        self.forgotten: list[str] = []

    @property
    def place(self) -> str:
        return f"{self._file}:{'.'.join(self._names)}"

    def _named(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._names.append(node.name)
        self.generic_visit(node)
        self._names.pop()

    visit_ClassDef = visit_FunctionDef = visit_AsyncFunctionDef = _named

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is None or BROAD & set(_names(node.type)):
            self.handlers.append((self.place, node))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _called(node)
        if name == "suppress" and any(BROAD & set(_names(each)) for each in node.args):
            self.suppressed.append(self.place)
        if any(each.arg == "return_exceptions" for each in node.keywords):
            self.gathered.append(self.place)
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        call = node.value
        if isinstance(call, ast.Call) and ast.unparse(call.func) in {
            "asyncio.create_task",
            "asyncio.ensure_future",
        }:
            self.forgotten.append(self.place)
        self.generic_visit(node)


def _names(node: ast.AST) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _tells(handler: ast.ExceptHandler) -> bool:
    """Whether a handler raises, or passes the error to what tells it."""
    nodes = [each for statement in handler.body for each in ast.walk(statement)]
    calls = {_called(each) for each in nodes if isinstance(each, ast.Call)}
    return any(isinstance(each, ast.Raise) for each in nodes) or bool(calls & TELLING)


def _found(source: str, file: str) -> _Places:
    places = _Places(file)
    places.visit(ast.parse(source))
    return places


@pytest.fixture(scope="module")
def everything() -> list[_Places]:
    return [
        _found(path.read_text("utf-8"), str(path.relative_to(ROOT)))
        for folder in ("core", "tui")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]


def test_what_catches_everything_tells_it(everything: list[_Places]) -> None:
    silent = {
        place for each in everything for place, handler in each.handlers if not _tells(handler)
    }
    assert silent == set(ALLOWED)


def test_nothing_suppresses_everything(everything: list[_Places]) -> None:
    assert not [place for each in everything for place in each.suppressed]


def test_results_that_may_be_errors_are_looked_at(everything: list[_Places]) -> None:
    assert {place for each in everything for place in each.gathered} == set(GATHERED)


def test_every_task_is_held(everything: list[_Places]) -> None:
    """A task without a name may vanish before it is done, and its error with it."""
    assert not [place for each in everything for place in each.forgotten]


@pytest.mark.parametrize(
    "source",
    [
        "try: f()\nexcept Exception: pass",
        "try: f()\nexcept (ValueError, BaseException) as error: log(error)",
        "try: f()\nexcept: pass",
    ],
)
def test_silence_is_noticed(source: str) -> None:
    (handler,) = [each for _, each in _found(source, "x.py").handlers]
    assert not _tells(handler)
    assert _found("suppress(Exception)", "x.py").suppressed
    assert _found("asyncio.create_task(f())", "x.py").forgotten
