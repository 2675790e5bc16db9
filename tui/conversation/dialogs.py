"""Questions that every conversation asks, each one function that returns the answer.

Call them in a worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Protocol

from textual.screen import Screen

from core.errors import ProviderError
from core.personas.persona import Persona
from core.runtime import Runtime
from core.sessions.summary import SessionSummary
from tui.dialogs.pick import Choice, PickScreen


class Offered(Protocol):
    """A picker whose rows come in as they are found."""

    def offer(self, choices: Iterable[Choice[str]]) -> None:
        """Show these rows."""
        ...


async def ask_persona(screen: Screen[Any], runtime: Runtime, question: str) -> Persona | None:
    """Ask for a persona. Raises `PersonaError` if the one chosen cannot be read."""
    headers = await asyncio.to_thread(runtime.library.headers)
    rows = [
        Choice(str(each.path), each.name, " · ".join(filter(None, (each.role, each.language))))
        for each in headers
    ]
    picked = await screen.app.push_screen_wait(PickScreen(question, rows))
    return None if picked is None else await asyncio.to_thread(runtime.library.find, picked)


async def ask_model(screen: Screen[Any], runtime: Runtime, question: str) -> str | None:
    """Ask for a model: those at hand as they are found, or any that is typed."""
    picker = PickScreen[str](
        question, placeholder="type to filter, or any provider:model", free_text=True
    )
    finding = asyncio.create_task(offer_models(picker, runtime))
    try:
        return await screen.app.push_screen_wait(picker)
    finally:
        finding.cancel()


async def offer_models(picker: Offered, runtime: Runtime) -> None:
    """Fill a picker as providers answer; one that is away becomes a row that says why."""
    rows: dict[str, list[Choice[str]]] = {}

    async def look(name: str) -> None:
        rows[name] = await _models_of(name, runtime)
        picker.offer([row for key in names for row in rows.get(key, ())])

    names = runtime.providers.offered()
    await asyncio.gather(*(look(name) for name in names))


async def _models_of(name: str, runtime: Runtime) -> list[Choice[str]]:
    provider = runtime.providers.provider(name)
    readiness = await provider.readiness()
    if not readiness.ready:
        return [Choice(name, name, f"not ready: {readiness.reason}")]
    try:
        models = await provider.models()
    except ProviderError as error:
        return [Choice(name, name, f"not ready: {error}")]
    return [Choice(f"{name}:{each.name}", f"{name}:{each.name}") for each in models]


async def ask_session(
    screen: Screen[Any], runtime: Runtime, engine: str, question: str
) -> str | None:
    """Ask which stored session of an engine to go on with; returns its id."""
    summaries = await runtime.store.list()
    rows = [_session_row(each) for each in summaries if each.engine == engine]
    return await screen.app.push_screen_wait(PickScreen(question, rows))


def _session_row(summary: SessionSummary) -> Choice[str]:
    when = summary.updated.astimezone().strftime("%Y-%m-%d %H:%M")
    detail = f"{when} · {summary.records} records · …{summary.id[-4:]} · {summary.last}"
    return Choice(summary.id, summary.title or summary.id, detail)
