"""Folding stored records some of which may not be what an engine expects."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from core.sessions.record import Record

NOT_UNDERSTOOD = (
    ArithmeticError,
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)
"""What reading data of an unexpected shape raises."""

_LOG = logging.getLogger(__name__)


def take_in(apply: Callable[[Record], None], records: Iterable[Record]) -> list[Record]:
    """Apply stored records one by one; return those that could not be, which are passed over.

    Only for records that were read: one that an engine has just made has to fit.
    """
    passed_over = []
    for record in records:
        try:
            apply(record)
        except NOT_UNDERSTOOD as error:
            _LOG.warning("record %s (%s) is passed over: %r", record.id, record.kind, error)
            passed_over.append(record)
    return passed_over
