"""Runs of teams, begun or taken up again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.cli.talk_options import meant

if TYPE_CHECKING:
    from core.personas.persona import Persona
    from core.runtime import Runtime
    from core.sessions.reading import StoredView
    from core.sessions.session import Session
    from core.teams.definitions.draft import TeamDraft
    from core.teams.engine import TeamEngine
    from core.teams.state import TeamState
    from core.teams.team import Team


async def begin(runtime: Runtime, team: str, flags: Mapping[str, Any], *, save: bool) -> TeamEngine:
    """Return the engine of a new run; `flags` has `assignments`, `params_file` and `model`.

    Raises:
        SalonError: there is no such team, a parameter is wrong or a model unknown.
    """
    _, seated_team, personas = await seated(runtime, team, flags)
    runtime.saved = save
    return await runtime.team_runs.start(seated_team, personas, runtime.create)


async def seated(
    runtime: Runtime, team: str, flags: Mapping[str, Any]
) -> tuple[TeamDraft, Team, Mapping[str, Persona]]:
    """Return a team as declared and as it can run, and the personas of its nodes by path.

    `flags` as for `begin`. Raises `SalonError` as that does.
    """
    from core.teams.definitions.seat_team import seat_team

    draft = await asyncio.to_thread(runtime.teams.find, team)
    values = draft.given(flags["params_file"], flags["assignments"])
    factory = runtime.team_runs.factory
    return draft, *seat_team(draft, factory, params=values, model=flags["model"])


async def reopen(runtime: Runtime, session_id: str) -> TeamEngine:
    """Return the engine of a stored run; `last` is the team that was begun last.

    Raises:
        StoreError: there is no such session, it is no run of a team, or it is in use.
    """
    from core.cli.runner import reopened
    from core.teams.setup import ENGINE

    async def open_(session: Session) -> TeamEngine:
        return runtime.team_runs.engine(session)

    return await reopened(runtime, session_id, ENGINE, open_)


async def look(runtime: Runtime, session_id: str) -> tuple[StoredView, TeamState]:
    """Return a stored run as it stands, whoever may be writing to it.

    Raises:
        StoreError: there is no such session, or it is no run of a team.
    """
    from core.teams.setup import ENGINE, stored_state

    view = await runtime.store.read(await meant(runtime, session_id, ENGINE))
    return view, stored_state(view.tree)
