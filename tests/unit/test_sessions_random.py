"""Any sequence of changes to a session: reading, listing and searching always agree."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from core.sessions.index import list_sessions
from core.sessions.record import Kind
from core.sessions.store import SessionStore
from core.sessions.tree import SessionTree
from meetup_kit import check_tree
from store_samples import chat, message, overlay, store_in

VERBS = "say branch edit edit delete restore head rename pin erase erase".split()
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 5)), min_size=4, max_size=14)


@dataclass
class Model:
    """What a session has to say for itself, kept by the simplest of means."""

    texts: dict[str, str] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    """All words that a message ever had."""
    deleted: set[str] = field(default_factory=set)
    gone: list[str] = field(default_factory=list)
    title: str = "Ada Lovelace"
    pinned: bool = False
    words: int = 0

    def word(self) -> str:
        self.words += 1
        return f"word{self.words:03}x"

    def put(self, record_id: str, text: str) -> None:
        self.texts[record_id] = text
        self.told.setdefault(record_id, []).append(text)

    def chosen(self, place: int) -> str:
        return list(self.texts)[place % len(self.texts)]

    @property
    def shown(self) -> dict[str, str]:
        return {key: text for key, text in self.texts.items() if key not in self.deleted}


async def step(store: SessionStore, session_id: str, model: Model, what: str, place: int) -> None:
    target = model.chosen(place)
    if what == "rename":
        model.title = f"Title {place}" if place % 3 else "Ada Lovelace"
        await store.rename(session_id, model.title if place % 3 else "")
    elif what == "pin":
        model.pinned = bool(place % 2)
        await store.pin(session_id, model.pinned)
    elif what == "erase":
        await store.erase(session_id, [target])
        model.gone += model.told.pop(target, [])
        model.texts[target] = ""
    else:
        await append(store, session_id, model, what, target)


async def append(
    store: SessionStore, session_id: str, model: Model, what: str, target: str
) -> None:
    session = await store.open(session_id)
    if what in {"say", "branch"}:
        said = message(session.tree.head if what == "say" else target, model.word(), node="human")
        model.put(said.id, said.text)
        await session.append(said)
    elif what == "edit":
        if session.tree.get(target).data.get("erased") is None:
            model.put(target, model.word())
            await session.append(overlay(Kind.EDIT, target, model.texts[target]))
    elif what == "head":
        await session.append(overlay(Kind.HEAD, target))
    else:
        (model.deleted.add if what == "delete" else model.deleted.discard)(target)
        await session.append(overlay(Kind.DELETE, target, deleted=what == "delete"))
    await session.close()


async def check(store: SessionStore, session_id: str, model: Model) -> None:
    tree = (await store.read(session_id)).tree
    check_tree(tree)
    again = SessionTree.fold(list(tree))
    assert list(again.conversation) == list(tree.conversation)
    shown = {each.id: tree.shown(each) for each in tree if each.kind == Kind.MESSAGE}
    assert {key: each.text for key, each in shown.items() if each is not None} == model.shown

    (row,) = await store.list()
    assert (row.title, row.pinned) == (model.title, model.pinned)
    assert row.messages == len(model.texts)
    (store.folder / ".index.json").unlink()
    assert list_sessions(store.folder) == [row]

    async with aclosing(store.search("word", limit=None)) as hits:
        found = {hit.record: hit async for hit in hits}
    assert {key: hit.snippet for key, hit in found.items()} == {
        key: text for key, text in model.shown.items() if text
    }
    assert all(hit.on_path == tree.on_path(key) for key, hit in found.items())
    left = b"".join(each.read_bytes() for each in store.folder.rglob("*") if each.is_file())
    assert not [text for text in model.gone if text.encode() in left]


async def run(folder: Path, steps: list[tuple[str, int]]) -> None:
    store, model = store_in(folder), Model()
    session = await chat(store, model.word(), model.word())
    for each in session.tree.path[1:]:
        model.put(each.id, each.text)
    await session.close()
    for what, place in steps:
        await step(store, session.id, model, what, place)
        await check(store, session.id, model)
    fork = (await store.read(await store.fork(session.id))).tree
    texts = [replace(each, parent=None, seq=0) for each in fork if each.id in model.texts]
    assert [each.id for each in texts] == list(model.texts)


@settings(max_examples=40)
@given(STEPS)
def test_every_view_of_a_session_agrees_after_every_step(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder), steps))
