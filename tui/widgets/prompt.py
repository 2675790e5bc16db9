"""The line one types into: several lines if need be, with a memory of what was sent."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import TextArea

_NEWLINE_KEYS = frozenset({"shift+enter", "ctrl+j", "alt+enter"})
_MEMORY = 500


class Prompt(TextArea):
    """Enter sends, Shift+Enter, Ctrl+J or Alt+Enter breaks the line, Up recalls."""

    BINDINGS = [
        Binding("enter", "send", "Send", priority=False),
        Binding("shift+enter,ctrl+j,alt+enter", "newline", "New line", key_display="^j"),
        Binding("escape", "leave", "Back"),
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

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(
            id=id, soft_wrap=True, tab_behavior="focus", placeholder=placeholder, compact=True
        )
        self.completions: Sequence[str] = ()
        """Whole words that Tab completes a leading `/word` to."""
        self._memory: list[str] = []
        self._recalled = 0
        self._draft = ""

    async def _on_key(self, event: events.Key) -> None:
        # A text area would take these keys as text before any binding sees them.
        if event.key == "enter":
            event.prevent_default().stop()
            self.action_send()
        elif event.key in _NEWLINE_KEYS:
            event.prevent_default().stop()
            self.action_newline()
        elif event.key == "tab" and self._complete():
            event.prevent_default().stop()
        elif event.key == "escape":
            event.prevent_default().stop()
            self.action_leave()
        else:
            await super()._on_key(event)

    def action_send(self) -> None:
        """Send the text, unless it is empty."""
        self._submit()

    def action_newline(self) -> None:
        """Break the line."""
        self.insert("\n")

    def action_leave(self) -> None:
        """Let the owner take the focus elsewhere."""
        self.post_message(self.Left())

    def action_complete(self) -> None:
        """Complete a command."""
        self._complete()

    def give_back(self, text: str) -> None:
        """Put a text back that could not be dealt with, ready to be changed."""
        self.text = text
        self.move_cursor(self.document.end)

    def action_cursor_up(self, select: bool = False) -> None:
        if not select and self.cursor_location[0] == 0 and self._recall(-1):
            return
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        last = self.cursor_location[0] == self.document.line_count - 1
        if not select and last and self._recall(1):
            return
        super().action_cursor_down(select)

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

    def _complete(self) -> bool:
        text = self.text
        if not text.startswith("/") or " " in text or "\n" in text:
            return False
        fitting = [each for each in self.completions if each.startswith(text)]
        if not fitting:
            return False
        common = _common_beginning(fitting)
        self.text = f"{common} " if len(fitting) == 1 else common
        self.move_cursor(self.document.end)
        return True


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
