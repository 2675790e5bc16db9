"""What real servers do, one case each, on every wire that can do it.

A `Case` says what the server sends and what has to come of it; sources are in the ids' topics:
the error pages of the vendors named in `core/providers/causes.py` and public issue threads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.errors import ProviderErrorKind
from core.messages import Params
from core.providers.base import (
    Provider,
)
from wire.asking import ask
from wire.fake_server import FakeServer, Script
from wire.frames import AnthropicWire, OllamaWire, OpenAIWire, Wire

OPENAI, ANTHROPIC, OLLAMA = OpenAIWire(), AnthropicWire(), OllamaWire()
ALL: tuple[Wire, ...] = (OPENAI, ANTHROPIC, OLLAMA)
Kind = ProviderErrorKind
Bytes = bytes
JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Case:
    """What a server does, and what has to come of it."""

    name: str
    wire: Wire
    frames: tuple[bytes | float, ...]
    text: str = ""
    finish: str = "stop"
    error: ProviderErrorKind | None = None
    says: tuple[str, ...] = ()
    """Parts of the error."""
    silent: tuple[str, ...] = ()
    """What the error must not say."""
    retries: bool | None = None
    reasoning: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: str = "proper"

    def script(self) -> Script:
        """Return what the server plays."""
        return Script(self.frames, self.status, dict(self.headers), self.ending)

    def __str__(self) -> str:
        return f"{self.wire.name}-{self.name}".replace(" ", "_")


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def data(value: object) -> bytes:
    return b"data: " + body(value) + b"\n\n"


def ends(wire: Wire, reason: str) -> tuple[bytes, ...]:
    """Return a whole answer, "Once upon", that ends with a server's own word."""
    start = (*wire.start(), wire.text("Once upon"))
    if isinstance(wire, OpenAIWire):
        return (*start, wire.chunk({}, reason), b"data: [DONE]\n\n")
    if isinstance(wire, AnthropicWire):
        delta = {"stop_reason": reason, "stop_sequence": None}
        return (*start, wire.event("message_delta", delta=delta), wire.event("message_stop"))
    assert isinstance(wire, OllamaWire)
    return (*start, wire.line({}, done=True, done_reason=reason))


END_WORDS: Mapping[str, Mapping[Wire, str]] = {
    "stop": {
        OPENAI: "stop eos end_turn STOP stop_sequence eos_token COMPLETE",
        ANTHROPIC: "end_turn stop_sequence",
        OLLAMA: "stop",
    },
    "length": {
        OPENAI: "length max_tokens MAX_TOKENS model_length model_context_window_exceeded",
        ANTHROPIC: "max_tokens model_context_window_exceeded",
        OLLAMA: "length",
    },
    "paused": {
        OPENAI: "tool_calls function_call",
        ANTHROPIC: "pause_turn tool_use",
        OLLAMA: "tool_calls",
    },
    "unknown": {OPENAI: "quux", ANTHROPIC: "quux", OLLAMA: "quux"},
    "refused": {
        OPENAI: "content_filter sensitive SAFETY RECITATION PROHIBITED_CONTENT refusal",
        ANTHROPIC: "refusal",
        OLLAMA: "content_filter",
    },
    "failed": {
        OPENAI: "error insufficient_system_resource network_error abort ERROR "
        "MALFORMED_FUNCTION_CALL",
        ANTHROPIC: "error",
        OLLAMA: "load unload",
    },
}


def end_cases() -> list[Case]:
    cases = []
    for end, words in END_WORDS.items():
        error = {"refused": Kind.REFUSED, "failed": Kind.OVERLOADED}.get(end)
        for wire, listed in words.items():
            for word in listed.split():
                cases.append(
                    Case(
                        f"ends with {word}",
                        wire,
                        ends(wire, word),
                        text="Once upon",
                        finish=end,
                        error=error,
                        says=(word,) if error else (),
                    )
                )
    return cases


def streamed(*pieces: bytes) -> tuple[bytes, ...]:
    return (*OPENAI.start(), *pieces)


WORDS = OPENAI.text("Once upon")
STOP = OPENAI.chunk({}, "stop")
DONE = b"data: [DONE]\n\n"
NULLED = {"stop_reason": None, "stop_sequence": None}
BEGUN = (*ANTHROPIC.start(), ANTHROPIC.text("Once upon"))
ENDED = ANTHROPIC.event("message_delta", delta={"stop_reason": "end_turn"})

STREAM_ENDS = [
    Case("reset after stop", OPENAI, streamed(WORDS, STOP), "Once upon", ending="cut"),
    Case("silence after stop", OPENAI, streamed(WORDS, STOP), "Once upon", ending="stall"),
    Case("nonsense after stop", OPENAI, streamed(WORDS, STOP, b"data: {\n\n"), "Once upon"),
    Case("no mark after stop", OPENAI, streamed(WORDS, STOP), "Once upon"),
    Case("mark without reason", OPENAI, streamed(WORDS, DONE), "Once upon"),
    Case(
        "empty reasons and a mark", OPENAI,
        streamed(OPENAI.chunk({"content": "Once upon"}, ""), DONE), "Once upon",
    ),
    Case(
        "empty reasons and a cut in mid-word", OPENAI,
        streamed(OPENAI.chunk({"content": "Once up"}, "")), "Once up",
        error=Kind.NETWORK, says=("broke off",), retries=True,
    ),
    Case(
        "the word null on every event", OPENAI,
        streamed(OPENAI.chunk({"content": "Once upon"}, "null"), STOP, DONE), "Once upon",
    ),
    Case("reset after the reason", ANTHROPIC, (*BEGUN, ENDED), "Once upon", ending="cut"),
    Case("silence after the reason", ANTHROPIC, (*BEGUN, ENDED), "Once upon", ending="stall"),
    Case(
        "null reason and message_stop", ANTHROPIC,
        (*BEGUN, ANTHROPIC.event("message_delta", delta=NULLED), ANTHROPIC.event("message_stop")),
        "Once upon",
    ),
    Case(
        "message_stop alone", ANTHROPIC, (*BEGUN, ANTHROPIC.event("message_stop")), "Once upon"
    ),
    Case("no end", ANTHROPIC, BEGUN, "Once upon", error=Kind.NETWORK, says=("broke off",)),
    Case(
        "done without a reason", OLLAMA, (OLLAMA.text("Once upon"), OLLAMA.line({}, done=True)),
        "Once upon",
    ),
    Case(
        "done with an empty reason", OLLAMA,
        (OLLAMA.text("Once upon"), OLLAMA.line({}, done=True, done_reason="")), "Once upon",
    ),
    Case("reset after done", OLLAMA, ends(OLLAMA, "stop"), "Once upon", ending="cut"),
    Case("silence after done", OLLAMA, ends(OLLAMA, "stop"), "Once upon", ending="stall"),
    Case(
        "no done", OLLAMA, (OLLAMA.text("Once upon"),), "Once upon", error=Kind.NETWORK,
        says=("broke off",),
    ),
]  # fmt: skip


def unnamed(*frames: bytes) -> tuple[bytes, ...]:
    """Return frames without their `event:` lines."""
    return tuple(each.split(b"\n", 1)[1] if each.startswith(b"event:") else each for each in frames)


SAID = (WORDS, STOP, DONE)
TOLD = (*BEGUN, ENDED, ANTHROPIC.event("message_stop"))
LINES = (OLLAMA.text("Once upon"), OLLAMA.line({}, done=True, done_reason="stop"))


def everywhere(change: Callable[[bytes], bytes], name: str) -> list[Case]:
    """Return the same change of every frame on each wire."""
    whole = ((OPENAI, streamed(*SAID)), (ANTHROPIC, TOLD), (OLLAMA, LINES))
    return [Case(name, wire, tuple(map(change, frames)), "Once upon") for wire, frames in whole]


SSE = [
    Case(f"{name}", wire, (extra, *frames), "Once upon")
    for wire, frames in ((OPENAI, streamed(*SAID)), (ANTHROPIC, TOLD))
    for name, extra in {
        "comment first": b": hello\n\n",
        "empty data first": b"data:\n\n",
        "empty data with a space": b"data: \n\n",
        "retry first": b"retry: 3000\n\n",
        "id first": b"id: 7\n\n",
        "unknown field first": b"foo: bar\n\n",
        "field without a colon": b"data\n\n",
        "byte order mark": b"\xef\xbb\xbf",
        "event without data": b"event: ping\n\n",
        "blank lines first": b"\n\n\n",
    }.items()
]
SSE += everywhere(lambda frame: frame.replace(b"\n", b"\r\n"), "CRLF")
SSE += everywhere(lambda frame: frame.replace(b"\n", b"\r"), "CR")
SSE += [
    Case("no space after the colon", OPENAI,
         tuple(f.replace(b"data: ", b"data:") for f in streamed(*SAID)), "Once upon"),
    Case("keep-alives in mid-answer", OPENAI,
         streamed(WORDS, b"data:\n\n", b": keep-alive\n\n", STOP, DONE), "Once upon"),
    Case("one line end between events", OPENAI,
         tuple(f.replace(b"\n\n", b"\n") for f in streamed(*SAID)), "Once upon"),
    Case("no line end after the last", OPENAI, streamed(WORDS, STOP.rstrip()), "Once upon"),
    Case("bare lines of JSON", OPENAI,
         tuple(f.replace(b"data: ", b"").replace(b"\n\n", b"\n") for f in streamed(WORDS, STOP)),
         "Once upon"),
    Case("an event over several data lines", OPENAI,
         streamed(b'data: {"choices": [\ndata: {"index": 0, "delta": {"content": "Once upon"}}\n'
                  b"data: ]}\n\n", STOP, DONE), "Once upon"),
    Case("type application/json", OPENAI, streamed(*SAID), "Once upon", headers=JSON),
    Case("type text/plain", ANTHROPIC, TOLD, "Once upon", headers={"content-type": "text/plain"}),
    Case("no event lines", ANTHROPIC, unnamed(*TOLD), "Once upon"),
    Case("only event names", ANTHROPIC,
         tuple(f.replace(b'"type": "message_delta", ', b"") for f in TOLD), "Once upon"),
    Case("one line end between events", ANTHROPIC,
         tuple(f.replace(b"\n\n", b"\n") for f in TOLD), "Once upon"),
    Case("an event of a later version", ANTHROPIC,
         (*BEGUN, ANTHROPIC.event("sparkle", glitter=1), ENDED), "Once upon"),
    Case("blank lines between lines", OLLAMA, tuple(b"\n\n" + f for f in LINES), "Once upon"),
    Case("lines as events", OLLAMA, tuple(b"data: " + f + b"\n" for f in LINES), "Once upon"),
    Case("byte order mark", OLLAMA, (b"\xef\xbb\xbf", *LINES), "Once upon"),
    Case("no last line end", OLLAMA, (LINES[0], LINES[1].rstrip()), "Once upon"),
    Case("not JSON", OLLAMA, (b"upstream connect error",), error=Kind.OVERLOADED,
         says=("upstream connect error",), silent=(": 0.",)),
    Case("not JSON in mid-answer", OLLAMA, (LINES[0], b"oops\n"), "Once upon",
         error=Kind.PROTOCOL, says=("oops",)),
    Case("not JSON in mid-answer", OPENAI, streamed(WORDS, b"data: oops\n\n"), "Once upon",
         error=Kind.PROTOCOL, says=("oops",)),
]  # fmt: skip

COMPLETE = {
    "id": "1", "object": "chat.completion", "model": "served-1",
    "choices": [{"index": 0, "finish_reason": "stop",
                 "message": {"role": "assistant", "content": "Once upon"}}],
    "usage": {"prompt_tokens": 30, "completion_tokens": 7},
}  # fmt: skip
MESSAGE = {
    "id": "1", "type": "message", "role": "assistant", "model": "served-1",
    "content": [{"type": "text", "text": "Once upon"}], "stop_reason": "end_turn",
    "usage": {"input_tokens": 30, "output_tokens": 7},
}  # fmt: skip
PAGE = b"<!DOCTYPE html><html><head><title>Log in to Hotel WiFi</title></head><body>x</body></html>"
WHOLE = [
    Case("a whole answer", OPENAI, (body(COMPLETE),), "Once upon", headers=JSON),
    Case("a whole answer, indented", OPENAI, (json.dumps(COMPLETE, indent=2).encode(),),
         "Once upon", headers=JSON),
    Case("white space before a whole answer", OPENAI, (b"\n  \n", 0.05, body(COMPLETE)),
         "Once upon", headers=JSON),
    Case("a whole answer as one event", OPENAI, (data(COMPLETE),), "Once upon"),
    Case("a whole answer", ANTHROPIC, (body(MESSAGE),), "Once upon", headers=JSON),
    Case("a whole answer", OLLAMA,
         (body({"model": "served-1", "message": {"role": "assistant", "content": "Once upon"},
                "done": True, "done_reason": "stop"}),), "Once upon", headers=JSON),
    Case("a rate limit", OPENAI,
         (body({"error": {"message": "Rate limit exceeded: free", "code": 429}}),),
         error=Kind.RATE_LIMIT, says=("Rate limit exceeded: free",), retries=True, headers=JSON),
    Case("MiniMax: balance", OPENAI,
         (body({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}),),
         error=Kind.UNAVAILABLE, says=("credit", "insufficient balance"), headers=JSON),
    Case("MiniMax: key", OPENAI,
         (body({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}),),
         error=Kind.AUTH, says=("login fail", "A_KEY"), headers=JSON),
    Case("MiniMax: rate", OPENAI,
         (body({"base_resp": {"status_code": 1002, "status_msg": "RPM"}}),),
         error=Kind.RATE_LIMIT, says=("RPM",), headers=JSON),
    Case("MiniMax: an answer", OPENAI,
         (body({**COMPLETE, "base_resp": {"status_code": 0, "status_msg": ""}}),), "Once upon",
         headers=JSON),
    Case("a gateway's error", ANTHROPIC, (body({"code": 500, "msg": "no upstream"}),),
         error=Kind.OVERLOADED, says=("no upstream",), headers=JSON),
    Case("FastAPI's detail", OPENAI, (body({"detail": "the model is gone"}),),
         error=Kind.OVERLOADED, says=("the model is gone",), headers=JSON),
    Case("LM Studio without /v1", OPENAI,
         (body({"error": "Unexpected endpoint or method. (POST /chat/completions)"}),),
         error=Kind.UNAVAILABLE, says=("/v1", "Unexpected endpoint"), headers=JSON),
    Case("an error of Ollama's", OLLAMA, (body({"error": "model 'm-1' not found"}),),
         error=Kind.UNKNOWN_MODEL, says=("ollama pull m-1",), headers=JSON),
    Case("an error in a choice", OPENAI,
         streamed(WORDS, data({"choices": [{"index": 0, "delta": {}, "finish_reason": "error",
                  "error": {"code": 502, "message": "Provider went away"}}]})), "Once upon",
         error=Kind.OVERLOADED, says=("Provider went away",)),
    Case("an error beside a choice", OPENAI,
         streamed(WORDS, data({"error": {"code": "server_error", "message": "Provider went"},
                  "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]})),
         "Once upon", error=Kind.OVERLOADED, says=("Provider went",)),
    Case("an event of type error", OPENAI,
         streamed(WORDS, b"event: error\n" + data({"message": "ran dry", "type": "server_error"})),
         "Once upon", error=Kind.OVERLOADED, says=("ran dry",)),
    Case("a memory error as an event", OPENAI,
         (data({"object": "error", "message": "CUDA out of memory. Tried 2 GiB",
                "type": "InternalServerError", "code": 500}),),
         error=Kind.UNAVAILABLE, says=("memory", "CUDA out of memory"), retries=False),
    *[
        Case("a web page", wire, (PAGE,), error=Kind.PROTOCOL,
             says=("web page", "Log in to Hotel WiFi", "base_url"),
             headers={"content-type": "text/html"})
        for wire in ALL
    ],
    *[
        Case("nothing at all", wire, (), error=Kind.PROTOCOL, says=("no answer",)) for wire in ALL
    ],
    *[
        Case("words", wire, (b"Service is being moved",), error=Kind.OVERLOADED,
             says=("Service is being moved",), headers={"content-type": "text/plain"})
        for wire in ALL
    ],
]  # fmt: skip


def refused(
    name: str, wire: Wire, status: int, value: object, kind: Kind, *says: str, **more: Any
) -> Case:
    """Return a case of an error status; a text is sent as it is."""
    sent = value.encode() if isinstance(value, str) else body(value)
    return Case(name, wire, (sent,), error=kind, says=says, status=status, **more)


def error(message: str, **more: object) -> dict[str, object]:
    return {"error": {"message": message, **more}}


CLOUDFLARE = (
    "<html><head><title>Access denied | api.example.com used Cloudflare to restrict access"
    "</title></head><body>error code: 1010</body></html>"
)
LARGE = (
    "Request too large for model `m-1` in organization `org` on tokens per minute (TPM): "
    "Limit 6000, Requested 9512, please reduce your message size and try again."
)
AUTH_WORDS = ("does not accept the key",)
ERRORS = [
    refused("Gemini's list", OPENAI, 400,
            [error("API key not valid. Please pass a valid API key.", code=400,
                   status="INVALID_ARGUMENT")], Kind.AUTH, "API key not valid", "A_KEY"),
    refused("Gemini: quota", OPENAI, 429,
            [error("You exceeded your current quota, please check your plan.", code=429,
                   status="RESOURCE_EXHAUSTED")], Kind.UNAVAILABLE, "quota"),
    refused("Gemini: region", OPENAI, 400,
            [error("User location is not supported for the API use.", code=400,
                   status="FAILED_PRECONDITION")], Kind.UNAVAILABLE, "country or region"),
    refused("z.ai: no model", OPENAI, 400, error("The model does not exist", code="1211"),
            Kind.UNKNOWN_MODEL, "'m-1'", retries=False),
    refused("z.ai: balance", OPENAI, 429, error("余额不足或无可用资源包", code="1113"),
            Kind.UNAVAILABLE, "credit", retries=False),
    refused("z.ai: key", OPENAI, 401, error("token expired", code="1000"), Kind.AUTH),
    refused("z.ai: rate", OPENAI, 429, error("too high a rate", code="1302"), Kind.RATE_LIMIT,
            retries=True),
    refused("z.ai: moderation", OPENAI, 400, error("unsafe", code="1301"), Kind.REFUSED),
    refused("a number that is no status", OPENAI, 400, error("bad thing", code="1999"),
            Kind.PROTOCOL, "bad thing", retries=False),
    refused("OpenRouter: moderation", OPENAI, 403,
            error("m-1 requires moderation", code=403,
                  metadata={"reasons": ["harassment"], "flagged_input": "x"}),
            Kind.REFUSED, "moderation", "harassment", silent=("key",)),
    refused("OpenRouter: raw", OPENAI, 502,
            error("Provider returned error", code=502,
                  metadata={"raw": '{"error":{"message":"tool_choice is bad"}}',
                            "provider_name": "Acme"}),
            Kind.OVERLOADED, "Acme: tool_choice is bad"),
    refused("OpenRouter: raw words", OPENAI, 429,
            error("Provider returned error", code=429,
                  metadata={"raw": "m-1 is temporarily rate-limited upstream",
                            "provider_name": "Acme"}),
            Kind.RATE_LIMIT, "Acme: m-1 is temporarily"),
    refused("OpenRouter: credit", OPENAI, 402,
            error("This request requires more credits, or fewer max_tokens.", code=402),
            Kind.UNAVAILABLE, "credit"),
    refused("DeepSeek: balance", OPENAI, 402, error("Insufficient Balance"), Kind.UNAVAILABLE,
            "credit", "Insufficient Balance", retries=False),
    refused("Anthropic: balance", ANTHROPIC, 400,
            ANTHROPIC.error("invalid_request_error", "Your credit balance is too low to access"),
            Kind.UNAVAILABLE, "credit", silent=("base_url",)),
    refused("OpenAI: quota", OPENAI, 429,
            error("You exceeded your current quota", code="insufficient_quota"),
            Kind.UNAVAILABLE, "quota", "billing", retries=False),
    refused("OpenAI: region", OPENAI, 403,
            error("Country, region, or territory not supported",
                  code="unsupported_country_region_territory"),
            Kind.UNAVAILABLE, "country or region", silent=("A_KEY",)),
    refused("OpenAI: key", OPENAI, 401, error("Incorrect API key", code="invalid_api_key"),
            Kind.AUTH, *AUTH_WORDS, "A_KEY"),
    refused("no access to a model", OPENAI, 403,
            error("Your project may not use this", code="permission_denied"),
            Kind.AUTH, "does not allow", silent=AUTH_WORDS),
    refused("Moonshot: rate", OPENAI, 429,
            error("slow", type="rate_limit_reached_error"), Kind.RATE_LIMIT, "rate limited"),
    refused("Moonshot: overloaded", OPENAI, 429,
            error("The engine is overloaded", type="engine_overloaded_error"), Kind.OVERLOADED),
    refused("DashScope: arrears", OPENAI, 400,
            {"code": "Arrearage", "message": "Access denied, account is overdue"},
            Kind.UNAVAILABLE, "credit"),
    refused("DashScope: moderation", OPENAI, 400,
            error("Input data may contain inappropriate content.", code="data_inspection_failed"),
            Kind.REFUSED, "moderation"),
    refused("Azure: filter", OPENAI, 400,
            error("The response was filtered", code="content_filter"), Kind.REFUSED),
    refused("Azure: deployment", OPENAI, 404,
            error("The API deployment does not exist", code="DeploymentNotFound"),
            Kind.UNKNOWN_MODEL),
    refused("Groq: too large", OPENAI, 413,
            error(LARGE, type="tokens", code="rate_limit_exceeded"),
            Kind.CONTEXT_OVERFLOW, "plan", "Requested 9512", retries=False),
    refused("Groq: too large with 429", OPENAI, 429,
            error(LARGE, type="tokens", code="rate_limit_exceeded"), Kind.CONTEXT_OVERFLOW,
            "plan", retries=False),
    refused("Groq: tokens a minute", OPENAI, 429,
            error("Rate limit reached on tokens per minute (TPM): Limit 6000, Used 5000, "
                  "Requested 1200. Please try again in 2.5s.", code="rate_limit_exceeded"),
            Kind.RATE_LIMIT, "try again in 2.5s", retries=True),
    refused("Groq: retired", OPENAI, 400,
            error("The model `m-1` has been decommissioned", code="model_decommissioned"),
            Kind.UNKNOWN_MODEL),
    refused("Mistral: capacity", OPENAI, 429,
            {"object": "error", "message": "Service tier capacity exceeded for this model.",
             "code": "3505"}, Kind.OVERLOADED, "capacity exceeded"),
    refused("FastAPI: fields", OPENAI, 422,
            {"detail": [{"loc": ["body", "messages", 0], "msg": "field required"}]},
            Kind.PROTOCOL, "messages.0: field required"),
    refused("vLLM: context", OPENAI, 400,
            {"object": "error", "message": "This model's maximum context length is 4096 tokens.",
             "code": 400}, Kind.CONTEXT_OVERFLOW),
    refused("vLLM: model", OPENAI, 404,
            {"object": "error", "message": "The model `m-1` does not exist.", "code": 404},
            Kind.UNKNOWN_MODEL),
    refused("a firewall", OPENAI, 403, CLOUDFLARE, Kind.UNAVAILABLE, "firewall", "Cloudflare",
            silent=AUTH_WORDS, headers={"content-type": "text/html"}),
    refused("a firewall", ANTHROPIC, 403, CLOUDFLARE, Kind.UNAVAILABLE, "firewall",
            silent=AUTH_WORDS, headers={"content-type": "text/html"}),
    refused("a firewall's words", OPENAI, 403, "error code: 1010", Kind.UNAVAILABLE, "firewall",
            silent=AUTH_WORDS),
    refused("a page of nginx", OPENAI, 502,
            "<html><head><title>502 Bad Gateway</title></head></html>", Kind.OVERLOADED,
            "502 Bad Gateway", retries=True, headers={"content-type": "text/html"}),
    refused("a page that is not found", OPENAI, 404,
            "<html><head><title>404 Not Found</title></head></html>", Kind.UNAVAILABLE,
            "nothing at this address", headers={"content-type": "text/html"}),
    refused("a proxy's login", OPENAI, 407, "<html><title>Proxy</title></html>",
            Kind.UNAVAILABLE, "proxy", headers={"content-type": "text/html"}),
    refused("a gateway that gave up", OPENAI, 524,
            "<html><title>524: A timeout occurred</title></html>", Kind.TIMEOUT, "gateway",
            retries=False, headers={"content-type": "text/html"}),
    refused("memory", OLLAMA, 500,
            {"error": "model requires more system memory (5.6 GiB) than is available (3.1 GiB)"},
            Kind.UNAVAILABLE, "memory", "5.6 GiB", silent=("in a moment",), retries=False),
    refused("llama.cpp loads", OPENAI, 503,
            error("Loading model", type="unavailable_error", code=503), Kind.LOADING,
            "loading", retries=True),
    refused("llama.cpp loads", ANTHROPIC, 503,
            error("Loading model", type="unavailable_error", code=503), Kind.LOADING,
            "loading", retries=True),
    refused("Hugging Face loads", OPENAI, 503,
            {"error": "Model m-1 is currently loading", "estimated_time": 20.0}, Kind.LOADING),
    refused("Anthropic: overloaded", ANTHROPIC, 529,
            ANTHROPIC.error("overloaded_error", "Overloaded"), Kind.OVERLOADED, retries=True),
    refused("Anthropic: too large", ANTHROPIC, 413,
            ANTHROPIC.error("request_too_large", "Request exceeds the maximum size"),
            Kind.CONTEXT_OVERFLOW),
    *[
        refused("a long wait", wire, 429, wire.error("rate_limit_error", "slow"), Kind.RATE_LIMIT,
                "12 min 23 s", headers={"retry-after": "743"})
        for wire in ALL
    ],
    refused("a wait in words", OPENAI, 429, error("Please try again in 7m12s."), Kind.RATE_LIMIT,
            "7 min 12 s"),
    refused("OpenAI's words for quota", OPENAI, 429,
            error("You exceeded your current quota, please check your plan and billing details.",
                  type="insufficient_quota"), Kind.UNAVAILABLE, "quota", retries=False),
    refused("Gemini: the quota of a minute", OPENAI, 429,
            [error("You exceeded your current quota.", code=429, status="RESOURCE_EXHAUSTED",
                   details=[{"@type": "RetryInfo", "retryDelay": "34s"}])],
            Kind.RATE_LIMIT, retries=True),
    refused("xAI: credit", OPENAI, 403,
            {"code": "The caller does not have permission",
             "error": "Your team doesn't have any credits yet."}, Kind.UNAVAILABLE, "credit"),
    refused("Bedrock: throttled", OPENAI, 429,
            {"__type": "com.amazonaws#ThrottlingException", "message": "slow down"},
            Kind.RATE_LIMIT),
    refused("LM Studio: memory", OPENAI, 400,
            error("Failed to load model. Model loading aborted due to insufficient system "
                  "resources."), Kind.UNAVAILABLE, "memory", retries=False),
    refused("LM Studio: none loaded", OPENAI, 404,
            error("No models loaded. Please load a model in the developer page"),
            Kind.UNKNOWN_MODEL),
    refused("FastAPI: no such path", OPENAI, 404, {"detail": "Not Found"}, Kind.UNAVAILABLE,
            "nothing at this address", "/v1"),
    refused("nginx asks for a login", OPENAI, 401,
            "<html><head><title>401 Authorization Required</title></head></html>", Kind.AUTH,
            "A_KEY", headers={"content-type": "text/html"}),
    refused("Cloudflare's rate", OPENAI, 429, "error code: 1015", Kind.RATE_LIMIT),
    refused("a challenge", OPENAI, 503,
            "<html><head><title>Just a moment...</title></head></html>", Kind.UNAVAILABLE,
            "firewall", headers={"content-type": "text/html"}),
    refused("llama.cpp: batch", OPENAI, 500,
            error("input is too large to process. increase the physical batch size", code=500),
            Kind.CONTEXT_OVERFLOW),
    refused("KoboldCpp: busy", OPENAI, 503,
            {"detail": {"msg": "Server is busy; please try again later.",
                        "type": "service_unavailable"}}, Kind.OVERLOADED, "busy", retries=True),
    refused("a range", OPENAI, 400,
            error("temperature must be between 0 and 2", param="temperature"), Kind.PROTOCOL,
            "must be between"),
]  # fmt: skip

THOUGHT = "I secretly despise her."


def thinking(name: str, *pieces: str, text: str, reasoning: str) -> list[Case]:
    """Return a case for each wire whose text is these pieces."""
    cases = []
    for wire in ALL:
        first = [] if isinstance(wire, OllamaWire) else [wire.start()[0]]
        if isinstance(wire, AnthropicWire):
            block = {"type": "text", "text": ""}
            first = [first[0], wire.event("content_block_start", index=1, content_block=block)]
        frames = (*first, *(wire.text(piece) for piece in pieces), *wire.end())
        cases.append(Case(name, wire, frames, text, reasoning=reasoning))
    return cases


REASONING = [
    *thinking("inline", f"<think>{THOUGHT}</think>\n\nHow charming.", text="How charming.",
              reasoning=THOUGHT),
    *thinking("split", "<thi", "nk>", THOUGHT, "</t", "hink>", "\n\nHow ", "charming.",
              text="How charming.", reasoning=THOUGHT),
    *thinking("no opening", THOUGHT, "</think>\n\n", "How charming.", text="How charming.",
              reasoning=THOUGHT),
    *thinking("several", "<think>a</think>One. ", "<think>b</think>", "Two.", text="One. Two.",
              reasoning="ab"),
    *thinking("channels", "<|channel|>analysis<|message|>", THOUGHT,
              "<|end|><|start|>assistant<|channel|>final<|message|>", "How charming.",
              "<|return|>", text="How charming.", reasoning=THOUGHT),
    *thinking("quoted", "The mark `<think>` begins it.", text="The mark `<think>` begins it.",
              reasoning=""),
    *thinking("Magistral's", f"[THINK]{THOUGHT}[/THINK]Hello.", text="Hello.",
              reasoning=THOUGHT),
    *[
        Case(f"delta.{key}", OPENAI, (OPENAI.chunk({key: THOUGHT}), WORDS, STOP, DONE),
             "Once upon", reasoning=THOUGHT)
        for key in ("reasoning_content", "reasoning")
    ],
    Case("Mistral's parts", OPENAI,
         (OPENAI.chunk({"content": [{"type": "thinking",
                                     "thinking": [{"type": "text", "text": THOUGHT}]}]}),
          OPENAI.chunk({"content": [{"type": "text", "text": "Once "}]}),
          OPENAI.chunk({"content": "upon"}), STOP, DONE), "Once upon", reasoning=THOUGHT),
    Case("thinking used up the limit", OPENAI,
         (OPENAI.chunk({"reasoning_content": THOUGHT}), OPENAI.chunk({}, "length"), DONE),
         error=Kind.UNAVAILABLE, says=("max_tokens (64)", "hinking"), reasoning=THOUGHT),
    Case("thinking inline used up the limit", OPENAI,
         (OPENAI.text(f"<think>{THOUGHT}"), OPENAI.chunk({}, "length"), DONE),
         error=Kind.UNAVAILABLE, says=("max_tokens (64)",), reasoning=THOUGHT),
    Case("thinking used up the limit", ANTHROPIC,
         (*ANTHROPIC.start(), *ANTHROPIC.end("length")),
         error=Kind.UNAVAILABLE, says=("max_tokens (64)",), reasoning="not part of the answer"),
    Case("thinking used up the limit", OLLAMA, (*OLLAMA.start(), *OLLAMA.end("length")),
         error=Kind.UNAVAILABLE, says=("max_tokens (64)",), reasoning="not part of the answer"),
]  # fmt: skip

CASES = [*end_cases(), *STREAM_ENDS, *SSE, *WHOLE, *ERRORS, *REASONING]


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_behaviour(case: Case, server: FakeServer, made: Callable[..., Provider]) -> None:
    server.plan(case.script())
    found = await ask(made(case.wire), Params(max_tokens=64))
    assert found.text == case.text
    assert case.reasoning is None or found.reasoning == case.reasoning
    assert len(server.received) == 1
    if case.error is None:
        assert found.error is None
        assert found.completion is not None
        assert (found.completion.finish, found.completion.text) == (case.finish, case.text)
        return
    assert found.completion is None
    error = found.error
    assert error is not None
    assert error.kind is case.error
    said = str(error)
    assert [part for part in case.says if part not in said] == [], said
    assert [part for part in case.silent if part in said] == [], said
    assert case.retries is None or error.retryable is case.retries
    assert error.hint
    assert "sk-a-key-of-mine" not in said


def test_there_are_enough_cases() -> None:
    assert len({str(case) for case in CASES}) == len(CASES) >= 180
