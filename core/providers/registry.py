"""From names to providers and models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import cast

from core.errors import ConfigError, ProviderError, ProviderErrorKind, nearest
from core.masking import Masker
from core.messages import ModelName
from core.providers.adapter import unnamed_model
from core.providers.base import Provider, ProviderSettings
from core.providers.kinds import ADAPTERS, AT_HAND, FROM_FILES, SERVERS, TOLD_CONTEXT
from core.providers.masked import MaskedProvider
from core.providers.model import Model


class ProviderRegistry:
    """The providers that settings declare, each built when first asked for."""

    def __init__(
        self, settings: Mapping[str, ProviderSettings], masker: Masker | None = None
    ) -> None:
        """`masker` hides known secrets in all that providers answer."""
        self._masker = masker or Masker()
        self._settings = {
            name: replace(each, masker=self._masker) for name, each in settings.items()
        }
        self._providers: dict[str, Provider] = {}

    def names(self) -> list[str]:
        """Return the names of all providers, in the order of the settings."""
        return list(self._settings)

    def offered(self) -> list[str]:
        """Return the providers whose models can be listed, those that need nothing first."""
        kinds = {name: each.kind for name, each in self._settings.items()}
        names = (name for name in kinds if kinds[name] not in FROM_FILES)
        return sorted(names, key=lambda name: kinds[name] not in AT_HAND)

    def provider(self, name: str) -> Provider:
        """Return a provider, whose answers hold no known secret.

        Raises:
            ProviderError: there is none of that name (`UNKNOWN_MODEL`).
            ConfigError: its settings name a kind that does not exist.
        """
        provider = self.adapter(name)
        return MaskedProvider(provider, self._masker) if self._masker else provider

    def adapter(self, name: str) -> Provider:
        """Return a provider as its adapter is, for what only this kind can do.

        Raises:
            ProviderError, ConfigError: as `provider` does.
        """
        if name not in self._providers:
            self._providers[name] = _build(self._declared(name))
        return self._providers[name]

    def model(self, name: ModelName) -> Model:
        """Return a model; a bare provider means its default model.

        Raises:
            ProviderError: no such provider, or it has no default model (`UNKNOWN_MODEL`).
        """
        settings = self._declared(name.provider)
        model = name.model or settings.default_model or ""
        if not model and settings.kind in SERVERS:
            raise unnamed_model(name.provider)
        return Model(self.provider(name.provider), model)

    def told_context(self, name: str) -> bool:
        """Whether requests to a provider have to say how long a context is to be kept.

        Raises:
            ProviderError: there is no provider of that name (`UNKNOWN_MODEL`).
        """
        return self._declared(name).kind in TOLD_CONTEXT

    async def aclose(self) -> None:
        """Close every provider that was built."""
        while self._providers:
            _, provider = self._providers.popitem()
            await provider.aclose()

    def _declared(self, name: str) -> ProviderSettings:
        if name in self._settings:
            return self._settings[name]
        raise ProviderError(
            ProviderErrorKind.UNKNOWN_MODEL,
            f"There is no provider {name!r}.",
            nearest(name, self._settings),
        )


def _build(settings: ProviderSettings) -> Provider:
    if settings.kind not in ADAPTERS:
        raise ConfigError(
            f"The provider {settings.name} is of an unknown kind {settings.kind!r}.",
            f"There are {', '.join(ADAPTERS)}.",
        )
    module, class_name = ADAPTERS[settings.kind].split(":")
    adapter = getattr(import_module(f"core.providers.{module}"), class_name)
    return cast(Provider, adapter(settings))
