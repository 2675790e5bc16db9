"""Sessions that an earlier version wrote: they open, fold to the same state, export the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.ids import SystemSource
from core.runtime import Options, Runtime
from core.sessions.session import Session
from core.sessions.store import SessionStore
from golden_facts import FOLDERS, GOLDEN, facts_of

EXPECTED = json.loads((GOLDEN / "expected.json").read_text("utf-8"))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the golden folder, as opening a session writes beside it."""
    return Path(shutil.copytree(GOLDEN, tmp_path / "golden"))


def test_every_session_has_its_facts() -> None:
    files = [each for name in FOLDERS for each in (GOLDEN / name).glob("*.jsonl")]
    assert {f"{each.parent.name}/{each.stem}" for each in files} == set(EXPECTED)
    kinds = {each["engine"] for each in EXPECTED.values()}
    assert kinds == {"chat", "meetup", "hierarchy", "clm", "lab", "profile"}


@pytest.mark.parametrize("name", sorted(EXPECTED))
async def test_a_session_reads_as_it_did(name: str, copied: Path, tmp_path: Path) -> None:
    folder, session = name.split("/")
    store = SessionStore(copied / folder, SystemSource())
    assert await facts_of(store, session, tmp_path / "out") == EXPECTED[name]


@pytest.mark.parametrize("name", [name for name in sorted(EXPECTED) if "profile" not in name])
async def test_a_session_opens_in_its_engine(name: str, copied: Path, tmp_path: Path) -> None:
    folder, prefix = name.split("/")
    options = Options(sessions=copied / folder, data_dir=tmp_path / "data")
    async with Runtime(options, {"HOME": str(tmp_path), "PATH": ""}) as runtime:
        session = await runtime.store.open(prefix)
        before = (GOLDEN / folder / f"{prefix}.jsonl").read_bytes()
        engine = _engine(runtime, session, EXPECTED[name]["engine"])
        assert not session.notices
        assert engine.session_id == prefix
        assert (copied / folder / f"{prefix}.jsonl").read_bytes() == before
        await session.close()


def _engine(runtime: Runtime, session: Session, kind: str):  # type: ignore[no-untyped-def]
    setups = {
        "chat": runtime.chats,
        "meetup": runtime.meetups,
        "hierarchy": runtime.team_runs,
        "clm": runtime.simulations,
        "lab": runtime.labs,
    }
    return setups[kind].engine(session)
