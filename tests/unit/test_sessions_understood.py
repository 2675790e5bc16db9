"""What every engine writes is understood when it is read: no value is taken for damage."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from core.lab.state import LabState
from core.sessions.codec import decode_record, encode_line
from core.sessions.record import Record
from core.sessions.repair import not_understood, scan_file
from core.sessions.row import read_row
from lab_kit import stage, world
from salon_process import ROOT

GOLDEN = sorted((ROOT / "tests" / "golden").glob("*/*.jsonl"))


def malformed(records: Iterable[Record]) -> list[tuple[str, dict[str, Any]]]:
    """Return what of freshly made records their own reader does not understand."""
    read = [decode_record(encode_line(each.to_json())) for each in records]
    return [(each.kind, dict(each.malformed)) for each in read if each.malformed]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_recorded_sessions(path: Path) -> None:
    with path.open("rb") as file:
        scan = scan_file(file.fileno())
    assert not scan.damaged
    assert not_understood(scan) == []
    assert read_row(path, None).problem == ""


SETTINGS = ("none", "golden", "retrieval", "learnt-1")


async def test_runs_of_the_lab() -> None:
    run = await stage(world(2, 3), settings=SETTINGS, judged=True)
    assert await run.run() == "done"
    records: list[Record] = list(run.session.tree)
    assert {"person", "scene", "query", "verdict", "profile_edit", "update", "score"} <= {
        each.kind for each in records
    }
    assert malformed(records) == []
    assert LabState.fold(run.session.tree.path).passed_over == []
