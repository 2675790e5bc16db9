"""What the page of your own profile says, without a page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rich.cells import cell_len

from core.ids import CountingSource
from core.profile.store import OwnProfile
from core.profiles.edits import Edit
from core.profiles.fields import FIELDS
from core.profiles.profile import Evidence
from core.profiles.records import ProfileKind
from core.profiles.state import ProfileState
from core.sessions.record import CODE, Kind, Record
from core.text import counted
from tui.profile.rows import first_of, own_rows
from tui.profile.wording import meaning, named, proposed, seen_of_you, standing

WORDS = (Evidence("s", "r", 0, 4, "here"),)
LONG = Edit("demographics.age", "set", None, "forty\x1b[31m-four " + "长" * 90, WORDS)


def record(source: CountingSource, kind: str, data: object) -> Record:
    return Record(
        id=source.new_id(), kind=kind, parent=None, author=CODE, at=source.now(), data=data
    )


def own(*edits: Edit, waiting: tuple[Edit, ...] = (), **setting: object) -> OwnProfile:
    source = CountingSource(datetime(2026, 3, 14, 12, tzinfo=UTC))
    records = [record(source, ProfileKind.PROFILE_EDIT, each.to_json()) for each in edits]
    records += [record(source, ProfileKind.PROPOSAL, each.to_json()) for each in waiting]
    records.append(record(source, Kind.SETTING, setting))
    return OwnProfile("s", ProfileState.fold(records), records)


def test_what_waits_stands_on_top_then_values_and_locked_fields_group_by_group() -> None:
    age = Edit("demographics.age", "set", None, "44", WORDS, 0.5)
    found = own_rows(
        own(
            Edit("preference.format", "set", None, "lists"),
            age,
            waiting=(
                Edit("demographics.age", "set", "44", "45", WORDS),
                Edit("preference.format", "remove", "lists", None, WORDS),
                Edit("demographics.gender", "set", None, "woman", WORDS),
            ),
            locked=["pattern.usage", "preference.format"],
        )
    )
    assert [each.text or each.name for each in found] == [
        "Proposed: 3  ·  a accept, c change, r refuse",
        "44 → 45",
        "lists → nothing",
        "→ woman",
        "Demographics",
        "44",
        "Pattern",
        "–",
        "Preference",
        "lists",
    ]
    assert [each.locked for each in found if each.value] == [False, True]
    assert [each.path for each in found if not each.text] == [
        "",
        "demographics",
        "pattern",
        "preference",
    ]
    assert first_of(found) == found[1].key
    assert "50% sure" in found[5].why
    assert "2026-03-14" in found[5].why
    assert "you wrote it" in found[9].why
    assert len({each.key for each in found}) == len(found)


@pytest.mark.parametrize("width", [20, 36, 74, 120, 196])
def test_a_row_fits_its_width_whatever_is_in_it(width: int) -> None:
    rows = own_rows(own(LONG, waiting=(LONG,), locked=["demographics.age", "pattern.usage"]))
    for row in rows:
        for line in row.lines(width):
            text = "".join(part for part, _ in line)
            assert cell_len(text) <= width
            assert "\x1b" not in text
            assert not row.text or text.endswith("locked")


@pytest.mark.parametrize(
    ("setting", "word", "says"),
    [
        ({}, "off", "Nothing is learnt from your chats, and nobody is told."),
        ({"on": True}, "on", "After a chat eliza:doctor reads it"),
        ({"on": True, "paused": True}, "paused", "until p resumes it"),
        ({"paused": True}, "off", "o turns it on"),
    ],
)
def test_it_says_how_it_stands_and_what_that_means(
    setting: dict[str, bool], word: str, says: str
) -> None:
    state = own(**setting).state
    assert standing(state) == word
    assert says in meaning(state, "eliza:doctor")
    assert "this machine" in meaning(state, "eliza:doctor")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, ""),
        ({"profile": None}, ""),
        ({"profile": {"fields": []}}, ""),
        ({"profile": {"fields": "age"}}, ""),
        ({"profile": {"fields": ["demographics.age"]}}, "saw your age"),
        ({"profile": {"fields": ["x.\x1b[1my"]}}, "saw your "),
        ({"profile": {"fields": list(FIELDS)}}, "saw your age, gender, nationality and 15 more"),
    ],
)
def test_a_reply_says_what_it_saw_of_you(data: dict[str, object], says: str) -> None:
    text = seen_of_you(record(CountingSource(), Kind.MESSAGE, data))
    assert text.startswith(says)
    assert bool(text) == bool(says)
    assert "\x1b" not in text


def test_names_and_numbers_read_as_people_write_them() -> None:
    assert named("demographics.career_information") == "Career Information"
    assert counted(1, "edit") == "1 edit"
    assert counted(2, "edit") == "2 edits"
    assert proposed(2) == "Your profile: 2 edits proposed, ctrl+p Your profile shows them"
