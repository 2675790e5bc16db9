"""What a flow hears of humans who edit, take over, skip or refuse."""

from __future__ import annotations

from core.teams.commands import Apply, Edit, Refuse, Say, Skip, TakeOver
from core.teams.flow import Answer, Ask, Step
from teams_kit import node, playing, team


def echo(step: Step) -> Answer:
    heard = f"{step.inbound} / {step.asked} > {step.answered}"
    return Answer(f"{heard} / {' '.join(step.words)}" if step.words else heard)


async def test_a_flow_is_told_what_became_of_its_last_task() -> None:
    flowing = team(node("lead", flow="echo", autonomy="ask"))
    async with playing(flowing, lambda *_: "", {"echo": echo}) as stage:
        await stage.do(Say("a"), Apply(), Say("b"), Edit("B"))
        await stage.do(Say("c"), TakeOver("lead", "C"), Say("d"), Skip(), Say("e"), Apply())
        assert stage.finals == ["a /  > ", "B", "C", "e / d > "]
        said = [each.text for each in stage.state.proposals.values() if each.author.kind == "code"]
        assert said[1:4] == ["b / a > a /  > ", "c / b > B", "d / c > C"]


async def test_why_something_was_refused_reaches_the_flow() -> None:
    flowing = team(node("lead", flow="echo", autonomy="ask"))
    async with playing(flowing, lambda *_: "", {"echo": echo}) as stage:
        await stage.do(Say("a"), Refuse(None, "Too short."))
        assert [text for _, _, text in stage.pending] == ["a /  >  / Too short."]
        await stage.do(Refuse())
        assert [text for _, _, text in stage.pending] == ["a /  >  / Not this. Try something else."]


async def test_a_flow_is_told_who_wrote_what_its_delegate_answered() -> None:
    def ask(step: Step) -> Ask | Answer:
        if step.finished is None:
            return Ask("hand", step.inbound)
        return Answer(f"{step.message} by {'a human' if step.human else 'the hand'}")

    flowing = team(node("lead", node("hand", autonomy="ask"), flow="ask", autonomy="apply"))
    async with playing(flowing, lambda *_: "model", {"ask": ask}) as stage:
        await stage.do(Say("a"), Apply())
        await stage.do(Say("b"), Edit("mine"))
        await stage.do(Say("c"), TakeOver("lead/hand", "mine"))
        assert stage.finals == ["model by the hand", "mine by a human", "mine by a human"]
