"""What a transcript shows: entries."""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """How an entry stands in the conversation."""

    MESSAGE = "message"
    QUIET = "quiet"
    """A control word, a notice, a whisper: one quiet line, never a message."""
    ERROR = "error"


class EntryStatus(StrEnum):
    """How far the text of an entry has come."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    PAUSED = "paused"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> EntryStatus:
        """Show a status of a later version as one that is not known."""
        return cls.UNKNOWN


class Entry:
    """One message, quiet line or error card.

    Args:
        id: Unique within the transcript.
        text: Markdown, untrusted; plain text for a quiet line or an error.
        kind: How it stands in the conversation.
        speaker: Entries of one speaker share a colour.
        header: The line above the text, such as "3 · Ada Lovelace"; none if empty.
        column_header: What takes the header's place where the speaker has a column of its own.
        column: 0 or 1; `None` is across all columns.
        status: How far the text has come.
        footer: The line below the text, such as "41 tok · 1.2 s"; none if empty.
    """

    __slots__ = (
        "_parts", "column", "column_header", "footer", "header", "id", "kind", "speaker", "status",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        text: str = "",
        *,
        kind: EntryKind = EntryKind.MESSAGE,
        speaker: str = "",
        header: str = "",
        column_header: str | None = None,
        column: int | None = None,
        status: EntryStatus = EntryStatus.COMPLETE,
        footer: str = "",
    ) -> None:
        self.id = id
        self.kind = kind
        self.speaker = speaker
        self.header = header
        self.column_header = column_header
        self.column = column
        self.status = status
        self.footer = footer
        self._parts = [text]

    @property
    def text(self) -> str:
        """The whole text so far."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0]

    @text.setter
    def text(self, text: str) -> None:
        self._parts = [text]

    def extend(self, delta: str) -> None:
        """Add to the text, at the cost of the addition only."""
        self._parts.append(delta)
