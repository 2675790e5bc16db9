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
    Reasoning,
    Retraction,
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
        held, thoughts = self._masker.stream(), self._masker.stream()
        async with aclosing(self.provider.stream(request)) as parts:
            try:
                async for part in parts:
                    if isinstance(part, Chunk):
                        if text := held.feed(part.text):
                            yield Chunk(text)
                    elif isinstance(part, Reasoning):
                        if text := thoughts.feed(part.text):
                            yield Reasoning(text)
                    elif isinstance(part, Completion):
                        if rest := held.finish():
                            yield Chunk(rest)
                        yield self._completion(part)
                    else:
                        held = self._masker.stream() if isinstance(part, Retraction) else held
                        yield part
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
        return replace(
            part,
            text=mask(part.text),
            model=mask(part.model),
            reason=mask(part.reason),
            reasoning=mask(part.reasoning),
            not_sent={name: mask(why) for name, why in part.not_sent.items()},
        )

    def _error(self, error: ProviderError) -> ProviderError:
        return error.reworded(self._masker.mask(error.message), self._masker.mask(error.hint))
