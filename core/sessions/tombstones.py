"""Records without their texts: what erasing leaves of them.

Ids, parents, kinds, times, numbers and models stay, so that the tree keeps its shape;
everything that somebody wrote goes. Where only some records are erased, what they said is
looked for in all that quotes messages (requests, names, notices, data) as well, and a reply
that goes on with one of them goes with it; what others said in messages of their own stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from core import json_safe
from core.sessions.folder import is_session_id
from core.sessions.quoting import Quotes
from core.sessions.record import CODE, Author, Kind, Record
from core.sessions.tree import SessionTree

ERASED = "erased"
"""Key of `Record.data` that marks a tombstone."""

_CODES = frozenset({"engine", "model", "code", "reason", "media", "finish", "kind"})
"""Keys of data under which a word is no text of anybody's."""
_CODE = re.compile(r"[\w.:/@+-]{1,80}")
_KEY = re.compile(r"[A-Za-z_]\w{0,31}")


def all_erased(tree: SessionTree) -> tuple[list[Record], set[str]]:
    """Return the records of a session without any text, and what was said in it."""
    said = {each.text for each in tree if each.kind in {Kind.MESSAGE, Kind.EDIT}}
    return [_buried(record) for record in tree], said


def some_erased(tree: SessionTree, chosen: Collection[str]) -> tuple[list[Record], set[str]]:
    """Return the records of a session without what `chosen` ones say, and their texts."""
    gone = _with_kin(tree, chosen)
    summaries = set(_summaries_of(tree, gone))
    texts = {text for each in gone for text in _texts(tree.get(each))}
    texts |= {str(tree.get(each).data["summary"]) for each in summaries}
    texts = {text for text in texts if text.strip()}
    quotes, seated = Quotes(texts), _seated(tree)
    records = []
    for record in tree:
        if record.id in gone:
            record = _buried(record, named=True)
        elif record.id in summaries:
            record = _unquoted(record, quotes)
            record = _marked(replace(record, data={**record.data, "summary": ""}))
        elif record.kind == Kind.BLOB and record.data.get("hash") not in seated:
            record = _blob_unquoted(record, quotes)
        elif record.kind not in {Kind.MESSAGE, Kind.EDIT, Kind.BLOB}:
            record = _unquoted(record, quotes)
        records.append(record)
    return records, texts


def _with_kin(tree: SessionTree, chosen: Collection[str]) -> set[str]:
    """Return the chosen ones, the replies that go on with their words, and all their edits."""
    gone = set(chosen)
    for record in tree:
        if record.data.get("continues") in gone:
            gone.add(record.id)
    edits = {each.id for each in tree if each.kind == Kind.EDIT and each.data.get("target") in gone}
    return gone | edits


def _summaries_of(tree: SessionTree, gone: Collection[str]) -> Iterator[str]:
    """Yield the notices that sum up what was said before them, one of `gone` included."""
    for record in tree:
        if isinstance(record.data.get("summary"), str) and any(
            each.id in gone for each in tree.path_to(record.id)
        ):
            yield record.id


def _texts(record: Record) -> Iterator[str]:
    """Yield everything that somebody wrote in a record."""
    yield record.text
    waiting: list[Any] = [record.data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and not is_session_id(value) and not _CODE.fullmatch(value):
            yield value
        elif isinstance(value, Mapping):
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value


def _seated(tree: SessionTree) -> set[str]:
    """Return all strings of what a session was set up with; hashes of personas among them.

    A persona may hold the greeting it begins with: that is the original and no copy.
    """
    found: set[str] = set()
    waiting: list[Any] = [each.data for each in tree if each.kind in {Kind.SESSION, Kind.SETTING}]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, Mapping):
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value
    return found


def _buried(record: Record, *, named: bool = False) -> Record:
    """Return a record without texts; `named`: its author's name is not to go."""
    author = record.author if named or record.author == CODE else Author(record.author.kind)
    kept = {key: each for key, each in record.extra.items() if is_session_id(str(each))}
    buried = replace(
        record,
        text="",
        author=author,
        params=None if record.params is None else _numbers(record.params),
        data=_scrubbed(record.data),
        extra=kept,
        malformed={},
    )
    if record.kind == Kind.BLOB:
        # Nobody may take it for the text that had this hash.
        buried = replace(buried, data={**buried.data, "hash": None})
    return _marked(buried)


def _marked(record: Record) -> Record:
    return replace(record, data={**record.data, ERASED: True})


def _scrubbed(value: Any, key: str = "") -> Any:
    if isinstance(value, str):
        stays = is_session_id(value) or (key in _CODES and _CODE.fullmatch(value))
        return value if stays else ""
    if isinstance(value, Mapping):
        if key == "params":
            return _numbers(value)
        return {name: _scrubbed(each, name) for name, each in value.items() if _KEY.fullmatch(name)}
    if isinstance(value, list | tuple):
        return [_scrubbed(each) for each in value]
    return value


def _numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in values.items() if isinstance(each, int | float)}


def _unquoted(record: Record, quotes: Quotes) -> Record:
    """Return a record without those of its strings that quote an erased text."""
    if record.malformed and quotes.within(json.dumps(dict(record.malformed), ensure_ascii=False)):
        return _buried(record)
    text = "" if quotes.within(record.text) else record.text
    data = _data_unquoted(record.data, quotes)
    if text == record.text and data == record.data:
        return record
    return _marked(replace(record, text=text, data=data))


def _data_unquoted(value: Any, quotes: Quotes, key: str = "") -> Any:
    if isinstance(value, str):
        return "" if quotes.within(value, title=key == "title") else value
    if isinstance(value, Mapping):
        return {name: _data_unquoted(each, quotes, name) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_data_unquoted(each, quotes) for each in value]
    return value


def _blob_unquoted(record: Record, quotes: Quotes) -> Record:
    if record.data.get("media") == "request":
        return _request_unquoted(record, quotes)
    return _buried(record) if quotes.within(record.text) else record


def _request_unquoted(record: Record, quotes: Quotes) -> Record:
    """Return a request without the words of its own that quote; it keeps its place in a chain."""
    try:
        manifest = json_safe.loads(record.text)
    except ValueError:
        return _buried(record)
    found = _data_unquoted(manifest, quotes)
    if found == manifest:
        return record
    text = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _marked(replace(record, text=text))
