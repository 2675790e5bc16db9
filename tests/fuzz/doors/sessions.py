"""Session files with their index and partial answers: listed, read, searched, opened, exported.

Golden sessions lie in the same folder and have to stay as they are.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from core.errors import SalonError
from core.runtime import Options, Runtime
from core.sessions.transcripts import FORMATS, render
from fuzz.door import Door, Drive, Shape
from fuzz.structures import change_json, change_json_line
from golden_facts import GOLDEN
from tui.sessions.preview import last_messages

_ODD = "00000000000000000000000AAA"
_NEIGHBOURS = ("0000000000000000000004YP41", "0000000000000000000005T511")
_TITLE = "Writer"
_TIME = 1_700_000_000_000_000_001
"""When the neighbours were changed last, as the index has it."""
_NOT_NAMED = 777_000_111
"""Stands for an inode in the index that an input is made of."""


def _golden() -> list[bytes]:
    """Return sessions of all engines, on a model that needs no file."""
    paths = sorted(GOLDEN.glob("[ls]*/*.jsonl"))
    return [on_eliza(path.read_bytes()) for path in paths if path.stem not in _NEIGHBOURS]


def on_eliza(data: bytes) -> bytes:
    for name in ("chat", "clm", "meet", "models", "nurse", "slow", "team", "edits", "list"):
        data = data.replace(f"scripted:{name}.json".encode(), b"eliza:doctor")
    return data


def cut_golden() -> list[bytes]:
    """Return the same sessions, each as long as is cheap to read many times."""
    return [b"".join(data.splitlines(keepends=True)[:24]) for data in _golden()]


_PARTIAL = (
    b'{"draft":{"v":1,"id":"00000000000000000000000BBB","seq":-1,"parent":"%s","kind":"message",'
    b'"author":{"kind":"persona","name":"Zo\xc3\xab"},"at":"2026-01-01T02:00:00.000000Z",'
    b'"status":"complete","node":"persona","model":"eliza:doctor","data":{"turn":9}}}\n'
    b'{"id":"00000000000000000000000BBB","text":"so far"}\n'
    b'{"id":"00000000000000000000000BBB","text":" and on"}\n'
)


def _index() -> list[bytes]:
    """Return an index that fits the neighbours, with what is put in when it is written."""
    rows = ", ".join(
        f'"{name}": [{_TIME}, {(GOLDEN / "sessions" / f"{name}.jsonl").stat().st_size}, "chat",'
        f' "{_TITLE}", 1767412800.0, 1767412801.0, 9, "Well.", {_NOT_NAMED}, 4000, "", false, 3,'
        ' ["Writer", "Sam"], ["eliza:doctor"], false]'
        for name in _NEIGHBOURS
    )
    return [f'{{"v": 2, "rows": {{{rows}}}}}'.encode()]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Drive]:
    """Put golden sessions into a folder; an input becomes a session, index or partial there."""
    sessions = folder / "sessions"
    sessions.mkdir()
    for name in _NEIGHBOURS:
        path = sessions / f"{name}.jsonl"
        path.write_bytes(on_eliza((GOLDEN / "sessions" / path.name).read_bytes()))
    options = Options(sessions=sessions, data_dir=folder / "data")
    runtime = Runtime(options, {"HOME": str(folder)})
    odd = sessions / f"{_ODD}.jsonl"
    whole = cut_golden()[0]
    root = whole[whole.index(b'"id":"') + 6 :][:26]

    async def drive(shape: str, data: bytes) -> None:
        _clean(sessions)
        if shape == "index":
            odd.write_bytes(whole)
            inode = (sessions / f"{_NEIGHBOURS[0]}.jsonl").stat().st_ino
            data = data.replace(str(_NOT_NAMED).encode(), str(inode).encode())
            for name in _NEIGHBOURS:
                os.utime(sessions / f"{name}.jsonl", ns=(_TIME, _TIME))
            (sessions / ".index.json").write_bytes(data)
        elif shape == "partial":
            odd.write_bytes(whole)
            odd.with_suffix(".partial").write_bytes(data.replace(b"%s", root))
        else:
            odd.write_bytes(data)
        await _check_list(runtime, odd)
        await _use(runtime, odd, len(data))

    try:
        yield drive
    finally:
        await runtime.aclose()


def _clean(sessions: Path) -> None:
    for each in sessions.iterdir():
        if each.stem not in _NEIGHBOURS and each.is_file():
            each.unlink()


async def _check_list(runtime: Runtime, odd: Path) -> None:
    listed = {each.id: each for each in await runtime.store.list()}
    assert set(listed) == {_ODD, *_NEIGHBOURS}, f"listed are {set(listed)}"
    hits = [hit async for hit in runtime.store.search("sam")]
    assert {hit.session for hit in hits} >= set(_NEIGHBOURS), "a neighbour is not found"
    assert len((await runtime.store.read(_NEIGHBOURS[0])).tree) > 3


async def _use(runtime: Runtime, odd: Path, choice: int) -> None:
    """Do with a session what is done with others; each step may refuse it."""
    refused: list[SalonError] = []
    for step in (_read, _preview, _open):
        try:
            await step(runtime, odd, choice)
        except SalonError as error:
            refused.append(error)
    if refused:
        raise refused[0]


async def _read(runtime: Runtime, odd: Path, choice: int) -> None:
    view = await runtime.store.read(odd.stem)
    render(view.tree, list(FORMATS)[choice % len(FORMATS)])


async def _preview(runtime: Runtime, odd: Path, choice: int) -> None:
    last_messages(odd)


async def _open(runtime: Runtime, odd: Path, choice: int) -> None:
    session = await runtime.store.open(odd.stem)
    try:
        engine = session.tree.root.data.get("engine")
        openers = {
            "chat": lambda: runtime.chats.engine(session),
            "meetup": lambda: runtime.meetups.engine(session),
            "hierarchy": lambda: runtime.team_runs.engine(session),
            "clm": lambda: runtime.simulations.engine(session),
            "lab": lambda: runtime.labs.engine(session),
        }
        if isinstance(engine, str) and engine in openers:
            openers[engine]()
    finally:
        await session.close()


DOOR = Door(
    "sessions",
    (
        Shape("session", cut_golden, (change_json_line,)),
        Shape("session", cut_golden, (change_json_line,)),
        Shape("session", cut_golden, (change_json_line,)),
        Shape("index", _index, (change_json,)),
        Shape("partial", lambda: [_PARTIAL], (change_json_line,)),
    ),
    opened,
)
