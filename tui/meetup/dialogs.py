"""What the meetup pane asks its user, each question as one function that returns the answer."""

from __future__ import annotations

import asyncio

from textual.screen import Screen

from core.errors import ProviderError
from core.meetup.setup import ENGINE
from core.meetup.spec import Side
from core.personas.persona import Persona
from core.runtime import Runtime
from core.sessions.summary import SessionSummary
from tui.screens.pick import Choice, PickScreen

_WHERE = {"a": "on the left", "b": "on the right"}


async def ask_persona(screen: Screen[None], runtime: Runtime, side: Side) -> Persona | None:
    """Ask who sits on a side. Raises `PersonaError` if the one chosen cannot be read."""
    headers = await asyncio.to_thread(runtime.library.headers)
    rows = [
        Choice(str(each.path), each.name, " · ".join(filter(None, (each.role, each.language))))
        for each in headers
    ]
    picked = await screen.app.push_screen_wait(PickScreen(f"Who sits {_WHERE[side]}?", rows))
    return None if picked is None else await asyncio.to_thread(runtime.library.find, picked)


async def ask_model(screen: Screen[None], runtime: Runtime, side: Side) -> str | None:
    """Ask for a side's model: those at hand as they are found, or any that is typed."""
    picker = PickScreen[str](
        f"Which model speaks {_WHERE[side]}?",
        placeholder="type to filter, or any provider:model",
        free_text=True,
    )
    finding = asyncio.create_task(_offer_models(picker, runtime))
    try:
        return await screen.app.push_screen_wait(picker)
    finally:
        finding.cancel()


async def _offer_models(picker: PickScreen[str], runtime: Runtime) -> None:
    """Fill the picker as providers answer; one that is away becomes a row that says why."""
    rows: dict[str, list[Choice[str]]] = {}

    async def look(name: str) -> None:
        provider = runtime.providers.provider(name)
        readiness = await provider.readiness()
        if not readiness.ready:
            rows[name] = [Choice(name, name, f"not ready: {readiness.reason}")]
        else:
            try:
                models = await provider.models()
            except ProviderError as error:
                rows[name] = [Choice(name, name, f"not ready: {error}")]
            else:
                rows[name] = [
                    Choice(f"{name}:{each.name}", f"{name}:{each.name}") for each in models
                ]
        picker.offer([row for key in names for row in rows.get(key, ())])

    names = [each for each in runtime.providers.names() if each not in {"recorded", "scripted"}]
    names.sort(key=lambda name: name not in {"local", "eliza"})
    await asyncio.gather(*(look(name) for name in names))


async def ask_session(screen: Screen[None], runtime: Runtime) -> str | None:
    """Ask which stored meetup to go on with; returns its id."""
    summaries = await runtime.store.list()
    rows = [_session_row(each) for each in summaries if each.engine == ENGINE]
    return await screen.app.push_screen_wait(PickScreen("Go on with which meetup?", rows))


def _session_row(summary: SessionSummary) -> Choice[str]:
    when = summary.updated.astimezone().strftime("%Y-%m-%d %H:%M")
    detail = f"{when} · {summary.records} records · …{summary.id[-4:]} · {summary.last}"
    return Choice(summary.id, summary.title or summary.id, detail)
