"""A transcript as plain text: what each speaker said, one text a speaker."""

from __future__ import annotations

from string import ascii_lowercase

from core.sessions.transcripts.rows import Row, Speaker, Transcript


def render_text(transcript: Transcript) -> str:
    """Return the texts of all speakers, one after the other."""
    return "\n\n".join(render_texts(transcript).values())


def render_texts(transcript: Transcript) -> dict[str, str]:
    """Return one text a speaker, keyed by a, b, … in column order (or 27, 28, …)."""
    return {
        _key(place): _text(transcript, speaker) for place, speaker in enumerate(transcript.speakers)
    }


def _key(place: int) -> str:
    return ascii_lowercase[place] if place < len(ascii_lowercase) else str(place + 1)


def _text(transcript: Transcript, speaker: Speaker) -> str:
    parts = [f"{speaker.name}\n{'=' * max(3, len(speaker.name))}"]
    parts += [about for about in (speaker.about, transcript.title) if about]
    parts += [_row(row) for row in transcript.rows if _concerns(row, speaker.node)]
    return "\n\n".join(parts) + "\n"


def _concerns(row: Row, node: str) -> bool:
    """Whether a row belongs into the text of one speaker: own words, and what all were told."""
    if row.node:
        return row.node == node
    return not row.audience or node in row.audience


def _row(row: Row) -> str:
    if row.quiet:
        return f"({row.text})"
    mark = f"\n({row.mark})" if row.mark else ""
    return f"{row.number}\n{row.text}{mark}"
