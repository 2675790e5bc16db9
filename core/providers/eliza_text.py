"""What the rules of `core.providers.eliza_script` see of a message, and how words turn round."""

from __future__ import annotations

import re

_LONGEST_TEXT = 2_000
"""Characters of a message that are looked at; its end, since an answer follows on that."""
_LONGEST_CLAUSE = 40
"""Words of a clause that are looked at."""
_LONGEST_ECHO = 9
"""Words that are handed back: more would sound like a parrot, and grow with every turn."""

_LABEL = re.compile(r"\([^()]*\)")
"""Stage directions, such as who is speaking."""
_CLAUSE_END = re.compile(
    r"[.,;:!?\n()\"“”„«»–—…]+|\s-+\s|\s(?:but|and then|so that)\s", re.IGNORECASE
)
_WORD = re.compile(r"\w+(?:['-]\w+)*")
_APOSTROPHES = str.maketrans("’‘ʼ`", "''''")

_EXPANSIONS = {
    "i'm": "i am", "you're": "you are", "we're": "we are", "they're": "they are",
    "he's": "he is", "she's": "she is", "it's": "it is", "that's": "that is",
    "there's": "there is", "what's": "what is", "who's": "who is", "let's": "let us",
    "i've": "i have", "you've": "you have", "we've": "we have", "they've": "they have",
    "i'll": "i will", "you'll": "you will", "we'll": "we will", "they'll": "they will",
    "i'd": "i would", "you'd": "you would", "we'd": "we would", "they'd": "they would",
    "don't": "do not", "doesn't": "does not", "didn't": "did not", "won't": "will not",
    "can't": "can not", "cannot": "can not", "couldn't": "could not",
    "wouldn't": "would not", "shouldn't": "should not", "isn't": "is not",
    "aren't": "are not", "wasn't": "was not", "weren't": "were not", "haven't": "have not",
    "hasn't": "has not", "ain't": "is not", "dont": "do not", "im": "i am",
}  # fmt: skip

_TURNED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself",
    "your": "my", "yours": "mine", "yourself": "myself",
}  # fmt: skip
_TURNED_VERBS = {
    ("i", "am"): "are", ("i", "was"): "were", ("you", "are"): "am", ("you", "were"): "was",
}  # fmt: skip
_PREPOSITIONS = frozenset(
    "to for with about of at on in from by after before behind like than without against".split()
)
_DANGLING = frozenset(
    """a an the to of in on at for with and or as than is are am was were be been by from that
    which who if so very not my your this these those has have had do does did""".split()
)


def clauses(text: str) -> list[list[str]]:
    """Return the words of each clause, contractions expanded, as they were capitalised."""
    text = _LABEL.sub(" ", text[-_LONGEST_TEXT:]).translate(_APOSTROPHES)
    found = []
    for clause in _CLAUSE_END.split(text):
        words = [
            part
            for word in _WORD.findall(clause)
            for part in _EXPANSIONS.get(word.lower(), word).split()
        ]
        if words:
            found.append([_uncapitalised(words[0]), *words[1:_LONGEST_CLAUSE]])
    return found


def echo(fragment: str) -> str:
    """Turn a part of a clause round (my → your); empty where it is not fit to be repeated."""
    words = fragment.split()
    if not words or len(words) > _LONGEST_ECHO or words[-1].lower() in _DANGLING:
        return ""
    lowered = [word.lower() for word in words]
    return " ".join(_turned(words, lowered, place) for place in range(len(words)))


def _turned(words: list[str], lowered: list[str], place: int) -> str:
    word = lowered[place]
    before = lowered[place - 1] if place else ""
    after = lowered[place + 1] if place + 1 < len(words) else ""
    if word == "you":
        return "me" if not after or before in _PREPOSITIONS else "I"
    for pronoun in (before, after):
        if (pronoun, word) in _TURNED_VERBS:
            return _TURNED_VERBS[pronoun, word]
    return _TURNED.get(word, words[place])


def _uncapitalised(word: str) -> str:
    return word if word == "I" or word.isupper() else word[:1].lower() + word[1:]
