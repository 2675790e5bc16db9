"""Where files are kept and found."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.paths import Directories, find_directories


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable, folder in (("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config")):
        monkeypatch.setenv(variable, str(tmp_path / folder))
    return tmp_path


def checkout(folder: Path, name: str = "salon") -> Path:
    """Make a source tree; returns its package."""
    (folder / "core").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(f'[project]\nname = "{name}"\n')
    return folder / "core"


def places(package: Path, **environ: str) -> Directories:
    return find_directories(environ, package=package)


def test_in_a_checkout_its_own_folders_are_used(home: Path) -> None:
    root = home / "src"
    found = places(checkout(root))
    assert found.checkout == root
    assert found.sessions == root / "sessions"
    assert found.personas == (root / "personas", home / "data/salon/personas")
    assert found.config == (root / "config",)
    assert found.env_file == root / ".env"


def test_installed_the_users_folders_and_the_shipped_files_are(home: Path) -> None:
    package = home / "site-packages" / "core"
    found = places(package)
    assert found.checkout is None
    assert found.sessions == home / "data/salon/sessions"
    assert found.personas == (home / "data/salon/personas", package / "shipped/personas")
    assert found.config == (package / "shipped/config", home / "config/salon/config")
    assert found.env_file == home / "config/salon/.env"
    assert found.user_config == home / "config/salon/salon.yml"


def test_another_projects_tree_is_no_checkout(home: Path) -> None:
    assert places(checkout(home / "src", "saloon")).checkout is None


def test_the_working_directory_means_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout(home / "foreign")
    (home / "foreign" / "sessions").mkdir()
    monkeypatch.chdir(home / "foreign")
    found = places(home / "site-packages" / "core")
    assert str(home / "foreign") not in str(found)


def test_what_names_the_sessions_folder_wins_in_order(home: Path) -> None:
    package = checkout(home / "src")
    environ = {"SALON_SESSIONS": str(home / "variable")}
    assert find_directories(environ, home / "flag", package=package).sessions == home / "flag"
    assert find_directories(environ, package=package).sessions == home / "variable"
    assert (
        find_directories({}, data_dir=home / "d", package=package).sessions == home / "d/sessions"
    )
    assert (
        find_directories({"SALON_SESSIONS": ""}, package=package).sessions == home / "src/sessions"
    )


def test_the_users_persona_folders_come_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))
    package = checkout(home / "src")
    found = places(package, SALON_PERSONAS=f"~/mine:{home}/theirs:")
    assert found.personas[:3] == (home / "mine", home / "theirs", home / "src/personas")
