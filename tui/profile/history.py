"""The history of your own profile, and the ways in and out of it: files."""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.errors import UsageError
from core.profile.files import load_profile, write_profile
from core.profile.profile_import import with_evidence_here
from core.profiles.edits import edit_of
from core.text import clean_line, counted
from tui.dialogs.ask import AskScreen
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.pick import Choice, PickScreen
from tui.profile.handlers import ProfileHandlers
from tui.profile.wording import moment
from tui.typed_path import typed_path

_MOST_CHANGES = 8
"""Changes that are shown before one goes back."""
_EXPORT = "profile.json"


class HistoryHandlers(ProfileHandlers):
    """Goes back to earlier versions; writes files and takes them in."""

    async def history(self) -> str:
        """Show every version, the newest first; the one picked becomes the present."""
        state = self._own.state
        if not state.edits:
            raise UsageError("There is no history yet.", "n writes a value.")
        rows = []
        for record in reversed(state.edits):
            edit = edit_of(record)
            words = "(forgotten)" if edit is None else edit.in_words()
            now = "now · " if record.id == state.version else ""
            rows.append(Choice(record.id, moment(record.at), f"{now}{words}"))
        version = await self._ask(PickScreen("Every change. Go back to which?", rows))
        if version is None:
            return ""
        return await self._go_back(version)

    async def _go_back(self, version: str) -> str:
        file = self._file
        changes = await file.between(self._own.state.version, version)
        if not changes:
            return "nothing differs from what stands here"
        lines = [each.in_words() for each in changes[:_MOST_CHANGES]]
        if len(changes) > _MOST_CHANGES:
            lines.append(f"… and {len(changes) - _MOST_CHANGES} more")
        text = "\n".join(map(clean_line, lines))
        question = ConfirmScreen(
            f"Go back? {counted(len(changes), 'change')}:",
            f"{text}\n\nWhat stands here now stays in the history.",
            yes="Go back",
        )
        if not await self._ask(question):
            return ""
        made = await file.rollback(version)
        return f"back: {counted(len(made), 'change')}"

    async def export(self) -> str:
        """Write the profile to a JSON file."""
        profile = self._own.profile
        if not profile:
            raise UsageError("There is nothing to write yet.", "n writes a value.")
        title = "Write it to which file? Values, and your words that they rest on"
        path = await self._path(title, _EXPORT)
        if path is None:
            return ""
        await asyncio.to_thread(write_profile, profile, path)
        return f"written: {path}"

    async def import_file(self) -> str:
        """Take in a JSON file."""
        path = await self._path("Take in which JSON file?", "")
        if path is None:
            return ""
        found, problems = await asyncio.to_thread(load_profile, path)
        known = await with_evidence_here(found, self._controller.runtime.store)
        made = await self._file.merge(known)
        said = f"taken in: {counted(len(made), 'value')}" if made else "nothing in it is new"
        if problems:
            said += f" · not understood: {', '.join(clean_line(each) for each in problems)}"
        return said

    async def _path(self, title: str, text: str) -> Path | None:
        typed = await self._ask(AskScreen(title, text))
        if typed is None or not typed.strip():
            return None
        return await asyncio.to_thread(typed_path, typed)
