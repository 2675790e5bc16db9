"""The line one types into: several lines if need be, with a memory of what was sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import TextArea

from core.text import clean

_NEWLINE_KEYS = frozenset({"shift+enter", "ctrl+j", "alt+enter"})
_MEMORY = 500
_ALONG = frozenset({"cursor_left", "cursor_right"})
"""What moves nothing while there is no text."""

Completer = Callable[[str], Awaitable[Sequence[str]]]
"""Returns the whole lines that a line which begins with a command can become."""


_ON_PANE_KEYS = frozenset({"select_line", "select_all"})
"""What Textual has on F6 and F7, which lead to panes here."""


class Prompt(TextArea):
    """Enter sends, Shift+Enter, Ctrl+J or Alt+Enter breaks the line, Up recalls.

    What moves nothing in the text is left to the screen: left and right while it is empty,
    page up and down while it is in view as a whole, Escape while `stoppable`, and while it is
    empty the keys in `left_to_screen`.
    """

    BINDINGS = [
        Binding("enter", "send", "Send", priority=False),
        Binding("shift+enter,ctrl+j,alt+enter", "newline", "New line", key_display="^j"),
        Binding("escape", "leave", "Back", tooltip="From the prompt to the conversation"),
        Binding("tab", "complete", "Complete", show=False),
    ]

    DEFAULT_CSS = """
    Prompt {
        width: 1fr;
        height: auto;
        max-height: 8;
        background: $boost;
    }
    """

    stoppable: reactive[bool] = reactive(False, layout=False, repaint=False, bindings=True)
    """Whether Escape is for the screen, which then stops something."""

    class Submitted(Message):
        """A text was sent."""

        def __init__(self, prompt: Prompt, text: str) -> None:
            super().__init__()
            self.prompt = prompt
            self.text_sent = text

        @property
        def control(self) -> Prompt:
            return self.prompt

    class Left(Message):
        """Escape was pressed: the owner may take the focus elsewhere."""

    class Ambiguous(Message):
        """Tab was pressed, and what was typed can become several things."""

        def __init__(self, texts: Sequence[str]) -> None:
            super().__init__()
            self.texts = texts

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(
            id=id, soft_wrap=True, tab_behavior="focus", placeholder=placeholder, compact=True
        )
        self.completions: Sequence[str] = ()
        """Whole words that Tab completes a leading `/word` to."""
        self.completer: Completer | None = None
        """Completes what follows such a word."""
        self.left_to_screen: frozenset[str] = frozenset()
        """Keys that are not typed as the first character, but do something in the screen."""
        self._empty = True
        self._memory: list[str] = []
        self._recalled = 0
        self._draft = ""

    async def _on_key(self, event: events.Key) -> None:
        # A text area would take these keys as text before any binding sees them.
        if self._leaves(event.key):
            event.prevent_default()
        elif event.key == "enter":
            event.prevent_default().stop()
            self.action_send()
        elif event.key in _NEWLINE_KEYS:
            event.prevent_default().stop()
            self.action_newline()
        elif event.key == "tab" and self._completable:
            event.prevent_default().stop()
            await self._complete()
        else:
            await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, without what could command the terminal."""
        event.prevent_default().stop()
        # Terminals paste a line end as the key that types it, a carriage return.
        text = clean(event.text.replace("\r\n", "\n").replace("\r", "\n"))
        result = self.replace(text, *self.selection, maintain_selection_offset=False)
        self.move_cursor(result.end_location)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _ON_PANE_KEYS:
            return False
        """Leave keys to the screen that do nothing here."""
        if action == "leave":
            return not self.stoppable
        if action in _ALONG:
            return not self._empty
        return super().check_action(action, parameters)

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        return not self._leaves(key) and super().check_consume_key(key, character)

    def _leaves(self, key: str) -> bool:
        """Whether a key is for the screen now."""
        return key in self.left_to_screen and self.document.end == (0, 0)

    def on_text_area_changed(self) -> None:
        if self._empty != (self.document.end == (0, 0)):
            self._empty = not self._empty
            self.refresh_bindings()

    def action_send(self) -> None:
        """Send the text, unless it is empty."""
        self._submit()

    def action_newline(self) -> None:
        """Break the line."""
        self.insert("\n")

    def action_leave(self) -> None:
        """Let the owner take the focus elsewhere."""
        self.post_message(self.Left())

    async def action_complete(self) -> None:
        """Complete a command."""
        await self._complete()

    def remember(self, texts: Sequence[str]) -> None:
        """Have earlier texts, oldest first, come before what was sent since."""
        self._memory = [*texts, *self._memory][-_MEMORY:]
        self._recalled = len(self._memory)

    def give_back(self, text: str) -> None:
        """Put a text back that could not be dealt with, before what was typed since."""
        since = self.text
        self.text = f"{text}\n{since}" if since.strip() else text
        self.move_cursor(self.document.end)

    def action_cursor_up(self, select: bool = False) -> None:
        first = self.navigator.is_first_wrapped_line(self.cursor_location)
        if not select and first and self._recall(-1):
            return
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        last = self.navigator.is_last_wrapped_line(self.cursor_location)
        if not select and last and self._recall(1):
            return
        super().action_cursor_down(select)

    def action_cursor_page_up(self) -> None:
        self._leave_small()
        super().action_cursor_page_up()

    def action_cursor_page_down(self) -> None:
        self._leave_small()
        super().action_cursor_page_down()

    def _leave_small(self) -> None:
        """Leave a key to the screen where all of the text is in view."""
        if self.wrapped_document.height <= self.size.height:
            raise SkipAction

    def _submit(self) -> None:
        text = self.text
        if not text.strip():
            return
        if not self._memory or self._memory[-1] != text:
            self._memory = [*self._memory[1 - _MEMORY :], text]
        self._recalled = len(self._memory)
        self.clear()
        self.post_message(self.Submitted(self, text))

    def _recall(self, step: int) -> bool:
        """Show an earlier or later text; false where there is none."""
        wanted = self._recalled + step
        if not 0 <= wanted <= len(self._memory):
            return False
        if self._recalled == len(self._memory):
            self._draft = self.text
        self._recalled = wanted
        self.text = self._draft if wanted == len(self._memory) else self._memory[wanted]
        self.move_cursor(self.document.end)
        return True

    @property
    def _completable(self) -> bool:
        """Whether Tab completes something here, rather than take the focus elsewhere."""
        first = self.document.get_line(0)
        if not first.startswith("/") or self.document.line_count > 1:
            return False
        if " " in first:
            return self.completer is not None
        return any(each.startswith(first) for each in self.completions)

    async def _complete(self) -> None:
        text = self.text
        if not self._completable:
            return
        if " " not in text:
            fitting = [each for each in self.completions if each.startswith(text)]
            fitting = [f"{each} " for each in fitting] if len(fitting) == 1 else fitting
        else:
            fitting = [] if self.completer is None else list(await self.completer(text))
        if not fitting or self.text != text:
            return
        common = _common_beginning(fitting)
        if len(common) > len(text) or len(fitting) == 1:
            self.text = common
            self.move_cursor(self.document.end)
        if len(fitting) > 1:
            self.post_message(self.Ambiguous(fitting))


class PromptRow(Horizontal):
    """A prompt with a word on whom it speaks to."""

    DEFAULT_CSS = """
    PromptRow {
        height: auto;
        max-height: 8;
        padding: 0 1;
        background: $boost;
        & > Label {
            width: auto;
            color: $text-muted;
        }
    }
    """


def _common_beginning(texts: Sequence[str]) -> str:
    shortest, longest = min(texts), max(texts)
    for i, character in enumerate(shortest):
        if character != longest[i]:
            return shortest[:i]
    return shortest
