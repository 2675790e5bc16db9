"""A run as tables: customers, decisions, days and the ledger, always in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.clm.simulation.card import Card
from core.clm.simulation.state import SimulationState
from core.clm.simulation.stored_run import StoredRun
from core.clm.simulation.worth import Worth
from core.clm.words import Entry

Table = list[dict[str, Any]]
"""Rows, each with the same keys in the same order."""


def tables_of(run: StoredRun, worth: Worth) -> dict[str, Table]:
    """Return all tables of a run by name; those of a population have no customers in them.

    Args:
        run: as it stands.
        worth: what customers are worth, where that can be told.
    """
    state = run.state
    tables = {"days": list(_days(state)), "segments": list(_segments(state))}
    if state.spec.is_population:
        return {**tables, "ledger": list(_population_ledger(state))}
    return {
        "customers": list(_customers(state, worth)),
        "decisions": list(decisions(state)),
        **tables,
        "ledger": [ledger_row("customer", each) for each in entries(state)],
    }


def decisions(state: SimulationState) -> Iterator[dict[str, Any]]:
    """Yield a cast's decisions, day by day; a log that `salon clm evaluate` reads."""
    cards = [card for who in state.customers.values() for card in who.cards if card.impact]
    places = {who: place for place, who in enumerate(state.customers)}
    for card in sorted(cards, key=lambda each: (each.day, places[each.customer])):
        yield _decision(state, card)


def entries(state: SimulationState) -> Iterator[Entry]:
    """Yield what the ledger says of every action for every customer of a cast."""
    for who in state.customers.values():
        yield from state.ledger.entries(who.id, who.segment, state.day)


def segment_entries(state: SimulationState) -> Iterator[Entry]:
    """Yield what the ledger says of every action for every segment of a cast."""
    for name in dict.fromkeys(who.segment for who in state.customers.values()):
        yield from state.ledger.segment_entries(name, state.day)


def ledger_row(what: str, entry: Entry | Mapping[str, Any]) -> dict[str, Any]:
    """Return a line of a ledger under the name of what it is about."""
    said = dict(entry.to_json() if isinstance(entry, Entry) else entry)
    who = said.pop("who")
    said["word"] = str(said["word"])
    return {what: who, **said}


def _customers(state: SimulationState, worth: Worth) -> Iterator[dict[str, Any]]:
    for place, who in enumerate(state.customers.values()):
        yield {
            "customer": who.id,
            "name": who.name,
            "segment": who.segment,
            "stage": who.stage,
            "status": who.status.value,
            "engagement": who.score,
            "spend": who.spend,
            "margin": who.margin,
            "events": len(who.events),
            "alive": worth.alive.get(place),
            "value": worth.value.get(place),
        }


def _decision(state: SimulationState, card: Card) -> dict[str, Any]:
    choice, impact = card.choice.data, card.impact
    assert impact is not None
    learned = {} if card.learned is None else card.learned.data
    who = state.customers[card.customer]
    return {
        "day": card.day,
        "customer": who.id,
        "segment": who.segment,
        "policy": card.policy,
        "observation": choice["observation"]["text"],
        "thought": card.thought,
        "action": card.action,
        "message": card.message,
        "propensity": card.propensity,
        "fallback": str(choice.get("fallback", "")),
        "success": card.success,
        "delta": impact.data["delta"],
        "engagement": impact.data["engagement"],
        "status": impact.data["status"],
        "events": ";".join(impact.data["events"]),
        "cost": impact.data["cost"],
        "reward": impact.data["value"],
        "regret": impact.data["regret"],
        "verdict": str(learned.get("verdict") or ""),
        "mean": learned.get("mean"),
    }


def _days(state: SimulationState) -> Iterator[dict[str, Any]]:
    for each in state.series:
        yield {
            "day": each.day,
            "customers": each.customers,
            "engagement": each.engagement,
            "spend": each.spend,
            "margin": each.margin,
            "regret": each.regret,
            "successes": each.successes,
            **{f"status {name}": count for name, count in each.statuses.items()},
            **{name: each.actions.get(name, 0) for name in state.spec.setup.actions.names},
        }


def _segments(state: SimulationState) -> Iterator[dict[str, Any]]:
    for each in state.series:
        for name, said in each.segments.items():
            plain = {key: value for key, value in said.items() if key != "ledger"}
            yield {"day": each.day, "segment": name, **plain}


def _population_ledger(state: SimulationState) -> Iterator[dict[str, Any]]:
    for said in state.series[-1].segments.values() if state.series else ():
        yield from (ledger_row("segment", each) for each in said["ledger"])
