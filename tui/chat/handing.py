"""Hands words out of the chat pane: to the clipboard, a pager, an editor, a file."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.sessions.summary import title_of
from core.sessions.transcripts import FORMATS, format_of
from core.text import clean, clean_line
from tui.exporting import Export, ask_export, export_as, write_export
from tui.external import EDITOR, PAGER, command_in, open_outside
from tui.typed_path import is_there, typed_path

if TYPE_CHECKING:
    from tui.chat.actions import Actions
    from tui.chat.conductor import Conductor

_PAGERS = ("less", "more")
"""What is looked for where PAGER is not set."""
_EDITORS = ("nano", "vi")
_TOO_LONG = 74_000
"""Bytes of which some terminals take no more at once."""


class Handing:
    """Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor, actions: Actions) -> None:
        self._conductor = conductor
        self._actions = actions
        self._screen = conductor.screen
        self._stage = conductor.stage

    def verbs(self) -> Mapping[str, Callable[..., Awaitable[None]]]:
        """Return what is done here."""
        return {
            "copy": self._copy,
            "copy_code": self._copy_code,
            "copy_all": self._copy_all,
            "pager": self._pager,
            "editor": self._editor,
            "compose": self._compose,
            "export": self._export,
        }

    async def _copy(self) -> None:
        self._conductor.talk.action_copy_message()

    async def _copy_code(self) -> None:
        self._conductor.talk.action_copy_code()

    async def _copy_all(self) -> None:
        self.copied(self._whole(), "the whole chat")

    def copied(self, text: str, what: str) -> None:
        """Send a text to the terminal's clipboard, and say so honestly."""
        self._screen.app.copy_to_clipboard(text)
        said = f"{what} sent to the terminal's clipboard"
        if len(text.encode("utf-8", "replace")) > _TOO_LONG:
            said += ", which may be too small for it"
        self._conductor.status.hint = said

    def _whole(self) -> str:
        state = self._stage.state
        if state is None or not state.messages:
            raise UsageError("Nothing has been said yet.", "Write something first.")
        return "\n\n".join(
            f"{clean_line(each.author.name or each.node)}:\n{clean(each.text)}"
            for each in state.messages
        )

    async def _pager(self) -> None:
        """Show the chat in the user's pager."""
        await self._show_outside(self._command(PAGER, _PAGERS))

    async def _editor(self) -> None:
        """Show the chat in the user's editor; what is changed there changes nothing here."""
        await self._show_outside(self._command(EDITOR, _EDITORS))
        self._conductor.status.hint = "that was a copy: e changes a message"

    async def _show_outside(self, command: list[str]) -> None:
        text = self._whole()
        with tempfile.TemporaryDirectory(prefix="salon-") as folder:
            path = Path(folder) / "chat.md"
            await asyncio.to_thread(path.write_text, f"{text}\n", "utf-8", "replace")
            await open_outside(self._screen.app, command, path)

    async def _compose(self) -> None:
        """Go on writing what stands in the prompt, in the user's editor."""
        command = self._command(EDITOR, _EDITORS)
        prompt = self._conductor.prompt
        with tempfile.TemporaryDirectory(prefix="salon-") as folder:
            path = Path(folder) / "message.md"
            await asyncio.to_thread(path.write_text, prompt.text, "utf-8", "replace")
            await open_outside(self._screen.app, command, path)
            text = await asyncio.to_thread(path.read_text, "utf-8", "replace")
        prompt.clear()
        prompt.give_back(clean(text).rstrip("\n"))
        prompt.screen.set_focus(prompt)

    def _command(self, names: tuple[str, ...], usual: tuple[str, ...]) -> list[str]:
        command = command_in(self._screen.app.runtime.variables.values(), names)
        if command:
            return command
        for each in usual:
            if shutil.which(each):
                return [each]
        raise UsageError(f"{names[-1]} is not set.", f"Set it, for example to {usual[0]}.")

    async def _export(self, wanted: str | None = None) -> None:
        """Write a transcript: asked for, or named by its format or its file."""
        tree = self._stage.tree
        if tree is None:
            raise UsageError("There is nothing to export yet.", "Write something first.")
        title = title_of(tree)
        if wanted is None:
            export = await ask_export(self._screen, title, "chat")
        elif wanted in FORMATS:
            export = export_as(title, wanted, "chat")
        else:
            path = await asyncio.to_thread(_unused, wanted)
            export = Export(path, format_of(path))
        if export is not None:
            self._conductor.status.hint = await write_export(tree, export)


def _unused(name: str) -> Path:
    """Return a path that nothing is at. Raises `UsageError`."""
    path = typed_path(name)
    if is_there(path):
        raise UsageError(f"{path} is there already.", "Name another file.")
    return path
