"""Carries out the commands of the Sessions pane."""

from __future__ import annotations

import asyncio

from core.errors import UsageError
from core.sessions.reading import read_view
from core.sessions.record import Kind
from core.sessions.summary import SessionSummary
from tui.background import in_background, waited_for
from tui.exporting import ask_export, write_export
from tui.pane.handlers import Handlers
from tui.dialogs.ask import AskScreen
from tui.dialogs.confirm import ConfirmScreen
from tui.sessions.controller import SessionsController
from tui.sessions.search import found_text
from tui.sessions.wording import shown_title
from tui.typed_path import typed_path
from tui.navigation import OpenSession

_ERASING = """\
Every text in it is erased: from the file, from the files beside it, and from copies \
of it in the trash. Ids, times and the shape of the conversation stay.

Forks and exports of it are separate files and stay as they are. \
This cannot be undone."""


class ListHandlers(Handlers[SessionsController]):
    """What is listed, and in which order."""

    async def filter(self) -> None:
        """Go to the line that filters."""
        self._controller.finder.type_into(searching=False)

    async def search(self) -> None:
        """Go to the line that searches in all texts, those of the sessions not in the trash."""
        if self._controller.model.in_trash:
            self._controller.show_trash(False)
        self._controller.finder.type_into(searching=True)

    async def sort(self) -> None:
        """Sort by the next column."""
        self._controller.model.next_sort()
        if not self._controller.search.words:
            self._controller.show_list()

    async def show_trash(self) -> None:
        """Show the trash."""
        self._controller.show_trash(True)

    async def show_sessions(self) -> None:
        """Leave the trash."""
        self._controller.show_trash(False)

    async def back(self) -> None:
        """Go from a search or the trash back to the list."""
        controller = self._controller
        if controller.search.words:
            controller.end_search()
        elif controller.model.in_trash:
            controller.show_trash(False)
        controller.screen.set_focus(controller.rows)


class _Actions(Handlers[SessionsController]):
    """What acts on the selected session."""

    def __init__(self, controller: SessionsController) -> None:
        super().__init__(controller)
        self._app = controller.screen.app
        self._model = controller.model
        self._store = controller.runtime.store

    @property
    def _current(self) -> SessionSummary:
        summary = self._controller.current
        if summary is None:
            raise UsageError("No session is selected.")
        return summary

    def _say(self, text: str) -> None:
        self._controller.status.hint = text


class SessionActions(_Actions):
    """What is done with the selected session."""

    async def open(self, record: str | None = None) -> None:
        """Open the session in its pane, at a record if one is named or was found."""
        if self._controller.search.awaits_match:
            await self._controller.search.first_match()
        summary, match = self._current, self._controller.match
        request = OpenSession(summary.id, summary.engine, record)
        if match is not None and match.kind == Kind.MESSAGE and record is None:
            request = OpenSession(summary.id, summary.engine, match.record, found_text(match))
        await self._app.navigate(request)

    async def rename(self) -> None:
        """Change the title."""
        summary = self._current
        title = await self._app.push_screen_wait(AskScreen("Title", summary.title))
        if title is not None and title.strip() != summary.title:
            await self._set_metadata(summary, title=title.strip())

    async def pin(self) -> None:
        """Pin the session to the top of lists, or unpin it."""
        summary = self._current
        await self._set_metadata(summary, pinned=not summary.pinned)

    async def _set_metadata(
        self, summary: SessionSummary, *, title: str | None = None, pinned: bool | None = None
    ) -> None:
        """Have a title or a pin written by the pane that has the session open, if one has."""
        holder = self._app.holder(summary.id)
        if holder is not None:
            await holder.set_metadata(title=title, pinned=pinned)
        if holder is None and title is not None:
            await self._store.rename(summary.id, title)
        if holder is None and pinned is not None:
            await self._store.pin(summary.id, pinned)
        await self._controller.read()

    async def fork(self) -> None:
        """Copy the session, and select the copy."""
        summary = self._current
        copy = await self._store.fork(summary.id)
        await self._controller.read(go_to=copy)
        self._say(f"Copied {shown_title(summary)}: enter opens the copy")

    async def export(self) -> None:
        """Write a transcript."""
        summary = self._current
        export = await ask_export(self._controller.screen, summary.title)
        if export is not None:
            path = self._model.path(summary.id)
            view = await in_background(self._app, "Reading the session", lambda: read_view(path))
            self._say(await write_export(view.tree, export))

    async def import_file(self) -> None:
        """Import a transcript or a chat of another program, and select it."""
        title = "Import a file: an exported .jsonl, or a chat of SillyTavern"
        name = await self._app.push_screen_wait(AskScreen(title))
        if not name or not name.strip():
            return
        model = self._app.runtime.settings.model
        path = await asyncio.to_thread(typed_path, name)
        importing = self._store.import_file(path, model=model)
        imported = await waited_for(self._app, "Importing the file", importing)
        self._model.in_trash = False
        await self._controller.read(go_to=imported.id)
        self._say(" ".join(imported.notices) or "Imported: enter opens it")

    async def copy(self) -> None:
        """Copy the id."""
        self._controller.copy_text(self._current.id, self._current.id)


class DeletionActions(_Actions):
    """Deletes, restores and erases sessions."""

    async def delete(self) -> None:
        """Move the session to the trash."""
        summary = self._current
        if not await self._closed(summary, "move it to the trash"):
            return
        moved = await self._store.trash(summary.id)
        self._model.deleted.append((moved.stem, shown_title(summary)))
        await self._controller.read()
        self._say(f"{shown_title(summary)} is in the trash · u restores it, t shows the trash")

    async def undo(self) -> None:
        """Restore the session that was deleted last."""
        await self._restore(*self._model.deleted[-1])

    async def restore(self) -> None:
        """Restore the selected session."""
        await self._restore(self._current.id, shown_title(self._current))

    async def _restore(self, moved: str, title: str) -> None:
        restored = await self._store.restore(moved)
        self._model.deleted = [each for each in self._model.deleted if each[0] != moved]
        await self._controller.read(go_to=restored)
        self._say(f"{title} restored")

    async def erase(self) -> None:
        """Erase all texts of the session for good."""
        summary = self._current
        question = f"Erase {shown_title(summary)} for good?"
        sure = ConfirmScreen(question, _ERASING, yes="Erase it for good")
        if await self._app.push_screen_wait(sure) and await self._closed(summary, "erase it"):
            await self._store.erase(summary.id)
            await self._controller.read()
            self._say(f"{shown_title(summary)}: its texts are erased")

    async def _closed(self, summary: SessionSummary, then: str) -> bool:
        """Have a pane of this app close a session; returns whether none has it open now."""
        pane = self._controller.holder(summary.id)
        holder = self._app.holder(summary.id)
        if not pane or holder is None:
            return True
        doing = f", and {holder.busy}" if holder.busy else ""
        question = f"It is open in the {pane} pane{doing}."
        sure = ConfirmScreen(question, f"Close it there and {then}?", yes="Close it there")
        agreed = await self._app.push_screen_wait(sure)
        if agreed:
            await holder.close_session()
        return agreed
