"""How a run of the lab comes to be: from what the user chose, or from its session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from core.config.settings import Settings
from core.engine.setup import new_session, reading_setup
from core.errors import UsageError
from core.ids import Source
from core.lab.engine import LabEngine
from core.lab.episodes import PersonState
from core.lab.people.imported import Given, given_records
from core.lab.roles import Roles
from core.lab.spec import ENGINE, LabChoice, LabSpec, Role
from core.participants import PersonaOnModel
from core.providers.registry import ProviderRegistry
from core.sessions.record import Record
from core.sessions.session import CreateSession, Session
from core.sessions.tree import SessionTree


class Labs:
    """Starts and resumes runs with the parts that the composition root hands in."""

    def __init__(self, settings: Settings, providers: ProviderRegistry) -> None:
        self._roles = Roles(settings, providers)

    def spec(self, choice: LabChoice, given: Sequence[Given] = ()) -> LabSpec:
        """Return what a choice amounts to; people who are `given` decide how many there are.

        Raises:
            SalonError: a number is out of bounds, somebody has no scenes or no queries that
                the run needs, or a model is unknown.
        """
        if given:
            scenes = max(len(each.scenes) for each in given)
            choice = replace(
                choice, plan=replace(choice.plan, people=len(given), scenes=max(1, scenes))
            )
            _require_parts(choice, given)
        elif "people" not in choice.phases:
            raise UsageError("There are no people.", "Generate some first: salon lab generate.")
        return self._roles.spec(choice)

    async def start(
        self,
        choice: LabChoice,
        create: CreateSession,
        given: Sequence[Given] = (),
        *,
        spec: LabSpec | None = None,
        attended: bool = False,
    ) -> LabEngine:
        """Return the engine of a new run; `given` are people who are not to be made up.

        Raises:
            SalonError: see `spec` (nothing was stored then), or the session cannot be created.
        """
        spec = spec or self.spec(choice, given)

        def first(root: Record, source: Source) -> list[Record]:
            return given_records(SessionTree.fold([root]), source, given)

        async with new_session(create, ENGINE, spec.to_json(), first) as session:
            return self._engine(session, spec, attended)

    async def take_in(self, session: Session, given: Sequence[Given]) -> None:
        """Put people on record who are not there yet. Raises `StoreError`."""
        await session.append(*given_records(session.tree, session.source, given))

    def engine(self, session: Session, *, attended: bool = False) -> LabEngine:
        """Return an engine that goes on with a stored run.

        Raises:
            StoreError: it is another engine's session, or does not say how it was set up.
            SalonError: a model cannot be had any more.
        """
        with reading_setup(session.tree, ENGINE, "run of the lab", "its run was"):
            spec = LabSpec.from_json(session.tree.root.data)
        return self._engine(session, spec, attended)

    def _engine(self, session: Session, spec: LabSpec, attended: bool) -> LabEngine:
        @cache
        def participants(role: Role) -> PersonaOnModel:
            return self._roles.participant(spec.seats[role])

        return LabEngine(session, participants, attended=attended)


def refuse_unknown(names: Sequence[str], people: Iterable[Given | PersonState]) -> None:
    """Refuse names and keys that nobody has.

    Raises:
        UsageError: somebody who is named is not there.
    """
    there = list(people)
    known = {each.name.casefold() for each in there} | {each.key for each in there}
    if missing := [each for each in names if each.casefold() not in known]:
        listed = ", ".join(each.name for each in there)
        raise UsageError(f"There is nobody called {missing[0]!r}.", f"There are: {listed}.")


def _require_parts(choice: LabChoice, given: Sequence[Given]) -> None:
    """Refuse a run whose people lack what it needs.

    Raises:
        UsageError: somebody who is named is not there, or has no scenes or no queries.
    """
    refuse_unknown(choice.only, given)
    if "learning" not in choice.phases:
        return
    only = {each.casefold() for each in choice.only}
    for each in given:
        if only and each.name.casefold() not in only and each.key not in only:
            continue
        if not each.scenes:
            raise UsageError(
                f"{each.name} has no scenes.", "Name those who have some with --person."
            )
        if "queries" not in choice.phases and len(each.queries) < len(each.scenes):
            raise UsageError(
                f"{each.name} has scenes without queries.", "Run: salon lab queries DIR."
            )
