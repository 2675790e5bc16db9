"""What a run does, from the first person to the last score, as one program.

It is run again from its beginning when a run is gone on with: answers and records that are
there already are taken as they are, so it goes on exactly where it broke off.
"""

from __future__ import annotations

import asyncio

from core.lab.episodes import PersonState, Scene
from core.lab.learning.episode_run import EpisodeRun
from core.lab.learning.scene_run import SceneRun
from core.lab.log import LabLog
from core.lab.measuring.judge import (
    CONSISTENCY,
    DETAIL,
    HELPFULNESS,
    PERSONALISATION,
    Judge,
)
from core.lab.people.generator import PeopleMaker
from core.lab.people.queries import QueryMaker
from core.lab.progress import ConcurrencyLimit
from core.lab.questions import ModelCalls
from core.lab.spec import learns_every


class Program:
    """One run's work."""

    def __init__(self, log: LabLog, asking: ModelCalls) -> None:
        self._log = log
        self._asking = asking
        self._people = PeopleMaker(log, asking)
        self._queries = QueryMaker(log, asking)
        self._judging = Judge(log, asking)
        self._lives = ConcurrencyLimit(log.state.spec.parallel)

    def set_parallel(self, calls: int) -> None:
        """Let the lives of so many people be under way, each of which has a call to make.

        With all at once, nobody of a thousand would be done before everybody nearly is.
        """
        self._lives.set_limit(calls)

    async def run(self) -> None:
        """Do everything that the run is set up for.

        Raises:
            ExceptionGroup: of `RunFailed` or `StoreError`: no model answered, or nothing could
                be stored.
        """
        self._log.begin()
        self._asking.begin()
        spec = self._log.state.spec
        if "people" in spec.phases:
            await self._people.make(self._made)
            return
        async with asyncio.TaskGroup() as tasks:
            for person in list(self._log.state.people.values()):
                tasks.create_task(self._made(person))

    async def _made(self, person: PersonState) -> None:
        """Go on with somebody who is there with all scenes."""
        spec = self._log.state.spec
        if "queries" in spec.phases:
            await self._queries.make(person)
        if "learning" not in spec.phases or not self._takes_part(person):
            return
        async with self._lives.passage(), asyncio.TaskGroup() as tasks:
            for setting in spec.settings:
                tasks.create_task(self._live(person, setting))

    def _takes_part(self, person: PersonState) -> bool:
        only = {each.casefold() for each in self._log.state.spec.only}
        return not only or person.name.casefold() in only or person.key in only

    async def _live(self, person: PersonState, setting: str) -> None:
        life = EpisodeRun(self._log, self._asking, person, setting)
        judged = self._log.state.spec.judge is not None
        async with asyncio.TaskGroup() as tasks:

            def lived(scene: Scene, talk: SceneRun) -> None:
                if judged:
                    for rubric in (HELPFULNESS, PERSONALISATION):
                        tasks.create_task(
                            self._judging.first_reply(person, setting, scene, talk, rubric)
                        )

            await life.live(lived)
            if judged and learns_every(setting) is not None:
                learnt = life.keeper.profile
                for rubric in (CONSISTENCY, DETAIL):
                    tasks.create_task(self._judging.profile(person, setting, learnt, rubric))
