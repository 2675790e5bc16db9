"""Makes a side's prompt fit its context, and says on record what had to go."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

from core.context.budget import Fitted, fit
from core.errors import ProviderError
from core.events import Notice
from core.meetup.log import MeetupLog
from core.meetup.spec import Side
from core.meetup.view import Ask, View, compose
from core.messages import Message
from core.participants import Participant
from core.providers.base import Completion, ModelRequest
from core.sessions.record import Kind
from core.sessions.requests import PromptMessage

_SUMMARY_PROMPT = (
    "Below is the older part of a conversation, which will be forgotten. Sum it up in at most "
    "120 words for {name}: who said what, what was agreed, what is still open. Only the summary."
)
_SUMMARY_TOKENS = 220


class Fitter:
    """Composes the prompts of one meetup."""

    def __init__(self, log: MeetupLog, ask: Ask) -> None:
        self._log = log
        self._ask = ask

    async def prompt(
        self, side: Side, participant: Participant, shrink: float = 1.0
    ) -> tuple[PromptMessage, ...]:
        """Return what `side` is to be sent now.

        What had to be dropped to make it fit is put on record and announced; the partner
        never sees that. `shrink` below 1 makes the budget smaller, for a server that
        refused a prompt which the estimate let pass.

        Raises:
            StoreError: the notice could not be stored.
        """
        view = self._view(side, participant)
        budget = replace(
            participant.budget, context_length=int(participant.budget.context_length * shrink)
        )
        ratio = self._log.state.sides[side].ratio
        fitted = fit(view.prompt, budget, opening=view.opening, ratio=ratio)
        if not fitted.dropped:
            return fitted.messages
        await self._note(side, participant, view, fitted)
        return tuple(self._view(side, participant).prompt)

    def _view(self, side: Side, participant: Participant) -> View:
        path = self._log.session.tree.path
        return compose(path, side, participant.system, self._log.state.sides[side], self._ask)

    async def _note(self, side: Side, participant: Participant, view: View, fitted: Fitted) -> None:
        # `items` lacks the instructions that `opening` counts.
        start = view.opening - 1
        first_kept = view.items[start + fitted.dropped]
        gone = [item.message for item in view.items[start : start + fitted.dropped]]
        summary = ""
        if self._log.state.spec.overflow == "summarise":
            summary = await self._summarise(participant, gone)
        verb = "summarised" if summary else "dropped"
        text = (
            f"{participant.name}'s context is full ({participant.budget.context_length:,} tokens"
            f"{', assumed' if participant.budget.assumed else ''}): "
            f"{fitted.dropped} older messages were {verb}."
        )
        data = {
            "code": "context",
            "floor": first_kept.first,
            "dropped": fitted.dropped,
            "tokens": fitted.tokens,
            "summary": summary,
        }
        record = await self._log.append_one(
            self._log.draft(Kind.NOTICE, text, node=side, data=data)
        )
        self._log.bus.publish(Notice(self._log.id, self._log.state.number, record))

    async def _summarise(self, participant: Participant, gone: list[PromptMessage]) -> str:
        """Ask the participant's own model for a summary; an empty one where it cannot."""
        names = {"assistant": participant.name, "user": "Partner"}
        lines = [f"{names.get(each.role, each.role)}: {each.content}" for each in gone]
        request = ModelRequest(
            model=participant.model_name.model,
            messages=(
                Message("system", _SUMMARY_PROMPT.format(name=participant.name)),
                Message("user", "\n\n".join(lines)),
            ),
            params=replace(participant.params, max_tokens=_SUMMARY_TOKENS),
        )
        try:
            async with aclosing(participant.reply(request)) as parts:
                async for part in parts:
                    if isinstance(part, Completion):
                        return part.text.strip()
        except ProviderError as error:
            record = await self._log.append_one(
                self._log.draft(
                    Kind.NOTICE,
                    f"The summary for {participant.name} failed: {error}",
                    data={"code": "summary_failed", "kind": error.kind.value},
                )
            )
            self._log.bus.publish(Notice(self._log.id, self._log.state.number, record))
        return ""
