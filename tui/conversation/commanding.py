"""What a pane does that is led by keys and typed commands: carry out, or say why not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Label

from core.errors import SalonError
from tui.widgets.prompt import Prompt, PromptRow
from tui.widgets.status_line import StatusLine


class Verbs(Protocol):
    """What can be done in a pane. What it does may raise `SalonError`."""

    async def do(self, verb: str, *arguments: object) -> None:
        """Carry out a verb of the pane."""

    async def typed(self, text: str) -> None:
        """Carry out what was typed into the prompt."""

    def suggest(self, text: str) -> str:
        """Return what a beginning can become."""


class Commanding(ABC):
    """A prompt that is there when it is asked for, and a line that says what went wrong."""

    def __init__(self, screen: Screen[Any], placeholder: str, row_id: str) -> None:
        self._screen = screen
        self.status = StatusLine(id="status")
        self.prompt = Prompt(id="prompt", placeholder=placeholder)
        self.prompt_row = PromptRow(Label("▸ ", markup=False), self.prompt, id=row_id)
        self.prompt_row.display = False
        self._given_back: str | None = None
        """What stands in the prompt again because it could not be done."""

    @abstractmethod
    def _verbs(self) -> Verbs:
        """Return what can be done."""

    @property
    @abstractmethod
    def main_focus(self) -> Widget:
        """Return what takes the keys when nothing else is chosen."""

    async def do(self, verb: str, *arguments: object) -> None:
        """Do something; what goes wrong is said in place."""
        self.status.problem = self.status.hint = ""
        try:
            await self._verbs().do(verb, *arguments)
        except SalonError as error:
            self.report(error)
        self._screen.refresh_bindings()

    async def typed(self, text: str) -> None:
        """Do what was typed into the prompt; what cannot be done is given back."""
        self.status.problem = self.status.hint = ""
        try:
            await self._verbs().typed(text)
        except SalonError as error:
            self._give_back(text, error)
        else:
            self.leave_prompt()
        self._screen.refresh_bindings()

    async def do_later(self, text: str, verb: str, *arguments: object) -> None:
        """Do what was typed and may ask something back; what cannot be done is given back."""
        try:
            await self._verbs().do(verb, *arguments)
        except SalonError as error:
            self.prompt_row.display = True
            self._screen.set_focus(self.prompt)
            self._give_back(text, error)
        self._screen.refresh_bindings()

    def typing(self, text: str) -> None:
        """Say what a line can become."""
        if text == self._given_back:
            return
        self._given_back = None
        self.status.problem = ""
        self.status.hint = self._verbs().suggest(text)

    def offer(self, texts: Sequence[str]) -> None:
        """Say what a line can become that can become several things."""
        self.status.hint = "  ".join(each.rpartition(" ")[2] or each for each in texts)

    def report(self, error: SalonError) -> None:
        """Say what went wrong, where one is looking."""
        self.status.problem = str(error)

    def open_prompt(self) -> None:
        """Have a command typed."""
        self.prompt_row.display = True
        self._screen.set_focus(self.prompt)
        if not self.prompt.text:
            self.prompt.insert("/")

    def leave_prompt(self) -> None:
        """Put the prompt away; what is typed there is kept unless it is nothing."""
        if self.prompt.text.strip() in {"", "/"}:
            self.prompt.clear()
        self.prompt_row.display = False
        self.status.hint = ""
        self._screen.set_focus(self.main_focus)

    def _give_back(self, text: str, error: SalonError) -> None:
        self._given_back = text
        self.prompt.give_back(text)
        self.report(error)
