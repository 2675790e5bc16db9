"""What the tests of your own profile share: a page over files of its own, a keeper on a rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from core.chat.setup import ChatChoice
from core.chat.spec import HUMAN, PERSONA
from core.profiles.edits import Edit
from core.profiles.profile import Evidence
from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.providers.scripted import Scripted
from core.runtime import Runtime
from core.sessions.record import Author, Kind, Record
from core.sessions.session import Session
from pilot.salon import until
from tui.profile.screen import ProfileScreen

Answer = Callable[[ModelRequest], str | Reply]
SAID = "I live in Bergen, and I like short lists."


def keeper(*values: tuple[str, str, str]) -> Answer:
    """Return who proposes values with the words they rest on where those were said, else nods."""

    def answer(request: ModelRequest) -> str:
        if request.schema is None:
            return "I see."
        text = request.messages[-1].content
        known = text.partition("Conversations:")[0]
        edits = [
            {"field": f, "op": "set", "old": None, "new": new, "quote": quote, "confidence": 0.9}
            for f, new, quote in values
            if quote in text and new not in known
        ]
        return json.dumps({"edits": edits})

    return answer


BERGEN = keeper(
    ("demographics.nationality", "lives in Bergen", "I live in Bergen"),
    ("preference.format", "short lists", "I like short lists"),
)


def answering(runtime: Runtime, answer: Answer) -> Runtime:
    """Have every scripted model answer by a rule."""
    runtime.providers._providers["scripted"] = Scripted.of(answer)
    return runtime


async def chat(runtime: Runtime, *texts: str) -> Session:
    """Store a chat in which the human says these things, each answered with a nod."""
    choice = ChatChoice(runtime.library.find("ada"), "eliza:doctor")
    session = (await runtime.chats.start(choice, runtime.store.create)).log.session
    for text in texts:
        await _say(session, HUMAN, text)
        await _say(session, PERSONA, "I see.")
    await session.close()
    return session


async def _say(session: Session, node: str, text: str) -> None:
    author = Author("human" if node == HUMAN else "persona", "You" if node == HUMAN else "Ada")
    record = Record(
        id=session.source.new_id(),
        kind=Kind.MESSAGE,
        parent=session.tree.head,
        author=author,
        at=session.source.now(),
        node=node,
        text=text,
    )
    await session.append(record)


def rests_on(session: Session, quote: str) -> tuple[Evidence, ...]:
    """Return the evidence for a quote in a chat."""
    for record in session.tree:
        at = record.text.find(quote)
        if at >= 0:
            return (Evidence(session.id, record.id, at, at + len(quote), quote),)
    raise AssertionError(f"nobody said {quote!r}")


async def propose(runtime: Runtime, session: Session, *edits: tuple[str, str | None, str]) -> None:
    """Put edits before the human: field, value (`None`: away with it), and the words for it."""
    profile = (await runtime.own_profile.load()).profile
    made = []
    for field, new, quote in edits:
        there = profile.texts(field)
        old = there[0] if there else None
        op = "remove" if new is None else "set"
        made.append(Edit(field, op, old, new, rests_on(session, quote), 0.9))
    last = list(session.tree)[-1].id
    await runtime.own_profile.propose(made, session.id, last)


async def paged(pilot: Pilot[int]) -> ProfileScreen:
    """Open the page and wait until it was read."""
    await pilot.app.run_action("own_profile")
    page = pilot.app.screen
    assert isinstance(page, ProfileScreen)
    await until(pilot, lambda: page.ready)
    await until(pilot, lambda: page.controller.rows.placeholder != "reading …")
    await pilot.pause()
    return page


async def press(pilot: Pilot[int], page: ProfileScreen, *keys: str) -> None:
    """Press keys one by one, each when the one before has done what it does."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot, page)


async def settled(pilot: Pilot[int], page: ProfileScreen) -> None:
    """Wait until the page does nothing more, or asks something."""
    await pilot.pause()
    await until(pilot, lambda: not page.controller.doing or pilot.app.screen is not page)
    await pilot.pause()


async def typed(pilot: Pilot[int], page: ProfileScreen, text: str) -> None:
    """Type an answer in place of what stands there, and press enter."""
    await until(pilot, lambda: pilot.app.screen is not page)
    asking = pilot.app.screen
    await until(pilot, lambda: bool(asking.query(Input)))
    asking.query_one(Input).value = text
    await pilot.pause()
    await pilot.press("enter")
    await until(pilot, lambda: pilot.app.screen is not asking)
    await settled(pilot, page)


def go_to(page: ProfileScreen, text: str) -> None:
    """Put the cursor on the row that reads so."""
    rows = page.controller.rows
    found = [each for each in rows.rows if text in (each.text, each.name)]
    assert found, f"{text!r} is none of {[each.text or each.name for each in rows.rows]}"
    rows.cursor = list(rows.rows).index(found[0])


def texts(page: ProfileScreen) -> list[str]:
    """Return how the rows read."""
    return [each.text or each.name for each in page.controller.rows.rows]


def bytes_below(folder: Path) -> bytes:
    """Return everything that stands in any file below a folder."""
    return b"".join(each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file())
