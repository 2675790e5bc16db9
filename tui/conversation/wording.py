"""How quiet lines of a conversation read: below a message, and between two."""

from __future__ import annotations

from collections.abc import Sequence

from core.config.prices import Prices
from core.costs import cost_of, dollars
from core.sessions.record import Record


def footer_of(record: Record, prices: Prices | None = None, *, marks: Sequence[str] = ()) -> str:
    """Return the line below a finished message, the marks first; prices add what it cost."""
    parts = list(marks)
    if record.usage is None:
        return " · ".join(parts)
    about = "~" if record.usage.estimated else ""
    parts.append(f"{about}{record.usage.output_tokens} tok")
    seconds = record.data.get("seconds")
    if isinstance(seconds, (int, float)):
        parts.append(f"{seconds:.1f} s")
    if prices is not None and (cost := _cost(record, prices)):
        parts.append(cost)
    if record.data.get("finish") == "length":
        parts.append("cut off by max_tokens")
    return " · ".join(parts)


def _cost(record: Record, prices: Prices) -> str:
    """Return what it cost; nothing is said of what costs nothing."""
    cost = cost_of(record, prices)
    if cost is None:
        return "price unknown"
    estimated = record.usage is not None and record.usage.estimated
    return dollars(cost, estimated=estimated) if cost else ""


def setting_text(record: Record) -> str:
    """Return the quiet line for a setting record."""
    data = dict(record.data)
    params = data.pop("params", None) or {}
    parts = []
    if "model" in data:
        parts.append(f"Model changed to {data.pop('model')}")
    if values := {**data, **params}:
        listed = ", ".join(f"{key} {value}" for key, value in values.items())
        parts.append(f"Parameters changed to {listed}")
    return " · ".join(parts)
