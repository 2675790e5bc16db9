"""A conversation on screen: fed with entries and deltas, painted a frame at a time.

    transcript = Transcript(placeholder="Press space and they talk.", columns=2)
    transcript.append(Entry("t1", speaker="a", header="1 · Ada", column=0, status=STREAMING))
    transcript.extend("t1", "Good eve")
    transcript.finish("t1", status=EntryStatus.COMPLETE, footer="41 tok · 1.2 s")

How it works, from the inside out: `splitter` cuts a growing Markdown text into `blocks`, which
`painting` turns into strips at a width; an `entry_view` holds the blocks of one entry and their
heights; a `viewport` stacks all of them and keeps an anchor, which `scrolling` moves; the
`canvas` paints what is in view; the `feed` takes in what is said; the `widget` adds what a
reader can do.
"""

from tui.widgets.transcript.entry import Entry, EntryKind, EntryStatus
from tui.widgets.transcript.widget import Transcript

__all__ = ["Entry", "EntryKind", "EntryStatus", "Transcript"]
