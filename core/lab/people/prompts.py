"""What a model is told that makes up people, scenes and queries, and the form it answers in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.lab.episodes import Scene
from core.lab.people.dimensions import Dimensions
from core.profiles.forms import form, several, text
from core.profiles.profile import Profile

_SHORT, _LINE, _LONG = 60, 120, 320

WRITER = (
    "You write material for a study of assistants. You answer with JSON alone, every text in "
    "the language that is asked for, short and concrete."
)

_KINDS: Mapping[str, str] = {
    "career": "their work or what they learn for it",
    "personality": "something in which their temperament shows",
    "values": "something that they care about or do in their free time",
    "behaviour": "a habit: how they buy, plan, or use an assistant",
    "preferences": "something in which it matters how a reply is written or work is done",
}


def person_request(given: Dimensions, language: str, taken: Sequence[str], again: str) -> str:
    """Return what is asked for one person; `again` says why the last one was refused."""
    facts = [
        f"age {given.age}",
        given.gender,
        f"from {given.country}" if given.country else "from where the language is spoken",
        f"lives in {given.place}",
        f"works in: {given.work}",
        f"temperament {given.letters}",
    ]
    lines = [
        f"Invent one person. Settled are: {', '.join(facts)}.",
        f"Language: {language}.",
        "Write who they are, and how they like to be helped.",
    ]
    if taken:
        lines.append(f"These names are taken: {', '.join(taken)}.")
    if again:
        lines.append(f"The last person was refused: {again} Invent somebody quite different.")
    return "\n".join(lines)


def person_schema() -> dict[str, Any]:
    """Return the form of a person."""
    return form({
        "name": text(_SHORT, 2),
        "summary": text(_LONG, 2),
        "career_information": text(_LINE, 2),
        "values_and_interests": several(text(_SHORT, 2), 1, 3),
        "behavior_engagement": text(_LINE, 2),
        "usage": text(_LINE, 2),
        "emotion": text(_LINE, 2),
        "purchase": text(_LINE, 2),
        "styles": text(_LINE, 2),
        "format": text(_LINE, 2),
        "workflows": text(_LINE, 2),
        "models": text(_SHORT, 2),
    })


def scene_request(
    name: str, truth: Profile, kind: str, earlier: Sequence[str], language: str, again: str
) -> str:
    """Return what is asked for one scene."""
    lines = [
        f"The person: {name}.",
        *truth.lines(),
        "",
        f"Describe one scene in which {name} asks an assistant for help with {_KINDS[kind]}.",
        "`description` says what is wanted, without a name and without any trait of the person. "
        "`expected` says how a good assistant behaves towards exactly this person; it is no "
        "reply. `facts` are details that only the person knows and tells when asked. `tools` "
        "are programs the assistant could call.",
        f"Language: {language}.",
    ]
    if earlier:
        lines.append("There were already: " + " | ".join(earlier))
    if again:
        lines.append(f"The last scene was refused: {again}")
    return "\n".join(lines)


def scene_schema() -> dict[str, Any]:
    """Return the form of a scene."""
    tool = form({
        "name": {"type": "string", "pattern": "^[a-z_]{2,30}$"},
        "arguments": several({"type": "string", "pattern": "^[a-z_]{2,20}$"}, 0, 3),
        "description": text(_LINE, 2),
    })
    return form({
        "description": text(_LONG, 2),
        "expected": text(_LONG, 2),
        "facts": several(text(_LINE, 2), 1, 3),
        "tools": several(tool, 0, 2),
    })


def query_request(
    name: str, truth: Profile, scene: Scene, language: str, leaked: Sequence[str]
) -> str:
    """Return what is asked for the two ways of opening a scene."""
    lines = [
        f"The person: {name}.",
        *truth.lines(),
        "",
        f"The scene: {scene.description}",
        f"Write how {name} opens it, twice. `personal`: as they would say it, with what they "
        "like and are. `neutral`: the same task, as anybody would say it, with nothing of the "
        "person in it.",
        f"Language: {language}.",
    ]
    if leaked:
        lines.append(f"The last neutral one gave away: {', '.join(leaked)}. Leave that out.")
    return "\n".join(lines)


def query_schema() -> dict[str, Any]:
    """Return the form of a query."""
    return form({"personal": text(_LONG, 2), "neutral": text(_LONG, 2)})
