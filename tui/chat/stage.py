"""One chat as its pane deals with it: not begun, open for writing, or only to be read.

Holds the engine and its session; knows nothing of widgets.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from core.chat import commands
from core.chat.state import ChatState
from core.errors import CommandError, SalonError

if TYPE_CHECKING:
    from core.bus import Subscription
    from core.chat.engine import ChatEngine
    from core.context.budget import Budget
    from core.events import Event
    from core.runtime import Runtime
    from core.sessions.reading import StoredView
    from core.sessions.session import Session
    from core.sessions.tree import SessionTree
    from tui.chat.draft import ChatDraft


class ChatStage:
    """The chat of one pane."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.draft: ChatDraft | None = None
        self.engine: ChatEngine | None = None
        self.comparing = False
        """Whether the replies that are being written stand beside the path."""
        self.elsewhere: str | None = None
        """A message on another branch that somebody looks for."""
        self._view: StoredView | None = None
        self._viewed: ChatState | None = None
        self._run: asyncio.Task[str] | None = None
        self._events: Subscription | None = None

    @property
    def begun(self) -> bool:
        """Whether there is a conversation."""
        return self.tree is not None

    @property
    def state(self) -> ChatState | None:
        """Where the conversation stands, once there is one."""
        return self._viewed if self.engine is None else self.engine.state

    @property
    def session(self) -> Session | None:
        """The session that is open for writing."""
        return None if self.engine is None else self.engine.log.session

    @property
    def view(self) -> StoredView | None:
        """A session that can only be read, since somebody else writes to it."""
        return self._view

    @property
    def tree(self) -> SessionTree | None:
        """The records of the conversation."""
        if self._view is not None:
            return self._view.tree
        return None if self.session is None else self.session.tree

    @property
    def key(self) -> str | None:
        """What an unsent text is kept under."""
        if self.session is not None:
            return self.session.id
        if self._view is not None or self.draft is None:
            return None
        return self.draft.key

    @property
    def running(self) -> bool:
        """Whether an engine takes commands."""
        return self._run is not None and not self._run.done()

    @property
    def replying(self) -> bool:
        """Whether a reply is being written."""
        return self.engine is not None and self.engine.replying

    @property
    def budget(self) -> Budget | None:
        """The room for prompts; `None` where nobody is to reply, or the model cannot be had."""
        if self.engine is None:
            return None if self.draft is None or self.begun else self._drafted_budget(self.draft)
        try:
            return self.engine.participant().budget
        except SalonError:
            # Said when a reply is asked for; here it only means that nothing is known.
            return None

    def _drafted_budget(self, draft: ChatDraft) -> Budget:
        from core.context.budget import Budget

        seat = draft.spec.seat
        length, assumed = seat.params.context_length, False
        if length is None:
            length, assumed = self._runtime.settings.context_length(seat.model)
        return Budget.of(length, max_tokens=seat.params.max_tokens, assumed=assumed)

    def load_ready(self) -> None:
        """Read settings and the persona that the app opens with. Blocks: call it in a thread.

        Raises:
            SalonError: settings or persona are wrong.
        """
        from core.chat.setup import ChatChoice
        from tui.chat.draft import ChatDraft

        name, _ = self._runtime.settings.meetup.ready_pair
        persona = self._runtime.library.find(name)
        self.draft = ChatDraft.of(self._runtime, ChatChoice(persona))

    async def begin(self) -> None:
        """Start the drafted chat in a session of its own. Raises `SalonError`."""
        assert self.draft is not None
        chats = await asyncio.to_thread(lambda: self._runtime.chats)
        self.engine = await chats.start(
            self.draft.choice, self._runtime.store.create, self.draft.spec
        )

    async def open(self, session: Session) -> None:
        """Take over a stored chat, which waits to be spoken to.

        Raises:
            SalonError: it is no chat; it was closed again.
        """
        try:
            # Folding a long session takes a while.
            self.engine = await asyncio.to_thread(lambda: self._runtime.chats.engine(session))
        except BaseException:
            await session.close()
            raise

    async def look_at(self, view: StoredView) -> None:
        """Show a session that somebody else writes to.

        Raises:
            SalonError: it is no chat.
        """
        try:
            self._viewed = await asyncio.to_thread(ChatState.fold, view.tree)
        except (KeyError, TypeError, ValueError) as error:
            raise CommandError(f"Session {view.id} does not say whose chat it is.") from error
        self._view = view

    def run(self) -> None:
        """Let the engine run, unless it does; `events` tells what it does."""
        assert self.engine is not None
        self._events = self.engine.subscribe()
        if not self.running:
            self._run = asyncio.create_task(self.engine.run())

    async def events(self) -> AsyncIterator[Event]:
        """Yield the engine's events until it ends.

        Raises:
            SalonError: the run failed; what had been announced is stored.
        """
        assert self._events is not None
        with self._events as events:
            async for event in events:
                yield event

    async def send(self, command: commands.Command) -> None:
        """Pass a command on to the engine.

        Raises:
            CommandError: it cannot be carried out now.
            StoreError: it could not be stored.
        """
        self.check_writable()
        if self.engine is None:
            raise CommandError("Nothing has been said yet.", "Write something first.")
        await self.engine.send(command)

    def check_writable(self) -> None:
        """Raise `CommandError` where the chat can only be read."""
        if self._view is not None:
            raise CommandError(
                "Another program writes to this chat: here it can only be read.",
                "/fork goes on with a copy of it.",
            )

    async def close(self) -> None:
        """Stop what is being written, keep what was said, release the session.

        Raises:
            StoreError: the end of it could not be stored; the session is released.
        """
        engine, run = self.engine, self._run
        try:
            if engine is not None and run is not None and not run.done():
                await engine.send(commands.Stop())
                await engine.send(commands.End())
                await asyncio.wait({run})
        finally:
            self.engine = self._run = self._view = self._viewed = None
            self.comparing = False
            self.elsewhere = None
            if engine is not None:
                await engine.log.session.close()
