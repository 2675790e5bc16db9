"""The root of the command line: help, errors, exit statuses."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import click
import pytest

from core import __version__
from core.cli.lazy import LazyCommand
from core.cli.main import COMMANDS, main
from core.errors import ConfigError, PersonaError
from tui.__main__ import app_options

REPOSITORY = Path(__file__).resolve().parents[2]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "ANTHROPIC_", "OLLAMA_", "LMSTUDIO_", "SALON_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def add_command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Install a function as the command `probe`."""

    def add(function: Callable[[], None]) -> None:
        module = ModuleType("probe_command")
        module.probe = click.command("probe")(function)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "probe_command", module)
        monkeypatch.setitem(COMMANDS, "probe", LazyCommand("probe_command", "probe", "Probe."))

    return add


def salon(*arguments: str, shell: str = "") -> subprocess.CompletedProcess[str]:
    command = f"{sys.executable} -m tui {' '.join(arguments)} {shell}"
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def test_version(capsys: Capture) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"salon {__version__}\n"


def test_help_names_every_command(capsys: Capture) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for name, entry in COMMANDS.items():
        assert f"  {name} " in out
        assert entry.summary in out


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_exists_and_explains_itself(name: str, capsys: Capture) -> None:
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: salon {name}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["modles"], "salon: there is no command 'modles'. Did you mean models?\n"),
        (["config", "--jsn"], "salon: no such option '--jsn'."),
        (["--config", "gone.yml", "config"], "salon: invalid value for '--config': File"),
        (["--set", "x", "config"], "salon: 'x' is not NAME=VALUE. For example: meetup.turns=4\n"),
        (["models", "opnai"], "salon: there is no provider 'opnai'. Did you mean openai?\n"),
    ],
)
def test_wrong_usage_is_a_line_on_standard_error(
    arguments: list[str], message: str, capsys: Capture
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(message)
    assert captured.out == ""


def test_without_a_command_there_is_help(capsys: Capture) -> None:
    assert main([]) == 2
    assert "Commands:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (ConfigError("a.yml:1: wrong.", "Mend it."), 2, "salon: a.yml:1: wrong. Mend it.\n"),
        (PersonaError("No \x1b[31mred\x07 one."), 1, "salon: No [31mred one.\n"),
        (
            PermissionError(13, "Permission denied", "x"),
            1,
            "salon: This is a fault of Salon's: PermissionError: Permission denied: x. "
            "The details are in ",
        ),
        (KeyboardInterrupt(), 130, ""),
        (click.Abort(), 1, ""),
        (click.exceptions.Exit(7), 7, ""),
    ],
)
def test_foreseen_errors_are_one_clean_line(
    add_command: Callable[[Callable[[], None]], None],
    capsys: Capture,
    error: BaseException,
    status: int,
    line: str,
) -> None:
    def fail() -> None:
        raise error

    add_command(fail)
    assert main(["probe"]) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(line)
    assert captured.err.count("\n") == bool(line)


def test_an_unforeseen_error_leaves_its_details_in_a_log(
    add_command: Callable[[Callable[[], None]], None],
    capsys: Capture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")

    def fail() -> None:
        raise ZeroDivisionError("by sk-very-secret")

    add_command(fail)
    data = tmp_path / "data"
    assert main(["--data-dir", str(data), "probe"]) == 1
    log = data / "errors.log"
    err = capsys.readouterr().err
    assert err == (
        "salon: This is a fault of Salon's: ZeroDivisionError: by [key]. "
        f"The details are in {log}.\n"
    )
    details = log.read_text()
    assert "Traceback" in details
    assert "sk-very-secret" not in details
    assert stat.S_IMODE(log.stat().st_mode) == 0o600

    monkeypatch.setenv("SALON_DEBUG", "1")
    assert main(["--data-dir", str(data), "probe"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_unforeseen_error_without_a_place_for_a_log_is_still_one_line(
    add_command: Callable[[Callable[[], None]], None], capsys: Capture, tmp_path: Path
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    add_command(fail)
    (tmp_path / "home").write_text("not a folder")
    assert main(["probe"]) == 1
    assert capsys.readouterr().err.endswith("SALON_DEBUG=1 shows the details.\n")


def test_a_reader_that_leaves_ends_the_command_quietly() -> None:
    done = salon("config", "--json", shell="| true")
    assert done.returncode in {0, 128 + signal.SIGPIPE}
    assert done.stderr == ""


def test_a_full_disk_is_named() -> None:
    done = salon("config", shell="> /dev/full")
    assert done.returncode == 1
    assert done.stderr.startswith("salon: No space left on device.")
    assert done.stderr.count("\n") == 1


def test_the_app_is_refused_without_a_terminal() -> None:
    done = salon(shell="< /dev/null")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("salon: the app needs a terminal.")


def test_only_global_options_open_the_app(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.touch()
    folder = str(tmp_path)
    assert app_options([]) is not None
    options = app_options([
        "--config", str(file), f"--env-file={file}", "--sessions", folder,
        f"--data-dir={folder}", "--set", "model=eliza:doctor", "--set=theme=nord",
    ])  # fmt: skip
    assert options is not None
    assert (options.config_file, options.env_file) == (file, file)
    assert (options.sessions, options.data_dir) == (tmp_path, tmp_path)
    assert options.assignments == ("model=eliza:doctor", "theme=nord")


@pytest.mark.parametrize(
    "arguments",
    [
        ["config"],
        ["--help"],
        ["--version"],
        ["--config"],
        ["--config", "gone.yml"],
        ["--sessions", ""],
        ["--set", "x"],
        ["--sessions", "folder", "models"],
        ["--nonsense", "x"],
    ],
)
def test_everything_else_goes_to_the_command_line(arguments: list[str]) -> None:
    assert app_options(arguments) is None


def test_config_tells_values_and_origins_but_no_keys(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://me:word@localhost:1/v1")
    monkeypatch.setenv("SALON_PERSONAS", f"{tmp_path}{os.pathsep}{tmp_path}/more")
    sessions = str(tmp_path / "talks")
    assert main(["--sessions", sessions, "--set", "meetup.turns=4", "config", "--json"]) == 0
    out = capsys.readouterr().out
    rows = {row["key"]: (row["value"], row["origin"]) for row in json.loads(out)}
    assert rows["meetup.turns"] == (4, "--set")
    assert rows["model"] == ("local:smollm2", "config/meetup.yml:2")
    assert rows["params.seed"] == (None, "default")
    assert rows["providers.openai.api_key"] == ("set", "environment OPENAI_API_KEY")
    assert rows["providers.anthropic.api_key"] == ("not set", "expected in ANTHROPIC_API_KEY")
    assert rows["providers.openai.base_url"] == (
        "http://…@localhost:1/v1",
        "environment OPENAI_BASE_URL",
    )
    assert rows["places.sessions"] == (sessions, "--sessions")
    assert rows["places.personas"][0][:2] == [str(tmp_path), f"{tmp_path}/more"]
    assert rows["places.personas"][1] == "environment SALON_PERSONAS"
    assert "sk-very-secret" not in out
    assert "me:word" not in out

    assert main(["config"]) == 0
    out = capsys.readouterr().out
    assert "meetup.starter" in out
    assert "sk-very-secret" not in out
    assert "Files read: config/" in out


class Listener:
    """Counts who connects; answers nothing or with an HTTP error."""

    def __init__(self, answer: bytes = b"") -> None:
        self.connections = 0
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                if connection.recv(65536) == b"stop":
                    return
                self.connections += 1
                connection.sendall(self._answer)

    def close(self) -> None:
        with socket.create_connection(self._socket.getsockname()) as last:
            last.sendall(b"stop")
            self._thread.join()
        self._socket.close()


def test_models_says_who_is_ready_and_asks_nobody_without_a_key(
    capsys: Capture, tmp_path: Path
) -> None:
    listener = Listener()
    settings = tmp_path / "x.yml"
    settings.write_text(
        f"providers:\n  corner: {{base_url: '{listener.url}', key_variable: CORNER_KEY}}\n"
        "  away: {base_url: 'http://127.0.0.1:1/v1'}\n"
    )
    try:
        assert main(["--config", str(settings), "models", "--json"]) == 0
    finally:
        listener.close()
    rows = {row["provider"]: row for row in json.loads(capsys.readouterr().out)}
    assert listener.connections == 0
    assert rows["corner"]["ready"] is False
    assert "CORNER_KEY" in rows["corner"]["reason"]
    assert "OPENAI_API_KEY" in rows["openai"]["reason"]
    assert "http://127.0.0.1:1/v1" in rows["away"]["reason"]
    assert rows["eliza"]["ready"] is True
    assert rows["eliza"]["models"][0] == {
        "name": "eliza:doctor",
        "context_length": 1_000_000,
        "assumed": False,
    }


def test_a_server_that_fails_is_a_row_and_no_crash(capsys: Capture, tmp_path: Path) -> None:
    listener = Listener(b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    settings = tmp_path / "x.yml"
    settings.write_text(f"providers: {{corner: {{base_url: '{listener.url}'}}}}\n")
    try:
        assert main(["--config", str(settings), "models", "corner"]) == 0
    finally:
        listener.close()
    out = capsys.readouterr().out
    assert out.splitlines()[1].split()[:2] == ["corner", "no"]
