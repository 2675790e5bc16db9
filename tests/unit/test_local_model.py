"""What the embedded provider says of itself without starting anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Message
from core.providers import local
from core.providers.base import ModelRequest, ProviderSettings
from core.providers.local import LocalModel


def model(**options: object) -> LocalModel:
    return LocalModel(ProviderSettings("local", "local", options=options))


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "find_spec", lambda name: None)


@pytest.fixture
def only_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheel of llama.cpp is there, that with the model file is not."""
    monkeypatch.setattr(local, "find_spec", lambda name: object() if name == "xllamacpp" else None)


@pytest.mark.usefixtures("not_installed")
async def test_without_the_wheels_it_says_how_to_install_them() -> None:
    readiness = await model().readiness()
    assert not readiness.ready
    assert "not installed" in readiness.reason
    assert "uv sync --group local" in readiness.reason
    assert "pip install" in readiness.reason
    assert await model().models() == []
    with pytest.raises(ProviderError) as caught:
        await anext(model().stream(ModelRequest("", (Message("user", "Hello"),))))
    assert caught.value.kind is ProviderErrorKind.UNAVAILABLE
    assert caught.value.message == "The embedded model is not installed."


@pytest.mark.usefixtures("only_the_engine")
async def test_named_files_are_listed_where_they_exist(tmp_path: Path) -> None:
    there = tmp_path / "there.gguf"
    there.touch()
    provider = model(models={"mine": str(there), "gone": str(tmp_path / "gone.gguf")})
    assert [(each.name, each.context_length) for each in await provider.models()] == [
        ("mine", 4096)
    ]
    assert not (await provider.readiness()).ready


@pytest.mark.usefixtures("only_the_engine")
@pytest.mark.parametrize("name", ["nonsense", "/nowhere/model.gguf"])
async def test_an_unknown_model_is_an_error_that_names_what_there_is(name: str) -> None:
    with pytest.raises(ProviderError) as caught:
        await model().warm_up(name)
    assert caught.value.kind is ProviderErrorKind.UNKNOWN_MODEL
    assert "smollm2" in caught.value.hint


async def test_being_ready_starts_nothing() -> None:
    provider = model()
    await provider.readiness()
    await provider.models()
    assert not provider._servers
    await provider.aclose()
