"""Carries out decisions on proposals: apply, edit, redirect, refuse, take over, skip."""

from __future__ import annotations

from core.errors import UsageError
from core.sessions.record import Record
from core.teams import commands
from core.teams.node_state import NodeState
from core.text import clean_line
from tui.dialogs.ask import AskScreen
from tui.dialogs.edit import WriteScreen
from tui.dialogs.pick import Choice, PickScreen
from tui.teams.cards import proposal_at
from tui.teams.handlers import TeamHandlers
from tui.teams.wording import name_of

_PARENT = frozenset({"parent", "up", "final"})
"""What stands for a node's parent where a receiver is typed."""


class ProposalHandlers(TeamHandlers):
    """Decides on the proposals of the selected node."""

    async def apply(self, number: str | None = None, more: str = "") -> None:
        """Apply a proposal."""
        if more:
            raise UsageError(f"What is {more!r} to apply?", "/apply, or /apply 7")
        await self._controller.tell(commands.Apply(self._wanted(number)))

    async def skip(self, number: str | None = None, more: str = "") -> None:
        """Continue without a proposal."""
        if more:
            raise UsageError(f"What is {more!r} to skip?", "/skip, or /skip 7")
        await self._controller.tell(commands.Skip(self._wanted(number)))

    async def edit(self, number: str | None = None, text: str = "") -> None:
        """Apply a proposal in other words."""
        proposal = self._pending(number)
        if not text:
            title = f"Proposal {self._number(proposal)} in other words · ctrl+s applies it"
            text = await self._written(WriteScreen(title, proposal.text))
        if text:
            await self._controller.tell(commands.Edit(text, proposal.id))

    async def redirect(self, number: str | None = None, to: str = "") -> None:
        """Apply a proposal to another recipient."""
        proposal = self._pending(number)
        node = self._state.nodes[proposal.node]
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
            await self._controller.tell(commands.Redirect(picked, proposal.id))

    async def refuse(self, number: str | None = None, reason: str = "") -> None:
        """Have a node propose something else."""
        proposal = self._pending(number)
        why: str | None = reason
        if number is None and not reason:
            title = f"Refuse proposal {self._number(proposal)}. Why? (may stay empty)"
            why = await self._screen.app.push_screen_wait(AskScreen(title))
        if why is not None:
            await self._controller.tell(commands.Refuse(proposal.id, why))

    async def takeover(self, text: str = "") -> None:
        """Reply in place of the selected node."""
        node = self._node
        name = clean_line(node.node.name)
        if node.task is None:
            raise UsageError(f"{name} has nothing to reply to.", "It has to be asked first.")
        to: str | None = ""
        if node.node.delegates and not text:
            question = f"To whom do you speak as {name}?"
            to = await self._screen.app.push_screen_wait(PickScreen(question, _receivers(node)))
        if to is not None and not text:
            whom = to or name_of(node.node.parent) or "the final answer"
            title = f"What {name} says, in your words · to {clean_line(whom)}"
            text = await self._written(WriteScreen(title))
        if to is not None and text:
            await self._controller.tell(commands.TakeOver(node.node.path, text, to))

    async def other(self, step: int) -> None:
        """Show another of the node's proposals."""
        self._controller.view.place += step
        self._controller.view.show_card()

    def _wanted(self, number: str | None) -> str:
        """Return the proposal that is meant: a numbered one, or that of the card.

        Raises:
            UsageError: nothing of the selected node is pending.
        """
        if number:
            return number
        node = self._node
        found = proposal_at(node, self._controller.view.place)
        if found is None:
            raise UsageError(
                f"{name_of(node.node.path)} proposes nothing now.", "p goes to what is pending."
            )
        return found.id

    def _pending(self, number: str | None) -> Record:
        state, wanted = self._state, self._wanted(number)
        bare = wanted.removeprefix("#")
        for proposal, place in state.numbers.items():
            if wanted == proposal or bare == str(place):
                return state.proposals[proposal]
        raise UsageError(f"There is no proposal {wanted}.", "The cards and the timeline name them.")

    def _number(self, proposal: Record) -> int:
        return self._state.numbers[proposal.id]


def _receivers(node: NodeState) -> list[Choice[str]]:
    """Return whom a node can speak to."""
    parent = name_of(node.node.parent)
    above = Choice("", parent or "final answer", "its parent" if parent else "of the team")
    below = [
        Choice(each.name, each.name, each.description or each.seat.role)
        for each in node.node.delegates
    ]
    return [above, *below]
