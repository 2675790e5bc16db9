"""Where the days pane's questions are asked and their answers carried out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from core.clm.run.commands import Command, Fork, Rename, SetModel, SetPolicy
from core.clm.run.spec import BULK_POLICIES, ENGINE, POLICY_NAMES
from core.clm.run.state import RunState
from core.errors import UsageError
from core.sessions.summary import title_of
from tui.conversation.dialogs import ask_model, ask_session
from tui.conversation.requests import show_request
from tui.days.start import POLICIES
from tui.days.tables import write_tables
from tui.days.telling import card_on
from tui.exporting import ask_export, write_export
from tui.screens.ask import AskScreen
from tui.screens.pick import Choice, PickScreen
from tui.wishes import ChatWith, SeatAt

if TYPE_CHECKING:
    from tui.days.conductor import Conductor

_TABLES = {
    "csv": "customers, decisions, days, segments, the ledger, and a manifest",
    "json": "the same as JSON",
    "parquet": "the same as Parquet",
}
_TRANSCRIPT = "transcript"
NOT_BEGUN = ("No run has begun.", "enter starts one.")


class Desk:
    """Asks, and acts on the answer. Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor, tell: Callable[[Command], Awaitable[None]]) -> None:
        self._conductor = conductor
        self._tell = tell
        self._screen = conductor.screen
        self._stage = conductor.stage
        self._runtime = conductor.screen.app.runtime

    async def policy(self) -> None:
        """Choose who decides: in the next run, or from the next customer on."""
        chosen = await self._ask_policy("Who decides from here on?")
        if chosen is not None:
            await self._tell(SetPolicy(chosen))

    async def model(self) -> None:
        """Choose the model that decides under the policy `llm`."""
        chosen = await ask_model(self._screen, self._runtime, "Which model decides?")
        if chosen is not None:
            await self._tell(SetModel(chosen))

    async def fork(self) -> None:
        """Go back to the end of the day that is shown, or of one that is asked for."""
        state = self._state()
        day = self._conductor.board.day
        if day >= state.day:
            asked = AskScreen(
                f"Go back to the end of which day? 0 to {state.over}", str(state.over)
            )
            text = await self._screen.app.push_screen_wait(asked)
            if text is None:
                return
            if not text.strip().isdecimal():
                raise UsageError("A day is a whole number.", f"From 0 to {state.over}.")
            day = int(text)
        await self._tell(Fork(day))
        self._conductor.board.show_run()
        self._conductor.status.hint = (
            f"back at the end of day {day}; what followed is kept on its branch"
        )

    async def compare(self, policy: str = "") -> None:
        """Live the same days with another policy, and show both side by side."""
        from tui.screens.days_compare import DaysCompareScreen

        state = self._state()
        if not state.over:
            raise UsageError("There is nothing to compare yet.", "n lives the first day.")
        if policy and policy not in _policies(state):
            raise UsageError(
                f"There is no policy {policy!r} here.", f"There are: {', '.join(_policies(state))}."
            )
        other = policy or await self._ask_policy("Compare with which policy?")
        if other is None:
            return
        chosen = await self._screen.app.push_screen_wait(
            DaysCompareScreen(self._runtime, state, other)
        )
        if chosen is not None:
            await self._tell(SetPolicy(chosen))

    async def customer(self, who: str = "") -> None:
        """Open the page of a customer: the one under the cursor, or one by name."""
        from tui.screens.customer import CustomerScreen

        state = self._state()
        if state.spec.bulk:
            raise UsageError(
                "A population has no pages of single customers.",
                "Up to 1,000 customers each have one.",
            )
        found = self._named(state, who) if who else self._under_cursor()
        if found is None:
            raise UsageError("Select a customer first:", "j and k move, Tab goes to the list.")
        wish = await self._screen.app.push_screen_wait(CustomerScreen(state, found))
        if isinstance(wish, ChatWith | SeatAt):
            # Where there is no such persona, that is said here and not in the other pane.
            await asyncio.to_thread(self._runtime.library.find, wish.persona)
            await self._screen.app.go(wish)

    async def sent(self) -> None:
        """Show what exactly the model was sent for the selected card."""
        state, session = self._state(), self._stage.session
        who, day = self._under_cursor(), self._conductor.board.day
        card = None if who is None else card_on(state.customers[who], day)
        reply = None if card is None else card.choice.data.get("reply")
        if session is None or reply is None or reply not in session.tree:
            raise UsageError(
                "No model was asked for that card.", "Select one that a model decided."
            )
        await show_request(self._screen, session.tree, session.tree.get(reply))

    async def charts(self) -> None:
        """Show all charts of the run."""
        from tui.screens.charts import ChartsScreen

        state = self._state()
        if not state.over:
            raise UsageError("There is nothing to draw yet.", "n lives the first day.")
        await self._screen.app.push_screen_wait(ChartsScreen(state))

    async def export(self) -> None:
        """Write the run into the working directory: tables, or a transcript."""
        session = self._stage.session
        if session is None:
            raise UsageError("There is nothing to export yet.", NOT_BEGUN[1])
        rows = [Choice(form, f"{form} tables", does) for form, does in _TABLES.items()]
        rows.append(Choice(_TRANSCRIPT, "a transcript", "Markdown, HTML, plain text, JSON Lines"))
        form = await self._screen.app.push_screen_wait(PickScreen("Export as what?", rows))
        if form == _TRANSCRIPT:
            export = await ask_export(self._screen, title_of(session.tree), "run")
            if export is not None:
                self._conductor.status.hint = await write_export(session.tree, export)
        elif form is not None:
            self._conductor.status.hint = await write_tables(session, form)

    async def rename(self, title: str = "") -> None:
        """Give the run a title."""
        state = self._state()
        if not title:
            asked = AskScreen("What is this run called?", state.spec.title)
            answer = await self._screen.app.push_screen_wait(asked)
            title = answer or ""
        if title.strip():
            await self._tell(Rename(title))

    async def resume(self) -> None:
        """Open a stored run."""
        chosen = await ask_session(self._screen, self._runtime, ENGINE, "Go on with which run?")
        if chosen is not None:
            await self.open(chosen)

    async def open(self, session_id: str) -> None:
        """Show a stored run and get ready to go on with it; until it is open, nothing ends."""
        session = self._stage.session
        if session is not None and session.id == session_id:
            return
        self._conductor.status.state = "reading …"
        try:
            await self._stage.open(await self._runtime.store.open(session_id))
            self._conductor.follow()
            self._conductor.show_run()
        finally:
            if self._conductor.status.state == "reading …":
                self._conductor.status.state = ""
                self._conductor.look()

    async def _ask_policy(self, question: str) -> str | None:
        state = self._stage.state
        names = self._stage.draft.policies if state is None else _policies(state)
        rows = [Choice(name, name, POLICIES.get(name, "")) for name in names]
        return await self._screen.app.push_screen_wait(PickScreen(question, rows))

    def _state(self) -> RunState:
        state = self._stage.state
        if state is None:
            raise UsageError(*NOT_BEGUN)
        return state

    def _under_cursor(self) -> str | None:
        conductor = self._conductor
        focused = self._screen.focused
        if focused is conductor.people:
            row = conductor.people.current
            return None if row is None or row.key.startswith("heading ") else row.key
        if focused is conductor.learnt:
            learnt = conductor.learnt.current
            return None if learnt is None else learnt.who
        story = conductor.stories.current
        state = self._stage.state
        return story.key if story is not None and state and story.key in state.customers else None

    def _named(self, state: RunState, wanted: str) -> str:
        wanted = wanted.casefold()
        for who in state.customers.values():
            if wanted in {who.id.casefold(), who.name.casefold()}:
                return who.id
        for who in state.customers.values():
            if wanted in who.name.casefold():
                return who.id
        raise UsageError(f"There is no customer {wanted!r}.", "Tab completes their names.")


def _policies(state: RunState) -> tuple[str, ...]:
    return BULK_POLICIES if state.spec.bulk else POLICY_NAMES
