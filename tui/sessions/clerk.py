"""Does what the keys of the Sessions pane ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from core.errors import SalonError, UsageError
from core.sessions.reading import read_view
from core.sessions.record import Kind
from core.sessions.summary import SessionSummary
from tui.background import in_background, waited_for
from tui.exporting import ask_export, write_export
from tui.dialogs.ask import AskScreen
from tui.dialogs.confirm import ConfirmScreen
from tui.sessions.browser import Browser, found_text
from tui.sessions.telling import called
from tui.typed_path import typed_path
from tui.navigation import OpenSession

if TYPE_CHECKING:
    from tui.sessions.screen import SessionsScreen

_ERASING = """\
Every text in it goes for good: from the file, from what lies beside it, and from copies \
of it in the trash. What stays are ids, times and the shape of the conversation.

Forks and exports of it are files of their own and stay as they are. \
This cannot be taken back."""


class Clerk:
    """The verbs of the pane; each acts on the session under the cursor."""

    def __init__(self, screen: SessionsScreen, browser: Browser) -> None:
        self._screen = screen
        self._app = screen.app
        self._browser = browser
        self._shelf = browser.shelf
        self._store = screen.app.runtime.store
        self._verbs: Mapping[str, Callable[..., Awaitable[None]]] = {
            "open": self._open,
            "rename": self._rename,
            "pin": self._pin,
            "fork": self._fork,
            "export": self._export,
            "trash": self._trash,
            "undo": self._undo,
            "restore": self._restore,
            "erase": self._erase,
            "import": self._import,
            "copy": self._copy,
        }

    async def do(self, verb: str, *arguments: str) -> None:
        """Carry out a verb; what goes wrong is said in place."""
        status = self._browser.status
        status.problem = status.hint = ""
        try:
            await self._verbs[verb](*arguments)
        except SalonError as error:
            self._browser.report(error)
        self._screen.offer()

    @property
    def _current(self) -> SessionSummary:
        summary = self._browser.current
        if summary is None:
            raise UsageError("No session is selected.")
        return summary

    def _say(self, text: str) -> None:
        self._browser.status.hint = text

    async def _open(self, record: str | None = None) -> None:
        """Open the session in its pane, at a record if one is named or was found."""
        summary, hit = self._current, self._browser.hit
        request = OpenSession(summary.id, summary.engine, record)
        if hit is not None and hit.kind == Kind.MESSAGE and record is None:
            request = OpenSession(summary.id, summary.engine, hit.record, found_text(hit))
        await self._app.navigate(request)

    async def _rename(self) -> None:
        summary = self._current
        title = await self._app.push_screen_wait(AskScreen("What is it called?", summary.title))
        if title is None or title.strip() == summary.title:
            return
        holder = self._app.holder(summary.id)
        if holder is not None:
            await holder.set_metadata(title=title.strip())
        else:
            await self._store.rename(summary.id, title.strip())
        await self._browser.read()

    async def _pin(self) -> None:
        summary = self._current
        holder = self._app.holder(summary.id)
        if holder is not None:
            await holder.set_metadata(pinned=not summary.pinned)
        else:
            await self._store.pin(summary.id, not summary.pinned)
        await self._browser.read()

    async def _fork(self) -> None:
        summary = self._current
        copy = await self._store.fork(summary.id)
        await self._browser.read(go_to=copy)
        self._say(f"a copy of {called(summary)}: enter goes on with it")

    async def _export(self) -> None:
        summary = self._current
        export = await ask_export(self._screen, summary.title)
        if export is not None:
            path = self._shelf.path(summary.id)
            view = await in_background(self._app, "Reading the session", lambda: read_view(path))
            self._say(await write_export(view.tree, export))

    async def _trash(self) -> None:
        summary = self._current
        if not await self._closed(summary, "move it to the trash"):
            return
        moved = await self._store.trash(summary.id)
        self._shelf.put_away.append((moved.stem, called(summary)))
        await self._browser.read()
        self._say(f"{called(summary)} is in the trash · u takes it back, t shows the trash")

    async def _undo(self) -> None:
        if not self._shelf.put_away:
            raise UsageError("Nothing was put away since the app was opened.", "t shows the trash.")
        moved, title = self._shelf.put_away[-1]
        await self._take_back(moved, title)

    async def _restore(self) -> None:
        summary = self._current
        await self._take_back(summary.id, called(summary))

    async def _take_back(self, moved: str, title: str) -> None:
        restored = await self._store.restore(moved)
        put_away = self._shelf.put_away
        put_away[:] = [each for each in put_away if each[0] != moved]
        await self._browser.read(go_to=restored)
        self._say(f"{title} is back")

    async def _erase(self) -> None:
        summary = self._current
        question = f"Erase {called(summary)} for good?"
        agreed = await self._app.push_screen_wait(
            ConfirmScreen(question, _ERASING, yes="Erase it for good")
        )
        if agreed and await self._closed(summary, "erase it"):
            await self._store.erase(summary.id)
            await self._browser.read()
            self._say(f"{called(summary)}: its texts are gone")

    async def _closed(self, summary: SessionSummary, deed: str) -> bool:
        """Have a pane of this app let go of a session; whether nothing stands in the way."""
        pane = self._browser.holder(summary.id)
        holder = self._app.holder(summary.id)
        if not pane or holder is None:
            return True
        doing = f", and {holder.busy}" if holder.busy else ""
        agreed = await self._app.push_screen_wait(
            ConfirmScreen(
                f"It is open in the {pane} pane{doing}.",
                f"Close it there and {deed}?",
                yes="Close it there",
            )
        )
        if agreed:
            await holder.close_session()
        return agreed

    async def _import(self) -> None:
        title = "A file to take in: an exported .jsonl, or a chat of SillyTavern's"
        name = await self._app.push_screen_wait(AskScreen(title))
        if not name or not name.strip():
            return
        model = self._app.runtime.settings.model
        path = await asyncio.to_thread(typed_path, name)
        importing = self._store.import_file(path, model=model)
        taken = await waited_for(self._app, "Importing the file", importing)
        self._shelf.in_trash = False
        await self._browser.read(go_to=taken.id)
        self._say(" ".join(taken.notices) or "it is here now: enter opens it")

    async def _copy(self) -> None:
        summary = self._current
        self._app.copy_to_clipboard(summary.id)
        self._say(f"{summary.id} sent to the terminal's clipboard")
