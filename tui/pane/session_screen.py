"""The screen of a pane with a session and a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from tui.pane.screen import CommandScreen

if TYPE_CHECKING:
    from textual.widgets import TextArea

    from tui.pane.controller import PaneController
    from tui.pane.session import PaneSession
    from tui.widgets.prompt import Prompt

C = TypeVar("C", bound="PaneController[Any]")
S = TypeVar("S", bound="PaneSession[Any]")


class SessionScreen(CommandScreen[C]):
    """A pane whose controller opens sessions and reads what is typed into a prompt."""

    BUSY: ClassVar[str] = "something is under way"
    """What is said in other panes while the run is busy."""

    def pane_session(self, kind: type[S]) -> S:
        """Return the run for the controller: a new one, or that of the screen before a reload."""
        handed_over = self._handed_over
        return handed_over if isinstance(handed_over, kind) else kind(self.app.runtime)

    def load(self, controller: C) -> None:
        if self._handed_over is None:
            controller.session.load()

    async def show(self, controller: C) -> None:
        try:
            await controller.show()
        finally:
            if self._handed_over is not None and controller.session.running:
                controller.follow()

    # What the shell asks for

    @property
    def session_id(self) -> str | None:
        stored = None if self._controller is None else self._controller.session.stored
        return None if stored is None else stored.id

    @property
    def busy(self) -> str:
        return self.BUSY if self._controller and self._controller.session.busy else ""

    async def set_metadata(self, *, title: str | None = None, pinned: bool | None = None) -> None:
        await self.controller.set_metadata(title, pinned)

    async def close_session(self) -> None:
        await self._content.wait()
        await self.controller.close_session()

    def hand_over(self) -> Any:
        return super().hand_over() if self._controller is None else self._controller.session

    # What its widgets tell

    async def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        await self.controller.input.typed(event.text_sent)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        controller = self.controller
        if event.text_area is controller.prompt and controller.input.row.display:
            controller.input.typing(event.text_area.text)

    def on_prompt_left(self) -> None:
        self.controller.input.leave()

    def on_prompt_ambiguous(self, event: Prompt.Ambiguous) -> None:
        self.controller.input.offer(event.texts)
