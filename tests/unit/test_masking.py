"""Known secrets never come out of a provider, in whatever pieces a server sends them."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.masking import MASK, Masker, known_secrets
from core.messages import Message, ModelName, Usage
from core.providers.base import (
    Chunk,
    Completion,
    ModelInfo,
    ModelRequest,
    Provider,
    ProviderSettings,
    Readiness,
    StreamPart,
)
from core.providers.masked import MaskedProvider
from core.providers.registry import ProviderRegistry
from core.runtime import Options, Runtime

KEY = "sk-proj-4f9aXb71"
ASKED = ModelRequest("m", (Message("user", "Hi."),))


def streamed(masker: Masker, pieces: Sequence[str]) -> str:
    stream = masker.stream()
    return "".join([*map(stream.feed, pieces), stream.finish()])


def test_a_key_is_hidden_however_it_is_cut() -> None:
    text = f"Your key is {KEY}, yes {KEY}{KEY}! s sk sk-"
    for first in range(len(text)):
        for second in range(first, len(text)):
            pieces = [text[:first], text[first:second], text[second:]]
            assert streamed(Masker([KEY]), pieces) == text.replace(KEY, MASK)


def test_a_stream_reads_as_its_whole_text_does() -> None:
    rng = random.Random(7)
    for _ in range(3_000):
        values = ["".join(rng.choices("ab", k=rng.randint(2, 5))) for _ in range(3)]
        masker = Masker(values)
        text = "".join(rng.choices("abc", k=30))
        cuts = sorted(rng.choices(range(31), k=6))
        pieces = [text[i:j] for i, j in zip([0, *cuts], [*cuts, 30], strict=True)]
        assert streamed(masker, pieces) == masker.mask(text), (values, pieces)


def test_what_can_be_no_key_is_not_held_back() -> None:
    stream = Masker([KEY]).stream()
    assert stream.feed("I said") == "I said"
    assert stream.feed(" s") == " "
    assert stream.feed("o") == "so"


@pytest.mark.parametrize(
    ("name", "value", "hidden"),
    [
        ("OPENAI_API_KEY", KEY, True),
        ("OPENAI_ADMIN_KEY", KEY, True),
        ("OPENAI_WEBHOOK_SECRET", KEY, True),
        ("ANTHROPIC_AUTH_TOKEN", KEY, True),
        ("AWS_SECRET_ACCESS_KEY", KEY, True),
        ("PGPASSWORD", KEY, True),
        ("OPENAI_CUSTOM_HEADERS", f"X-Team: red\nX-Corp-Token: {KEY}", True),
        ("HTTPS_PROXY", f"http://me:{KEY}@proxy:3128", True),
        ("OPENAI_API_KEY", "EMPTY", False),
        ("OPENAI_API_KEY", "lm-studio", False),
        ("OPENAI_API_KEY", "placeholder", False),
        ("SALON_MODEL", KEY, False),
        ("ANTHROPIC_IDENTITY_TOKEN_FILE", KEY, False),
        ("AWS_ACCESS_KEY_ID", KEY, False),
    ],
)
def test_which_variables_hold_secrets(name: str, value: str, hidden: bool) -> None:
    masker = known_secrets({name: value})
    assert (MASK in masker.mask(f"EMPTY lm-studio placeholder {KEY}")) is hidden
    assert "lm-studio placeholder" in masker.mask("EMPTY lm-studio placeholder")


class _Echo:
    """A provider whose server repeats the key wherever it can."""

    name = "echo"
    native_schema = True
    continues = False

    def __init__(self, fails: bool = False) -> None:
        self.fails = fails

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        for at in range(0, len(KEY), 3):
            yield Chunk(KEY[at : at + 3])
        yield Chunk(" as")
        if self.fails:
            raise ProviderError(ProviderErrorKind.AUTH, f"Wrong key {KEY}.", f"Check {KEY}.")
        yield Completion(f"{KEY} as", Usage(1, 1), model=f"m-{KEY}")

    async def models(self) -> list[ModelInfo]:
        if self.fails:
            raise ProviderError(ProviderErrorKind.AUTH, f"Wrong key {KEY}.")
        return [ModelInfo(f"gpt-{KEY}", 4096)]

    def check(self, model: str) -> None:
        """Every name will do."""

    async def readiness(self) -> Readiness:
        return Readiness(False, f"{KEY} is no key")

    async def aclose(self) -> None:
        """Nothing is held."""


async def test_a_provider_never_says_a_key() -> None:
    provider: Provider = MaskedProvider(_Echo(), Masker([KEY]))
    parts = [part async for part in provider.stream(ASKED)]
    assert isinstance(parts[-1], Completion)
    assert "".join(each.text for each in parts[:-1]) == parts[-1].text == f"{MASK} as"
    assert parts[-1].model == f"m-{MASK}"
    assert await provider.models() == [ModelInfo(f"gpt-{MASK}", 4096)]
    assert (await provider.readiness()).reason == f"{MASK} is no key"


async def test_an_error_never_says_a_key_and_takes_no_text_away() -> None:
    provider = MaskedProvider(_Echo(fails=True), Masker([KEY, "assess"]))
    said: list[str] = []

    async def listen() -> None:
        async for part in provider.stream(ASKED):
            said.append(part.text)

    with pytest.raises(ProviderError) as caught:
        await listen()
    assert "".join(said) == f"{MASK} as"
    assert str(caught.value) == f"Wrong key {MASK}. Check {MASK}."
    with pytest.raises(ProviderError, match=r"^Wrong key \[key\]\.$"):
        await provider.models()


def test_without_secrets_nothing_stands_between() -> None:
    settings = {"eliza": ProviderSettings("eliza", "eliza")}
    registry = ProviderRegistry(settings)
    assert registry.provider("eliza") is registry.adapter("eliza")
    assert isinstance(ProviderRegistry(settings, Masker([KEY])).provider("eliza"), MaskedProvider)


async def test_the_runtime_hides_what_its_environment_and_env_file_hold(tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text(f"Your key is {KEY}; the other is tok-5567aa.\n")
    env = tmp_path / ".env"
    env.write_text("MY_TOKEN=tok-5567aa\n")
    environ = {"OPENAI_API_KEY": KEY, "HOME": str(tmp_path)}
    async with Runtime(Options(env_file=env), environ) as runtime:
        model = runtime.providers.model(ModelName("scripted", str(script)))
        answer = await model.answer(ModelRequest(str(script), ASKED.messages))
    assert answer.text == f"Your key is {MASK}; the other is {MASK}."
