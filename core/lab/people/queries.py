"""What opens each scene: in the person's own words, and in words that give nothing away."""

from __future__ import annotations

import asyncio

from core.lab.episodes import PersonState, Scene
from core.lab.leaks import leaks
from core.lab.log import LabLog
from core.lab.people import prompts
from core.lab.questions import ModelCalls, Question, text_prompt
from core.lab.records import LabKind
from core.profiles.profile import tidy

_TRIES = 2


class QueryMaker:
    """Has the queries of one run written."""

    def __init__(self, log: LabLog, asking: ModelCalls) -> None:
        self._log = log
        self._asking = asking

    async def make(self, person: PersonState) -> None:
        """Write the queries of all of somebody's scenes that have none.

        Raises:
            RunFailed, StoreError: no model answered, or nothing could be stored.
        """
        async with asyncio.TaskGroup() as tasks:
            for scene in list(person.scenes.values()):
                # Whoever came with a data set may have some already.
                if scene.key not in person.queries:
                    tasks.create_task(self._query(person, scene))

    async def _query(self, person: PersonState, scene: Scene) -> None:
        node = f"{person.key}/{scene.key}/query"
        leaked: list[str] = []
        language = self._log.state.spec.plan.language
        for attempt in range(_TRIES):
            request = prompts.query_request(person.name, person.truth, scene, language, leaked)
            prompt = text_prompt(prompts.WRITER, request)
            question = Question(
                node, "writer", "query", prompt, prompts.query_schema(), (node, attempt)
            )
            answer = await self._asking.value(question)
            if answer.value is None:
                continue
            # Whatever the scene says is known to everybody in it.
            leaked = leaks(answer.value["neutral"], person.truth, [scene.description])
            if not leaked:
                break
        value = answer.value or {"personal": scene.description, "neutral": scene.description}
        flags = ["gap"] if answer.value is None else (["leak"] if leaked else [])
        data = {
            "person": person.key,
            "scene": scene.key,
            "personal": tidy(value["personal"]),
            "leaks": leaked,
            "flags": flags,
            "source": answer.record.id,
        }
        if answer.problem:
            data["problem"] = answer.problem
        text = tidy(value["neutral"])
        await self._log.once(self._log.made(LabKind.QUERY, text, node, data))
