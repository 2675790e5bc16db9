"""The composition root: from options to wired parts, each made when first asked for.

The only module that knows concrete stores and adapters.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from core.errors import UsageError
from core.faults import log_faults_to
from core.masking import Masker, known_secrets, password_in
from core.paths import Directories, find_directories

if TYPE_CHECKING:
    from core.chat.setup import Chats
    from core.clm.catalogue import Product
    from core.clm.simulation.setup import Simulations
    from core.config.environment import Variables
    from core.config.settings import Settings
    from core.config.sources import Sources
    from core.engine.instructions import ExtraInstructions
    from core.engine.participant_spec import ParticipantSpec
    from core.lab.setup import Labs
    from core.meetup.setup import Meetups
    from core.messages import ModelName
    from core.participants import Participant
    from core.personas.instructions import Instructions
    from core.personas.library import PersonaLibrary
    from core.personas.persona import Persona
    from core.prediction.predictor import Predictor
    from core.profile.injection import ProfileInjection
    from core.profile.learner import ProfileLearner
    from core.profile.store import ProfileFile
    from core.providers.registry import ProviderRegistry
    from core.sessions.session import FirstRecords, Session
    from core.sessions.store import SessionStore
    from core.teams.definitions.library import TeamLibrary
    from core.teams.seated_teams import SeatedTeams
    from core.teams.setup import TeamRuns

_INSTRUCTIONS = "instructions.md"
_PROFILE = "profile"
"""Folder of the user's data that holds their own profile."""
_TEAMS = "teams"
"""Folder beside the personas of a place that holds its teams."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says before any command."""

    config_file: Path | None = None
    """Settings on top of all other files."""
    env_file: Path | None = None
    """Variables, in place of any `.env`."""
    assignments: tuple[str, ...] = ()
    """Settings as KEY=VALUE, on top of everything."""
    sessions: Path | None = None
    data_dir: Path | None = None


class Configuration:
    """What a process was told: options, variables, settings, and what is read as they say.

    Each attribute may raise `ConfigError` when first read.
    """

    def __init__(
        self, options: Options | None = None, environ: Mapping[str, str] | None = None
    ) -> None:
        self.options = options or Options()
        self._process = os.environ if environ is None else environ

    def log_faults(self) -> None:
        """Have the faults of this process logged beside the user's data."""
        log_faults_to(lambda: self.directories.data, self._masker_of_faults)

    def _masker_of_faults(self) -> Masker:
        """Return the masker, of what was read until now: a fault must not cause another."""
        if "settings" in self.__dict__ and "variables" in self.__dict__:
            return self.masker
        read = "variables" in self.__dict__
        return known_secrets({**self._process, **(self.variables.values() if read else {})})

    @cached_property
    def sources(self) -> Sources:
        """Where settings are read from."""
        from core.config.sources import find_sources

        return find_sources(
            self._process,
            find_directories(self._process),
            config_file=self.options.config_file,
            env_file=self.options.env_file,
            assignments=self.options.assignments,
        )

    @cached_property
    def variables(self) -> Variables:
        """The variables of the process over those of `.env`, with where each was set."""
        return self.sources.process().over(self.sources.dotenv())

    @cached_property
    def directories(self) -> Directories:
        """Where files are kept and found."""
        return find_directories(
            self.variables.values(), self.options.sessions, self.options.data_dir
        )

    @cached_property
    def settings(self) -> Settings:
        """The settings in force; reading them takes too long for before the first paint."""
        from core.config.load import load_settings

        return load_settings(self.sources)

    @cached_property
    def masker(self) -> Masker:
        """Hides every secret that is known here: of the environment, of `.env`, of addresses."""
        used = self.settings.providers.values()
        keys = [each.api_key for each in used]
        passwords = [each for one in used for each in password_in(one.base_url or "")]
        return known_secrets(self.variables.values(), [*keys, *passwords])

    @cached_property
    def library(self) -> PersonaLibrary:
        """The personas at hand."""
        from core.personas.library import PersonaLibrary

        folders = [(folder, self._label(folder)) for folder in self.directories.personas]
        return PersonaLibrary(folders, self.directories.data / "cache")

    @cached_property
    def instructions(self) -> Instructions:
        """The instructions that personas share: the user's own file, or the one that is there."""
        from core.personas.instructions import Instructions

        folders = self.sources.folders
        files = [folder / _INSTRUCTIONS for folder in reversed(folders)]
        return Instructions.load(next((each for each in files if each.is_file()), files[-1]))

    def catalogue(self, path: str) -> tuple[Product, ...]:
        """Return the products of the file that the setting `clm.catalogue` names.

        A path that is not absolute is looked for in the folders of settings, the user's first.

        Raises:
            ConfigError: there is no such file, or a row of it is wrong.
        """
        from core.clm.catalogue import read_catalogue

        folders = [*reversed(self.sources.folders)]
        places = [each / path for each in folders] or [Path(path)]
        return read_catalogue(next((each for each in places if each.is_file()), places[-1]))

    def _label(self, folder: Path) -> str:
        if folder == self.directories.data / "personas":
            return "yours"
        named = self.variables.values().get("SALON_PERSONAS", "").split(os.pathsep)
        if any(each and Path(each).expanduser().absolute() == folder for each in named):
            return "SALON_PERSONAS"
        root = self.directories.checkout
        in_checkout = root is not None and folder.parent == root
        return "Built-in" if in_checkout else "shipped"


class Runtime(Configuration):
    """The parts of one run. Each attribute may raise `ConfigError` when first read."""

    attended = False
    """Whether a human is there to decide what a team at some seat waits for."""
    saved = True
    """Whether new sessions, those of teams at some seat included, are written to disk."""

    @cached_property
    def providers(self) -> ProviderRegistry:
        """The providers that the settings declare."""
        from core.providers.registry import ProviderRegistry

        return ProviderRegistry(self.settings.providers, self.masker)

    @cached_property
    def teams(self) -> TeamLibrary:
        """The teams at hand."""
        from core.teams.definitions.library import TeamLibrary

        return TeamLibrary([each / _TEAMS for each in self.directories.personas], self.library)

    @cached_property
    def store(self) -> SessionStore:
        """The sessions."""
        from core.ids import SystemSource
        from core.sessions.store import SessionStore

        return SessionStore(self.directories.sessions, SystemSource(), typed=self.directories.data)

    @cached_property
    def chats(self) -> Chats:
        """Starts and resumes chats."""
        from core.chat.setup import Chats

        return Chats(
            self.settings, self.providers, self.instructions, self._seat_team, self._tell_more
        )

    @cached_property
    def meetups(self) -> Meetups:
        """Starts and resumes meetups."""
        from core.meetup.setup import Meetups

        return Meetups(self.settings, self.providers, self.instructions, self._seat_team)

    @cached_property
    def team_runs(self) -> TeamRuns:
        """Starts and resumes runs of teams."""
        from core.teams.flows import flow_function
        from core.teams.setup import TeamRuns

        return TeamRuns(self.settings, self.providers, flow_function)

    @cached_property
    def simulations(self) -> Simulations:
        """Starts and resumes runs of the day simulator."""
        from core.clm.simulation.setup import Simulations
        from core.prediction.predictors import make_predictor

        def predictor(name: str) -> Predictor:
            agreed = self.settings.recommend.rows_may_leave
            return make_predictor(name, self.variables.values(), agreed=agreed)

        return Simulations(self.settings, self.providers, predictor, self.catalogue)

    @cached_property
    def labs(self) -> Labs:
        """Starts and resumes runs of the lab."""
        from core.lab.setup import Labs

        return Labs(self.settings, self.providers)

    @cached_property
    def own_profile(self) -> ProfileFile:
        """The profile of the person at the keyboard."""
        from core.ids import SystemSource
        from core.profile.store import ProfileFile

        return ProfileFile(self._own_folder, SystemSource())

    @cached_property
    def profile_injection(self) -> ProfileInjection:
        """What personas are told of the person at the keyboard."""
        from core.profile.injection import ProfileInjection

        return ProfileInjection(self.own_profile, self.store)

    def own_learning(self, model: str | None = None) -> ProfileLearner:
        """Return what learns from chats, on a model or on the usual one.

        Raises:
            SalonError: the model cannot be had.
        """
        from core.engine.participant_spec import ParticipantSpec
        from core.lab.roles import Roles
        from core.profile.learner import ProfileLearner

        seat = ParticipantSpec("Profile keeper", model or self.settings.model, self.settings.params)
        keeper = Roles(self.settings, self.providers).participant(seat)
        return ProfileLearner(self.own_profile, self.store, keeper)

    async def remembers(self) -> bool:
        """Whether chats may be learnt from just now. Raises `StoreError`."""
        return await self._has_own_folder() and (await self.own_profile.load()).state.active

    async def _has_own_folder(self) -> bool:
        # The entry point imports this module, and asyncio is not there before it is needed.
        import asyncio

        return await asyncio.to_thread(self._own_folder.is_dir)

    @property
    def _own_folder(self) -> Path:
        return self.directories.data / _PROFILE

    async def _tell_more(self, persona: Persona) -> ExtraInstructions | None:
        # Where nobody ever had a profile, nothing of it is even imported.
        return await self.profile_injection.extra(persona) if await self._has_own_folder() else None

    @cached_property
    def seated_teams(self) -> SeatedTeams:
        """The teams that sit where personas could."""
        from core.teams.seated_teams import SeatedTeams

        return SeatedTeams(self.teams, lambda: self.team_runs, self.create, lambda: self.attended)

    def cast(self, name: str, model: str | None) -> tuple[Persona, str | None]:
        """Return who is seated under a name, a persona's or a team's, and on which model.

        Raises:
            PersonaError: there is nobody of that name.
            UsageError: a team is to speak on one model, but has a model for each node.
        """
        guest = self.seated_teams.guest(name)
        if guest is None:
            return self.library.find(name), model
        if model is not None:
            raise UsageError(
                f"{name} speaks on the models of its nodes, not on {model}.",
                "Leave the model out. Nodes that name none use the setting `model`.",
            )
        return guest

    async def create(
        self, engine: str, data: Mapping[str, Any], first: FirstRecords | None = None
    ) -> Session:
        """Create a session, in a file if `saved`. Raises `StoreError`."""
        if not self.saved:
            return await self.create_unsaved(engine, data, first)
        return await self.store.create(engine, data, *(() if first is None else (first,)))

    async def create_unsaved(
        self, engine: str, data: Mapping[str, Any], first: FirstRecords | None = None
    ) -> Session:
        """Return a session that is never written to disk."""
        from core.ids import SystemSource
        from core.sessions.memory import MemorySession

        records = () if first is None else (first,)
        return await MemorySession.create(SystemSource(), engine, data, *records)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Release what was opened: connections and child processes."""
        if "rooms" in self.__dict__:
            await self.seated_teams.aclose()
        if "providers" in self.__dict__:
            await self.providers.aclose()

    def _seat_team(self, name: ModelName, seat: ParticipantSpec) -> Participant:
        return self.seated_teams.seat(name, seat)
