"""Makes reports of runs, which may go on meanwhile, without holding up the screen."""

from __future__ import annotations

import asyncio

from core.config.prices import Prices
from core.lab.measuring.report import Report, report_of
from core.sessions.summary import title_of
from core.sessions.tree import SessionTree


async def report_on(tree: SessionTree, prices: Prices) -> Report:
    """Return the figures of a run as its records stand now.

    Raises:
        StoreError: the session is no run of the lab.
    """
    # A thread must not read what grows meanwhile: the state, or the tree itself.
    path, records, title = tuple(tree.path), tuple(tree), title_of(tree)
    return await asyncio.to_thread(report_of, path, records, prices, title)
