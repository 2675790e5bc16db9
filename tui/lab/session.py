"""One run of the lab as its pane deals with it: set up, going, opened again. Knows no widget."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import CommandError
from core.lab import commands
from tui.lab.draft import LabDraft
from tui.pane.session import PaneSession

if TYPE_CHECKING:
    from core.lab.engine import LabEngine
    from core.lab.state import LabState
    from core.runtime import Runtime
    from core.sessions.session import Session


class LabSession(PaneSession["LabEngine"]):
    """The run of one pane."""

    NOT_STARTED = ("No run has started.", "enter starts one.")

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.draft = LabDraft("")
        self._renewing = asyncio.Lock()

    def load(self) -> None:
        self.draft = LabDraft(self.runtime.settings.model)

    @property
    def state(self) -> LabState | None:
        """Where the run stands, once there is one."""
        return None if self.engine is None else self.engine.state

    @property
    def open_state(self) -> LabState:
        """Where the run stands. Raises `CommandError` where there is none."""
        return self._required().state

    @property
    def going(self) -> bool:
        """Whether model calls begin by themselves."""
        return self.running and self.engine is not None and self.engine.going

    @property
    def busy(self) -> bool:
        return self.going or (self.running and self.engine is not None and self.engine.calls > 0)

    async def start(self) -> None:
        """Start the run that is set up, in a session of its own, in place of the present one.

        Raises:
            SalonError: something of the set-up is wrong; nothing changed.
        """
        from core.lab.folder import LabFolder

        draft, source, given = self.draft, self.draft.source, list(self.draft.given)
        if draft.folder is not None:
            source, given = await LabFolder(draft.folder).people()
        choice = draft.choice(given, source)
        labs = await asyncio.to_thread(lambda: self.runtime.labs)
        spec = await asyncio.to_thread(labs.spec, choice, given)
        await self.close()
        self.engine = await labs.start(
            choice, self.runtime.store.create, given, spec=spec, attended=True
        )

    async def open_folder(self, folder: Path) -> None:
        """Take over the newest run of a folder of the lab. Raises `SalonError`."""
        from core.errors import UsageError
        from core.lab.folder import LabFolder

        place = LabFolder(folder)
        runs = await place.runs()
        if not runs:
            raise UsageError(f"{folder} holds no run of the lab.", "salon lab makes one.")
        await self.open(await place.store.open(runs[-1].session))

    async def resume(self) -> bool:
        """Let the engine run; `events` tells what it does. Returns whether it did not yet.

        Raises:
            SalonError: it cannot be continued.
        """
        await self._ready()
        if self.running:
            # Two keys can ask for it; a program that runs twice at once puts all on record twice.
            return False
        self.run()
        return True

    async def send(self, command: Any) -> None:
        await (await self._ready()).send(command)

    async def _ready(self) -> LabEngine:
        """Return an engine that takes commands: one that is over makes room for another."""
        async with self._renewing:
            over = self._required()
            if not over.ended:
                return over
            engine = await asyncio.to_thread(self._engine_for, over.log.session)
            if self.engine is not over:
                raise CommandError("The run was closed meanwhile.", "ctrl+r opens it again.")
            self.engine = engine
            return engine

    def _engine_for(self, stored: Session) -> LabEngine:
        return self.runtime.labs.engine(stored, attended=True)

    def _closing_commands(self) -> Sequence[Any]:
        return (commands.End(),)
