"""Transcripts of a session, rendered from its records at any later time."""

from __future__ import annotations

from collections.abc import Iterable
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

FORMATS = ("md", "html", "txt", "jsonl", "sillytavern")

_FORMAT_OF = {
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".txt": "txt",
    ".text": "txt",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


def render(records: Iterable[Record], format_name: str) -> str:
    """Return a transcript of all `records` of a session.

    "md" (a table), "html" (a page with a table) and "txt" (one speaker after the other)
    show the current path; "jsonl" holds every record and can be imported again;
    "sillytavern" is the current path with its alternatives as that program reads it.

    Raises:
        UsageError: there is no such format.
    """
    if format_name == "jsonl":
        return b"".join(encode_line(each.to_json()) for each in records).decode("utf-8")
    if format_name == "sillytavern":
        return render_tavern(SessionTree.fold(records))
    writers = {"md": render_markdown, "html": render_html, "txt": render_text}
    if format_name not in writers:
        raise UsageError(
            f"There is no transcript format {format_name!r}.", f"Use one of {', '.join(FORMATS)}."
        )
    return writers[format_name](Transcript.of(records))


def render_pair(records: Iterable[Record]) -> dict[str, str]:
    """Return one plain text a speaker, keyed by the letters a, b, … in column order."""
    return render_texts(Transcript.of(records))


def format_of(path: Path, default: str | None = None) -> str:
    """Return the format that a file's name asks for, or `default` if it asks for none.

    Raises:
        UsageError: its ending says nothing, and there is no default.
    """
    found = _FORMAT_OF.get(path.suffix.lower(), default)
    if found is None:
        raise UsageError(
            f"The name {path.name!r} does not say which format the transcript is to have.",
            "End it in .md, .html, .txt or .jsonl.",
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
        stem = path.stem if _FORMAT_OF.get(path.suffix.lower()) == "txt" else path.name
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
