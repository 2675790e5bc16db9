"""A customer of a cast in the midst of a run: a fold over the records about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from core.clm.actions import DO_NOTHING
from core.clm.observation import Condition, Event
from core.clm.simulation.card import Card, Status
from core.clm.simulation.spec import Person
from core.sessions.record import Record


@dataclass(slots=True)
class CustomerState:
    """What is known of a customer, and in `world` what their world alone knows."""

    id: str
    name: str
    segment: str
    score: float
    """Engagement, 0 to 100."""
    stage: str
    """Where they are on their way; empty in a market."""
    world: Mapping[str, Any]
    """The truth, for their world and for evaluation; no policy sees it."""
    status: Status = Status.ACTIVE
    condition: Condition = Condition.HEALTHY
    """As last observed."""
    events: list[Event] = field(default_factory=list)
    """What they did, as far as anybody can see."""
    sent: dict[str, int] = field(default_factory=dict)
    """The day on which each action was last sent."""
    products: list[str] = field(default_factory=list)
    """What was recommended so far, by its sku."""
    words: dict[str, str] = field(default_factory=dict)
    """What the ledger said of each action when it was last tried."""
    tries: int = 0
    """Contacts since they last did anything."""
    scores: list[float] = field(default_factory=list)
    """At the beginning, then at the end of each day."""
    cards: list[Card] = field(default_factory=list)
    """All days, oldest first."""
    spend: float = 0.0
    margin: float = 0.0
    """What was earned with them, less what was spent on them."""
    replies: int = 0
    """Complete answers of models about them."""

    @classmethod
    def of(cls, person: Person) -> Self:
        """Return the customer as a run begins."""
        values = dict(person.values)
        events = [Event.from_json(each) for each in values.pop("events", ())]
        score, stage = float(values.get("score", 0.0)), str(values.get("stage", ""))
        return cls(
            id=person.id,
            name=person.name,
            segment=person.segment,
            score=score,
            stage=stage,
            world=values,
            status=Status(values.get("status", Status.ACTIVE)),
            events=events,
            scores=[score],
        )

    def choose(self, card: Card) -> None:
        """Take in what was done for them today; what a decision alone says counts for nothing."""
        data = card.choice.data
        self.cards.append(card)
        self.condition = Condition(data["observation"]["condition"])
        if data["action"] != DO_NOTHING:
            self.sent[data["action"]] = card.day
            self.tries += 1
        if data.get("product"):
            self.products.append(data["product"])

    def take(self, impact: Record, day: int) -> None:
        """Take in what came of it."""
        data = impact.data
        self.score = float(data["engagement"])
        self.stage = str(data.get("stage", self.stage))
        self.status = Status(data["status"])
        self.world = {**self.world, **data["after"]}
        self.spend += data["cost"]
        self.margin += data["value"]
        done = [Event.from_json({"day": day, "kind": kind}) for kind in data["events"]]
        self.events += done
        if done:
            self.tries = 0

    def learn(self, learned: Record) -> None:
        """Take in what the ledger says now."""
        if learned.data["verdict"]:
            self.words[learned.data["action"]] = learned.data["verdict"]

    def end_day(self) -> None:
        """Note the score that the day ends with."""
        self.scores.append(self.score)

    def outline(self) -> dict[str, Any]:
        """Return everything as JSON values, to compare two folds."""
        return {
            "score": self.score,
            "stage": self.stage,
            "status": self.status.value,
            "condition": self.condition.value,
            "world": dict(self.world),
            "events": [each.to_json() for each in self.events],
            "sent": self.sent,
            "products": self.products,
            "words": self.words,
            "tries": self.tries,
            "scores": self.scores,
            "cards": [each.choice.id for each in self.cards],
            "money": [self.spend, self.margin],
            "replies": self.replies,
        }
