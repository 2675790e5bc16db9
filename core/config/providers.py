"""The providers known without any settings, and how a settings file changes or adds some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.config.environment import Variables
from core.config.schema import Layer, Leaf
from core.errors import ConfigError, nearest
from core.providers.addresses import lmstudio_url
from core.providers.base import ProviderSettings
from core.providers.kinds import SERVERS

KNOWN_PROVIDERS: Mapping[str, ProviderSettings] = {
    each.name: each
    for each in (
        ProviderSettings(
            "openai",
            "openai",
            base_url="https://api.openai.com/v1",
            key_variable="OPENAI_API_KEY",
            key_required=True,
            default_model="gpt-4o-mini",
        ),
        ProviderSettings(
            "anthropic",
            "anthropic",
            base_url="https://api.anthropic.com",
            key_variable="ANTHROPIC_API_KEY",
            key_required=True,
            default_model="claude-haiku-4-5",
        ),
        ProviderSettings("ollama", "ollama", base_url="http://127.0.0.1:11434"),
        ProviderSettings("lmstudio", "openai", base_url="http://localhost:1234/v1"),
        ProviderSettings("local", "local", default_model="smollm2"),
        ProviderSettings("eliza", "eliza", default_model="doctor"),
        ProviderSettings("recorded", "recorded"),
        ProviderSettings("scripted", "scripted"),
    )
}


def build_providers(
    merged: Layer, variables: Variables, origins: dict[str, str]
) -> dict[str, ProviderSettings]:
    """Return all providers with their keys; notes in `origins` where each key came from.

    Raises:
        ConfigError: a declared provider has no usable name or address.
    """
    declared: dict[str, Layer] = {}
    for path, leaf in merged.items():
        if path[0] == "providers":
            declared.setdefault(path[1], {})[path[2:]] = leaf
    providers = dict(KNOWN_PROVIDERS)
    for name, keys in declared.items():
        providers[name] = _provider(name, keys)
    for name, each in providers.items():
        key = variables.found.get(each.key_variable or "")
        if key is not None:
            providers[name] = replace(each, api_key=key.value.strip())
            origins[f"providers.{name}.api_key"] = key.origin
    return providers


def _provider(name: str, keys: Layer) -> ProviderSettings:
    base = KNOWN_PROVIDERS.get(name, ProviderSettings(name, "openai"))
    values: dict[str, Any] = {path[0]: leaf.value for path, leaf in keys.items() if len(path) == 1}
    options = {path[1]: leaf.value for path, leaf in keys.items() if len(path) == 2}
    if name == "lmstudio" and "base_url" in values:
        values["base_url"] = lmstudio_url(values["base_url"])
    made = replace(base, **values, options={**base.options, **options})
    if name not in KNOWN_PROVIDERS:
        made = replace(made, key_required=values.get("key_required", bool(made.key_variable)))
        _check_declared(made, next(iter(keys.values())))
    return made


def _check_declared(provider: ProviderSettings, first: Leaf) -> None:
    where = f"{first.origin}: providers.{provider.name}"
    if ":" in provider.name or provider.name.split() != [provider.name]:
        raise ConfigError(f"{where}: a provider's name is one word without a colon.")
    if provider.base_url is None and provider.kind in SERVERS:
        raise ConfigError(
            f"{where} has no base_url.",
            nearest(provider.name, KNOWN_PROVIDERS)
            + " A provider of your own needs the address of its server.",
        )
