"""A page that shows the exact prompt that a model was sent."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.screen import Screen

from core.errors import UsageError
from core.sessions.record import Record
from core.sessions.requests import rebuild
from core.sessions.tree import SessionTree
from tui.dialogs.page import PageScreen
from tui.widgets.transcript import Entry

SELECT_FIRST = ("Select a message first:", "j and k move from one to the next.")
"""What is said where a message has to be selected."""


async def show_request(screen: Screen[Any], tree: SessionTree, record: Record) -> None:
    """Show the exact request that a message answers. Call it in a worker.

    Raises:
        UsageError: no model was asked for it.
        StoreError: the session does not hold all of it.
    """
    if record.request is None:
        raise UsageError("No model was asked for that message.", "Select a reply.")
    request = await asyncio.to_thread(rebuild, tree, record.request)
    entries = [
        Entry(str(i), each.content, header=each.role) for i, each in enumerate(request.messages)
    ]
    params = ", ".join(f"{key} {value}" for key, value in request.params.to_json().items())
    title = f"Prompt sent to {record.author.name} · {record.model} · {params or 'no parameters'}"
    await screen.app.push_screen_wait(PageScreen(title, entries))
