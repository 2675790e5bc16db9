"""What each adapter sends: messages, parameters, schemas; and what it does when refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Message, Params
from core.providers.base import Completion, ModelInfo, ModelRequest, Provider, ProviderSettings
from core.providers.model import Model
from wire.fake_server import FakeServer, Script, failing, whole
from wire.frames import AnthropicWire, OllamaWire, OpenAIWire, Wire

OPENAI, ANTHROPIC, OLLAMA = OpenAIWire(), AnthropicWire(), OllamaWire()
ALL = Params(
    temperature=0.2,
    top_p=0.9,
    top_k=40,
    max_tokens=64,
    seed=7,
    stop=("END", " "),
    context_length=4096,
)
SCHEMA = {
    "type": "object",
    "properties": {"mood": {"type": "string", "minLength": 1}},
    "required": ["mood"],
    "additionalProperties": False,
}
TALK = (Message("system", "You are Ada."), Message("user", "Hello"))

Make = Callable[..., Provider]


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with FakeServer() as server:
        yield server


@pytest.fixture
async def make(server: FakeServer) -> AsyncIterator[Make]:
    made: list[Provider] = []

    def build(wire: Wire, **options: Any) -> Provider:
        settings = ProviderSettings(
            wire.name, wire.name, base_url=wire.base_url(server.url), options=options
        )
        made.append(wire.adapter(settings))
        return made[-1]

    yield build
    for each in made:
        await each.aclose()


async def ask(adapter: Provider, *messages: Message, **values: Any) -> Completion:
    request = ModelRequest("m-1", messages or TALK, **values)
    async with aclosing(adapter.stream(request)) as parts:
        *_, last = [part async for part in parts]
    assert isinstance(last, Completion)
    return last


class TestOpenAI:
    async def test_the_whole_body(self, server: FakeServer, make: Make) -> None:
        server.plan(whole(*OPENAI.answer(["Hi."])))
        await ask(make(OPENAI), params=ALL, schema=SCHEMA)
        assert server.last.body == {
            "model": "m-1",
            "messages": [
                {"role": "system", "content": "You are Ada."},
                {"role": "user", "content": "Hello"},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0.2,
            "top_p": 0.9,
            "top_k": 40,
            "max_tokens": 64,
            "seed": 7,
            "stop": ["END", " "],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
            },
        }

    async def test_nothing_is_sent_that_was_not_set(self, server: FakeServer, make: Make) -> None:
        server.plan(whole(*OPENAI.answer(["Hi."])))
        await ask(make(OPENAI))
        assert set(server.last.body) == {"model", "messages", "stream", "stream_options"}

    async def test_options(self, server: FakeServer, make: Make) -> None:
        server.plan(*[whole(*OPENAI.answer(["{}"]))] * 2)
        params = Params(top_k=40, max_tokens=64)
        adapter = make(
            OPENAI,
            extra_params=False,
            max_tokens_field="max_completion_tokens",
            schema_style="json_object",
        )
        await ask(adapter, params=params, schema=SCHEMA)
        assert "top_k" not in server.last.body
        assert server.last.body["max_completion_tokens"] == 64
        assert "max_tokens" not in server.last.body
        assert server.last.body["response_format"] == {"type": "json_object", "schema": SCHEMA}
        adapter = make(OPENAI, native_schema=False)
        assert not adapter.native_schema
        await ask(adapter, schema=SCHEMA)
        assert "response_format" not in server.last.body

    async def test_a_loose_schema_is_not_called_strict(
        self, server: FakeServer, make: Make
    ) -> None:
        server.plan(whole(*OPENAI.answer(["{}"])))
        await ask(make(OPENAI), schema={"type": "object"})
        assert server.last.body["response_format"]["json_schema"]["strict"] is False

    async def test_a_server_that_refuses_parameters_is_spared_them(
        self, server: FakeServer, make: Make
    ) -> None:
        said = "Unsupported value: 'temperature' does not support 0.2 with this model."
        named = {"message": said, "param": "temperature", "code": "unsupported_value"}
        server.plan(
            failing(400, OPENAI.error("invalid_request_error", "Unknown field: stream_options")),
            failing(400, {"error": named}),
            whole(*OPENAI.answer(["One."])),
            whole(*OPENAI.answer(["Two."])),
        )
        adapter = make(OPENAI)
        params = Params(temperature=0.2, seed=7)
        assert (await ask(adapter, params=params)).text == "One."
        assert (await ask(adapter, params=params)).text == "Two."
        sent = [set(request.body) & {"stream_options", "temperature", "seed"} for request in
                server.received]  # fmt: skip
        assert sent == [
            {"stream_options", "temperature", "seed"},
            {"temperature", "seed"},
            {"seed"},
            {"seed"},
        ]

    async def test_a_server_that_refuses_schemas_is_told_in_words(
        self, server: FakeServer, make: Make
    ) -> None:
        said = "'response_format.type' must be 'text': json_schema is not supported"
        plain = "'response_format.type' must be 'text': json_object is not supported"
        server.plan(
            failing(400, OPENAI.error("invalid_request_error", said)),
            failing(400, OPENAI.error("invalid_request_error", plain)),
            whole(*OPENAI.answer(['{"mood": "fine"}'])),
            whole(*OPENAI.answer(['{"mood": "well"}'])),
        )
        model = Model(make(OPENAI), "m-1")
        for mood in ("fine", "well"):
            value, _ = await model.answer_json(ModelRequest("m-1", TALK, schema=SCHEMA))
            assert value == {"mood": mood}
            assert "response_format" not in server.last.body
            assert server.last.body["messages"][-1]["content"].count('"mood"') == 2
        second = server.received[1].body
        assert second["response_format"] == {"type": "json_object"}
        assert '"mood"' in second["messages"][-1]["content"]

    async def test_a_server_that_has_json_but_no_schemas(
        self, server: FakeServer, make: Make
    ) -> None:
        said = "This response_format type is unavailable now"
        server.plan(
            failing(400, OPENAI.error("invalid_request_error", said)),
            *[whole(*OPENAI.answer(['{"mood": "fine"}']))] * 2,
        )
        model = Model(make(OPENAI), "m-1")
        for _ in range(2):
            value, _ = await model.answer_json(ModelRequest("m-1", TALK, schema=SCHEMA))
            assert value == {"mood": "fine"}
            assert server.last.body["response_format"] == {"type": "json_object"}
            assert server.last.body["messages"][-1]["content"].count('"mood"') == 2

    async def test_a_bad_value_is_no_refusal_of_the_parameter(
        self, server: FakeServer, make: Make
    ) -> None:
        said = "temperature must be between 0 and 2"
        server.plan(failing(400, OPENAI.error("invalid_request_error", said)))
        with pytest.raises(ProviderError, match="must be between") as caught:
            await ask(make(OPENAI), params=Params(temperature=9))
        assert caught.value.kind is ProviderErrorKind.PROTOCOL

    async def test_usage_is_estimated_where_none_is_told(
        self, server: FakeServer, make: Make
    ) -> None:
        frames = [*OPENAI.start(), OPENAI.text("x" * 400), *OPENAI.end(usage=False)]
        server.plan(whole(*frames))
        usage = (await ask(make(OPENAI))).usage
        assert usage.estimated
        assert 90 <= usage.output_tokens <= 110
        assert usage.input_tokens > 0

    async def test_halves_of_a_character_are_joined(self, server: FakeServer, make: Make) -> None:
        halves = [OPENAI.text("@@").replace(b"@@", half) for half in (b"a\\ud83d", b"\\ude00b")]
        lone = OPENAI.text("@@").replace(b"@@", b"\\ud83d")
        server.plan(whole(*OPENAI.start(), *halves, lone, OPENAI.text("c"), *OPENAI.end()))
        assert (await ask(make(OPENAI))).text == "a😀b\ufffdc"

    async def test_the_lists_context_lengths(self, server: FakeServer, make: Make) -> None:
        models = [
            {"id": "a", "object": "model", "created": 1, "owned_by": "x", "context_length": 8192},
            {"id": "b", "object": "model", "created": 1, "owned_by": "x"},
            {"id": "c", "object": "model", "meta": {"n_ctx_train": 2048}},
        ]
        server.plan(_json({"object": "list", "data": models}))
        listed = await make(OPENAI).models()
        assert listed == [ModelInfo("a", 8192), ModelInfo("b"), ModelInfo("c", 2048)]


class TestAnthropic:
    async def test_the_whole_body(self, server: FakeServer, make: Make) -> None:
        server.plan(whole(*ANTHROPIC.answer(["Hi."])))
        await ask(make(ANTHROPIC), params=ALL, schema=SCHEMA)
        body = dict(server.last.body)
        schema = body.pop("output_config")["format"]
        assert schema["type"] == "json_schema"
        assert schema["schema"]["required"] == ["mood"]
        assert body == {
            "model": "m-1",
            "messages": [{"role": "user", "content": "Hello"}],
            "system": "You are Ada.",
            "stream": True,
            "max_tokens": 64,
            "temperature": 0.2,
            "top_p": 0.9,
            "top_k": 40,
            "stop_sequences": ["END"],
        }
        assert server.last.headers["anthropic-version"] == "2023-06-01"
        assert SCHEMA["properties"]["mood"] == {"type": "string", "minLength": 1}  # type: ignore[index]

    async def test_without_sampling_the_current_version_is_spoken(
        self, server: FakeServer, make: Make
    ) -> None:
        server.plan(whole(*ANTHROPIC.answer(["Hi."])))
        await ask(make(ANTHROPIC))
        assert set(server.last.body) == {"model", "messages", "system", "stream", "max_tokens"}
        assert server.last.body["max_tokens"] == 8192
        assert server.last.headers["anthropic-version"] == "2026-10-21"

    async def test_messages_are_brought_into_the_shape_it_wants(
        self, server: FakeServer, make: Make
    ) -> None:
        server.plan(whole(*ANTHROPIC.answer(["Hi."])))
        await ask(
            make(ANTHROPIC),
            Message("system", "One."),
            Message("assistant", "I begin."),
            Message("user", "Yes"),
            Message("user", " "),
            Message("system", "Two."),
            Message("user", "and no."),
            Message("assistant", "So"),
        )
        assert server.last.body["system"] == "One.\n\nTwo."
        roles = [message["role"] for message in server.last.body["messages"]]
        assert roles == ["user", "assistant", "user", "assistant", "user"]
        assert server.last.body["messages"][2]["content"] == "Yes\n\nand no."
        assert all(message["content"].strip() for message in server.last.body["messages"])

    async def test_even_nothing_to_say_is_a_message(self, server: FakeServer, make: Make) -> None:
        server.plan(whole(*ANTHROPIC.answer(["Hi."])))
        await ask(make(ANTHROPIC), Message("system", "You begin."))
        assert [each["role"] for each in server.last.body["messages"]] == ["user"]

    @pytest.mark.parametrize(
        "said",
        [
            "`temperature` is deprecated for this model.",
            "temperature: Extra inputs are not permitted",
            "temperature is not supported for m-1 when set to non-default values",
            "`temperature` and `top_p` cannot both be specified for this model.",
        ],
    )
    async def test_a_model_without_temperature_answers_all_the_same(
        self, server: FakeServer, make: Make, said: str
    ) -> None:
        server.plan(
            failing(400, ANTHROPIC.error("invalid_request_error", said)),
            whole(*ANTHROPIC.answer(["Hi."])),
        )
        assert (await ask(make(ANTHROPIC), params=Params(temperature=1.5))).text == "Hi."
        assert server.received[0].body["temperature"] == 1.0
        assert "temperature" not in server.received[1].body
        assert server.received[1].headers["anthropic-version"] == "2026-10-21"

    async def test_a_server_that_ignores_schemas_is_not_sent_one(
        self, server: FakeServer, make: Make
    ) -> None:
        server.plan(whole(*ANTHROPIC.answer(["Hi."])))
        adapter = make(ANTHROPIC, native_schema=False)
        assert not adapter.native_schema
        await ask(adapter, schema=SCHEMA)
        assert "output_config" not in server.last.body

    async def test_the_lists_context_lengths(self, server: FakeServer, make: Make) -> None:
        models = [{"type": "model", "id": "a", "max_input_tokens": 200_000}, {"id": "b"}]
        server.plan(_json({"data": models, "has_more": False}))
        assert await make(ANTHROPIC).models() == [ModelInfo("a", 200_000), ModelInfo("b")]


class TestOllama:
    async def test_the_whole_body(self, server: FakeServer, make: Make) -> None:
        server.plan(whole(*OLLAMA.answer(["Hi."])))
        await ask(make(OLLAMA), params=ALL, schema=SCHEMA)
        assert server.last.body == {
            "model": "m-1",
            "messages": [
                {"role": "system", "content": "You are Ada."},
                {"role": "user", "content": "Hello"},
            ],
            "stream": True,
            "tools": [],
            "format": SCHEMA,
            "options": {
                "temperature": 0.2,
                "top_p": 0.9,
                "top_k": 40,
                "num_predict": 64,
                "seed": 7,
                "stop": ["END", " "],
                "num_ctx": 4096,
            },
        }

    async def test_usage_is_estimated_where_none_is_told(
        self, server: FakeServer, make: Make
    ) -> None:
        frames = [*OLLAMA.start(), OLLAMA.text("x" * 400), *OLLAMA.end(usage=False)]
        server.plan(whole(*frames))
        usage = (await ask(make(OLLAMA))).usage
        assert usage.estimated
        assert 90 <= usage.output_tokens <= 110

    async def test_the_lists_context_lengths(self, server: FakeServer, make: Make) -> None:
        server.plan(
            _json({"models": [{"model": "qwen3:4b"}]}),
            _json({"model_info": {"general.size": 1, "qwen3.context_length": 40960}}),
        )
        assert await make(OLLAMA).models() == [ModelInfo("qwen3:4b", 40960)]


@pytest.mark.parametrize("wire", [OPENAI, ANTHROPIC], ids=lambda wire: wire.name)
async def test_a_refusal_is_told_in_the_models_words(
    wire: Wire, server: FakeServer, make: Make
) -> None:
    server.plan(whole(*wire.start(), *wire.end("refused")))
    with pytest.raises(ProviderError, match="I would rather not") as caught:
        await ask(make(wire))
    assert caught.value.kind is ProviderErrorKind.REFUSED


async def test_a_content_filter_is_a_refusal(server: FakeServer, make: Make) -> None:
    server.plan(whole(*OPENAI.answer(["Well,"], "content_filter")))
    with pytest.raises(ProviderError) as caught:
        await ask(make(OPENAI))
    assert caught.value.kind is ProviderErrorKind.REFUSED


@pytest.mark.parametrize("wire", [OPENAI, ANTHROPIC, OLLAMA], ids=lambda wire: wire.name)
async def test_what_the_environment_holds_is_not_sent_elsewhere(
    wire: Wire, server: FakeServer, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in (
        "OPENAI_API_KEY",
        "OPENAI_ADMIN_KEY",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "OLLAMA_API_KEY",
    ):
        monkeypatch.setenv(variable, "a-secret")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.plan(whole(*wire.answer(["Hi."])))
    await ask(make(wire))
    assert "a-secret" not in str(server.last.headers)


async def test_no_model_at_all(make: Make) -> None:
    for wire in (OPENAI, ANTHROPIC, OLLAMA):
        with pytest.raises(ProviderError, match="no default model"):
            async with aclosing(make(wire).stream(ModelRequest("", TALK))) as parts:
                await anext(parts)


def _json(value: object) -> Script:
    return failing(200, value)
