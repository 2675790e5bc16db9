"""What a run has cost so far, node by node."""

from __future__ import annotations

from core.config.prices import Prices
from core.costs import Total
from core.sessions.record import Record
from core.text import counted
from tui.widgets.seat_header import thousands


class Tally:
    """Calls, tokens and dollars of the records of a path."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._nodes: dict[str, Total] = {}
        self.whole = Total(prices)
        """Of all nodes."""

    def add(self, record: Record) -> None:
        """Count one more record."""
        self.whole.add(record)
        if record.node:
            self._nodes.setdefault(record.node, Total(self._prices)).add(record)

    def of(self, node: str) -> Total | None:
        """Return what a node has used; `None` where nothing is known of it."""
        return self._nodes.get(node)

    @property
    def words(self) -> str:
        """Everything in one line: `14 calls · 3.1k tokens · $0.01`."""
        whole = self.whole
        if not whole.answers:
            return "0 calls"
        tokens = thousands(whole.input_tokens + whole.output_tokens)
        return f"{counted(whole.answers, 'call')} · {tokens} tokens · {whole.amount}"
