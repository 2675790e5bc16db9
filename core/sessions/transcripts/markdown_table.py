"""A transcript as a Markdown table (GitHub's, https://github.github.com/gfm/#tables-extension-)."""

from __future__ import annotations

import re

from core.sessions.transcripts.rows import Row, Speaker, Transcript

_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_PIPE = re.compile(r"(?<!\\)(\\*+)\|")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_INDENT = re.compile(r"^[ \t]+")


def render_markdown(transcript: Transcript) -> str:
    """Return the transcript as a page with one table."""
    speakers = transcript.speakers
    lines = [f"# {_inline(transcript.title)}", ""]
    if transcript.began is not None:
        lines += [f"{transcript.began:%Y-%m-%d %H:%M} UTC, session {transcript.session}", ""]
    lines += [
        _line(["#", "s", *(_heading(each) for each in speakers)]),
        _line(["--:", "--:", *(":--" for _ in speakers)]),
    ]
    lines += [_row(row, [each.node for each in speakers]) for row in transcript.rows]
    return "\n".join(lines) + "\n"


def _row(row: Row, nodes: list[str]) -> str:
    cells = ["" for _ in nodes]
    text = _block(row.text)
    if row.quiet:
        text = f"<em>{text}</em>"
    if row.mark:
        text = f"{text} <em>({row.mark})</em>".strip()
    if nodes:
        cells[nodes.index(row.node) if row.node in nodes else 0] = text
    number = "" if row.number is None else str(row.number)
    seconds = "" if row.seconds is None else f"{row.seconds:.1f}"
    return _line([number, seconds, *cells])


def _heading(speaker: Speaker) -> str:
    about = f"<br><sub>{_inline(speaker.about)}</sub>" if speaker.about else ""
    return _inline(speaker.name) + about


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _block(text: str) -> str:
    """Put text of several lines into one cell: lists keep their shape, fences become code."""
    out: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or (mark[1].startswith(fence) and not line.strip(" \t" + fence[0]))):
            fence = "" if fence else mark[1]
        elif fence:
            out.append(_code(line))
        else:
            indent = _INDENT.match(line)
            width = len(indent[0].expandtabs(4)) if indent else 0
            out.append("&nbsp;" * width + _inline(line.strip()))
    return "<br>".join(out)


def _code(line: str) -> str:
    """Return one line of a fence as inline code."""
    if not line.strip():
        return ""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return ticks + pad + _PIPE.sub(r"\1\\|", line.expandtabs(4)) + pad + ticks


def _inline(text: str) -> str:
    """Escape what would end the cell, and what would be taken for HTML."""
    return _PIPE.sub(lambda run: run[1] * 2 + r"\|", _TAG.sub("&lt;", text))
