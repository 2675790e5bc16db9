"""`salon learn` as a process: a whole pipeline on scripted models, cut off, gone on with, read."""

from __future__ import annotations

import json
import pickle
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from core.personas.markdown import read_persona
from salon_process import SalonProcess, lines, of

PEOPLE = ("Ada Byrne", "Bela Novak")
TOOL = {"name": "find_train", "arguments": ["to"], "description": "finds trains"}


class Salon(SalonProcess):
    def learn(self, *arguments: str) -> list[dict[str, Any]]:
        done = self.run("learn", *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return lines(done.stdout)


@pytest.fixture
def salon(tmp_path: Path) -> Salon:
    return Salon(tmp_path)


def person(name: str) -> str:
    return json.dumps({
        "name": name,
        "summary": f"{name} keeps {name.split()[0]} busy all the year round.",
        "career_information": f"{name.split()[1]} works at the mill",
        "values_and_interests": [f"{name.split()[0]} likes chess"],
        "behavior_engagement": "asks back",
        "usage": "in the morning",
        "emotion": "calm",
        "purchase": "compares prices",
        "styles": "dry wit",
        "format": "numbered steps",
        "workflows": "one thing at a time",
        "models": "none",
    })


def scene(number: int) -> str:
    return json.dumps({
        "description": ["Plan a journey with two changes.", "Write to the landlord."][number - 1],
        "expected": "Numbered steps, dry wit.",
        "facts": ["The meeting begins at nine."],
        "tools": [TOOL] if number == 1 else [],
    })


def call(tool: str, message: str = "", **arguments: str) -> str:
    return json.dumps({"tool": tool, "arguments": arguments, "message": message})


def verdict(say: str) -> str:
    return json.dumps({"satisfied": not say, "missing": say, "say": say or "Thanks."})


def edit(field: str, new: str, quote: str) -> dict[str, Any]:
    return {
        "field": field,
        "op": "set",
        "old": None,
        "new": new,
        "quote": quote,
        "confidence": 0.8,
    }


WISH = "Give me numbered steps, please."


def script(home: Path, *, delay: float = 0) -> str:
    """Write what all models say; return the model's name."""
    nodes: dict[str, list[str]] = {}
    for number, name in enumerate(PEOPLE, 1):
        key = f"p{number:03}"
        nodes[key] = [person(name)]
        for place in (1, 2):
            at = f"{key}/s{place:03}"
            nodes[at] = [scene(place)]
            query = {"personal": "Dry and numbered: plan it.", "neutral": "Plan my journey."}
            nodes[f"{at}/query"] = [json.dumps(query)]
        for setting in ("none", "learnt-1"):
            first, second = f"{key}/{setting}/s001", f"{key}/{setting}/s002"
            nodes[f"{first}/assistant"] = [
                call("find_train", to="Cork"),
                call("find_train", to=" CORK "),
                call("none", "There is one at seven."),
                call("none", "1. Go. 2. Change."),
            ]
            nodes[f"{first}/tools"] = [json.dumps({"result": "7:05, platform 2"})]
            nodes[f"{first}/user"] = [verdict(WISH), verdict("")]
            nodes[f"{second}/assistant"] = ["1. Go. 2. Change.", "Fine."]
            nodes[f"{second}/user"] = [verdict("")]
        edits = [
            edit("Preferred_Format", "numbered steps", "numbered steps"),
            edit("preference.styles", "dry wit", "dry wit"),
        ]
        edits[0]["field"] = "preference.format"
        nodes[f"{key}/learnt-1/update"] = [
            json.dumps({"edits": edits}),
            json.dumps({"edits": []}),
        ]
    file = home / "models.json"
    slow = {
        node: [{"text": each, "delay": delay} for each in replies]
        for node, replies in nodes.items()
    }
    file.write_text(json.dumps({"nodes": slow}), encoding="utf-8")
    return f"scripted:{file}"


def plan(model: str, out: Path) -> list[str]:
    return ["--people", "2", "--scenes", "2", "--out", str(out), "--model", model]


def test_a_pipeline_makes_people_lives_their_scenes_and_learns(salon: Salon) -> None:
    out = salon.home / "lab"
    model = script(salon.home)
    events = salon.learn("pipeline", *plan(model, out), "--k", "1")
    assert [each["name"] for each in of(events, "person")] == list(PEOPLE)
    assert len(of(events, "scene")) == len(of(events, "query")) == 4
    tools = of(events, "tool")
    assert {each["result"] for each in tools} == {"7:05, platform 2"}
    assert len(tools) == 8
    assert sum(each["repeated"] for each in tools) == 4
    edits = of(events, "profile_edit")
    assert [(each["field"], each["old"], each["new"]) for each in edits] == [
        ("preference.format", None, "numbered steps")
    ] * 2
    assert all(each["evidence"][0]["quote"] == "numbered steps" for each in edits)
    refused = [each for each in of(events, "notice") if each["code"] == "edit_refused"]
    assert len(refused) == 2
    (ended,) = of(events, "ended")
    assert ended["reason"] == "done"
    for name in PEOPLE:
        (file,) = out.glob(f"{name.split()[0].lower()}*.md")
        persona = read_persona(file)
        assert persona.name == name
        assert persona.front["profile"]["preference"]["format"] == "numbered steps"
    report = salon.learn("report", str(out))[0]
    assert report["settings"]["none"]["utterances"] == 1.5
    assert report["settings"]["learnt-1"]["precision"] == 1
    assert any("No judge" in note for note in report["notes"])
    shown = salon.run("learn", "report", str(out))
    assert "learnt-1 - none" in shown.stdout
    again = salon.run("learn", "pipeline", *plan(model, out), "--k", "1")
    assert again.returncode == 0
    assert "done already" in again.stderr


def test_the_steps_one_by_one_come_to_the_same(salon: Salon) -> None:
    out = salon.home / "lab"
    model = script(salon.home)
    made = salon.learn("generate", *plan(model, out))
    assert len(of(made, "scene")) == 4
    early = salon.run("learn", "run", str(out), "--model", model)
    assert early.returncode == 2
    assert "salon learn queries" in early.stderr
    assert len(of(salon.learn("queries", str(out), "--model", model), "query")) == 4
    events = salon.learn(
        "run",
        str(out),
        "--model",
        model,
        "--setting",
        "learnt",
        "--k",
        "1",
        "--person",
        "Ada Byrne",
    )
    assert {each["person"] for each in of(events, "satisfied")} == {"p001"}
    assert len(of(events, "profile_edit")) == 1
    nobody = salon.run("learn", "run", str(out), "--model", model, "--person", "Zoe")
    assert nobody.returncode == 2
    assert "Ada Byrne" in nobody.stderr


@pytest.mark.slow
def test_killed_at_random_moments_it_comes_to_the_same(salon: Salon) -> None:
    model = script(salon.home, delay=0.05)
    whole, cut = salon.home / "whole", salon.home / "cut"
    flags = ["--k", "1", "--parallel", "2"]
    salon.learn("pipeline", *plan(model, whole), *flags)
    rng = random.Random(1)
    for _ in range(8):
        process = salon.start("learn", "pipeline", *plan(model, cut), *flags, "--json")
        time.sleep(0.8 + rng.random() * 1.5)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    salon.run("learn", "pipeline", *plan(model, cut), *flags)
    one, other = (salon.run("learn", "report", str(each), "--json") for each in (whole, cut))
    assert other.returncode == 0, other.stderr
    first, second = json.loads(one.stdout), json.loads(other.stdout)
    for each in (first, second):
        del each["session"]
    assert first == second


def test_data_sets_go_in_and_out(salon: Salon) -> None:
    people = {
        "persona_001": {
            "Name": "Ann",
            "Demographics": {"Age": 41},
            "Preference": {"Preferred_Format": "lists"},
            "Shoes": 44,
            "scenes": [
                {"scene_type": "career", "scene_desc": "A shift.", "neutralized_query": "Q"}
            ],
        }
    }
    file, out = salon.home / "people.json", salon.home / "lab"
    file.write_text(json.dumps(people), encoding="utf-8")
    done = salon.run("learn", "import", str(file), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "Shoes" in done.stderr
    exported = json.loads(salon.run("learn", "export", str(out)).stdout)
    assert exported["persona_001"]["Preference"] == {"Format": "lists"}
    assert exported["persona_001"]["scenes"][0]["neutralized_query"] == "Q"
    assert (out / "ann.md").exists()
    file.write_bytes(pickle.dumps(people))
    refused = salon.run("learn", "import", str(file), "--out", str(salon.home / "x"))
    assert refused.returncode == 2
    assert "pickle" in refused.stderr
    assert not (salon.home / "x").exists()


def test_wrong_flags_are_told(salon: Salon) -> None:
    for flags, told in (
        (["run", "nowhere", "--setting", "psychic"], "nowhere"),
        (["pipeline", "--setting", "psychic"], "There is no setting 'psychic'"),
        (["pipeline", "--lock", "shoes"], "no field 'shoes'"),
        (["report", "nowhere"], "nowhere"),
        (["pipeline", "--judge", "nobody:x"], "nobody"),
    ):
        done = salon.run("learn", *flags)
        assert done.returncode in {1, 2}, done.stderr
        assert told in done.stderr
        assert "Traceback" not in done.stderr
