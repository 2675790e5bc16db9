"""A page that shows the exact prompt that a model was sent."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.screen import Screen

from core.errors import UsageError
from core.providers.base import ModelRequest
from core.sessions.record import Record
from core.sessions.requests import rebuild
from core.sessions.tree import SessionTree
from core.text import clean_line
from tui.dialogs.page import PageScreen
from tui.widgets.transcript import Entry, EntryKind

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
    entries[:0] = [
        Entry(f"not-{name}", f"not sent: {name} ({clean_line(str(why))})", kind=EntryKind.QUIET)
        for name, why in record.data.get("not_sent", {}).items()
    ]
    title = f"Prompt sent to {record.author.name} · {record.model} · {_params(record, request)}"
    await screen.app.push_screen_wait(PageScreen(title, entries))


def _params(record: Record, request: ModelRequest) -> str:
    """Return the parameters as they were sent, by the names that they were sent under."""
    not_sent = record.data.get("not_sent", {})
    sent = record.data.get("sent") or request.params.to_json()
    listed = [f"{key} {value}" for key, value in sent.items() if key not in not_sent]
    return clean_line(", ".join(listed)) or "no parameters"
