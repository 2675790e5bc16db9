"""SillyTavern's chats: JSON Lines with a header, then one object a message.

The header has `user_name`, `character_name`, `create_date`, `chat_metadata`; a message has
`name`, `is_user`, `is_system`, `send_date`, `mes`, and where there are several answers
`swipes` with `swipe_id` and `swipe_info`. Later versions write "unused" for names, older ones
leave fields out, and a message that is hidden from the model is marked as the system's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.errors import StoreError
from core.ids import Source
from core.sessions.codec import decode_line
from core.sessions.record import CODE, Author, Kind, Record
from core.sessions.requests import blob_record
from core.sessions.tavern_dates import parse_date
from core.sessions.tree import SessionTree
from core.text import clean_line

PERSONA, HUMAN = "persona", "human"
"""Nodes of a chat, as its engine names them."""

_HEADER = frozenset({"user_name", "character_name", "chat_metadata", "create_date"})
_NO_NAMES = frozenset({"", "unused"})


def looks_like_tavern(values: Mapping[str, Any]) -> bool:
    """Whether the first object of a file is one of such a chat."""
    return "kind" not in values and bool(values.keys() & (_HEADER | {"mes"}))


def read_tavern(
    file_name: str, lines: Iterable[bytes], source: Source, model: str
) -> tuple[list[Record], tuple[str, ...]]:
    """Return a chat session with those messages, and notices.

    Lines that cannot be read are counted and left out.

    Raises:
        StoreError: there is no message in it.
    """
    header: dict[str, Any] = {}
    messages: list[dict[str, Any]] = []
    broken = 0
    for line in lines:
        if not line.strip():
            continue
        try:
            values = decode_line(line)
        except ValueError:
            values = {}
        if _text(values.get("mes")) is not None:
            messages.append(values)
        elif not header and values.keys() & _HEADER:
            header = values
        else:
            broken += 1
    if not messages:
        raise StoreError(f"{file_name} holds no message.", "Name another file.")
    chat = _Chat(header, messages, source, model)
    notices: tuple[str, ...] = ()
    if broken:
        were = "1 line was" if broken == 1 else f"{broken:,} lines were"
        notices = (f"{were} no message and left out of {clean_line(file_name)}.",)
    return chat.records(notices), notices


@dataclass(frozen=True, slots=True)
class _Variant:
    """One of the texts that a message has to choose from."""

    text: str
    at: datetime | None
    data: Mapping[str, Any]


class _Chat:
    """Builds the records of one chat."""

    def __init__(
        self,
        header: Mapping[str, Any],
        messages: Sequence[Mapping[str, Any]],
        source: Source,
        model: str,
    ) -> None:
        self._messages = messages
        self._source = source
        self._model = model
        self._human = _name(header.get("user_name"), messages, user=True) or "You"
        self._persona = _name(header.get("character_name"), messages, user=False) or "Persona"
        dates = (header.get("create_date"), *(each.get("send_date") for each in messages))
        self._at = next(filter(None, map(parse_date, dates)), None) or source.now()
        self._records: list[Record] = []
        self._end = ""
        self._turn = 0

    def records(self, notices: Iterable[str]) -> list[Record]:
        """Return all records, the root first."""
        self._begin()
        for message in self._messages:
            if message.get("is_system") is True:
                self._hidden(message)
            else:
                self._say(message)
        for notice in notices:
            self._end = self._add(Kind.NOTICE, CODE, notice, data={"code": "import"}).id
        if SessionTree.fold(self._records).head != self._end:
            self._add(Kind.HEAD, CODE, data={"target": self._end})
        return self._records

    def _begin(self) -> None:
        root_id = self._source.new_id()
        persona = blob_record(self._source, root_id, f"# {self._persona}\n")
        seat = {"name": self._persona, "model": self._model, "params": {}}
        seat |= {"role": "", "language": "", "persona": persona.data["hash"]}
        data = {
            "engine": "chat",
            "title": self._persona,
            "seats": {PERSONA: seat, HUMAN: {"name": self._human}},
            "imported_from": "sillytavern",
        }
        self._records.append(Record(root_id, Kind.SESSION, None, CODE, self._at, data=data))
        self._records.append(persona)
        self._end = root_id

    def _say(self, message: Mapping[str, Any]) -> None:
        user = message.get("is_user") is True
        name = clean_line(str(message.get("name") or ""))
        name = name or (self._human if user else self._persona)
        author = Author("human" if user else "persona", name)
        variants, chosen = _variants(message)
        self._turn += 1
        said = [
            self._add(
                Kind.MESSAGE,
                author,
                each.text,
                node=HUMAN if user else PERSONA,
                at=each.at,
                data={"turn": self._turn, **each.data},
            )
            for each in variants
        ]
        self._end = said[chosen].id

    def _hidden(self, message: Mapping[str, Any]) -> None:
        """Keep what the model was not to see as a notice, which no participant does."""
        name = clean_line(str(message.get("name") or ""))
        text = _text(message.get("mes")) or ""
        text = f"{name}: {text}" if name else text
        at = parse_date(message.get("send_date"))
        self._end = self._add(Kind.NOTICE, CODE, text, at=at, data={"code": "hidden"}).id

    def _add(
        self,
        kind: str,
        author: Author,
        text: str = "",
        *,
        node: str = "",
        at: datetime | None = None,
        data: Mapping[str, Any],
    ) -> Record:
        """Add a record after the end; one without a time has that of the one before."""
        self._at = at or self._at
        record = Record(
            id=self._source.new_id(),
            kind=kind,
            parent=self._end,
            author=author,
            at=self._at,
            node=node,
            text=text,
            data=data,
        )
        self._records.append(record)
        return record


def _variants(message: Mapping[str, Any]) -> tuple[list[_Variant], int]:
    """Return the texts of a message, and which of them is chosen."""
    shown = _text(message.get("mes")) or ""
    swipes, infos = message.get("swipes"), message.get("swipe_info")
    texts = [_text(each) for each in swipes] if isinstance(swipes, list) else []
    chosen = message.get("swipe_id")
    if len(texts) < 2 or not isinstance(chosen, int) or not 0 <= chosen < len(texts):
        texts = [each for each in texts if each is not None and each != shown]
        texts, chosen, infos = [*texts, shown], len(texts), None
    else:
        # Words that were edited after they were swiped to stand in the message alone.
        texts[chosen] = shown
    variants = []
    for place, text in enumerate(texts):
        info = infos[place] if isinstance(infos, list) and place < len(infos) else None
        facts = info if isinstance(info, dict) and place != chosen else message
        variants.append(_Variant(text or "", parse_date(facts.get("send_date")), _facts(facts)))
    return variants, chosen


def _facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told of how a text came about."""
    facts: dict[str, Any] = {}
    begun, ended = parse_date(values.get("gen_started")), parse_date(values.get("gen_finished"))
    if begun is not None and ended is not None and ended >= begun:
        facts["seconds"] = (ended - begun).total_seconds()
    extra = values.get("extra")
    if isinstance(extra, dict):
        made_by = {key: extra[key] for key in ("api", "model") if isinstance(extra.get(key), str)}
        if made_by:
            facts["made_by"] = made_by
    return facts


def _name(given: object, messages: Iterable[Mapping[str, Any]], *, user: bool) -> str:
    name = clean_line(given) if isinstance(given, str) else ""
    if name not in _NO_NAMES:
        return name
    names = (
        clean_line(str(each.get("name") or ""))
        for each in messages
        if (each.get("is_user") is True) == user and each.get("is_system") is not True
    )
    return next(filter(None, names), "")


def _text(value: object) -> str | None:
    """Return a message's words; some programs wrap them in an object."""
    if isinstance(value, dict):
        value = value.get("message")
    return value if isinstance(value, str) else None
