"""What is secret reaches the server it is meant for and no other: real SDKs, real servers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Message
from core.providers.anthropic_messages import AnthropicMessages
from core.providers.base import Completion, ModelRequest, Provider, ProviderSettings
from core.providers.openai_chat import OpenAIChat
from wire.fake_server import FakeServer, Script, failing, whole
from wire.frames import AnthropicWire, OllamaWire, OpenAIWire, Wire

OPENAI, ANTHROPIC, OLLAMA = OpenAIWire(), AnthropicWire(), OllamaWire()
WIRES = pytest.mark.parametrize("wire", [OPENAI, ANTHROPIC, OLLAMA], ids=lambda wire: wire.name)
TALK = (Message("system", "You are Ada."), Message("user", "private words"))
KEY = "the-key-of-this-server"
_READ = re.compile(
    r"""(?:environ(?:\.get\(|\[)|getenv\(|\bENV_[A-Z_]+\b[^=\n]*=)\s*["']([A-Z][A-Z0-9_]+)["']"""
)
_HEADERS = frozenset({"OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS"})


@cache
def variables_of_the_sdks() -> frozenset[str]:
    """Every environment variable that the sources of the three SDKs name."""
    found: set[str] = set()
    for name in ("openai", "anthropic", "ollama"):
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        for path in Path(spec.origin).parent.rglob("*.py"):
            text = path.read_text("utf-8")
            if "environ" in text or "getenv" in text or "ENV_" in text:
                found |= set(_READ.findall(text))
    return frozenset(found)


@pytest.fixture
def sentinels(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Every variable set to a text of its own, by which it would be recognised."""
    values = {name: f"sentinel-{name.lower()}" for name in variables_of_the_sdks()}
    for name, value in values.items():
        header = f"X-Corp-Token: {value}\nAuthorization: Bearer {value}\nUser-Agent: {value}"
        monkeypatch.setenv(name, header if name in _HEADERS else value)
    return values


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with FakeServer() as server:
        yield server


@pytest.fixture
async def other() -> AsyncIterator[FakeServer]:
    async with FakeServer() as server:
        yield server


def declared(wire: Wire, server: FakeServer, key: str | None = KEY) -> Provider:
    return wire.adapter(
        ProviderSettings(
            f"my-{wire.name}", wire.name, base_url=wire.base_url(server.url), api_key=key
        )
    )


async def ask(provider: Provider) -> Completion:
    try:
        async with aclosing(provider.stream(ModelRequest("m-1", TALK))) as parts:
            *_, last = [part async for part in parts]
    finally:
        await provider.aclose()
    assert isinstance(last, Completion)
    return last


def redirect(status: int, place: str) -> Script:
    return failing(status, {}, location=place)


def sent_to(server: FakeServer) -> str:
    """All that a server was sent: paths with their queries, headers, bodies."""
    return str([(each.path, dict(each.headers), each.body) for each in server.received]).lower()


def test_the_variables_of_the_sdks_are_found() -> None:
    assert variables_of_the_sdks() >= {
        *("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"),
        *("OPENAI_BASE_URL", "OPENAI_WEBHOOK_SECRET", "OPENAI_CUSTOM_HEADERS"),
        *("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"),
        *("ANTHROPIC_WEBHOOK_SIGNING_KEY", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_PROFILE"),
        *("ANTHROPIC_IDENTITY_TOKEN", "OLLAMA_API_KEY", "OLLAMA_HOST"),
    }


@WIRES
@pytest.mark.parametrize("key", [KEY, None])
async def test_no_variable_reaches_a_declared_server(
    wire: Wire, key: str | None, server: FakeServer, sentinels: dict[str, str]
) -> None:
    models = failing(200, {"data": [], "models": [], "has_more": False})
    server.plan(whole(*wire.answer(["Hi."])), models)
    assert (await ask(declared(wire, server, key))).text == "Hi."
    provider = declared(wire, server, key)
    assert await provider.models() == []
    await provider.aclose()
    said = sent_to(server)
    assert [name for name, value in sentinels.items() if value in said] == []
    assert "x-corp-token" not in said
    assert len(server.received) == 2
    for each in server.received:
        assert (KEY in str(each.headers)) is (key is not None)


@pytest.mark.parametrize(
    ("wire", "adapter", "meant"),
    [
        (OPENAI, OpenAIChat, {"OPENAI_CUSTOM_HEADERS", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"}),
        (ANTHROPIC, AnthropicMessages, {"ANTHROPIC_CUSTOM_HEADERS"}),
    ],
    ids=["openai", "anthropic"],
)
async def test_a_vendors_own_endpoint_is_sent_what_is_meant_for_it(
    wire: Wire,
    adapter: type[OpenAIChat | AnthropicMessages],
    meant: set[str],
    server: FakeServer,
    sentinels: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(adapter, "default_url", wire.base_url(server.url))
    server.plan(whole(*wire.answer(["Hi."])))
    await ask(adapter(ProviderSettings(wire.name, wire.name, api_key=KEY)))
    said = sent_to(server)
    assert {name for name, value in sentinels.items() if value in said} == meant


@WIRES
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("official", [False, True])
async def test_nothing_follows_a_redirect_to_another_origin(
    wire: Wire,
    status: int,
    official: bool,
    server: FakeServer,
    other: FakeServer,
    sentinels: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider = declared(wire, server)
    if official:
        monkeypatch.setattr(type(provider), "default_url", wire.base_url(server.url))
    server.plan(redirect(status, f"{other.url}/there?x=1"))
    with pytest.raises(ProviderError) as caught:
        await ask(provider)
    assert other.received == []
    assert caught.value.kind is ProviderErrorKind.UNAVAILABLE
    assert str(caught.value) == (
        f"my-{wire.name} redirects to {other.url}, which is another server. Nothing was sent "
        f"there. If it is right, set providers.my-{wire.name}.base_url to it."
    )


@WIRES
async def test_a_list_of_models_follows_no_redirect_to_another_origin_either(
    wire: Wire, server: FakeServer, other: FakeServer
) -> None:
    server.plan(redirect(302, other.url))
    provider = declared(wire, server)
    with pytest.raises(ProviderError, match="which is another server"):
        await provider.models()
    await provider.aclose()
    assert other.received == []


@WIRES
async def test_a_chain_of_redirects_ends_where_it_would_leave_the_origin(
    wire: Wire, server: FakeServer, other: FakeServer
) -> None:
    server.plan(redirect(307, f"{server.url}/moved"), redirect(308, f"{other.url}/stolen"))
    with pytest.raises(ProviderError, match="which is another server"):
        await ask(declared(wire, server))
    assert [each.path for each in server.received[1:]] == ["/moved"]
    assert other.received == []


@WIRES
@pytest.mark.parametrize("status", [307, 308])
async def test_a_redirect_within_the_origin_is_followed_with_the_key(
    wire: Wire, status: int, server: FakeServer, sentinels: dict[str, str]
) -> None:
    server.plan(redirect(status, "/elsewhere"), whole(*wire.answer(["Hi."])))
    assert (await ask(declared(wire, server))).text == "Hi."
    assert server.last.path == "/elsewhere"
    assert KEY in str(server.last.headers)
    said = sent_to(server)
    assert [name for name, value in sentinels.items() if value in said] == []
