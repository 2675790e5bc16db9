"""One person's life under one setting: scene after scene, and what is learnt between them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from core.lab.episodes import PersonState, Scene
from core.lab.learning import prompts
from core.lab.learning.profile_updates import ProfileUpdater
from core.lab.learning.recall import recall
from core.lab.learning.scene_run import Knowledge, SceneRun
from core.lab.log import LabLog
from core.lab.nodes import episode_node
from core.lab.questions import ModelCalls
from core.lab.spec import GOLDEN, RETRIEVAL, learns_every
from core.profiles.profile import Profile
from core.profiles.validation import locked_paths


class EpisodeRun:
    """An episode: the scenes of one person under one setting."""

    def __init__(self, log: LabLog, asking: ModelCalls, person: PersonState, setting: str) -> None:
        self._log = log
        self._asking = asking
        self._person = person
        self.setting = setting
        where: dict[str, Any] = {"person": person.key, "setting": setting}
        locked = locked_paths(log.state.spec.locked)
        self.keeper = ProfileUpdater(log, asking, episode_node(person.key, setting), where, locked)
        self._talks: list[SceneRun] = []

    async def live(self, lived: Callable[[Scene, SceneRun], None]) -> None:
        """Live through all scenes; `lived` is called after each.

        Raises:
            RunFailed, StoreError: no model answered, or nothing could be stored.
        """
        every = learns_every(self.setting)
        if every is not None:
            await self.keeper.start_from(self._given())
        scenes = list(self._person.scenes.values())
        new: list[SceneRun] = []
        for number, scene in enumerate(scenes, 1):
            talk = SceneRun(
                self._log, self._asking, self._person, self.setting, scene, self._knows(scene)
            )
            await talk.live()
            self._talks.append(talk)
            new.append(talk)
            lived(scene, talk)
            if every is not None and (number % every == 0 or number == len(scenes)):
                await self.keeper.update(new)
                new = []

    def _knows(self, scene: Scene) -> Knowledge:
        """Return what the assistant knows as a scene begins."""
        if self.setting == RETRIEVAL:
            question = self._person.queries[scene.key].text
            found = recall(question, self._passages())
            return Knowledge(prompts.recalled_part(found), {"passages": len(found)})
        if self.setting == GOLDEN:
            truth = self._person.truth
            used = {"fields": list(truth.values), "version": self._person.record}
            return Knowledge(prompts.known_part(truth), used)
        learnt = self.keeper.profile
        used = {"fields": list(learnt.values), "version": self.keeper.version}
        return Knowledge(prompts.known_part(learnt), used)

    def _passages(self) -> list[str]:
        """Return what was said before: each turn of the user's with all up to the next one."""
        return [prompts.transcript(each) for talk in self._talks for each in talk.exchanges]

    def _given(self) -> Profile:
        """Return the share of the truth that is known from the start."""
        spec, truth = self._log.state.spec, self._person.truth
        paths = list(truth.values)
        random.Random(f"start {spec.plan.seed} {self._person.key}").shuffle(paths)
        return truth.only(set(paths[: round(spec.start * len(paths))]))
