"""A folder of the lab: people as persona files, and the sessions of its runs."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import PersonaError, StoreError, UsageError
from core.files import create_file
from core.ids import SystemSource
from core.lab.episodes import PersonState
from core.lab.people.imported import Given, given_of
from core.lab.spec import ENGINE, LabSpec, Phase
from core.lab.state import LabState
from core.personas.markdown import render_persona
from core.personas.names import file_stem, free_stem
from core.personas.persona import Persona
from core.profiles.fields import FIELDS
from core.profiles.front_matter import with_profile
from core.sessions.folder import SUFFIX
from core.sessions.store import SessionStore
from core.sessions.tree import SessionTree
from core.sessions.understanding import NOT_UNDERSTOOD

_NOT_IN_TITLE = re.compile(r"[:：()\[\]{}#*_`<>\n]+")
_LONGEST_ROLE = 60
_CHANGEABLE = ("parallel", "title", "source")
"""Keys of a spec that do not make it another run."""


@dataclass(frozen=True)
class StoredRun:
    """A run of a folder as it stands."""

    session: str
    state: LabState


class LabFolder:
    """One folder. Nothing here blocks the event loop."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = SessionStore(folder, SystemSource())
        self._known: dict[str, tuple[tuple[int, int], LabState | None]] = {}
        """By session the stamp of its file and what was folded of it."""

    async def runs(self) -> list[StoredRun]:
        """Return all runs, the oldest first; a session that is none is passed over.

        Raises:
            StoreError: the folder cannot be read.
        """
        found = []
        for each in await self.store.list():
            if each.engine != ENGINE or each.erased:
                continue
            if (state := await self._state(each.id)) is not None:
                found.append(StoredRun(each.id, state))
        return sorted(found, key=lambda each: each.session)

    async def _state(self, session: str) -> LabState | None:
        """Return how a run stands, read anew only where its file has changed."""
        stamp = await asyncio.to_thread(_stamp, self.folder / f"{session}{SUFFIX}")
        known = self._known.get(session)
        if known is None or known[0] != stamp:
            tree = (await self.store.read(session)).tree
            known = self._known[session] = (stamp, await asyncio.to_thread(_folded, tree))
        return known[1]

    async def people(self, *, queries: bool = False) -> tuple[str, list[Given]]:
        """Return the session that holds the folder's people, and the people; the newest counts.

        Raises:
            UsageError: there are none, or none with all scenes (and queries, if wanted).
            StoreError: the folder cannot be read.
        """
        partly = False
        for run in reversed(await self.runs()):
            given = given_of(run.state)
            partly = partly or bool(given)
            if given and _complete(run.state, queries=queries):
                return run.session, given
        if partly and queries:
            raise UsageError(
                f"The people in {self.folder} have no queries yet.",
                f"Run: salon lab queries {self.folder}",
            )
        raise UsageError(
            f"{self.folder} holds no people" + (" with all their scenes." if partly else "."),
            f"Run: salon lab generate --out {self.folder}"
            + (" again: it goes on where it was." if partly else ""),
        )

    async def unfinished(self, spec: LabSpec) -> str | None:
        """Return the newest run with this spec that is not done. Raises `StoreError`."""
        wanted = _essence(spec)
        for run in reversed(await self.runs()):
            if not run.state.finished and _essence(run.state.spec) == wanted:
                return run.session
        return None

    async def done(self, spec: LabSpec) -> str | None:
        """Return the newest run with this spec that is done. Raises `StoreError`."""
        wanted = _essence(spec)
        for run in reversed(await self.runs()):
            if run.state.finished and _essence(run.state.spec) == wanted:
                return run.session
        return None

    async def refuse_others(self, spec: LabSpec) -> None:
        """Refuse to put people into a folder that holds those of another plan.

        Raises:
            UsageError: it does.
        """
        for run in await self.runs():
            if run.state.people and run.state.spec.plan != spec.plan:
                raise UsageError(
                    f"{self.folder} holds people of another plan.", "Choose another --out."
                )

    async def write_people(self, state: LabState) -> list[Path]:
        """Write a persona file for everybody who has none in the folder yet.

        Raises:
            StoreError: one cannot be written.
        """
        return await asyncio.to_thread(self._write, state)

    def _write(self, state: LabState) -> list[Path]:
        written: list[Path] = []
        for name, person in file_names(state):
            path = self.folder / name
            if os.path.lexists(path):
                continue
            try:
                create_file(path, person_file(person, state.spec.plan.language))
            except PersonaError as error:
                told = f"{path} cannot be written: {error.message}"
                raise StoreError(told, error.hint) from error
            except OSError as error:
                raise StoreError(
                    f"{path} cannot be written: {error.strerror}.", "Check the folder."
                ) from error
            written.append(path)
        return written


def file_names(state: LabState) -> Iterator[tuple[str, PersonState]]:
    """Yield everybody with the name of their persona file, no two of them the same."""
    taken: set[str] = set()
    for person in state.people.values():
        stem = free_stem(file_stem(person.name), taken)
        taken.add(stem)
        yield f"{stem}.md", person


def _stamp(path: Path) -> tuple[int, int]:
    """Return what tells whether a file has changed; nothing does of one that is gone."""
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return status.st_mtime_ns, status.st_size


def _folded(tree: SessionTree) -> LabState | None:
    try:
        return LabState.fold(tree.path)
    except NOT_UNDERSTOOD:
        return None


def person_file(person: PersonState, language: str) -> bytes:
    """Return the persona file of somebody: to browse, to chat with, to seat at a meetup.

    Raises:
        PersonaError: their name cannot stand in a heading.
    """
    truth = person.truth
    career = next(iter(truth.texts("demographics.career_information")), "")
    persona = Persona(
        name=_title(person.name),
        role=_title(career)[:_LONGEST_ROLE].strip() or "Person",
        language=language,
        body=_body(person),
        front={"tags": ["lab"]},
    )
    return render_persona(with_profile(persona, truth))


def _body(person: PersonState) -> str:
    lines = ["## Background", f"You are {person.name}. {person.summary}".strip(), ""]
    for title, group in (
        ("Who you are", "demographics"),
        ("Character", "personality"),
        ("Habits", "pattern"),
        ("What you like", "preference"),
    ):
        mine = [path for path in person.truth.values if FIELDS[path].group == group]
        if mine:
            lines += [f"## {title}", *(f"- {_said(person, each)}" for each in mine), ""]
    return "\n".join(lines)


def _said(person: PersonState, path: str) -> str:
    field, values = FIELDS[path], person.truth.texts(path)
    if field.choices:
        # What the letter means, and not the letter: nobody is played by one.
        meanings = dict(each.split(": ", 1) for each in field.means.split("; "))
        return meanings[values[0]].capitalize()
    name = path.partition(".")[2].replace("_", " ").capitalize()
    return f"{name}: {'; '.join(values)}"


def _title(text: str) -> str:
    return " ".join(_NOT_IN_TITLE.sub(" ", text).split())


def _complete(state: LabState, *, queries: bool) -> bool:
    plan = state.spec.plan
    people = state.people.values()
    if "people" in state.spec.phases and (
        len(people) < plan.people or any(len(each.scenes) < plan.scenes for each in people)
    ):
        return False
    return not queries or all(set(each.scenes) <= set(each.queries) for each in people)


def _essence(spec: LabSpec) -> Mapping[str, Any]:
    return {key: each for key, each in spec.to_json().items() if key not in _CHANGEABLE}


PEOPLE_PHASES: tuple[Phase, ...] = ("people",)
QUERY_PHASES: tuple[Phase, ...] = ("queries",)
LEARNING_PHASES: tuple[Phase, ...] = ("learning",)
