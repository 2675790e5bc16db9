"""Scores that a judge gives, each with anchors that say what a number means.

The four are those of the paper (arXiv 2412.13103, section 4): how much the first reply helps
and how personal it is; how consistent a learnt profile is with the truth as a whole, and how
much of its detail is restored. The last one of the paper, utterances until satisfied, needs no
judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.lab.episodes import PersonState, Scene
from core.lab.learning.scene_run import SceneRun
from core.lab.log import LabLog
from core.lab.nodes import JUDGE, episode_node, talk_node
from core.lab.questions import ModelCalls, Question, text_prompt
from core.lab.records import LabKind
from core.profiles.forms import form, text
from core.profiles.profile import Profile


@dataclass(frozen=True, slots=True)
class Rubric:
    """What is judged, and what each score means."""

    metric: str
    asks: str
    anchors: Mapping[int, str]

    def text(self) -> str:
        """Return the rubric as a judge reads it."""
        lines = [f"{score}: {means}" for score, means in self.anchors.items()]
        return "\n".join((self.asks, *lines))


HELPFULNESS = Rubric(
    "helpfulness",
    "How far does the reply solve what was asked?",
    {
        10: "completely; nothing is left to do",
        7: "mostly; a detail is missing or could be better",
        5: "in part; something that matters is missing",
        3: "hardly; it touches the matter but does not get there",
        0: "not at all, or it misleads",
    },
)
PERSONALISATION = Rubric(
    "personalisation",
    "How well does the reply fit exactly this person?",
    {
        10: "as if written by somebody who knows them well",
        7: "it fits them in most that matters",
        5: "it would do for anybody",
        0: "it goes against what they are or like",
    },
)
CONSISTENCY = Rubric(
    "consistency",
    "Do the learnt profile and the true one describe the same person?",
    {
        10: "the same person in every respect",
        7: "the same person, with a slip",
        5: "much is the same, and something that matters is not",
        3: "little is the same",
        0: "another person, or nothing is there",
    },
)
DETAIL = Rubric(
    "detail",
    "How much of the detail of the true profile has the learnt one?",
    {
        10: "all of it",
        7: "most of it",
        5: "about half",
        3: "a little",
        0: "none",
    },
)
_SYSTEM = (
    "You judge an assistant. You keep to the scores that are listed and to what they mean; you "
    "answer with a JSON object: `reason` in one sentence, then `score`."
)


class Judge:
    """Has a judge score what a run brings; each thing as often as the run says."""

    def __init__(self, log: LabLog, asking: ModelCalls) -> None:
        self._log = log
        self._asking = asking

    async def first_reply(
        self, person: PersonState, setting: str, scene: Scene, talk: SceneRun, rubric: Rubric
    ) -> None:
        """Score the first reply of a scene. Raises `RunFailed` or `StoreError`."""
        replies = [
            each
            for each in talk.turns
            if each.node.endswith("/assistant") and "call" not in each.data
        ]
        shown = (
            f"The user:\n{_listed(person.truth)}\n\nThe situation: {scene.description}\n"
            f"Expected: {scene.expected}\n\nThe user asked: {talk.said[0].text}\n\n"
            f"The reply: {replies[0].text}\n\n{rubric.text()}"
        )
        node = talk_node(person.key, setting, scene.key, JUDGE)
        where = {"person": person.key, "setting": setting, "scene": scene.key}
        await self._judge(node, where, rubric, shown, (person.key, scene.key))

    async def profile(
        self, person: PersonState, setting: str, learnt: Profile, rubric: Rubric
    ) -> None:
        """Score a learnt profile against the truth. Raises `RunFailed` or `StoreError`."""
        shown = (
            f"The true profile:\n{_listed(person.truth)}\n\nThe learnt profile:\n"
            f"{_listed(learnt)}\n\n{rubric.text()}"
        )
        node = f"{episode_node(person.key, setting)}/{JUDGE}"
        where = {"person": person.key, "setting": setting}
        await self._judge(node, where, rubric, shown, (person.key, "profile"))

    async def _judge(
        self,
        node: str,
        where: Mapping[str, Any],
        rubric: Rubric,
        shown: str,
        place: tuple[str, ...],
    ) -> None:
        node = f"{node}/{rubric.metric}"
        for number in range(self._log.state.spec.judgements):
            question = Question(
                node,
                "judge",
                "score",
                text_prompt(_SYSTEM, shown),
                _schema(rubric),
                (*place, rubric.metric, number),
            )
            answer = await self._asking.value(question)
            data = {
                **where,
                "metric": rubric.metric,
                "value": None if answer.value is None else answer.value["score"],
                "judgement": number,
                "source": answer.record.id,
            }
            if answer.value is None:
                data |= {"flags": ["gap"], "problem": answer.problem}
            reason = "" if answer.value is None else str(answer.value["reason"])
            await self._log.once(self._log.made(LabKind.SCORE, reason, node, data))


def _listed(profile: Profile) -> str:
    return "\n".join(f"- {line}" for line in profile.lines()) or "- nothing"


def _schema(rubric: Rubric) -> dict[str, Any]:
    return form({"reason": text(200), "score": {"enum": list(rubric.anchors)}})
