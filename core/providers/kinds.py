"""The kinds of providers there are."""

from __future__ import annotations

from collections.abc import Mapping

ADAPTERS: Mapping[str, str] = {
    "openai": "openai_chat:OpenAIChat",
    "anthropic": "anthropic_messages:AnthropicMessages",
    "ollama": "ollama_chat:OllamaChat",
    "local": "local:LocalModel",
    "eliza": "eliza:Eliza",
    "recorded": "recorded:Recorded",
    "scripted": "scripted:Scripted",
}
"""Module in this package and class, by `ProviderSettings.kind`."""

SERVERS = frozenset({"openai", "anthropic", "ollama"})
"""Kinds that need an address and a model's name; the others know their own."""

AT_HAND = frozenset({"local", "eliza"})
"""Kinds that need neither a server nor a file: their models are offered first."""

FROM_FILES = frozenset({"recorded", "scripted"})
"""Kinds that answer from files, and whose models cannot be listed."""

TOLD_CONTEXT = frozenset({"ollama"})
"""Kinds whose servers keep as much context as a request says, and little if it says nothing."""
