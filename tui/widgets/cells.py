"""Texts in as many cells of the terminal as there are."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size


def fitted(text: str, cells: int) -> str:
    """Return a text in exactly that many cells, cut with an ellipsis where it is longer."""
    if cells <= 0:
        return ""
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    return f"{set_cell_size(text, cells - 1)}…"
