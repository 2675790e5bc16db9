"""The chat pane: one persona, one human, every reply a branch.

The screen is what can be painted at once: the shell, the keys. What needs the engine is
furnished after the first paint; `tui.chat.conductor` then does what the keys ask for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from tui.panes import PaneScreen
from tui.widgets.seat_header import SeatHeader
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from textual.widgets import TextArea

    from core.errors import SalonError
    from core.runtime import Runtime
    from tui.chat.conductor import Conductor
    from tui.chat.stage import ChatStage
    from tui.widgets.prompt import Prompt
    from tui.widgets.transcript import Transcript
    from tui.wishes import Wish

_BEGUN = frozenset({
    "branches",
    "clear",
    "copy",
    "copy_all",
    "copy_code",
    "editor",
    "export",
    "find",
    "fork",
    "found",
    "pager",
    "saw",
})
"""What needs a conversation."""
_WRITABLE = frozenset({"again", "delete", "edit", "go_on", "pin", "rename", "restore"})
"""What needs one that can be written to."""
_SWIPE = Binding.Group("Swipe", compact=True)


class ChatScreen(PaneScreen):
    """A header, one transcript, one prompt."""

    CSS_PATH = "chat.tcss"
    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("escape", "do('stop')", "Stop", tooltip="Stop the reply, keep what it said"),
        Binding("escape", "do('write')", show=False),
        Binding("i", "do('write')", "Write", tooltip="To the prompt"),
        Binding("r", "do('again')", "Again", tooltip="Have a reply written anew"),
        Binding("e", "do('edit')", "Edit", tooltip="Change the words of a message"),
        Binding(
            "left,h",
            "do('swipe', -1)",
            "Before",
            key_display="←",
            group=_SWIPE,
            tooltip="The alternative before",
        ),
        Binding(
            "right,l",
            "do('swipe', 1)",
            "Next",
            key_display="→",
            group=_SWIPE,
            tooltip="The next alternative, or a new one",
        ),
        Binding("n", "do('go_on')", "Go on", tooltip="Have the last reply go on"),
        Binding("f", "do('fork')", "Fork", tooltip="Go on from the selected message"),
        Binding("b", "do('branches')", "Branches", tooltip="All branches as a map"),
        Binding("d,delete", "do('delete')", "Delete", tooltip="Leave a message out"),
        Binding(
            "u", "do('restore')", "Take back", show=False, tooltip="Take back in what was left out"
        ),
        Binding("m", "do('model')", "Model", show=False, tooltip="Another model from here on"),
        Binding("s", "do('parameters')", "Set", show=False, tooltip="Other parameters"),
        Binding(
            "w", "do('saw')", "Sent", show=False, tooltip="What exactly was sent for a message"
        ),
        Binding("S", "do('system')", "Told", show=False, tooltip="What the persona is told"),
        Binding("y", "do('copy')", "Copy", show=False, tooltip="Copy the message"),
        Binding("c", "do('copy_code')", "Copy code", show=False, tooltip="Copy its code"),
        Binding("Y", "do('copy_all')", "Copy all", show=False, tooltip="Copy the whole chat"),
        Binding("o", "do('pager')", "Pager", show=False, tooltip="Read the chat in your pager"),
        Binding("O", "do('editor')", "Editor", show=False, tooltip="Read it in your editor"),
        Binding("x", "do('export')", "Export", show=False, tooltip="Write a transcript"),
        Binding(
            "p", "do('persona')", "Persona", show=False, tooltip="Show the persona in Personas"
        ),
        Binding("R", "do('rename')", "Title", show=False, tooltip="Give the chat a title"),
        Binding("P", "do('pin')", "Pin", show=False, tooltip="Keep it at the top, or no longer"),
        Binding(
            "ctrl+t,v", "do('compare')", "Compare", tooltip="Several models answer side by side"
        ),
        Binding("ctrl+n", "do('new')", "New", tooltip="Begin a chat with somebody"),
        Binding("ctrl+r", "do('resume')", "Earlier", tooltip="Go on with an earlier chat"),
        Binding("ctrl+o,a", "do('attach')", "Attach", show=False, tooltip="Send a text file along"),
        Binding(
            "ctrl+g", "do('compose')", "Write in editor", show=False, tooltip="Write in your editor"
        ),
        Binding("ctrl+f", "do('find')", "Find", show=False, tooltip="Search on the page"),
        Binding(
            "greater_than_sign",
            "do('found', 1)",
            "Next place",
            show=False,
            tooltip="Next place found",
        ),
        Binding(
            "less_than_sign",
            "do('found', -1)",
            "Place before",
            show=False,
            tooltip="Previous place found",
        ),
        Binding("pageup", "do('scroll', -1)", show=False),
        Binding("pagedown", "do('scroll', 1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.conductor: Conductor | None = None
        """Who does what the keys ask for; there from shortly after the first paint."""

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        yield SeatHeader(id="who")
        yield Vertical(id="chat-floor")

    def on_mount(self) -> None:
        self._furnish()

    @work(group="furnish")
    async def _furnish(self) -> None:
        """Read who is there first, then bring in what the talk needs."""
        stage, problem = await self.take_over(_new_stage)
        conductor = await asyncio.to_thread(_new_conductor, self, stage)
        await self.query_one("#chat-floor").mount(*conductor.furniture())
        self.conductor = conductor
        self.on_resize()
        await conductor.make_ready(problem)
        self._furnished.set()

    def on_resize(self) -> None:
        """Leave room for the talk where there is little."""
        if self.conductor is not None:
            self.conductor.prompt.styles.max_height = max(1, min(8, self.size.height // 4))

    @property
    def ready(self) -> bool:
        """Whether everything is there."""
        return self._furnished.is_set()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now, so that the key bar stays short and true."""
        if action != "do" or not parameters:
            return True
        verb, conductor = parameters[0], self.conductor
        stage = None if conductor is None else conductor.stage
        if verb == "stop":
            return stage is not None and stage.replying
        if conductor is None or stage is None:
            return False
        if verb == "swipe":
            return conductor.can_swipe(parameters[1])
        if verb in _BEGUN:
            return stage.begun
        if verb in _WRITABLE:
            return stage.session is not None
        return True

    async def action_do(self, verb: str, *arguments: object) -> None:
        """Have the conductor do something; a key that comes too early waits its turn."""
        await self._furnished.wait()
        assert self.conductor is not None
        doing = self.conductor.do(verb, *arguments)
        if self.conductor.actions.asks(verb, arguments):
            self.run_worker(doing, group="ask")
        else:
            await doing

    async def grant(self, wish: Wish) -> None:
        await self._furnished.wait()
        assert self.conductor is not None
        await self.conductor.do("grant", wish)

    def hand_over(self) -> object:
        return super().hand_over() if self.conductor is None else self.conductor.stage

    @property
    def session_id(self) -> str | None:
        session = None if self.conductor is None else self.conductor.stage.session
        return None if session is None else session.id

    @property
    def busy(self) -> str:
        replying = self.conductor is not None and self.conductor.stage.replying
        return "a reply is being written" if replying else ""

    async def describe(self, *, title: str | None = None, pinned: bool | None = None) -> None:
        assert self.conductor is not None
        await self.conductor.actions.describe(title, pinned)

    async def let_go(self) -> None:
        await self._furnished.wait()
        assert self.conductor is not None
        await self.conductor.actions.let_go()

    async def wind_down(self) -> None:
        if self.conductor is not None:
            await self.conductor.wind_down()

    @property
    def help_text(self) -> str:
        from tui.chat.slash import help_table

        return (
            "You talk with one persona. Nothing is ever lost: a reply written anew, words that "
            "were changed or left out, a fork, each is a branch of the same chat.\n\n"
            f"{help_table()}"
        )

    async def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        assert self.conductor is not None
        await self.conductor.typed(event.text_sent)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        if self.conductor is not None:
            self.conductor.typing(event.text_area.text)

    def on_prompt_left(self) -> None:
        assert self.conductor is not None
        self.conductor.talk.screen.set_focus(self.conductor.talk)

    def on_prompt_ambiguous(self, event: Prompt.Ambiguous) -> None:
        assert self.conductor is not None
        self.conductor.offer(event.texts)

    def on_transcript_copy_requested(self, event: Transcript.CopyRequested) -> None:
        assert self.conductor is not None
        self.conductor.actions.copied(event.text, event.what)

    async def on_transcript_message_activated(self) -> None:
        assert self.conductor is not None
        if self.conductor.stage.begun:
            await self.action_do("menu")

    async def on_seat_header_pressed(self) -> None:
        await self.action_do("model")


def _new_stage(runtime: Runtime) -> tuple[ChatStage, SalonError | None]:
    """Read settings and the persona that the pane opens with, away from the event loop."""
    from core.errors import SalonError
    from tui.chat.stage import ChatStage

    stage = ChatStage(runtime)
    try:
        stage.load_ready()
    except SalonError as error:
        return stage, error
    return stage, None


def _new_conductor(screen: ChatScreen, stage: ChatStage) -> Conductor:
    """Import what shows a conversation, away from the event loop."""
    from tui.chat.conductor import Conductor

    return Conductor(screen, stage)
