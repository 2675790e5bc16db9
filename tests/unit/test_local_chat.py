"""What the embedded server is sent beside what every OpenAI wire is."""

from __future__ import annotations

from contextlib import aclosing

from core.messages import Message, Params
from core.providers.base import ModelRequest, ProviderSettings
from core.providers.local_chat import LIVELY, LocalChat
from wire.fake_server import FakeServer, whole
from wire.frames import WIRES

OPENAI = WIRES[0]
ASKED = ModelRequest("m", (Message("user", "Hello"),), Params(top_k=3))
BODY = {
    "model": "m",
    "messages": [{"role": "user", "content": "Hello"}],
    "stream": True,
    "stream_options": {"include_usage": True},
    "top_k": 3,
    "return_progress": True,
}


async def sent(request: ModelRequest) -> dict[str, object]:
    async with FakeServer() as server:
        server.plan(whole(*OPENAI.answer(["Hi."])))
        chat = LocalChat(
            ProviderSettings("local", "local", base_url=OPENAI.base_url(server.url)), LIVELY
        )
        async with aclosing(chat.stream(request)) as parts:
            assert [part async for part in parts]
        await chat.aclose()
        body: dict[str, object] = server.last.body
        return body


async def test_a_conversation_is_kept_from_going_in_circles() -> None:
    assert await sent(ASKED) == BODY | dict(LIVELY)


async def test_json_may_repeat_itself() -> None:
    schema = {"type": "string"}
    body = await sent(ModelRequest(ASKED.model, ASKED.messages, ASKED.params, schema))
    assert not set(LIVELY) & set(body)
    assert body["top_k"] == 3
    assert "response_format" in body
