"""The measure of style tells characters apart, without a model."""

from __future__ import annotations

from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UsageError
from core.teams.style import StyleMeasure
from team_kit import shipped

DRAFT = shipped().find("dialogue")
SAMPLES = {name: DRAFT.given(name)["samples"] for name in ("corva", "dez")}
# Lines that nobody was profiled on.
SPOKEN = {
    "corva": [
        "I know thee not, Joe, nor doth thy name ring in any hall of mine.",
        "My one desire? To sit again where my father sat, and see my brother kneel.",
        "A fool, thou sayest? Then hath a fool outlived thy betters, sir.",
        "These engines that think concern me not; I have men enough that do not.",
        "I would hear thy oath ere I hear thy tale.",
    ],
    "dez": [
        "Name's Dez. I own the table you're leanin' on, so buy somethin' or scoot.",
        "My big dream? Money, pal. Then more money, then a boat to put it on.",
        "A fool? Yeah, well, you're the one payin' retail, buddy.",
        "That AI stuff, can I sell it? No? Then I ain't got time, okay?",
        "Gimme the cash and I'll listen to whatever ya wanna say.",
    ],
}
ORDINARY = [
    "I am Joe. Who are you? I have not met you before.",
    "My ambition is to be rich and to lead the market.",
    "I think that machines are a danger to all of us and we should be careful.",
    "Sports are fun, and both football and basketball have their merits.",
    "I do not have time for that, so let us get back to business.",
]
OTHER = {"corva": "dez", "dez": "corva"}


def mean(measure: StyleMeasure, lines: list[str]) -> float:
    return fmean(measure.adherence(line).score for line in lines)


@pytest.mark.parametrize("who", SAMPLES)
def test_a_character_is_nearer_to_its_own_samples(who: str) -> None:
    measure = StyleMeasure(SAMPLES[who])
    own = mean(measure, SPOKEN[who])
    assert own > mean(measure, SPOKEN[OTHER[who]]) + 0.2
    assert own > mean(measure, ORDINARY) + 0.3


@pytest.mark.parametrize("who", SAMPLES)
def test_each_sample_left_out_is_nearer_to_the_others_than_to_the_other_character(
    who: str,
) -> None:
    samples, other = SAMPLES[who], StyleMeasure(SAMPLES[OTHER[who]])
    for index, line in enumerate(samples):
        rest = StyleMeasure([*samples[:index], *samples[index + 1 :]])
        assert rest.adherence(line).score > other.adherence(line).score


def test_the_samples_themselves_are_like_the_samples() -> None:
    for samples in SAMPLES.values():
        measure = StyleMeasure(samples)
        assert mean(measure, samples) > 0.9


def test_case_blanks_and_kinds_of_apostrophe_do_not_matter() -> None:
    measure = StyleMeasure(SAMPLES["dez"])
    line = "Nah, I ain't payin' that, c'mon."
    variants = [line.upper(), line.replace(" ", "  \n"), line.replace("'", "’")]
    assert {measure.adherence(each) for each in variants} == {measure.adherence(line)}


@pytest.mark.parametrize("text", ["", "  \n", "!!!", "zzz qqq xxx", "7 8 9"])
def test_what_says_nothing_is_like_nothing(text: str) -> None:
    assert StyleMeasure(SAMPLES["corva"]).adherence(text).score == 0


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(UsageError, match="3 sample lines or more, not 2"):
        StyleMeasure(["One.", " ", "Two."])


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=3, max_size=6), st.text())
def test_any_texts_give_shares(samples: list[str], text: str) -> None:
    found = StyleMeasure(samples).adherence(text)
    assert 0 <= found.grams <= 1
    assert 0 <= found.words <= 1
    assert found.score == pytest.approx((found.grams + found.words) / 2)
