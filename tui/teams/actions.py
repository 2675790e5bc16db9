"""Does what the teams pane's keys and commands ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from core.errors import CommandError, UsageError
from core.teams import commands
from core.teams.node_state import NodeState
from core.teams.state import TeamState
from core.teams.team import Autonomy
from tui.teams.cards import proposal_at
from tui.teams.desk import Desk
from tui.teams.granting import Granting
from tui.teams.slash import ALL
from tui.teams.wording import AUTONOMY, NOTHING_WAITS, name_of

if TYPE_CHECKING:
    from tui.teams.conductor import Conductor

_AWAITED = (
    commands.Say,
    commands.Apply,
    commands.Edit,
    commands.Redirect,
    commands.Refuse,
    commands.Skip,
    commands.TakeOver,
    commands.Replay,
    commands.Autopilot,
    commands.Go,
)
"""Commands after which one waits for what comes of them, wherever in the tree that is."""
_SELECT = ("No node is selected.", "Choose a team first: enter starts the one in the list.")


class Actions:
    """The verbs of the pane. Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._stage = conductor.stage
        self._board = conductor.board
        self.desk = desk = Desk(conductor, self)
        granting = Granting(conductor, desk)
        self._verbs: Mapping[str, Callable[..., Awaitable[None]]] = {
            "send": self._send,
            "say": self._say,
            "answer": self._answer,
            "now": self._now,
            "apply": self._apply,
            "skip": self._skip,
            "autonomy": self._autonomy,
            "autopilot": self._toggle_autopilot,
            "pilot": self.tell,
            "go": self._go,
            "stop": self._stop,
            "pending": self._pending,
            "other": self._other,
            "set": self._set,
            "jump": self._jump,
            "copy": self._copy,
            "help": self._help,
            "toggle_tree": self._toggle_tree,
            "toggle_timeline": self._toggle_timeline,
            "where": self._where,
            "edit": desk.edit,
            "redirect": desk.redirect,
            "refuse": desk.refuse,
            "takeover": desk.take_over,
            "budget": desk.budget,
            "model": desk.model,
            "fork": desk.fork,
            "replay": desk.replay,
            "compare": desk.compare,
            "saw": desk.saw,
            "find": desk.find,
            "found": desk.found,
            "export": desk.export,
            "rename": desk.rename,
            "start": desk.start,
            "chat": desk.chat,
            "seat": desk.seat,
            "visit": desk.visit,
            "resume": desk.resume,
            "new": desk.new,
            "grant": granting.grant,
        }

    @property
    def verbs(self) -> frozenset[str]:
        """What can be done."""
        return frozenset(self._verbs)

    async def do(self, verb: str, *arguments: object) -> None:
        """Carry out a verb of the pane."""
        await self._verbs[verb](*arguments)

    # What the verbs are about

    @property
    def state(self) -> TeamState:
        """Where the team stands. Raises `UsageError` where there is none."""
        state = self._stage.state
        if state is None:
            raise UsageError(*_SELECT)
        return state

    @property
    def node(self) -> NodeState:
        """The selected node. Raises `UsageError` where there is none."""
        path = self._board.selected
        if path is None:
            raise UsageError(*_SELECT)
        return self.state.nodes[path]

    def proposal(self, number: object = None) -> str:
        """Return the proposal that a verb is about: a numbered one, or that of the card.

        Raises:
            UsageError: nothing of the selected node is pending.
        """
        if isinstance(number, str) and number:
            return number
        node = self.node
        found = proposal_at(node, self._board.place)
        if found is None:
            raise UsageError(
                f"{name_of(node.node.path)} proposes nothing now.", "p goes to what waits."
            )
        return found.id

    async def tell(self, command: commands.Command) -> None:
        """Pass a command to the engine, which is started for it if need be."""
        await self._conductor.ready_to_run()
        # Before: what comes of it may be told while it is being stored.
        self._conductor.following = isinstance(command, _AWAITED)
        await self._stage.send(command)
        self._board.show_state()

    # Words

    async def _send(self, text: str) -> None:
        """Say to the team what it is to do, or answer the selected node."""
        if self.state.request is None:
            await self._say(text)
        else:
            await self._answer(self.node.node.path, text)

    async def _say(self, text: str) -> None:
        await self.tell(commands.Say(text))

    async def _answer(self, node: str, text: str, *, now: bool = False) -> None:
        await self.tell(commands.Answer(node, text, now))

    async def _now(self, text: str) -> None:
        if self.state.request is None:
            await self._say(text)
        else:
            await self._answer(self.node.node.path, text, now=True)

    # Decisions

    async def _apply(self, number: str | None = None, more: str = "") -> None:
        if more:
            raise UsageError(f"What is {more!r} to apply?", "/apply, or /apply 7")
        await self.tell(commands.Apply(self.proposal(number)))

    async def _skip(self, number: str | None = None, more: str = "") -> None:
        if more:
            raise UsageError(f"What is {more!r} to skip?", "/skip, or /skip 7")
        await self.tell(commands.Skip(self.proposal(number)))

    async def _autonomy(self, level: Autonomy | None = None, node: str = "") -> None:
        """Set what becomes of a node's proposals by themselves, or go to the next level."""
        if level is None:
            levels = list(AUTONOMY)
            level = levels[(levels.index(self.node.autonomy) + 1) % len(levels)]
        whom = None if node == ALL else node or self.node.node.path
        await self.tell(commands.SetAutonomy(level, whom))

    async def _toggle_autopilot(self) -> None:
        await self.tell(commands.Autopilot(on=self.state.autopilot is None))

    async def _go(self) -> None:
        await self.tell(commands.Go())

    async def _stop(self) -> None:
        if self._stage.running:
            await self.tell(commands.Stop())
            if self.state.request is not None:
                self._conductor.status.hint = "stopped · n goes on"

    async def _set(self, params: Mapping[str, Any]) -> None:
        await self.tell(commands.SetModel(self.node.node.path, params=params))

    async def _jump(self, record: str) -> None:
        await self.tell(commands.Jump(record))

    # Where one looks

    async def _pending(self) -> None:
        """Go to what has waited longest; once there, to what has waited next."""
        state = self._stage.state
        inbox = [] if state is None else state.inbox
        if state is None or not inbox:
            self._conductor.status.hint = NOTHING_WAITS
            return
        root = state.team.root.path
        paths = list(dict.fromkeys(record.node or root for record in inbox))
        here = self._board.selected
        at = paths.index(here) + 1 if here in paths else 0
        self._conductor.select(paths[at % len(paths)])
        self._conductor.screen.show_page()

    async def _other(self, step: int) -> None:
        """Show another of the node's proposals."""
        self._board.place += step
        self._board.show_card()

    async def _copy(self) -> None:
        self._conductor.talk.action_copy_message()

    async def _help(self) -> None:
        await self._conductor.screen.run_action("app.help")

    async def _toggle_tree(self) -> None:
        self._conductor.screen.action_tree()

    async def _toggle_timeline(self) -> None:
        self._conductor.screen.action_timeline()

    async def _where(self) -> None:
        session = self._stage.session
        kept = f"Session {session.id} is saved as it goes." if session else "Nothing was said yet."
        self._conductor.status.hint = kept

    async def describe(self, title: str | None, pinned: bool | None) -> None:
        """Have the run renamed or pinned by whoever writes to it."""
        if self._stage.session is None:
            raise CommandError("No run is open here.")
        if title is not None:
            await self.tell(commands.Rename(title))
        if pinned is not None:
            await self.tell(commands.Pin(pinned))
