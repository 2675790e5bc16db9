"""Proposes what to remember of the person at the keyboard, from a chat as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.chat.spec import ENGINE as CHAT
from core.chat.spec import HUMAN as HUMAN_NODE
from core.chat.spec import PERSONA
from core.errors import CommandError
from core.lab.learning import prompts
from core.lab.learning.profile_updates import MOST_EDITS, windows
from core.messages import Message, Usage
from core.participants import PersonaOnModel
from core.profile.store import OwnProfile, ProfileFile
from core.profiles.edits import Edit, applied
from core.profiles.evidence import Words
from core.profiles.forms import most_in, room, scale_of, scaled
from core.profiles.validation import Proposed, Refused, check, edit_schema
from core.providers.base import ModelRequest
from core.providers.tokens import estimate_tokens
from core.sessions.record import Kind, Record
from core.sessions.store import SessionStore
from core.sessions.tree import SessionTree

_OVERHEAD = 1.25


@dataclass(frozen=True, slots=True)
class LearnedEdits:
    """What a chat was found to say of its human."""

    session: str
    edits: tuple[Edit, ...]
    """As they were proposed, in order."""
    ids: tuple[str, ...]
    """Of the proposals on record."""
    refused: tuple[Refused, ...]
    """What the model proposed and the gate refused."""


class ProfileLearner:
    """Learns a person's profile from their chats. It only ever proposes."""

    def __init__(self, file: ProfileFile, chats: SessionStore, keeper: PersonaOnModel) -> None:
        self._file = file
        self._chats = chats
        self._keeper = keeper

    async def unheard(self) -> list[str]:
        """Return the chats that hold words of the human nobody has learnt from, oldest first.

        Raises:
            CommandError: learning is off or paused.
            StoreError: they cannot be read.
        """
        own = await self._active()
        found = []
        for each in await self._chats.list():
            if each.engine == CHAT and not each.erased:
                tree = (await self._chats.read(each.id)).tree
                if _fresh(own, tree):
                    found.append(each.id)
        return sorted(found)

    async def learn(self, prefix: str) -> LearnedEdits:
        """Propose edits from what a chat has that is new.

        Raises:
            CommandError: learning is off or paused, or it is no chat.
            ProviderError: the model did not answer in the form asked for; nothing changed.
            StoreError: something cannot be read or stored.
        """
        async with self._file.learning:
            return await self._learn(prefix)

    async def _learn(self, prefix: str) -> LearnedEdits:
        own = await self._active()
        tree = (await self._chats.read(prefix)).tree
        if tree.root.data.get("engine") != CHAT:
            raise CommandError(f"Session {tree.root.id} is no chat.", "Name one of a chat.")
        fresh = _fresh(own, tree)
        if not fresh:
            return LearnedEdits(tree.root.id, (), (), ())
        edits, refused, usage = await self._propose(own, tree.root.id, fresh)
        # A model takes its time; who has switched it off meanwhile means this chat, too.
        await self._active()
        more = {"model": str(self._keeper.model_name), "usage": usage.to_json()}
        ids = await self._file.propose(edits, tree.root.id, fresh[-1].id, more)
        return LearnedEdits(tree.root.id, tuple(edits), tuple(ids), tuple(refused))

    async def _active(self) -> OwnProfile:
        own = await self._file.load()
        if not own.state.active:
            raise CommandError(
                "Nothing is learnt from your chats: that is "
                + ("paused." if own.state.on else "off."),
                "salon profile resume" if own.state.on else "salon profile on",
            )
        return own

    async def _propose(
        self, own: OwnProfile, session: str, fresh: Sequence[Record]
    ) -> tuple[list[Edit], list[Refused], Usage]:
        # Words that were edited stand in the record of their edit.
        said = [
            Words(session, str(each.data.get("edited", each.id)), each.text)
            for each in fresh
            if each.node == HUMAN_NODE
        ]
        turns = [_turn(each) for each in fresh]
        profile = own.profile
        edits: list[Edit] = []
        refused: list[Refused] = []
        used = Usage()
        for group in windows([turns], self._room(own)):
            request = self._request(prompts.update_request(profile, group))
            value, completion = await self._keeper.model.answer_json(request)
            used += completion.usage
            for each in value["edits"]:
                found = check(Proposed.read(each), profile, own.state.locked, said)
                if isinstance(found, Refused):
                    refused.append(found)
                elif not _waits(own, found):
                    edits.append(found)
                    profile = applied(profile, found, "~", None)
        return edits, refused, used

    def _request(self, text: str) -> ModelRequest:
        messages = (Message("system", prompts.KEEPER), Message("user", text))
        half = self._keeper.budget.context_length // 2
        most = most_in(edit_schema, MOST_EDITS, half)
        schema = scaled(edit_schema(most), scale_of(self._keeper.params))
        params = replace(self._keeper.params, max_tokens=room(schema))
        return ModelRequest(self._keeper.model.name, messages, params, schema)

    def _room(self, own: OwnProfile) -> int:
        fixed = estimate_tokens(prompts.KEEPER + prompts.update_request(own.profile, ()))
        return max(200, int((self._keeper.budget.prompt - fixed) / _OVERHEAD))


def _waits(own: OwnProfile, edit: Edit) -> bool:
    """Whether another chat had the same proposed, and nobody has decided on it yet."""
    waiting = (own.state.proposal(each) for each in own.state.pending)
    return any(each is not None and _gist(each) == _gist(edit) for each in waiting)


def _gist(edit: Edit) -> tuple[str, str, str]:
    """Return what an edit comes to, however it is spelt."""
    said = edit.old if edit.new is None else edit.new
    return edit.field, edit.op, (said or "").casefold()


def _fresh(own: OwnProfile, tree: SessionTree) -> list[Record]:
    """Return the messages of a chat, as they read now, since the last one that was learnt from.

    Empty where the human says nothing in them.
    """
    shown = [
        each
        for each in tree.conversation
        if each.kind == Kind.MESSAGE and each.node in {HUMAN_NODE, PERSONA} and each.text.strip()
    ]
    upto = own.state.heard.get(tree.root.id)
    at = next((place for place, each in enumerate(shown, 1) if each.id == upto), 0)
    fresh = shown[at:]
    return fresh if any(each.node == HUMAN_NODE for each in fresh) else []


def _turn(record: Record) -> str:
    return f"{'User' if record.node == HUMAN_NODE else 'Assistant'}: {record.text}"
