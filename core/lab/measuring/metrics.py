"""What a run shows, counted from its records.

A learnt value counts as right where the same field of the truth holds it: the same letter
where there are letters to choose from, else words that are the same, contain one another, or
are as alike as `ALIKE` by their letter trigrams. What was revealed is what the user said, by the
same rule that finds leaks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean
from typing import Any

from core.config.prices import Prices
from core.costs import Total
from core.lab.episodes import Conversation, Episode
from core.lab.leaks import gives_away
from core.lab.learning.prompts import SILENCE
from core.lab.nodes import JUDGE, USER, key_order, talk_node
from core.lab.similarity import similarity, within
from core.lab.spec import learns_every
from core.lab.state import LabState
from core.profiles.edits import edit_of
from core.profiles.fields import FIELDS
from core.profiles.profile import Profile
from core.sessions.record import Record

ALIKE = 0.6
_TALK_PARTS = 3
"""Parts of the path of a conversation's node; its roles' have more."""


@dataclass(frozen=True, slots=True)
class SceneRow:
    """How one scene went under one setting."""

    person: str
    setting: str
    scene: str
    number: int
    """From 1."""
    utterances: int
    """Replies until the user was satisfied; one more than allowed where they never were."""
    satisfied: bool
    scores: Mapping[str, float]
    """Mean of the judgements by metric."""
    tokens: int
    """Prompts and answers of the conversation, of all its roles; judgements apart."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """What one life under one setting came to."""

    person: str
    setting: str
    values: int
    """Values that were learnt."""
    precision: float | None
    """Share of them that the truth holds; `None` where nothing was learnt."""
    recall: float | None
    """Share of the truth that was learnt; `None` where nothing can be learnt."""
    revealed: int
    """Values of the truth that the user said."""
    recall_revealed: float | None
    """Share of those that were learnt."""
    leaked: int
    """Values of the truth that are in the profile although the user never said them."""
    edits: int
    changed: int
    """Edits that replaced or removed a value: the churn."""
    refused: int
    scores: Mapping[str, float]
    tokens: int
    """Prompts and answers together, of all that the episode asked for, judgements apart."""
    cost: float
    """US dollars, as far as prices are known."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a judge repeats itself."""

    metric: str
    judgements: int
    pairs: int
    same: float | None
    """Share of pairs of judgements of one thing that are equal."""
    apart: float | None
    """Mean distance between the two, in points."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def scene_rows(state: LabState) -> list[SceneRow]:
    """Return a row for each scene that is over; those that broke off in a gap are left out."""
    rows: list[SceneRow] = []
    tokens = _tokens_by_talk(state)
    for episode in state.episodes.values():
        scores = _scores_by_scene(episode)
        numbers = {key: place for place, key in enumerate(state.people[episode.person].scenes, 1)}
        for talk in episode.conversations.values():
            if talk.over and not _gap(talk):
                rows.append(
                    SceneRow(
                        episode.person,
                        episode.setting,
                        talk.scene,
                        numbers[talk.scene],
                        len(talk.verdicts) if talk.satisfied else state.spec.rounds + 1,
                        talk.satisfied,
                        scores.get(talk.scene, {}),
                        tokens.get(talk_node(episode.person, episode.setting, talk.scene), 0),
                    )
                )
    return sorted(rows, key=lambda each: (*key_order(each.person), each.setting, each.number))


def episode_rows(state: LabState, records: Iterable[Record], prices: Prices) -> list[EpisodeRow]:
    """Return a row for each life; `records` are all of the session's."""
    totals: dict[str, Total] = {}
    for record in records:
        episode = "/".join(record.node.split("/")[:2])
        if "/judge" not in record.node:
            totals.setdefault(episode, Total(prices)).add(record)
    rows = [
        _episode_row(state, episode, totals.get(episode.node) or Total(prices))
        for episode in state.episodes.values()
    ]
    return sorted(rows, key=lambda each: (*key_order(each.person), each.setting))


def agreement(state: LabState) -> list[Agreement]:
    """Return how often judgements of the same thing are the same, by metric."""
    by_metric: dict[str, dict[str, list[float]]] = {}
    for episode in state.episodes.values():
        for record in episode.scores:
            value = record.data.get("value")
            if value is not None:
                things = by_metric.setdefault(str(record.data["metric"]), {})
                things.setdefault(record.node, []).append(float(value))
    found = []
    for metric, things in sorted(by_metric.items()):
        pairs = [
            (one, other)
            for values in things.values()
            for place, one in enumerate(values)
            for other in values[place + 1 :]
        ]
        found.append(
            Agreement(
                metric,
                sum(map(len, things.values())),
                len(pairs),
                fmean(one == other for one, other in pairs) if pairs else None,
                fmean(abs(one - other) for one, other in pairs) if pairs else None,
            )
        )
    return found


@lru_cache(maxsize=65_536)
def matches(path: str, learnt: str, true: str) -> bool:
    """Whether a learnt value says what a true one of the same field does."""
    if FIELDS[path].choices or learnt.casefold() == true.casefold():
        return learnt.casefold() == true.casefold()
    if within(learnt, true) or within(true, learnt):
        return True
    return similarity(learnt, true) >= ALIKE


def precision_of(learnt: Profile, truth: Profile) -> float | None:
    """Return the share of what was learnt that the truth holds; `None` if it is nothing."""
    right = [holds(truth, path, each.text) for path, each in learnt.items()]
    return _share(sum(right), len(right))


def recall_of(learnt: Profile, truth: Profile) -> float | None:
    """Return the share of the truth that was learnt; `None` if there is no truth."""
    return _learnt_share(learnt, [(path, each.text) for path, each in truth.items()])


def _episode_row(state: LabState, episode: Episode, total: Total) -> EpisodeRow:
    truth, learnt = state.people[episode.person].truth, episode.profile
    said = _said(episode)
    revealed = [(path, each.text) for path, each in truth.items() if _told(path, each.text, said)]
    learns = learns_every(episode.setting) is not None
    edits = [edit for each in episode.edits if (edit := edit_of(each)) is not None]
    told = set(revealed)
    return EpisodeRow(
        person=episode.person,
        setting=episode.setting,
        values=sum(1 for _ in learnt.items()),
        precision=precision_of(learnt, truth),
        recall=recall_of(learnt, truth) if learns else None,
        revealed=len(revealed),
        recall_revealed=_learnt_share(learnt, revealed) if learns else None,
        leaked=sum(
            1
            for path, each in truth.items()
            if (path, each.text) not in told
            and any(each.text.casefold() == have.casefold() for have in _earned(episode, path))
        ),
        edits=len(edits),
        changed=sum(each.old is not None for each in edits),
        refused=len(episode.refused),
        scores=_means(each for each in episode.scores if "scene" not in each.data),
        tokens=total.input_tokens + total.output_tokens,
        cost=total.cost,
    )


def _earned(episode: Episode, path: str) -> list[str]:
    """Return the values of a field that were learnt and not given from the start."""
    given = {each.id for each in episode.edits if each.data.get("given")}
    return [each.text for each in episode.profile.values.get(path, ()) if each.version not in given]


def _said(episode: Episode) -> str:
    texts = [
        each.text
        for talk in episode.conversations.values()
        for each in talk.messages
        if each.node.endswith(f"/{USER}") and each.text != SILENCE
    ]
    return "\n".join(texts)


def _told(path: str, value: str, said: str) -> bool:
    """Whether a user said a value; letters of a temperament are never said as such."""
    return not FIELDS[path].choices and gives_away(said, value)


def holds(profile: Profile, path: str, value: str) -> bool:
    """Whether a profile says what a value does, in the same field."""
    return any(matches(path, value, each) for each in profile.texts(path))


def _learnt_share(learnt: Profile, wanted: list[tuple[str, str]]) -> float | None:
    found = sum(holds(learnt, path, value) for path, value in wanted)
    return _share(found, len(wanted))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _tokens_by_talk(state: LabState) -> Counter[str]:
    """Return the tokens of all answers by the node of the conversation they belong to."""
    tokens: Counter[str] = Counter()
    for (node, _), record in state.answers.items():
        talk = node.split("/")
        if len(talk) > _TALK_PARTS and talk[_TALK_PARTS] != JUDGE and record.usage is not None:
            used = record.usage.input_tokens + record.usage.output_tokens
            tokens["/".join(talk[:_TALK_PARTS])] += used
    return tokens


def _gap(talk: Conversation) -> bool:
    return "gap" in talk.verdicts[-1].data.get("flags", ())


def _scores_by_scene(episode: Episode) -> dict[str, dict[str, float]]:
    by_scene: dict[str, list[Record]] = {}
    for record in episode.scores:
        if "scene" in record.data:
            by_scene.setdefault(str(record.data["scene"]), []).append(record)
    return {scene: _means(records) for scene, records in by_scene.items()}


def _means(records: Iterable[Record]) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for record in records:
        if record.data.get("value") is not None:
            values.setdefault(str(record.data["metric"]), []).append(float(record.data["value"]))
    return {metric: fmean(each) for metric, each in values.items()}
