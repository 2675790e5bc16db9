"""A server that plays scripts, and adapters that ask it with little patience."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from core.providers.base import Provider, ProviderSettings
from wire.fake_server import FakeServer
from wire.frames import Wire


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with FakeServer() as server:
        yield server


@pytest.fixture
async def made(server: FakeServer) -> AsyncIterator[Callable[..., Provider]]:
    adapters: list[Provider] = []

    def make(wire: Wire, **values: Any) -> Provider:
        limits = {"read_timeout": 0.4, "prompt_timeout": 0.8} | values
        settings = ProviderSettings(
            wire.name, wire.name, base_url=wire.base_url(server.url), api_key="sk-a-key-of-mine",
            key_variable="A_KEY", **limits,
        )  # fmt: skip
        adapters.append(wire.adapter(settings))
        return adapters[-1]

    yield make
    for each in adapters:
        await each.aclose()
