"""Carries out the commands of your own profile: switching, writing, deciding, learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

from core.chat.spec import ENGINE as CHAT
from core.errors import UsageError
from core.profiles.edits import Edit
from core.profiles.fields import FIELDS, GROUPS, Field
from core.profiles.validation import Proposed
from core.text import clean_line
from tui.dialogs.ask import AskScreen
from tui.dialogs.pick import Choice, PickScreen
from tui.navigation import OpenSession
from tui.pane.handlers import Handlers
from tui.profile.wording import named

if TYPE_CHECKING:
    from core.profile.store import OwnProfile, ProfileFile
    from tui.profile.controller import ProfileController
    from tui.profile.rows import OwnRow

T = TypeVar("T")


class ProfileHandlers(Handlers["ProfileController"]):
    """Acts on the row under the cursor, and may raise `SalonError`."""

    _controller: ProfileController

    @property
    def _file(self) -> ProfileFile:
        """The profile's file."""
        return self._controller.runtime.own_profile

    @property
    def _own(self) -> OwnProfile:
        """The profile as it is shown."""
        return self._controller.own

    @property
    def _row(self) -> OwnRow:
        """The row under the cursor. Raises `UsageError` where there is none."""
        row = self._controller.rows.current
        if row is None:
            raise UsageError("There is nothing here yet.", "n writes a value.")
        return row

    async def _ask(self, screen: Screen[T]) -> T | None:
        """Show a screen that asks something, and wait for the answer."""
        return await self._controller.screen.app.push_screen_wait(screen)

    async def _value(self, path: str, now: str) -> str | None:
        """Ask for a value of a field; `None` if it was given up."""
        field = FIELDS[path]
        title = f"{named(path)}: {field.means}"
        if field.choices:
            choices = [Choice(each, each) for each in field.choices]
            return await self._ask(PickScreen(title, choices))
        typed = await self._ask(AskScreen(title, now))
        return None if typed is None else typed.strip()


class PageHandlers(ProfileHandlers):
    """Learns from chats, goes to the words of a value, leaves the page."""

    async def learn(self) -> None:
        """Learn from chats that were not read yet."""
        self._controller.learn()

    async def chat(self) -> None:
        """Open the chat of the words that a value rests on, at their message."""
        row = self._row
        if not row.evidence:
            return
        said, screen = row.evidence[-1], self._controller.screen
        app = screen.app
        screen.dismiss(None)
        request = OpenSession(said.session, CHAT, said.record)
        app.run_worker(app.navigate(request), group="navigate")

    async def back(self) -> str:
        """Stop learning, or go back."""
        if self._controller.stop_learning():
            return "stopped; what was proposed so far stays"
        self._controller.screen.dismiss(None)
        return ""

    async def close(self) -> None:
        """Go back."""
        self._controller.screen.dismiss(None)


class ValueHandlers(ProfileHandlers):
    """Switches the profile, and changes its values."""

    async def switch(self) -> str:
        """Turn the profile on or off."""
        on = not self._own.state.on
        await self._file.switch(on)
        if on:
            return "on: L learns from chats not read yet, n writes something yourself"
        return "off: what stands here stays; F forgets it"

    async def pause(self) -> str:
        """Pause the profile, or resume it."""
        paused = not self._own.state.paused
        await self._file.pause(paused)
        return "paused: p resumes it" if paused else "resumed"

    async def write(self) -> str:
        """Ask for a field, then for a value of it."""
        rows = [self._choice(each) for each in FIELDS.values()]
        path = await self._ask(PickScreen("What about you?", rows))
        if path is None:
            return ""
        if path in self._own.state.locked:
            raise UsageError(f"{named(path)} is locked.", "l unlocks it.")
        new = await self._value(path, "")
        if not new:
            return ""
        return _made(await self._file.edit(Proposed(path, "set", new)))

    def _choice(self, field: Field) -> Choice[str]:
        own = self._own
        texts = own.profile.texts(field.path)
        notes = ["locked"] if field.path in own.state.locked else []
        if texts:
            notes.append(f"{'also ' if field.many else ''}now: {'; '.join(texts)}")
        return Choice(
            field.path,
            named(field.path),
            " · ".join((field.means, *notes)),
        )

    async def edit(self) -> str:
        """Change the value."""
        row = self._row
        if row.value is None:
            raise UsageError("Select a value first.", "n writes a new one.")
        new = await self._value(row.path, row.value)
        if new is None or new == row.value:
            return ""
        if not new:
            raise UsageError("A value cannot be empty.", "d removes it.")
        return _made(await self._file.edit(Proposed(row.path, "set", new, row.value)))

    async def remove(self) -> str:
        """Remove the value; the history keeps it."""
        row = self._row
        if row.value is None:
            raise UsageError("Select a value first.")
        await self._file.edit(Proposed(row.path, "remove", None, row.value))
        return "removed; it stays in the history: h goes back, F forgets it for good"

    async def lock(self) -> str:
        """Lock a field or a whole group, or unlock it."""
        row, state = self._row, self._own.state
        if not row.path:
            raise UsageError("Select a field or a group first.")
        paths = {each for each in FIELDS if row.path in {each, FIELDS[each].group}}
        lock = not paths <= state.locked
        await self._file.lock(row.path, lock)
        name = GROUPS.get(row.path) or named(row.path)
        return f"{name}: locked, nothing changes it" if lock else f"{name}: unlocked"


class ProposalHandlers(ProfileHandlers):
    """Decides about proposed edits."""

    async def accept(self) -> str:
        """Accept the proposed edit."""
        return _made(await self._file.accept(self._waiting()[0]))

    async def change(self) -> str:
        """Ask for another value, and accept that."""
        proposal, edit = self._waiting()
        if edit.op == "remove":
            raise UsageError("There is nothing to change in a removal.", "a accepts, r refuses it.")
        new = await self._value(edit.field, edit.new or "")
        if not new:
            return ""
        instead = None if new == edit.new else new
        return _made(await self._file.accept(proposal, instead))

    async def refuse(self) -> str:
        """Refuse the proposed edit."""
        await self._file.refuse(self._waiting()[0])
        return "refused"

    def _waiting(self) -> tuple[str, Edit]:
        row = self._row
        if row.edit is None:
            raise UsageError("Select a proposed edit first.", "They stand on top.")
        return row.proposal, row.edit


def _made(edit: Edit) -> str:
    if edit.op == "remove":
        return f"{named(edit.field)}: no longer {clean_line(edit.old or '')}"
    return f"{named(edit.field)}: {clean_line(edit.new or '')}"
