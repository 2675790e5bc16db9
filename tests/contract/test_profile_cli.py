"""`salon profile` as a process: learnt from a chat, told in the next one, and forgotten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from salon_process import SalonProcess, lines, of

SAID = "I am a night nurse in Cork and I like short lists."


class Salon(SalonProcess):
    def script(self, *replies: Any) -> str:
        file = self.home / f"models-{len(list(self.home.glob('models-*')))}.json"
        file.write_text(json.dumps(list(replies)), encoding="utf-8")
        return f"scripted:{file}"

    def profile(self, *arguments: str) -> list[dict[str, Any]]:
        done = self.run("profile", *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return lines(done.stdout)

    def chat(self, *arguments: str) -> list[dict[str, Any]]:
        done = self.run("chat", "freud", *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return lines(done.stdout)

    def everything(self) -> bytes:
        files = [*self.sessions.rglob("*"), *(self.home / "data").rglob("*")]
        return b"\n".join(each.read_bytes() for each in files if each.is_file())


def edit(field: str, new: str, quote: str) -> dict[str, Any]:
    return {
        "field": field,
        "op": "set",
        "old": None,
        "new": new,
        "quote": quote,
        "confidence": 0.9,
    }


@pytest.fixture
def salon(tmp_path: Path) -> Salon:
    return Salon(tmp_path)


def learnt(salon: Salon) -> list[dict[str, Any]]:
    """Chat once, and have edits proposed from it."""
    salon.chat("--model", salon.script("Ah."), "--say", SAID)
    assert salon.run("profile", "on").returncode == 0
    edits = {
        "edits": [
            edit("demographics.career_information", "night nurse", "night nurse in Cork"),
            edit("preference.format", "short lists", "I like short lists"),
            edit("demographics.age", "34", "I am 34"),
        ]
    }
    return salon.profile("learn", "--model", salon.script(json.dumps(edits)))


def test_nothing_is_learnt_before_it_is_wanted(salon: Salon) -> None:
    salon.chat("--model", salon.script("Ah."), "--say", SAID)
    done = salon.run("profile", "learn", "last")
    assert done.returncode == 1
    assert "salon profile on" in done.stderr
    assert not (salon.home / "data" / "profile").exists()


def test_edits_are_proposed_with_their_words_and_told_once_accepted(salon: Salon) -> None:
    lines_ = learnt(salon)
    proposed = of(lines_, "proposed")
    assert [(each["field"], each["evidence"][0]["quote"]) for each in proposed] == [
        ("demographics.career_information", "night nurse in Cork"),
        ("preference.format", "I like short lists"),
    ]
    assert [each["why"] for each in of(lines_, "refused")] == ["no_evidence"]
    assert salon.profile("learn", "--model", salon.script()) == []
    (made,) = salon.profile("accept", proposed[1]["id"], "--as", "very short lists")
    assert made["new"] == "very short lists"
    assert salon.run("profile", "refuse", proposed[0]["id"][-8:]).returncode == 0
    (shown,) = salon.profile("show")
    assert list(shown["profile"]) == ["preference.format"]
    assert shown["proposals"] == []

    events = salon.chat("--model", salon.script("Here."), "--say", "Hello again")
    (finished,) = of(events, "turn_finished")
    assert finished["known"] == {"fields": ["preference.format"], "version": shown["version"]}
    (record,) = [
        each
        for each in salon.records("last")
        if each["kind"] == "message" and each["node"] == "persona"
    ]
    assert record["data"]["profile"]["fields"] == ["preference.format"]
    assert record["data"]["profile"]["version"] == shown["version"]
    blobs = [each["text"] for each in salon.records("last") if each["kind"] == "blob"]
    assert any("preference.format: very short lists" in each for each in blobs)

    salon.run("profile", "pause")
    salon.chat("--model", salon.script("Here."), "--say", "And now?")
    assert b"very short" not in json.dumps(salon.records("last")).encode()


def test_a_persona_can_be_denied_it(salon: Salon) -> None:
    (one, *_) = of(learnt(salon), "proposed")
    salon.profile("accept", one["id"])
    shy = salon.home / "shy.md"
    shy.write_text("---\nsees_your_profile: false\n---\n# Shy: Sam (en)\n\nYou are Sam.\n")
    done = salon.run("chat", str(shy), "--model", salon.script("Hm."), "--say", "Hi", "--json")
    assert done.returncode == 0, done.stderr
    assert "night nurse" not in json.dumps(salon.records("last"))


def test_what_is_forgotten_leaves_the_files(salon: Salon) -> None:
    for each in of(learnt(salon), "proposed"):
        salon.profile("accept", each["id"])
    salon.chat("--model", salon.script("Here."), "--say", "Hello again")
    assert b"preference.format: short lists" in salon.everything()
    (done,) = salon.profile("forget", "Preferred_Format", "--yes")
    assert done["fields"] == ["preference.format"]
    assert len(done["chats"]) == 1
    assert len(done["still_said"]) == 1
    assert b"preference.format: short lists" not in salon.everything()
    profile = b"".join(
        each.read_bytes() for each in (salon.home / "data" / "profile").rglob("*.jsonl")
    )
    assert b"short lists" not in profile
    assert b"night nurse" in profile
    (shown,) = salon.profile("show")
    assert list(shown["profile"]) == ["demographics.career_information"]

    (done,) = salon.profile("forget", "all", "--messages", "--yes")
    everything = salon.everything()
    assert b"night nurse" not in everything
    assert b"short lists" not in everything
    (shown,) = salon.profile("show")
    assert shown["profile"] == {}


def test_a_value_goes_with_the_session_that_it_rests_on(salon: Salon) -> None:
    for each in of(learnt(salon), "proposed"):
        salon.profile("accept", each["id"])
    (chat,) = salon.sessions.glob("*.jsonl")
    assert salon.run("sessions", "erase", chat.stem, "--yes").returncode == 0
    done = salon.run("profile", "show", "--json")
    assert "was erased" in done.stderr
    (shown,) = lines(done.stdout)
    assert shown["profile"] == {}
    assert b"night nurse" not in salon.everything()


def test_what_comes_with_a_file_has_to_fit_and_stays_where_its_chats_are_not(salon: Salon) -> None:
    evidence = {
        "session": "01K00000000000000000000000",
        "record": "01K00000000000000000000001",
        "span": [0, 3],
        "quote": "red",
    }
    values = {
        "preference.format": [
            {"value": "\x1b[31mred\n\nIgnore", "evidence": [evidence], "confidence": 7}
        ],
        "personality.thinking_or_feeling": [{"value": "Q"}],
    }
    file = salon.home / "profile.json"
    file.write_text(json.dumps(values))
    done = salon.run("profile", "import", str(file))
    assert done.returncode == 0, done.stderr
    assert "not understood: personality.thinking_or_feeling: Q" in done.stderr
    for _ in range(2):
        (shown,) = salon.profile("show")
        assert list(shown["profile"]) == ["preference.format"]
        (value,) = shown["profile"]["preference.format"]
        assert value["value"].isprintable()
        assert (value["confidence"], value["evidence"]) == (1, [])


def test_a_person_writes_locks_and_rolls_back(salon: Salon) -> None:
    salon.profile("edit", "AGE", "41")
    salon.profile("edit", "Languages", "Irish")
    versions = salon.profile("diff")
    salon.profile("edit", "age", "42")
    (changed,) = salon.profile("diff", versions[-1]["version"])
    assert (changed["old"], changed["new"]) == ("41", "42")
    assert salon.run("profile", "lock", "Demographics > Age").returncode == 0
    refused = salon.run("profile", "edit", "demographics.AGE", "43")
    assert refused.returncode == 1
    assert "locked" in refused.stderr
    assert salon.run("profile", "rollback", versions[-1]["version"]).returncode == 1
    salon.run("profile", "unlock", "age")
    salon.profile("rollback", versions[-1]["version"])
    (shown,) = salon.profile("show")
    assert shown["profile"]["demographics.age"][0]["value"] == "41"
    file = salon.home / "out.json"
    assert salon.run("profile", "export", str(file)).returncode == 0
    assert json.loads(file.read_text())["demographics.age"][0]["value"] == "41"
    file.write_text('{"Personality": {"Values and Interests": ["maps"]}, "Shoes": 4}')
    done = salon.run("profile", "import", str(file))
    assert "Shoes" in done.stderr
    assert "maps" in done.stdout


def test_what_cannot_be_done_is_told_in_plain_words(salon: Salon) -> None:
    assert "no versions yet" in salon.run("profile", "diff").stdout
    off = salon.run("profile", "learn")
    assert off.returncode == 1
    assert "salon profile on" in off.stderr
    wrong = salon.run("profile", "edit", "shoes", "44")
    assert wrong.returncode == 2
    assert "Known are: demographics.age" in wrong.stderr
    file = salon.home / "me.json"
    file.write_text('{\n"age": }', encoding="utf-8")
    bad = salon.run("profile", "import", str(file))
    assert bad.stderr.count("line") == 1
    assert "me.json, line 2: this is not JSON: Expecting value." in bad.stderr
    out = salon.home / "out.json"
    assert str(out) in salon.run("profile", "export", str(out)).stdout
