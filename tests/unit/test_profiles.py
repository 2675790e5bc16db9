"""Profiles: spellings, the gate, versions, locks, and what each value rests on."""

from __future__ import annotations

import json
import random
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import CommandError, UsageError
from core.ids import format_ulid
from core.personas.markdown import parse_persona, render_persona
from core.profiles.edits import OPS, Edit, applied, edit_of
from core.profiles.evidence import Words, holds, locate
from core.profiles.fields import FIELDS, GROUPS, find_field, in_group
from core.profiles.front_matter import may_see_yours, persona_profile, with_profile
from core.profiles.history import diff, fold_edits, merge, profile_at, rollback
from core.profiles.profile import Profile
from core.profiles.records import ProfileKind
from core.profiles.validation import Proposed, Refused, check, edit_schema, locked_paths
from core.providers.schema import read_answer
from core.sessions.record import CODE, Record

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = "blue short lists trains Cork nurse quiet early evening paper maps bread".split()


def spellings(path: str, rng: random.Random) -> str:
    """Return some spelling of a field: case, nesting, script form, prefixes of the data sets."""
    field = FIELDS[path]
    group, name = GROUPS[field.group], field.title
    name = rng.choice([
        name,
        name.lower(),
        name.upper(),
        name.replace("_", " "),
        name.replace("_", ""),
        f"Preferred_{name}" if field.group == "preference" else name,
        f"{name}_Pattern" if field.group == "pattern" else name,
        "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and c != "_" else c for c in name),
        unicodedata.normalize("NFD", name),
    ])
    return rng.choice([
        name,
        f"{group}.{name}",
        f"{group.lower()}/{name}",
        f"{group.upper()} > {name}",
        f'profile["{group}"]["{name}"]',
        f"persona.{group}.{name}",
        f" {group} : {name} ",
    ])


def random_edit(rng: random.Random, said: list[Words]) -> Proposed:
    path = rng.choice(list(FIELDS))
    return Proposed(
        field=spellings(path, rng),
        op=rng.choice([*OPS, "replace", "SET"]),
        new=rng.choice([*WORDS, "E", "introvert", "none", "", None]),
        old=rng.choice([*WORDS, None]),
        quote=rng.choice([each.text for each in said] + ["never said", ""]),
        confidence=rng.random(),
    )


def record_of(edit: Edit, number: int) -> Record:
    return Record(
        id=format_ulid(number),
        kind=ProfileKind.PROFILE_EDIT,
        parent=None,
        author=CODE,
        at=MIDNIGHT,
        data=edit.to_json(),
    )


def history(seed: int, count: int, locked: frozenset[str] = frozenset()) -> list[Record]:
    """Return the records of random edits that came through the gate."""
    rng = random.Random(seed)
    said = [Words("S", f"R{i}", f"I like {word}") for i, word in enumerate(WORDS)]
    profile, records = Profile(), []
    for number in range(1, count + 1):
        found = check(random_edit(rng, said), profile, locked, said)
        if isinstance(found, Edit):
            record = record_of(found, number)
            records.append(record)
            profile = applied(profile, found, record.id, record.at)
    assert fold_edits(records) == profile
    return records


@pytest.mark.parametrize("path", FIELDS)
def test_every_field_is_found_under_a_hundred_spellings(path: str) -> None:
    rng = random.Random(path)
    for _ in range(100):
        spelling = spellings(path, rng)
        found = find_field(spelling)
        assert found is not None, spelling
        assert found.path == path, spelling


def test_a_group_that_contradicts_the_name_means_nothing() -> None:
    assert find_field("Preference.Age") is None
    assert find_field("Hobby") is None
    assert find_field("") is None
    assert find_field("demographics") is None


@pytest.mark.parametrize("seed", range(3))
def test_locked_fields_never_change_under_ten_thousand_edits_in_any_spelling(seed: int) -> None:
    rng = random.Random(seed)
    locked = locked_paths(["DEMOGRAPHICS", "Preferred_Format", 'x["Personality"]["values"]'])
    assert locked >= {each.path for each in in_group("demographics")}
    before = {path: "as it was" if not FIELDS[path].choices else "E" for path in locked}
    profile = Profile.of(before)
    said = [Words("S", "R", f"I like {word}") for word in WORDS]
    made = 0
    for number in range(10_000):
        proposed = random_edit(rng, said)
        found = check(proposed, profile, locked, said if rng.random() < 0.5 else None)
        if isinstance(found, Edit):
            made += 1
            profile = applied(profile, found, format_ulid(number), None)
    assert made > 500
    assert {path: profile.texts(path) for path in locked} == {
        path: (value,) for path, value in before.items()
    }
    with pytest.raises(CommandError, match="Locked"):
        rollback([record_of(Edit("demographics.age", "set", None, "3"), 1)], "", locked)
    assert not merge(profile, Profile.of({"demographics.age": "9"}), locked)


def test_every_value_rests_on_words_that_were_said() -> None:
    texts = {f"R{i}": f"I like {word}" for i, word in enumerate(WORDS)}
    profile = fold_edits(history(5, 3000))
    assert sum(1 for _ in profile.items()) > 8
    for _, value in profile.items():
        (evidence,) = value.evidence
        assert holds(evidence, texts[evidence.record])


@pytest.mark.parametrize("quote", ["never said", "", " ", "I", "like blu"])
def test_an_edit_without_evidence_in_the_text_is_refused(quote: str) -> None:
    said = [Words("S", "R", "I like blue and short replies.")]
    found = check(Proposed("format", new="short", quote=quote), Profile(), said=said)
    assert isinstance(found, Refused)
    assert found.why == "no_evidence"


@pytest.mark.parametrize(
    "quote", ["short replies", "SHORT  replies", '"short replies."', "blue, and short"]
)
def test_a_quote_is_found_whatever_its_case_spaces_and_punctuation(quote: str) -> None:
    text = "I like blue and short replies."
    span = locate(quote, text)
    assert span is not None
    assert text[span[0] : span[1]] in text


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), count=st.integers(20, 300))
def test_rollback_and_replay_restore_equal_profiles(seed: int, count: int) -> None:
    records = history(seed, count)
    rng = random.Random(seed)
    for _ in range(3):
        version = rng.choice(["", *(each.id for each in records)])
        target = profile_at(records, version)
        for edit in rollback(records, version):
            records.append(record_of(edit, count + len(records) + 1))
        now = fold_edits(records)
        assert now == target
        assert now.to_json() == target.to_json()
    assert Profile.from_json(now.to_json()) == now
    for record in records:
        edit = edit_of(record)
        assert edit is not None
        assert Edit.from_json(edit.to_json()) == edit


@settings(max_examples=30)
@given(one=st.integers(0, 1000), other=st.integers(0, 1000))
def test_a_diff_leads_from_any_profile_to_any_other(one: int, other: int) -> None:
    start, end = fold_edits(history(one, 200)), fold_edits(history(other, 200))
    profile = start
    for number, edit in enumerate(diff(start, end)):
        profile = applied(profile, edit, format_ulid(number), None)
    assert profile == end
    assert not diff(end, end)


def test_merging_keeps_what_is_surer_and_all_of_a_list() -> None:
    one, two = fold_edits(history(1, 300)), fold_edits(history(2, 300))
    profile = one
    for number, edit in enumerate(merge(one, two)):
        profile = applied(profile, edit, format_ulid(number), None)
    for path, field in FIELDS.items():
        if field.many:
            assert set(profile.texts(path)) == {*one.texts(path), *two.texts(path)}
        elif one.texts(path) and two.texts(path):
            best = max(one.values[path][0].confidence, two.values[path][0].confidence)
            assert profile.values[path][0].confidence == best
    assert not merge(profile, two)


def test_unknown_versions_and_fields_are_told() -> None:
    with pytest.raises(CommandError, match="no version"):
        profile_at(history(1, 50), "NOPE")
    with pytest.raises(UsageError, match="no field"):
        locked_paths(["shoe size"])


def test_a_persona_file_holds_a_profile_in_its_front_matter() -> None:
    persona = parse_persona(b"---\ntags: [x]\n---\n# Nurse: Ann (en)\n\nYou are Ann.\n")
    profile = Profile.of({
        "demographics.age": "41",
        "demographics.language": ["en", "ga"],
        "preference.format": "short: lists",
    })
    again = parse_persona(render_persona(with_profile(persona, profile)))
    found, problems = persona_profile(again)
    assert found == profile
    assert not problems
    assert again.tags == ("x",)
    assert may_see_yours(again)
    denied = parse_persona(b"---\nsees_your_profile: false\n---\n# Bob\n")
    assert not may_see_yours(denied)


def test_what_a_front_matter_means_by_nothing_is_told() -> None:
    text = b"---\nprofile:\n  Demographics:\n    AGE: 7\n    Shoes: 44\n  mood: grim\n---\n# Bob\n"
    found, problems = persona_profile(parse_persona(text))
    assert found.plain() == {"demographics.age": "7"}
    assert len(problems) == 2


@pytest.mark.parametrize(("said", "taken"), [(-1, 0.0), (7, 1.0), (0.4, 0.4)])
def test_a_confidence_out_of_bounds_loses_no_answer(said: float, taken: float) -> None:
    edit = {
        "field": "preference.format",
        "op": "set",
        "old": None,
        "new": "lists",
        "quote": "lists",
        "confidence": said,
    }
    answer = json.dumps({"edits": [edit]})
    (read,) = read_answer(answer, edit_schema(8))["edits"]
    assert Proposed.read(read).confidence == taken
