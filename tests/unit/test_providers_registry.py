from __future__ import annotations

import subprocess
import sys

import pytest

from core.errors import ConfigError, ProviderError, ProviderErrorKind
from core.messages import Message, ModelName
from core.providers.base import Provider, ProviderSettings
from core.providers.kinds import ADAPTERS
from core.providers.registry import ProviderRegistry
from core.providers.tokens import estimate_messages, estimate_tokens


def registry() -> ProviderRegistry:
    settings = [
        ProviderSettings("openai", "openai", default_model="gpt-x"),
        ProviderSettings("ollama", "ollama"),
        ProviderSettings("mine", "openai", base_url="localhost:9"),
        ProviderSettings("odd", "telepathy"),
    ]
    return ProviderRegistry({each.name: each for each in settings})


def test_names_keep_their_order() -> None:
    assert registry().names() == ["openai", "ollama", "mine", "odd"]


def test_models_at_hand_are_offered_first_and_those_in_files_not_at_all() -> None:
    kinds = {"talk": "recorded", "mine": "openai", "rules": "eliza", "local": "local"}
    declared = {name: ProviderSettings(name, kind) for name, kind in kinds.items()}
    providers = ProviderRegistry(declared)
    assert providers.offered() == ["rules", "local", "mine"]


def test_a_provider_is_built_once() -> None:
    providers = registry()
    assert providers.provider("mine") is providers.provider("mine")
    assert providers.provider("mine").name == "mine"


def test_a_model_keeps_its_colons() -> None:
    model = registry().model(ModelName.parse("ollama:llama3.2:3b"))
    assert (model.provider.name, model.name) == ("ollama", "llama3.2:3b")


def test_a_bare_provider_means_its_default_model() -> None:
    assert registry().model(ModelName.parse("openai")).name == "gpt-x"
    with pytest.raises(ProviderError, match="ollama:MODEL") as caught:
        registry().model(ModelName.parse("ollama"))
    assert caught.value.kind is ProviderErrorKind.UNKNOWN_MODEL


def test_an_unknown_provider_is_told_with_the_nearest_names() -> None:
    with pytest.raises(ProviderError, match="Did you mean openai") as caught:
        registry().provider("opnai")
    assert caught.value.kind is ProviderErrorKind.UNKNOWN_MODEL
    with pytest.raises(ProviderError, match="Known are: mine, odd, ollama, openai"):
        registry().model(ModelName.parse("zzzzzz:x"))


def test_an_unknown_kind_is_an_error_of_the_settings() -> None:
    with pytest.raises(ConfigError, match="telepathy"):
        registry().provider("odd")


@pytest.mark.parametrize("kind", ["openai", "anthropic", "ollama"])
@pytest.mark.parametrize("address", ["http://host:port", "http://[::1", "localhost:99999"])
def test_an_address_that_is_none_is_an_error_of_the_settings(kind: str, address: str) -> None:
    providers = ProviderRegistry({"x": ProviderSettings("x", kind, base_url=address)})
    with pytest.raises(ConfigError, match=r"providers\.x\.base_url"):
        providers.provider("x")


def test_only_ollama_has_to_be_told_how_much_context_to_keep() -> None:
    assert [name for name in ("openai", "ollama", "mine") if registry().told_context(name)] == [
        "ollama"
    ]


@pytest.mark.parametrize("kind", ADAPTERS)
async def test_every_kind_has_an_adapter(kind: str) -> None:
    providers = ProviderRegistry({"x": ProviderSettings("x", kind)})
    provider: Provider = providers.provider("x")
    assert provider.name == "x"
    assert isinstance(provider.native_schema, bool)
    assert isinstance(provider.continues, bool)
    await providers.aclose()


def test_adapters_import_no_sdk_until_they_are_used() -> None:
    code = (
        "import sys\n"
        "from core.providers.base import ProviderSettings\n"
        "from core.providers.kinds import ADAPTERS\n"
        "from core.providers.registry import ProviderRegistry\n"
        "registry = ProviderRegistry({k: ProviderSettings(k, k) for k in ADAPTERS})\n"
        "for name in registry.names(): registry.provider(name)\n"
        "heavy = {'openai', 'anthropic', 'ollama', 'httpx', 'httpx2', 'pydantic', 'jsonschema',"
        " 'xllamacpp'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("a", 1, 1),
        ("The quick brown fox jumps over the lazy dog.", 9, 13),
        ("吾輩は猫である。名前はまだ無い。", 12, 18),
        ("Съешь ещё этих мягких французских булок", 12, 18),
        ("👩‍🚀", 2, 4),
    ],
)
def test_estimates_are_near_what_tokenizers_count(text: str, least: int, most: int) -> None:
    assert least <= estimate_tokens(text) <= most


def test_every_message_costs_its_template() -> None:
    messages = [Message("user", "Hi"), Message("assistant", "")]
    assert estimate_messages(messages) == 2 * estimate_messages([Message("user", "")]) + 1
