"""--steer-help lists what --steer takes."""

from __future__ import annotations

from importlib import import_module

import pytest
from click.testing import CliRunner

from core.cli.main import root
from core.engine.command_codec import document

COMMANDS = [
    (("chat",), "core.chat.commands"),
    (("meetup",), "core.meetup.commands"),
    (("hierarchy", "run"), "core.teams.commands"),
    (("clm", "run"), "core.clm.simulation.commands"),
    (("learn", "pipeline"), "core.lab.commands"),
]


@pytest.mark.parametrize(("command", "module"), COMMANDS)
def test_every_command_is_listed(command: tuple[str, ...], module: str) -> None:
    done = CliRunner().invoke(root, [*command, "--steer-help"])
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    for row in document(import_module(module).Command):
        assert lines[lines.index(row.line) + 1] == f"  {row.summary}"


def test_a_field_says_what_it_has_to_be() -> None:
    done = CliRunner().invoke(root, ["clm", "run", "--steer-help"])
    assert "    day: a whole number from 0 such as 5. 0: the beginning.\n" in done.stdout
    assert "    pinned: true or false (optional) [true].\n" in done.stdout
