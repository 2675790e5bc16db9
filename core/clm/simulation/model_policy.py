"""The policy that is a model: asks it, repairs an answer once, and says so where that fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from core.clm.actions import DO_NOTHING
from core.clm.policies import RulesPolicy, Situation, draw, evenly
from core.clm.simulation.answers import (
    Answer,
    ThoughtFilter,
    answer_schema,
    read_answer,
    shown_text,
)
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.decision import (
    Decision,
    DecisionContext,
    message_for,
    open_choices,
    policy_rng,
    product_for,
)
from core.clm.simulation.log import RunLog
from core.clm.simulation.prompts import instructions, question, summary
from core.engine.reply import ReplyRequest, ReplyStrategy, ReplyWriter, TextFilter
from core.participants import Participant
from core.providers.ask_value import Repair, ask_value
from core.sessions.prompts import Part, PromptMessage
from core.sessions.record import Kind, Record

MakeAgent = Callable[[str], Participant]
"""Returns who answers under these instructions. Raises `SalonError` if the model is unknown."""
REPAIRED, FELL_BACK = "repair", "fallback"
"""Codes of the notices about answers that could not be used."""


class _NoReply(Exception):
    """The model failed; why is on record."""


class ModelPolicy:
    """Has a model decide for customers."""

    def __init__(self, log: RunLog, agent: MakeAgent) -> None:
        self._log = log
        self._make = agent
        self._agent: Participant | None = None
        self._writer = ReplyWriter(log, _ReplyStrategy())
        self._system = Part(instructions(log.state.spec.setup.actions))

    @property
    def name(self) -> str:
        """What the model goes by."""
        return self._participant().name

    def forget(self) -> None:
        """Ask for the model anew: another one was chosen, or other parameters."""
        self._agent = None

    async def decide(self, who: CustomerState, context: DecisionContext) -> Decision | None:
        """Return a decision, or `None` where the model failed; why is on record.

        Cancelling keeps what was said so far.

        Raises:
            StoreError: a record could not be stored.
            SalonError: there is no such model.
        """
        state, seen = self._log.state, context.situation
        choices = open_choices(state, context)
        entries = state.ledger.entries(who.id, who.segment, state.day)
        product = product_for(state, who)
        offered = "" if product is None else product.name
        text = question(who, context, entries, choices, offered)
        prompt = [PromptMessage("system", (self._system,)), PromptMessage("user", (Part(text),))]
        rng = policy_rng(state.spec.seed, state.day, who.id)
        data: dict[str, Any] = {"choices": list(choices), "evidence": summary(entries)}

        async def ask(repair: Repair[Record] | None) -> Record:
            if repair is None:
                return await self._reply(who, prompt, choices)
            await self._notice(who, REPAIRED, f"asked again about {who.name}: {repair.problem}")
            reply, (shown, wish) = repair.answer, repair.messages(_raw(repair.answer))
            more = [
                PromptMessage(shown.role, (Part(shown.content, reply.id, raw=True),)),
                PromptMessage(wish.role, (Part(wish.content),)),
            ]
            return await self._reply(who, [*prompt, *more], choices)

        try:
            found = await ask_value(ask, lambda reply: read_answer(_raw(reply), choices))
        except _NoReply:
            return None
        if found.value is None:
            return await self._fallen_back(who, seen, choices, rng, data, found.problem)
        data["reply"] = found.answers[-1].id
        return self._drawn(who, found.value, choices, rng, data)

    async def _reply(
        self, who: CustomerState, prompt: Sequence[PromptMessage], choices: Sequence[str]
    ) -> Record:
        async def composed(shrink: float) -> Sequence[PromptMessage]:
            return prompt

        asked = ReplyRequest(
            node=who.id,
            participant=self._participant(),
            prompt=composed,
            turn=self._log.state.replies + 1,
            ordinal=who.replies,
            data={"day": self._log.state.day},
            schema=answer_schema(choices),
            strict=True,
        )
        reply = await self._writer.write(asked)
        if reply is None:
            raise _NoReply
        return reply

    def _participant(self) -> Participant:
        if self._agent is None:
            self._agent = self._make(self._system.text)
        return self._agent

    def _drawn(
        self,
        who: CustomerState,
        answer: Answer,
        choices: Sequence[str],
        rng: Random,
        data: Mapping[str, Any],
    ) -> Decision:
        """Do what the model wants but for a share of the time, so that a log can be judged."""
        epsilon = self._log.state.spec.setup.run.epsilon
        action, propensity = draw(evenly([answer.action]), choices, epsilon, rng)
        more: dict[str, Any] = {"wanted": answer.action}
        message = "" if action == DO_NOTHING or not _fit_to_send(answer) else answer.message
        if action != answer.action:
            more["explored"] = True
            message = ""
        message = message or message_for(self._log.state, who, action)
        return Decision(action, propensity, answer.thought, message, {**data, **more})

    async def _fallen_back(
        self,
        who: CustomerState,
        seen: Situation,
        choices: Sequence[str],
        rng: Random,
        data: Mapping[str, Any],
        problem: str,
    ) -> Decision:
        """Let the rules decide, and say so where everybody sees it."""
        state = self._log.state
        among = replace(seen, allowed=tuple(choices))
        made = RulesPolicy(floor=state.spec.setup.run.epsilon).decide(among, rng)
        text = f"the rules decided for {who.name}: {problem}"
        await self._notice(who, FELL_BACK, text)
        message = message_for(state, who, made.action)
        more = {"fallback": RulesPolicy.name, "problem": problem}
        return Decision(made.action, made.propensity, text, message, {**data, **more})

    async def _notice(self, who: CustomerState, code: str, text: str) -> None:
        data = {"code": code, "day": self._log.state.day}
        await self._log.tell(self._log.new_record(Kind.NOTICE, text, node=who.id, data=data))


def _raw(reply: Record) -> str:
    return str(reply.data.get("raw", reply.text))


def _fit_to_send(answer: Answer) -> bool:
    """Whether a message is one: small models say their thought, or a name, over again."""
    said = answer.message.casefold()
    return said not in {answer.thought.casefold(), answer.action.casefold()}


class _ReplyStrategy(ReplyStrategy):
    """How the model's answers are shown and kept."""

    def filter(self) -> TextFilter:
        return ThoughtFilter()

    def read(self, raw: str) -> tuple[str, Mapping[str, Any]]:
        text = shown_text(raw)
        return text, {} if text == raw else {"raw": raw}
