"""What carries out the commands of the CLM pane."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.clm.simulation import commands
from core.clm.simulation.spec import POLICY_NAMES, POPULATION_POLICIES
from core.clm.simulation.state import SimulationState
from core.errors import UsageError
from core.text import read_whole
from tui.clm.draft import SimulationSetup
from tui.clm.session import ClmSession
from tui.clm.start import POLICIES
from tui.clm.story import text_of
from tui.clm.telling import card_on
from tui.conversation.dialogs import ask_model
from tui.conversation.requests import show_request
from tui.dialogs.ask import AskScreen
from tui.dialogs.pick import Choice, PickScreen
from tui.navigation import ChatWith, SeatAt
from tui.pane.common import StartHandlers
from tui.pane.handlers import Handlers
from tui.typed_path import is_there, typed_path

if TYPE_CHECKING:
    from tui.clm.controller import ClmController


class SetupHandlers(StartHandlers["ClmController"]):
    """Sets up a run and starts it; its first day waits for a key."""

    def __init__(self, controller: ClmController) -> None:
        super().__init__(controller)
        self._session = controller.session

    async def _show_started(self) -> None:
        self._controller.follow()
        self._controller.show_run()

    async def customers(self, said: str) -> None:
        """Choose the customers of the next run: so many who are drawn, or those of a file."""
        if self._session.started:
            raise UsageError("This run has its customers.", "ctrl+n sets up another one.")
        number, draft = read_whole(said.replace(",", "").replace("_", "")), self._session.draft
        if number is not None:
            self._session.draft = draft.with_size(number)
        else:
            path = typed_path(said)
            if not is_there(path):
                raise UsageError(f"There is no file {said!r}.", "Tab completes paths.")
            self._session.draft = draft.with_cast(path)
        self._controller.show_setup()

    async def reset(self) -> None:
        """Show the start card with what this run began with, seed and all."""
        state = self._session.state
        if state is None or not await self._controller.may_end():
            return
        self._session.draft = SimulationSetup.like(state.spec, state.policy, state.model)
        await self._session.close()
        self._controller.start.form.at = "seed"
        self._controller.show_setup()
        self._controller.status.hint = (
            f"enter starts again with seed {state.spec.seed} · the last run is kept: ctrl+r"
        )


class RunHandlers(Handlers["ClmController"]):
    """Runs days, goes back to earlier ones, changes what decides."""

    def __init__(self, controller: ClmController) -> None:
        super().__init__(controller)
        self._session = controller.session

    async def run(self, days: int | None = None) -> None:
        """Run to the end of what is planned."""
        state = self._session.state
        planned = 0 if state is None else state.days
        if days is None and state is not None and planned and state.over >= planned:
            raise UsageError("All planned days are over.", "n runs one more, W a week more.")
        await self._controller.tell(commands.Run(days))

    async def next(self) -> None:
        """Run the next day."""
        await self._controller.tell(commands.Run(1))

    async def policy(self) -> None:
        """Choose the policy: of the next run, or from the next customer on."""
        chosen = await ask_policy(self._controller, "Policy from here on")
        if chosen is not None:
            await self._controller.tell(commands.SetPolicy(chosen))

    async def model(self) -> None:
        """Choose the model that decides under the policy `llm`."""
        controller = self._controller
        chosen = await ask_model(controller.screen, controller.runtime, "Model of the policy llm")
        if chosen is not None:
            await controller.tell(commands.SetModel(chosen))

    async def fork(self, day: int | None = None) -> None:
        """Continue from the end of the day that is shown, or of one that is asked for."""
        state = run_of(self._controller)
        if day is None:
            day = self._controller.view.day
            if day >= state.day:
                question = f"Continue from the end of which day? 0 to {state.over}"
                text = await self._controller.screen.app.push_screen_wait(
                    AskScreen(question, str(state.over))
                )
                if text is None:
                    return
                read = read_whole(text.strip())
                if read is None:
                    raise UsageError("A day is a whole number.", f"From 0 to {state.over}.")
                day = read
        await self._controller.tell(commands.Fork(day))
        self._controller.view.show_run()
        self._controller.status.hint = (
            f"continues from the end of day {day} · what followed is kept on its branch"
        )


class PageHandlers(Handlers["ClmController"]):
    """Shows other days, customers, charts, comparisons and prompts; exports."""

    def __init__(self, controller: ClmController) -> None:
        super().__init__(controller)
        self._session = controller.session
        self._screen = controller.screen

    async def look(self, step: int) -> None:
        """Show the cards of an earlier day, or of a later one."""
        view = self._controller.view
        view.look_at(view.day + step)

    async def newest(self) -> None:
        """Show the newest day and follow it."""
        state = self._session.state
        if state is not None:
            self._controller.view.look_at(state.day)

    async def ledger(self) -> None:
        """Go to what was learned, in place of the cards where there is little room; or back."""
        screen, controller = self._screen, self._controller
        if screen.has_class("-narrow"):
            screen.toggle_class("-ledger")
            there = screen.has_class("-ledger")
        else:
            there = screen.focused is not controller.learnt
        screen.set_focus(controller.learnt if there else controller.main_focus)

    async def write(self) -> None:
        """Let a command be typed."""
        self._controller.input.open()

    async def copy(self) -> None:
        """Copy the selected card."""
        story = self._controller.stories.current
        if story is None:
            raise UsageError("There is no card to copy.", "n runs the next day.")
        self._controller.copy_text(text_of(story), "card")

    async def customer(self, who: str = "") -> None:
        """Open the page of a customer: the selected one, or one by name."""
        from tui.clm.customer import CustomerScreen

        state = run_of(self._controller)
        if state.spec.is_population:
            raise UsageError(
                "A population has no pages of single customers.",
                "Up to 1,000 customers each have one.",
            )
        found = _named(state, who) if who else self._controller.selected_customer()
        if found is None:
            raise UsageError("Select a customer first:", "j and k move, Tab goes to the list.")
        request = await self._screen.app.push_screen_wait(CustomerScreen(state, found))
        if isinstance(request, ChatWith | SeatAt):
            # Where there is no such persona, that is said here and not in the other pane.
            await asyncio.to_thread(self._controller.runtime.library.find, request.persona)
            await self._screen.app.navigate(request)

    async def compare(self, policy: str = "") -> None:
        """Run the same days under another policy, and show both side by side."""
        from tui.clm.compare_screen import ClmCompareScreen

        state = run_of(self._controller)
        if not state.over:
            raise UsageError("There is nothing to compare yet.", "n runs the first day.")
        if policy and policy not in _policies(state):
            raise UsageError(
                f"There is no policy {policy!r} here.", f"There are: {', '.join(_policies(state))}."
            )
        other = policy or await ask_policy(self._controller, "Compare with which policy?")
        if other is None:
            return
        chosen = await self._screen.app.push_screen_wait(
            ClmCompareScreen(self._controller.runtime, state, other)
        )
        if chosen is not None:
            await self._controller.tell(commands.SetPolicy(chosen))

    async def charts(self) -> None:
        """Show all charts of the run."""
        from tui.clm.charts import ChartsScreen

        state = run_of(self._controller)
        if not state.over:
            raise UsageError("There is nothing to draw yet.", "n runs the first day.")
        await self._screen.app.push_screen_wait(ChartsScreen(state))

    async def sent(self) -> None:
        """Show the prompt sent for the selected card."""
        state, tree = run_of(self._controller), self._session.tree
        who, day = self._controller.selected_customer(), self._controller.view.day
        card = None if who is None else card_on(state.customers[who], day)
        reply = None if card is None else card.choice.data.get("reply")
        if tree is None or reply is None or reply not in tree:
            raise UsageError(
                "No model was asked for that card.", "Select one that a model decided."
            )
        await show_request(self._screen, tree, tree.get(reply))


def run_of(controller: ClmController) -> SimulationState:
    """Return where the run stands. Raises `UsageError` where there is none."""
    state = controller.session.state
    if state is None:
        raise UsageError(*ClmSession.NOT_STARTED)
    return state


async def ask_policy(controller: ClmController, question: str) -> str | None:
    """Ask for a policy of the run, or of the one that is set up."""
    state = controller.session.state
    names = controller.session.draft.policies if state is None else _policies(state)
    rows = [Choice(name, name, POLICIES.get(name, "")) for name in names]
    return await controller.screen.app.push_screen_wait(PickScreen(question, rows))


def _policies(state: SimulationState) -> tuple[str, ...]:
    return POPULATION_POLICIES if state.spec.is_population else POLICY_NAMES


def _named(state: SimulationState, wanted: str) -> str:
    wanted = wanted.casefold()
    for who in state.customers.values():
        if wanted in {who.id.casefold(), who.name.casefold()}:
            return who.id
    for who in state.customers.values():
        if wanted in who.name.casefold():
            return who.id
    raise UsageError(f"There is no customer {wanted!r}.", "Tab completes their names.")
