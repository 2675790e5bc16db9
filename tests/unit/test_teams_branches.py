"""The branches of a run, told apart from what was only stopped beside one."""

from __future__ import annotations

from core.config.prices import Prices
from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.teams.commands import Apply, Fork, Say, Stop
from core.teams.compare import branches
from core.teams.records import TeamKind
from teams_kit import Stage, ask, node, playing, team

DUO = team(node("lead", node("left"), node("right")))


def answering(path: str, ordinal: int, request: ModelRequest) -> str | Reply:
    if path == "lead":
        return ask("left", "go left")
    return Reply("I am on my way", delay=30)


def leaves(stage: Stage) -> list[tuple[str, bool]]:
    tree = stage.engine.log.session.tree
    return [(tree.get(each.leaf).kind, each.current) for each in branches(tree, Prices())]


async def test_a_main_line_that_was_gone_back_on_and_what_it_left_are_two() -> None:
    async with playing(DUO, answering) as stage:
        await stage.do(Say("Where to?"))
        await stage.engine.send(Apply())
        await stage.do(Stop())
        assert leaves(stage) == [(TeamKind.PROPOSAL_RESOLVED, True)]
        proposal = next(iter(stage.state.proposals))
        await stage.do(Fork(proposal))
        assert leaves(stage) == [(TeamKind.PROPOSAL, True), (TeamKind.PROPOSAL_RESOLVED, False)]
