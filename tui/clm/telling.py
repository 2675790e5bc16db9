"""From the state of a run to the cards of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.clm.actions import DO_NOTHING
from core.clm.simulation.card import Card
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.state import SimulationState
from core.sessions.record import Kind, Record
from core.text import clean_line
from tui.clm.figures import action_words
from tui.clm.story import Edge, Story

MOST_CARDS = 100
"""Cards of a day that are shown; a customer's own page has all of theirs."""


def stories_of(
    state: SimulationState, day: int, live: Mapping[str, str], last: Record | None = None
) -> list[Story]:
    """Return the cards of a day in the order in which they were decided.

    Args:
        state: of the run.
        day: the day, counted from 1.
        live: the thoughts that are being written, by customer.
        last: where the path ends: perhaps at a thought that was stopped.
    """
    people = state.customers
    if day == state.day:
        cards: Sequence[Card] = list(state.cards.values())[-MOST_CARDS:]
    else:
        found = (card_on(who, day) for who in people.values())
        cards = [each for each in found if each is not None][-MOST_CARDS:]
    told = [story_of(people[card.customer], card) for card in cards]
    if day == state.day:
        told += [_thinking(people[who], text) for who, text in live.items() if who in people]
    if state.failed is not None and day == state.day:
        told.append(_failed(state, state.failed))
    elif not live and last is not None and day == state.day and _broken_off(state, last):
        told.append(_stopped(people[last.node], last))
    return told


def card_on(who: CustomerState, day: int) -> Card | None:
    """Return a customer's card of a day."""
    return next((each for each in reversed(who.cards) if each.day == day), None)


def story_of(who: CustomerState, card: Card, *, of_day: bool = False) -> Story:
    """Return a card as it is shown; `of_day` names the day in place of the customer."""
    impact, learned = card.impact, card.learned
    data = {} if learned is None else learned.data
    score = float(impact.data["engagement"]) if impact is not None else _before(card, who)
    stage = str(card.observation.get("stage") or who.stage)
    return Story(
        key=str(card.day) if of_day else who.id,
        title=f"Day {card.day}" if of_day else clean_line(who.name) or clean_line(who.id),
        about=clean_line(stage if of_day else _about(who, stage)),
        score=score,
        edge=_edge(card),
        seen=clean_line(str(card.observation.get("text", ""))),
        thought=clean_line(card.thought),
        action=action_words(clean_line(card.action)),
        how=f"{clean_line(card.policy)}, {card.propensity:.0%} likely",
        mark=_mark(card),
        message=clean_line(card.message),
        delta=card.delta,
        impact="" if impact is None else _impact(impact, card, who),
        word=card.verdict,
        changed=str(data.get("before") or "something else") if card.changed else "",
        learnt="" if learned is None else clean_line(learned.text or str(data.get("reason", ""))),
    )


def _about(who: CustomerState, stage: str) -> str:
    return " · ".join(filter(None, (who.segment, stage if stage != who.segment else "")))


def _before(card: Card, who: CustomerState) -> float:
    return float(card.observation.get("engagement", who.score))


def _edge(card: Card) -> Edge:
    if card.impact is None:
        return "waiting"
    if card.success is None:
        return "plain"
    return "good" if card.success else "bad"


def _mark(card: Card) -> str:
    data = card.choice.data
    if card.fallback:
        return f"fallback: {clean_line(str(data['fallback']))}"
    if data.get("explored"):
        wanted = action_words(clean_line(str(data.get("wanted", ""))))
        return f"tried out, instead of {wanted}"
    return ""


def _impact(impact: Record, card: Card, who: CustomerState) -> str:
    data = impact.data
    said = clean_line(impact.text)
    parts = [said]
    seen = (clean_line(str(each)).lower() for each in data.get("events", ()))
    # A refusal is what came of it and an event as well, in the same words.
    events = [each for each in seen if not said.endswith(each)]
    if events:
        parts.append(", ".join(events[:3]) + (f" +{len(events) - 3}" if len(events) > 3 else ""))
    before, after = card.observation.get("stage"), data.get("stage")
    if before and after and before != after:
        parts.append(f"{clean_line(str(before))} → {clean_line(str(after))}")
    if data["status"] == "churned":
        parts.append("said goodbye")
    return " · ".join(filter(None, parts)) or (
        "left in peace" if card.action == DO_NOTHING else "nothing came of it yet"
    )


def _thinking(who: CustomerState, text: str) -> Story:
    return Story(
        key=who.id,
        title=clean_line(who.name) or clean_line(who.id),
        about=clean_line(_about(who, who.stage)),
        score=who.score,
        edge="thinking",
        thought=clean_line(text),
        thinking=True,
    )


def _broken_off(state: SimulationState, last: Record) -> bool:
    """Tell whether a record is a thought that came to no decision."""
    waiting = state.under_way and last.node in state.customers and last.node not in state.cards
    return waiting and last.kind == Kind.MESSAGE and last.status != "complete"


def _stopped(who: CustomerState, last: Record) -> Story:
    return Story(
        key=who.id,
        title=clean_line(who.name) or clean_line(who.id),
        about=last.status,
        score=who.score,
        edge="waiting",
        thought=f"{clean_line(last.text)} …",
    )


def _failed(state: SimulationState, failed: Record) -> Story:
    who = state.customers.get(failed.node)
    name = "The model" if who is None else who.name
    text = clean_line(failed.text)
    return Story(
        key="failed",
        title=clean_line(name),
        about="could not be asked about" if who is not None else "",
        edge="bad",
        problem=f"{text} space tries again, m takes another model, P another policy.",
    )
