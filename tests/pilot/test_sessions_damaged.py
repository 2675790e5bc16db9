"""The sessions pane over a folder of damaged files: all listed, what is readable shown."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

from textual.pilot import Pilot

from pilot.salon import runtime_for
from pilot.sessions_kit import done, facts, painted, sessions, store, three
from pilot.sessions_kit import words as shown_words
from session_mutants import mutant
from tui.sessions.screen import SessionsScreen

MUTANTS = 12
IDS = [f"01J8Z4K6Q2W9X3V7T5R1N0M8{n:02}" for n in range(40)]


async def select(pilot: Pilot[int], screen: SessionsScreen, key: str) -> str:
    """Move the cursor onto a session, wait for its preview, and return what that tells."""
    await screen.controller.read(go_to=key)
    await done(pilot)
    return facts(screen)


async def test_damaged_files_are_listed_with_their_reasons_and_the_others_work(
    tmp_path: Path,
) -> None:
    ids = await three(tmp_path)
    folder = store(tmp_path).folder
    content = (folder / f"{ids['Of dreams']}.jsonl").read_bytes()
    flipped, status, lost, none, pipe, directory, *others = IDS
    place = {each: folder / f"{each}.jsonl" for each in IDS}
    at = content.index(b"river")
    place[flipped].write_bytes(content[:at] + b"\xf2" + content[at + 1 :])
    lines = [json.loads(each) for each in content.splitlines()]
    lines[-1] |= {"status": "archived", "kind": "message", "audience": 5}
    place[status].write_text("".join(f"{json.dumps(each)}\n" for each in lines), "utf-8")
    place[lost].write_bytes(content[content.index(b"\n") + 1 :])
    place[none].write_bytes(b"nothing of a session\n")
    os.mkfifo(place[pipe])
    place[directory].mkdir()
    rng = random.Random(5)
    for each in others[:MUTANTS]:
        place[each].write_bytes(mutant(content, rng))
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        rows = {each.id: each for each in await store(tmp_path).list()}
        assert {each.key for each in screen.controller.rows.rows} == set(rows)
        assert set(ids.values()) < set(rows)
        assert len(rows) == 3 + 6 + MUTANTS
        for key in (flipped, status, lost, none, pipe, directory):
            assert rows[key].problem
            assert rows[key].problem in await select(pilot, screen, key)
        for key in (flipped, status):
            await select(pilot, screen, key)
            assert "Go on." in shown_words(screen)
        for key in others[:MUTANTS]:
            await select(pilot, screen, key)
            assert pilot.app.screen is screen
        await select(pilot, screen, none)
        await pilot.press("enter")
        await done(pilot)
        assert "No pane opens" in screen.controller.status.problem
        assert pilot.app.screen is screen
        await select(pilot, screen, ids["Of engines"])
        assert "A river of cards." in shown_words(screen)
        assert painted(screen)
