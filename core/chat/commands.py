"""What can be told to a chat, and what `salon chat --steer` takes.

Where a record is left out, the last message is meant.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from core.engine.commands import (
    End,
    EngineCommand,
    Jump,
    ModelText,
    Pin,
    RecordId,
    Rename,
    SetModel,
    Swipe,
    Text,
)


class Attachment(Struct, frozen=True):
    """A text file that goes along with a message."""

    name: str
    text: str


class Send(EngineCommand, frozen=True):
    """Say something and have it answered; waits for a reply that is being written."""

    waits: ClassVar[bool] = True
    text: Text
    files: tuple[Attachment, ...] = ()


class Stop(EngineCommand, frozen=True):
    """Stop the replies that are being written; what they said stays."""


class Continue(EngineCommand, frozen=True):
    """Continue the last reply, as another alternative of it."""


class Regenerate(EngineCommand, frozen=True):
    """Write a reply anew beside the old one, or answer the message that waits."""

    record: str | None = None


class Edit(EngineCommand, frozen=True):
    """Change the words of a message; what follows it stays.

    With `resend` the words become a message of their own beside the old one, which is
    answered if it is the human's.
    """

    text: Text
    record: str | None = None
    resend: bool = False


class Delete(EngineCommand, frozen=True):
    """Exclude a message; what follows it stays."""

    record: str | None = None


class Restore(EngineCommand, frozen=True):
    """Restore a message that was excluded."""

    record: RecordId


class Fork(EngineCommand, frozen=True):
    """Continue from after a message; what followed it stays on its own branch."""

    record: RecordId


class Compare(EngineCommand, frozen=True):
    """Have several models answer the same message side by side; `jump` keeps one.

    Without a text the human's last message is answered.
    """

    waits: ClassVar[bool] = True
    models: tuple[ModelText, ...]
    text: Text = ""
    files: tuple[Attachment, ...] = ()


Command = (
    Send
    | Stop
    | Continue
    | Regenerate
    | Edit
    | Swipe
    | Delete
    | Restore
    | Fork
    | Jump
    | SetModel
    | Compare
    | Rename
    | Pin
    | End
)
