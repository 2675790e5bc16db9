"""What a run of the lab is set up with, as its session's first record keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from core.engine.participant_spec import ParticipantSpec
from core.errors import UsageError
from core.json_safe import plain

ENGINE = "lab"
"""What the root record of a run calls its engine."""

Phase = Literal["people", "queries", "learning"]
PHASES: tuple[Phase, ...] = ("people", "queries", "learning")

Role = Literal["writer", "assistant", "user", "tools", "optimiser", "judge"]
ROLES: tuple[Role, ...] = ("writer", "assistant", "user", "tools", "optimiser", "judge")
"""Who makes people up, who helps, who is helped, who plays the tools, who keeps profiles,
and who judges; a run without a judge has no scores that need one."""

SCENE_TYPES = ("career", "personality", "values", "behaviour", "preferences")
"""The five kinds of scenes, in turn."""

NONE, GOLDEN, RETRIEVAL, LEARNT = "none", "golden", "retrieval", "learnt"
_LEARNT = re.compile(r"learnt-([1-9]\d{0,3})")
_MOST_PEOPLE = 10_000
_MOST_SCENES = 1_000


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is to be made up."""

    people: int = 5
    scenes: int = 10
    """For each person."""
    language: str = "en"
    """What they speak and what the scenes are written in: a code such as `de`."""
    seed: int = 0
    """Of everything that is drawn by lot, on every level."""

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        return plain(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises `KeyError`, `TypeError` or `ValueError`."""
        return cls(
            int(values["people"]),
            int(values["scenes"]),
            str(values["language"]),
            int(values["seed"]),
        )


@dataclass(frozen=True, slots=True)
class LabSpec:
    """All that is settled before the first answer."""

    plan: Plan
    seats: Mapping[str, ParticipantSpec]
    """Who answers in which role; without `judge` nobody judges."""
    phases: tuple[Phase, ...] = PHASES
    settings: tuple[str, ...] = ("none", "learnt-3")
    """What an assistant knows of its user, each lived through on its own: see `setting_names`."""
    only: tuple[str, ...] = ()
    """Names of the people who take part in learning; empty: all."""
    rounds: int = 3
    """Most replies of an assistant in a scene."""
    start: float = 0.0
    """Share of the truth that a learnt profile begins with; 0: cold."""
    locked: tuple[str, ...] = ()
    """Fields and groups that learning may not touch."""
    judgements: int = 2
    """How often each thing is judged: their agreement says what a score is worth."""
    parallel: int = 4
    """Most model calls at a time."""
    title: str = "Lab"
    source: str = ""
    """Session that the people were taken over from, if they were not made up here."""

    @property
    def judge(self) -> str | None:
        """The judge's model."""
        seat = self.seats.get("judge")
        return None if seat is None else seat.model

    def to_json(self) -> dict[str, Any]:
        """Return the spec as the data of a session's root record."""
        return {"title": self.title, **plain(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises `KeyError`, `TypeError` or `ValueError`."""
        return cls(
            plan=Plan.from_json(values["plan"]),
            seats={role: ParticipantSpec.from_json(each) for role, each in values["seats"].items()},
            phases=tuple(each for each in PHASES if each in values["phases"]),
            settings=tuple(map(str, values["settings"])),
            only=tuple(map(str, values.get("only", ()))),
            rounds=int(values["rounds"]),
            start=float(values.get("start", 0.0)),
            locked=tuple(map(str, values.get("locked", ()))),
            judgements=int(values.get("judgements", 2)),
            parallel=int(values.get("parallel", 4)),
            title=str(values.get("title", "Lab")),
            source=str(values.get("source", "")),
        )


@dataclass(frozen=True, slots=True)
class LabChoice:
    """What the user chose for a run; `None` leaves it to the settings."""

    plan: Plan = field(default_factory=Plan)
    phases: tuple[Phase, ...] = PHASES
    model: str | None = None
    """Of every role that names none of its own."""
    models: Mapping[str, str] = field(default_factory=dict)
    """By role; one for `judge` has the replies judged."""
    max_tokens: int | None = None
    """Longest answer of any role."""
    temperature: float | None = None
    settings: tuple[str, ...] = ("none", "learnt-3")
    only: tuple[str, ...] = ()
    rounds: int = 3
    start: float = 0.0
    locked: tuple[str, ...] = ()
    judgements: int = 2
    parallel: int = 4
    title: str = "Lab"
    source: str = ""


def setting_names(settings: Sequence[str], ks: Sequence[int] = (3,)) -> tuple[str, ...]:
    """Return the settings to run: `none`, `golden`, `retrieval`, and `learnt-K` for each K.

    Raises:
        UsageError: there is no such setting, or a K is below 1.
    """
    found: list[str] = []
    for each in settings:
        if each == LEARNT:
            found += [f"{LEARNT}-{k}" for k in ks]
        elif each in {NONE, GOLDEN, RETRIEVAL} or learns_every(each):
            found.append(each)
        else:
            raise UsageError(
                f"There is no setting {each!r}.",
                f"There are {NONE}, {GOLDEN}, {RETRIEVAL}, {LEARNT}.",
            )
    if bad := [each for each in found if each.startswith(LEARNT) and not learns_every(each)]:
        raise UsageError(f"{bad[0]!r} is no setting.", "K says after how many scenes: 1, 3, 5 …")
    return tuple(dict.fromkeys(found))


def learns_every(setting: str) -> int | None:
    """Return after how many scenes a setting brings its profile up to date, if it learns."""
    match = _LEARNT.fullmatch(setting)
    return None if match is None else int(match[1])


def check_choice(choice: LabChoice) -> LabChoice:
    """Return the choice.

    Raises:
        UsageError: a number is out of bounds, or something is named that does not exist.
    """
    bounds = (
        ("people", choice.plan.people, 1, _MOST_PEOPLE),
        ("scenes", choice.plan.scenes, 1, _MOST_SCENES),
        ("rounds", choice.rounds, 1, 20),
        ("judgements", choice.judgements, 1, 20),
        ("parallel", choice.parallel, 1, 256),
    )
    for name, number, least, most in bounds:
        if not least <= number <= most:
            raise UsageError(f"{name} has to be between {least} and {most}, not {number}.")
    if not 0 <= choice.start <= 1:
        raise UsageError(f"start has to be a share between 0 and 1, not {choice.start}.")
    if unknown := sorted(set(choice.models) - set(ROLES)):
        raise UsageError(f"There is no role {unknown[0]!r}.", f"There are: {', '.join(ROLES)}.")
    from core.profiles.fields import fields_of

    for each in choice.locked:
        fields_of(each)
    setting_names(choice.settings)
    return choice
