"""A transcript as a Markdown table (GitHub's, https://github.github.com/gfm/#tables-extension-).

What models say is not trusted: in a rendered page nothing of it loads anything or runs. Pictures
and links to anything but web pages and mail addresses are shown as the text that they are.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from core.sessions.transcripts.rows import Row, Speaker, Transcript

_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_PIPE = re.compile(r"(?<!\\)(\\*+)\|")
_TICKS = re.compile("`+")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_PICTURE = re.compile(r"!(?=\[)")
_LINK = re.compile(r"\]\(")
_TARGET = re.compile(r"\s*+(<[^>]*+>?|[^\s)]*+)")
_LONGEST_START = 256
"""Characters of a link in which its scheme has to stand."""
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\ufeff]")
_SCHEMES = frozenset({"http", "https", "mailto"})
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
    lines = list(_told_apart(text))
    # A lone backtick before a line of code must not take that line's first one for its own end.
    longest = max((_longest_ticks(line) for line, is_code in lines if not is_code), default=0)
    out: list[str] = []
    for line, is_code in lines:
        if is_code:
            out.append(_code(line, longest))
        else:
            indent = _INDENT.match(line)
            width = len(indent[0].expandtabs(4)) if indent else 0
            out.append("&nbsp;" * width + _inline(line.strip()))
    return "<br>".join(out)


def _told_apart(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line with whether it stands in a fence, the fences themselves left out."""
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or (mark[1].startswith(fence) and not line.strip(" \t" + fence[0]))):
            fence = "" if fence else mark[1]
        else:
            yield line, bool(fence)


def _longest_ticks(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)


def _code(line: str, longest: int) -> str:
    """Return one line of a fence as inline code, with more than `longest` backticks around it."""
    if not line.strip():
        return ""
    ticks = "`" * (1 + max(longest, _longest_ticks(line)))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return ticks + pad + _PIPE.sub(r"\1\\|", line.expandtabs(4)) + pad + ticks


def _inline(text: str) -> str:
    """Escape what would end the cell, be taken for HTML, load a picture or run a script."""
    text = _PICTURE.sub(r"!\\", text)
    text = _LINK.sub(lambda link: "](" if _is_harmless(text, link.end()) else r"]\(", text)
    return _PIPE.sub(lambda run: run[1] * 2 + r"\|", _TAG.sub("&lt;", text))


def _is_harmless(text: str, at: int) -> bool:
    """Say whether a link leads to a page or a mail address, as every renderer would read it."""
    start = text[at : at + _LONGEST_START]
    target = _TARGET.match(start)
    assert target is not None
    address = _INVISIBLE.sub("", html.unescape(_ESCAPED.sub(r"\1", target[1].strip("<>"))))
    scheme, colon, _ = re.split(r"[/?#]", address, maxsplit=1)[0].partition(":")
    if colon:
        return scheme.lower() in _SCHEMES
    # What is cut off may be the rest of a character that is written as `&#58;`.
    return target.end() < _LONGEST_START
