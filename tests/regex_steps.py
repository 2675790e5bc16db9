"""A backtracking matcher that counts its steps: what `re` does, without its short cuts."""

from __future__ import annotations

from collections.abc import Callable
from re import _constants as c
from typing import Any

_MOST = 200_000

Then = Callable[[int], bool]


class _Matcher:
    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = 0
        self.end = 0

    def run(self, items: list[Any], at: int, then: Then) -> bool:
        """Match a sequence from a place on, and what follows it."""
        if not items:
            return then(at)
        (operator, argument), rest = items[0], items[1:]

        def after(place: int) -> bool:
            return self.run(rest, place, then)

        if operator in (c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY):
            return self._reads(operator, argument, at) and after(at + 1)
        if operator is c.SUBPATTERN:
            return self.run(list(argument[3]), at, after)
        if operator is c.BRANCH:
            return any(self.run(list(each), at, after) for each in argument[1])
        if operator in (c.MAX_REPEAT, c.MIN_REPEAT):
            return self._repeat(operator, argument, at, after, 0)
        if operator is c.POSSESSIVE_REPEAT:
            ends: list[int] = []
            return self._repeat(c.MAX_REPEAT, argument, at, _note(ends), 0) and after(ends[0])
        if operator is c.ATOMIC_GROUP:
            ends = []
            return self.run(list(argument), at, _note(ends)) and after(ends[0])
        if operator in (c.ASSERT, c.ASSERT_NOT):
            start = at if argument[0] > 0 else at - 1
            found = start >= 0 and self.run(list(argument[1]), start, lambda place: True)
            return found == (operator is c.ASSERT) and after(at)
        return self._anchor(argument, at) and after(at)

    def _repeat(self, operator: Any, argument: Any, at: int, after: Then, done: int) -> bool:
        least, most, body = argument

        def again(place: int) -> bool:
            if place == at and done >= least:
                return after(place)
            return self._repeat(operator, argument, place, after, done + 1)

        if done < least:
            return self.run(list(body), at, again)
        more = most is c.MAXREPEAT or done < most
        if operator is c.MIN_REPEAT:
            return after(at) or (more and self.run(list(body), at, again))
        return (more and self.run(list(body), at, again)) or after(at)

    def _reads(self, operator: Any, argument: Any, at: int) -> bool:
        self.steps += 1
        if self.steps > _MOST:
            raise OverflowError
        if at >= len(self.text):
            return False
        code = ord(self.text[at])
        if operator is c.ANY:
            return code != 10
        if operator is c.LITERAL:
            return bool(code == argument)
        if operator is c.NOT_LITERAL:
            return bool(code != argument)
        negated = argument[0][0] is c.NEGATE
        return (code in [value for kind, value in argument if kind is c.LITERAL]) != negated

    def _anchor(self, kind: Any, at: int) -> bool:
        if kind is c.AT_END_STRING:
            return at == len(self.text)
        before, behind = at > 0, at < len(self.text)  # all characters are of words
        return before != behind


def _note(ends: list[int]) -> Then:
    def then(place: int) -> bool:
        ends[:] = [place]
        return True

    return then


def steps_of(tree: Any, text: str, how: str) -> int:
    """Return how many characters are looked at; a number above all others if there is no end."""
    matcher = _Matcher(text)
    ends: list[int] = []

    def last(place: int) -> bool:
        ends[:] = [place]
        return how != "fullmatch" or place == len(text)

    at = 0
    try:
        while at <= len(text):
            found = matcher.run(list(tree), at, last)
            if how in ("match", "fullmatch") or (found and how == "search"):
                break
            at = ends[0] if found and ends[0] > at else at + 1
    except (OverflowError, RecursionError):
        return 10 * _MOST
    return matcher.steps
