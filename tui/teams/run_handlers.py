"""Carries out what moves a team: words to it, the autopilot, models, branches."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from core.errors import UsageError
from core.teams import commands
from core.teams.state import TeamState
from core.teams.team import Autonomy
from core.text import clean_line
from tui.conversation.dialogs import ask_model
from tui.dialogs.ask import AskScreen
from tui.dialogs.edit import WriteScreen
from tui.dialogs.pick import Choice, PickScreen
from tui.teams.arguments import ALL, read_budget
from tui.teams.handlers import TeamHandlers
from tui.teams.wording import AUTONOMY, place_of


class RunHandlers(TeamHandlers):
    """Speaks to the team, and sets by itself what it does."""

    async def send(self, text: str, literal: bool = False) -> None:
        """Say to the team what it is to do, or answer the selected node."""
        await self._say(text)

    async def now(self, text: str, literal: bool = False) -> None:
        """Say it so that the selected node stops its reply for it."""
        await self._say(text, now=True)

    async def send_now(self) -> None:
        """Send what is typed, and stop the reply of the selected node for it."""
        prompt = self._controller.prompt
        text = prompt.text
        if text.strip():
            prompt.clear()
            await self._controller.input.typed(text, speech="now")

    async def autonomy(self, level: Autonomy | None = None, node: str = "") -> None:
        """Set what becomes of a node's proposals by themselves, or go to the next level."""
        if level is None:
            levels = list(AUTONOMY)
            level = levels[(levels.index(self._node.autonomy) + 1) % len(levels)]
        whom = None if node == ALL else node or self._node.node.path
        await self._controller.tell(commands.SetAutonomy(level, whom))

    async def autopilot(self) -> None:
        """Switch the autopilot on or off."""
        await self._controller.tell(commands.Autopilot(on=self._state.autopilot is None))

    async def budget(self) -> None:
        """Switch the autopilot on within a budget."""
        title = "Autopilot for how long? 20 steps, 5000 tokens, $1 · empty: to the final answer"
        text = await self._screen.app.push_screen_wait(AskScreen(title))
        if text is not None:
            await self._controller.tell(read_budget(text))

    async def stop(self) -> None:
        """Stop everything; what was said is kept."""
        if self._session.running:
            await self._controller.tell(commands.Stop())
            if self._state.request is not None:
                self._controller.status.hint = "stopped · n continues"

    async def model(self, name: str = "") -> None:
        """Choose the model of the selected node from its next reply on."""
        node = self._node.node
        if node.flow is not None:
            raise UsageError(f"{node.name} is code and has no model.", "Select another node.")
        question = f"Which model speaks for {clean_line(node.name)}?"
        model = name or await ask_model(self._screen, self._controller.runtime, question)
        if model is not None:
            await self._controller.tell(commands.SetModel(node.path, model))

    async def set(self, params: Mapping[str, Any]) -> None:
        """Change parameters of the selected node."""
        await self._controller.tell(commands.SetModel(self._node.node.path, params=params))

    async def _say(self, text: str, *, now: bool = False) -> None:
        if self._state.request is None:
            await self._controller.tell(commands.Say(text))
        else:
            await self._controller.tell(commands.Answer(self._node.node.path, text, now))


class BranchHandlers(TeamHandlers):
    """Goes back to earlier moments, and compares what came of them."""

    async def fork(self, record: str = "") -> None:
        """Continue from the moment of a record; what followed stays on its own branch."""
        await self._controller.tell(commands.Fork(record or self._moment()))
        self._controller.navigation.arrive("back at that moment")

    async def replay(self, record: str = "") -> None:
        """Go back to a moment, say something to a node there, and run on from it."""
        tree, moment = self._tree, record or self._moment()
        path = await asyncio.to_thread(lambda: TeamState.fold(tree.path_to(moment)))
        at_work = [node for node in path.nodes.values() if node.task is not None]
        if not at_work:
            raise UsageError("No node had anything to do at that moment.", "Pick a later one.")
        likely = [place_of(tree.get(moment)), self._controller.view.selected]
        rows = sorted(at_work, key=lambda node: _place(likely, node.node.path))
        choices = [Choice(each.node.path, each.node.path, each.standing) for each in rows]
        question = "Run on from there. Whom do you say something to?"
        node = await self._screen.app.push_screen_wait(PickScreen(question, choices))
        if node is None:
            return
        text = await self._written(
            WriteScreen(f"What you say to {clean_line(node)} at that moment")
        )
        if text:
            await self._controller.tell(commands.Replay(moment, node, text))
            self._controller.navigation.select(node)

    async def compare(self) -> None:
        """Show the branches side by side; one can be made the main line."""
        from tui.teams.branches_screen import TeamBranchesScreen

        screen = TeamBranchesScreen(self._tree, self._controller.runtime.settings.prices)
        picked = await self._screen.app.push_screen_wait(screen)
        if picked is not None:
            await self._controller.tell(commands.Jump(picked))
            self._controller.navigation.arrive("this is the main line now")

    def _moment(self) -> str:
        """Return the record that the timeline, or the page, stands on."""
        record = self._controller.navigation.moment()
        if record is None:
            raise UsageError("Select a moment first:", "l shows the timeline, j and k move in it.")
        return record


def _place(likely: list[str | None], path: str) -> int:
    return likely.index(path) if path in likely else len(likely)
