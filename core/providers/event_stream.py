"""Reading server-sent events, and the other shapes in which servers send them.

The format is that of html.spec.whatwg.org/multipage/server-sent-events.html. Beyond it,
what servers are seen to send is read as well: a last event without its empty line, events
that only a line end divides, bare lines of JSON, and one JSON value in place of a stream.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from core import json_safe

_LINE_END = re.compile(r"\r\n|\n|\r")
_LONGEST = 32_000_000
"""Characters of a line, of an event or of a body that is not a stream."""
_SHOWN = 2000
"""Characters from the beginning of a body that are kept for an error."""


class Malformed(ValueError):
    """A body or an event is not what the format says; the text is how it begins."""


class WebPage(ValueError):
    """A body is a page of HTML; the text is how it begins."""


class Event(NamedTuple):
    """One event."""

    name: str
    """Its type; empty where the server gave none."""
    data: str


class LineReader:
    """Takes in bytes and gives lines, whichever line end there is."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._pieces: list[str] = []
        self._length = 0
        self._after_return = False

    def feed(self, data: bytes) -> list[str]:
        """Return the lines that end in `data`. Raises `Malformed` for one that is too long."""
        return self._lines(self._decoder.decode(data))

    def finish(self) -> list[str]:
        """Return the last line if nothing ended it."""
        lines = self._lines(self._decoder.decode(b"", final=True))
        last, self._pieces = "".join(self._pieces), []
        return [*lines, last] if last else lines

    def _lines(self, text: str) -> list[str]:
        if self._after_return and text:
            text, self._after_return = text.removeprefix("\n"), False
        if not text:
            return []
        first, *rest = _LINE_END.split(text)
        self._after_return = text.endswith("\r")
        self._pieces.append(first)
        self._length += len(first)
        if self._length > _LONGEST:
            raise Malformed("".join(self._pieces)[:_SHOWN])
        if not rest:
            return []
        lines = ["".join(self._pieces), *rest[:-1]]
        self._pieces, self._length = [rest[-1]], len(rest[-1])
        return lines


class EventReader:
    """Makes events of lines."""

    def __init__(self) -> None:
        self._name = ""
        self._data: list[str] = []
        self._length = 0

    def take(self, line: str) -> Event | None:
        """Take in a line; return the event that it ends. Raises `Malformed` if that is too long."""
        if not line:
            return self.finish()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
            self._length += len(value)
            if self._length > _LONGEST:
                raise Malformed("".join(self._data)[:_SHOWN])
        elif field == "event":
            # Some servers put no empty line between two events.
            ended = self.finish() if self._data else None
            self._name = value
            return ended
        return None

    def finish(self) -> Event | None:
        """Return the event that was begun, if it has any data."""
        event = Event(self._name, "\n".join(self._data))
        self._name, self._data, self._length = "", [], 0
        return event if event.data.strip() else None


class Value(NamedTuple):
    """A JSON value of a stream."""

    name: str
    """The type of the event that held it; empty without."""
    value: Any


DONE = Value("[DONE]", None)
"""The mark with which the OpenAI wire ends a stream."""


class ValueReader:
    """Takes in the bytes of a response and gives its JSON values, whatever form it has."""

    def __init__(self) -> None:
        self._lines = LineReader()
        self._events = EventReader()
        self._read = self._sniff
        self._whole: list[str] = []
        self._length = 0
        self._given = 0
        self._beginning = ""

    @property
    def began(self) -> str:
        """How a body begins of which no value could be read."""
        return "" if self._given else self._beginning.strip()

    def feed(self, data: bytes) -> list[Value]:
        """Return the values that end in `data`.

        Raises:
            Malformed: an event is no JSON.
            WebPage: it is HTML.
        """
        return self._counted(self._lines.feed(data))

    def finish(self) -> list[Value]:
        """Return what is left at the end of the body. Raises as `feed` does."""
        values = self._counted(self._lines.finish())
        if self._read == self._page:
            raise WebPage(self._beginning)
        if self._whole:
            values += self._counted_values(_parsed("\n".join(self._whole)))
        elif (event := self._events.finish()) is not None:
            values += self._counted_values(_values_of(event))
        return values

    def _counted(self, lines: list[str]) -> list[Value]:
        values: list[Value] = []
        for line in lines:
            if not self._given and len(self._beginning) < _SHOWN:
                self._beginning += line[:_SHOWN] + "\n"
            values += self._counted_values(self._read(line))
        return values

    def _counted_values(self, values: Iterator[Value]) -> list[Value]:
        found = list(values)
        self._given += len(found)
        return found

    def _sniff(self, line: str) -> Iterator[Value]:
        """Read the first line that says what the body is."""
        begins = line.lstrip("\ufeff \t")
        if not begins:
            return
        if begins.startswith("<"):
            self._read = self._page
        elif begins[0] in "{[":
            self._read = self._json_line
        else:
            self._read = self._event_line
        yield from self._read(line)

    def _page(self, line: str) -> Iterator[Value]:
        self._length += len(line)
        if self._length > _SHOWN or "</html" in line.lower():
            raise WebPage(self._beginning)
        yield from ()

    def _event_line(self, line: str) -> Iterator[Value]:
        if line.startswith(("{", "[")):
            yield from _parsed(line)
            return
        event = self._events.take(line)
        if event is not None:
            yield from _values_of(event)

    def _json_line(self, line: str) -> Iterator[Value]:
        """Read a line of JSON, or a part of one value that stands on several lines."""
        if not self._whole:
            text = line.strip()
            if text.startswith(("data:", "event:", ":")) or not text:
                yield from self._event_line(text)
                return
            try:
                yield Value("", json_safe.loads(text))
                return
            except ValueError:
                if self._given:
                    raise Malformed(text[:_SHOWN]) from None
        self._whole.append(line)
        self._length += len(line)
        if self._length > _LONGEST:
            raise Malformed(self._beginning)


def _values_of(event: Event) -> Iterator[Value]:
    data = event.data.strip()
    if data.startswith("[DONE]"):
        yield DONE
        return
    try:
        yield Value(event.name, json_safe.loads(data))
        return
    except ValueError:
        lines = data.split("\n")
        if len(lines) == 1:
            raise Malformed(data[:_SHOWN]) from None
    # Servers that put no empty line between two events.
    for line in lines:
        if line.strip():
            yield from _values_of(Event(event.name, line))


def _parsed(text: str) -> Iterator[Value]:
    try:
        yield Value("", json_safe.loads(text))
    except ValueError:
        raise Malformed(text[:_SHOWN]) from None
