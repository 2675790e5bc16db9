"""The lab pane as a picture; after a change that is meant: `pytest --snapshot-update`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot

from core.engine import reply
from core.lab.people.imported import Given
from core.profiles.profile import Profile
from core.providers.base import ModelRequest
from pilot.labs_kit import done, filled, played
from pilot.salon import DrawnSalon, runtime_for, seated, until

BAKER = {
    "demographics.age": "44",
    "demographics.career_information": "runs a bakery in Bergen",
    "personality.extraversion_or_introversion": "I",
    "pattern.usage": "asks early in the morning",
    "preference.styles": "dry and friendly",
    "preference.format": "short lists",
    "preference.workflows": "one step at a time",
}
SCENES = {
    "s001": ("The flour will be late.", "Short lists, please. I run a bakery in Bergen."),
    "s002": ("An oven is cold.", "One step at a time, and I ask early in the morning."),
    "s003": ("A wedding wants a cake for ninety.", ""),
}
EDITS = {
    "s001": [
        ("preference.format", "short lists", "Short lists, please"),
        ("demographics.career_information", "runs a bakery in Bergen", "I run a bakery in Bergen"),
    ],
    "s002": [
        ("preference.workflows", "one step at a time", "One step at a time"),
        ("pattern.usage", "asks in the evening", "I ask early in the morning"),
    ],
}


def somebody(number: int, name: str) -> Given:
    scenes = {
        key: (text, {"type": kind, "expected": "", "tools": [], "facts": []})
        for (key, (text, _)), kind in zip(
            SCENES.items(), ("career", "behaviour", "career"), strict=True
        )
    }
    queries = {key: ("What should I do?", {}) for key in SCENES}
    return Given(f"p{number:03}", name, "", Profile.of(BAKER), scenes, queries)


def scene_of(request: ModelRequest) -> str:
    assert request.origin is not None
    return request.origin.node.split("/")[2]


def assistant(request: ModelRequest) -> str:
    if "short lists" in request.messages[0].content:
        return "1. Bake one layer tonight.\n2. Fill it in the morning.\n3. Ninety slices, no more."
    return "There are many things that one might consider, and all of them take some time."


def user(request: ModelRequest) -> str:
    assert request.origin is not None
    said = SCENES[scene_of(request)][1]
    content = "1. " in request.messages[-1].content or request.origin.ordinal > 0
    say = said if said and not content else "Thanks."
    verdict = {"satisfied": content, "missing": "" if content else "how I like it", "say": say}
    return json.dumps(verdict)


def keeper(request: ModelRequest) -> str:
    text = request.messages[-1].content
    known = text.partition("Conversations:")[0]
    edits = [
        {"field": field, "op": "set", "old": None, "new": new, "quote": quote, "confidence": 0.8}
        for found in EDITS.values()
        for field, new, quote in found
        if quote in text and new not in known
    ]
    return json.dumps({"edits": edits})


async def learnt(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: seated(pilot.app))
    await pilot.app.show("lab")
    lab = await filled(pilot)
    given = (somebody(1, "Maren Holt"), somebody(2, "Jonas Wiik"), somebody(3, "Aud Rekdal"))
    draft = replace(lab.session.draft, people=3, scenes=3, given=given, parallel=1)
    lab.session.draft = replace(draft, settings=("none", "learnt-1"))
    lab.show_setup()
    await pilot.press("enter")
    await done(pilot, lab)
    await pilot.press("left")
    await pilot.pause(0.2)


def test_what_was_learnt_of_a_baker(
    snap_compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply, "time", SimpleNamespace(monotonic=lambda: 0.0))
    players = {"assistant": assistant, "user": user, "optimiser": keeper}
    app = DrawnSalon(played(runtime_for(tmp_path, model="scripted:world"), players))
    assert snap_compare(app, terminal_size=(120, 34), run_before=learnt)
