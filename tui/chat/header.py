"""The numbers of a chat: who replies on which model, how full the context is, the cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from core.chat.state import ChatState
from core.costs import Total
from core.providers.tokens import estimate_tokens
from core.sessions.record import Record
from core.text import clean_line
from tui.chat.session import ChatSession
from tui.chat.setup import ChatSetup
from tui.widgets.seat_header import SeatHeader, SeatView, thousands
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from core.runtime import Runtime


class StatusHeader:
    """Fills the header above a chat and the state below it."""

    def __init__(
        self, runtime: Runtime, session: ChatSession, header: SeatHeader, status: StatusLine
    ) -> None:
        self._runtime = runtime
        self._session = session
        self._header = header
        self._status = status
        self._total: Total | None = None

    def show_setup(self, setup: ChatSetup) -> None:
        """Show who would reply, and how much of the context the system prompt takes."""
        self._total = None
        seat, budget = setup.spec.seat, self._session.budget
        self._header.view = SeatView(
            seat.name,
            _model(seat.model, seat.params.to_json()),
            used=estimate_tokens(setup.system + setup.first_words),
            context=budget.context_length if budget else 0,
            assumed=budget is not None and budget.assumed,
        )
        self._status.state = "Saved once you send"

    def show_reading(self) -> None:
        """Show that a chat is being opened."""
        self._total = None
        self._header.view = None
        self._status.state = "reading …"

    def read_total(self) -> Total:
        """Return what the session cost so far. Takes a while: call it in a thread."""
        tree = self._session.tree
        prices = self._runtime.settings.prices
        return Total(prices) if tree is None else Total.of(tree, prices)

    def start(self) -> None:
        """Count from the first record on, unless the earlier ones are counted already."""
        if self._total is None:
            self._total = self.read_total()

    def count_from(self, total: Total) -> None:
        """Start counting from what the session cost so far."""
        self._total = total

    def count(self, record: Record) -> None:
        """Add the cost of one more record."""
        if self._total is not None:
            self._total.add(record)

    def show(self) -> None:
        """Show the numbers as they are now."""
        state, tree = self._session.state, self._session.tree
        if state is None or tree is None:
            return
        parts = [_messages(state)]
        title = clean_line(str(tree.meta.get("title") or ""))
        if title and title != state.seat.name:
            parts.insert(0, f"“{title}”")
        if tree.meta.get("pinned"):
            parts.append("pinned")
        if self._session.stored_view is not None:
            parts = ["another program writes to this chat: f continues with a copy", *parts]
        self._status.state = " · ".join(parts)
        self._show_seat(state)

    def say_doing(self, doing: str) -> None:
        """Show what the persona is doing."""
        if self._header.view is not None:
            self._header.view = replace(self._header.view, doing=doing, live=True)

    def _show_seat(self, state: ChatState) -> None:
        live, old = self._session.replying, self._header.view
        budget, seat = self._session.budget, state.seat
        self._header.view = SeatView(
            name=seat.name,
            model=_model(seat.model, seat.params.to_json(), _not_sent(state)),
            doing=old.doing if live and old is not None else "",
            live=live,
            used=state.prompt_tokens or (old.used if old is not None else 0),
            context=budget.context_length if budget else 0,
            assumed=budget is not None and budget.assumed,
            spent=_spent(self._total),
        )


def _model(model: str, params: dict[str, object], not_sent: Collection[str] = frozenset()) -> str:
    listed = (
        f"{key} {value}" + (" (not sent)" if key in not_sent else "")
        for key, value in params.items()
    )
    return " · ".join([model, *listed])


def _not_sent(state: ChatState) -> Collection[str]:
    """Return the parameters that the last reply of the present model was asked without."""
    for record in reversed(state.messages):
        if record.model is not None:
            return record.data.get("not_sent", {}) if record.model == state.seat.model else ()
    return ()


def _messages(state: ChatState) -> str:
    count = len(state.messages)
    return "1 message" if count == 1 else f"{count:,} messages"


def _spent(total: Total | None) -> str:
    if total is None or not total.answers:
        return ""
    tokens = thousands(total.input_tokens + total.output_tokens)
    return f"{tokens} tok · {total.amount}"
