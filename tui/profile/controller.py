"""Runs the page of your own profile: shows it, learns from chats."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.content import Content
from textual.widgets import Static
from textual.worker import Worker

from core.errors import SalonError
from core.profile.erasure import sweep
from core.profile.store import OwnProfile
from core.profiles.state import ProfileState
from core.text import clean_line
from tui.pane.commands import CommandController
from tui.pane.screen import CommandScreen
from tui.pane.table import ParsedCommand
from tui.profile.evidence_sources import EvidenceSources
from tui.profile.learner import learn_unheard
from tui.profile.rows import OwnRow, first_of, own_rows
from tui.profile.wording import meaning, standing
from tui.widgets.evidence import EvidenceCard
from tui.widgets.row_list import RowList

_LOOK_AGAIN = 2.0
"""Seconds after which the file is looked at for what others have put into it."""
_EMPTY = "Nothing is remembered of you yet.\nL learns from your chats, n writes a value."
_STYLES = {"on": "bold $text-success", "paused": "bold $text-warning", "off": "bold $text-muted"}


class ProfileController(CommandController):
    """Stands between the page and the profile's file."""

    def __init__(self, screen: CommandScreen[Any]) -> None:
        super().__init__(screen)
        self.own = OwnProfile("", ProfileState())
        """The profile as it is shown."""
        self.rows: RowList[OwnRow] = RowList(id="own-rows")
        self.rows.placeholder = "reading …"
        self.evidence = EvidenceCard()
        self.evidence.display = False
        self.standing = Static(id="own-standing", markup=False)
        self.sources = EvidenceSources(self.runtime.store)
        self._learning: Worker[None] | None = None
        self._doing = asyncio.Lock()

    @property
    def doing(self) -> bool:
        """Whether something is being done or asked."""
        return self._doing.locked()

    @property
    def learning(self) -> bool:
        """Whether chats are being learnt from here."""
        return self._learning is not None and self._learning.is_running

    # Showing

    async def show(self) -> None:
        self.screen.set_focus(self.rows)
        self.start_worker(self._open, "open")

    async def _open(self) -> None:
        """Read the file; values whose words were erased meanwhile go first."""
        try:
            lost = await sweep(self.runtime.own_profile, self.runtime.store)
        except SalonError as error:
            self.report(error)
        else:
            self.status.hint = " ".join(lost)
        await self.reload()
        self.screen.set_interval(_LOOK_AGAIN, self._look_again)

    def _look_again(self) -> None:
        self.start_worker(self.reload, "look", exclusive=True)

    async def reload(self) -> None:
        """Show the profile as its file has it now."""
        try:
            own = await self.runtime.own_profile.load()
            model = await asyncio.to_thread(lambda: self.runtime.settings.model)
        except SalonError as error:
            self.report(error)
            self.rows.placeholder = ""
            return
        self.own = own
        word = standing(own.state)
        name = ("Your profile: ", "bold $text")
        about = f"   {meaning(own.state, model)}"
        self.standing.update(Content.assemble(name, (word, _STYLES[word]), about))
        rows, none = own_rows(own), not self.rows.rows
        self.rows.placeholder = _EMPTY
        self.rows.show(rows, go_to=first_of(rows) if none else None)
        self.screen.set_class(not own.state.on and not rows, "-first")
        if self.screen.focused is None:
            # It loses the focus while the card for a beginner stands in its place.
            self.screen.set_focus(self.rows)
        self.refresh()

    def show_evidence(self) -> None:
        """Show the words of a value at once, and where they were said as soon as that is known."""
        self.start_worker(self._find_sources, "evidence", exclusive=True)

    async def _find_sources(self) -> None:
        row = self.rows.current
        self.evidence.origins = {}
        self.evidence.row = row
        if row is not None and row.evidence:
            self.evidence.origins = await self.sources.of(row.evidence)

    def _to_first(self) -> None:
        self.rows.show(self.rows.rows, go_to=first_of(self.rows.rows))

    # Commands

    async def run(self, command: ParsedCommand[Any]) -> None:
        """Carry out a command; what takes its time not while another one does."""
        if not command.asks:
            await super().run(command)
        elif not self.doing:
            async with self._doing:
                await self._change(command)

    async def _change(self, command: ParsedCommand[Any]) -> None:
        before = self.rows.current
        try:
            await super().run(command)
            self.status.hint = clean_line(self.status.hint)
        except SalonError as error:
            self.report(error)
        await self.reload()
        after = self.rows.current
        if before is not None and before.text and after is not None and not after.text:
            # What was decided about is gone: on to what waits, not to a heading.
            self._to_first()

    def learn(self) -> None:
        """Learn from chats that were not read yet."""
        self._learning = self.start_worker(self._learn, "learn")

    def stop_learning(self) -> bool:
        """Stop learning; whether it was under way."""
        if self._learning is None or not self.learning:
            return False
        self._learning.cancel()
        return True

    async def _learn(self) -> None:
        try:
            self.status.hint = await learn_unheard(self.runtime, self._progress)
        except SalonError as error:
            self.report(error)
        finally:
            self.status.state = ""
        await self.reload()
        self._to_first()

    def _progress(self, text: str) -> None:
        self.status.state = text
        self._look_again()
