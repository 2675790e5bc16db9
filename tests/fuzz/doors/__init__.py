"""All doors by name."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.door import Door
from fuzz.doors import (
    cards,
    foreign_chats,
    personas,
    replies,
    sessions,
    settings,
    slash_commands,
    steering,
    tables,
    teams,
    wires,
)

DOORS: Mapping[str, Door] = {
    each.name: each
    for each in (
        personas.DOOR,
        cards.DOOR,
        teams.DOOR,
        settings.DOOR,
        tables.CUSTOMERS,
        tables.TRANSACTIONS,
        sessions.DOOR,
        foreign_chats.DOOR,
        steering.DOOR,
        slash_commands.DOOR,
        replies.DOOR,
        wires.DOOR,
    )
}
