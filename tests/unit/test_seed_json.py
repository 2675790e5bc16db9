"""Data sets of "AI PERSONA", as odd as they come."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from core.errors import UsageError
from core.lab.people.imported import given_seed, seed_person
from core.profiles.seed_json import read_seed, seed_json, seed_of

SCENE = {
    "scene_type": "career",
    "sence_desc": "She plans a night shift.",
    "expected_results": "A short plan.",
    "available_apis": {"find_shift": {"arguments": ["day"], "description": "finds one"}},
    "scene_context": "The ward has nine beds；two are empty",
    "personalized_query": "Plan my night, nice and short.",
    "neutralized_query": "Plan a night shift.",
    "conversations": [],
}
PERSON: dict[str, Any] = {
    "Demographics": {
        "Name": "Ann",
        "Age": 41,
        "Gender": "female",
        "Nationality": "Ireland",
        "Language": ["English"],
        "Career_Information": "nurse",
    },
    "Personality": {
        "Extraversion_or_Introversion": "Introversion",
        "Sensing_or_Intuition": "N",
        "Thinking_or_Feeling": "Feeling",
        "Judging_or_Perceiving": "p",
        "Values_and_Interests": ["bread", "maps"],
    },
    "Pattern": {"Usage_Related_Patterns": "at night"},
    "Preference": {"Preferred_Styles": "dry", "Formats": "lists", "Preferred_Workflows": "None"},
    "scenes": [SCENE],
}


@pytest.mark.parametrize(
    "values",
    [
        PERSON,
        [PERSON],
        {"persona_001": PERSON},
        {"data": {"personas": {"persona_001": PERSON}}},
        [{"persona_001": [PERSON]}],
    ],
)
def test_people_are_found_however_deep_they_were_wrapped(values: Any) -> None:
    (person,) = seed_of(values).people
    assert person.name == "Ann"
    assert person.profile.plain() == {
        "demographics.age": "41",
        "demographics.gender": "female",
        "demographics.nationality": "Ireland",
        "demographics.language": ["English"],
        "demographics.career_information": "nurse",
        "personality.extraversion_or_introversion": "I",
        "personality.sensing_or_intuition": "N",
        "personality.thinking_or_feeling": "F",
        "personality.judging_or_perceiving": "P",
        "personality.values_and_interests": ["bread", "maps"],
        "pattern.usage": "at night",
        "preference.styles": "dry",
        "preference.format": "lists",
    }
    (scene,) = person.scenes
    assert scene.description == "She plans a night shift."
    assert scene.tools == (("find_shift", ("day",), "finds one"),)
    assert scene.facts == ("The ward has nine beds", "two are empty")


def test_what_was_written_reads_the_same() -> None:
    (person,) = seed_of(PERSON).people
    (given,) = given_seed([person])
    values = seed_json([seed_person(given)])
    (again,) = seed_of(json.loads(json.dumps(values))).people
    assert again.profile == person.profile
    assert again.scenes == person.scenes
    assert again.key == "persona_001"


def test_unknown_keys_missing_scenes_and_doubled_names_are_told_and_nothing_is_lost() -> None:
    odd = {**PERSON, "Shoes": 44, "scenes": []}
    other = {**PERSON, "Preference": {"Format": "prose"}}
    data = seed_of([PERSON, {**odd, "Name": "Bea"}, PERSON, other])
    assert [each.name for each in data.people] == ["Ann", "Bea", "Ann 2"]
    assert data.people[1].extra == {"Shoes": 44}
    told = "\n".join(data.problems)
    assert "Bea: there are no scenes" in told
    assert "Shoes" in told
    assert "Ann: the very same person" in told
    assert "this one is called Ann 2" in told


def test_what_is_not_understood_comes_out_as_it_went_in() -> None:
    odd = {
        **PERSON,
        "Hobby": ["chess"],
        "Pattern": {"Usage": "at night", "Sleep": {"hours": 4}},
        "scenes": [{**SCENE, "mood": "grim", "conversations": [["Hi", "Hello"]]}],
    }
    (given,) = given_seed(seed_of(odd).people)
    out = seed_json([seed_person(given)])["persona_001"]
    assert out["Hobby"] == ["chess"]
    assert out["Pattern"] == {"Usage": "at night", "Sleep": {"hours": 4}}
    assert out["scenes"][0]["mood"] == "grim"
    assert out["scenes"][0]["conversations"] == [["Hi", "Hello"]]


def test_a_scene_behind_a_colon_of_either_width_is_kept() -> None:
    for colon in ":：":
        scene = {"scene_type": f"career{colon} She plans a shift."}
        (person,) = seed_of({**PERSON, "scenes": [scene, "nonsense", {}]}).people
        assert [(each.type, each.description) for each in person.scenes] == [
            ("career", "She plans a shift.")
        ]


class _Trap:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (exec, ("raise SystemExit('ran')",))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_refused_by_name_whatever_its_file_is_called(
    tmp_path: Path, protocol: int
) -> None:
    file = tmp_path / "people.json"
    file.write_bytes(pickle.dumps({"a": _Trap()}, protocol))
    with pytest.raises(UsageError, match=r"people\.json is a pickle"):
        read_seed(file)


@pytest.mark.parametrize(
    ("text", "line"), [('{\n"a": 1,\n}', "line 3"), ('{"Name": "A"}\n{"b": }\n', "line 2")]
)
def test_wrong_json_is_told_with_its_line(tmp_path: Path, text: str, line: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=line):
        read_seed(file)


def test_json_lines_and_other_encodings_are_read(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    two = {**PERSON, "Name": "Zoë"}
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in (PERSON, two))
    file.write_bytes(lines.encode("utf-16"))
    assert [each.name for each in read_seed(file).people] == ["Ann", "Zoë"]


@pytest.mark.parametrize("values", [{}, [], 3, {"a": {"b": 1}}, {"Demographics": {"Age": 3}}])
def test_a_data_set_without_anybody_is_told(values: Any) -> None:
    with pytest.raises(UsageError, match="holds nobody"):
        seed_of(values)
