"""Brings a profile up to date with whole conversations, by edits that rest on the user's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.lab.learning import prompts
from core.lab.learning.scene_run import SceneRun
from core.lab.log import LabLog
from core.lab.questions import ModelCalls, Question, text_prompt
from core.profiles.edits import Edit, applied
from core.profiles.evidence import Words
from core.profiles.forms import most_in
from core.profiles.profile import Profile
from core.profiles.records import ProfileKind
from core.profiles.validation import Proposed, Refused, check, edit_schema
from core.providers.tokens import estimate_tokens
from core.sessions.record import Kind, Record
from core.text import counted

MOST_EDITS = 8
"""Edits that are asked for at a time."""
_OVERHEAD = 1.25
"""Room for what an estimate of tokens may be short of."""


def windows(texts: Sequence[Sequence[str]], room: int) -> Iterator[list[str]]:
    """Yield conversations in groups that fit a prompt; nothing is left out.

    A conversation that is too long by itself is cut between its turns.

    Args:
        texts: of each conversation its turns as text.
        room: tokens that a group may take.
    """
    group: list[str] = []
    used = 0
    for turns in texts:
        for piece in _pieces(turns, room):
            size = estimate_tokens(piece)
            if group and used + size > room:
                yield group
                group, used = [], 0
            group.append(piece)
            used += size
    if group:
        yield group


def _pieces(turns: Sequence[str], room: int) -> Iterator[str]:
    piece: list[str] = []
    used = 0
    for turn in turns:
        size = estimate_tokens(turn)
        if piece and used + size > room:
            yield "\n\n".join(piece)
            piece, used = [], 0
        piece.append(turn)
        used += size
    if piece:
        yield "\n\n".join(piece)


class ProfileUpdater:
    """Updates the profile of one episode."""

    def __init__(
        self,
        log: LabLog,
        asking: ModelCalls,
        node: str,
        where: Mapping[str, Any],
        locked: frozenset[str],
    ) -> None:
        """`where` goes into the data of every record: person and setting."""
        self._log = log
        self._asking = asking
        self._node = node
        self._where = where
        self._locked = locked
        self.profile = Profile()
        self.version = ""
        """Id of the last edit."""
        self._updates = 0

    async def start_from(self, profile: Profile) -> None:
        """Begin with what is known already. Raises `StoreError`."""
        for path, value in profile.items():
            edit = Edit(path, "append", None, value.text)
            await self._put(edit, {"given": True})

    async def update(self, talks: Sequence[SceneRun]) -> None:
        """Take in conversations, each as a whole.

        Raises:
            RunFailed, StoreError: no model answered, or nothing could be stored.
        """
        self._updates += 1
        number = self._updates
        said = [Words(self._log.id, each.id, each.text) for talk in talks for each in talk.said]
        before, counts, problem = self.version, [0, 0], ""
        texts = [[prompts.transcript([turn]) for turn in talk.turns] for talk in talks]
        for place, group in enumerate(windows(texts, self._room())):
            answer = await self._ask(number, place, group)
            problem = answer[1] or problem
            for proposed in answer[0]:
                made = await self._consider(proposed, said, number)
                counts[0 if made else 1] += 1
        data = {
            **self._where,
            "update": number,
            "scenes": len(talks),
            "edits": counts[0],
            "refused": counts[1],
            "before": before,
        }
        if problem:
            data |= {"flags": ["gap"], "problem": problem}
        edits, lived = counted(counts[0], "edit"), counted(len(talks), "scene")
        text = f"{edits} from {lived}, {counts[1]} refused"
        await self._log.once(self._log.made(ProfileKind.UPDATE, text, self._node, data))

    async def _ask(
        self, number: int, place: int, group: Sequence[str]
    ) -> tuple[list[Proposed], str]:
        half = self._asking.participant("optimiser").budget.context_length // 2
        question = Question(
            f"{self._node}/update",
            "optimiser",
            "edits",
            text_prompt(prompts.KEEPER, prompts.update_request(self.profile, group)),
            edit_schema(most_in(edit_schema, MOST_EDITS, half)),
            (self._node, "update", number, place),
        )
        answer = await self._asking.value(question)
        if answer.value is None:
            return [], answer.problem
        return [Proposed.read(each) for each in answer.value["edits"]], ""

    async def _consider(self, proposed: Proposed, said: Sequence[Words], number: int) -> bool:
        found = check(proposed, self.profile, self._locked, said)
        if isinstance(found, Refused):
            data = {
                **self._where,
                "code": "edit_refused",
                "update": number,
                "field": proposed.field,
                "new": proposed.new,
                "why": found.why,
            }
            await self._log.once(
                self._log.new_record(Kind.NOTICE, found.in_words(), node=self._node, data=data)
            )
            return False
        await self._put(found, {"update": number})
        return True

    async def _put(self, edit: Edit, more: Mapping[str, Any]) -> Record:
        data = {**self._where, **edit.to_json(), **more}
        draft = self._log.made(ProfileKind.PROFILE_EDIT, edit.in_words(), self._node, data)
        (stored,) = await self._log.once(draft)
        self.profile = applied(self.profile, edit, stored.id, stored.at)
        self.version = stored.id
        return stored

    def _room(self) -> int:
        """Return the tokens that conversations may take in a prompt."""
        fixed = estimate_tokens(prompts.KEEPER + prompts.update_request(self.profile, ()))
        budget = self._asking.participant("optimiser").budget
        return max(200, int((budget.prompt - fixed) / _OVERHEAD))
