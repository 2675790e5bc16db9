"""The root of the command line: global options, and what becomes of errors."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click
from click.exceptions import Exit, NoArgsIsHelpError
from click.shell_completion import shell_complete

from core import __version__
from core.cli.crash import BackgroundErrors, report_crash
from core.cli.lazy import LazyCommand, LazyGroup
from core.cli.output import colour_wanted, complain
from core.errors import SalonError
from core.faults import fault_count
from core.runtime import Options, Runtime

INTERRUPTED = 130
"""128 + SIGINT, as a shell reports it."""
BROKEN_PIPE = 141
"""128 + SIGPIPE, as a shell reports it of a tool whose reader went away."""

COMMANDS = {
    "chat": LazyCommand("core.cli.chat", "chat", "Chat with a persona."),
    "meetup": LazyCommand("core.cli.meetup", "meetup", "Run a conversation between two personas."),
    "clm": LazyCommand("core.cli.clm", "clm", "Simulate customers, compare policies."),
    "lab": LazyCommand("core.cli.lab", "lab", "Evaluate assistants that learn about users."),
    "profile": LazyCommand(
        "core.cli.profile", "profile", "Show and edit what is stored about you."
    ),
    "recommend": LazyCommand(
        "core.cli.recommend", "recommend", "Recommend an action for each user."
    ),
    "teams": LazyCommand("core.cli.teams", "teams", "Run and steer teams of personas."),
    "personas": LazyCommand(
        "core.cli.personas", "personas", "List, check, import and export personas."
    ),
    "sessions": LazyCommand("core.cli.sessions", "sessions", "List, search and export sessions."),
    "models": LazyCommand("core.cli.models", "models", "List the models that can be used."),
    "config": LazyCommand("core.cli.config_command", "config", "Show the effective settings."),
}
ALIASES = {"hierarchy": "teams", "learn": "lab"}
"""Former names of commands, which scripts may still use."""

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    aliases=ALIASES,
    epilog="Without a command, the app opens.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--config", "config_file", type=_FILE, help="Settings file that overrides others.")
@click.option("--env-file", type=_FILE, help="Environment file to read instead of .env.")
@click.option(
    "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Override a setting."
)
@click.option("--sessions", type=_FOLDER, help="Directory of the session files.")
@click.option("--data-dir", type=_FOLDER, help="Directory of all other data.")
@click.pass_context
def root(
    ctx: click.Context,
    config_file: Path | None,
    env_file: Path | None,
    assignments: tuple[str, ...],
    sessions: Path | None,
    data_dir: Path | None,
) -> None:
    """Salon: chat with personas, watch them talk, steer them."""
    ctx.obj = Runtime(Options(config_file, env_file, assignments, sessions, data_dir))
    ctx.obj.log_faults()
    if not colour_wanted(os.environ, is_terminal=True):
        ctx.color = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status. Foreseen errors end in one line, never more."""
    _complete_for_shell()
    for stream in (sys.stdout, sys.stderr):
        _write_anything(stream)
    Runtime().log_faults()
    faults = fault_count()
    unawaited = BackgroundErrors()
    logging.getLogger("asyncio").addHandler(unawaited)
    try:
        given = sys.argv[1:] if arguments is None else list(arguments)
        ctx = root.make_context("salon", given)
        with ctx:
            root.invoke(ctx)
        sys.stdout.flush()
    except Exit as done:
        return done.exit_code
    except click.ClickException as error:
        return _wrong_usage(error)
    except SalonError as error:
        complain(error.message, error.hint)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort) as stop:
        return INTERRUPTED if isinstance(stop, KeyboardInterrupt) else 1
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last resort, which hides nothing
        return report_crash(error)
    finally:
        logging.getLogger("asyncio").removeHandler(unawaited)
    # What a fault was contained in was told; the command as a whole did not succeed.
    return int(fault_count() > faults)


def _wrong_usage(error: click.ClickException) -> int:
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return error.exit_code
    message = error.format_message()
    complain(message[:1].lower() + message[1:])
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(f"Try '{error.ctx.command_path} --help'.", err=True)
    return error.exit_code


def _complete_for_shell() -> None:
    instruction = os.environ.get("_SALON_COMPLETE")
    if instruction:
        sys.exit(shell_complete(root, {}, "salon", "_SALON_COMPLETE", instruction))


def _write_anything(stream: TextIO | None) -> None:
    """Let a stream replace what its encoding lacks: a reply must not end in a traceback."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def _drop_output() -> None:
    """Keep the interpreter from flushing into a closed pipe, and complaining, on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
