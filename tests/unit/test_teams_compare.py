"""Which branches of a run are put side by side."""

from __future__ import annotations

from core.config.prices import Prices
from core.teams.commands import Apply, Autopilot, Edit, Fork, Jump, Say, SetAutonomy
from core.teams.compare import Branch, branches
from teams_kit import Stage, node, playing, team


def found(stage: Stage) -> list[Branch]:
    return branches(stage.engine.log.session.tree, Prices())


async def test_a_place_that_was_only_looked_at_is_no_branch() -> None:
    async with playing(team(node("lead")), lambda *_: "Hi.") as stage:
        await stage.do(Autopilot(), Say("Hi?"))
        end = stage.engine.log.session.tree.head
        assert end is not None
        await stage.do(Fork("1"), SetAutonomy("apply"))
        assert [each.final for each in found(stage)] == ["Hi.", ""]
        await stage.do(Jump(end))
        assert [each.final for each in found(stage)] == ["Hi."]


async def test_what_was_decided_otherwise_is_a_branch() -> None:
    async with playing(team(node("lead")), lambda *_: "Hi.") as stage:
        await stage.do(Say("Hi?"), Apply(), Fork("1"), Edit("Ho."))
        assert [(each.final, each.current) for each in found(stage)] == [
            ("Hi.", False),
            ("Ho.", True),
        ]
