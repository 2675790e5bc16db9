"""A transcript as one HTML page that needs nothing else."""

from __future__ import annotations

from html import escape

from core.sessions.transcripts.rows import Row, Speaker, Transcript

_STYLE = """
:root { color-scheme: light dark; --ink: #1d1d1f; --paper: #fdfcfa; --quiet: #6b6b70;
  --line: #dedbd4; --first: #0b5c75; --second: #8a4b08; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e4df; --paper: #17181a;
  --quiet: #98979c; --line: #34363a; --first: #6cc3dd; --second: #e6a65c; } }
body { margin: 2rem auto; max-width: 76rem; padding: 0 1rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; }
h1 + p { color: var(--quiet); margin: .2rem 0 1.5rem; font-size: .85rem; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
col.narrow { width: 4rem; }
th, td { vertical-align: top; text-align: start; padding: .6rem .8rem;
  border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { position: sticky; top: 0; background: var(--paper); }
th small { display: block; font-weight: normal; color: var(--quiet); }
th.s0 { color: var(--first); } th.s1 { color: var(--second); }
td.number { text-align: right; color: var(--quiet); font-variant-numeric: tabular-nums; }
td.words { white-space: pre-wrap; }
td.s0 { border-left: 3px solid var(--first); } td.s1 { border-left: 3px solid var(--second); }
tr.quiet td { color: var(--quiet); font-size: .85rem; font-style: italic; padding: .3rem .8rem;
  white-space: pre-wrap; }
.mark { color: var(--quiet); font-style: italic; }
"""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render_html(transcript: Transcript) -> str:
    """Return the transcript as a page: a column a speaker, light or dark as the reader likes."""
    title = escape(transcript.title)
    began = "" if transcript.began is None else f"{transcript.began:%Y-%m-%d %H:%M} UTC, "
    columns = "".join("<col>" for _ in transcript.speakers)
    heads = "".join(_head(i, each) for i, each in enumerate(transcript.speakers))
    nodes = [each.node for each in transcript.speakers]
    rows = "\n".join(_row(row, nodes) for row in transcript.rows)
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1 dir="auto">{title}</h1>
<p>{began}session {escape(transcript.session)}</p>
<table>
<colgroup><col class="narrow"><col class="narrow">{columns}</colgroup>
<thead><tr><th>#</th><th>s</th>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


def _head(place: int, speaker: Speaker) -> str:
    about = f"<small>{escape(speaker.about)}</small>" if speaker.about else ""
    return f'<th class="s{place % 2}" dir="auto">{escape(speaker.name)}{about}</th>'


def _row(row: Row, nodes: list[str]) -> str:
    number = "" if row.number is None else str(row.number)
    seconds = "" if row.seconds is None else f"{row.seconds:.1f}"
    start = f'<td class="number">{number}</td><td class="number">{seconds}</td>'
    if row.quiet:
        cells = _quiet(row, nodes)
        return f'<tr class="quiet">{start}{cells}</tr>'
    mark = f' <span class="mark">({escape(row.mark)})</span>' if row.mark else ""
    words = escape(row.text) + mark
    return f"<tr>{start}{_placed(words, nodes.index(row.node), len(nodes), 'words')}</tr>"


def _quiet(row: Row, nodes: list[str]) -> str:
    if row.node in nodes:
        return _placed(escape(row.text), nodes.index(row.node), len(nodes), "aside")
    return f'<td colspan="{max(1, len(nodes))}" dir="auto">{escape(row.text)}</td>'


def _placed(content: str, place: int, count: int, name: str) -> str:
    """Return the cells of a row with `content` in one of them."""
    filled = f'<td class="{name} s{place % 2}" dir="auto">{content}</td>'
    return "<td></td>" * place + filled + "<td></td>" * (count - place - 1)
