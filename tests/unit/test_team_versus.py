"""One prompt against a team: means, paired differences, nothing counted that failed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import UsageError
from core.messages import Usage
from core.teams.definitions.seat_team import seat_team
from core.teams.style import Adherence
from core.teams.versus import (
    Comparison,
    Outcome,
    Trial,
    compare,
    single_prompt,
    style_measure,
)
from team_kit import factory, shipped, teams

DEZ = "Nah, I ain't payin' that, okay? Gimme the cash."
PLAIN = "I do not have time for that, so let us get back to business."


def trial(single: float, nested: float, tokens: tuple[int, int] = (10, 40)) -> Trial:
    sides = [Outcome("x", Usage(n - 1, 1), calls) for n, calls in zip(tokens, (1, 4), strict=True)]
    first, second = (Adherence(each, each, each) for each in (single, nested))
    return Trial("in", sides[0], sides[1], first, second)


async def test_a_team_that_keeps_the_style_wins_and_costs_more() -> None:
    draft = shipped().find("dialogue")
    measure = style_measure(draft, draft.given("dez"))
    told: list[Trial] = []

    async def single(text: str) -> Outcome:
        return Outcome(PLAIN, Usage(100, 10), 1)

    async def nested(text: str) -> Outcome:
        return Outcome(DEZ, Usage(400, 40), 4)

    result = await compare(["One.", "Two."], single, nested, measure, told.append)
    assert [each.input for each in told] == ["One.", "Two."]
    adherence, tokens, calls = map(result.paired, ("adherence", "tokens", "calls"))
    assert adherence is not None
    assert adherence.nested > adherence.single + 0.3
    assert (adherence.more, adherence.less) == (2, 0)
    assert tokens is not None
    assert (tokens.single, tokens.nested, tokens.difference) == (110, 440, 330)
    assert (tokens.low, tokens.high) == (330, 330)
    assert calls is not None
    assert (calls.single, calls.nested) == (1, 4)
    assert json.loads(json.dumps(result.to_json())) == result.to_json()


def test_differences_are_paired() -> None:
    result = Comparison((trial(0.2, 0.5), trial(0.6, 0.5), trial(0.1, 0.9), trial(0.3, 0.3)))
    paired = result.paired("adherence")
    assert paired is not None
    assert paired.single == pytest.approx(0.3)
    assert paired.nested == pytest.approx(0.55)
    assert paired.difference == pytest.approx(0.25)
    assert (paired.more, paired.less) == (2, 1)
    assert -0.1 <= paired.low < 0.25 < paired.high <= 0.8
    assert result.paired("adherence") == paired


async def test_what_failed_counts_on_neither_side() -> None:
    draft = shipped().find("dialogue")
    measure = style_measure(draft, draft.given("dez"))

    async def single(text: str) -> Outcome:
        return Outcome("", problem="no answer") if text == "bad" else Outcome(PLAIN, calls=1)

    async def nested(text: str) -> Outcome:
        return Outcome(DEZ, calls=4)

    result = await compare(["bad", "good"], single, nested, measure)
    assert [each.input for each in result.counted] == ["good"]
    failed = await compare(["bad"], single, nested, measure)
    assert failed.paired("calls") is None
    assert failed.to_json()["figures"] == []
    with pytest.raises(UsageError, match="nothing to compare"):
        await compare([], single, nested, measure)


@pytest.mark.parametrize("character", ["corva", "dez"])
def test_the_single_prompt_knows_all_that_the_team_is_told(character: str) -> None:
    draft = shipped().find("dialogue")
    team, _ = seat_team(draft, factory(), params=draft.given(character))
    prompt = single_prompt(draft, team.params)
    for each in ("name", "background", "mood"):
        assert str(team.params[each]) in prompt
    assert all(each in prompt for each in (*team.params["goals"], *team.params["samples"]))
    assert "{" not in prompt


def test_without_a_template_the_parameters_stand_under_their_descriptions(tmp_path: Path) -> None:
    draft = teams(
        tmp_path,
        {
            "ada.md": "# A: Ada\nx\n",
            "teams/t.yml": """
                params: {who: {description: Whom you play}, mood: {}, age: {type: number}}
                root: {persona: ada}
                """,
        },
    ).find("t")
    assert single_prompt(draft, {"who": "Ann", "mood": "grim", "age": None}) == (
        "Whom you play:\nAnn\n\nmood:\ngrim\n\nAnswer what is said to you, and nothing else."
    )
    with pytest.raises(UsageError, match="has no sample lines"):
        style_measure(draft, {})
