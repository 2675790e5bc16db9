"""A folder of the lab: its runs are read once, and anew where they have changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.ids import SystemSource
from core.lab.folder import LabFolder
from core.lab.spec import ENGINE
from core.lab.state import LabState
from core.sessions.store import SessionStore
from lab_kit import spec_of, stage, world


async def test_a_run_is_read_anew_only_where_its_file_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = world(2, 2)
    spec = spec_of(people, settings=("none",))
    session = await SessionStore(tmp_path, SystemSource()).create(ENGINE, spec.to_json())
    run = await stage(people, session=session, settings=("none",))
    folder, folds = LabFolder(tmp_path), 0
    fold = LabState.fold

    def counted(path: object) -> LabState:
        nonlocal folds
        folds += 1
        return fold(path)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(LabState, "fold", counted)
    for _ in range(3):
        (found,) = await folder.runs()
        assert not found.state.finished
    assert folds == 1
    assert await folder.unfinished(spec) == session.id
    assert await run.run() == "done"
    await session.close()
    assert await folder.done(spec) == session.id
    assert await folder.unfinished(spec) is None
    assert folds == 2
