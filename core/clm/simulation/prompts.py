"""What a model is asked: the same beginning every time, then one customer's day in few words.

Models explore only where the history is summed up for them (Krishnamurthy et al., NeurIPS 2024),
so they get counts, means and chances in words and no list of all that ever happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.clm.actions import DO_NOTHING, Action, Actions
from core.clm.simulation.card import Card
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.decision import DecisionContext
from core.clm.words import Entry, Word

_ROLE = """\
You look after the customers of a company. For one customer a day you choose one action. Keep \
them engaged for long at low cost. Trust the evidence: repeat what works for this customer, try \
what is untried, leave what failed."""
_FORM = """\
Answer with JSON: thought (why, in one short sentence), action, message (what the customer \
reads; empty for DO_NOTHING)."""
_SHOWN_DAYS = 3
_A_TRIAL = 0.5
"""Trials, as far as they still count, from which there is anything to tell."""


def instructions(actions: Actions) -> str:
    """Return what opens every prompt of a run."""
    lines = "\n".join(f"- {_described(each)}" for each in actions)
    return f"{_ROLE}\n\nActions:\n{lines}\n\n{_FORM}"


def question(
    who: CustomerState,
    context: DecisionContext,
    entries: Sequence[Entry],
    choices: Sequence[str],
    product: str,
) -> str:
    """Return what is asked about a customer today."""
    seen = context.situation
    about = ", ".join(each for each in (who.name, who.segment, who.stage) if each)
    lines = [
        f"Day {seen.day}: {about}. Engagement {who.score:.0f} of 100.",
        f"Seen: {context.observation['text']}.",
        *_evidence(entries, choices),
        *_avoided(entries, seen.allowed, choices),
    ]
    if recent := _recent(who.cards):
        lines.append(f"Last days: {recent}.")
    if product and "RECOMMEND_PRODUCT" in choices:
        lines.append(f"RECOMMEND_PRODUCT would offer: {product}.")
    lines.append(f"Choose one of: {', '.join(choices)}.")
    return "\n".join(lines)


def summary(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return the evidence that a model is shown, for the record."""
    keys = ("action", "n", "successes", "mean", "best", "reason", "until")
    return [
        {"word": each.word.value, **{key: _round(each.to_json()[key]) for key in keys}}
        for each in entries
    ]


def _described(action: Action) -> str:
    if action.name == DO_NOTHING:
        return f"{action.name}: leave them alone today"
    text = f"{action.name}: {action.channel}, costs {action.cost:g}"
    return f"{text}, {action.discount:.0%} off" if action.discount else text


def _evidence(entries: Sequence[Entry], choices: Sequence[str]) -> list[str]:
    lines, untried = [], []
    for each in entries:
        if each.action not in choices:
            continue
        if each.n < _A_TRIAL:
            untried.append(f"{each.action} ({each.mean:.0%}, {_likely(each.best)} the best)")
            continue
        sure = ", known to work" if each.word is Word.SUCCESS else ""
        lines.append(
            f"- {each.action}: worked {each.successes:.0f} of {each.n:.0f}, "
            f"about {each.mean:.0%} success, {_likely(each.best)} the best{sure}"
        )
    if untried:
        lines.append(f"Never tried, with what others tell: {'; '.join(untried)}.")
    return ["Evidence:", *lines] if lines else []


def _likely(best: float) -> str:
    for least, words in ((0.6, "probably"), (0.3, "quite possibly"), (0.1, "possibly")):
        if best >= least:
            return words
    return "hardly"


def _avoided(entries: Sequence[Entry], allowed: Sequence[str], choices: Sequence[str]) -> list[str]:
    told = [
        f"{each.action} ({each.word.value}: {each.reason})"
        for each in entries
        if each.action in allowed and each.action not in choices
    ]
    return [f"Not now: {'; '.join(told)}."] if told else []


def _recent(cards: Sequence[Card]) -> str:
    told = []
    for card in cards[-_SHOWN_DAYS:]:
        if card.impact is not None:
            worked = {True: "worked", False: "failed", None: "nothing learnt"}[card.success]
            told.append(f"day {card.day} {card.action} {worked} ({card.delta:+.0f})")
    return "; ".join(told)


def _round(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value
