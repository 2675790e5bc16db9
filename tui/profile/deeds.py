"""Does what the keys of your own profile ask for: switching, writing, deciding."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from core.errors import UsageError
from core.profiles.edits import Edit
from core.profiles.fields import FIELDS, GROUPS, Field
from core.profiles.validation import Proposed
from core.text import clean_line
from tui.dialogs.ask import AskScreen
from tui.dialogs.pick import Choice, PickScreen
from tui.profile.page import Page
from tui.profile.wording import named

Deed = Callable[[], Awaitable[str]]
"""Something that is done; returns what is to be said about it, or nothing."""


class Deeds:
    """Each deed acts on the row under the cursor, and may raise `SalonError`."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def verbs(self) -> Mapping[str, Deed]:
        """Return what is done here."""
        return {
            "switch": self._switch,
            "pause": self._pause,
            "write": self._write,
            "edit": self._edit,
            "remove": self._remove,
            "lock": self._lock,
            "accept": self._accept,
            "change": self._change,
            "refuse": self._refuse,
        }

    async def _switch(self) -> str:
        on = not self._page.own.state.on
        await self._page.file.switch(on)
        if on:
            return "on: L learns from chats not read yet, n writes something yourself"
        return "off: what stands here stays; F forgets it"

    async def _pause(self) -> str:
        paused = not self._page.own.state.paused
        await self._page.file.pause(paused)
        return "paused: p resumes it" if paused else "resumed"

    async def _write(self) -> str:
        """Ask for a field, then for a value of it."""
        rows = [self._choice(each) for each in FIELDS.values()]
        path = await self._page.ask(PickScreen("What about you?", rows))
        if path is None:
            return ""
        if path in self._page.own.state.locked:
            raise UsageError(f"{named(path)} is locked.", "l unlocks it.")
        new = await self._value(path, "")
        if not new:
            return ""
        return _made(await self._page.file.edit(Proposed(path, "set", new)))

    def _choice(self, field: Field) -> Choice[str]:
        own = self._page.own
        texts = own.profile.texts(field.path)
        notes = ["locked"] if field.path in own.state.locked else []
        if texts:
            notes.append(f"{'also ' if field.many else ''}now: {'; '.join(texts)}")
        return Choice(
            field.path,
            named(field.path),
            " · ".join((field.means, *notes)),
        )

    async def _edit(self) -> str:
        row = self._page.row
        if row.value is None:
            raise UsageError("Select a value first.", "n writes a new one.")
        new = await self._value(row.path, row.value)
        if new is None or new == row.value:
            return ""
        if not new:
            raise UsageError("A value cannot be empty.", "d removes it.")
        return _made(await self._page.file.edit(Proposed(row.path, "set", new, row.value)))

    async def _remove(self) -> str:
        row = self._page.row
        if row.value is None:
            raise UsageError("Select a value first.")
        await self._page.file.edit(Proposed(row.path, "remove", None, row.value))
        return "removed; it stays in the history: h goes back, F forgets it for good"

    async def _lock(self) -> str:
        """Lock a field or a whole group, or unlock it."""
        row, state = self._page.row, self._page.own.state
        if not row.path:
            raise UsageError("Select a field or a group first.")
        paths = {each for each in FIELDS if row.path in {each, FIELDS[each].group}}
        lock = not paths <= state.locked
        await self._page.file.lock(row.path, lock)
        name = GROUPS.get(row.path) or named(row.path)
        return f"{name}: locked, nothing changes it" if lock else f"{name}: unlocked"

    # What waits

    async def _accept(self) -> str:
        return _made(await self._page.file.accept(self._waiting()[0]))

    async def _change(self) -> str:
        """Ask for another value, and accept that."""
        proposal, edit = self._waiting()
        if edit.op == "remove":
            raise UsageError("There is nothing to change in a removal.", "a accepts, r refuses it.")
        new = await self._value(edit.field, edit.new or "")
        if not new:
            return ""
        instead = None if new == edit.new else new
        return _made(await self._page.file.accept(proposal, instead))

    async def _refuse(self) -> str:
        await self._page.file.refuse(self._waiting()[0])
        return "refused"

    def _waiting(self) -> tuple[str, Edit]:
        row = self._page.row
        if row.edit is None:
            raise UsageError("Select a proposed edit first.", "They stand on top.")
        return row.proposal, row.edit

    async def _value(self, path: str, now: str) -> str | None:
        """Ask for a value of a field; `None` if it was given up."""
        field = FIELDS[path]
        title = f"{named(path)}: {field.means}"
        if field.choices:
            choices = [Choice(each, each) for each in field.choices]
            return await self._page.ask(PickScreen(title, choices))
        typed = await self._page.ask(AskScreen(title, now))
        return None if typed is None else typed.strip()


def _made(edit: Edit) -> str:
    if edit.op == "remove":
        return f"{named(edit.field)}: no longer {clean_line(edit.old or '')}"
    return f"{named(edit.field)}: {clean_line(edit.new or '')}"
