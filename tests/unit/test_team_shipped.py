"""The teams that come with Salon load, say no more than they have to, and do what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.personas.library import PersonaLibrary
from core.personas.lint import lint_file
from core.providers.tokens import estimate_tokens
from core.teams.definitions.seat_team import seat_team
from core.teams.flow import Answer, Ask
from core.teams.flows import flow_function
from team_kit import CHECKOUT, SHIPPED, FlowRun, factory, shipped, teams

MOST_TOKENS = 260
CHARACTERS = ("corva", "dez")
DIALOGUES = ("dialogue", "dialogue-agents", "dialogue-pipeline")
FILES = sorted(each for each in SHIPPED.rglob("*.md") if each.name != "README.md")


def test_they_are_all_there() -> None:
    assert {each.name: (each.nodes, each.problem) for each in shipped().headers()} == {
        "code": (4, None),
        "dialogue": (5, None),
        "dialogue-agents": (5, None),
        "dialogue-pipeline": (5, None),
    }


def test_the_library_of_personas_leaves_them_alone() -> None:
    headers = PersonaLibrary([(CHECKOUT / "personas", "test")]).headers()
    assert headers
    assert {each.path.parent for each in headers} == {CHECKOUT / "personas"}


def test_the_example_of_the_readme_is_a_team(tmp_path: Path) -> None:
    example = (SHIPPED / "README.md").read_text("utf-8").partition("```yaml\n")[2]
    persona = "# A: B (en)\nFeel {params.mood}.\n"
    draft = teams(
        tmp_path,
        {
            "freud.md": "# A: Freud (en)\nx\n",
            "teams/example.yml": example.partition("```")[0],
            "teams/cast/director.md": persona,
            "teams/cast/mood.md": persona,
            "teams/characters/corva.yml": "mood: grim\nsamples: [Nay.]\n",
        },
    ).find("example")
    assert list(draft.nodes()) == ["director", "director/freud", "director/temper"]
    assert draft.given() == {"mood": "grim", "samples": ["Nay."]}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_lint_finds_nothing(path: Path) -> None:
    assert lint_file(path) == []


@pytest.mark.parametrize("team", [*DIALOGUES, "code"])
def test_they_seat_without_being_told_anything(team: str) -> None:
    seated, personas = seat_team(shipped().find(team), factory())
    for node in seated.root.walk():
        assert node.description or node is seated.root
        assert (node.path in personas) is (node.flow is None)


@pytest.mark.parametrize("character", CHARACTERS)
@pytest.mark.parametrize("team", DIALOGUES)
def test_prompts_are_short_and_filled_in(team: str, character: str) -> None:
    draft = shipped().find(team)
    seated, personas = seat_team(draft, factory(), params=draft.given(character))
    assert len(seated.params["samples"]) >= 8
    for path, persona in personas.items():
        text = persona.system_text()
        assert estimate_tokens(text) <= MOST_TOKENS, path
        assert "{params." not in text
    name, rewriter = str(seated.params["name"]), personas[f"{seated.root.name}/rewriter"]
    assert all(name in each.system_text() for each in personas.values() if each is not rewriter)
    assert all(each in rewriter.system_text() for each in seated.params["samples"])


def test_the_code_team_is_three_levels_deep() -> None:
    seated, personas = seat_team(shipped().find("code"), factory())
    assert list(seated.nodes()) == [
        "planner",
        "planner/coder",
        "planner/coder/reviewer",
        "planner/tester",
    ]
    assert all(estimate_tokens(each.system_text()) <= MOST_TOKENS for each in personas.values())


@pytest.mark.parametrize("team", ["dialogue", "dialogue-pipeline"])
def test_the_coded_dialogues_ask_the_same_four_in_the_same_order(team: str) -> None:
    draft = shipped().find(team)
    seated, _ = seat_team(draft, factory(), params=draft.given("dez"))
    flow = seated.root.flow
    assert flow is not None
    names = tuple(each.name for each in seated.root.delegates)
    run = FlowRun(flow_function(flow.name), names, seated.params, flow.options)
    for said, mood in (("One.", "sour"), ("Two.", "glad")):
        step, asked = run.task(said), []
        for answer in ('{"aligned": false}', f'{{"mood": "{mood}"}}', "Plain.", f"Styled {said}"):
            assert isinstance(step, Ask)
            asked.append((step.to, step.message))
            step = run.answer(answer)
        assert isinstance(step, Answer)
        assert step.message == f"Styled {said}"
        assert [each for each, _ in asked] == ["goals", "mood", "draft", "rewriter"]
        assert asked[3][1] == "Rewrite this line: Plain."
    mood_message, draft_message = asked[1][1], asked[2][1]
    assert "Mood so far: sour" in mood_message
    assert "Styled One." in draft_message
    assert "Plain." not in draft_message
