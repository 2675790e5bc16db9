"""People who are not made up: taken over from another run, or read from files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.ids import Source
from core.lab.nodes import person_key, scene_key
from core.lab.records import LabKind
from core.lab.state import LabState
from core.profiles.profile import Profile, tidy
from core.profiles.seed_json import SeedPerson, seed_json
from core.profiles.seed_scenes import SeedScene
from core.sessions.record import CODE, Record
from core.sessions.tree import SessionTree


@dataclass(frozen=True)
class Given:
    """Somebody with what they are about to need, as the texts and data of records."""

    key: str
    name: str
    summary: str
    profile: Profile
    scenes: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    """Description and data by key."""
    queries: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    """Neutral words and data by scene."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What a data set said of them that means nothing here, as it was."""


def given_of(state: LabState) -> list[Given]:
    """Return the people of a run, to be taken over into another one."""
    return [
        Given(
            key=person.key,
            name=person.name,
            summary=person.summary,
            profile=person.truth,
            scenes={
                key: (
                    scene.description,
                    {
                        "type": scene.type,
                        "expected": scene.expected,
                        "tools": [each.to_json() for each in scene.tools],
                        "facts": list(scene.facts),
                        **_extra(scene.extra),
                    },
                )
                for key, scene in person.scenes.items()
            },
            queries={
                key: (record.text, {"personal": record.data.get("personal", "")})
                for key, record in person.queries.items()
            },
            extra=person.extra,
        )
        for person in state.people.values()
    ]


def given_seed(people: Sequence[SeedPerson]) -> list[Given]:
    """Return the people of a data set."""
    return [_given(number, each) for number, each in enumerate(people, 1)]


def seed_person(given: Given) -> SeedPerson:
    """Return somebody as a data set holds them."""
    return SeedPerson(given.key, given.name, given.profile, tuple(_seed_scenes(given)), given.extra)


def _seed_scenes(given: Given) -> list[SeedScene]:
    found = []
    for key, (description, data) in given.scenes.items():
        neutral, query = given.queries.get(key, ("", {}))
        found.append(
            SeedScene(
                type=str(data["type"]),
                description=description,
                expected=str(data["expected"]),
                tools=tuple(
                    (each["name"], tuple(each["arguments"]), each["description"])
                    for each in data["tools"]
                ),
                facts=tuple(data["facts"]),
                personal=str(query.get("personal", "")),
                neutral=neutral,
                extra=data.get("extra", {}),
            )
        )
    return found


def given_json(given: Sequence[Given]) -> dict[str, dict[str, Any]]:
    """Return people as a data set in the seed's layout."""
    return seed_json([seed_person(each) for each in given])


def given_records(tree: SessionTree, source: Source, given: Sequence[Given]) -> list[Record]:
    """Return the records of people that a session lacks, one after the other."""
    there = {(each.kind, each.node) for each in tree}
    parent = tree.head
    records: list[Record] = []
    for kind, node, text, data in _parts(given):
        if (kind, node) in there:
            continue
        record = Record(
            id=source.new_id(),
            kind=kind,
            parent=parent,
            author=CODE,
            at=source.now(),
            node=node,
            text=text,
            data=data,
        )
        parent = record.id
        records.append(record)
    return records


def _parts(given: Sequence[Given]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for each in given:
        data: dict[str, Any] = {
            "person": each.key,
            "name": each.name,
            "profile": each.profile.plain(),
            "given": True,
            **_extra(each.extra),
        }
        yield LabKind.PERSON, each.key, each.summary, data
        for key, (text, scene) in each.scenes.items():
            where = {"person": each.key, "scene": key}
            yield LabKind.SCENE, f"{each.key}/{key}", text, {**where, **scene}
            if key in each.queries:
                neutral, query = each.queries[key]
                yield LabKind.QUERY, f"{each.key}/{key}/query", neutral, {**where, **query}


def _given(number: int, person: SeedPerson) -> Given:
    scenes: dict[str, tuple[str, Mapping[str, Any]]] = {}
    queries: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for place, each in enumerate(person.scenes, 1):
        key = scene_key(place)
        tools = [
            {"name": name, "arguments": list(arguments), "description": description}
            for name, arguments, description in each.tools
        ]
        data = {
            "type": each.type,
            "expected": each.expected,
            "tools": tools,
            "facts": list(each.facts),
            **_extra(each.extra),
        }
        scenes[key] = (each.description, data)
        if each.neutral:
            queries[key] = (each.neutral, {"personal": each.personal})
    summary = tidy("; ".join(person.profile.texts("demographics.career_information")))
    return Given(
        person_key(number), person.name, summary, person.profile, scenes, queries, person.extra
    )


def _extra(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"extra": dict(values)} if values else {}
