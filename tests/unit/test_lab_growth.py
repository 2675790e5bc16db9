"""A learnt profile from update to update, held against the records and against the final count."""

from __future__ import annotations

import pytest

from core.config.prices import Prices
from core.lab.measuring import formats
from core.lab.measuring.growth import update_rows
from core.lab.measuring.intervals import Difference, of_people
from core.lab.measuring.metrics import episode_rows, scene_rows
from core.profiles.history import fold_edits
from core.profiles.records import ProfileKind
from lab_kit import Stage, stage, world


async def lived(people: int = 3, scenes: int = 7, **options: object) -> Stage:
    options = {"settings": ("none", "learnt-1", "learnt-3"), **options}
    run = await stage(world(people, scenes), **options)
    assert await run.run() == "done"
    return run


async def test_the_last_update_is_what_the_whole_life_came_to() -> None:
    run = await lived()
    state = run.engine.state
    rows = update_rows(state)
    assert {each.setting for each in rows} == {"learnt-1", "learnt-3"}
    for life in episode_rows(state, run.session.tree, Prices()):
        mine = [r for r in rows if (r.person, r.setting) == (life.person, life.setting)]
        if life.setting == "none":
            assert not mine
            continue
        assert (mine[-1].precision, mine[-1].recall) == (life.precision, life.recall)
        assert mine[-1].values == life.values
        assert [each.scenes for each in mine] == (
            [*range(8)] if life.setting == "learnt-1" else [0, 3, 6, 7]
        )


async def test_each_update_counts_the_edits_up_to_its_record_and_no_later_ones() -> None:
    run = await lived(2, 5, settings=("learnt-1",), start=0.3)
    path = list(run.session.tree.path)
    rows = update_rows(run.engine.state)
    for person in run.engine.state.people.values():
        mine = [each for each in rows if each.person == person.key]
        assert mine[0].values > 0
        for place, each in enumerate(path):
            if each.kind == ProfileKind.UPDATE and each.data["person"] == person.key:
                before = [r for r in path[:place] if r.data.get("person") == person.key]
                values = sum(1 for _ in fold_edits(before).items())
                assert mine[each.data["update"]].values == values
        recalls = [each.recall for each in mine]
        assert recalls == sorted(recalls)


async def test_nothing_learnt_has_no_precision_and_no_recall_at_all() -> None:
    run = await lived(1, 2, settings=("learnt-1",))
    first = update_rows(run.engine.state)[0]
    assert (first.update, first.scenes, first.values) == (0, 0, 0)
    assert (first.precision, first.recall) == (None, 0)


async def test_the_tokens_of_scenes_and_updates_are_those_of_the_life() -> None:
    run = await lived(2, 4, judged=True)
    state = run.engine.state
    lives = {
        (e.person, e.setting): e.tokens for e in episode_rows(state, run.session.tree, Prices())
    }
    scenes: dict[tuple[str, str], int] = {}
    for row in scene_rows(state):
        place = (row.person, row.setting)
        assert row.tokens > 0
        scenes[place] = scenes.get(place, 0) + row.tokens
    for record in run.session.tree:
        if record.node.endswith("/update") and record.usage is not None:
            person, setting, _ = record.node.split("/")
            scenes[person, setting] += record.usage.input_tokens + record.usage.output_tokens
    assert scenes == lives


@pytest.mark.parametrize(
    ("measure", "difference", "words", "better"),
    [
        ("utterances", Difference(-1, -2, -0.5, 5), "fewer utterances", True),
        ("utterances", Difference(1, 0.5, 2, 5), "more utterances", False),
        ("satisfied", Difference(0.2, 0.1, 0.3, 5), "more often satisfied", True),
        ("helpfulness", Difference(-1, -2, -0.5, 5), "less helpful", False),
        ("personalisation", Difference(1, -1, 3, 5), "no difference shown", None),
        ("utterances", of_people([-3.0]), "says nothing of others", None),
        ("utterances", of_people([0.0, 0.0]), "no difference shown", None),
    ],
)
def test_a_difference_is_said_in_words(
    measure: str, difference: Difference, words: str, better: bool | None
) -> None:
    assert formats.in_words(measure, difference) == words
    assert formats.better(measure, difference) is better


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0, "0"), (1.25, "1.25"), (2, "2"), (0.66666, "0.667"), (12345.6, "12,346")],
)
def test_figures_have_as_many_digits_as_mean_anything(value: float | None, text: str) -> None:
    assert formats.number(value) == text
