"""Brings another chat on stage: one that is to begin, or one that is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from core.chat.setup import ChatChoice
from core.chat.spec import ENGINE
from core.config.params import check_parameters
from core.engine.factory import stored_persona
from core.errors import CommandError, SessionBusy, StoreError
from core.personas.persona import Persona
from tui.background import Abandoned, waited_for
from tui.chat.draft import ChatDraft
from tui.conversation.dialogs import ask_persona, ask_session
from tui.profile.after_chat import learn_after
from tui.wishes import ChatWith, OpenSession, ShowPersona, Wish

if TYPE_CHECKING:
    from tui.chat.conductor import Conductor

_TAIL = 64
"""Records that are shown of a stored chat while the rest is still being read."""
_OPENING = "Opening the chat"


class Granting:
    """Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._screen = conductor.screen
        self._stage = conductor.stage
        self._runtime = conductor.screen.app.runtime

    def verbs(self) -> Mapping[str, Callable[..., Awaitable[None]]]:
        """Return what is done here."""
        return {
            "grant": self._grant,
            "new": self._new,
            "clear": self._clear,
            "persona": self._persona,
            "resume": self._resume,
        }

    async def greet(self, step: int) -> None:
        """Choose another greeting for a chat that has not begun."""
        draft = self._stage.draft
        if draft is None or len(draft.greetings) < 2:
            raise CommandError("There is no other beginning.")
        self._show(draft.greeting(step))

    async def redraft(
        self, *, model: str | None = None, params: Mapping[str, object] | None = None
    ) -> None:
        """Change model or parameters of a chat that has not begun."""
        draft = self._stage.draft
        if draft is None:
            raise CommandError("There is nobody to talk to yet.", "ctrl+n picks somebody.")
        checked = check_parameters(dict(params or {}))
        self._show(
            await asyncio.to_thread(draft.changed, self._runtime, model=model, params=checked)
        )

    async def let_go(self) -> None:
        """Close the present chat and show none: the one that was drafted last."""
        await self._leave(learn=False)
        await self._conductor.show_draft()

    async def copy(self) -> None:
        """Go on with a copy of a chat that somebody else writes to."""
        view = self._stage.view
        assert view is not None
        await self._open(await self._runtime.store.fork(view.id))
        self._conductor.status.hint = "this is a copy of its own"

    async def _grant(self, wish: Wish) -> None:
        if isinstance(wish, ChatWith):
            cast = self._runtime.cast
            await self._begin_with(*await asyncio.to_thread(cast, wish.persona, wish.model))
        elif isinstance(wish, OpenSession):
            if self._screen.session_id != wish.session:
                await self._open(wish.session)
            self._bring_into_view(wish)

    async def _new(self, name: str | None = None) -> None:
        if name is not None:
            persona: Persona | None
            persona, _ = await asyncio.to_thread(self._runtime.cast, name, None)
        else:
            persona = await ask_persona(self._screen, self._runtime, "Talk with whom?")
        if persona is not None:
            await self._begin_with(persona)

    async def _clear(self) -> None:
        """Begin anew with the same persona; what was said is kept."""
        stage = self._stage
        if not stage.begun:
            return
        if stage.engine is not None and stage.session is not None:
            seat = stage.engine.state.seat
            persona = await asyncio.to_thread(stored_persona, stage.session, seat)
            choice = ChatChoice(persona, seat.model, seat.params)
        elif stage.draft is not None:
            choice = stage.draft.choice
        else:
            raise CommandError("There is nobody to talk to yet.", "ctrl+n picks somebody.")
        await self._begin(choice)

    async def _begin_with(self, persona: Persona, model: str | None = None) -> None:
        await self._begin(ChatChoice(persona, model))

    async def _begin(self, choice: ChatChoice) -> None:
        """Show a chat that is to begin; the present one is kept."""
        draft = await asyncio.to_thread(ChatDraft.of, self._runtime, choice)
        hint = await self._leave()
        self._stage.draft = draft
        await self._conductor.show_draft()
        self._conductor.status.hint = hint
        self._conductor.prompt.screen.set_focus(self._conductor.prompt)

    async def _leave(self, *, learn: bool = True) -> str:
        """Close the present chat; return what is to be said about that.

        Unless somebody else asked for it, to do something with its file, it may be learnt from.
        """
        stopped, session = self._stage.replying, self._stage.session
        begun = session is not None
        await self._conductor.keep()
        await self._stage.close()
        if learn and session is not None:
            learn_after(self._screen.app, session.id)
        if stopped:
            return "the reply was stopped, what it said is kept · ctrl+r goes back"
        return "the chat before is kept · ctrl+r goes back" if begun else ""

    async def _resume(self) -> None:
        question = "Go on with which chat?"
        chosen = await ask_session(self._screen, self._runtime, ENGINE, question)
        if chosen is not None:
            await self._open(chosen)
            self._conductor.prompt.screen.set_focus(self._conductor.prompt)

    async def _open(self, session_id: str) -> None:
        """Show a stored chat: its end at once, then the rest. Nothing is sent."""
        store, board = self._runtime.store, self._conductor.board
        tail = await store.tail(session_id, _TAIL)
        await self._leave()
        board.show_tail(tail)
        try:
            try:
                opening = waited_for(self._screen.app, _OPENING, store.open(session_id))
                await self._stage.open(await opening)
            except SessionBusy:
                reading = waited_for(self._screen.app, _OPENING, store.read(session_id))
                await self._stage.look_at(await reading)
        except (StoreError, Abandoned):
            # What is shown must be what the keys act on.
            await self._conductor.show_draft()
            raise
        await board.show_all()
        if self._stage.engine is not None:
            self._conductor.follow()
        await self._conductor.keeper.bring(self._stage.key)
        self._screen.run_worker(self._conductor.warm_up(), group="warm-up")

    def _bring_into_view(self, wish: OpenSession) -> None:
        """Go to the record and mark the text that were asked for."""
        talk, conductor = self._conductor.talk, self._conductor
        if wish.record is None and not wish.find:
            conductor.prompt.screen.set_focus(conductor.prompt)
            return
        talk.screen.set_focus(talk)
        if wish.find:
            conductor.actions.find(wish.find)
        if wish.record is None:
            return
        if wish.record in talk:
            talk.move_cursor(wish.record)
        else:
            self._stage.elsewhere = wish.record
            conductor.status.hint = "that was said on another branch · b goes there"

    async def _persona(self) -> None:
        """Show the persona where all of them are."""
        draft, state = self._stage.draft, self._stage.state
        if state is not None:
            wanted = state.seat.name
        elif draft is not None:
            wanted = str(draft.persona.path or draft.persona.name)
        else:
            raise CommandError("There is nobody to show.", "ctrl+n picks somebody.")
        await self._screen.app.go(ShowPersona(wanted))

    def _show(self, draft: ChatDraft) -> None:
        self._stage.draft = draft
        self._conductor.board.show_draft(draft)
        self._conductor.refresh()
