"""Text broken into lines of a width in cells; what is in it is never read as markup."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, chop_cells, set_cell_size


def wrap(text: str, cells: int) -> Iterator[str]:
    """Yield lines of at most so many cells, broken between words where that is possible."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= cells:
            line = longer
            continue
        if line:
            yield line
        # Chopping drops a mark that stands on no letter.
        fits = cell_len(word) <= cells
        *full, line = [word] if fits else chop_cells(word, max(1, cells))
        yield from full
    if line:
        yield line


def at_most(text: str, cells: int, lines: int) -> list[str]:
    """Return a text in at most so many lines, the last one with an ellipsis where it is longer."""
    found: list[str] = []
    for line in wrap(text, cells):
        if len(found) == lines:
            last = found[-1]
            room = max(0, cells - 1)
            found[-1] = (set_cell_size(last, room) if cell_len(last) > room else last) + "…"
            break
        found.append(line)
    return found
