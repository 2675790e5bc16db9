"""Chooses persona, model and parameters; starts, resumes and pins chats."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.chat import commands
from core.chat.setup import ChatChoice
from core.chat.spec import ENGINE
from core.config.params import parse_assignments
from core.engine.factory import stored_persona
from core.errors import UsageError
from core.personas.persona import Persona
from tui.chat.session import NO_PERSONA
from tui.conversation.dialogs import ask_model, ask_persona
from tui.dialogs.ask import AskScreen
from tui.navigation import ShowPersona
from tui.pane.common import SessionHandlers
from tui.pane.handlers import Handlers

if TYPE_CHECKING:
    from tui.chat.controller import ChatController


class SetupHandlers(Handlers["ChatController"]):
    """Chooses persona, model and parameters."""

    def __init__(self, controller: ChatController) -> None:
        super().__init__(controller)
        self._session = controller.session

    async def model(self) -> None:
        """Choose the model: of a chat that has not started, or from here on."""
        self._session.check_writable()
        controller = self._controller
        name = await ask_model(controller.screen, controller.runtime, "Model from here on")
        if name is not None:
            await controller.do("model", name)

    async def parameters(self) -> None:
        """Change the parameters: of a chat that has not started, or from here on."""
        self._session.check_writable()
        participant = self._session.participant
        if participant is None:
            raise UsageError(*NO_PERSONA)
        now = " ".join(f"{key}={value}" for key, value in participant.params.to_json().items())
        screen = AskScreen("Parameters from here on, as temperature=0.2 max_tokens=300", now)
        typed = await self._controller.screen.app.push_screen_wait(screen)
        if typed is not None and typed.strip() not in {"", now}:
            params = parse_assignments(typed.split()).to_json()
            await self._controller.tell(commands.SetModel(params=params))

    async def clear(self) -> None:
        """Set up another chat with the same persona; this one is kept."""
        session, state = self._session, self._session.state
        if not session.opened:
            return
        if session.stored is not None and state is not None:
            persona = await asyncio.to_thread(stored_persona, session.stored, state.seat)
            choice = ChatChoice(persona, state.seat.model, state.seat.params)
        else:
            choice = session.required_setup().choice
        if await self._controller.may_end():
            await self._controller.set_up(choice)

    async def persona(self) -> None:
        """Show the persona in the Personas pane."""
        state, setup = self._session.state, self._session.setup
        if state is not None:
            wanted = state.seat.name
        elif setup is not None:
            wanted = str(setup.persona.path or setup.persona.name)
        else:
            raise UsageError(*NO_PERSONA)
        await self._controller.screen.app.navigate(ShowPersona(wanted))

    async def profile(self) -> None:
        """Show what Salon knows of the user."""
        await self._controller.screen.app.action_own_profile()


class ChatSessionHandlers(SessionHandlers):
    """Starts, resumes, renames and pins chats."""

    _controller: ChatController

    def __init__(self, controller: ChatController) -> None:
        super().__init__(controller, "chat", ENGINE)

    async def new(self, name: str = "") -> None:
        """Set up a chat with a persona; the present one is kept."""
        controller, runtime = self._controller, self._controller.runtime
        persona: Persona | None
        if name:
            persona, _ = await asyncio.to_thread(runtime.cast, name, None)
        else:
            persona = await ask_persona(controller.screen, runtime, "Chat with which persona?")
        if persona is not None and await controller.may_end():
            await controller.set_up(ChatChoice(persona))

    async def pin(self) -> None:
        """Pin the chat to the top of lists, or unpin it."""
        tree = self._controller.session.tree
        pinned = tree is not None and bool(tree.meta.get("pinned"))
        await self._controller.set_metadata(None, not pinned)
