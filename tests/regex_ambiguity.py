"""Whether a backtracking matcher takes linear time with a pattern, on every text.

A matcher that fails tries every path of the pattern's graph that reads some beginning of the
text. Two loops over the same characters, one behind the other, give a number of paths that grows
with the square of the text; two ways round one loop give one that doubles with each round
(Weber and Seidl, "On the degree of ambiguity of finite automata"). A search begins with a loop
over everything. States from which the end can always be reached are left out: the first path
through them succeeds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from regex_graph import Graph, Path

_PREFIX = -1
_START = -2
_MOST_STEPS = 2_000_000

State = tuple[int, int]
"""A node that has read, and the class of the character it has read."""
Edge = tuple[State, int]
Edges = dict[State, list[Edge]]


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Why a pattern is not linear."""

    kind: str
    """`exponential` or `polynomial`."""
    pump: str
    """What is to be repeated."""


def ambiguity_of(pattern: str | bytes, flags: int = 0, how: str = "search") -> Ambiguity | None:
    """Say why matching is not linear, or `None` where it is; `how` is a method of `re.Pattern`."""
    searching = how not in ("match", "fullmatch")
    graph = Graph(pattern, flags, full=how == "fullmatch", repeated=searching and how != "search")
    automaton = _Automaton(graph, searching=searching)
    return automaton.exponential() or automaton.polynomial()


@dataclass(frozen=True, slots=True)
class _Way:
    """What may follow a node: another one, by these characters."""

    target: int
    label: int
    last: int
    at_start: bool = False
    repeated: bool = False
    """Whether a match lies between."""


class _Automaton:
    def __init__(self, graph: Graph, *, searching: bool) -> None:
        self._graph = graph
        self._searching = searching
        self._classes = _partition(graph)
        self._ways: dict[int, list[_Way]] = {}
        self._paths: dict[int, list[tuple[Path, int]]] = {}
        self._settled = self._settle()
        self._edges: Edges = {}
        self._within_match: Edges = {}
        todo: list[State] = [(_START, 0)]
        while todo:
            state = todo.pop()
            if state in self._edges:
                continue
            found = list(self._edges_of(state))
            self._edges[state] = [edge for edge, _ in found]
            self._within_match[state] = [edge for edge, repeated in found if not repeated]
            todo += [target for target, _ in self._edges[state]]

    def _edges_of(self, state: State) -> Iterator[tuple[Edge, bool]]:
        node, kind = state
        for way in self._ways_of(node):
            # Nothing is known of what stands before the first character.
            if node != _START and (way.at_start or not way.last & self._classes[kind]):
                continue
            for index, chars in enumerate(self._classes):
                if way.label & chars:
                    yield ((way.target, index), way.label & chars), way.repeated

    def _ways_of(self, node: int) -> list[_Way]:
        if node not in self._ways:
            graph = self._graph
            ways = []
            for path, label in self._tried(node):
                if path.target == graph.end:
                    if graph.repeated:
                        ways.append(_Way(_PREFIX, label, path.last, path.at_start, True))
                elif label:
                    repeated = graph.end in path.nodes
                    ways.append(_Way(path.target, label, path.last, path.at_start, repeated))
            if node in (_PREFIX, _START) and self._searching:
                ways.append(_Way(_PREFIX, graph.everything & ~self._sure(node), graph.anything))
            self._ways[node] = ways
        return self._ways[node]

    def _tried(self, node: int) -> list[tuple[Path, int]]:
        """The paths behind a node, less the characters with which earlier ones succeed."""
        if node not in self._paths:
            graph, found = self._graph, []
            paths = graph.paths(graph.start) if node < 0 else graph.after(node)
            for index, path in enumerate(paths):
                label = path.following
                for other in paths[:index]:
                    scope = graph.nodes[_fork(other, path)].scope
                    if (
                        not other.conditional
                        and other.target != graph.end
                        and graph.end not in other.nodes
                        and self._within(other, scope)
                        and graph.leaves_freely(other.target, scope)
                    ):
                        label &= ~other.following
                found.append((path, label))
            self._paths[node] = found
        return self._paths[node]

    def _sure(self, node: int) -> int:
        """What may follow a node so that all that goes on from there succeeds."""
        graph, sure = self._graph, 0
        done: list[tuple[Path, int]] = []
        for path, label in self._tried(node):
            if graph.end in path.nodes[:-1] or (
                node < 0 and graph.repeated and path.target == graph.end
            ):
                continue
            # What an atomic group has once chosen is not chosen again.
            shut = _union(
                other
                for before, other in done
                if not graph.may_be_left(graph.nodes[_fork(before, path)].scope)
            )
            free = label & ~shut | label & sure
            if not path.conditional and (path.target == graph.end or path.target in self._settled):
                sure |= free
            done.append((path, label & ~sure))
        return sure

    def _settle(self) -> set[int]:
        """The nodes from which, once they have read, the end is reached whatever follows."""
        graph = self._graph
        self._settled = {
            index
            for index, node in enumerate(graph.nodes)
            if node.chars is not None and not graph.looking & set(node.scope)
        }
        while lost := {n for n in self._settled if self._sure(n) != graph.anything}:
            self._settled -= lost
        return self._settled

    def _within(self, path: Path, scope: tuple[int, ...]) -> bool:
        deeper = self._graph.nodes[path.target].scope
        return deeper[: len(scope)] == scope and not self._graph.looking & set(deeper[len(scope) :])

    @cached_property
    def _unsafe(self) -> Edges:
        """The edges by which a matcher goes on where it may yet come back."""
        found = {}
        for state, edges in self._within_match.items():
            if state[0] in self._settled:
                continue
            risky = ~(0 if state[0] < 0 else self._sure(state[0]))
            found[state] = [
                (target, label & risky)
                for target, label in edges
                if target[0] not in self._settled and label & risky
            ]
        return found

    def exponential(self) -> Ambiguity | None:
        """Find two ways round one loop."""
        return self._doubling(self._unsafe)

    def _doubling(self, edges: Edges) -> Ambiguity | None:
        for loop in _loops(edges):
            members = set(loop)
            inner = {s: [e for e in edges[s] if e[0] in members] for s in loop}
            # Within an atomic group a state that can leave it is come back to once.
            stuck = {s for s in loop if not self._leaves(s, self._common_scope(loop))}
            if len(stuck) < len(loop):
                rest = {s: [e for e in inner[s] if e[0] in stuck] for s in loop if s in stuck}
                found = self._doubling(rest)
            else:
                found = self._two_ways(inner)
            if found is not None:
                return found
        return None

    def _two_ways(self, inner: Edges) -> Ambiguity | None:
        """Find two ways round the one loop that is given."""
        for edges in inner.values():
            for index, (target, label) in enumerate(edges):
                for other, second in edges[:index]:
                    if target == other and label & second:
                        return Ambiguity("exponential", self._char(label & second))
        pairs = {}
        todo = [(s, s) for s in inner]
        while todo:
            pair = todo.pop()
            if pair in pairs:
                continue
            pairs[pair] = [
                ((a, b), x & y) for a, x in inner[pair[0]] for b, y in inner[pair[1]] if x & y
            ]
            todo += [each for each, _ in pairs[pair]]
        for group in _loops(pairs):
            if any(a == b for a, b in group) and any(a != b for a, b in group):
                label = next(y for a, b in group if a == b for _, y in pairs[a, b])
                return Ambiguity("exponential", self._char(label))
        return None

    def _common_scope(self, states: list[State]) -> tuple[int, ...]:
        if any(node < 0 for node, _ in states):
            return ()
        scopes = [self._graph.nodes[node].scope for node, _ in states]
        same = itertools.takewhile(lambda each: len(set(each)) == 1, zip(*scopes, strict=False))
        return tuple(each[0] for each in same)

    def _leaves(self, state: State, scope: tuple[int, ...]) -> bool:
        return bool(scope) and self._graph.leaves_freely(state[0], scope)

    def polynomial(self) -> Ambiguity | None:
        """Find two loops over the same text, the second reached from the first by it."""
        outer = {state: loop for loop in _loops(self._edges) for state in loop}
        inner = {state: loop for loop in _loops(self._unsafe) for state in loop}
        for first, loop in outer.items():
            within = set(loop)
            reached = _reachable(self._edges, first)
            for second, last in inner.items():
                if second == first or second[0] < 0 or second not in reached:
                    continue
                common = self._common_scope([*loop, second])
                if self._shut(first, second, loop) or self._leaves(second, common):
                    continue
                pump = self._shared(first, second, within, set(last))
                if pump is not None:
                    return Ambiguity("polynomial", pump)
        return None

    def _shut(self, first: State, second: State, loop: list[State]) -> bool:
        """Whether the first loop is in a scope that has been left for good at the second."""
        if first[0] < 0:
            return False
        scope, other = (self._graph.nodes[s[0]].scope for s in (first, second))
        common = 0
        while common < min(len(scope), len(other)) and scope[common] == other[common]:
            common += 1
        if common == len(scope):
            return False
        outermost = scope[: common + 1]
        nodes = self._graph.nodes
        return all(s[0] >= 0 and nodes[s[0]].scope[: common + 1] == outermost for s in loop)

    def _shared(
        self, first: State, second: State, within: set[State], last: set[State]
    ) -> str | None:
        start, goal = (first, first, second), (first, second, second)
        came: dict[tuple[State, State, State], tuple[tuple[State, State, State], int] | None] = {
            start: None
        }
        todo = [start]
        while todo:
            triple = todo.pop(0)
            for a, x in self._edges[triple[0]]:
                if a not in within:
                    continue
                for d, z in self._unsafe[triple[2]]:
                    if d not in last or not x & z:
                        continue
                    for b, y in self._edges[triple[1]]:
                        if not x & y & z or (a, b, d) in came:
                            continue
                        came[a, b, d] = (triple, x & y & z)
                        if (a, b, d) == goal:
                            return self._word(came, goal)
                        todo.append((a, b, d))
                        if len(came) > _MOST_STEPS:
                            raise ValueError("too many states")
        return None

    def _word(self, came, triple) -> str:  # type: ignore[no-untyped-def]
        word = ""
        while came[triple] is not None:
            triple, label = came[triple]
            word = self._char(label) + word
        return word

    def _char(self, label: int) -> str:
        return self._graph.samples[(label & -label).bit_length() - 1]


def _partition(graph: Graph) -> list[int]:
    """The characters grouped by the conditions on the one before that they fulfil."""
    classes = [graph.everything]
    for chars in graph.last_sets:
        classes = [part for each in classes for part in (each & chars, each & ~chars) if part]
    return classes


def _union(masks: Iterable[int]) -> int:
    """The union of sets."""
    return reduce(or_, masks, 0)


def _fork(one: Path, other: Path) -> int:
    last = one.nodes[0]
    for a, b in zip(one.nodes, other.nodes, strict=False):
        if a != b:
            break
        last = a
    return last


def _reachable(edges, state):  # type: ignore[no-untyped-def]
    seen, todo = set(), [target for target, _ in edges[state]]
    while todo:
        each = todo.pop()
        if each not in seen:
            seen.add(each)
            todo += [target for target, _ in edges[each]]
    return seen


def _loops(edges: Mapping[Any, list[tuple[Any, int]]]) -> list[list[Any]]:
    """The strongly connected parts that hold an edge."""
    names = list(edges)
    places = {name: place for place, name in enumerate(names)}
    pairs = [(places[a], places[b]) for a in names for b, _ in edges[a] if b in places]
    if not pairs:
        return []
    rows, columns = zip(*pairs, strict=True)
    matrix = coo_array(([1] * len(pairs), (rows, columns)), shape=(len(names), len(names)))
    _, labels = connected_components(matrix, connection="strong")
    parts: dict[int, list[Any]] = {}
    for a, b in pairs:
        if labels[a] == labels[b]:
            parts.setdefault(int(labels[a]), [])
    for place, label in enumerate(labels):
        if label in parts:
            parts[label].append(names[place])
    return list(parts.values())
