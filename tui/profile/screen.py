"""What Salon knows of the person at the keyboard: to read, decide, change, pause and forget."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import Worker

from core.chat.spec import ENGINE as CHAT
from core.errors import SalonError
from core.profile.erasure import sweep
from core.profile.store import OwnProfile
from core.profiles.state import ProfileState
from core.text import clean_line
from tui.navigation import OpenSession
from tui.pane.key_bar import KeyBar
from tui.profile.deeds import Deed, Deeds
from tui.profile.forgetting import Forgetting
from tui.profile.learner import learn_unheard
from tui.profile.origins import Origins
from tui.profile.page import Page
from tui.profile.rows import OwnRow, first_of, own_rows
from tui.profile.versions import Versions
from tui.profile.wording import FIRST_USE, meaning, standing
from tui.widgets.evidence import EvidenceCard
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from core.runtime import Runtime
    from tui.pane.shell import Shell

_NARROW, _WIDE = 100, 150
"""Columns below which the evidence stands below the values, and from which it has more room."""
_LOOK_AGAIN = 2.0
"""Seconds after which the file is looked at for what others have put into it."""
_EMPTY = "Nothing is remembered of you yet.\nL learns from your chats, n writes a value."
_STYLES = {"on": "bold $text-success", "paused": "bold $text-warning", "off": "bold $text-muted"}


class ProfileScreen(ModalScreen[None]):
    """A page over the whole screen; what waits for a decision stands on top.

    Args:
        runtime: whose profile, chats and models.
    """

    if TYPE_CHECKING:
        app: Shell

    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("escape", "back", "Back", tooltip="Stop learning, or go back"),
        Binding("q", "close", "Close", show=False),
        Binding("a", "do('accept')", "Accept", tooltip="Accept the proposed edit"),
        Binding("c", "do('change')", "Change", tooltip="Accept it with another value"),
        Binding("r", "do('refuse')", "Refuse", tooltip="Refuse the proposed edit"),
        Binding("o", "do('switch')", "On/off", tooltip="Turn your profile on or off"),
        Binding("p", "do('pause')", "Pause", tooltip="Pause it, or resume it"),
        Binding("L", "learn", "Learn", tooltip="Learn from chats that were not read yet"),
        Binding("n", "do('write')", "New", tooltip="Write a value yourself"),
        Binding("e", "do('edit')", "Edit", tooltip="Change the value"),
        Binding("d,delete", "do('remove')", "Remove", tooltip="Remove it; the history keeps it"),
        Binding("l", "do('lock')", "Lock", tooltip="Lock the field or group, or unlock it"),
        Binding("F", "do('forget')", "Forget", tooltip="Erase a field, a group or all for good"),
        Binding("h", "do('history')", "History", tooltip="Every version; go back to one"),
        Binding("enter", "chat", "Its chat", tooltip="Go to the words that it rests on"),
        Binding("x", "do('export')", "Export", tooltip="Write it to a JSON file", show=False),
        Binding("i", "do('import')", "Import", tooltip="Take in a JSON file", show=False),
        Binding("f1,question_mark", "app.help", "Help", show=False, key_display="F1"),
    ]

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self._runtime = runtime
        self.own = OwnProfile("", ProfileState())
        """The profile as it is shown."""
        self.rows: RowList[OwnRow] = RowList(id="own-rows")
        self.rows.placeholder = "reading …"
        self.status = StatusLine(id="own-status")
        self.evidence = EvidenceCard()
        self._standing = Static(id="own-standing", markup=False)
        self._origins = Origins(runtime.store)
        self._learning: Worker[None] | None = None
        self._doing = asyncio.Lock()
        page = Page(self, runtime)
        self._deeds: Mapping[str, Deed] = {
            **Deeds(page).verbs(),
            **Versions(page).verbs(),
            **Forgetting(page, self._origins).verbs(),
        }

    def renewed(self) -> ProfileScreen:
        """Return a page that takes the place of this one, after an error."""
        return ProfileScreen(self._runtime)

    def compose(self) -> ComposeResult:
        with Vertical(id="own"):
            yield self._standing
            with VerticalScroll(id="own-first", can_focus=False):
                yield Static(FIRST_USE, markup=False)
            with Horizontal(id="own-both"):
                yield self.rows
                with Vertical(id="own-side"):
                    yield self.evidence
            yield self.status
            yield KeyBar()

    def on_mount(self) -> None:
        self.evidence.display = False
        self.set_focus(self.rows)
        self._open()

    def on_resize(self) -> None:
        self.set_class(self.size.width < _NARROW, "-narrow")
        self.set_class(self.size.width >= _WIDE, "-wide")

    @property
    def help_text(self) -> str:
        """What the help page says before the keys, as Markdown."""
        return (
            "What Salon knows of you, on this machine alone. It is off until you turn it on. "
            "Salon only ever proposes; what you remove stays in the history, and what you "
            "forget is erased."
        )

    @property
    def doing(self) -> bool:
        """Whether something is being done or asked."""
        return self._doing.locked()

    @property
    def learning(self) -> bool:
        """Whether chats are being learnt from here."""
        return self._learning is not None and self._learning.is_running

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        row, state = self.rows.current, self.own.state
        if action == "learn":
            return state.active and not self.learning
        if action == "chat":
            return row is not None and bool(row.evidence)
        if action != "do" or not parameters:
            return True
        waits = row is not None and row.edit is not None
        held = row is not None and row.value is not None and not row.locked
        possible = {
            "accept": waits,
            "change": row is not None and row.edit is not None and row.edit.op != "remove",
            "refuse": waits,
            "pause": state.on,
            "edit": held,
            "remove": held,
            "lock": row is not None and bool(row.path),
            "forget": bool(state.edits or state.pending),
            "history": bool(state.edits),
            "export": bool(self.own.profile),
        }
        return possible.get(str(parameters[0]), True)

    def on_worker_state_changed(self) -> None:
        self.refresh_bindings()

    # Showing

    @work(group="open")
    async def _open(self) -> None:
        """Read the file; values whose words were erased meanwhile go first."""
        try:
            lost = await sweep(self._runtime.own_profile, self._runtime.store)
        except SalonError as error:
            self.status.problem = str(error)
        else:
            self.status.hint = " ".join(lost)
        await self.reload()
        self.set_interval(_LOOK_AGAIN, self._look_again)

    @work(group="look", exclusive=True)
    async def _look_again(self) -> None:
        await self.reload()

    async def reload(self) -> None:
        """Show the profile as its file has it now."""
        try:
            own = await self._runtime.own_profile.load()
            model = await asyncio.to_thread(lambda: self._runtime.settings.model)
        except SalonError as error:
            self.status.problem = str(error)
            self.rows.placeholder = ""
            return
        self.own = own
        word = standing(own.state)
        self._standing.update(
            Content.assemble(
                ("Your profile: ", "bold $text"),
                (word, _STYLES[word]),
                f"   {meaning(own.state, model)}",
            )
        )
        rows, none = own_rows(own), not self.rows.rows
        self.rows.placeholder = _EMPTY
        self.rows.show(rows, go_to=first_of(rows) if none else None)
        self.set_class(not own.state.on and not rows, "-first")
        if self.focused is None:
            # It loses the focus while the card for a beginner stands in its place.
            self.set_focus(self.rows)
        self.refresh_bindings()

    def _to_first(self) -> None:
        self.rows.show(self.rows.rows, go_to=first_of(self.rows.rows))

    def on_row_list_moved(self) -> None:
        self._show_evidence()
        self.refresh_bindings()

    def on_row_list_chosen(self) -> None:
        self.action_chat()

    @work(group="evidence", exclusive=True)
    async def _show_evidence(self) -> None:
        """Show the words at once, and where they were said as soon as that is known."""
        row = self.rows.current
        self.evidence.origins = {}
        self.evidence.row = row
        if row is not None and row.evidence:
            self.evidence.origins = await self._origins.of(row.evidence)

    # Doing

    def action_do(self, verb: str) -> None:
        """Do something; while it is still asking, nothing else is begun."""
        if not self._doing.locked():
            self.run_worker(self._do(verb), group="do")

    async def _do(self, verb: str) -> None:
        async with self._doing:
            self.status.problem = self.status.hint = ""
            before = self.rows.current
            try:
                self.status.hint = clean_line(await self._deeds[verb]())
            except SalonError as error:
                self.status.problem = str(error)
            await self.reload()
            after = self.rows.current
            if before is not None and before.text and after is not None and not after.text:
                # What was decided about is gone: on to what waits, not to a heading.
                self._to_first()

    def action_learn(self) -> None:
        """Learn from chats that were not read yet."""
        self.status.problem = self.status.hint = ""
        self._learning = self._learn()
        self.refresh_bindings()

    @work(group="learn")
    async def _learn(self) -> None:
        try:
            self.status.hint = await learn_unheard(self._runtime, self._progress)
        except SalonError as error:
            self.status.problem = str(error)
        finally:
            self.status.state = ""
        await self.reload()
        self._to_first()

    def _progress(self, text: str) -> None:
        self.status.state = text
        self._look_again()

    def action_chat(self) -> None:
        """Open the chat of the words, at their message."""
        row = self.rows.current
        if row is None or not row.evidence:
            return
        said = row.evidence[-1]
        app = self.app
        self.dismiss(None)
        app.run_worker(app.navigate(OpenSession(said.session, CHAT, said.record)), group="navigate")

    def action_back(self) -> None:
        """Stop learning, or go back."""
        if self._learning is not None and self.learning:
            self._learning.cancel()
            self.status.hint = "stopped; what was proposed so far stays"
            return
        self.dismiss(None)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
