"""Values asked of models: one call a record, one repair, and nothing asked twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from core.context.budget import fit
from core.engine.reply import ReplyRequest, ReplyStrategy, ReplyWriter
from core.errors import ProviderError, ProviderErrorKind
from core.lab.log import LabLog
from core.lab.progress import ConcurrencyLimit
from core.lab.records import LabKind
from core.lab.roles import seeded
from core.lab.spec import Role
from core.participants import PersonaOnModel
from core.profiles.forms import room, scale_of, scaled
from core.providers.ask_value import Repair, ask_value
from core.providers.base import Completion, ModelRequest, Origin
from core.providers.schema import read_answer
from core.sessions.prompts import Part, PromptMessage
from core.sessions.record import Author, Kind, Record


class RunFailed(Exception):
    """A model did not answer; what it was asked and why it did not are on record."""


@dataclass(frozen=True, slots=True)
class Question:
    """A value that a model is asked for."""

    node: str
    role: Role
    use: str
    """What it is for; goes on record."""
    prompt: Sequence[PromptMessage]
    schema: Mapping[str, Any]
    place: tuple[str | int, ...]
    """What the draws depend on; see `seeded`."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a question."""

    value: Any
    """Valid under the schema; `None` where the model could not be brought to that."""
    record: Record
    """The last answer on record."""
    problem: str = ""
    """What was wrong with it."""


class ModelCalls:
    """Asks the models of one run."""

    def __init__(
        self,
        log: LabLog,
        limit: ConcurrencyLimit,
        participants: Callable[[Role], PersonaOnModel],
        failed: Callable[[], Awaitable[None]],
    ) -> None:
        """`failed` is awaited after a failure; it returns when to try again, or raises."""
        self._log = log
        self._limit = limit
        self._participants = participants
        self._failed = failed
        self._asked: Counter[str] = Counter()

    def begin(self) -> None:
        """Begin the program: no node has been asked anything in this run of it."""
        self._asked.clear()

    def participant(self, role: Role, place: Sequence[str | int] = ()) -> PersonaOnModel:
        """Return who answers in a role, at a place."""
        return seeded(self._participants(role), self._log.state.spec.plan.seed, place)

    async def value(self, question: Question) -> Answered:
        """Return what a model answers; one that does not fit the schema is asked to mend it.

        Raises:
            RunFailed: no model answered.
            StoreError: an answer could not be stored.
        """
        participant = self.participant(question.role, (*question.place, question.role))
        schema = scaled(question.schema, scale_of(participant.params))
        participant = with_room(participant, schema)
        request = replace(
            participant.request(question.prompt, Origin(question.node, 0)), schema=schema
        )

        async def ask(repair: Repair[Record] | None) -> Record:
            if repair is None:
                return await self._answer(question, participant, request, question.prompt)
            first = repair.answer
            added = repair.messages(first.text)
            prompt = [
                *question.prompt,
                *(PromptMessage(each.role, (_part(each.content, first),)) for each in added),
            ]
            mended = replace(request, messages=(*request.messages, *added))
            return await self._answer(question, participant, mended, prompt)

        found = await ask_value(ask, lambda answer: read_answer(answer.text, schema))
        return Answered(found.value, found.answers[-1], found.problem)

    async def reply(self, asked: Callable[[int], ReplyRequest], manner: ReplyStrategy) -> Record:
        """Return the next reply at a node, streamed and announced as it is written.

        `asked` is called with the ordinal of the reply.

        Raises:
            RunFailed: no model answered.
            StoreError: it could not be stored.
        """
        wanted = asked(0)
        ordinal = self._asked[wanted.node]
        self._asked[wanted.node] += 1
        known = self._log.state.answers.get((wanted.node, ordinal))
        if known is not None:
            return known
        while True:
            async with self._limit.passage():
                writer = ReplyWriter(self._log, manner)
                message = await writer.write(replace(asked(ordinal), ordinal=ordinal, take=0))
            if message is not None:
                return message
            await self._failed()

    def fitted(
        self, participant: PersonaOnModel, prompt: Sequence[PromptMessage], shrink: float
    ) -> tuple[Sequence[PromptMessage], int]:
        """Return what of a prompt fits, its first two messages in any case; how many had to go."""
        budget = participant.budget
        budget = replace(budget, context_length=int(budget.context_length * shrink))
        fitted = fit(prompt, budget, opening=min(2, len(prompt)))
        return fitted.messages, fitted.dropped

    async def _answer(
        self,
        question: Question,
        participant: PersonaOnModel,
        request: ModelRequest,
        prompt: Sequence[PromptMessage],
    ) -> Record:
        node = question.node
        ordinal = self._asked[node]
        self._asked[node] += 1
        known = self._log.state.answers.get((node, ordinal))
        if known is not None:
            return known
        request = replace(request, origin=Origin(node, ordinal))
        while True:
            try:
                async with self._limit.passage():
                    return await self._call(question, participant, request, prompt, ordinal)
            except ProviderError as error:
                await self._fail(question, participant, error)

    async def _call(
        self,
        question: Question,
        participant: PersonaOnModel,
        request: ModelRequest,
        prompt: Sequence[PromptMessage],
        ordinal: int,
    ) -> Record:
        log = self._log
        digest, blobs = log.requests.records_for(question.node, request, prompt)
        await log.append(*blobs)
        completion = await _completed(participant, request)
        data: dict[str, Any] = {"ordinal": ordinal, "use": question.use}
        if completion.finish != "stop":
            data["finish"] = completion.finish
        draft = log.new_record(
            LabKind.ANSWER,
            completion.text,
            author=Author("persona", participant.name),
            node=question.node,
            data=data,
        )
        answer = replace(
            draft,
            model=str(participant.model_name),
            params=request.params.to_json(),
            request=digest,
            usage=completion.usage,
        )
        (stored,) = await log.tell(answer)
        return stored

    async def _fail(
        self, question: Question, participant: PersonaOnModel, error: ProviderError
    ) -> None:
        data = {
            "code": "error",
            "turn": self._log.state.turns,
            "kind": error.kind.value,
            "message": error.message,
            "hint": error.hint,
            "use": question.use,
        }
        text = f"{participant.name} ({participant.model_name}): {error}"
        await self._log.tell(self._log.new_record(Kind.NOTICE, text, node=question.node, data=data))
        await self._failed()


async def _completed(participant: PersonaOnModel, request: ModelRequest) -> Completion:
    async with aclosing(participant.reply(request)) as parts:
        async for part in parts:
            if isinstance(part, Completion):
                return part
    raise ProviderError(
        ProviderErrorKind.PROTOCOL, "The answer broke off without an end.", "Try again."
    )


def _part(content: str, answer: Record) -> Part:
    return Part(content, answer.id) if content == answer.text else Part(content)


def with_room(participant: PersonaOnModel, schema: Mapping[str, Any]) -> PersonaOnModel:
    """Return a participant that may finish what a schema lets it write."""
    wanted = room(schema)
    budget = replace(participant.budget, answer=min(wanted, participant.budget.context_length // 2))
    return replace(
        participant, params=replace(participant.params, max_tokens=wanted), budget=budget
    )


def text_prompt(system: str, user: str) -> list[PromptMessage]:
    """Return a prompt of instructions and one message."""
    return [PromptMessage("system", (Part(system),)), PromptMessage("user", (Part(user),))]
