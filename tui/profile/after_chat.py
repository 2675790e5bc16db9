"""Learns from a chat that was left, in the background, and says so discreetly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import SalonError, SessionNotFound
from tui.profile.wording import proposed

if TYPE_CHECKING:
    from tui.pane.shell import Shell

_TITLE = "Your profile"
_LONG = 10.0
"""Seconds for which a message stays that is to be read while doing something else."""


def learn_after(app: Shell, session: str) -> None:
    """Have a chat that was just closed learnt from, if its human lets that be; do not wait."""
    app.run_worker(_learn(app, session), group="own-profile")


async def _learn(app: Shell, session: str) -> None:
    """Say what came of it; of nothing new, and of a chat thrown away meanwhile, nothing.

    What failed chat after chat for the same reason is said once.
    """
    runtime = app.runtime
    try:
        if not await runtime.remembers():
            return
        count = len((await runtime.own_learning().learn(session)).ids)
    except SessionNotFound:
        return
    except SalonError as error:
        if str(error) != app.not_learnt and await _wanted(app):
            app.not_learnt = str(error)
            text = f"Nothing was learnt from the last chat. {error} L on its page tries again."
            app.notify(text, title=_TITLE, severity="warning", timeout=_LONG, markup=False)
        return
    app.not_learnt = ""
    if count:
        app.notify(proposed(count), timeout=_LONG, markup=False)


async def _wanted(app: Shell) -> bool:
    """Whether learning is still on: who has switched it off meanwhile need not hear of it."""
    try:
        return await app.runtime.remembers()
    except SalonError:
        return True
