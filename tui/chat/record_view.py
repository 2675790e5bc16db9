"""How the records of a chat are shown in a transcript."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.chat.spec import HUMAN, PERSONA
from core.config.prices import Prices
from core.events import TurnStarted
from core.sessions.branches import replies
from core.sessions.record import Kind, Record
from core.sessions.tree import SessionTree
from core.text import clean_line
from tui.chat.setup import ChatSetup, summary_of
from tui.conversation.alternatives import place_marks
from tui.conversation.wording import footer_of, setting_text
from tui.profile.wording import seen_of_you
from tui.widgets.transcript import Entry, EntryKind, EntryStatus

_SPEAKER = {PERSONA: "a", HUMAN: "b"}
RETRY = "r or /retry tries again"
_FIRST_KEYS = """\
Write, and press enter. F1 shows every key and command.
ctrl+n picks another persona, ctrl+r resumes a chat, /model changes the model."""


@dataclass(frozen=True, slots=True)
class RecordContext:
    """What an entry depends on beside its record."""

    prices: Prices
    names: dict[str, str]
    """Of the persona and the human, by node; of the records' authors where one is missing."""
    tree: SessionTree | None = None
    """Where alternatives are found; without it none are shown."""


def entries_of(records: Iterable[Record], context: RecordContext) -> list[Entry]:
    """Return the entries of records, in order."""
    entries: list[Entry] = []
    cards: list[Entry] = []
    for record in records:
        entry = entry_of(record, context)
        if entry is None:
            continue
        entries.append(entry)
        if entry.kind is EntryKind.ERROR:
            cards.append(entry)
        elif entry.kind is EntryKind.MESSAGE:
            for card in cards:
                card.kind, card.text = settled(card.text)
            cards.clear()
    return entries


def entry_of(record: Record, context: RecordContext) -> Entry | None:
    """Return the entry of a record, or `None` where it has none."""
    if record.kind == Kind.MESSAGE:
        return _message(record, context)
    if record.kind == Kind.NOTICE:
        return _notice(record)
    if record.kind == Kind.SETTING:
        return Entry(record.id, setting_text(record), kind=EntryKind.QUIET)
    return None


def streaming_entry(event: TurnStarted, context: RecordContext) -> Entry:
    """Return the entry of a reply that is being written."""
    return Entry(
        event.record_id,
        speaker=_SPEAKER[PERSONA],
        header=clean_line(context.names.get(PERSONA, event.name)),
        status=EntryStatus.STREAMING,
    )


def is_error(record: Record) -> bool:
    """Whether a record is that of a reply that failed."""
    return record.kind == Kind.NOTICE and record.data.get("code") == "error"


def card(text: str) -> tuple[EntryKind, str]:
    """Return how a failure is shown until the next message: with a way to try again."""
    return EntryKind.ERROR, f"{text}\n\n{RETRY}"


def settled(text: str) -> tuple[EntryKind, str]:
    """Return how such a card is shown once the chat continues."""
    return EntryKind.QUIET, text.removesuffix(RETRY).rstrip()


def chat_footer(record: Record, context: RecordContext) -> str:
    """Return the line below a message: its place among its alternatives, tokens, time and cost."""
    marks = []
    if context.tree is not None:
        marks += place_marks(record, context.tree) or _answers(record, context.tree)
    if "edited" in record.data:
        marks.append("edited")
    if "continues" in record.data:
        marks.append("continued")
    if seen := seen_of_you(record):
        marks.append(seen)
    return footer_of(record, context.prices, marks=marks)


def _answers(record: Record, tree: SessionTree) -> list[str]:
    """Return how many replies there are to a human's message that ends the path."""
    if record.node != HUMAN or not ends_with(tree, record.id):
        return []
    count = len(replies(tree, record.id, PERSONA))
    return [f"‹ {count} {'reply' if count == 1 else 'replies'} ›"] if count else []


def ends_with(tree: SessionTree, record_id: str) -> bool:
    """Whether a message is the last one of the current path."""
    last = next((each for each in reversed(tree.path) if each.kind == Kind.MESSAGE), None)
    return last is not None and last.id == record_id


def _message(record: Record, context: RecordContext) -> Entry:
    name = context.names.get(record.node) or record.author.name or record.node
    return Entry(
        record.id,
        record.text,
        speaker=_SPEAKER.get(record.node, record.node),
        header=clean_line(name),
        footer=chat_footer(record, context),
        status=EntryStatus(record.status),
    )


def _notice(record: Record) -> Entry:
    kind, text = card(record.text) if is_error(record) else (EntryKind.QUIET, record.text)
    return Entry(record.id, text, kind=kind)


def setup_entries(setup: ChatSetup) -> Iterator[Entry]:
    """Yield who would reply, the greeting, and what to do first."""
    seat, greetings = setup.spec.seat, setup.greetings
    name = clean_line(seat.name)
    about = [seat.role, seat.language, " ".join(f"#{tag}" for tag in setup.persona.tags)]
    yield Entry(
        "who",
        summary_of(setup.persona),
        header=name,
        footer=clean_line(" · ".join(each for each in about if each)),
    )
    if greetings:
        count, chosen = len(greetings), setup.choice.greeting
        more = f"‹ {chosen + 1} of {count} ›  ← → other greetings" if count > 1 else ""
        yield Entry(
            "greeting", greetings[chosen], speaker=_SPEAKER[PERSONA], header=name, footer=more
        )
    yield Entry("keys", _FIRST_KEYS, kind=EntryKind.QUIET)
