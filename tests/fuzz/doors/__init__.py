"""All doors by name."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.door import Door
from fuzz.doors import cards, personas, settings, tables, teams

DOORS: Mapping[str, Door] = {
    each.name: each
    for each in (
        personas.DOOR,
        cards.DOOR,
        teams.DOOR,
        settings.DOOR,
        tables.CUSTOMERS,
        tables.TRANSACTIONS,
    )
}
