"""Learns from chats that nobody has learnt from, one after the other, where one can watch."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import SalonError
from core.runtime import Runtime
from core.sessions.summary import title_of
from core.text import clean_line, counted

_ENOUGH = 2
"""Failures in a row after which no other chat is tried."""


async def learn_unheard(runtime: Runtime, progress: Callable[[str], None]) -> str:
    """Learn from every chat with something new; return what came of it.

    Cancelled, it keeps what was proposed so far. A chat that cannot be read or learnt from is
    told of and does not keep the others from it, unless several fail in a row.

    Args:
        runtime: whose profile and chats.
        progress: told what is going on.

    Raises:
        SalonError: the model cannot be had, or no chat could be learnt from.
    """
    progress("looking for chats that were not read yet …")
    learning = runtime.own_learning()
    chats = await learning.unheard()
    if not chats:
        return "nothing new in your chats"
    edits = done = 0
    failures: list[SalonError] = []
    in_a_row = 0
    for number, each in enumerate(chats, 1):
        if in_a_row == _ENOUGH:
            break
        try:
            title = title_of((await runtime.store.read(each)).tree)
            progress(f"reading chat {number} of {len(chats)}: {clean_line(title)} · esc stops")
            edits += len((await learning.learn(each)).ids)
        except SalonError as error:
            failures.append(error)
            in_a_row += 1
        else:
            done += 1
            in_a_row = 0
    if failures and not done:
        raise failures[0]
    said = f"{counted(done, 'chat')} read, "
    said += f"{counted(edits, 'edit')} proposed" if edits else "nothing new of you"
    if failures:
        said += f" · {counted(len(chats) - done, 'chat')} not, L tries again: {failures[0]}"
    return said
