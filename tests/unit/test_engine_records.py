"""An engine declares a kind of record in one place: stored, checked, read, announced, printed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Required, get_type_hints

import pytest

from core.bus import EventBus
from core.cli.plain import PlainPrinter
from core.engine.log import SessionLog
from core.events import COMMON_EVENTS, Events, RecordEvent
from core.ids import CountingSource
from core.sessions.codec import decode_record, encode_line
from core.sessions.kinds import _DECLARED, RecordData, declare, keys_of
from core.sessions.memory import MemorySession
from core.sessions.record import Record
from core.sessions.shapes import Count, Text
from core.sessions.transcripts.rows import Transcript
from salon_process import ROOT

DICE = "dice"


class DiceData(RecordData, total=False):
    """A roll of dice."""

    eyes: Required[Count]
    colour: Text | None


class Rolled(RecordEvent):
    """The dice were rolled."""

    NAME = "rolled"

    def _values(self) -> Mapping[str, Any]:
        return {"eyes": self.record.data["eyes"]}


EVENTS: Events = {**COMMON_EVENTS, DICE: Rolled}
declare(DICE, DiceData, lambda record, text, names: f"{record.data['eyes']} eyes: {text}")


class Rolls:
    """Counts rolls."""

    count = 0
    passed_over: Sequence[Record] = ()

    def apply(self, record: Record) -> None:
        self.count += 1


class DiceLog(SessionLog[Rolls]):
    EVENTS = EVENTS

    @property
    def number(self) -> int:
        return self.state.count

    def _folded(self) -> Rolls:
        return Rolls()


async def rolled(data: Mapping[str, Any]) -> tuple[Record, RecordEvent]:
    session = await MemorySession.create(CountingSource(), "dice", {"title": "Dice"})
    log = DiceLog(session, EventBus())
    with log.bus.subscribe() as watcher:
        (record,) = await log.tell(log.new_record(DICE, "Lucky.", data=data))
        (event,) = watcher.rest()
    assert isinstance(event, Rolled)
    return record, event


async def test_a_kind_of_an_engine_is_stored_and_announced(
    capsys: pytest.CaptureFixture[str],
) -> None:
    record, event = await rolled({"eyes": 6, "later": [1]})
    line = encode_line(record.to_json())
    assert decode_record(line) == record
    assert encode_line(decode_record(line).to_json()) == line
    assert json.loads(json.dumps(event.to_json())) == {
        "event": "rolled",
        "eyes": 6,
        "record": record.id,
    }
    PlainPrinter().show(event)
    assert capsys.readouterr().out == "— Lucky.\n\n"


async def test_it_reads_in_a_transcript_as_its_engine_says() -> None:
    session = await MemorySession.create(CountingSource(), "dice", {"title": "Dice"})
    log = DiceLog(session, EventBus())
    await log.tell(log.new_record(DICE, "Lucky.", data={"eyes": 6}))
    assert [each.text for each in Transcript.of(session.tree).rows] == ["6 eyes: Lucky."]


@pytest.mark.parametrize(
    ("data", "malformed"),
    [
        ({"eyes": 6, "colour": None}, {}),
        ({"eyes": 6, "colour": 5}, {"data.colour": 5}),
        ({"eyes": 6, "turn": "one"}, {"data.turn": "one"}),
        ({"erased": True, "eyes": None}, {}),
    ],
)
async def test_values_of_a_wrong_type_are_taken_out(
    data: dict[str, Any], malformed: dict[str, Any]
) -> None:
    record, _ = await rolled({"eyes": 1})
    read = decode_record(encode_line({**record.to_json(), "data": data}))
    assert (read.kind, read.malformed) == (DICE, malformed)


async def test_a_record_without_what_its_kind_needs_is_a_notice() -> None:
    record, _ = await rolled({"eyes": 1})
    read = decode_record(encode_line({**record.to_json(), "data": {"eyes": "six"}}))
    assert read.text == "This record (dice) cannot be understood: eyes is not a whole number."


def test_engines_agree_on_the_types_of_a_kind_that_they_share() -> None:
    keys_of(DICE)
    for kind, declared in _DECLARED.items():
        found: dict[str, Any] = {}
        for schema in declared.data:
            for key, hint in get_type_hints(schema, include_extras=True).items():
                assert found.setdefault(key, hint) == hint, (kind, key)


@pytest.mark.parametrize(
    ("kind", "key"),
    [("message", "known"), ("proposal", "evidence"), ("proposal", "to"), ("day_ended", "statuses")],
)
def test_the_declarations_of_all_engines_are_found(kind: str, key: str) -> None:
    program = (
        "from core.sessions.kinds import keys_of\n"
        f"assert {key!r} in keys_of({kind!r}).shapes, sorted(keys_of({kind!r}).shapes)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
