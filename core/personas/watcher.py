"""Noticing that persona files have changed, whoever changed them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from core.personas.markdown import SUFFIX

if TYPE_CHECKING:
    from watchfiles import Change

_SETTLING = 200
"""Milliseconds in which changes that belong together are waited for."""
_STEP = 40
_FIRST_LOOK = 1000
"""Milliseconds after which what was missed while watching began is looked for."""
_POLL = 3.0
"""Seconds between two looks where the system cannot tell of changes."""


async def changes(folders: Sequence[Path]) -> AsyncGenerator[None, None]:
    """Yield whenever persona files in some folders may have changed; never ends by itself.

    A folder that does not exist yet is waited for.
    """
    while True:
        watched = await asyncio.to_thread(_to_watch, folders)
        try:
            async with aclosing(_found(watched, folders)) as found:
                async for paths in found:
                    yield
                    # Where a folder itself came or went, its watch went with it; and one may
                    # have come after it was looked for and before it was watched.
                    if any(path.parent not in folders for path in paths):
                        break
                    if not paths and await asyncio.to_thread(_to_watch, folders) != watched:
                        break
        except OSError:
            # Out of watches, or a file system that has none: look from time to time.
            await asyncio.sleep(_POLL)
            yield


async def _found(
    watched: Collection[Path], folders: Sequence[Path]
) -> AsyncGenerator[Collection[Path], None]:
    """Yield what has changed; once nothing at all, for what changed before watching began.

    Raises:
        OSError: the system cannot tell of changes there.
    """
    # A native library that takes a while to load.
    watchfiles = await asyncio.to_thread(__import__, "watchfiles")

    def concerns(change: Change, path: str) -> bool:
        return _concerns(Path(path), folders)

    watching = watchfiles.awatch(
        *watched,
        watch_filter=concerns,
        debounce=_SETTLING,
        step=_STEP,
        rust_timeout=_FIRST_LOOK,
        yield_on_timeout=True,
        recursive=False,
    )
    begun = False
    try:
        async with aclosing(watching) as rounds:
            async for found in rounds:
                if found or not begun:
                    yield [Path(path) for _, path in found]
                begun = True
    except RuntimeError as error:  # as watchfiles reports what the system refuses
        raise OSError(str(error)) from error


def _concerns(path: Path, folders: Collection[Path]) -> bool:
    """Whether something at a path changes what the folders hold."""
    if path.parent in folders:
        return path.name.lower().endswith(SUFFIX) and not path.name.startswith(".")
    return any(folder.is_relative_to(path) for folder in folders)


def _to_watch(folders: Sequence[Path]) -> frozenset[Path]:
    """Return the folders that exist, and for the others where they would come to be."""
    return frozenset(
        next(each for each in (folder, *folder.parents) if each.is_dir() or each == each.parent)
        for folder in folders
    )
