"""Runs of teams, begun or taken up again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.cli.talk_options import meant

if TYPE_CHECKING:
    from core.hierarchy.engine import HierarchyEngine
    from core.hierarchy.state import HierarchyState
    from core.runtime import Runtime
    from core.sessions.reading import StoredView


async def begin(
    runtime: Runtime, team: str, flags: Mapping[str, Any], *, save: bool
) -> HierarchyEngine:
    """Return the engine of a new run; `flags` has `assignments`, `params_file` and `model`.

    Raises:
        SalonError: there is no such team, a parameter is wrong or a model unknown.
    """
    from core.hierarchy.filling import seat_team

    hierarchies = runtime.hierarchies
    draft = await asyncio.to_thread(runtime.teams.find, team)
    values = draft.given(flags["params_file"], flags["assignments"])
    seated, personas = seat_team(draft, hierarchies.casting, params=values, model=flags["model"])
    create = runtime.store.create if save else runtime.create_unsaved
    return await hierarchies.start(seated, personas, create)


async def reopen(runtime: Runtime, session_id: str) -> HierarchyEngine:
    """Return the engine of a stored run; `last` is the team that was begun last.

    Raises:
        StoreError: there is no such session, it is no run of a team, or it is in use.
    """
    from core.hierarchy.setup import ENGINE

    session = await runtime.store.open(await meant(runtime, session_id, ENGINE))
    try:
        return runtime.hierarchies.engine(session)
    except BaseException:
        await session.close()
        raise


async def look(runtime: Runtime, session_id: str) -> tuple[StoredView, HierarchyState]:
    """Return a stored run as it stands, whoever may be writing to it.

    Raises:
        StoreError: there is no such session, or it is no run of a team.
    """
    from core.hierarchy.setup import ENGINE, stored_state

    view = await runtime.store.read(await meant(runtime, session_id, ENGINE))
    return view, stored_state(view.tree)
