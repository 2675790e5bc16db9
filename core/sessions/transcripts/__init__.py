"""Transcripts of a session, rendered from its records at any later time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import UsageError
from core.sessions.codec import encode_line
from core.files import replace_file
from core.sessions.files import store_error
from core.sessions.record import Record
from core.sessions.transcripts.html_table import render_html
from core.sessions.transcripts.markdown_table import render_markdown
from core.sessions.transcripts.plain_text import render_text, render_texts
from core.sessions.transcripts.rows import Transcript
from core.sessions.transcripts.tavern import render_tavern
from core.sessions.tree import SessionTree

Renderer = Callable[[Iterable[Record]], str]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of transcripts."""

    about: str
    """What it is, for a dialog or a help text."""
    endings: Sequence[str]
    """Of its files, the usual one first."""
    render: Renderer
    """Makes a text of all records of a session."""


def _of_path(write: Callable[[Transcript], str]) -> Renderer:
    return lambda records: write(Transcript.of(records))


def _render_lines(records: Iterable[Record]) -> str:
    return b"".join(encode_line(each.to_json()) for each in records).decode("utf-8")


def _render_tavern(records: Iterable[Record]) -> str:
    return render_tavern(SessionTree.fold(records))


FORMATS: Mapping[str, Format] = {
    "md": Format("Markdown table", (".md", ".markdown"), _of_path(render_markdown)),
    "html": Format("HTML page", (".html", ".htm"), _of_path(render_html)),
    "txt": Format("plain text, one file a speaker", (".txt", ".text"), _of_path(render_text)),
    "jsonl": Format("JSON Lines, every record", (".jsonl", ".ndjson"), _render_lines),
    "sillytavern": Format("a chat for SillyTavern", (".jsonl",), _render_tavern),
}
"""All formats by name. Where two share an ending, a file's name asks for the first of them."""


def usual_endings() -> str:
    """Return the endings that a file's name can ask for a format with, as a phrase."""
    *others, last = dict.fromkeys(each.endings[0] for each in FORMATS.values())
    return f"{', '.join(others)} or {last}"


def render(records: Iterable[Record], format_name: str) -> str:
    """Return a transcript of all `records` of a session.

    It shows the current path; "sillytavern" also the alternatives of its messages, and "jsonl"
    every record, so that it can be imported again.

    Raises:
        UsageError: there is no such format.
    """
    found = FORMATS.get(format_name)
    if found is None:
        raise UsageError(
            f"There is no transcript format {format_name!r}.", f"Use one of {', '.join(FORMATS)}."
        )
    return found.render(records)


def render_pair(records: Iterable[Record]) -> dict[str, str]:
    """Return one plain text a speaker, keyed by the letters a, b, … in column order."""
    return render_texts(Transcript.of(records))


def format_of(path: Path, default: str | None = None) -> str:
    """Return the format that a file's name asks for, or `default` if it asks for none.

    Raises:
        UsageError: its ending says nothing, and there is no default.
    """
    ending = path.suffix.lower()
    found = next((name for name, each in FORMATS.items() if ending in each.endings), default)
    if found is None:
        raise UsageError(
            f"The name {path.name!r} does not say which format the transcript is to have.",
            f"End it in {usual_endings()}.",
        )
    return found


def write_transcript(records: Iterable[Record], path: Path, format_name: str) -> list[Path]:
    """Write a transcript; returns the files. Blocks: call it in a thread.

    "txt" becomes one file a speaker: NAME-a.txt and NAME-b.txt for NAME or NAME.txt.

    Raises:
        StoreError: a file cannot be written; what was there before is still there.
        UsageError: there is no such format.
    """
    if format_name == "txt":
        stem = path.stem if path.suffix.lower() in FORMATS["txt"].endings else path.name
        parts = render_pair(records)
        contents = {path.with_name(f"{stem}-{key}.txt"): text for key, text in parts.items()}
    else:
        contents = {path: render(records, format_name)}
    for file, text in contents.items():
        try:
            _put(file, text.encode("utf-8"))
        except OSError as error:
            raise store_error("write", file, error, "name another file") from error
    return list(contents)


def _put(path: Path, content: bytes) -> None:
    if path.exists() and not path.is_file():
        # A device or a pipe is written to, never replaced by a file.
        path.write_bytes(content)
    else:
        replace_file(path, content)
