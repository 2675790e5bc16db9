"""What the adapters to vendors' SDKs have in common.

An SDK takes up to a second to import, so that and the building of its client happen in
a thread, at the first request.
"""

from __future__ import annotations

import asyncio
import ipaddress
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from core.errors import ConfigError, ProviderError, ProviderErrorKind
from core.providers.addresses import normal_url, without_user
from core.providers.answer import Answer
from core.providers.base import (
    ModelInfo,
    ModelRequest,
    ProviderSettings,
    Readiness,
    StreamPart,
)
from core.providers.body import read_values
from core.providers.error_bodies import ErrorBody, stated_error
from core.providers.event_stream import DONE, Value
from core.providers.faults import HttpFault, StatedFault, check_response, http_fault, mapped
from core.providers.origins import only_to, same_origin
from core.providers.parameters import Adjustments, Sent, told
from core.providers.schema import with_instruction
from core.providers.target import Target, key_problem

_REACH_TIMEOUT = 2.0
"""Seconds in which a server without a key has to take a connection to count as running."""

_SCHEMA_PARAMETERS = frozenset({"response_format", "output_config", "format"})
"""Where these are refused, later requests carry their schema in words."""
_MOST_ADJUSTMENTS = 16
"""Requests that are sent anew without what the server refused, before its error counts."""
_ALL_SCHEMES = ("http://", "https://", "all://")

Client = TypeVar("Client")


class Adapter(ABC, Generic[Client]):
    """A provider behind a vendor's SDK.

    Raises:
        ConfigError: `settings.base_url` is no address.

    Options: `native_schema: false` for a server that takes a schema and ignores it,
    `continues: true` for one that goes on with an answer that a request ends with.
    """

    default_url: str
    """Where requests go if the settings name no address."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.name = settings.name
        self.native_schema = bool(settings.options.get("native_schema", True))
        self.continues = bool(settings.options.get("continues", False))
        self.settings = settings
        try:
            self.url = self._url_of(settings.base_url or self.default_url)
        except ValueError as error:
            raise ConfigError(
                f"providers.{settings.name}.base_url: {without_user(settings.base_url or '')!r} "
                "is no address.",
                "Write it as http://host:port/path.",
            ) from error
        self._client: Client | None = None
        self._building = asyncio.Lock()
        self._adjusted: defaultdict[str, Adjustments] = defaultdict(Adjustments)
        """By model: what its server said of parameters that it does not take."""

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        """Send one request; see `Provider.stream`."""
        target = Target(self.settings, self.model_of(request))
        with mapped(target):
            require_model(target)
            client = await self._ready_client()
            response, sent = await self._open(client, request, target)
            answer = Answer(request, target, sent)
            try:
                async with aclosing(self._parts(response, answer)) as parts:
                    async for part in parts:
                        yield part
            finally:
                await response.aclose()
            for part in answer.end():
                yield part

    async def models(self) -> list[ModelInfo]:
        with mapped(Target(self.settings)):
            return await self._list(await self._ready_client())

    def check(self, model: str) -> None:
        """Only the server knows its models."""

    async def readiness(self) -> Readiness:
        problem = key_problem(self.settings)
        if problem is not None:
            return Readiness(False, str(problem))
        if self.settings.key_required or await _takes_connections(self.url):
            return Readiness(True)
        place = without_user(self.url)
        return Readiness(False, f"Nothing listens at {place}. Start {self.name} there.")

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await self._close(client)

    @property
    def patience(self) -> float:
        """Seconds that may pass before a server begins its response: it may read the prompt."""
        return max(self.settings.prompt_timeout, self.settings.read_timeout)

    @property
    def official(self) -> bool:
        """Whether this is the vendor's own endpoint.

        Only that is sent what variables of the SDK's own say: `OPENAI_CUSTOM_HEADERS` and such.
        """
        return same_origin(self.url, self.default_url)

    def model_of(self, request: ModelRequest) -> str:
        """Return the model that a request is for."""
        return request.model or self.settings.default_model or ""

    def _url_of(self, address: str) -> str:
        """Return an address as a URL. Raises `ValueError` if it is none."""
        return normal_url(address)

    @abstractmethod
    def _build(self) -> Client:
        """Import the SDK and build its client; runs in a thread."""

    @abstractmethod
    async def _close(self, client: Client) -> None: ...

    @abstractmethod
    async def _send(self, client: Client, body: Mapping[str, Any]) -> Any:
        """Send a request; return the response (of `httpx` or `httpx2`), its body not read."""

    @abstractmethod
    def _optional(self, request: ModelRequest) -> dict[str, Any]:
        """Return everything that a server may turn out not to take, by the wire's names."""

    @abstractmethod
    def _body(self, request: ModelRequest, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Return the body of a request with what is sent of the optional values."""

    @abstractmethod
    def _take(self, value: Any, name: str, answer: Answer) -> list[StreamPart]:
        """Note what an event says; return the parts that it adds."""

    @abstractmethod
    async def _list(self, client: Client) -> list[ModelInfo]: ...

    async def _parts(self, response: Any, answer: Answer) -> AsyncGenerator[StreamPart, None]:
        """Yield what the body of a response adds to an answer.

        Whatever happens to the connection once all was said is of no interest; before that,
        what was held back of the text is shown before an error goes on.
        """
        try:
            async with aclosing(read_values(response, self.settings, answer)) as values:
                async for value in values:
                    for part in self._read(value, answer):
                        yield part
                    if answer.done or answer.stopped:
                        return
        except Exception:
            if answer.ended:
                return
            for part in answer.flush():
                yield part
            raise

    def _read(self, value: Value, answer: Answer) -> list[StreamPart]:
        """Take in one value of a body. Raises `StatedFault` where it is an error."""
        if value is DONE:
            answer.heard = answer.done = True
            return []
        if value.name == "error" and isinstance(value.value, str):
            raise StatedFault(ErrorBody(value.value))
        body = stated_error(value.value)
        if body is not None:
            raise StatedFault(body)
        return self._take(value.value, value.name, answer)

    async def _open(
        self, client: Client, request: ModelRequest, target: Target
    ) -> tuple[Any, Sent]:
        """Send a request without those optional parameters that the server does not take.

        Which they are, a server only says by refusing the request; that is remembered.
        """
        adjusted, in_words = self._adjusted[target.model], not self.native_schema
        for _ in range(_MOST_ADJUSTMENTS):
            asked = request if self.native_schema or in_words else with_instruction(request)
            sent = adjusted.apply(self._optional(asked))
            try:
                response = await self._send(client, self._body(asked, sent))
            except Exception as error:
                fault = http_fault(error)
                if fault is None or not self._adapts(fault, adjusted, sent):
                    raise
            else:
                return response, told(request.params, sent, adjusted, self.name)
        raise target.error(ProviderErrorKind.PROTOCOL, "It refuses one parameter after another")

    def _adapts(self, fault: HttpFault, adjusted: Adjustments, sent: Mapping[str, Any]) -> bool:
        """Whether the request is worth sending again, otherwise."""
        name = adjusted.learn(fault.status, fault.body, sent)
        if name in _SCHEMA_PARAMETERS:
            self._spare_schema(adjusted, name, sent)
        return name is not None

    def _spare_schema(self, adjusted: Adjustments, name: str, sent: Mapping[str, Any]) -> None:
        """Have schemas put into words from now on."""
        self.native_schema = False

    async def _ready_client(self) -> Client:
        problem = key_problem(self.settings)
        if problem is not None:
            raise problem
        async with self._building:
            if self._client is None:
                self._client = await asyncio.to_thread(self._build)
            return self._client


def require_model(target: Target) -> str:
    """Return the target's model.

    Raises:
        ProviderError: neither the request nor the settings name one.
    """
    if not target.model:
        raise unnamed_model(target.settings.name)
    return target.model


def unnamed_model(provider: str) -> ProviderError:
    """Return the error for a bare provider that has no default model."""
    return ProviderError(
        ProviderErrorKind.UNKNOWN_MODEL,
        f"{provider} has no default model.",
        f"Write {provider}:MODEL; `salon models {provider}` lists its models.",
    )


def http_options(url: str) -> dict[str, Any]:
    """Return what every HTTP client for a URL is built with (`httpx` and `httpx2` alike).

    No proxy stands between this machine and itself, whatever the environment says; the
    SDKs differ in which of the two ways to say so they heed. No redirect leads to another
    origin, since the SDKs would send headers and prompts there. A connection within the
    machine costs nothing, while llama.cpp's server sometimes drops one that it had
    promised to keep: so each request gets its own.
    """
    hooks = {"event_hooks": {"request": [only_to(url)], "response": [check_response]}}
    if not _is_loopback(url):
        return hooks
    direct = {"trust_env": False, "mounts": dict.fromkeys(_ALL_SCHEMES)}
    return {**hooks, **direct, "headers": {"connection": "close"}}


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


async def _takes_connections(url: str) -> bool:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_REACH_TIMEOUT):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
