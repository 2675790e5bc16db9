"""Changes of persona files are noticed, also in folders that are not there yet."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from core.personas import watcher
from core.personas.watcher import changes

PATIENCE = 10.0


async def after(sign: asyncio.Event, change: Callable[[], object]) -> None:
    """Do something and wait for the sign that follows."""
    sign.clear()
    change()
    await asyncio.wait_for(sign.wait(), PATIENCE)


@asynccontextmanager
async def watching_of(*folders: Path) -> AsyncIterator[asyncio.Event]:
    sign = asyncio.Event()

    async def follow() -> None:
        async with aclosing(changes(folders)) as signs:
            async for _ in signs:
                sign.set()

    task = asyncio.create_task(follow())
    # The first sign says that watching has begun.
    await asyncio.wait_for(sign.wait(), PATIENCE)
    yield sign
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


async def test_files_that_come_change_and_go(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    async with watching_of(tmp_path) as sign:
        await after(sign, lambda: file.write_text("# A: B", "utf-8"))
        await after(sign, lambda: file.write_text("# A: C", "utf-8"))
        await after(sign, lambda: file.rename(tmp_path / "b.md"))
        await after(sign, (tmp_path / "b.md").unlink)


async def test_folders_that_come_and_go(tmp_path: Path) -> None:
    there, later = tmp_path / "there", tmp_path / "x" / "later"
    there.mkdir()
    async with watching_of(there, later) as sign:
        await after(sign, lambda: later.mkdir(parents=True))
        await asyncio.sleep(0.3)
        await after(sign, lambda: (later / "a.md").write_text("# A: B", "utf-8"))
        await after(sign, lambda: shutil.rmtree(there))
        await after(sign, there.mkdir)
        await asyncio.sleep(0.3)
        await after(sign, lambda: (there / "a.md").write_text("# A: B", "utf-8"))


@pytest.mark.parametrize(
    ("path", "concerns"),
    [
        ("folk/a.md", True),
        ("folk/A.MD", True),
        ("folk/.a.md.swp", False),
        ("folk/.a.md", False),
        ("folk/a.txt", False),
        ("folk/briefs/a.md", False),
        ("folk/.trash/a.md", False),
        ("folk", True),
        (".", True),
        ("other", False),
        ("other/folk", False),
    ],
)
def test_only_what_a_list_would_show_counts(tmp_path: Path, path: str, concerns: bool) -> None:
    assert watcher._concerns(tmp_path / path, [tmp_path / "folk"]) is concerns


async def test_where_the_system_tells_nothing_one_looks_from_time_to_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object):
        raise OSError("no watches left")
        yield

    monkeypatch.setattr(watcher, "_found", refuse)
    monkeypatch.setattr(watcher, "_POLL", 0.01)
    async with aclosing(changes([tmp_path])) as signs:
        for _ in range(3):
            await anext(signs)
