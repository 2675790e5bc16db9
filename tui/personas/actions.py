"""Does what the people pane's keys ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.personas.facts import short_path
from core.personas.headers import PersonaHeader
from core.personas.persona_files import PersonaFiles
from core.personas.trash import Trashed
from core.text import clean_line
from tui.background import in_background
from tui.navigation import ChatWith, SeatAt, ShowPersona
from tui.personas import dialogs
from tui.typed_path import typed_path

if TYPE_CHECKING:
    from core.meetup.spec import Side
    from tui.personas.browser import Browser
    from tui.personas.draft import DraftScreen


class Actions:
    """The verbs of the pane. Every method may raise `SalonError`."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._screen = browser.screen
        self._app = browser.screen.app
        self._runtime = browser.screen.app.runtime
        self._last_trashed: list[Trashed] = []
        self._draft: DraftScreen | None = None
        own = self._runtime.places.data / "personas"
        self.files = PersonaFiles(self._runtime.library, own)
        self._verbs: Mapping[str, Callable[..., Awaitable[None]]] = {
            "chat": self._chat,
            "seat": self._seat,
            "edit": self._edit,
            "new": self._new,
            "write": self._write,
            "blank": self._blank,
            "bring": self._bring,
            "duplicate": self._duplicate,
            "rename": self._rename,
            "trash": self._trash,
            "undo": self._undo,
            "restore": self._restore,
            "export": self._export,
            "group": browser.regroup,
            "show": self._show,
        }

    async def do(self, verb: str, *arguments: object) -> None:
        """Carry out a verb of the pane."""
        await self._verbs[verb](*arguments)

    @property
    def can_undo(self) -> bool:
        """Whether something was thrown away since the pane was opened."""
        return bool(self._last_trashed)

    async def stop(self) -> None:
        """Let go of a model that is writing."""
        if self._draft is not None:
            await self._draft.stop()

    def _current(self) -> PersonaHeader:
        header = self._browser.list.current
        if header is None:
            raise UsageError("Choose a persona first:", "up and down move from one to the next.")
        return header

    def _say(self, words: str) -> None:
        self._browser.status.hint = words

    # Talking

    async def _chat(self) -> None:
        if self._browser.list.group is not None:
            self._browser.list.action_fold()
            return
        await self._app.navigate(ChatWith(str(self._loadable().path)))

    async def _seat(self, side: Side) -> None:
        await self._app.navigate(SeatAt(side, str(self._loadable().path)))

    def _loadable(self) -> PersonaHeader:
        header = self._current()
        if header.problem:
            raise UsageError(f"{clean_line(header.name)} does not load.", "e opens the file.")
        return header

    async def _show(self, request: ShowPersona) -> None:
        await self._browser.listed.wait()
        persona = await asyncio.to_thread(self._runtime.library.find, request.persona)
        assert persona.path is not None
        await self._browser.show_persona(persona.path)

    # Files

    async def _edit(self) -> None:
        header = self._current()
        path = await asyncio.to_thread(self.files.owned, header.path)
        await self._edit_file(path, "" if path == header.path else _copied(header, path))

    async def _edit_file(self, path: Path, note: str = "") -> None:
        """Open a file in the user's editor, or in ours where none is set."""
        from tui.external import EDITOR, command_in, open_outside

        command = command_in(self._runtime.variables.values(), EDITOR)
        if command:
            await open_outside(self._app, command, path)
        else:
            await self._edit_here(path)
            note = note or "Set VISUAL or EDITOR to edit in an editor of your own."
        await self._browser.show_persona(path)
        self._say(note)

    async def _edit_here(self, path: Path) -> None:
        from core.personas.encoding import decode
        from core.personas.markdown import read_bytes
        from tui.personas.editor import EditorScreen

        text = await asyncio.to_thread(lambda: decode(read_bytes(path), path).text)
        screen = EditorScreen(str(path), text)
        edited = await self._app.push_screen_wait(screen)
        if edited is not None:
            await asyncio.to_thread(self.files.save, path, edited)

    async def _duplicate(self) -> None:
        copy = await asyncio.to_thread(self.files.duplicate, self._current().path)
        await self._browser.show_persona(copy)
        self._say(f"A copy: {short_path(copy)}")

    async def _rename(self) -> None:
        header = self._current()
        name = clean_line(header.name)
        wanted = await dialogs.ask_text(self._screen, f"What is {name} to be called?", name)
        if not wanted or wanted == header.name:
            return
        own = self.files.is_own(header.path)
        path = await asyncio.to_thread(self.files.rename, header.path, wanted)
        await self._browser.show_persona(path)
        self._say(f"Now {path.name}" if own else f"{name} stays; the copy is {short_path(path)}")

    async def _trash(self) -> None:
        header = self._current()
        trashed = await asyncio.to_thread(self.files.trash, header.path)
        self._last_trashed.append(trashed)
        await self._browser.refresh()
        self._say(f"{clean_line(header.name)} is in the trash · u brings it back")

    async def _undo(self) -> None:
        if not self._last_trashed:
            raise UsageError("Nothing was thrown away.", "U lists what is in the trash.")
        await self._bring_back(self._last_trashed.pop())

    async def _restore(self) -> None:
        trashed = await asyncio.to_thread(self.files.trashed)
        if not trashed:
            raise UsageError("The trash is empty.")
        picked = await dialogs.ask_trashed(self._screen, trashed)
        if picked is not None:
            self._last_trashed = [each for each in self._last_trashed if each != picked]
            await self._bring_back(picked)

    async def _bring_back(self, trashed: Trashed) -> None:
        path = await asyncio.to_thread(self.files.restore, trashed)
        await self._browser.show_persona(path)
        self._say(f"{path.name} is back")

    # New ones

    async def _new(self) -> None:
        way = await dialogs.ask_way(self._screen)
        if way is not None:
            await self._verbs[way]()

    async def _blank(self) -> None:
        """Make a persona to be filled in, and open it."""
        from core.personas.headings import parse_title
        from core.personas.persona_writer import template

        typed = await dialogs.ask_text(self._screen, "Who is it? Name, or Role: Name (language)")
        if typed:
            title = parse_title(typed)
            text = template(title.name, title.role, title.language or "")
            path = await asyncio.to_thread(self.files.create, text)
            await self._browser.show_persona(path)
            await self._edit_file(path, f"A new persona: {short_path(path)}")

    async def _write(self) -> None:
        """Have a model write a persona from one line."""
        from core.messages import ModelName
        from core.personas.persona_writer import PersonaWriter
        from tui.personas.draft import DraftScreen

        idea = await dialogs.ask_text(self._screen, "Who is it? One line, for a model to go by")
        if not idea:
            return
        settings = await asyncio.to_thread(lambda: self._runtime.settings)
        model = self._runtime.providers.model(ModelName.parse(settings.model))
        self._draft = DraftScreen(PersonaWriter(model, settings.params), idea)
        text = await self._app.push_screen_wait(self._draft)
        if text is not None:
            path = await asyncio.to_thread(self.files.create, text)
            await self._browser.show_persona(path)
            self._say(f"Kept as {short_path(path)}")

    # Cards

    async def _bring(self) -> None:
        """Import a character card."""
        typed = await dialogs.ask_text(
            self._screen, "Which card? Path of a PNG, JSON, charx or agent.json file"
        )
        if typed:
            from core.personas.cards.card_import import import_card

            path = await in_background(
                self._app,
                "Importing the card",
                lambda: self.files.unhidden(import_card(typed_path(typed), self.files.own)),
            )
            await self._browser.show_persona(path)
            self._say(f"Imported as {short_path(path)}")

    async def _export(self) -> None:
        header = self._current()
        form = await dialogs.ask_form(self._screen, clean_line(header.name))
        if form is None:
            return
        if form == "md":
            target = await asyncio.to_thread(self.files.export, header.path, Path.cwd())
        else:
            target = await asyncio.to_thread(self._export_card, header.path, form)
        self._say(f"Written to {target}")

    def _export_card(self, path: Path, form: str) -> Path:
        from core.personas.cards.card_export import export_card
        from core.personas.markdown import read_persona

        target = self.files.free_export(path, Path.cwd(), f".{form}")
        export_card(read_persona(path), target)
        return target


def _copied(header: PersonaHeader, path: Path) -> str:
    return f"{clean_line(header.name)} comes with Salon: this is your own copy, {short_path(path)}"
