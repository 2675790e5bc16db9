"""A regular expression of `re` as a graph whose paths are what a backtracking matcher may try.

A node reads one character or chooses among others in order. Atomic groups and possessive
repeats are scopes: what they would never try again is taken off the edges. Lookarounds of one
character, anchors and word bounds narrow the characters before and after; other lookarounds are
walked and may succeed or fail.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from re import _constants as c
from re import _parser as parser
from typing import Any

_UNROLLED = 16
_MOST_PATHS = 20_000
_WORD = {flag: re.compile(r"\w", flag) for flag in (0, int(re.ASCII))}
_CATEGORIES = {
    name: {flag: re.compile(text, flag) for flag in (0, int(re.ASCII))}
    for name, text in {
        c.CATEGORY_DIGIT: r"\d",
        c.CATEGORY_NOT_DIGIT: r"\D",
        c.CATEGORY_SPACE: r"\s",
        c.CATEGORY_NOT_SPACE: r"\S",
        c.CATEGORY_WORD: r"\w",
        c.CATEGORY_NOT_WORD: r"\W",
    }.items()
}
_SAMPLES = (
    *map(chr, range(0x180)),
    *"ſKıİǅΣςσπδЖжא\u0660५\u1680\u2003\u2010\u2026\u2028\u2029\u3000漢カ한\u0301\ud800\udfff\ufeff😀",
)

_CHARS = (c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY)
_ASCII, _DOTALL, _IGNORECASE, _MULTILINE = map(
    int, (re.ASCII, re.DOTALL, re.IGNORECASE, re.MULTILINE)
)

Scope = tuple[int, ...]


class TooComplex(ValueError):
    """The pattern has more paths without a character than can be walked."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to hold for a step without a character; `None` means anything."""

    last: int | None = None
    following: int | None = None
    at_start: bool = False
    other: bool = False
    """Whether it may fail for a reason that is not looked into."""


_FREE = Condition()


@dataclass(slots=True)
class Node:
    """One that reads (`chars` is a set of atoms) or one that chooses (`chars` is `None`)."""

    scope: Scope
    chars: int | None = None
    steps: list[tuple[int, Condition]] = field(default_factory=list)
    loop: int | None = None
    """The repeat of which this is a turn."""
    body: int | None = None
    """Where its next turn begins."""
    fresh: bool = False
    """Whether its first turn is before it."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way from a node to the next character or to the end, without reading."""

    nodes: tuple[int, ...]
    last: int
    following: int
    at_start: bool
    conditional: bool
    """Whether it depends on more than what follows."""

    @property
    def target(self) -> int:
        return self.nodes[-1]


class Graph:
    """The graph of one pattern."""

    def __init__(
        self, pattern: str | bytes, flags: int = 0, *, full: bool = False, repeated: bool = False
    ) -> None:
        tree = parser.parse(pattern, flags)
        self.flags = int(tree.state.flags)
        self._unicode = isinstance(pattern, str)
        self.samples = self._atoms(tree)
        self.everything = (1 << len(self.samples)) - 1
        self.finish = 1 << len(self.samples)
        """Stands for the end of the text where it is a question of what follows."""
        self.anything = self.everything | self.finish
        self.nodes: list[Node] = []
        self.last_sets: set[int] = set()
        self.looking: set[int] = set()
        """The scopes that are lookarounds: nothing follows them."""
        self._scopes = 0
        self._behind: dict[int, int | None] = {}
        """What follows each scope."""
        self.repeated = repeated
        """Whether the next match is looked for behind one."""
        self.end = self._node(())
        last = self.end
        if full:
            last = self._choice((), [(self.end, Condition(following=self.finish))])
        self.start = self._sequence(list(tree), last, (), self.flags)

    # Characters

    def _atoms(self, tree: Any) -> list[str]:
        """One character for each group of characters that no part of the pattern tells apart."""
        candidates = set(_SAMPLES if self._unicode else map(chr, range(256)))
        leaves: list[tuple[Any, Any, int]] = []
        self._leaves(tree, self.flags, leaves, candidates)
        most = 0x10FFFF if self._unicode else 255
        near = {
            chr(ord(each) + by)
            for each in candidates
            for by in (-1, 1)
            if 0 <= ord(each) + by <= most
        }
        kinds: dict[tuple[bool, ...], str] = {}
        for char in sorted(candidates | near, key=lambda each: (not each.isprintable(), each)):
            kind = (
                char == "\n",
                bool(_WORD[0].match(char)),
                bool(_WORD[_ASCII].match(char)),
                *(
                    self._reads(operator, argument, char, flags)
                    for operator, argument, flags in leaves
                ),
            )
            kinds.setdefault(kind, char)
        return list(kinds.values())

    def _leaves(self, tree: Any, flags: int, leaves: list[Any], candidates: set[str]) -> None:
        for operator, argument in tree:
            if operator in _CHARS:
                leaves.append((operator, argument, flags))
                candidates.update(_named(operator, argument))
            for inner, bits in _inside(operator, argument, flags):
                self._leaves(inner, bits, leaves, candidates)

    def _reads(self, operator: Any, argument: Any, char: str, flags: int) -> bool:
        if operator is c.ANY:
            return bool(flags & _DOTALL) or char != "\n"
        forms = _cases(char) if flags & _IGNORECASE else {char}
        if operator is c.LITERAL:
            return any(ord(each) == argument for each in forms)
        if operator is c.NOT_LITERAL:
            return not any(ord(each) == argument for each in forms)
        ascii_only = _ASCII if flags & _ASCII or not self._unicode else 0
        negated = argument[0][0] is c.NEGATE
        found = any(_in(item, each, ascii_only) for item in argument for each in forms)
        return found != negated

    def _set(self, operator: Any, argument: Any, flags: int) -> int:
        return sum(
            1 << index
            for index, char in enumerate(self.samples)
            if self._reads(operator, argument, char, flags)
        )

    def _words(self, flags: int) -> int:
        ascii_only = _ASCII if flags & _ASCII or not self._unicode else 0
        return sum(
            1 << index for index, char in enumerate(self.samples) if _WORD[ascii_only].match(char)
        )

    # Nodes, from the end backwards

    def _node(self, scope: Scope, chars: int | None = None) -> int:
        self.nodes.append(Node(scope, chars))
        return len(self.nodes) - 1

    def _choice(self, scope: Scope, steps: list[tuple[int, Condition]]) -> int:
        node = self._node(scope)
        self.nodes[node].steps = steps
        return node

    def _inner(self, scope: Scope, after: int | None) -> Scope:
        self._scopes += 1
        self._behind[self._scopes] = after
        return (*scope, self._scopes)

    def _sequence(self, items: Sequence[Any], after: int, scope: Scope, flags: int) -> int:
        for operator, argument in reversed(items):
            after = self._item(operator, argument, after, scope, flags)
        return after

    def _item(self, operator: Any, argument: Any, after: int, scope: Scope, flags: int) -> int:
        if operator in _CHARS:
            node = self._node(scope, self._set(operator, argument, flags))
            self.nodes[node].steps = [(after, _FREE)]
            return node
        if operator in (c.MAX_REPEAT, c.MIN_REPEAT):
            return self._repeat(argument, after, scope, flags, lazy=operator is c.MIN_REPEAT)
        if operator is c.POSSESSIVE_REPEAT:
            return self._repeat(argument, after, self._inner(scope, after), flags, lazy=False)
        if operator in (c.BRANCH, c.GROUPREF_EXISTS, c.SUBPATTERN):
            condition = Condition(other=True) if operator is c.GROUPREF_EXISTS else _FREE
            branches = [
                self._sequence(list(inner), after, scope, bits)
                for inner, bits in _inside(operator, argument, flags)
            ]
            return self._choice(scope, [(each, condition) for each in branches])
        if operator in (c.ATOMIC_GROUP, c.GROUPREF):
            return self._atomic(operator, argument, after, scope, flags)
        if operator is c.AT:
            return self._choice(scope, [(after, each) for each in self._anchor(argument, flags)])
        return self._look(argument, after, scope, flags, negated=operator is c.ASSERT_NOT)

    def _atomic(self, operator: Any, argument: Any, after: int, scope: Scope, flags: int) -> int:
        inner = self._inner(scope, after)
        if operator is c.ATOMIC_GROUP:
            # A node of its own, so that even an empty choice is made inside.
            begin = self._sequence(list(argument), after, inner, flags)
            return self._choice(inner, [(begin, _FREE)])
        loop = self._choice(inner, [])
        char = self._node(inner, self.everything)
        self.nodes[char].steps = [(loop, _FREE)]
        self.nodes[loop].steps = [(char, _FREE), (after, Condition(other=True))]
        return loop

    def _repeat(self, argument: Any, after: int, scope: Scope, flags: int, *, lazy: bool) -> int:
        least, most, body = argument
        items = list(body)

        def either(inner: int) -> list[tuple[int, Condition]]:
            steps = [(inner, _FREE), (after, _FREE)]
            return steps[::-1] if lazy else steps

        if most is c.MAXREPEAT or most - least > _UNROLLED:
            again, entry = self._choice(scope, []), self._choice(scope, [])
            body = self._sequence(items, again, scope, flags)
            for turn, fresh in ((again, False), (entry, True)):
                node = self.nodes[turn]
                node.steps, node.loop, node.body, node.fresh = either(body), again, body, fresh
        else:
            entry = after
            for _ in range(most - least):
                entry = self._choice(scope, either(self._sequence(items, entry, scope, flags)))
            if most == least:
                entry = self._choice(scope, [(after, _FREE)])
        for _ in range(min(least, _UNROLLED)):
            entry = self._sequence(items, entry, scope, flags)
        return self._choice(scope, [(entry, _FREE)])

    def _anchor(self, at: Any, flags: int) -> list[Condition]:
        newline = self._only("\n")
        if at is c.AT_BEGINNING_STRING or (at is c.AT_BEGINNING and not flags & _MULTILINE):
            return [Condition(at_start=True)]
        if at is c.AT_BEGINNING:
            return [self._after(newline)]
        if at is c.AT_END_STRING:
            return [Condition(following=self.finish)]
        if at is c.AT_END and flags & _MULTILINE:
            return [Condition(following=newline | self.finish)]
        if at is c.AT_END:
            return [Condition(following=self.finish), Condition(following=newline, other=True)]
        words, others = self._words(flags), self.anything & ~self._words(flags)
        pairs = [(words, others), (others, words)]
        if at is c.AT_NON_BOUNDARY:
            pairs = [(words, words), (others, others)]
        return [self._after(before, following) for before, following in pairs]

    def _after(self, last: int, following: int | None = None) -> Condition:
        self.last_sets.add(last)
        return Condition(last=last, following=following)

    def _only(self, char: str) -> int:
        return 1 << self.samples.index(char) if char in self.samples else 0

    def _look(self, argument: Any, after: int, scope: Scope, flags: int, *, negated: bool) -> int:
        direction, body = argument
        chars = self._single(list(body), flags)
        if chars is not None:
            allowed = self.anything & ~chars if negated else chars
            condition = Condition(following=allowed) if direction > 0 else self._after(allowed)
            return self._choice(scope, [(after, condition)])
        if direction < 0:
            return self._choice(scope, [(after, Condition(other=True))])
        inner = self._inner(scope, None)
        self.looking.add(inner[-1])
        dead = self._choice(inner, [])
        looked = self._choice(inner, [(self._sequence(list(body), dead, inner, flags), _FREE)])
        return self._choice(scope, [(looked, _FREE), (after, Condition(other=True))])

    def _single(self, items: list[Any], flags: int) -> int | None:
        """The characters of a body that reads exactly one."""
        if len(items) != 1:
            return None
        operator, argument = items[0]
        if operator in _CHARS:
            return self._set(operator, argument, flags)
        if operator is c.SUBPATTERN:
            _, added, removed, inner = argument
            return self._single(list(inner), (flags | added) & ~removed)
        if operator is c.BRANCH:
            sets = [self._single(list(each), flags) for each in argument[1]]
            return (
                None
                if None in sets
                else sum(
                    1 << i
                    for i in range(len(self.samples))
                    if any((each or 0) >> i & 1 for each in sets)
                )
            )
        return None

    # Paths

    def paths(self, node: int) -> list[Path]:
        """All ways from a node to a character or the end, in the order in which they are tried."""
        return list(self._walk(node))

    def after(self, node: int) -> list[Path]:
        """All ways on from a node that has read its character."""
        ((follower, _),) = self.nodes[node].steps
        return self.paths(follower)

    def _walk(self, start: int) -> Iterator[Path]:
        anything = self.anything
        stack = [(start, (), frozenset[int](), anything, anything, False, False)]
        for count in itertools.count():
            if not stack:
                return
            if count > _MOST_PATHS:
                raise TooComplex("too many ways without a character")
            number, nodes, loops, last, following, at_start, conditional = stack.pop()
            nodes, node = (*nodes, number), self.nodes[number]
            if node.chars is not None:
                if node.chars & following:
                    yield Path(nodes, last, node.chars & following, at_start, conditional)
                continue
            if number == self.end:
                yield Path(nodes, last, following, at_start, conditional)
            # A turn that read nothing is the last one.
            spent = node.loop in loops and not node.fresh
            if node.loop is not None:
                loops |= {node.loop}
            for target, condition in reversed(self._steps(number, nodes)):
                if spent and target == node.body:
                    continue
                stack.append((
                    target,
                    nodes,
                    loops,
                    last if condition.last is None else last & condition.last,
                    following if condition.following is None else following & condition.following,
                    at_start or condition.at_start,
                    conditional
                    or condition.other
                    or condition.at_start
                    or condition.last is not None,
                ))

    def _steps(self, number: int, nodes: tuple[int, ...]) -> list[tuple[int, Condition]]:
        if number == self.end:
            return [(self.start, _FREE)] if self.repeated and nodes.count(number) == 1 else []
        return self.nodes[number].steps

    def leaves_freely(self, node: int, scope: Scope) -> bool:
        """Whether what follows a node that has read always gets out of a scope."""
        ((follower, _),) = self.nodes[node].steps
        return self._gets_out(follower, scope)

    def may_be_left(self, scope: Scope) -> bool:
        """Whether whatever leaves a scope has reached the end."""
        if not scope:
            return True
        behind = self._behind[scope[-1]]
        return behind is not None and self._gets_out(behind, ())

    def _gets_out(self, node: int, scope: Scope) -> bool:
        seen, stack = set(), [node]
        while stack:
            each = stack.pop()
            if each in seen:
                continue
            seen.add(each)
            here = self.nodes[each]
            if each == self.end or here.scope[: len(scope)] != scope:
                return True
            if here.chars is None:
                stack += [target for target, condition in here.steps if condition == _FREE]
        return False


def _inside(operator: Any, argument: Any, flags: int) -> Iterator[tuple[Any, int]]:
    """The sequences that an item holds, with the flags that they are read with."""
    if operator is c.SUBPATTERN:
        _, added, removed, inner = argument
        yield inner, (flags | added) & ~removed
    elif operator is c.BRANCH:
        yield from ((each, flags) for each in argument[1])
    elif operator in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        yield argument[2], flags
    elif operator is c.ATOMIC_GROUP:
        yield argument, flags
    elif operator in (c.ASSERT, c.ASSERT_NOT):
        yield argument[1], flags
    elif operator is c.GROUPREF_EXISTS:
        yield from ((each or (), flags) for each in argument[1:])


def _named(operator: Any, argument: Any) -> Iterator[str]:
    items = [(operator, argument)] if operator in (c.LITERAL, c.NOT_LITERAL) else argument or ()
    for kind, value in items:
        if kind in (c.LITERAL, c.NOT_LITERAL):
            yield from _cases(chr(value))
        elif kind is c.RANGE:
            yield from (chr(value[0]), chr(value[1]))


def _in(item: Any, char: str, ascii_only: int) -> bool:
    kind, value = item
    if kind is c.LITERAL:
        return ord(char) == value
    if kind is c.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    if kind is c.CATEGORY:
        return bool(_CATEGORIES[value][ascii_only].match(char))
    return False


@functools.cache
def _cases(char: str) -> frozenset[str]:
    forms = {
        char,
        char.lower(),
        char.upper(),
        char.casefold(),
        char.upper().lower(),
        char.lower().upper(),
    }
    return frozenset(each for each in forms if len(each) == 1)
