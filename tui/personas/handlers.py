"""Carries out the commands of the Personas pane."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.personas.facts import short_path
from core.personas.headers import PersonaHeader
from core.personas.trash import Trashed
from core.text import clean_line
from tui.background import in_background
from tui.dialogs.ask import AskScreen
from tui.dialogs.pick import Choice, PickScreen
from tui.navigation import ChatWith, SeatAt
from tui.pane.handlers import Handlers
from tui.personas.controller import PersonasController
from tui.typed_path import typed_path

if TYPE_CHECKING:
    from core.meetup.spec import Side

_FORMATS = (
    Choice("md", "Markdown", "the file as it is"),
    Choice("png", "Character card, PNG", "for other programs, with its picture"),
    Choice("json", "Character card, JSON", "for other programs, without a picture"),
    Choice("charx", "Character card, charx", "for other programs, with all its pictures"),
    Choice("agent.json", "Agent specification, JSON", "for simulations, as TinyTroupe reads it"),
)
_NEW = (
    Choice("write", "Write with a model", "from a description in one line"),
    Choice("template", "Start from a template", "to be filled in, in your editor"),
    Choice("import_card", "Import a character card", "PNG, JSON, charx or agent.json"),
)


class ListHandlers(Handlers[PersonasController]):
    """What is listed, and where the focus is."""

    async def filter(self) -> None:
        """Go to the filter."""
        self._controller.screen.remove_class("-reading")
        self._controller.screen.set_focus(self._controller.filter_input)

    async def group(self) -> None:
        """Group by the next thing there is to group by."""
        self._controller.model.group_by_next()
        await self._controller.arrange()

    async def fold(self) -> None:
        """Fold or unfold the group."""
        self._controller.list.action_fold()

    async def read(self) -> None:
        """Go to the text."""
        self._controller.screen.add_class("-reading")
        self._controller.screen.set_focus(self._controller.preview.text)

    async def back_to_list(self) -> None:
        """Go to the list."""
        self._controller.screen.remove_class("-reading")
        self._controller.screen.set_focus(self._controller.list)

    async def back(self) -> None:
        """Go to the list; from there, clear the filter."""
        if self._controller.list.has_focus:
            self._controller.filter_input.value = ""
        await self.back_to_list()

    async def move(self, step: int) -> None:
        """Move in the list by rows."""
        self._controller.list.action_move(step)

    async def page(self, step: int) -> None:
        """Move in the list by pages."""
        self._controller.list.action_page(step)


class _Actions(Handlers[PersonasController]):
    """What works with files of personas."""

    def __init__(self, controller: PersonasController) -> None:
        super().__init__(controller)
        self._app = controller.screen.app
        self._runtime = controller.runtime
        self._files = controller.files

    def _say(self, text: str) -> None:
        self._controller.status.hint = text

    async def _ask(self, question: str, text: str = "") -> str:
        """Ask for one line; returns an empty one if that was cancelled."""
        answer: str | None = await self._app.push_screen_wait(AskScreen(question, text))
        return (answer or "").strip()

    async def _edit(self, path: Path, note: str = "") -> None:
        """Open a file in the user's editor, or in the app where none is set."""
        from tui.external import EDITOR, command_in, open_outside

        command = command_in(self._runtime.variables.values(), EDITOR)
        if command:
            await open_outside(self._app, command, path)
        else:
            await self._edit_here(path)
            note = note or "Set VISUAL or EDITOR to edit in an editor of your own."
        await self._controller.show_persona(path)
        self._say(note)

    async def _edit_here(self, path: Path) -> None:
        from core.personas.encoding import decode
        from core.personas.markdown import read_bytes
        from tui.personas.editor import EditorScreen

        text = await asyncio.to_thread(lambda: decode(read_bytes(path), path).text)
        edited = await self._app.push_screen_wait(EditorScreen(str(path), text))
        if edited is not None:
            await asyncio.to_thread(self._files.save, path, edited)


class PersonaActions(_Actions):
    """What is done with the selected persona."""

    @property
    def _current(self) -> PersonaHeader:
        header = self._controller.list.persona
        if header is None:
            raise UsageError("No persona is selected.")
        return header

    @property
    def _path(self) -> str:
        """The file of the persona. Raises `UsageError` if it does not load."""
        header = self._current
        if header.problem:
            raise UsageError(f"{clean_line(header.name)} does not load.", "e opens the file.")
        return str(header.path)

    async def chat(self) -> None:
        """Chat with the persona."""
        await self._app.navigate(ChatWith(self._path))

    async def seat(self, side: Side) -> None:
        """Make it the left or right persona of a meetup."""
        await self._app.navigate(SeatAt(side, self._path))

    async def edit(self) -> None:
        """Edit the file; of a built-in persona, a copy."""
        header = self._current
        path = await asyncio.to_thread(self._files.owned, header.path)
        name = clean_line(header.name)
        copied = f"{name} is built-in: this is your own copy, {short_path(path)}"
        await self._edit(path, "" if path == header.path else copied)

    async def duplicate(self) -> None:
        """Copy the persona under another name."""
        copy = await asyncio.to_thread(self._files.duplicate, self._current.path)
        await self._controller.show_persona(copy)
        self._say(f"Copied to {short_path(copy)}")

    async def rename(self) -> None:
        """Change the name of the persona and its file; of a built-in one, of a copy."""
        header = self._current
        name = clean_line(header.name)
        wanted = await self._ask("Name", name)
        if not wanted or wanted == header.name:
            return
        own = self._files.is_own(header.path)
        path = await asyncio.to_thread(self._files.rename, header.path, wanted)
        await self._controller.show_persona(path)
        copied = f"{name} is built-in: {short_path(path)} is a copy"
        self._say(f"Renamed to {path.name}" if own else copied)

    async def delete(self) -> None:
        """Move the persona to the trash."""
        header = self._current
        trashed = await asyncio.to_thread(self._files.trash, header.path)
        self._controller.deleted.append(trashed)
        await self._controller.refresh_list()
        self._say(f"{clean_line(header.name)} is in the trash · u restores it, t shows the trash")

    async def undo(self) -> None:
        """Restore the persona that was deleted last."""
        await self._restore(self._controller.deleted[-1])

    async def trash(self) -> None:
        """Restore a persona from the trash."""
        trashed = await asyncio.to_thread(self._files.trashed)
        if not trashed:
            raise UsageError("The trash is empty.")
        rows = [
            Choice(each, clean_line(each.origin.name), f"{each.when.astimezone():%Y-%m-%d %H:%M}")
            for each in trashed
        ]
        picked = await self._app.push_screen_wait(PickScreen("Restore from the trash", rows))
        if picked is not None:
            await self._restore(picked)

    async def _restore(self, trashed: Trashed) -> None:
        path = await asyncio.to_thread(self._files.restore, trashed)
        deleted = self._controller.deleted
        self._controller.deleted = [each for each in deleted if each != trashed]
        await self._controller.show_persona(path)
        self._say(f"{path.name} restored")

    async def export(self) -> None:
        """Export the persona as Markdown or a character card."""
        header = self._current
        picker = PickScreen(f"Export {clean_line(header.name)} as", _FORMATS)
        form = await self._app.push_screen_wait(picker)
        if form == "md":
            target = await asyncio.to_thread(self._files.export, header.path, Path.cwd())
            self._say(f"Written to {target}")
        elif form is not None:
            target = await asyncio.to_thread(self._export_card, header.path, form)
            self._say(f"Written to {target}")

    def _export_card(self, path: Path, form: str) -> Path:
        from core.personas.cards.card_export import export_card
        from core.personas.markdown import read_persona

        target = self._files.free_export(path, Path.cwd(), f".{form}")
        export_card(read_persona(path), target)
        return target


class NewPersonaActions(_Actions):
    """Makes and imports personas."""

    async def new(self) -> None:
        """Ask how the persona is made."""
        way = await self._app.push_screen_wait(PickScreen("New persona", _NEW))
        if way is not None:
            await self._controller.handlers[way]()

    async def template(self) -> None:
        """Make a persona to be filled in, and open it."""
        from core.personas.headings import parse_title
        from core.personas.persona_writer import template

        typed = await self._ask("Name, or Role: Name (language)")
        if typed:
            title = parse_title(typed)
            text = template(title.name, title.role, title.language or "")
            path = await asyncio.to_thread(self._files.create, text)
            await self._controller.show_persona(path)
            await self._edit(path, f"Created {short_path(path)}")

    async def write(self) -> None:
        """Have a model write a persona."""
        from core.messages import ModelName
        from core.personas.persona_writer import PersonaWriter
        from tui.personas.draft import DraftScreen

        idea = await self._ask("Describe the persona in one line")
        if not idea:
            return
        settings = await asyncio.to_thread(lambda: self._runtime.settings)
        model = self._runtime.providers.model(ModelName.parse(settings.model))
        draft = self._controller.draft = DraftScreen(PersonaWriter(model, settings.params), idea)
        text = await self._app.push_screen_wait(draft)
        if text is not None:
            path = await asyncio.to_thread(self._files.create, text)
            await self._controller.show_persona(path)
            self._say(f"Saved as {short_path(path)}")

    async def import_card(self) -> None:
        """Import a character card."""
        typed = await self._ask("Path of a character card: PNG, JSON, charx or agent.json")
        if not typed:
            return
        from core.personas.cards.card_import import import_card

        path = await in_background(
            self._app,
            "Importing the card",
            lambda: self._files.unhidden(import_card(typed_path(typed), self._files.own)),
        )
        await self._controller.show_persona(path)
        self._say(f"Imported as {short_path(path)}")
