"""A chat as text: what the persona says on standard output, everything else on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.chat.spec import HUMAN, PERSONA
from core.cli.output import StyledWriter, clean, clean_line, complain
from core.cli.plain import aside, setting
from core.events import (
    Changed,
    Ended,
    Event,
    Failed,
    HeadMoved,
    Notice,
    Said,
    Started,
    TextDelta,
    TurnFinished,
    TurnStarted,
)
from core.sessions.record import Kind, Record, ending_of

_BRIEF = 72
"""Characters of a message that the one who sent it needs to see."""


@dataclass(slots=True)
class _Reply:
    """A reply that is being written, and what of it is not printed yet."""

    heading: str
    pieces: list[str] = field(default_factory=list)
    finished: Record | None = None


class ChatPrinter(StyledWriter):
    """Prints events for a person or a script to read.

    In a pipe standard output holds replies and nothing else; names are for terminals. Of
    several replies that are written at once one streams and the others follow it.

    Args:
        typed: a human sits there, who knows what was typed and wants a prompt.
        recalled: what was said before and is to be shown first, notices included; in a pipe
            only the persona's words.
    """

    def __init__(self, *, typed: bool = False, recalled: Iterable[Record] = ()) -> None:
        self._typed = typed
        self._recalled = recalled
        self._talk = sys.stdout.isatty() and sys.stderr.isatty()
        self._told = sys.stderr.isatty()
        super().__init__(sys.stdout, terminal=self._told)
        self._replies: dict[str, _Reply] = {}
        self._known = 0
        """How many characters of the next reply have been read before."""
        self._spoken = False
        self._open = False
        """Whether the present line of standard output is unfinished."""
        self._prompt = ""
        """The prompt that waits for an answer, if one does."""

    def show(self, event: Event) -> None:
        """Print one event."""
        waiting, self._prompt = self._prompt, ""
        if waiting:
            self._note("")
        self._show(event)
        if waiting and not isinstance(event, Ended):
            self.prompt(waiting)

    def _show(self, event: Event) -> None:
        match event:
            case TurnStarted():
                self._begin(event)
            case TextDelta():
                self._add(event)
            case TurnFinished():
                self._finish(event.record)
            case Failed():
                complain(event.record.text)
            case Notice():
                self._aside(event.record.text, always=True)
            case Started():
                self._aside(f"{event.record.data.get('title', '')} · session {event.session}")
                self._recall()
            case _:
                self._aside(self._remark(event))

    def _remark(self, event: Event) -> str:
        """Return what a terminal is told of an event; empty where nothing needs to be said."""
        match event:
            case Said():
                return "" if self._typed else _brief(event.record)
            case Changed():
                return f"▸ {setting(event)}"
            case Ended():
                return "" if event.reason == "closed" else event.record.text
            case HeadMoved():
                # The reply that follows shows where the chat goes on.
                return ""
            case _:
                return aside(event)

    def go_on_from(self, text: str) -> None:
        """Leave a text away that the next reply begins with: it has been read."""
        self._known = len(text)

    def prompt(self, prompt: str) -> None:
        """Ask the human for a line."""
        self._close()
        if self._spoken:
            self._note("")
            self._spoken = not self._talk
        self._prompt = prompt
        self._note(self._style(prompt, bold=True), end="")

    def leave(self) -> None:
        """End the line of a prompt that nobody answers any more."""
        if self._prompt:
            self._note("")
        self._prompt = ""

    def answered(self) -> None:
        """The prompt was answered with a line."""
        self._prompt = ""

    def _recall(self) -> None:
        for record in self._recalled:
            if record.kind == Kind.NOTICE:
                self._aside(record.text, always=True)
            elif record.node == PERSONA:
                self._heading(clean_line(record.author.name))
                self._write(clean(record.text))
                self._end(record)
            elif record.node == HUMAN and self._talk:
                self._heading(clean_line(record.author.name))
                self._note(clean(record.text))

    def _begin(self, event: TurnStarted) -> None:
        name = clean_line(event.name)
        beside = f" on {clean_line(event.model)}" if self._replies else ""
        self._replies[event.record_id] = _Reply(name + beside)

    def _add(self, event: TextDelta) -> None:
        at = max(0, self._known - event.start)
        new = event.text[at:]
        if 0 < self._known == event.start + at:
            # What goes on in mid-sentence begins a line here.
            new = new.lstrip(" ")
        self._replies[event.record_id].pieces.append(clean(new))
        self._print_first()

    def _finish(self, record: Record) -> None:
        self._replies[record.id].finished = record
        self._print_first()
        self._known = 0

    def _print_first(self) -> None:
        """Print what there is of the oldest reply, and of the next ones if it is finished."""
        while self._replies:
            key, reply = next(iter(self._replies.items()))
            text = "".join(reply.pieces)
            if text and reply.heading:
                self._heading(reply.heading)
                reply.heading = ""
            self._write(text)
            reply.pieces.clear()
            if reply.finished is None:
                return
            del self._replies[key]
            if not reply.heading:
                self._end(reply.finished)

    def _heading(self, name: str) -> None:
        self._close()
        if self._spoken:
            self._write("\n")
        self._spoken = True
        if self._talk:
            self._note(self._style(name, fg="cyan", bold=True))

    def _end(self, record: Record) -> None:
        """End a reply's line, and say why where it was not brought to an end."""
        if (ending := ending_of(record)) and self._told:
            sys.stdout.flush()
            self._note(self._style(f" [{ending}]", dim=True), end="")
        self._close()

    def _aside(self, text: str, *, always: bool = False) -> None:
        """Print what is no part of the conversation; a reply in a pipe stays in one piece."""
        if text and (always or self._told):
            if self._talk:
                self._close()
            self._note(self._style(f"— {clean(text)}", dim=True))

    def _close(self) -> None:
        if self._open:
            self._write("\n")

    def _write(self, text: str) -> None:
        if not text:
            return
        super()._write(text)
        self._open = not text.endswith("\n")

    def _note(self, text: str, *, end: str = "\n") -> None:
        sys.stderr.write(text + end)
        sys.stderr.flush()


def _brief(record: Record) -> str:
    """Return who said something, and the beginning of it on one line."""
    text = clean_line(record.text)
    shown = text if len(text) <= _BRIEF else text[:_BRIEF].rstrip() + "…"
    return f"{record.author.name}: {shown}"
