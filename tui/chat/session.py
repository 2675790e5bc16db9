"""One chat as its pane deals with it: set up, open for writing, or only to be read.

Knows no widget.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.chat import commands
from core.chat.state import ChatState
from core.errors import CommandError, SalonError, UsageError
from tui.pane.session import PaneSession

if TYPE_CHECKING:
    from core.chat.engine import ChatEngine
    from core.context.budget import Budget
    from core.engine.participant_spec import ParticipantSpec
    from core.runtime import Runtime
    from core.sessions.reading import StoredView
    from core.sessions.session import Session
    from core.sessions.tree import SessionTree
    from tui.chat.setup import ChatSetup

NO_PERSONA = ("No persona is chosen yet.", "ctrl+n picks one.")
"""What is said, and what to do, where a command needs a persona."""


class ChatSession(PaneSession["ChatEngine"]):
    """The chat of one pane."""

    NOT_STARTED = ("Nothing has been said yet.", "Write something first.")

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.setup: ChatSetup | None = None
        self.comparing = False
        """Whether the replies that are being written stand beside the path."""
        self.elsewhere: str | None = None
        """A message on another branch that was asked for."""
        self.stored_view: StoredView | None = None
        """A session that can only be read, since another program writes to it."""
        self._viewed: ChatState | None = None

    def load(self) -> None:
        """Read settings and the persona that the app opens with. See `PaneSession.load`."""
        from core.chat.setup import ChatChoice
        from tui.chat.setup import ChatSetup

        name, _ = self.runtime.settings.meetup.ready_pair
        persona = self.runtime.library.find(name)
        self.setup = ChatSetup.of(self.runtime, ChatChoice(persona))

    # What is open

    @property
    def opened(self) -> bool:
        """Whether there is a chat, be it only to read."""
        return self.tree is not None

    @property
    def state(self) -> ChatState | None:
        """Where the chat stands, once there is one."""
        return self._viewed if self.engine is None else self.engine.state

    @property
    def tree(self) -> SessionTree | None:
        return super().tree if self.stored_view is None else self.stored_view.tree

    @property
    def participant(self) -> ParticipantSpec | None:
        """Who replies, or would."""
        if self.state is not None:
            return self.state.seat
        return None if self.setup is None else self.setup.spec.seat

    @property
    def key(self) -> str | None:
        """What an unsent text is kept under."""
        if self.stored is not None:
            return self.stored.id
        if self.stored_view is not None or self.setup is None:
            return None
        return self.setup.key

    @property
    def replying(self) -> bool:
        """Whether a reply is being written."""
        return self.engine is not None and self.engine.replying

    @property
    def busy(self) -> bool:
        return self.replying

    @property
    def budget(self) -> Budget | None:
        """The room for prompts; `None` where no model is to reply, or it is not available."""
        if self.engine is None:
            return None if self.setup is None or self.opened else self._budget_of(self.setup)
        try:
            return self.engine.participant().budget
        except SalonError:
            # Said when a reply is asked for; here it only means that nothing is known.
            return None

    def _budget_of(self, setup: ChatSetup) -> Budget:
        from core.context.budget import Budget

        seat = setup.spec.seat
        length, assumed = seat.params.context_length, False
        if length is None:
            length, assumed = self.runtime.settings.context_length(seat.model)
        return Budget.of(length, max_tokens=seat.params.max_tokens, assumed=assumed)

    # Start, open, change

    async def change_setup(self, model: str | None, params: Mapping[str, object] | None) -> None:
        """Change model or parameters of a chat that has not started. Raises `SalonError`."""
        from core.config.params import check_parameters

        setup = self.required_setup()
        checked = check_parameters(dict(params or {}))
        self.setup = await asyncio.to_thread(
            setup.changed, self.runtime, model=model, params=checked
        )

    def required_setup(self) -> ChatSetup:
        """Return what is set up. Raises `UsageError` where no persona is chosen."""
        if self.setup is None:
            raise UsageError(*NO_PERSONA)
        return self.setup

    async def start(self) -> ChatEngine:
        """Start the chat that is set up, in a session of its own. Raises `SalonError`."""
        setup = self.required_setup()
        chats = await asyncio.to_thread(lambda: self.runtime.chats)
        self.engine = await chats.start(setup.choice, self.runtime.store.create, setup.spec)
        return self.engine

    async def show_stored(self, view: StoredView) -> None:
        """Show a session that another program writes to.

        Raises:
            CommandError: it is no chat.
        """
        try:
            self._viewed = await asyncio.to_thread(ChatState.fold, view.tree)
        except (KeyError, TypeError, ValueError) as error:
            raise CommandError(f"Session {view.id} does not say whose chat it is.") from error
        self.stored_view = view

    async def send(self, command: Any) -> None:
        self.check_writable()
        await super().send(command)

    def check_writable(self) -> None:
        if self.stored_view is not None:
            raise CommandError(
                "Another program writes to this chat: here it can only be read.",
                "/fork continues with a copy of it.",
            )

    def _engine_for(self, stored: Session) -> ChatEngine:
        return self.runtime.chats.engine(stored)

    def _closing_commands(self) -> Sequence[Any]:
        return commands.Stop(), commands.End()

    def _forget(self) -> None:
        super()._forget()
        self.stored_view = self._viewed = self.elsewhere = None
        self.comparing = False
