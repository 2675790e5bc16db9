"""What the commands to a team call proposals and records."""

from __future__ import annotations

import pytest

from core.errors import CommandError
from core.teams.commands import Apply, Fork, Say
from teams_kit import node, playing, team


async def test_what_names_no_proposal_names_none_by_chance() -> None:
    async with playing(team(node("lead")), lambda *_: "Hi.") as stage:
        await stage.do(Say("Hi?"))
        (proposal,) = stage.state.proposals
        last = proposal[-1]
        assert last in "023456789"
        for name in (last, f"#{last}", proposal[-3:], "", "#"):
            with pytest.raises(CommandError, match="There is no proposal"):
                await stage.engine.send(Apply(name))
        with pytest.raises(CommandError, match="There is no record"):
            await stage.engine.send(Fork(last))
        assert stage.state.states == {proposal: "pending"}


@pytest.mark.parametrize("named", ["1", "#1", "whole", "end", None])
async def test_what_names_a_proposal(named: str | None) -> None:
    async with playing(team(node("lead")), lambda *_: "Hi.") as stage:
        await stage.do(Say("Hi?"))
        (proposal,) = stage.state.proposals
        spelt = {"whole": proposal, "end": proposal[-4:].lower()}
        await stage.do(Apply(spelt.get(named, named) if named else None))
        assert stage.finals == ["Hi."]


async def test_an_id_of_digits_alone_is_no_number() -> None:
    async with playing(team(node("lead")), lambda *_: "Hi.") as stage:
        await stage.do(Say("Hi?"), Apply())
        root = stage.engine.log.session.tree.root.id
        assert int(root) == 1
        await stage.do(Fork(root))
        assert stage.state.proposals == {}
