"""Environment variables and `.env` files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.environment import parse_dotenv
from core.config.load import load_settings
from core.config.providers import KNOWN_PROVIDERS
from core.config.sources import Sources
from core.errors import ConfigError, UsageError
from core.providers.addresses import lmstudio_url, ollama_url, without_user


@pytest.mark.parametrize(
    ("environ", "provider", "attribute", "value", "variable"),
    [
        ({"OPENAI_API_KEY": "k"}, "openai", "api_key", "k", "OPENAI_API_KEY"),
        (
            {"OPENAI_BASE_URL": "http://localhost:1/v1/"},
            "openai",
            "base_url",
            "http://localhost:1/v1",
            "OPENAI_BASE_URL",
        ),
        (
            {"OPENAI_API_BASE": "localhost:1/v1"},
            "openai",
            "base_url",
            "http://localhost:1/v1",
            "OPENAI_API_BASE",
        ),
        (
            {"OPENAI_API_BASE": "http://old/v1", "OPENAI_BASE_URL": "http://new/v1"},
            "openai",
            "base_url",
            "http://new/v1",
            "OPENAI_BASE_URL",
        ),
        (
            {"OPENAI_API_BASE": "http://old/v1", "OPENAI_BASE_URL": " "},
            "openai",
            "base_url",
            "http://old/v1",
            "OPENAI_API_BASE",
        ),
        ({"OPENAI_MODEL": "gpt-x"}, "openai", "default_model", "gpt-x", "OPENAI_MODEL"),
        ({"ANTHROPIC_API_KEY": " k "}, "anthropic", "api_key", "k", "ANTHROPIC_API_KEY"),
        (
            {"ANTHROPIC_BASE_URL": "http://localhost:2/"},
            "anthropic",
            "base_url",
            "http://localhost:2",
            "ANTHROPIC_BASE_URL",
        ),
        (
            {"OLLAMA_HOST": "box"},
            "ollama",
            "base_url",
            "http://box:11434",
            "OLLAMA_HOST",
        ),
        (
            {"LMSTUDIO_BASE_URL": "http://box:1234"},
            "lmstudio",
            "base_url",
            "http://box:1234/v1",
            "LMSTUDIO_BASE_URL",
        ),
    ],
)
def test_each_variable_sets_its_key(
    environ: dict[str, str], provider: str, attribute: str, value: str, variable: str
) -> None:
    settings = load_settings(Sources(environ=environ))
    assert getattr(settings.providers[provider], attribute) == value
    assert settings.origin(f"providers.{provider}.{attribute}") == f"environment {variable}"


def test_without_variables_the_known_providers_stand() -> None:
    providers = load_settings(
        Sources(environ={"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""})
    ).providers
    assert providers == KNOWN_PROVIDERS
    assert providers["openai"].key_required
    assert providers["anthropic"].key_required
    assert all(each.api_key is None for each in providers.values())
    assert providers["lmstudio"].base_url == "http://localhost:1234/v1"
    assert providers["openai"].base_url == "https://api.openai.com/v1"


def test_the_environment_wins_over_dotenv_whichever_spelling(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("OPENAI_BASE_URL=http://file/v1\nOPENAI_API_KEY=file-key\n")
    settings = load_settings(
        Sources(env_files=(dotenv,), environ={"OPENAI_API_BASE": "http://process/v1"})
    )
    assert settings.providers["openai"].base_url == "http://process/v1"
    assert settings.providers["openai"].api_key == "file-key"
    assert settings.origin("providers.openai.api_key") == f"{dotenv}:2 OPENAI_API_KEY"


def test_a_declared_provider_takes_its_key_from_its_variable(tmp_path: Path) -> None:
    (tmp_path / "p.yml").write_text(
        "providers:\n"
        "  corner: {base_url: 'localhost:8080/v1', key_variable: CORNER_KEY}\n"
        "  open: {base_url: 'http://localhost:8081/v1', read_timeout: 5}\n"
        "  loose: {base_url: 'http://x/v1', key_variable: LOOSE_KEY, key_required: false}\n"
    )
    environ = {"CORNER_KEY": "secret-of-the-corner"}
    settings = load_settings(Sources(folders=(tmp_path,), environ=environ))
    corner, free, loose = (settings.providers[each] for each in ("corner", "open", "loose"))
    assert (corner.kind, corner.base_url) == ("openai", "http://localhost:8080/v1")
    assert (corner.api_key, corner.key_required) == ("secret-of-the-corner", True)
    assert (free.api_key, free.key_required, free.read_timeout) == (None, False, 5)
    assert loose.key_required is False
    assert "secret-of-the-corner" not in repr(settings)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("localhost", "http://localhost:11434"),
        ("192.168.1.5", "http://192.168.1.5:11434"),
        ("192.168.1.5:8000", "http://192.168.1.5:8000"),
        (":8000", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8000", "http://127.0.0.1:8000"),
        ("http://0.0.0.0:8000/", "http://127.0.0.1:8000"),
        ("http://box:8000/", "http://box:8000"),
        ("http://box", "http://box"),
        ("http://[::]:5", "http://[::1]:5"),
        ("https://box/ollama/", "https://box/ollama"),
        ("box/ollama", "http://box:11434/ollama"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("::1", "http://[::1]:11434"),
        ("[::]", "http://[::1]:11434"),
        (" box ", "http://box:11434"),
        ("me:word@box:8000", "http://me:word@box:8000"),
    ],
)
def test_ollama_host_is_read_as_ollama_reads_it(written: str, address: str) -> None:
    assert ollama_url(written) == address


def test_a_password_in_an_address_is_not_shown() -> None:
    assert without_user("at http://me:w@rd@box:1/x, or y@z") == "at http://…@box:1/x, or y@z"
    url = "http://me:secret@host:port"
    with pytest.raises(UsageError, match="base_url") as caught:
        load_settings(Sources(assignments=(f"providers.corner.base_url={url}",)))
    assert "secret" not in str(caught.value)


def test_lm_studio_keeps_a_path_that_is_given() -> None:
    assert lmstudio_url("box:1234/api/v1/") == "http://box:1234/api/v1"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OLLAMA_HOST", "http://"),
        ("OLLAMA_HOST", "box:port"),
        ("OPENAI_BASE_URL", "ftp://box"),
        ("OPENAI_BASE_URL", "http://a b"),
        ("LMSTUDIO_BASE_URL", "http://[::1"),
        ("SALON_MODEL", ":x"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"environment {variable}.* has to be "):
        load_settings(Sources(environ={variable: value}))


DOTENV = r"""
# a comment
PLAIN=one
  SPACED  =  two  # after it
export EXPORTED=three
SINGLE='four # no comment $HOME \n'
DOUBLE="five \"5\" \\ \n end"  # comment
HASH=a#b
EMPTY=
QUOTED_EMPTY=""
EQUALS=a=b==
WINDOWS=six
"""


def test_dotenv_lines() -> None:
    found = parse_dotenv(DOTENV.replace("six\n", "six\r\n"), "x.env")
    assert {name: variable.value for name, variable in found.items()} == {
        "PLAIN": "one",
        "SPACED": "two",
        "EXPORTED": "three",
        "SINGLE": r"four # no comment $HOME \n",
        "DOUBLE": 'five "5" \\ \n end',
        "HASH": "a#b",
        "EQUALS": "a=b==",
        "WINDOWS": "six",
    }
    assert found["PLAIN"].origin == "x.env:3 PLAIN"


@pytest.mark.parametrize("line", ["no assignment", "1A=x", "=x", "A='open", 'A="x" y', "a-b=c"])
def test_a_broken_dotenv_line_is_named_but_not_quoted(line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_dotenv(f"OK=1\n{line}\n", "x.env")
    assert str(caught.value) == "x.env:2: this line is not NAME=VALUE."


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_dotenv(text, "x.env")
    except ConfigError:
        return
    assert all(variable.value.strip() for variable in found.values())


@given(st.text(max_size=30))
def test_any_ollama_host_is_an_address_or_refused(text: str) -> None:
    try:
        address = ollama_url(text)
    except ValueError:
        return
    assert address.startswith(("http://", "https://"))
    assert not address.endswith("/")
