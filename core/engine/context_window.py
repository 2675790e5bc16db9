"""Makes a prompt fit its context, and says on record what had to go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from core.config.settings import Overflow
from core.context.budget import Fitted, fit
from core.engine.log import SessionLog
from core.engine.prompt import PromptView
from core.errors import ProviderError, ProviderErrorKind
from core.participants import Participant
from core.providers.base import Completion, ModelRequest, Origin
from core.sessions.prompts import Part, PromptMessage
from core.sessions.record import Kind, Record

_SUMMARY_PROMPT = (
    "Below is the older part of a conversation, which will be forgotten. Sum it up in at most "
    "120 words for {name}: who said what, what was agreed, what is still open. Only the summary."
)
_EARLIER = "What was said before that, in short: "
_SUMMARY_TOKENS = 220


@dataclass(frozen=True, slots=True)
class WindowRequest:
    """Whose prompt is to fit, and how."""

    node: str
    participant: Participant
    view: Callable[[], PromptView]
    """Renders what would be sent now; asked again after something was dropped."""
    ordinal: int
    ratio: float = 1.0
    """Real prompt tokens divided by estimated ones."""
    overflow: Overflow = "drop"
    summary: str = ""
    """What stands for all that was dropped before."""


class ContextWindow:
    """Composes the prompts of one session."""

    def __init__(self, log: SessionLog[Any]) -> None:
        self._log = log

    async def fit(self, fitting: WindowRequest, shrink: float = 1.0) -> Sequence[PromptMessage]:
        """Return what the participant is to be sent now.

        What had to be dropped to make it fit is put on record and announced; no partner
        ever sees that. `shrink` below 1 makes the budget smaller, for a server that
        refused a prompt which the estimate let pass.

        Raises:
            StoreError: the notice could not be stored.
        """
        view, budget = fitting.view(), fitting.participant.budget
        budget = replace(budget, context_length=int(budget.context_length * shrink))
        fitted = fit(view.prompt, budget, opening=view.opening, ratio=fitting.ratio)
        if not fitted.dropped:
            return fitted.messages
        await self._drop(fitting, view, fitted)
        return fitting.view().prompt

    async def _drop(self, fitting: WindowRequest, view: PromptView, fitted: Fitted) -> None:
        kept_from = view.opening + fitted.dropped
        notice = self._log.new_record(
            Kind.NOTICE,
            node=fitting.node,
            data={
                "code": "context",
                "floor": view.first(kept_from),
                "dropped": fitted.dropped,
                "tokens": fitted.tokens,
            },
        )
        if fitting.overflow == "summarise":
            gone = view.prompt[view.opening : kept_from]
            notice = await self._summarised(notice, fitting, gone)
        how = "summarised" if notice.data.get("summary") else "dropped"
        name, budget = fitting.participant.name, fitting.participant.budget
        length = f"{budget.context_length:,} tokens"
        if budget.assumed:
            length += ", assumed"
        text = f"{name}'s context is full ({length}): {_older(fitted.dropped)} {how}."
        await self._log.tell(replace(notice, text=text))

    async def _summarised(
        self, notice: Record, fitting: WindowRequest, gone: Sequence[PromptMessage]
    ) -> Record:
        """Ask the participant's own model for a summary; return `notice` with it.

        Where the model fails, that is put on record and nothing stands for what is gone.
        """
        log, participant = self._log, fitting.participant
        prompt = _summary_prompt(participant.name, fitting.summary, gone)
        node = f"{fitting.node}/summary"
        request = participant.request(prompt, Origin(node, fitting.ordinal))
        request = replace(request, params=replace(request.params, max_tokens=_SUMMARY_TOKENS))
        digest, blobs = log.requests.records_for(node, request, prompt)
        await log.append(*blobs)
        try:
            completion = await _answer(participant, request)
        except ProviderError as error:
            text = f"The summary for {participant.name} failed: {error}"
            data = {"code": "summary_failed", "kind": error.kind.value}
            await log.tell(log.new_record(Kind.NOTICE, text, node=fitting.node, data=data))
            return notice
        return replace(
            notice,
            model=str(participant.model_name),
            params=request.params.to_json(),
            request=digest,
            usage=completion.usage,
            data={
                **notice.data,
                "summary": completion.text.strip(),
                "ordinal": fitting.ordinal,
            },
        )


async def _answer(participant: Participant, request: ModelRequest) -> Completion:
    async with aclosing(participant.reply(request)) as parts:
        async for part in parts:
            if isinstance(part, Completion):
                return part
    raise ProviderError(
        ProviderErrorKind.PROTOCOL, "The answer broke off without an end.", "Try again."
    )


def _summary_prompt(
    name: str, earlier: str, gone: Sequence[PromptMessage]
) -> tuple[PromptMessage, ...]:
    parts = [Part(_EARLIER + earlier), Part("\n\n")] if earlier else []
    for message in gone:
        speaker = name if message.role == "assistant" else "Partner"
        parts += [Part(f"{speaker}: "), *message.parts, Part("\n\n")]
    return (
        PromptMessage("system", (Part(_SUMMARY_PROMPT.format(name=name)),)),
        PromptMessage("user", tuple(parts[:-1])),
    )


def _older(count: int) -> str:
    return "1 older message was" if count == 1 else f"{count} older messages were"
