"""How much a text sounds like some sample lines, measured here, without a model.

Two measures, each scaled by the samples themselves, and their mean:

- *n-grams*: profiles of character trigrams (relative frequencies, blanks and punctuation
  included), the usual evidence of style in short texts, compared by their cosine: Kešelj et
  al., "N-gram-based author profiles for authorship attribution", PACLING 2003; Stamatatos, "A
  survey of modern authorship attribution methods", JASIST 60(3), 2009. What counts is how much
  nearer a text is to the samples than to ordinary speech, and never more than how near it is
  to the samples at all.
- *function words*: Burrows' Delta in its cosine form: the shares of function words as z-scores
  over a corpus, here the samples and the ordinary lines, compared by the cosine of their
  vectors. Burrows, "'Delta': a measure of stylistic difference and a guide to likely
  authorship", LLC 17(3), 2002; Evert et al., "Understanding and explaining Delta measures for
  authorship attribution", DSH 32, 2017. A text without such words is measured by the first.

A measure m of a text becomes (m - m0) / (m1 - m0), kept within 0 and 1, where m1 is the upper
quartile of each sample against the others and m0 the median of the ordinary lines. So 0 is
"no more like the samples than ordinary speech", and 1 "as like them as they are like each
other". A line is short: compare means over many, not two lines.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, pstdev, quantiles

from core.errors import UsageError

FEWEST_SAMPLES = 3
_MOST_COMPARED = 20_000
"""Characters of a text that are looked at."""
_N = 3
_LEAST_SPAN = 0.02
"""Kept between 0 and 1 where samples are no more like each other than like ordinary speech."""
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*'?")
_APOSTROPHES = str.maketrans("’ʼ‘", "'''")

FUNCTION_WORDS = frozenset(
    """
    a about after again all also am an and any are as at be because been before being both but by
    can could did do does down each either ere few for from had has have he hence her here him his
    how i if in into is it its just like may me might mine more most must my nay neither no nor not
    now of off oft on one only or other our out over own quite rather shall she should since so some
    still such than that the their them then there these they this those though through till to too
    under until unto up upon us very was we were what when where which while who whom whose why
    will with within without would yet you your
    art canst couldst didst dost doth hadst hast hath shalt thee thine thou thy wast wert wilt
    wouldst ye 'tis 'twas
    ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't he'd he'll he's how's
    i'd i'll i'm i've isn't it'd it'll it's let's she'd she'll she's shouldn't that'll that's
    there's they'd they'll they're they've wasn't we'd we'll we're we've weren't what's where's
    who's won't wouldn't you'd you'll you're you've y'all
    'cause c'mon cuz dunno em gimme gonna gotta hafta hey hmm huh kinda lemme nah nope oh okay ok
    outta outa sorta wanna well whatcha yeah yep yes ya yo
    """.split()
)

_ORDINARY = (
    "I think we should talk about this in the morning, when everybody has had some sleep.",
    "There are a few things that I would like to know before I decide anything.",
    "It was good of you to come, and I hope that the journey was not too long.",
    "I do not agree with you, but I can see why you would think so.",
    "My greatest wish is to finish what I have begun and to do it well.",
    "That is an interesting question, and I am not sure that I have an answer.",
    "Please take a seat and tell me what I can do for you today.",
    "We have met before, I believe, though I cannot remember where it was.",
    "You can rely on me, as long as you tell me the truth about it.",
    "I would rather not speak about my family, if it is all the same to you.",
    "The price seems fair to me, but I will need some time to find the money.",
    "What you say about me is not true, and I think that you know it.",
)


@dataclass(frozen=True, slots=True)
class Adherence:
    """How much a text is like the samples; all from 0 to 1."""

    score: float
    """The mean of the two."""
    grams: float
    """By character trigrams."""
    words: float
    """By function words."""


class StyleMeasure:
    """Measures texts against the same sample lines."""

    def __init__(self, samples: Sequence[str]) -> None:
        """Profile the samples.

        Raises:
            UsageError: there are too few of them to tell a style.
        """
        lines = [line for each in samples if (line := each.strip())]
        if len(lines) < FEWEST_SAMPLES:
            raise UsageError(
                f"A style needs {FEWEST_SAMPLES} sample lines or more, not {len(lines)}.",
                "Give the team more sample lines.",
            )
        self._grams = _grams_measure(lines)
        self._words = _words_measure(lines)

    def adherence(self, text: str) -> Adherence:
        """Return how much a text is like the samples; an empty one is not at all."""
        grams = self._grams(text) if text.strip() else 0.0
        words = self._words(text) if _function_words(text) else grams
        return Adherence((grams + words) / 2, grams, words)


Profile = Mapping[str, float]
Measure = Callable[[str], float]


def _grams_measure(lines: Sequence[str]) -> Measure:
    near = _nearness(lines)
    others = [_nearness(rest) for rest in _each_left_out(lines)]
    ordinary = _nearness(_ORDINARY)
    ordinary_others = [_nearness(rest) for rest in _each_left_out(_ORDINARY)]
    own = [(other(line), ordinary(line)) for line, other in zip(lines, others, strict=True)]
    foreign = [
        near(line) - other(line) for line, other in zip(_ORDINARY, ordinary_others, strict=True)
    ]
    scale = _scale(median(foreign), [mine - theirs for mine, theirs in own])
    nearest = _scale(0.0, [mine for mine, _ in own])
    return lambda text: min(scale(near(text) - ordinary(text)), nearest(near(text)))


def _words_measure(lines: Sequence[str]) -> Measure:
    weigh = _z_scores([_function_words(line) for line in (*lines, *_ORDINARY)])

    def delta(text: str, pool: Sequence[str]) -> float:
        return _cosine(weigh(_function_words(text)), weigh(_function_words(_pooled(pool))))

    rests = _each_left_out(lines)
    own = [delta(line, rest) for line, rest in zip(lines, rests, strict=True)]
    scale = _scale(median(delta(line, lines) for line in _ORDINARY), own)
    return lambda text: scale(delta(text, lines))


def _nearness(lines: Sequence[str]) -> Measure:
    """Return what measures the cosine of trigrams to some lines."""
    profile = _trigrams(_pooled(lines))
    return lambda text: _cosine(_trigrams(text), profile)


def _scale(zero: float, own: Sequence[float]) -> Callable[[float], float]:
    """Return what makes 0 of `zero` and 1 of the upper quartile of the samples' own values."""
    one = max(quantiles(own, n=4, method="inclusive")[-1], zero + _LEAST_SPAN)
    return lambda value: min(1.0, max(0.0, (value - zero) / (one - zero)))


def _each_left_out(lines: Sequence[str]) -> list[list[str]]:
    return [[*lines[:index], *lines[index + 1 :]] for index in range(len(lines))]


def _pooled(lines: Sequence[str]) -> str:
    return " \n ".join(lines)


def _trigrams(text: str) -> Profile:
    """Return the relative frequencies of character trigrams; blanks count as one."""
    plain = f" {' '.join(_plain(text).split())} "
    return _shares(plain[at : at + _N] for at in range(len(plain) - _N + 1))


def _function_words(text: str) -> Profile:
    """Return the shares of function words among all words."""
    words = [_bare(word) for word in _WORD.findall(_plain(text))]
    return {word: n for word, n in _shares(words).items() if word in FUNCTION_WORDS}


def _z_scores(corpus: Sequence[Profile]) -> Callable[[Profile], Profile]:
    """Return what turns shares of words into z-scores over the texts of a corpus."""
    words = {word for each in corpus for word in each}
    shares = {word: [each.get(word, 0.0) for each in corpus] for word in words}
    scale = {word: (fmean(each), pstdev(each)) for word, each in shares.items()}
    return lambda profile: {
        word: (profile.get(word, 0.0) - mean) / spread
        for word, (mean, spread) in scale.items()
        if spread > 0
    }


def _plain(text: str) -> str:
    return text[:_MOST_COMPARED].translate(_APOSTROPHES).casefold()


def _bare(word: str) -> str:
    return word if word in FUNCTION_WORDS else word.rstrip("'")


def _shares(items: Iterable[str]) -> dict[str, float]:
    counts = Counter(items)
    total = sum(counts.values())
    return {item: count / total for item, count in counts.items()}


def _cosine(one: Profile, other: Profile) -> float:
    """Return the cosine of two sparse vectors; 0 where one of them is empty."""
    small, large = sorted((one, other), key=len)
    dot = sum(value * large.get(item, 0.0) for item, value in small.items())
    norms = math.hypot(*one.values()) * math.hypot(*other.values())
    return dot / norms if norms else 0.0
