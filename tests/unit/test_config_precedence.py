"""Which source wins, and whether every value knows where it came from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.config.load import load_settings
from core.config.settings import Settings
from core.config.sources import Sources, find_sources
from core.paths import find_directories

REPOSITORY = Path(__file__).resolve().parents[2]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class Layers:
    """All seven sources, each of which can be switched on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, upto: int) -> Settings:
        shipped, user = self.folder / "config", self.folder / "user"
        extra, dotenv = self.folder / "extra.yml", self.folder / ".env"
        writers = [
            lambda: write(shipped / "a.yml", "model: eliza:one\n"),
            lambda: write(shipped / "b.yml", "model: eliza:two\n"),
            lambda: write(user / "mine.yml", "\nmodel: eliza:three\n"),
            lambda: write(extra, "model: eliza:four\n"),
            lambda: write(dotenv, "# mine\nSALON_MODEL=eliza:five\n"),
        ]
        for make in writers[:upto]:
            make()
        return load_settings(
            Sources(
                folders=(shipped, user),
                config_file=extra if upto > 3 else None,
                env_files=(dotenv,) if upto > 4 else (),
                environ={"SALON_MODEL": "eliza:six"} if upto > 5 else {},
                assignments=("model=eliza:seven",) if upto > 6 else (),
            )
        )


@pytest.mark.parametrize(
    ("upto", "model", "origin"),
    [
        (0, "local:smollm2", "default"),
        (1, "eliza:one", "{folder}/config/a.yml:1"),
        (2, "eliza:two", "{folder}/config/b.yml:1"),
        (3, "eliza:three", "{folder}/user/mine.yml:2"),
        (4, "eliza:four", "{folder}/extra.yml:1"),
        (5, "eliza:five", "{folder}/.env:2 SALON_MODEL"),
        (6, "eliza:six", "environment SALON_MODEL"),
        (7, "eliza:seven", "--set"),
    ],
)
def test_each_source_wins_over_those_below(
    tmp_path: Path, upto: int, model: str, origin: str
) -> None:
    settings = Layers(tmp_path).load(upto)
    assert settings.model == model
    assert settings.origin("model") == origin.format(folder=tmp_path)


def test_mappings_merge_deeply_and_lists_replace(tmp_path: Path) -> None:
    lower = write(
        tmp_path / "lower" / "x.yml",
        """
params: {temperature: 0.5, stop: [one, two]}
meetup: {turns: 3, ready_pair: [Ada, Sam]}
keymap: {play: space, step: n}
providers:
  mine: {base_url: "http://localhost:9/v1", options: {a: [1, 2], b: 2}}
""",
    )
    upper = write(
        tmp_path / "upper" / "x.yml",
        """
params: {stop: [three]}
meetup: {turns: 4}
keymap: {step: s}
providers:
  mine: {default_model: big, options: {a: [3]}}
""",
    )
    settings = load_settings(Sources(folders=(lower.parent, upper.parent)))
    assert settings.params.to_json() == {"temperature": 0.5, "stop": ["three"]}
    assert (settings.meetup.turns, settings.meetup.ready_pair) == (4, ("Ada", "Sam"))
    assert settings.keymap == {"play": "space", "step": "s"}
    mine = settings.providers["mine"]
    assert (mine.base_url, mine.default_model) == ("http://localhost:9/v1", "big")
    assert mine.options == {"a": [3], "b": 2}
    assert settings.origin("providers.mine.base_url") == f"{lower}:6"
    assert settings.origin("providers.mine.default_model") == f"{upper}:6"
    assert settings.origin("meetup.starter") == "default"
    assert settings.files == (lower, upper)


@pytest.mark.parametrize("null", ["meetup: null", "meetup:\n  turns: ~"])
def test_null_takes_back_what_lower_sources_said(tmp_path: Path, null: str) -> None:
    write(tmp_path / "a.yml", "meetup: {turns: 3}\n")
    write(tmp_path / "b.yml", null)
    settings = load_settings(Sources(folders=(tmp_path,)))
    assert settings.meetup.turns == 10
    assert settings.origin("meetup.turns") == "default"


def test_the_users_env_file_wins_over_the_checkouts(tmp_path: Path) -> None:
    first = write(tmp_path / "1.env", "OPENAI_API_KEY=from-the-first\nSALON_MODEL=eliza:x\n")
    second = write(tmp_path / "2.env", "OPENAI_API_KEY=from-the-second\n")
    settings = load_settings(Sources(env_files=(first, second)))
    assert settings.providers["openai"].api_key == "from-the-second"
    assert settings.model == "eliza:x"


def test_dotenv_values_do_not_enter_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    monkeypatch.delenv("SALON_MODEL", raising=False)
    load_settings(Sources(env_files=(write(tmp_path / ".env", "SALON_MODEL=eliza:x"),)))
    assert "SALON_MODEL" not in os.environ


def test_the_working_directory_has_no_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a process of its own: a folder may look like a checkout, and must not be one."""
    bad = "providers: {openai: {base_url: 'http://evil.example/v1'}}\nmodel: eliza:evil\n"
    write(tmp_path / "config" / "evil.yml", bad)
    write(tmp_path / "salon.yml", bad)
    write(tmp_path / ".env", "OPENAI_BASE_URL=http://evil.example/v1\n")
    write(tmp_path / "pyproject.toml", "[project]\nname = 'salon'\n")
    program = (
        "from core.runtime import Runtime; s = Runtime(environ={}).settings;"
        "print(s.model, s.providers['openai'].base_url)"
    )
    environ = {"PYTHONPATH": str(REPOSITORY), "HOME": str(tmp_path / "home"), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["local:smollm2", "https://api.openai.com/v1"]


def test_the_users_folder_and_a_given_env_file_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    user = tmp_path / "salon"
    write(user / "mine.yml", "meetup: {turns: 7}\n")
    write(user / ".env", "SALON_MODEL=eliza:users\n")
    given = write(tmp_path / "given.env", "OPENAI_MODEL=given\n")

    found = load_settings(find_sources({}, find_directories({})))
    assert (found.meetup.turns, found.model) == (7, "eliza:users")

    replaced = load_settings(find_sources({}, find_directories({}), env_file=given))
    assert replaced.model == "local:smollm2"
    assert replaced.providers["openai"].default_model == "given"


def test_the_files_of_the_checkout_are_valid_and_say_what_the_defaults_say() -> None:
    shipped = load_settings(Sources(folders=(REPOSITORY / "config",)))
    plain = load_settings(Sources())
    assert shipped.model == plain.model
    assert shipped.providers == plain.providers
    assert shipped.meetup == plain.meetup


@pytest.mark.parametrize(
    ("model", "tokens", "assumed"),
    [
        ("openai:gpt-4o-mini", 128_000, False),
        ("openai:gpt-4.1-nano", 1_047_576, False),
        ("openai:gpt-5-chat-latest", 128_000, False),
        ("anthropic:claude-haiku-4-5", 200_000, False),
        ("ollama:llama3.2:3b", 4096, False),
        ("local:smollm2", 4096, False),
        ("corner:meta-llama/Llama-3.1-8B-Instruct", 131_072, False),
        ("corner:gemma3:1b-it", 32_768, False),
        ("corner:gemma3:12b", 131_072, False),
        ("corner:nobody-knows", 4096, True),
        ("corner", 4096, True),
    ],
)
def test_context_lengths_of_the_shipped_table(model: str, tokens: int, assumed: bool) -> None:
    settings = load_settings(Sources(folders=(REPOSITORY / "config",)))
    assert settings.context_length(model) == (tokens, assumed)


def test_a_pattern_of_ones_own_wins_by_being_longer(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", "context_lengths: {'*': 2048, 'big*': 1000, 'big-one*': 9000}\n")
    settings = load_settings(Sources(folders=(tmp_path,)))
    assert settings.context_length("x:BIG-one-2") == (9000, False)
    assert settings.context_length("x:big-two") == (1000, False)
    assert settings.context_length("x:small") == (2048, True)
