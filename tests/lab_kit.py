"""A world with a known answer: people, users, assistants and keepers that are a few lines each."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from core.context.budget import Budget
from core.engine.participant_spec import ParticipantSpec
from core.events import Event
from core.ids import CountingSource, Source
from core.lab.engine import LabEngine
from core.lab.people.imported import Given, given_records
from core.lab.spec import ENGINE, ROLES, LabSpec, Plan, Role
from core.messages import ModelName, Params
from core.participants import PersonaOnModel
from core.profiles.fields import FIELDS
from core.profiles.profile import Profile
from core.providers.base import ModelRequest, ProviderSettings
from core.providers.model import Model
from core.providers.recorded import Recorded
from core.providers.script import Reply
from core.providers.scripted import Scripted
from core.sessions.memory import MemorySession
from core.sessions.session import Session

HIDDEN = [path for path, each in FIELDS.items() if not each.many and not each.choices]
_KNOWN = re.compile(r"^- ([a-z_]+\.[a-z_]+): (\S+)$", re.MULTILINE)
_TOLD = re.compile(r"\bmy ([a-z_]+\.[a-z_]+) is (\S+?)[.]")
_NEEDED = re.compile(r"([a-z_]+\.[a-z_]+)=(\S+?)[,.]")


def world(people: int, scenes: int, *, needed: int = 2, seed: int = 0) -> list[Given]:
    """Return people whose scenes each need some of their fields; others no scene ever needs."""
    rng = random.Random(seed)
    return [_person(number, scenes, needed, rng) for number in range(1, people + 1)]


def _person(number: int, scenes: int, needed: int, rng: random.Random) -> Given:
    truth = {path: f"{path.partition('.')[2]}-{rng.randrange(10_000)}" for path in HIDDEN}
    used = rng.sample(HIDDEN, rng.randint(4, 8))
    drawn = [sorted(rng.sample(used, needed)) for _ in range(scenes)]
    keys = [f"s{place:03}" for place in range(1, scenes + 1)]
    return Given(
        key=f"p{number:03}",
        name=f"Person {number}",
        summary="",
        profile=Profile.of(truth),
        scenes={
            key: (
                f"Task {place} of anybody",
                {
                    "type": "career",
                    "expected": " ".join(f"{path}={truth[path]}," for path in paths),
                    "tools": [],
                    "facts": [],
                },
            )
            for place, (key, paths) in enumerate(zip(keys, drawn, strict=True))
        },
        queries={key: (f"Please do task {place}.", {}) for place, key in enumerate(keys)},
    )


def assistant(request: ModelRequest) -> str:
    """Respect exactly what the prompt's profile says, and what was said in the conversation."""
    known = dict(_KNOWN.findall(request.messages[0].content))
    for message in request.messages[1:]:
        known |= dict(_TOLD.findall(message.content))
    return "Done, heeding " + " ".join(f"<{value}>" for value in known.values())


def user(request: ModelRequest) -> str:
    """Be satisfied only by a reply that respects all that the scene needs; tell one thing."""
    system, shown = request.messages[0].content, request.messages[-1].content
    wanted = dict(_NEEDED.findall(system.partition("behaves like this:")[2]))
    reply = shown.rpartition("Assistant: ")[2]
    missing = [path for path, value in wanted.items() if f"<{value}>" not in reply]
    say = f"No: my {missing[0]} is {wanted[missing[0]]}." if missing else "Thanks."
    verdict = {"satisfied": not missing, "missing": " ".join(missing), "say": say}
    return json.dumps(verdict)


def keeper(request: ModelRequest) -> str:
    """Read what users told of themselves, and quote it."""
    text = request.messages[-1].content
    known = dict(_KNOWN.findall(text.partition("Fields:")[0]))
    edits = [
        {
            "field": path,
            "op": "set",
            "old": None,
            "new": value,
            "quote": f"my {path} is {value}",
            "confidence": 0.9,
        }
        for path, value in dict(_TOLD.findall(text)).items()
        if known.get(path) != value
    ]
    return json.dumps({"edits": edits[:8]})


def judge(request: ModelRequest) -> str:
    """Give ten for every reply that heeds something."""
    heeds = "<" in request.messages[-1].content.partition("The reply:")[2]
    return json.dumps({"reason": "it heeds something", "score": 10 if heeds else 5})


PLAYERS: dict[Role, Callable[[ModelRequest], str]] = {
    "assistant": assistant,
    "user": user,
    "optimiser": keeper,
    "judge": judge,
}


def spec_of(given: Sequence[Given], **options: Any) -> LabSpec:
    """Return the spec of a run with these people."""
    roles = [role for role in ROLES if role != "judge" or options.pop("judged", False)]
    plan = Plan(len(given), len(given[0].scenes), seed=options.pop("seed", 1))
    return LabSpec(
        plan=plan,
        seats={role: ParticipantSpec(role.title(), f"scripted:{role}", Params()) for role in roles},
        phases=options.pop("phases", ("learning",)),
        settings=options.pop("settings", ("none", "golden", "learnt-1")),
        rounds=options.pop("rounds", 4),
        **options,
    )


class Stage:
    """An engine of a run, with everything it said."""

    def __init__(
        self,
        session: Session,
        players: dict[Role, Callable[[ModelRequest], str | Reply]],
        *,
        attended: bool = False,
        context_length: int = 8192,
        recording: str = "",
    ) -> None:
        """Play it with functions, or with what a session's file recorded."""

        def answer(request: ModelRequest) -> str | Reply:
            return players[request.model](request)  # type: ignore[index]  # the role is the model

        self.provider = Scripted.of(answer)
        self.session = session
        self.events: list[Event] = []

        recorded = Recorded(ProviderSettings("recorded", "recorded"))

        def participant(role: Role) -> PersonaOnModel:
            model = Model(self.provider, role, retries=0)
            if recording:
                model = Model(recorded, recording, retries=0)
            return PersonaOnModel(
                name=role.title(),
                model_name=ModelName.parse(str(model)),
                params=Params(),
                budget=Budget.of(context_length, max_tokens=512),
                system="",
                model=model,
            )

        self.engine = LabEngine(session, participant, attended=attended)

    async def run(self) -> str:
        """Run to the end, and keep what is said."""
        subscription = self.engine.subscribe()
        watch = asyncio.create_task(self._watch(subscription))
        try:
            return await self.engine.run()
        finally:
            await watch

    async def _watch(self, subscription: Any) -> None:
        async for event in subscription:
            self.events.append(event)


async def stage(
    given: Sequence[Given],
    players: dict[Role, Any] | None = None,
    *,
    source: Source | None = None,
    session: Session | None = None,
    attended: bool = False,
    context_length: int = 8192,
    recording: str = "",
    **options: Any,
) -> Stage:
    """Return a run of these people that has not begun."""
    spec = spec_of(given, **options)
    held = session or await MemorySession.create(source or CountingSource(), ENGINE, spec.to_json())
    await held.append(*given_records(held.tree, held.source, given))
    return Stage(
        held,
        {**PLAYERS, **(players or {})},
        attended=attended,
        context_length=context_length,
        recording=recording,
    )


def content(session: Session) -> list[str]:
    """Return what a session holds, ids, times and order apart: to compare two runs."""
    lines = []
    names: dict[str, str] = {}
    counts: dict[tuple[str, str], int] = {}
    for record in session.tree.path:
        place = (record.node, record.kind)
        if record.status == "complete" and record.kind not in {"notice", "ended"}:
            counts[place] = counts.get(place, 0) + 1
            names[record.id] = f"{record.kind} {counts[place]} at {record.node}"
    for record in session.tree.path:
        if record.id not in names or record.parent is None:
            continue
        values = record.to_json()
        for key in ("id", "seq", "parent", "at"):
            del values[key]
        values["data"] = _named(dict(values.get("data", {})), names, session.id)
        lines.append(names[record.id] + json.dumps(values, sort_keys=True))
    return sorted(lines)


def _named(value: Any, names: dict[str, str], session: str) -> Any:
    if isinstance(value, dict):
        return {
            key: _named(each, names, session) for key, each in value.items() if key != "seconds"
        }
    if isinstance(value, list):
        return [_named(each, names, session) for each in value]
    return names.get(value, "" if value == session else value) if isinstance(value, str) else value
