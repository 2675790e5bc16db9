"""Where the teams pane's questions about a run are asked and their answers carried out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.sessions.record import Kind, Record
from core.sessions.summary import title_of
from core.sessions.tree import SessionTree
from core.teams import commands
from core.teams.engine import TeamEngine
from core.teams.node_state import NodeState
from core.teams.setup import ENGINE
from core.teams.state import REQUEST, TeamState
from core.text import clean_line
from tui.background import waited_for
from tui.conversation.dialogs import ask_model, ask_session
from tui.conversation.finder import Finder
from tui.conversation.requests import show_request
from tui.exporting import ask_export, export_as, write_export
from tui.screens.ask import AskScreen
from tui.screens.pick import Choice, PickScreen
from tui.screens.sure import SureScreen
from tui.screens.write import WriteScreen
from tui.teams.choosing import Choosing
from tui.teams.slash import read_budget
from tui.teams.wording import name_of, place_of
from tui.wishes import ChatWith, SeatAt

if TYPE_CHECKING:
    from core.meetup.spec import Side
    from tui.teams.actions import Actions
    from tui.teams.conductor import Conductor

_PARENT = frozenset({"parent", "up", "final"})
"""What stands for a node's parent where a receiver is typed."""


class Desk:
    """Asks, and acts on the answer. Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor, actions: Actions) -> None:
        self._conductor = conductor
        self._actions = actions
        self._screen = conductor.screen
        self._stage = conductor.stage
        self._runtime = conductor.screen.app.runtime
        self._finder = Finder(
            conductor.screen, conductor.talk, conductor.status, keys=". and , go on"
        )
        self._choosing = Choosing(conductor)

    # Decisions

    async def edit(self, number: str | None = None, text: str = "") -> None:
        """Let a proposal through with other words."""
        proposal = self._pending(number)
        if not text:
            title = f"Proposal {self._number(proposal)} in other words · ctrl+s lets it through"
            text = await self._written(WriteScreen(title, proposal.text))
        if text:
            await self._actions.tell(commands.Edit(text, proposal.id))

    async def redirect(self, number: str | None = None, to: str = "") -> None:
        """Let a proposal through to somebody else."""
        proposal = self._pending(number)
        node = self._actions.state.nodes[proposal.node]
        picked: str | None = to
        if not to:
            question = f"Who gets proposal {self._number(proposal)} instead?"
            present = str(proposal.data.get("to", ""))
            rows = [each for each in _receivers(node) if each.value != present]
            picked = await self._screen.app.push_screen_wait(PickScreen(question, rows))
        elif node.node.delegate(to) is None and to.casefold() in {
            *_PARENT,
            name_of(node.node.parent).casefold(),
        }:
            picked = ""
        if picked is not None:
            await self._actions.tell(commands.Redirect(picked, proposal.id))

    async def refuse(self, number: str | None = None, reason: str = "") -> None:
        """Have a node propose something else."""
        proposal = self._pending(number)
        why: str | None = reason
        if number is None and not reason:
            title = f"Refuse proposal {self._number(proposal)}. Why? (may stay empty)"
            why = await self._screen.app.push_screen_wait(AskScreen(title))
        if why is not None:
            await self._actions.tell(commands.Refuse(proposal.id, why))

    async def take_over(self, text: str = "") -> None:
        """Reply in place of the selected node."""
        node = self._actions.node
        name = clean_line(node.node.name)
        if node.task is None:
            raise UsageError(f"{name} has nothing to reply to.", "Somebody has to ask it first.")
        to: str | None = ""
        if node.node.delegates and not text:
            question = f"To whom do you speak as {name}?"
            to = await self._screen.app.push_screen_wait(PickScreen(question, _receivers(node)))
        if to is not None and not text:
            whom = to or name_of(node.node.parent) or "the final answer"
            title = f"What {name} says, in your words · to {clean_line(whom)}"
            text = await self._written(WriteScreen(title))
        if to is not None and text:
            await self._actions.tell(commands.TakeOver(node.node.path, text, to))

    async def _written(self, screen: WriteScreen) -> str:
        """Have a text written; an empty one was given up."""
        return await self._screen.app.push_screen_wait(screen) or ""

    def _pending(self, number: str | None) -> Record:
        state = self._actions.state
        wanted = self._actions.proposal(number)
        bare = wanted.removeprefix("#")
        for proposal, place in state.numbers.items():
            if wanted == proposal or bare == str(place):
                return state.proposals[proposal]
        raise UsageError(f"There is no proposal {wanted}.", "The cards and the timeline name them.")

    def _number(self, proposal: Record) -> int:
        return self._actions.state.numbers[proposal.id]

    # Settings

    async def budget(self) -> None:
        """Switch the autopilot on for as long as it is told."""
        title = "Autopilot for how long? 20 steps, 5000 tokens, $1 · empty: to the final answer"
        text = await self._screen.app.push_screen_wait(AskScreen(title))
        if text is not None:
            await self._actions.tell(read_budget(text))

    async def model(self, name: str | None = None) -> None:
        """Choose the model of the selected node from its next reply on."""
        node = self._actions.node.node
        if node.flow is not None:
            raise UsageError(f"{node.name} is code and has no model.", "Select another node.")
        question = f"Which model speaks for {clean_line(node.name)}?"
        model = name or await ask_model(self._screen, self._runtime, question)
        if model is not None:
            await self._actions.tell(commands.SetModel(node.path, model))

    async def rename(self, title: str | None = None) -> None:
        """Give the run a title."""
        tree = self._tree()
        if title is None:
            ask = AskScreen("What is it called?", title_of(tree))
            title = await self._screen.app.push_screen_wait(ask)
        if title is not None:
            await self._actions.tell(commands.Rename(title))

    # Going back

    async def fork(self, record: str | None = None) -> None:
        """Go back to the moment of a record; what followed stays on its own branch."""
        await self._actions.tell(commands.Fork(record or self._moment()))
        self._arrive("back at that moment")

    async def replay(self, record: str | None = None) -> None:
        """Go back to a moment, say something to a node there, and run on from it."""
        tree, moment = self._tree(), record or self._moment()
        path = await asyncio.to_thread(lambda: TeamState.fold(tree.path_to(moment)))
        at_work = [node for node in path.nodes.values() if node.task is not None]
        if not at_work:
            raise UsageError("Nobody had anything to do at that moment.", "Pick a later one.")
        likely = [place_of(tree.get(moment)), self._conductor.board.selected]
        rows = sorted(at_work, key=lambda node: _place(likely, node.node.path))
        choices = [Choice(each.node.path, each.node.path, each.standing) for each in rows]
        question = "Run on from there. Whom do you say something to?"
        node = await self._screen.app.push_screen_wait(PickScreen(question, choices))
        if node is None:
            return
        ask = WriteScreen(f"What you say to {clean_line(node)} at that moment")
        text = await self._written(ask)
        if text:
            await self._actions.tell(commands.Replay(moment, node, text))
            self._conductor.select(node)

    async def compare(self) -> None:
        """Show the branches side by side; one can be made the main line."""
        from tui.screens.team_branches import TeamBranchesScreen

        screen = TeamBranchesScreen(self._tree(), self._runtime.settings.prices)
        picked = await self._screen.app.push_screen_wait(screen)
        if picked is not None:
            await self._actions.tell(commands.Jump(picked))
            self._arrive("this is the main line now")

    def _arrive(self, where: str) -> None:
        """Go to what waits where one has come to, and say how to go on."""
        if self._conductor.go_to_waiting():
            self._conductor.status.hint = f"{where} · this waits for you"
        elif self._stage.stands_still:
            self._conductor.status.hint = f"{where} · n goes on"
        else:
            self._conductor.status.hint = where

    def _moment(self) -> str:
        """Return the record that the timeline, or the page, stands on."""
        record = self._conductor.moment()
        if record is None:
            raise UsageError("Select a moment first:", "l shows the timeline, j and k move in it.")
        return record

    def _tree(self) -> SessionTree:
        tree = self._stage.tree
        if tree is None:
            raise UsageError("Nothing was said to the team yet.", "Tell it what to do.")
        return tree

    # Reading

    async def saw(self) -> None:
        """Show the exact request behind the selected reply, or the node's last one."""
        tree, node = self._tree(), self._actions.node.node
        selected = self._conductor.talk.cursor_id
        record = tree.get(selected) if selected is not None and selected in tree else None
        if record is not None and record.kind == Kind.PROPOSAL:
            record = tree.get(str(record.data.get("source", record.id)))
        if record is None:
            replies = (each for each in reversed(tree.path) if each.node == node.path)
            record = next((each for each in replies if each.request is not None), None)
        if record is None:
            raise UsageError(f"No model was asked for {clean_line(node.name)} yet.")
        await show_request(self._screen, tree, record)

    async def find(self, text: str | None = None) -> None:
        """Search on the page."""
        if text is None:
            await self._finder.ask()
        else:
            self._finder.find(text)

    async def found(self, step: int) -> None:
        """Go to the next place found, or the one before for -1."""
        self._finder.step(step)

    async def export(self, file: str | None = None) -> None:
        """Write a transcript into the working directory."""
        tree = self._tree()
        title = title_of(tree)
        if file is None:
            export = await ask_export(self._screen, title, "team")
        else:
            export = export_as(title, file, "team")
        if export is not None:
            self._conductor.status.hint = await write_export(tree, export)

    # Runs

    async def start(self) -> None:
        """Set up the team that the list stands on."""
        await self._choosing.start()

    async def chat(self) -> None:
        """Chat with the team that the list stands on, as if it were one persona."""
        await self._screen.app.go(ChatWith(self._choosing.as_persona()))

    async def seat(self, side: Side) -> None:
        """Seat the team that the list stands on at the next meetup."""
        await self._screen.app.go(SeatAt(side, self._choosing.as_persona()))

    async def new(self) -> None:
        """Go back to the list of teams; the run is kept."""
        if self._stage.ends_when_left:
            question = SureScreen(
                "The team is still at work. End that?",
                "What was said is kept; ctrl+r goes on with it.",
                yes="End it",
            )
            if not await self._screen.app.push_screen_wait(question):
                return
        await self._stage.close()
        await self._conductor.show_list()

    async def resume(self) -> None:
        """Open a stored run."""
        question = "Go on with which run?"
        chosen = await ask_session(self._screen, self._runtime, ENGINE, question)
        if chosen is not None:
            await self.open(chosen)

    async def open(self, session_id: str) -> None:
        """Show a stored run; nobody thinks before a verb asks for it."""
        if self._stage.session is not None and self._stage.session.id == session_id:
            return
        seated = self._runtime.rooms.engine(session_id)
        if seated is not None:
            await self.watch(seated)
            return
        store = self._runtime.store
        opening = waited_for(self._screen.app, "Opening the run", store.open(session_id))
        await self._stage.open(await opening)
        self._conductor.show_team()
        self._conductor.follow()
        self._arrive("as it was left")

    async def visit(self) -> None:
        """Show the run of a team that sits in a chat or at a meetup."""
        running = self._runtime.rooms.running()
        if not running:
            raise UsageError("No team sits in a chat or at a meetup.", "c, a and b seat one.")
        choices = [
            Choice(each, clean_line(each.state.team.title or each.state.team.name), _asked(each))
            for each in running
        ]
        chosen = running[0]
        if len(running) > 1:
            picked = await self._screen.app.push_screen_wait(PickScreen("Which team?", choices))
            if picked is None:
                return
            chosen = picked
        await self.watch(chosen)

    async def watch(self, engine: TeamEngine) -> None:
        """Show the run of a team at a seat, and in it what waits."""
        await self._stage.visit(engine)
        self._conductor.show_team()
        self._conductor.follow()
        if self._conductor.go_to_waiting():
            self._conductor.status.hint = "another pane waits for this"
        else:
            self._conductor.status.hint = "at work for another pane · space: decide yourself"


def _place(likely: list[str | None], path: str) -> int:
    return likely.index(path) if path in likely else len(likely)


def _asked(engine: TeamEngine) -> str:
    """Return what tells a team at a seat from another one: what it was asked last."""
    path = reversed(engine.log.session.tree.path)
    asked = next((each for each in path if each.data.get(REQUEST)), None)
    said = "nothing was said to it yet" if asked is None else clean_line(asked.text)
    return f"{said} · …{engine.session_id[-4:]}"


def _receivers(node: NodeState) -> list[Choice[str]]:
    """Return whom a node can speak to."""
    parent = name_of(node.node.parent)
    above = Choice("", parent or "final answer", "its parent" if parent else "of the team")
    below = [
        Choice(each.name, each.name, each.description or each.seat.role)
        for each in node.node.delegates
    ]
    return [above, *below]
