"""The flags that every conversation on the command line takes, and what they amount to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import click
from click.core import ParameterSource

from core.errors import SessionNotFound, UsageError
from core.runtime import Runtime
from core.sessions.session import Session
from core.sessions.transcripts import format_of, usual_endings, write_transcript

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_PROMPT_OPTIONS = (
    click.option(
        "--overflow",
        type=click.Choice(["drop", "summarise"]),
        help="How to fit a long history into the context.",
    ),
    click.option(
        "--human/--no-human",
        "pass_for_human",
        default=None,
        help="Instruct personas to pass as human, or not to.",
    ),
)
_OUTPUT_OPTIONS = (
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line."),
    click.option("--steer", "steered", is_flag=True, help="Read commands from standard input."),
    click.option("--no-save", is_flag=True, help="Do not save the session."),
    click.option(
        "--transcript",
        "transcripts",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help=f"Also write a transcript: {usual_endings()}.",
    ),
)


def prompt_options(command: Decorated) -> Decorated:
    """Add the flags on what models are sent: --overflow and --human."""
    return _decorated(command, _PROMPT_OPTIONS)


def output_options(command: Decorated) -> Decorated:
    """Add the flags that `Output` reads: --json, --steer, --no-save and --transcript."""
    return _decorated(command, _OUTPUT_OPTIONS)


def seed_option(command: Decorated) -> Decorated:
    """Add --seed."""
    option = click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Random seed.")
    return option(command)


def _decorated(
    command: Decorated, options: Sequence[Callable[[Decorated], Decorated]]
) -> Decorated:
    for option in reversed(options):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Output:
    """How a run is shown and kept."""

    as_json: bool
    save: bool
    steered: bool
    transcripts: Sequence[Path]

    @classmethod
    def of(cls, flags: Mapping[str, Any]) -> Self:
        """Read the flags of `output_options`.

        Raises:
            UsageError: a transcript could not be written after all has been said.
        """
        for path in flags["transcripts"]:
            _require_place(path)
        return cls(
            as_json=flags["as_json"],
            save=not flags["no_save"],
            steered=flags["steered"],
            transcripts=flags["transcripts"],
        )

    async def close(self, session: Session) -> None:
        """Close a session and write its transcripts. Raises `StoreError`."""
        await session.close()
        for path in self.transcripts:
            await asyncio.to_thread(write_transcript, list(session.tree), path, format_of(path))


def _require_place(transcript: Path) -> None:
    format_of(transcript)
    folder = transcript.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.", f"Create it for {transcript.name} first.")


def refuse_settled(settled: Mapping[str, str], engine: str) -> None:
    """Refuse flags of the present command, by name and spelling, that only a new run can take.

    Raises:
        UsageError: one was given.
    """
    ctx = click.get_current_context()
    given = [
        flag
        for name, flag in settled.items()
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise UsageError(
            f"{', '.join(given)} cannot go with --resume.",
            f"That was settled when the {engine} began.",
        )


async def meant(runtime: Runtime, session_id: str, engine: str) -> str:
    """Return which session an id means; `last` is the one of this engine that was begun last.

    Raises:
        SessionNotFound: there is none.
        StoreError: the folder cannot be read.
    """
    if session_id.strip().lower() != "last":
        return session_id
    of_engine = [each.id for each in await runtime.store.list() if each.engine == engine]
    if not of_engine:
        raise SessionNotFound(
            f"There is no {engine} to resume.", f"{runtime.store.folder} holds none."
        )
    return max(of_engine)
