"""What is told of customers' worth, by their places in a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Worth:
    """What can be told; those who never bought are left out."""

    note: str = ""
    """Why nothing, or not all, can be told; empty where nothing is amiss."""
    alive: Mapping[int, float] = field(default_factory=dict)
    """The chance of being a customer still."""
    value: Mapping[int, float] = field(default_factory=dict)
    """The margin expected in the next 52 weeks."""

    def mean(self, places: Mapping[str, list[int]]) -> dict[str, float | None]:
        """Return the mean value of groups of customers; `None` where none of them bought."""
        found = {}
        for name, own in places.items():
            values = [self.value[each] for each in own if each in self.value]
            found[name] = sum(values) / len(values) if values else None
        return found
