"""One customer's day: observe, decide, act, evaluate, learn; each step on record."""

from __future__ import annotations

from core.clm.records import DayKind
from core.clm.simulation.card import Card
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.decision import (
    RECOMMEND,
    Decision,
    DecisionContext,
    decide,
    decision_context,
    product_for,
)
from core.clm.simulation.log import RunLog
from core.clm.simulation.model_policy import ModelPolicy
from core.clm.simulation.spec import LLM
from core.clm.simulation.worlds import CastWorld
from core.clm.words import Word
from core.sessions.record import CODE, Author, Record


class CustomerDays:
    """Has customers looked after, one after the other."""

    def __init__(self, log: RunLog, world: CastWorld, model_policy: ModelPolicy) -> None:
        self._log = log
        self._world = world
        self._model_policy = model_policy

    async def take(self, who: CustomerState) -> bool:
        """Carry a customer through the day; false where a model could not be asked.

        Raises:
            StoreError: a record could not be stored.
            ConfigError: nothing may be done for the customer.
        """
        state = self._log.state
        # Another policy may be chosen while a model still thinks.
        policy = state.policy
        context = decision_context(state, self._world, who)
        if policy == LLM:
            chosen = await self._model_policy.decide(who, context)
        else:
            chosen = decide(state, self._world, who, context)
        if chosen is None:
            return False
        choice = self._choice(who, context, chosen, policy)
        await self._log.tell(choice, self._impact(who, context, chosen))
        await self.learn(state.cards[who.id])
        return True

    async def learn(self, card: Card) -> None:
        """Put on record what the ledger says since a card's impact."""
        await self._log.tell(self._learned(card))

    def _choice(
        self, who: CustomerState, context: DecisionContext, chosen: Decision, policy: str
    ) -> Record:
        state = self._log.state
        data = {
            "day": state.day,
            "action": chosen.action,
            "message": chosen.message,
            "propensity": chosen.propensity,
            "policy": policy,
            "allowed": list(context.situation.allowed),
            "observation": dict(context.observation),
            **chosen.data,
        }
        if chosen.action == RECOMMEND and (product := product_for(state, who)) is not None:
            data["product"] = product.sku
        by_model = policy == LLM and "fallback" not in chosen.data
        author = Author("persona", self._model_policy.name) if by_model else CODE
        return self._log.new_record(
            DayKind.ACTION_CHOSEN, chosen.thought, author=author, node=who.id, data=data
        )

    def _impact(self, who: CustomerState, context: DecisionContext, chosen: Decision) -> Record:
        state, action = self._log.state, chosen.action
        best = self._world.values(who, state.day)
        outcome = self._world.outcome(who, state.day, action)
        allowed = context.situation.allowed
        data = {
            "day": state.day,
            "action": action,
            "success": outcome.success,
            "delta": round(outcome.engagement - who.score, 6),
            "engagement": outcome.engagement,
            "status": outcome.status.value,
            "stage": outcome.stage,
            "events": [each.kind.value for each in outcome.events],
            "value": outcome.value,
            "cost": state.spec.setup.actions[action].cost,
            "regret": max(best[name] for name in allowed) - best[action],
            "word": self._word(who, action),
            "after": dict(outcome.after),
            **(outcome.more or {}),
        }
        return self._log.new_record(DayKind.IMPACT, outcome.reason, node=who.id, data=data)

    def _word(self, who: CustomerState, action: str) -> str:
        """Return the ledger's word before anything is learnt today."""
        state = self._log.state
        if action not in state.ledger.actions:
            return ""
        avoided = state.ledger.word(who.id, action, state.day)
        last = Word(who.words.get(action, Word.UNSURE))
        return str(avoided or (Word.UNSURE if last.avoided else last))

    def _learned(self, card: Card) -> Record:
        state, who = self._log.state, self._log.state.customers[card.customer]
        assert card.impact is not None
        data: dict[str, object] = {"day": card.day, "action": card.action, "verdict": None}
        data |= {"n": 0, "mean": None, "changed": False}
        text = "nothing is learnt from doing nothing"
        if card.success is not None and card.action in state.ledger.actions:
            found = state.ledger.verdict(who.id, who.segment, card.action, card.day)
            before = card.impact.data["word"]
            text = found.reason
            data |= {
                "verdict": found.word.value,
                "before": before,
                "changed": found.word.value != before,
                "success": card.success,
                "n": round(found.n, 6),
                "successes": round(found.successes, 6),
                "mean": round(found.mean, 6),
                "interval": [round(found.low, 6), round(found.high, 6)],
                "reason": found.reason,
                "until": found.until,
            }
        return self._log.new_record(DayKind.LEARNED, text, node=who.id, data=data)
