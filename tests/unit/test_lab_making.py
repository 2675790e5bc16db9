"""People, scenes and queries made up from a plan: spread, likeness, leaks and gaps."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from core.ids import CountingSource
from core.lab.leaks import gives_away, leaks
from core.lab.nodes import key_order, person_key
from core.lab.people.dimensions import AGES, WORK, Band, quotas, sample
from core.lab.people.prompts import person_schema, scene_schema
from core.lab.similarity import similarity
from core.lab.spec import ENGINE, Plan
from core.messages import Params
from core.profiles.forms import room, scaled
from core.profiles.profile import Profile
from core.providers.base import ModelRequest
from core.providers.schema import read_answer
from core.sessions.memory import MemorySession
from lab_kit import PLAYERS, Stage, spec_of, world

_NAMES = "Ada Bela Cyd Dov Eve Fay Gus Hal Ida Jon Kit Lou".split()
_JOBS = "miller diver tailor baker pilot nurse smith clerk potter judge farmer guide".split()


def person(number: int, name: str = "") -> dict[str, Any]:
    job, own = _JOBS[number % len(_JOBS)], _NAMES[number % len(_NAMES)]
    return {
        "name": name or f"{own} {job.title()}",
        "summary": f"{own} is a {job} and {job * 2} by heart, {own * 3}.",
        "career_information": f"{job} at {own}",
        "values_and_interests": [f"{job} songs"],
        **dict.fromkeys(("behavior_engagement", "usage", "emotion", "purchase"), f"as a {job}"),
        **dict.fromkeys(("styles", "format", "workflows", "models"), f"{own} ways"),
    }


SCENES = (
    "Plan a journey by night train.",
    "Write a letter to the landlord about mould.",
    "Choose a washing machine.",
    "Learn twenty verbs until Friday.",
)


def scene(number: int) -> dict[str, Any]:
    text = SCENES[number % len(SCENES)]
    return {"description": text, "expected": "briefly", "facts": ["It rains."], "tools": []}


def writer(request: ModelRequest) -> str:
    """Write a different person for each key, and different scenes."""
    assert request.origin is not None
    parts = request.origin.node.split("/")
    if len(parts) == 1:
        return json.dumps(person(int(parts[0][1:])))
    if len(parts) == 2:
        return json.dumps(scene(int(parts[1][1:])))
    return json.dumps({"personal": "My way, please.", "neutral": "Please help with this."})


async def made(write: Any = writer, people: int = 3, scenes: int = 3, **options: Any) -> Stage:
    spec = spec_of(
        world(people, scenes), phases=options.pop("phases", ("people", "queries")), **options
    )
    session = await MemorySession.create(CountingSource(), ENGINE, spec.to_json())
    stage = Stage(session, {**PLAYERS, "writer": write})
    assert await stage.run() == "done"
    return stage


@pytest.mark.parametrize("people", [1, 7, 20, 100])
def test_dimensions_are_spread_as_the_plan_wants_and_the_same_each_time(people: int) -> None:
    given = sample(Plan(people, 1, seed=4))
    assert given == sample(Plan(people, 1, seed=4))
    work = Counter(each.work for each in given)
    wanted = dict(zip((each.name for each in WORK), quotas(WORK, people), strict=True))
    assert work == +Counter(wanted)
    for (low, high), number in zip(
        AGES, quotas([Band("", share) for share in AGES.values()], people), strict=True
    ):
        assert sum(low <= each.age <= high for each in given) == number
    for place in range(4):
        letters = Counter(each.letters[place] for each in given)
        assert max(letters.values()) - min(letters.values(), default=0) <= 1 or people == 1
    if people > 1:
        assert given != sample(Plan(people, 1, seed=5))


async def test_everybody_has_a_name_scenes_and_queries_and_the_given_dimensions() -> None:
    run = await made(people=5)
    people = run.engine.state.people
    assert len({each.name for each in people.values()}) == 5
    assert all(len(each.scenes) == len(each.queries) == 3 for each in people.values())
    for each, given in zip(people.values(), sample(run.engine.state.spec.plan), strict=True):
        assert each.truth.texts("demographics.age") == (str(given.age),)
        assert each.truth.texts("personality.thinking_or_feeling") == (given.letters[2],)
    assert not run.engine.state.gaps


async def test_who_is_nearly_somebody_else_is_refused_and_asked_for_again() -> None:
    def write(request: ModelRequest) -> str:
        assert request.origin is not None
        if request.origin.node == "p002" and "refused" not in request.messages[-1].content:
            return json.dumps({**person(1), "name": "Ada Baker"})
        return writer(request)

    run = await made(write)
    asked = [each for each in run.provider.requests if each.origin and each.origin.node == "p002"]
    assert len(asked) == 2
    assert "nearly the same" in asked[1].messages[-1].content
    assert run.engine.state.people["p002"].name != "Ada Baker"


async def test_who_stays_nearly_the_same_is_flagged_and_names_stay_unique() -> None:
    run = await made(
        lambda request: (
            json.dumps(person(1))
            if request.origin and "/" not in request.origin.node
            else writer(request)
        )
    )
    records = [each for each in run.session.tree.path if each.kind == "person"]
    assert [each.data["flags"] for each in records] == [
        [],
        ["alike", "renamed"],
        ["alike", "renamed"],
    ]
    assert len({each.data["name"] for each in records}) == 3


async def test_a_writer_that_never_keeps_to_the_form_leaves_flagged_gaps() -> None:
    run = await made(lambda request: "Sorry, I cannot do that.", people=2, scenes=2)
    flags = [each.data["flags"] for each in run.session.tree.path if "flags" in each.data]
    assert flags == [["gap"]] * len(flags)
    assert len(flags) == 2 + 4 + 4
    assert len(run.engine.state.gaps) == len(flags)
    assert all(each.data["problem"] for each in run.engine.state.gaps)


async def test_a_neutral_query_that_gives_something_away_is_asked_for_again_then_flagged() -> None:
    def write(request: ModelRequest) -> str:
        assert request.origin is not None
        node = request.origin.node
        if not node.endswith("/query"):
            return writer(request)
        mended = "gave away" in request.messages[-1].content and node.startswith("p001")
        leaking = "Please help me, I am a diver at Bela."
        return json.dumps({"personal": "Mine.", "neutral": "Help." if mended else leaking})

    run = await made(write, people=2, scenes=1)
    queries = [each for each in run.session.tree.path if each.kind == "query"]
    found = {each.data["person"]: each.data for each in queries}
    assert found["p001"]["flags"] == []
    assert found["p001"]["leaks"] == []
    assert "gave away" in str([each.messages[-1].content for each in run.provider.requests])


async def test_a_tool_that_gives_something_away_is_flagged_as_a_description_is() -> None:
    def telling(request: ModelRequest) -> str:
        assert request.origin is not None
        if request.origin.node != "p001/s002":
            return writer(request)
        says = {"name": "shop", "arguments": [], "description": "finds what divers wear as a diver"}
        return json.dumps({**scene(2), "tools": [says]})

    run = await made(telling)
    flagged = [each for each in run.session.tree.path if "leak" in each.data.get("flags", ())]
    assert [each.node for each in flagged] == ["p001/s002"]
    again = [each for each in run.provider.requests if "tools give away" in str(each.messages)]
    assert len(again) == 1


def test_the_thousandth_comes_after_those_before() -> None:
    keys = [person_key(number) for number in (1, 2, 10, 999, 1000, 1001, 10_000)]
    assert sorted(set(keys), key=key_order) == keys


def test_a_leak_is_the_value_or_most_of_its_telling_words() -> None:
    profile = Profile.of({
        "demographics.age": "34",
        "demographics.career_information": "night nurse at a children's hospital",
        "personality.thinking_or_feeling": "T",
        "demographics.language": ["English", "German"],
        "preference.format": "short numbered lists",
    })
    assert leaks("I'm 34.", profile) == ["demographics.age"]
    assert leaks("At the children's hospital I nurse.", profile) == [
        "demographics.career_information"
    ]
    assert leaks("Numbered lists, please.", profile) == ["preference.format"]
    assert leaks("I speak german", profile) == ["demographics.language"]
    assert leaks("T garde, a hospital in 3 or 4 days", profile) == []
    assert (
        leaks(
            "Plan it for the children's hospital nurse.",
            profile,
            ["A nurse of the children's hospital needs a plan."],
        )
        == []
    )
    assert gives_away("我喜欢简短的列表", "简短的列表")


def test_likeness_knows_the_same_words_and_other_ones() -> None:
    assert similarity("A nurse in Cork", "a NURSE, in cork") == pytest.approx(1)
    assert similarity("A nurse in Cork", "xylophone") < 0.1
    assert similarity("", "x") == 0


@pytest.mark.parametrize("schema", [person_schema(), scene_schema()])
@pytest.mark.parametrize("scale", [1.0, 0.3, 0.1])
def test_a_shorter_form_has_room_for_its_longest_answer(schema: Any, scale: float) -> None:
    short = scaled(schema, scale)

    def fill(part: Any) -> Any:
        if "properties" in part:
            return {key: fill(each) for key, each in part["properties"].items()}
        if "items" in part:
            return [fill(part["items"])] * part["maxItems"]
        pattern = part.get("pattern")
        if pattern:
            most = re.search(r",(\d+)}", pattern)
            assert most is not None
            return "a" * int(most[1])
        return "x" * part["maxLength"]

    text = json.dumps(fill(short), indent=2)
    assert read_answer(text, short) is not None
    assert len(text) / 4 < room(short)
    assert room(short) <= room(schema)


def test_texts_get_shorter_where_answers_are_limited() -> None:
    from core.profiles.forms import scale_of

    assert scale_of(Params()) == 1
    assert scale_of(Params(max_tokens=4000)) == 1
    assert scale_of(Params(max_tokens=128)) == 0.25
