"""Whom the prompt of the Teams pane speaks to, now and when its text was begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.text import clean_line
from tui.teams.wording import name_of

if TYPE_CHECKING:
    from tui.teams.controller import TeamsController


class Addressee:
    """Says whom the prompt speaks to, and notices where that changed while one typed."""

    def __init__(self, controller: TeamsController) -> None:
        self._controller = controller
        self._aim = ""
        """Whom what is being typed was meant for when it was begun."""
        self._begun = False
        """Whether something is being typed."""

    def typing(self, text: str) -> None:
        """Take in that the text of the prompt changed."""
        if text.strip() and not self._begun:
            self._aim = self._present()
        self._begun = bool(text.strip())

    def forget(self) -> None:
        """Take in that another node is spoken to by choice."""
        self._aim = ""

    def changed(self) -> str:
        """Return whom a text would go to now, where it was begun for another; then forget that."""
        aim, present = self._aim, self._present()
        if not aim or aim == present:
            self._aim = ""
            return ""
        return present

    def show(self) -> None:
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
        controller.prompt_label.update(f"{label} ▸ ")
        controller.prompt.placeholder = f"{hint}, or / for commands"

    def _present(self) -> str:
        controller = self._controller
        state, path = controller.session.state, controller.view.selected
        if state is None or path is None:
            return ""
        return f"to {clean_line(name_of(path))}" if state.request is not None else "to the team"
