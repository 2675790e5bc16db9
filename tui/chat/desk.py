"""Where the chat pane's questions are asked and their answers carried out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from core.chat import commands
from core.config.params import parse_assignments
from core.errors import CommandError
from core.messages import ModelName
from core.sessions.record import Record
from core.text import clean_line
from tui.background import in_background
from tui.chat.attaching import read_attachment
from tui.chat.comparing import Comparing
from tui.chat.slash import Deed
from tui.conversation.dialogs import ask_model
from tui.conversation.finder import Finder
from tui.conversation.requests import show_request
from tui.screens.ask import AskScreen
from tui.screens.branches import BranchesScreen
from tui.screens.edit import EditScreen
from tui.screens.page import PageScreen
from tui.screens.pick import Choice, PickScreen
from tui.widgets.transcript import Entry

if TYPE_CHECKING:
    from tui.chat.actions import Actions
    from tui.chat.conductor import Conductor


class Desk:
    """Asks, and acts on the answer. Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor, actions: Actions) -> None:
        self._conductor = conductor
        self._actions = actions
        self._screen = conductor.screen
        self._stage = conductor.stage
        self._runtime = conductor.screen.app.runtime
        self._comparing = Comparing(conductor, actions)
        self._finder = Finder(conductor.screen, conductor.talk, conductor.status)

    def verbs(self) -> Mapping[str, Callable[..., Awaitable[None]]]:
        """Return what is done here."""
        return {
            "attach": self._attach,
            "branches": self._branches,
            "compare": self._comparing.compare,
            "edit": self._edit,
            "find": self._find,
            "found": self._found,
            "help": self._help,
            "menu": self._menu,
            "model": self._model,
            "parameters": self._parameters,
            "profile": self._profile,
            "rename": self._rename,
            "saw": self._saw,
            "system": self._system,
        }

    async def _edit(self) -> None:
        """Change a message in place, or beside it as a branch."""
        record = self._actions.selected()
        self._stage.check_writable()
        mine = record.author.kind == "human"
        name = clean_line(record.author.name or record.node)
        screen = EditScreen("What you said" if mine else f"What {name} said", record.text)
        text = await self._screen.app.push_screen_wait(screen)
        if text is not None and (screen.resend or text != record.text):
            await self._actions.tell(commands.Edit(text, record.id, screen.resend))
            self._conductor.board.revise(record.id)

    async def _menu(self) -> None:
        """Offer what can be done with a message."""
        record = self._actions.selected()
        rows = [Choice(deed, label, key) for deed, label, key in _MENU]
        title = clean_line(f"{record.author.name}: {record.text[:60]}")
        deed = await self._screen.app.push_screen_wait(PickScreen(title, rows))
        if deed is not None:
            await self._actions.do(deed.verb, *deed.arguments)

    async def _branches(self) -> None:
        """Show all branches; the one that is picked becomes the current path."""
        tree = self._stage.tree
        if tree is None:
            raise CommandError("Nothing has been said yet.", "Write something first.")
        screen = BranchesScreen(tree, self._stage.elsewhere)
        picked = await self._screen.app.push_screen_wait(screen)
        if picked is not None:
            await self._actions.tell(commands.Jump(picked))
            self._stage.elsewhere = None
            if picked in self._conductor.talk:
                self._conductor.talk.move_cursor(picked)

    async def _model(self, name: str | None = None) -> None:
        """Choose the model, for a chat that has not begun or from here on."""
        self._stage.check_writable()
        if name is None:
            name = await ask_model(self._screen, self._runtime, "Which model replies from here on?")
        if name is not None:
            await self._actions.change(model=str(ModelName.parse(name)))
            self._screen.run_worker(self._conductor.warm_up(), group="warm-up")

    async def _parameters(self) -> None:
        """Change the parameters."""
        self._stage.check_writable()
        state, draft = self._stage.state, self._stage.draft
        seat = state.seat if state is not None else draft.spec.seat if draft is not None else None
        if seat is None:
            raise CommandError("There is nobody to talk to yet.", "ctrl+n picks somebody.")
        now = " ".join(f"{key}={value}" for key, value in seat.params.to_json().items())
        screen = AskScreen("Parameters from here on, as temperature=0.2 max_tokens=300", now)
        typed = await self._screen.app.push_screen_wait(screen)
        if typed is not None and typed.strip() not in {"", now}:
            await self._actions.change(params=parse_assignments(typed.split()).to_json())

    async def _attach(self, typed: str | None = None) -> None:
        """Let a text file go along with the next message."""
        if typed is None:
            prompt = self._conductor.prompt
            prompt.text = "/attach "
            prompt.move_cursor(prompt.document.end)
            prompt.screen.set_focus(prompt)
            self._conductor.status.hint = "/attach PATH · tab completes it"
            return
        attachment = await in_background(
            self._screen.app, "Reading the file", lambda: read_attachment(typed)
        )
        self._conductor.attached.add(attachment)

    async def _rename(self, title: str | None = None) -> None:
        """Give the chat a title."""
        tree = self._stage.tree
        if title is None:
            now = "" if tree is None else str(tree.meta.get("title") or "")
            title = await self._screen.app.push_screen_wait(AskScreen("Title", now))
        if title is not None:
            await self._actions.tell(commands.Rename(title))
            self._conductor.board.show_state()

    async def _find(self, text: str | None = None) -> None:
        """Search on the page."""
        if text is None:
            await self._finder.ask()
        else:
            self.find(text)

    def find(self, text: str) -> None:
        """Mark a text on the page and go to it."""
        self._finder.find(text)

    async def _found(self, step: int) -> None:
        self._finder.step(step)

    async def _saw(self) -> None:
        """Show the exact request that a message answers."""
        tree = self._stage.tree
        record = self._asked_for()
        assert tree is not None
        await show_request(self._screen, tree, record)

    def _asked_for(self) -> Record:
        """Return the selected message, or the last one that a model was asked for."""
        record, state = self._actions.selected(), self._stage.state
        if record.request is None and self._conductor.talk.cursor_id is None and state is not None:
            asked = (each for each in reversed(state.messages) if each.request is not None)
            return next(asked, record)
        return record

    async def _system(self) -> None:
        """Show what the persona is told before everything else."""
        engine, draft = self._stage.engine, self._stage.draft
        if engine is not None:
            name, text = engine.state.seat.name, engine.roleplay.system
        elif draft is not None and not self._stage.begun:
            name, text = draft.spec.seat.name, draft.system
        else:
            raise CommandError("That is not known here.", "w shows what a reply was sent.")
        page = PageScreen(f"What {name} is told", [Entry("system", text)])
        await self._screen.app.push_screen_wait(page)

    async def _profile(self) -> None:
        """Show what Salon knows of the human."""
        await self._screen.app.action_own_profile()

    async def _help(self) -> None:
        await self._screen.run_action("app.help")


_MENU = (
    (Deed("again"), "Have it written anew", "r"),
    (Deed("go_on"), "Have it go on", "n"),
    (Deed("edit"), "Change its words", "e"),
    (Deed("swipe", (1,)), "Next alternative", "→"),
    (Deed("swipe", (-1,)), "Previous alternative", "←"),
    (Deed("fork"), "Go on from here", "f"),
    (Deed("delete"), "Leave it out", "d"),
    (Deed("copy"), "Copy it", "y"),
    (Deed("copy_code"), "Copy its code", "c"),
    (Deed("saw"), "See what exactly was sent for it", "w"),
)
"""What can be done with a message, how it is called there, and its key."""
