"""The way events take from one engine to any number of watchers.

No watcher can stall a model: publishing never waits. For a slow watcher the deltas of
one message are merged into one event; nothing else is ever dropped. What then remains
queued is at most one delta beside events that announce records, and those records are
the session's own objects, so a watcher that stops reading costs a reference a record.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import Self

from core.events import Event, TextDelta


class _PendingDelta:
    """Deltas of one message that nobody has read yet."""

    def __init__(self, first: TextDelta) -> None:
        self.first = first
        self._pieces = [first.text]

    def add(self, delta: TextDelta) -> bool:
        """Take in `delta` if it continues this one."""
        if delta.record_id != self.first.record_id or delta.start <= self.first.start:
            return False
        self._pieces.append(delta.text)
        return True

    def merged(self) -> TextDelta:
        first = self.first
        return TextDelta(
            first.session,
            first.node,
            first.turn,
            first.record_id,
            first.start,
            "".join(self._pieces),
        )


class Subscription:
    """One watcher's queue: an async iterator that ends when the engine has ended."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self._queue: deque[Event | _PendingDelta] = deque()
        self._deltas: dict[str, _PendingDelta] = {}
        self._wake = asyncio.Event()
        self._closed = False
        self._failure: BaseException | None = None

    def put(self, event: Event) -> None:
        """Queue an event; called by the bus only."""
        if isinstance(event, TextDelta):
            pending = self._deltas.get(event.record_id)
            if pending is not None and pending.add(event):
                return
            pending = _PendingDelta(event)
            self._deltas[event.record_id] = pending
            self._queue.append(pending)
        else:
            self._queue.append(event)
        self._wake.set()

    def finish(self, failure: BaseException | None) -> None:
        """Let the reader run out of events, and raise `failure` to it at the end."""
        self._closed = True
        self._failure = failure
        self._wake.set()

    def close(self) -> None:
        """Stop watching."""
        self._bus.detach(self)
        self._queue.clear()
        self._deltas.clear()
        self.finish(None)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        while not self._queue:
            if self._closed:
                if self._failure is not None:
                    failure, self._failure = self._failure, None
                    raise failure
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        return self._take()

    def rest(self) -> Iterator[Event]:
        """Yield what is queued, without waiting for more."""
        while self._queue:
            yield self._take()

    def _take(self) -> Event:
        item = self._queue.popleft()
        if isinstance(item, _PendingDelta):
            if self._deltas.get(item.first.record_id) is item:
                del self._deltas[item.first.record_id]
            return item.merged()
        return item

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class EventBus:
    """Hands each event to every subscription, in order."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self._ended = False

    def subscribe(self) -> Subscription:
        """Return a new queue of everything published from now on."""
        subscription = Subscription(self)
        if self._ended:
            subscription.finish(None)
        else:
            self._subscriptions.append(subscription)
        return subscription

    def detach(self, subscription: Subscription) -> None:
        """Forget a subscription; unknown ones are ignored."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def publish(self, event: Event) -> None:
        """Queue an event for every watcher, without waiting for any."""
        for subscription in self._subscriptions:
            subscription.put(event)

    def end(self, failure: BaseException | None = None) -> None:
        """Publish nothing more; watchers stop once they have read what is queued."""
        self._ended = True
        for subscription in self._subscriptions:
            subscription.finish(failure)
        self._subscriptions.clear()
