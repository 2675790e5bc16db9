"""Work that is carried to its end although its caller is cancelled."""

from __future__ import annotations

import asyncio

import pytest

from core.aio import unbroken


async def test_it_returns_what_the_work_returns() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 3

    assert await unbroken(work()) == 3


async def test_a_cancelled_caller_waits_for_the_end_and_stays_cancelled() -> None:
    done = asyncio.Event()

    async def work() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        done.set()

    caller = asyncio.create_task(unbroken(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert done.is_set()


async def test_an_error_of_the_work_is_raised_even_to_a_cancelled_caller() -> None:
    async def work() -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await unbroken(work())
    caller = asyncio.create_task(unbroken(work()))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(ValueError, match="no"):
        await caller


async def test_work_that_is_cancelled_itself_is_cancelled() -> None:
    async def work() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await unbroken(work())
