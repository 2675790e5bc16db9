"""One meetup as its pane deals with it: set up, running, ended, resumed. Knows no widget."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.errors import UsageError
from core.meetup.spec import SIDES
from core.sessions.record import Kind, Record
from tui.meetup.setup import MeetupSetup
from tui.pane.session import PaneSession

if TYPE_CHECKING:
    from core.meetup.engine import MeetupEngine
    from core.meetup.setup import RunMode
    from core.meetup.state import MeetupState
    from core.runtime import Runtime
    from core.sessions.session import Session

NO_PERSONAS = ("There are no personas to talk yet.", "Fix the settings, then start again.")
"""What is said, and what to do, where the settings name none."""


class MeetupSession(PaneSession["MeetupEngine"]):
    """The meetup of one pane."""

    NOT_STARTED = ("Nothing has been said yet.", "space starts the meetup.")

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.setup: MeetupSetup | None = None
        """What the next meetup would be; `None` where settings or personas are wrong."""
        self.elsewhere: str | None = None
        """A message on another branch that was asked for."""

    def load(self) -> None:
        """Read settings and the pair that the app opens with. See `PaneSession.load`."""
        if self.setup is None:
            settings, library = self.runtime.settings, self.runtime.library
            one, two = (library.find(name) for name in settings.meetup.ready_pair)
            self.setup = MeetupSetup.of(one, two, settings)

    def required_setup(self) -> MeetupSetup:
        """Return what is set up. Raises `UsageError` where there are no personas."""
        if self.setup is None:
            raise UsageError(*NO_PERSONAS)
        return self.setup

    @property
    def state(self) -> MeetupState | None:
        """Where the conversation stands, once there is one."""
        return None if self.engine is None else self.engine.state

    def turn(self, record_id: str | None) -> Record | None:
        """Return a message of either side on the current path, the last one by default."""
        state, tree = self.state, self.tree
        if state is None or tree is None:
            return None
        if record_id is None or record_id not in tree:
            return state.messages[-1] if state.messages else None
        record = tree.get(record_id)
        return record if record.node in SIDES and record.kind == Kind.MESSAGE else None

    @property
    def playing(self) -> bool:
        """Whether turns are being taken one after the other."""
        return self.running and self.engine is not None and self.engine.playing

    @property
    def busy(self) -> bool:
        return self.running and self.engine is not None and (self.playing or self.engine.speaking)

    async def start(self, *, playing: bool) -> None:
        """Start the meetup that is set up, in a session of its own. Raises `SalonError`."""
        choice = self.required_setup().choice()
        await self.close()
        meetups = await asyncio.to_thread(lambda: self.runtime.meetups)
        self.engine = await meetups.start(choice, self.runtime.store.create, _mode(playing))

    async def resume(self, *, playing: bool) -> None:
        """Resume the meetup after it has ended, with as many turns again. Raises `SalonError`."""
        stored = self._required().log.session
        self.engine = await self.runtime.meetups.resume(stored, mode=_mode(playing))

    async def set_metadata(self, title: str | None, pinned: bool | None) -> None:
        """Store a title or a pin; a meetup that has ended is not resumed for it."""
        from core.meetup.branching import HUMAN

        data = {"title": title, "pinned": pinned}
        known = {key: value for key, value in data.items() if value is not None}
        log = self._required().log
        await log.tell(log.new_record(Kind.META, author=HUMAN, data=known))

    def _engine_for(self, stored: Session) -> MeetupEngine:
        return self.runtime.meetups.engine(stored)

    def _closing_commands(self) -> Sequence[Any]:
        from core.meetup.commands import Stop

        return (Stop(),)

    def _forget(self) -> None:
        super()._forget()
        self.elsewhere = None


def _mode(playing: bool) -> RunMode:
    from core.meetup.setup import RunMode

    return RunMode(attended=True, playing=playing)
