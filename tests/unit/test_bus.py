"""How events reach their watchers."""

from __future__ import annotations

import asyncio

import pytest

from core.bus import EventBus
from core.events import Ended, Event, Said, TextDelta
from core.ids import CountingSource
from core.sessions.record import CODE, Kind, Record

SOURCE = CountingSource()


def record(kind: str = Kind.MESSAGE) -> Record:
    return Record(SOURCE.new_id(), kind, None, CODE, SOURCE.now())


def said() -> Said:
    return Said("s", record())


def delta(message: str, start: int, text: str) -> TextDelta:
    return TextDelta("s", "a", 1, message, start, text)


async def everything(subscription: object) -> list[Event]:
    return [event async for event in subscription]  # type: ignore[attr-defined]


async def test_events_arrive_in_order_at_every_watcher() -> None:
    bus = EventBus()
    watchers = [bus.subscribe(), bus.subscribe()]
    events = [said(), said(), Ended("s", record(Kind.ENDED))]
    for event in events:
        bus.publish(event)
    bus.end()
    assert [await everything(each) for each in watchers] == [events, events]


async def test_a_slow_watcher_gets_the_deltas_of_a_message_as_one() -> None:
    bus = EventBus()
    slow = bus.subscribe()
    between = said()
    bus.publish(delta("m", 0, "Good "))
    bus.publish(delta("m", 5, "evening"))
    bus.publish(between)
    bus.publish(delta("m", 12, "."))
    bus.publish(delta("n", 0, "And "))
    bus.publish(delta("n", 4, "you?"))
    bus.end()
    assert await everything(slow) == [
        delta("m", 0, "Good evening."),
        between,
        delta("n", 0, "And you?"),
    ]


async def test_a_message_that_begins_anew_is_not_merged_with_what_came_before() -> None:
    bus = EventBus()
    slow = bus.subscribe()
    bus.publish(delta("m", 0, "Hm, "))
    bus.publish(delta("m", 4, "well"))
    bus.publish(delta("m", 0, "Good "))
    bus.publish(delta("m", 5, "evening"))
    bus.end()
    assert await everything(slow) == [delta("m", 0, "Hm, well"), delta("m", 0, "Good evening")]


async def test_a_quick_watcher_gets_each_delta() -> None:
    bus = EventBus()
    quick = bus.subscribe()
    heard = []
    for start, text in enumerate("abc"):
        bus.publish(delta("m", start, text))
        heard.append(await anext(quick))
    assert heard == [delta("m", 0, "a"), delta("m", 1, "b"), delta("m", 2, "c")]


async def test_nothing_but_deltas_is_ever_merged() -> None:
    bus = EventBus()
    slow = bus.subscribe()
    events = [said() for _ in range(1000)]
    for number, event in enumerate(events):
        bus.publish(delta("m", number, "x"))
        bus.publish(event)
    bus.end()
    heard = await everything(slow)
    assert heard == [delta("m", 0, "x" * 1000), *events]


async def test_a_waiting_watcher_is_woken() -> None:
    bus = EventBus()
    subscription = bus.subscribe()
    waiting = asyncio.create_task(anext(subscription))
    await asyncio.sleep(0)
    event = said()
    bus.publish(event)
    assert await waiting == event


async def test_a_failure_is_raised_once_everything_is_read() -> None:
    bus = EventBus()
    subscription = bus.subscribe()
    event = said()
    bus.publish(event)
    bus.end(ValueError("no"))
    assert await anext(subscription) == event
    with pytest.raises(ValueError, match="no"):
        await anext(subscription)
    assert await everything(subscription) == []


async def test_whoever_comes_after_the_end_hears_nothing() -> None:
    bus = EventBus()
    bus.end()
    assert await everything(bus.subscribe()) == []


async def test_who_stops_watching_is_forgotten() -> None:
    bus = EventBus()
    with bus.subscribe() as subscription:
        bus.publish(said())
    bus.publish(said())
    assert await everything(subscription) == []
    subscription.close()


async def test_the_rest_can_be_read_without_waiting() -> None:
    bus = EventBus()
    subscription = bus.subscribe()
    event = said()
    bus.publish(event)
    bus.publish(delta("m", 0, "x"))
    assert list(subscription.rest()) == [event, delta("m", 0, "x")]
    assert list(subscription.rest()) == []
