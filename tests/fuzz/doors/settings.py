"""Settings: YAML files, `.env` files, variables and `--set` flags, and the simulator's section."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from core.clm.setup import read_setup
from core.config.load import load_settings
from core.config.sources import Sources
from fuzz.door import Door, Drive, Shape
from fuzz.doors.personas import ROOT
from fuzz.structures import change_yaml

_OWN = """model: openai:gpt-4o-mini
params: {temperature: 0.5, stop: [a, b], seed: 3, context_length: 4096}
chat: {user: Ada, overflow: drop, pass_for_human: true}
meetup: {turns: 12, pace: 250}
hierarchy: {steps: 40}
providers:
  mine:
    base_url: http://127.0.0.1:9/v1
    key_variable: MY_KEY
    options: {native_schema: false, extra_params: true}
  openai: {read_timeout: 30}
context_lengths: {"openai:gpt-*": 128000, "*": 8192}
prices:
  "openai:gpt-4o": {input: 2.5, output: 10, cached: 1.25}
  "ollama:*": free
keymap: {quit: ctrl+q}
"""
_ENV = """# keys
OPENAI_API_KEY=sk-abc
export ANTHROPIC_API_KEY="sk \\"x\\""
SALON_MODEL='ollama:llama3.2:3b'
SALON_TEMPERATURE=0.2
MEETUP_TURNS=20 # many
"""
_FLAGS = """model=ollama:x
meetup.turns=4
params.stop=["END"]
clm.run.checkpoint=5
providers.mine.base_url=http://127.0.0.1:1
prices.openai:x={"input": 1, "output": 2}
"""


def _yaml_seeds() -> list[bytes]:
    return [_OWN.encode(), _OWN.encode(), *_shipped("*.yml")]


def _shipped(pattern: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "config").glob(pattern))]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Drive]:
    """Have files for inputs; the shipped settings lie below them."""
    yaml, env = folder / "odd.yml", folder / "odd.env"
    base = load_settings(Sources(folders=(ROOT / "config",))).clm

    async def drive(shape: str, data: bytes) -> None:
        if shape == "env":
            env.write_bytes(data)
            load_settings(Sources(env_files=(env,)))
        elif shape == "flags":
            lines = data.decode("utf-8", "surrogateescape").split("\n")
            load_settings(Sources(assignments=tuple(each for each in lines if each)))
        else:
            yaml.write_bytes(data)
            settings = load_settings(Sources(config_file=yaml))
            read_setup({**base, **settings.clm})
            settings.prices.of("openai:gpt-4o")

    yield drive


DOOR = Door(
    "settings",
    (
        Shape("yaml", _yaml_seeds, (change_yaml,)),
        Shape("clm", lambda: _shipped("clm.yml"), (change_yaml,)),
        Shape("env", lambda: [_ENV.encode()]),
        Shape("flags", lambda: [_FLAGS.encode()], (change_yaml,)),
    ),
    opened,
)
