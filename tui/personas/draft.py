"""A persona being written by a model: watched, stopped, changed, saved or discarded."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

from textual.binding import Binding
from textual.widgets import TextArea

from core.errors import SalonError
from core.personas.persona_writer import PersonaWriter, read_draft
from tui.personas.editor import EditorScreen


class DraftScreen(EditorScreen):
    """Dismisses with the draft to save, or `None`."""

    BINDINGS = [
        Binding("escape", "stop", "Stop", priority=True),
        Binding("escape", "leave", "Discard", priority=True),
        Binding("ctrl+r", "regenerate", "Regenerate", priority=True),
    ]

    def __init__(self, writer: PersonaWriter, idea: str) -> None:
        super().__init__(f"A persona: {idea}", "", save_unchanged=True)
        self._writer = writer
        self._idea = idea
        self._writing: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        self.area.read_only = True
        super().on_mount()
        self.action_regenerate()

    @property
    def writing(self) -> bool:
        """Whether the model is writing."""
        return self._writing is not None and not self._writing.done()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        if action in {"save", "regenerate", "leave"}:
            return not self.writing
        return self.writing if action == "stop" else True

    def action_regenerate(self) -> None:
        """Have the model write the draft again."""
        if not self.writing:
            self._writing = asyncio.create_task(self._write())
            self.refresh_bindings()

    def action_stop(self) -> None:
        """Stop the model; what it wrote stays."""
        if self._writing is not None:
            self._writing.cancel()

    async def stop(self) -> None:
        """Stop the model and wait for that; what it wrote stays."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait([self._writing])

    async def on_unmount(self) -> None:
        await self.stop()

    async def _write(self) -> None:
        area, status = self.area, self.status
        area.read_only = True
        area.load_text("")
        self.show_problems(())
        status.problem, status.hint = "", "esc stops it"
        began = time.monotonic()
        how = "written by"
        try:
            await self._stream(area)
        except asyncio.CancelledError:
            how = "stopped:"
        except SalonError as error:
            how = "failed:"
            status.problem = str(error)
        if self.is_mounted:
            self._finish(f"{how} {self._writer.model} · {time.monotonic() - began:.0f} s")

    async def _stream(self, area: TextArea) -> None:
        self.status.state = f"{self._writer.model} is thinking …"
        async with aclosing(self._writer.write(self._idea)) as pieces:
            async for piece in pieces:
                self.status.state = f"{self._writer.model} is writing …"
                area.insert(piece, area.document.end)
                area.scroll_end(animate=False)

    def _finish(self, how: str) -> None:
        """Make a persona file of what was written, ready to be changed."""
        area = self.area
        written = area.text
        if written.strip():
            draft = read_draft(written, self._idea)
            area.load_text(draft.text)
            self.show_problems(draft.problems)
        area.read_only = False
        area.move_cursor((0, 0))
        area.scroll_home(animate=False)
        self.status.state = how
        self.status.hint = "ctrl+s saves it" if written.strip() else "ctrl+r tries again"
        self.refresh_bindings()
