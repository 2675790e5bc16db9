"""Your own profile as a picture; after a change that is meant: `pytest --snapshot-update`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from core.ids import CountingSource
from core.profile.store import ProfileFile
from core.profiles.validation import Proposed
from core.sessions.store import SessionStore
from pilot.profile_kit import chat, go_to, paged, propose
from pilot.salon import DrawnSalon, runtime_for, seated, until

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
SAID = "I bake in Bergen since I was thirty. Short lists, please: flour on my hands."


@pytest.fixture(autouse=True)
def _greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


async def filled(pilot: Pilot[int]) -> None:
    app = pilot.app
    assert isinstance(app, DrawnSalon)
    await until(pilot, lambda: seated(app))
    runtime = app.runtime
    said = await chat(runtime, SAID, "And I turned 45.")
    file = runtime.own_profile
    await file.switch(True)
    for path, value in (
        ("demographics.age", "44"),
        ("demographics.language", "Norwegian"),
        ("demographics.language", "English"),
        ("pattern.usage", "early in the morning"),
    ):
        await file.edit(Proposed(path, "set", value))
    await propose(runtime, said, ("preference.format", "short lists", "Short lists, please"))
    await file.accept(next(iter((await file.load()).state.pending)))
    await file.lock("pattern")
    await propose(
        runtime,
        said,
        ("demographics.age", "45", "I turned 45"),
        ("demographics.career_information", "bakes in Bergen", "I bake in Bergen"),
    )
    page = await paged(pilot)
    go_to(page, "→ bakes in Bergen")
    await until(pilot, lambda: bool(page.controller.evidence.origins))
    await pilot.pause(0.2)


def test_what_is_known_of_a_baker_who_is_at_the_keyboard(snap_compare, tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path)
    runtime.__dict__["own_profile"] = ProfileFile(
        tmp_path / "data" / "profile", CountingSource(NOON)
    )
    runtime.__dict__["store"] = SessionStore(tmp_path / "sessions", CountingSource(NOON))
    assert snap_compare(DrawnSalon(runtime), terminal_size=(110, 28), run_before=filled)
