"""A provider whose words never hold a known key, whatever its server says."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from core.errors import ProviderError
from core.masking import Masker
from core.providers.base import (
    Chunk,
    Completion,
    ModelInfo,
    ModelRequest,
    Provider,
    Readiness,
    StreamPart,
)


class MaskedProvider:
    """Hides secrets in all that a provider answers: text, names of models, errors."""

    def __init__(self, provider: Provider, masker: Masker) -> None:
        self.provider = provider
        self.name = provider.name
        self.continues = provider.continues
        self._masker = masker

    @property
    def native_schema(self) -> bool:
        """See `Provider`; an adapter learns it from the server's answers."""
        return self.provider.native_schema

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        held = self._masker.stream()
        async with aclosing(self.provider.stream(request)) as parts:
            try:
                async for part in parts:
                    if not isinstance(part, Chunk):
                        if rest := held.finish():
                            yield Chunk(rest)
                        yield self._completion(part)
                    elif text := held.feed(part.text):
                        yield Chunk(text)
            except ProviderError as error:
                if rest := held.finish():
                    yield Chunk(rest)
                raise self._error(error) from error

    async def models(self) -> list[ModelInfo]:
        try:
            found = await self.provider.models()
        except ProviderError as error:
            raise self._error(error) from error
        return [replace(each, name=self._masker.mask(each.name)) for each in found]

    def check(self, model: str) -> None:
        self.provider.check(model)

    async def readiness(self) -> Readiness:
        found = await self.provider.readiness()
        return replace(found, reason=self._masker.mask(found.reason))

    async def aclose(self) -> None:
        await self.provider.aclose()

    def _completion(self, part: Completion) -> Completion:
        mask = self._masker.mask
        return replace(part, text=mask(part.text), model=mask(part.model))

    def _error(self, error: ProviderError) -> ProviderError:
        mask = self._masker.mask
        return ProviderError(
            error.kind, mask(error.message), mask(error.hint), retry_after=error.retry_after
        )
