"""The engine of a team: what a proposal is, what decisions do, what each node sees."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from core.errors import CommandError, ProviderErrorKind
from core.providers.base import ModelRequest
from core.providers.script import Fault, Reply
from core.teams.commands import (
    Answer,
    Apply,
    Autopilot,
    Edit,
    Fork,
    Go,
    Redirect,
    Refuse,
    Replay,
    Say,
    SetAutonomy,
    Skip,
    Stop,
    TakeOver,
)
from core.teams.flow import Answer as FlowAnswer
from core.teams.flow import Ask, Step
from core.teams.records import Concluded, ProposalResolved, Proposed
from core.teams.state import TeamState
from teams_kit import Stage, ask, final, node, playing, several, team

DUO = team(node("lead", node("left"), node("right")))
DEEP = team(node("top", node("mid", node("low"))))


def by_node(**scripts: list[str | Reply]):  # type: ignore[no-untyped-def]
    """Let each node, by its name, answer in turn; the last answer goes on for ever."""

    def answering(path: str, ordinal: int, request: ModelRequest) -> str | Reply:
        script = scripts[path.rpartition("/")[2]]
        return script[min(ordinal, len(script) - 1)]

    return answering


def fresh(stage: Stage) -> TeamState:
    return TeamState.fold(stage.engine.log.session.tree.path)


def states(stage: Stage) -> list[str]:
    return list(stage.state.states.values())


async def test_every_step_waits_for_a_human():
    script = by_node(lead=[ask("left", "go left"), final("done")], left=["I went left."])
    async with playing(DUO, script) as stage:
        await stage.do(Say("Where to?"))
        assert stage.pending == [("lead", "left", "go left")]
        await stage.do(Apply())
        assert stage.pending == [("lead/left", "", "I went left.")]
        await stage.do(Apply())
        assert stage.pending == [("lead", "", "done")]
        await stage.do(Apply())
        assert (stage.finals, stage.pending, stage.state.request) == (["done"], [], None)
    kinds = [type(each) for each in stage.events]
    assert (kinds.count(Proposed), kinds.count(ProposalResolved), kinds.count(Concluded)) == (
        3,
        3,
        1,
    )
    assert "Where to?" in stage.prompts("lead")[0]
    assert "left answers:\n\nI went left." in stage.prompts("lead")[1]
    assert stage.prompts("lead/left")[0].endswith("[user] go left")


async def test_three_levels_on_autopilot():
    script = by_node(
        top=[ask("mid", "m?"), final("end")], mid=[ask("low", "l?"), final("M")], low=["L"]
    )
    async with playing(DEEP, script) as stage:
        await stage.do(Autopilot(), Say("Go."))
        assert stage.finals == ["end"]
        assert set(states(stage)) == {"applied"}
    assert "low answers:\n\nL" in stage.prompts("top/mid")[1]
    assert "mid answers:\n\nM" in stage.prompts("top")[1]


async def test_an_answer_revises_what_is_pending():
    script = by_node(lead=[ask("left", "go"), final("x")], left=["rough", "smooth"])
    async with playing(DUO, script) as stage:
        await stage.do(Say("?"), Apply(), Answer("lead/left", "Smoother, please."))
        assert states(stage) == ["applied", "answered", "pending"]
        assert stage.pending == [("lead/left", "", "smooth")]
        await stage.do(Apply())
    prompt = stage.prompts("lead/left")[1]
    assert "[assistant] rough" in prompt
    assert "Smoother, please." in prompt
    told = stage.prompts("lead")[1]
    assert "smooth" in told
    assert "rough" not in told
    assert "Smoother" not in told


async def test_a_word_to_a_node_that_waits_enters_at_its_next_turn():
    script = by_node(lead=[ask("left", "go"), final("x")], left=["left says"])
    async with playing(DUO, script) as stage:
        await stage.do(Say("?"), Apply(), Answer("lead", "Keep it short."))
        assert stage.state.nodes["lead"].inbox == 1
        assert len(stage.prompts("lead")) == 1
        await stage.do(Apply())
        assert stage.state.nodes["lead"].inbox == 0
    assert "Keep it short." in stage.prompts("lead")[1]


async def test_a_word_to_an_idle_node_waits_for_its_task():
    script = by_node(lead=[ask("left", "go")], left=["ok"])
    async with playing(DUO, script) as stage:
        await stage.do(Answer("left", "Be brief."), Say("?"), Apply())
    assert stage.prompts("lead/left")[0].count("Be brief.") == 1


@pytest.mark.parametrize("now", [False, True])
async def test_a_word_to_a_node_that_thinks(now: bool):
    gate = asyncio.Event()

    def answering(path: str, ordinal: int, request: ModelRequest) -> Reply:
        if ordinal or "Wait" in request.messages[-1].content:
            return Reply("second")
        return Reply("first first first", delay=0 if gate.is_set() else 0.3)

    async with playing(team(node("solo")), answering) as stage:
        await stage.engine.send(Say("?"))
        await asyncio.sleep(0.05)
        assert stage.engine.is_thinking("solo")
        await stage.engine.send(Answer("solo", "Wait, one more thing.", now=now))
        await stage.settle()
        assert [text for _, _, text in stage.pending] == ["second"]
        assert states(stage) == (["pending"] if now else ["answered", "pending"])


async def test_edited_words_go_on_and_are_remembered():
    script = by_node(lead=[ask("left", "go"), final("x"), final("y")], left=["draft", "again"])
    async with playing(DUO, script) as stage:
        await stage.do(Say("?"), Apply(), Edit("polished"))
        assert "left answers:\n\npolished" in stage.prompts("lead")[1]
        await stage.do(Edit("The end.", "3"))
        assert stage.finals == ["The end."]
        await stage.do(Say("More?"))
    assert "[assistant] The end." in stage.prompts("lead")[2]


async def test_a_message_that_was_changed_is_told_to_its_author():
    script = by_node(lead=[ask("left", "go"), final("x")], left=["ok"], right=["right ok"])
    async with playing(DUO, script) as stage:
        await stage.do(Say("?"), Redirect("RIGHT", None, "other words"))
        assert stage.prompts("lead/right")[0].endswith("other words")
        await stage.do(Apply())
    assert "right is asked this instead" in stage.prompts("lead")[1]


async def test_a_refusal_asks_for_something_else():
    script = by_node(lead=[ask("left", "go"), ask("right", "go")], left=["x"], right=["y"])
    async with playing(DUO, script) as stage:
        await stage.do(Say("?"), Refuse(reason="Left is away."))
        assert states(stage) == ["refused", "pending"]
        assert stage.pending == [("lead", "right", "go")]
    assert "Left is away." in stage.prompts("lead")[1]


async def test_skipping_goes_on_without():
    script = by_node(lead=[ask("left", "go"), final("x")], left=["never"])
    async with playing(DUO, script) as stage:
        await stage.do(Say("?"), Apply(), Skip())
        assert "left was passed over" in stage.prompts("lead")[1]
        await stage.do(Skip())
        assert (stage.finals, stage.state.request) == ([], None)
        await stage.do(Say("Again?"))
        assert len(stage.pending) == 1


async def test_taking_over_calls_off_everything_below():
    script = by_node(top=[ask("mid", "m"), final("end")], mid=[ask("low", "l")], low=["L"])
    async with playing(DEEP, script) as stage:
        await stage.do(Say("?"), Apply(), Apply())
        assert stage.pending == [("top/mid/low", "", "L")]
        await stage.do(TakeOver("mid", "I say M."))
        assert states(stage) == ["applied", "applied", "superseded", "taken_over", "pending"]
        assert stage.pending == [("top", "", "end")]
        assert stage.state.nodes["top/mid/low"].task is None
    assert "mid answers:\n\nI say M." in stage.prompts("top")[1]


async def test_taking_over_calls_off_failures_below():
    down = Reply(error=Fault(ProviderErrorKind.NETWORK))
    script = by_node(top=[ask("mid", "m"), final("end")], mid=[ask("low", "l")], low=[down])
    async with playing(DEEP, script) as stage:
        await stage.do(Say("?"), Apply(), Apply())
        assert [each.node for each in stage.state.inbox] == ["top/mid/low"]
        await stage.do(TakeOver("mid", "I say M."))
        assert [each.node for each in stage.state.inbox] == ["top"]
        assert stage.state.nodes["top/mid/low"].standing == "idle"


async def test_several_are_asked_at_once_and_each_decides_alone():
    pair = team(node("lead", node("left"), node("right"), parallel=True))
    script = by_node(
        lead=[several(left="l?", right="r?"), several_final()], left=["L"], right=["R"]
    )
    async with playing(pair, script) as stage:
        await stage.do(Say("?"))
        assert stage.pending == [("lead", "left", "l?"), ("lead", "right", "r?")]
        await stage.do(Apply("2"))
        assert ("lead/right", "", "R") in stage.pending
        await stage.do(Apply("1"), Apply("3"), Apply("4"))
        assert stage.pending == [("lead", "", "both")]
    assert {"L", "R"} <= set(stage.prompts("lead")[1].split())


@pytest.mark.parametrize("asked", [0, 1])
async def test_one_of_several_redirected_to_the_parent_calls_off_the_others(asked: int):
    pair = node("lead", node("left"), node("right"), parallel=True)
    script = by_node(
        top=[ask("lead", "?"), final("end")],
        lead=[several(left="l?", right="r?")],
        left=[Reply("L", delay=0.2)],
        right=["R"],
    )
    async with playing(team(node("top", pair)), script) as stage:
        await stage.do(Say("?"), Apply())
        for number in range(asked):
            await stage.engine.send(Apply(str(number + 2)))
        await stage.do(Redirect("", "3"))
        assert stage.pending == [("top", "", "end")]
        assert states(stage)[1:3] == [["superseded", "applied"][asked], "redirected"]
        assert all(each.task is None for each in stage.state.below("top"))
        assert fresh(stage).outline() == stage.state.outline()
    assert "lead answers:\n\nr?" in stage.prompts("top")[1]


def several_final() -> str:
    return '{"reasoning": "", "proposals": [{"recipient": null, "message": "both"}]}'


async def test_unknown_names_are_told_twice_then_a_human_is_asked():
    script = by_node(lead=[ask("nobody", "hm")])
    async with playing(DUO, script) as stage:
        await stage.do(Autopilot(), Say("?"))
        assert states(stage) == ["answered", "answered", "pending"]
        assert "You can ask: left, right" in stage.prompts("lead")[1]
        with pytest.raises(CommandError, match="for nobody"):
            await stage.do(Apply())
        await stage.do(Redirect(""))
        assert stage.finals == ["hm"]


async def test_a_human_s_word_gives_a_node_two_more_tries_at_names():
    async with playing(DUO, lambda *_: ask("nobody", "hm")) as stage:
        await stage.do(Say("?"))
        assert states(stage) == ["answered", "answered", "pending"]
        await stage.do(Answer("lead", "Ask left."))
        assert states(stage) == ["answered"] * 5 + ["pending"]


async def test_repeating_itself_makes_a_node_land():
    def answering(path: str, ordinal: int, request: ModelRequest) -> str:
        if path != "lead":
            return "same as ever"
        ended = "give your own final answer now" in request.messages[-1].content
        return final("landed") if ended else ask("left", "again?")

    async with playing(DUO, answering) as stage:
        await stage.do(Autopilot(), Say("?"))
        assert stage.finals == ["landed"]
        assert len(stage.prompts("lead")) == 3


async def test_rounds_are_limited():
    def answering(path: str, ordinal: int, request: ModelRequest) -> str:
        if path != "lead":
            return "ok"
        ended = "give your own final answer now" in request.messages[-1].content
        return final("landed") if ended else ask("left", f"question {ordinal}")

    async with playing(team(node("lead", node("left"), rounds=4)), answering) as stage:
        await stage.do(Autopilot(), Say("?"))
        assert stage.finals == ["landed"]
        assert len(stage.prompts("lead")) == 4


@pytest.mark.parametrize("budget", [{"steps": 3}, {"tokens": 1}])
async def test_a_budget_stops_the_autopilot_and_asks(budget: Mapping[str, int]):
    script = by_node(top=[ask("mid", "m")], mid=[ask("low", "l")], low=["L"])
    async with playing(DEEP, script) as stage:
        await stage.do(Autopilot(**budget), Say("?"))
        assert stage.state.autopilot is None
        assert stage.state.question is not None
        assert stage.state.question in stage.state.inbox
        await stage.do(Go())
        assert stage.state.question is None
        assert stage.pending


async def test_a_team_left_alone_asks_in_the_end():
    def answering(path: str, ordinal: int, request: ModelRequest) -> str:
        return f"{path} {ordinal}" if path != "lead" else ask("left", f"and {ordinal}?")

    endless = team(node("lead", node("left", autonomy="apply"), autonomy="apply", rounds=10_000))
    async with playing(endless, answering, longest_alone=8) as stage:
        await stage.do(Say("?"))
        assert stage.state.question is not None
        assert stage.state.steps == 8
        await stage.do(Go())
        assert stage.state.steps == 16


async def test_autonomy_holds_only_what_is_flagged():
    pair = team(node("lead", node("left"), autonomy="unless_flagged"))
    script = by_node(lead=[ask("left", "go"), "no json at all"], left=["ok"])
    async with playing(pair, script) as stage:
        await stage.do(SetAutonomy("apply", "left"), Say("?"))
        assert stage.pending == [("lead", "", "no json at all")]
        await stage.do(SetAutonomy("apply"))
        assert stage.finals == ["no json at all"]


async def test_a_failed_reply_waits_and_can_be_tried_again():
    failing = [Reply(error=Fault(ProviderErrorKind.NETWORK)), ask("left", "go")]

    def answering(path: str, ordinal: int, request: ModelRequest) -> str | Reply:
        return failing.pop(0)

    async with playing(DUO, answering) as stage:
        await stage.do(Say("?"))
        assert stage.state.root.standing == "failed"
        assert [each.data["code"] for each in stage.state.inbox] == ["error"]
        await stage.do(Go())
        assert stage.pending == [("lead", "left", "go")]


async def test_stopping_keeps_partials_and_going_on_asks_again():
    def answering(path: str, ordinal: int, request: ModelRequest) -> Reply:
        return Reply("one two three four five six", tokens_per_second=20)

    async with playing(team(node("solo")), answering) as stage:
        await stage.engine.send(Say("?"))
        await asyncio.sleep(0.15)
        await stage.engine.send(Stop())
        assert not stage.engine.thinking
        assert not stage.engine.going
        partial = stage.engine.log.session.tree.path[-1]
        assert partial.status == "stopped"
        assert partial.text.startswith("one")
        assert stage.pending == []
        await stage.do(Go())
        assert stage.pending == [("solo", "", "one two three four five six")]


async def test_replay_calls_no_model_before_its_point():
    script = by_node(
        top=[ask("mid", "m"), final("end")], mid=[ask("low", "l"), final("M")], low=["L"]
    )
    async with playing(DEEP, script) as stage:
        await stage.do(Autopilot(), Say("?"))
        before = len(stage.provider.requests)
        low = next(each for each in stage.state.proposals.values() if each.node == "top/mid/low")
        await stage.do(Replay(low.id, "low", "Louder."))
        assert len(stage.provider.requests) == before + 1
        assert stage.provider.requests[-1].origin.node == "top/mid/low"
        assert stage.state.autopilot is None
        await stage.do(Autopilot())
        assert stage.finals == ["end"]
        assert fresh(stage).outline() == stage.state.outline()


async def test_forking_waits_where_it_was():
    script = by_node(lead=[ask("left", "go"), final("x")], left=["L"])
    async with playing(DUO, script) as stage:
        await stage.do(Say("?"), Apply(), Apply(), Apply())
        first = next(iter(stage.state.proposals))
        await stage.do(Fork(first))
        assert stage.pending == [("lead", "left", "go")]
        assert not stage.engine.going


@pytest.mark.parametrize("told", ["by a human", "of names", "of a loop"])
@pytest.mark.parametrize("kind", ["message", "decision"])
async def test_forking_amid_an_answer_leaves_somebody_to_go_on(told: str, kind: str):
    """Words to a node and what they do to its proposal are two records."""
    first = {
        "by a human": final("a"),
        "of names": ask("nobody", "b"),
        "of a loop": ask("left", "c"),
    }
    script = by_node(lead=[first[told], first[told], final("end")], left=["L"])
    async with playing(team(node("lead", node("left"), autonomy="apply")), script) as stage:
        await stage.do(SetAutonomy("ask"), Say("?"))
        if told == "by a human":
            await stage.do(Answer("lead", "Otherwise."))
        else:
            await stage.do(Autopilot())
        path = stage.engine.log.session.tree.path
        at = next(at for at, each in enumerate(path) if each.data.get("state") == "answered")
        assert path[at - 1].kind == "message"
        await stage.do(Fork(path[at if kind == "decision" else at - 1].id), Autopilot())
        assert stage.finals or stage.pending
        assert fresh(stage).outline() == stage.state.outline()


async def test_wrong_commands_change_nothing():
    script = by_node(lead=[ask("left", "go")], left=["L"])
    async with playing(DUO, script) as stage:
        for command in (Apply(), Edit("x"), TakeOver("left", "x"), Answer("what", "x")):
            with pytest.raises(CommandError):
                await stage.do(command)
        await stage.do(Say("?"))
        for command in (Say("again"), Apply("99"), Redirect("nobody"), Edit(" ", "1")):
            with pytest.raises(CommandError):
                await stage.do(command)
        await stage.do(Apply("1"))
        with pytest.raises(CommandError, match="is not pending: it was applied"):
            await stage.do(Apply("1"))


async def test_a_flow_goes_on_after_a_skip_and_hears_what_was_edited():
    steps: list[Step] = []

    def in_turn(step: Step) -> Ask | FlowAnswer:
        steps.append(step)
        if step.finished is None:
            return Ask("left", "first", {"at": 1})
        if step.finished == "left":
            return Ask("right", f"then {step.message!r}", {"at": 2})
        return FlowAnswer(f"done {step.message}", {"at": 0})

    flowing = team(node("lead", node("left"), node("right"), flow="in_turn"))
    script = by_node(left=["L"], right=["R"])
    async with playing(flowing, script, {"in_turn": in_turn}) as stage:
        await stage.do(Say("?"), Skip())
        assert stage.pending == [("lead", "right", "then ''")]
        await stage.do(Apply(), Apply(), Edit("done well"))
        assert stage.finals == ["done well"]
        await stage.do(Say("Again?"))
    assert (steps[-1].answered, steps[-1].state) == ("done well", {"at": 0})
