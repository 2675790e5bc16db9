"""What a session cost: a fold over its records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from core.config.prices import Prices
from core.sessions.record import Record


@dataclass(slots=True)
class Total:
    """Tokens and dollars of some records; build it with `of`, lengthen it with `add`.

    Over the current path it is what the conversation in sight cost
    (`Total.of(tree.path, prices)`); over the whole tree, alternatives and summaries included,
    it is what the session cost (`Total.of(tree, prices)`).
    """

    prices: Prices
    answers: int = 0
    """How many answers of models were counted."""
    input_tokens: int = 0
    """Prompt tokens, cached ones included."""
    output_tokens: int = 0
    cached_tokens: int = 0
    cost: float = 0.0
    """US dollars, of those answers whose price is known."""
    unpriced: int = 0
    """How many answers have no known price."""
    estimated: bool = False
    """Whether some usage was estimated, or is missing: not every wire reports it."""

    @classmethod
    def of(cls, records: Iterable[Record], prices: Prices) -> Self:
        """Add up records."""
        total = cls(prices)
        for record in records:
            total.add(record)
        return total

    def add(self, record: Record) -> None:
        """Count one more record, if a model answered for it."""
        if not is_answer(record):
            return
        self.answers += 1
        if record.usage is None:
            self.estimated = True
        else:
            self.input_tokens += record.usage.input_tokens
            self.output_tokens += record.usage.output_tokens
            self.cached_tokens += record.usage.cached_tokens
            self.estimated |= record.usage.estimated
        cost = cost_of(record, self.prices)
        if cost is None:
            self.unpriced += 1
        else:
            self.cost += cost

    @property
    def amount(self) -> str:
        """The cost in words: `$0.0042`, `≈ $0.02 + 2 calls without a price`, `price unknown`."""
        if self.unpriced and self.unpriced == self.answers:
            return "price unknown"
        known = dollars(self.cost, estimated=self.estimated)
        if not self.unpriced:
            return known
        calls = "1 call" if self.unpriced == 1 else f"{self.unpriced:,} calls"
        missing = f"{calls} without a price"
        return f"{known} + {missing}" if self.cost else missing

    def to_json(self) -> dict[str, Any]:
        """Return the total as JSON values."""
        return {
            "answers": self.answers,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cached_tokens": self.cached_tokens,
            "cost": round(self.cost, 9),
            "unpriced": self.unpriced,
            "estimated": self.estimated,
        }


def is_answer(record: Record) -> bool:
    """Whether a model was asked for a record, and did not refuse before its first word."""
    if record.status == "failed" and not record.text:
        return False
    return record.model is not None and (record.usage is not None or record.request is not None)


def cost_of(record: Record, prices: Prices) -> float | None:
    """Return what one answer cost in US dollars; `None` where its price or usage is unknown."""
    price = prices.of(record.model or "")
    if price is None or (record.usage is None and not price.free):
        return None
    return 0.0 if record.usage is None else price.cost(record.usage)


def dollars(amount: float, *, estimated: bool = False) -> str:
    """Return an amount with as many digits as it needs: `$0`, `$0.0042`, `≈ $1.20`."""
    if amount == 0:
        return "$0"
    if amount < 0.0001:
        return "< $0.0001"
    mark = "≈ " if estimated else ""
    return f"{mark}${amount:.4f}" if amount < 0.1 else f"{mark}${amount:,.2f}"
