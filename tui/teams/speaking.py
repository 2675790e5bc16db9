"""What is typed in the teams pane: whom it is for, what it can become, and that none is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.widgets import Label

from core.errors import SalonError
from core.text import clean_line
from tui.teams.completing import Completing
from tui.teams.slash import read, suggestions, words
from tui.teams.wording import name_of

if TYPE_CHECKING:
    from tui.teams.conductor import Conductor


class Speaking:
    """Stands between the prompt and what is done with its texts."""

    def __init__(self, conductor: Conductor) -> None:
        self.label = Label("", id="prompt-label", markup=False)
        self._conductor = conductor
        self._stage = conductor.stage
        self._board = conductor.board
        self._status = conductor.status
        self._prompt = conductor.prompt
        self._prompt.completions = words()
        self._prompt.completer = Completing(
            conductor.screen.app.runtime, conductor.stage, lambda: conductor.board.selected
        )
        self._given_back: str | None = None
        """What stands in the prompt again because it could not be done."""
        self._aim = ""
        """Whom what is being typed was meant for when it was begun."""
        self._begun = False
        """Whether something is being typed."""

    async def typed(self, text: str, *, now: bool = False) -> None:
        """Do what was typed into the prompt; what cannot be done is given back.

        With `now`, words to a node stop its reply.
        """
        self._status.problem = self._status.hint = ""
        try:
            deed = read(text)
        except SalonError as error:
            self._refuse(text, error)
            return
        if deed.verb == "send" and self._missed(text):
            return
        self._aim = ""
        verb = "now" if now and deed.verb == "send" else deed.verb
        doing = self._carry_out(verb, deed.arguments, text)
        self._conductor.screen.run_worker(doing, group="ask")

    async def _carry_out(self, verb: str, arguments: Sequence[object], text: str) -> None:
        try:
            await self._conductor.actions.do(verb, *arguments)
        except SalonError as error:
            self._refuse(text, error)
        self._conductor.refresh()

    def _missed(self, text: str) -> bool:
        """Give a text back whose hearer has finished while it was typed; whether that is so."""
        aim, present = self._aim, self._addressee()
        if not aim or aim == present:
            return False
        self._given_back = text
        self._prompt.give_back(text)
        self._status.hint = f"meanwhile things went on: enter again says it {present}"
        return True

    def _addressee(self) -> str:
        """Return in words whom the prompt speaks to now."""
        state, path = self._stage.state, self._board.selected
        if state is None or path is None:
            return ""
        return f"to {clean_line(name_of(path))}" if state.request is not None else "to the team"

    def _refuse(self, text: str, error: SalonError) -> None:
        self._given_back = text
        self._prompt.give_back(text)
        self._conductor.report(error)

    def aim_anew(self) -> None:
        """Take in that somebody else is spoken to, by choice."""
        self._aim = ""

    def typing(self, text: str) -> None:
        """Say what a line that begins with a slash can become."""
        if text.strip() and not self._begun:
            self._aim = self._addressee()
        self._begun = bool(text.strip())
        if text == self._given_back:
            return
        self._given_back = None
        if text.startswith("/") and "\n" not in text:
            self._status.problem = ""
            self._status.hint = suggestions(text)
        elif self._status.hint.startswith("/"):
            self._status.hint = ""

    def offer(self, texts: Sequence[str]) -> None:
        """Say what a beginning can become."""
        endings = [each.rpartition(" ")[2] or each for each in texts]
        self._status.hint = "  ".join(endings)

    def show(self) -> None:
        """Say whom the prompt speaks to, and when it is heard."""
        state, path = self._stage.state, self._board.selected
        if state is None or path is None:
            return
        name = clean_line(name_of(path))
        if state.request is None:
            label, hint = "to the team", "what is it to do?"
        elif self._board.thinks(path):
            label, hint = f"{name}, after this reply", "ctrl+enter or /now stops it"
        elif state.nodes[path].pending:
            label, hint = f"answer {name}", "and it proposes anew"
        else:
            label, hint = f"tell {name}", "it hears that at its next turn"
        self.label.update(f"{label} ▸ ")
        self._prompt.placeholder = f"{hint}, or / for commands"
