"""Where a run of the lab stands: a fold over the records of its path.

People have scenes; an episode is one person under one setting. Everything that a pane
shows, a report counts or a resumed run needs is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Self

from core.lab.episodes import Conversation, Episode, PersonState, Scene
from core.lab.records import LabKind
from core.lab.spec import LabSpec, learns_every
from core.profiles.edits import applied, edit_of
from core.profiles.profile import Profile
from core.profiles.records import ProfileKind
from core.sessions.record import Kind, Record
from core.sessions.understanding import take_in


class Counts(NamedTuple):
    """Units of work: people, scenes, queries, conversations, updates, judgements."""

    done: int
    total: int


class LabState:
    """A run in its midst. Built by `fold` and `apply` only."""

    def __init__(self, spec: LabSpec) -> None:
        self.spec = spec
        self.people: dict[str, PersonState] = {}
        self.episodes: dict[tuple[str, str], Episode] = {}
        """By person and setting, in the order in which they began."""
        self.answers: dict[tuple[str, int], Record] = {}
        """Complete answers of models by node and ordinal: none of them is asked for again."""
        self.gaps: list[Record] = []
        """What no model could be brought to say in the form asked for."""
        self.failures: dict[str, Record] = {}
        """By node the notice that a model did not answer, until it does."""
        self.turns = 0
        """Messages on record."""
        self.finished = False
        self.passed_over: list[Record] = []
        """Stored records that could not be understood."""

    @classmethod
    def fold(cls, path: Iterable[Record]) -> Self:
        """Build the state of a path that begins with the session's root.

        Raises:
            KeyError, TypeError, ValueError: the session is no run of the lab.
        """
        records = iter(path)
        state = cls(LabSpec.from_json(next(records).data))
        state.passed_over = take_in(state.apply, records)
        return state

    def apply(self, record: Record) -> None:
        """Take in the next record of the path."""
        if "gap" in record.data.get("flags", ()):
            self.gaps.append(record)
        if record.status == "complete" and "ordinal" in record.data:
            self.answers[record.node, int(record.data["ordinal"])] = record
            self.failures.pop(record.node, None)
        fold = _FOLDS.get(record.kind)
        if fold is not None:
            fold(self, record)

    def episode(self, person: str, setting: str) -> Episode:
        """Return an episode; it is created if need be."""
        key = (person, setting)
        if key not in self.episodes:
            self.episodes[key] = Episode(person, setting)
        return self.episodes[key]

    def taking_part(self) -> list[PersonState]:
        """Return the people whose lives are lived through."""
        only = {each.casefold() for each in self.spec.only}
        return [
            each
            for each in self.people.values()
            if not only or each.name.casefold() in only or each.key in only
        ]

    def counts(self) -> Counts:
        """Return how much is done, and how much there is to do."""
        spec, plan = self.spec, self.spec.plan
        done = total = 0
        if "people" in spec.phases:
            total += plan.people * (1 + plan.scenes)
            done += len(self.people) + sum(len(each.scenes) for each in self.people.values())
        if "queries" in spec.phases:
            total += plan.people * plan.scenes
            done += sum(len(each.queries) for each in self.people.values())
        if "learning" in spec.phases:
            more = self._learning_counts()
            done, total = done + more.done, total + more.total
        return Counts(done, total)

    def _learning_counts(self) -> Counts:
        spec = self.spec
        scenes = self._scenes_to_live()
        ks = [k for each in spec.settings if (k := learns_every(each)) is not None]
        total = sum(scenes) * len(spec.settings)
        total += sum(-(-each // k) for each in scenes for k in ks)
        if spec.judge is not None:
            # Two scores of each first reply, and two of each learnt profile.
            judged = sum(scenes) * len(spec.settings) + len(scenes) * len(ks)
            total += 2 * spec.judgements * judged
        episodes = self.episodes.values()
        done = sum(each.done + len(each.updates) + len(each.scores) for each in episodes)
        return Counts(done, total)

    def _scenes_to_live(self) -> list[int]:
        """Return for each who takes part how many scenes they have, or will have."""
        spec, plan = self.spec, self.spec.plan
        if "people" not in spec.phases:
            return [len(each.scenes) for each in self.taking_part()]
        return [plan.scenes] * (min(plan.people, len(spec.only)) or plan.people)

    def outline(self) -> dict[str, Any]:
        """Return everything as JSON values without ids and times, to compare two folds."""
        return {
            "people": {
                key: [each.name, each.truth.plain(), list(each.scenes), list(each.queries)]
                for key, each in sorted(self.people.items())
            },
            "lanes": {
                episode.node: {
                    "profile": episode.profile.plain(),
                    "conversations": {
                        key: [
                            [each.text for each in talk.turns],
                            [each.data["satisfied"] for each in talk.verdicts],
                        ]
                        for key, talk in episode.conversations.items()
                    },
                    "edits": [each.text for each in episode.edits],
                    "refused": [each.text for each in episode.refused],
                    "scores": sorted(
                        [each.node, each.data["metric"], each.data["value"]]
                        for each in episode.scores
                    ),
                }
                for _, episode in sorted(self.episodes.items())
            },
            "answers": len(self.answers),
            "counts": list(self.counts()),
        }

    def _person(self, record: Record) -> None:
        data = record.data
        self.people[data["person"]] = PersonState(
            key=str(data["person"]),
            name=str(data["name"]),
            summary=record.text,
            truth=Profile.of(data["profile"]),
            record=record.id,
            extra=data.get("extra", {}),
        )

    def _scene(self, record: Record) -> None:
        scene = Scene.of(record)
        self.people[record.data["person"]].scenes[scene.key] = scene

    def _query(self, record: Record) -> None:
        self.people[record.data["person"]].queries[record.data["scene"]] = record

    def _turn(self, record: Record) -> None:
        data = record.data
        if record.status != "complete" or "setting" not in data:
            return
        if "malformed" in data and not data.get("mended"):
            # It was asked for again, and nobody but the model that wrote it has seen it.
            return
        self.turns += record.kind == Kind.MESSAGE
        self._conversation(record).turns.append(record)

    def _verdict(self, record: Record) -> None:
        talk = self._conversation(record)
        before = talk.over
        talk.verdicts.append(record)
        self._episode(record).done += talk.over - before

    def _edit(self, record: Record) -> None:
        episode, edit = self._episode(record), edit_of(record)
        episode.edits.append(record)
        if edit is not None:
            episode.profile = applied(episode.profile, edit, record.id, record.at)

    def _update(self, record: Record) -> None:
        self._episode(record).updates.append(record)

    def _score(self, record: Record) -> None:
        self._episode(record).scores.append(record)

    def _notice(self, record: Record) -> None:
        if record.data.get("code") == "error":
            self.failures[record.node] = record
        elif record.data.get("code") == "edit_refused":
            self._episode(record).refused.append(record)

    def _ended(self, record: Record) -> None:
        self.finished = record.data.get("reason") == "done"

    def _episode(self, record: Record) -> Episode:
        return self.episode(record.data["person"], record.data["setting"])

    def _conversation(self, record: Record) -> Conversation:
        talks = self._episode(record).conversations
        return talks.setdefault(record.data["scene"], Conversation(record.data["scene"]))


_FOLDS: Mapping[str, Callable[[LabState, Record], None]] = {
    LabKind.PERSON: LabState._person,
    LabKind.SCENE: LabState._scene,
    LabKind.QUERY: LabState._query,
    Kind.MESSAGE: LabState._turn,
    LabKind.TOOL: LabState._turn,
    LabKind.VERDICT: LabState._verdict,
    ProfileKind.PROFILE_EDIT: LabState._edit,
    ProfileKind.UPDATE: LabState._update,
    LabKind.SCORE: LabState._score,
    Kind.NOTICE: LabState._notice,
    Kind.ENDED: LabState._ended,
}
