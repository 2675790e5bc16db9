"""`salon lab` as a process: a whole pipeline on scripted models, cut off, gone on with, read."""

from __future__ import annotations

import json
import pickle
import random
import signal
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
    assert "salon lab queries" in early.stderr
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


def killed(salon: Salon, command: list[str], after: int) -> bool:
    """Kill a run once it has printed so many lines; whether it was still at work."""
    process = salon.start("learn", *command, "--json")
    assert process.stdout is not None
    for _ in range(after):
        if not process.stdout.readline():
            break
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_killed_at_thirty_random_moments_it_comes_to_the_same(salon: Salon) -> None:
    model = script(salon.home, delay=0.02)
    flags = ["--k", "1", "--parallel", "2"]
    whole = salon.home / "whole"
    lines_ = len(salon.learn("pipeline", *plan(model, whole), *flags))
    wanted = salon.learn("report", str(whole))[0]
    rng = random.Random(1)
    kills = 0
    for number in range(10):
        cut = salon.home / f"cut-{number}"
        command = ["pipeline", *plan(model, cut), *flags]
        # A third of the lines each time, so that all of them are there before the last one.
        kills += sum(killed(salon, command, rng.randrange(2, lines_ // 3)) for _ in range(3))
        assert salon.run("learn", *command).returncode == 0
        found = salon.learn("report", str(cut))[0]
        assert {**found, "session": ""} == {**wanted, "session": ""}, cut
        assert sorted(read_persona(each).name for each in cut.glob("*.md")) == sorted(PEOPLE)
    assert kills == 30


def test_data_sets_go_in_and_out(salon: Salon) -> None:
    people = {
        "persona_001": {
            "Name": "Ann",
            "Demographics": {"Age": 41, "Shoe": "left"},
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
    assert exported["persona_001"]["Demographics"] == {"Age": "41", "Shoe": "left"}
    assert exported["persona_001"]["Shoes"] == 44
    assert exported["persona_001"]["scenes"][0]["neutralized_query"] == "Q"
    assert (out / "ann.md").exists()
    file.write_bytes(pickle.dumps(people))
    refused = salon.run("learn", "import", str(file), "--out", str(salon.home / "x"))
    assert refused.returncode == 2
    assert "pickle" in refused.stderr
    assert not (salon.home / "x").exists()


def test_who_lacks_scenes_keeps_nobody_else_from_a_run(salon: Salon) -> None:
    scenes = [{"scene_type": "career", "scene_desc": "A shift.", "neutralized_query": "Q"}]
    people = [{"Name": name, "Demographics": {"Age": 41}} for name in ("Ann", "Bob")]
    people[0]["scenes"] = scenes
    file, out, model = salon.home / "people.json", salon.home / "lab", script(salon.home)
    file.write_text(json.dumps(people), encoding="utf-8")
    salon.run("learn", "import", str(file), "--out", str(out))
    flags = ["--model", model, "--k", "1"]
    everybody = salon.run("learn", "run", str(out), *flags)
    assert everybody.returncode == 2
    assert "Bob has no scenes. Name those who have some with --person." in everybody.stderr
    events = salon.learn("run", str(out), *flags, "--person", "ann")
    assert {each["person"] for each in of(events, "satisfied")} == {"p001"}


def test_a_pipeline_says_whom_it_did_not_find(salon: Salon) -> None:
    flags = [*plan(script(salon.home), salon.home / "lab"), "--k", "1"]
    done = salon.run("learn", "pipeline", *flags, "--person", "Zoe", "--person", "Ada Byrne")
    assert done.returncode == 1
    assert "There is nobody called 'Zoe'. There are: Ada Byrne, Bela Novak." in done.stderr
    assert "p001/learnt-1" in done.stdout
    assert "p002/learnt-1" not in done.stdout
    nobody = salon.home / "nobody"
    flags[flags.index("--out") + 1] = str(nobody)
    assert salon.run("learn", "pipeline", *flags, "--person", "Zoe").returncode == 1
    report = salon.run("learn", "report", str(nobody)).stdout
    assert "No scene is over yet." in report
    assert "mean over people" not in report


def test_wrong_flags_are_told(salon: Salon) -> None:
    for flags, told in (
        (["run", "nowhere", "--setting", "psychic"], "nowhere"),
        (["pipeline", "--setting", "psychic"], "There is no setting 'psychic'"),
        (["pipeline", "--lock", "shoes"], "no field 'shoes'"),
        (["report", "nowhere"], "nowhere"),
        (["generate", "--language", "??"], "'??' is no language"),
        (["import", "nowhere", "--language", ""], "'' is no language"),
        (["pipeline", "--judge", "nobody:x"], "nobody"),
    ):
        done = salon.run("learn", *flags)
        assert done.returncode in {1, 2}, done.stderr
        assert told in done.stderr
        assert "Traceback" not in done.stderr
