from __future__ import annotations

from pathlib import Path

from pilot.salon import until
from pilot.teams_kit import (
    HOUSE,
    HOUSE_REPLIES,
    asked,
    at_teams,
    finals,
    page,
    pending,
    waiting,
    with_team,
)


async def test_a_team_goes_step_by_step_to_its_answer(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        assert pending(teams) == [("lead", "left", "Go left, and tell what you see.")]
        assert "proposal 1 · lead → left · pending" in teams.card.view.title
        for node in ("lead/left", "lead", "lead/right", "lead"):
            await pilot.press("a")
            await waiting(pilot, teams)
            await pilot.press("p")
            assert teams.board.selected == node
        await pilot.press("a")
        await until(pilot, lambda: bool(finals(teams)))
        assert finals(teams) == ["Left is a door, right is a window."]
        assert [text for _, text in page(teams)][-1] == "Left is a door, right is a window."
