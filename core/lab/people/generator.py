"""Makes up people and the scenes of their lives, as a plan wants them.

First drafts of all people are asked for at once; they are taken in one after the other, so
that whether somebody is too much like another does not depend on who was quicker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from core.lab.episodes import PersonState
from core.lab.leaks import leaks
from core.lab.log import LabLog
from core.lab.nodes import key_order, person_key, scene_key
from core.lab.people import prompts
from core.lab.people.dimensions import Dimensions, sample
from core.lab.questions import Answered, ModelCalls, Question, text_prompt
from core.lab.records import LabKind
from core.lab.similarity import nearest
from core.lab.spec import SCENE_TYPES
from core.personas.casefold import fold
from core.personas.languages import language_name
from core.personas.names import free_name
from core.profiles.fields import FIELDS
from core.profiles.profile import Profile, tidy
from core.profiles.validation import fit_value
from core.sessions.record import Record
from core.text import clean_line

TOO_ALIKE = 0.9
"""Similarity of two descriptions from which on one is refused."""
_TRIES = 2
_TAKEN = 12
"""Names that a writer is reminded of."""
_GAP = "gap"


class PeopleMaker:
    """Makes up the people of one run."""

    def __init__(self, log: LabLog, asking: ModelCalls) -> None:
        self._log = log
        self._asking = asking

    async def make(self, made: Callable[[PersonState], Awaitable[None]]) -> None:
        """Make up everybody; `made` is awaited for each, several at once, scenes and all.

        Raises:
            RunFailed, StoreError: no model answered, or nothing could be stored.
        """
        plan = self._log.state.spec.plan
        given = sample(plan)
        async with asyncio.TaskGroup() as tasks:
            drafts = [
                tasks.create_task(self._draft(number, each, ""))
                for number, each in enumerate(given, 1)
            ]
            for number, (each, draft) in enumerate(zip(given, drafts, strict=True), 1):
                person = await self._accept(number, each, await draft)
                tasks.create_task(self._live(person, made))

    async def _live(
        self, person: PersonState, made: Callable[[PersonState], Awaitable[None]]
    ) -> None:
        for number in range(1, self._log.state.spec.plan.scenes + 1):
            await self._scene(person, number)
        await made(person)

    async def _draft(self, number: int, given: Dimensions, again: str) -> Answered:
        plan = self._log.state.spec.plan
        key = person_key(number)
        taken = [each.name for each in self._others(key)][-_TAKEN:] if again else []
        request = prompts.person_request(given, plan.language, taken, again)
        prompt = text_prompt(prompts.WRITER, request)
        place = (key, "person", again)
        return await self._asking.value(
            Question(key, "writer", "person", prompt, prompts.person_schema(), place)
        )

    async def _accept(self, number: int, given: Dimensions, draft: Answered) -> PersonState:
        """Take in a person, asked for again as long as they are too much like somebody."""
        key = person_key(number)
        flags: list[str] = []
        for attempt in range(_TRIES):
            why = self._refused(draft, key)
            if not why:
                break
            if attempt + 1 == _TRIES:
                flags.append("alike" if draft.value is not None else _GAP)
                break
            draft = await self._draft(number, given, f"{why} ({attempt + 1})")
        return await self._keep(key, given, draft, flags)

    def _others(self, key: str) -> list[PersonState]:
        """Return who was taken in before; a run that is gone on with knows the later ones too."""
        mine = key_order(key)
        return [each for each in self._log.state.people.values() if key_order(each.key) < mine]

    def _refused(self, draft: Answered, key: str) -> str:
        if draft.value is None:
            return "it was not in the form asked for."
        others = self._others(key)
        name = fold(clean_line(draft.value["name"]))
        if any(fold(each.name) == name for each in others):
            return "somebody has that name."
        text = _gist(draft.value)
        if nearest(text, (_gist_of(each) for each in others)) >= TOO_ALIKE:
            return "somebody is nearly the same."
        return ""

    async def _keep(
        self, key: str, given: Dimensions, draft: Answered, flags: list[str]
    ) -> PersonState:
        value = draft.value or {}
        name = tidy(value.get("name", "")).replace(":", " ") or f"Person {key}"
        free = free_name(name, {fold(each.name) for each in self._others(key)})
        if free != name:
            flags.append("renamed")
        data = {
            "person": key,
            "name": free,
            "profile": _truth(given, value, self._log.state.spec.plan.language).plain(),
            "given": given.to_json(),
            "flags": flags,
            "source": draft.record.id,
        }
        if draft.problem:
            data["problem"] = draft.problem
        text = tidy(value.get("summary", ""))
        await self._log.once(self._log.made(LabKind.PERSON, text, key, data))
        return self._log.state.people[key]

    async def _scene(self, person: PersonState, number: int) -> Record:
        plan = self._log.state.spec.plan
        key, kind = scene_key(number), SCENE_TYPES[(number - 1) % len(SCENE_TYPES)]
        node = f"{person.key}/{key}"
        mine = key_order(key)
        scenes = person.scenes.values()
        earlier = [each.description for each in scenes if key_order(each.key) < mine]
        flags: list[str] = []
        again = ""
        for attempt in range(_TRIES):
            request = prompts.scene_request(
                person.name, person.truth, kind, earlier[-3:], plan.language, again
            )
            prompt = text_prompt(prompts.WRITER, request)
            question = Question(
                node, "writer", "scene", prompt, prompts.scene_schema(), (node, "scene", attempt)
            )
            draft = await self._asking.value(question)
            again, flags = _scene_refused(draft, person, earlier)
            if not again:
                break
        data = {"person": person.key, "scene": key, "type": kind, **_scene_data(draft)}
        data |= {"flags": flags, "source": draft.record.id}
        text = tidy((draft.value or {}).get("description", "")) or kind
        (stored,) = await self._log.once(self._log.made(LabKind.SCENE, text, node, data))
        return stored


def _scene_refused(
    draft: Answered, person: PersonState, earlier: list[str]
) -> tuple[str, list[str]]:
    """Return why a scene is asked for again, and how it is flagged if that was the last time."""
    if draft.value is None:
        return "it was not in the form asked for.", [_GAP]
    text = draft.value["description"]
    if nearest(text, earlier) >= TOO_ALIKE:
        return "it is nearly the same as an earlier one.", ["alike"]
    if found := leaks(text, person.truth):
        return f"the description gives away {', '.join(found)}.", ["leak"]
    # An assistant reads what its tools do as well.
    tools = " | ".join(each["description"] for each in draft.value["tools"])
    if found := leaks(tools, person.truth):
        return f"the tools give away {', '.join(found)}.", ["leak"]
    return "", []


def _scene_data(draft: Answered) -> dict[str, Any]:
    value = draft.value or {}
    data: dict[str, Any] = {
        "expected": tidy(value.get("expected", "")),
        "tools": [
            {
                "name": each["name"],
                "arguments": list(dict.fromkeys(each["arguments"])),
                "description": tidy(each["description"]),
            }
            for each in {each["name"]: each for each in value.get("tools", ())}.values()
        ],
        "facts": [tidy(each) for each in value.get("facts", ())],
    }
    if draft.problem:
        data["problem"] = draft.problem
    return data


def _truth(given: Dimensions, value: Mapping[str, Any], language: str) -> Profile:
    native = language_name(language)
    second = "" if given.second_language == native else given.second_language
    texts: dict[str, Any] = {
        "demographics.age": str(given.age),
        "demographics.gender": given.gender,
        "demographics.nationality": given.country,
        "demographics.language": [native, second],
        "personality.extraversion_or_introversion": given.letters[0],
        "personality.sensing_or_intuition": given.letters[1],
        "personality.thinking_or_feeling": given.letters[2],
        "personality.judging_or_perceiving": given.letters[3],
    }
    for path, field in FIELDS.items():
        written = value.get(path.partition(".")[2])
        if path not in texts and written is not None:
            items = written if field.many else [written]
            fitted = [fit_value(field, each) or "" for each in items]
            texts[path] = fitted if field.many else fitted[0]
    return Profile.of(texts)


def _gist(value: Any) -> str:
    parts = [value["summary"], value["career_information"], *value["values_and_interests"]]
    return " ".join(map(tidy, parts))


def _gist_of(person: PersonState) -> str:
    career = person.truth.texts("demographics.career_information")
    interests = person.truth.texts("personality.values_and_interests")
    return " ".join((person.summary, *career, *interests))
