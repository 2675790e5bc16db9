"""The prompt of the Teams pane: whom it speaks to, now and when its text was begun."""

from __future__ import annotations

from typing import Protocol

from core.text import clean_line
from tui.pane.prompt import PromptController, PromptOwner
from tui.teams.layout import Layout
from tui.teams.session import TeamsSession
from tui.teams.view import View
from tui.teams.wording import name_of


class TeamsPromptOwner(PromptOwner, Protocol):
    """What the prompt needs of the controller of the pane."""

    session: TeamsSession
    view: View
    layout: Layout


class TeamsPrompt(PromptController[TeamsPromptOwner]):
    """Says whom the prompt speaks to, and notices where that changed while one typed."""

    def __init__(self, controller: TeamsPromptOwner, placeholder: str) -> None:
        super().__init__(controller, placeholder)
        self._aim = ""
        """Whom what is being typed was meant for when it was begun."""
        self._begun = False
        """Whether something is being typed."""

    def typing(self, text: str) -> None:
        if text.strip() and not self._begun:
            self._aim = self._present()
        self._begun = bool(text.strip())
        super().typing(text)

    def forget(self) -> None:
        """Take in that another node is spoken to by choice."""
        self._aim = ""

    def may_say(self, text: str) -> bool:
        aim, present = self._aim, self._present()
        if aim and aim != present:
            self.put_back(text)
            self._controller.status.hint = (
                f"meanwhile things went on: enter again says it {present}"
            )
            return False
        self._aim = ""
        return True

    def leave(self) -> None:
        self._controller.layout.show_page()
        super().leave()

    def show_addressee(self) -> None:
        """Say whom the prompt speaks to, and when that is heard."""
        controller = self._controller
        state, path = controller.session.state, controller.view.selected
        if state is None or path is None:
            return
        name = clean_line(name_of(path))
        if state.request is None:
            label, hint = "to the team", "what is it to do?"
        elif controller.view.thinks(path):
            label, hint = f"{name}, after this reply", "ctrl+enter or /now stops it"
        elif state.nodes[path].pending:
            label, hint = f"answer {name}", "and it proposes anew"
        else:
            label, hint = f"tell {name}", "it hears that at its next turn"
        self.label.update(f"{label} ▸ ")
        self.area.placeholder = f"{hint}, or / for commands"

    def _present(self) -> str:
        controller = self._controller
        state, path = controller.session.state, controller.view.selected
        if state is None or path is None:
            return ""
        return f"to {clean_line(name_of(path))}" if state.request is not None else "to the team"
