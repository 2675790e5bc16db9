"""The branches of a session, checked against what a slow reading of the file says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StoreError
from core.ids import CountingSource
from core.sessions.branches import alternatives, branch_map, has_words, leaf_below, replies
from core.sessions.record import CODE, Kind, Record
from core.sessions.tree import SessionTree


def record(name: str, parent: str | None, kind: str = Kind.MESSAGE, **fields: object) -> Record:
    made = Record(name, kind, parent, CODE, CountingSource().now(), text=name, node="persona")
    return replace(made, **fields)  # type: ignore[arg-type]


def overlay(name: str, kind: str, target: str, text: str = "", **data: object) -> Record:
    return record(name, None, kind, text=text, node="", data={"target": target, **data})


ROOT = record("r", None, Kind.SESSION, text="")


def tree_of(*records: Record) -> SessionTree:
    return SessionTree.fold(replace(each, seq=seq) for seq, each in enumerate((ROOT, *records)))


def head(name: str, target: str) -> Record:
    return overlay(name, Kind.HEAD, target)


def names(records: Sequence[Record]) -> str:
    return " ".join(each.id for each in records)


def drawn(tree: SessionTree) -> list[str]:
    """Return a map as lines, each stretch indented by its depth."""
    marks = {(True, True): "*└", (True, False): "*├", (False, True): " └", (False, False): " ├"}
    return [
        "  " * each.depth + marks[each.current, each.last] + names(each.messages)
        for each in branch_map(tree)
    ]


# Alternatives


def test_siblings_of_one_node_are_alternatives_oldest_first() -> None:
    other = record("o", "h", node="human")
    tree = tree_of(
        record("h", "r", node="human"), record("a", "h"), head("1", "h"), record("b", "h"), other
    )
    assert names(alternatives(tree, "a")) == names(alternatives(tree, "b")) == "a b"
    assert names(alternatives(tree, "o")) == "o"
    assert names(replies(tree, "h", "persona")) == "a b"


def test_what_is_no_message_does_not_part_alternatives() -> None:
    tree = tree_of(
        record("h", "r"),
        record("n", "h", Kind.NOTICE),
        record("a", "n"),
        head("1", "h"),
        record("s", "h", Kind.SETTING),
        record("m", "s", Kind.NOTICE),
        record("b", "m"),
    )
    assert names(alternatives(tree, "a")) == names(alternatives(tree, "b")) == "a b"


def test_first_messages_are_alternatives_of_one_another() -> None:
    tree = tree_of(record("a", "r"), record("b", "r"))
    assert names(alternatives(tree, "b")) == "a b"


def test_deleted_ones_and_those_that_came_to_nothing_are_none() -> None:
    tree = tree_of(
        record("h", "r"),
        record("a", "h"),
        record("gone", "h"),
        record("failed", "h", status="failed", text=" "),
        record("half", "h", status="failed", text="Well"),
        record("silent", "h", text=""),
        record("stopped", "h", status="stopped", text=""),
        record("repeats", "h", status="stopped", text="Well", data={"taken_over": 4}),
        record("repeats2", "h", text="Well", data={"taken_over": 4}),
        record("adds", "h", text="Well, I", data={"taken_over": 4}),
        overlay("1", Kind.DELETE, "gone", deleted=True),
    )
    assert names(alternatives(tree, "a")) == "a half silent adds"
    # A message is one of its own alternatives, unless it is left out.
    assert names(alternatives(tree, "stopped")) == "a half silent stopped adds"
    assert names(alternatives(tree, "gone")) == "a half silent adds"


def test_one_that_was_given_words_later_counts() -> None:
    tree = tree_of(
        record("h", "r"),
        record("a", "h", status="stopped", text=""),
        overlay("1", Kind.EDIT, "a", text="Well"),
    )
    assert names(replies(tree, "h", "persona")) == "a"


def test_words_that_were_taken_over_are_not_its_own() -> None:
    assert has_words(record("a", "r"))
    assert not has_words(record("a", "r", text=" \n"))
    assert not has_words(record("a", "r", Kind.NOTICE))
    assert not has_words(record("a", "r", text="Well ", data={"taken_over": 4}))
    assert has_words(record("a", "r", text="Well", data={"taken_over": "4"}))


@pytest.mark.parametrize("ask", [alternatives, leaf_below])
def test_an_unknown_record_is_an_error(ask: object) -> None:
    with pytest.raises(StoreError, match="no record"):
        ask(tree_of(), "nobody")  # type: ignore[operator]


# Leaves


def test_the_leaf_is_where_the_path_ended_when_it_was_last_there() -> None:
    tree = tree_of(
        record("a", "r"),
        record("b", "a"),
        record("c", "b"),
        head("1", "a"),
        record("d", "a"),
        head("2", "b"),
        head("3", "d"),
    )
    assert (leaf_below(tree, "a"), leaf_below(tree, "d")) == ("d", "d")
    # Not `c`: the path was taken back to `b` before it went elsewhere.
    assert leaf_below(tree, "b") == "b"
    assert leaf_below(tree, "c") == "c"


def test_where_the_path_never_was_the_newest_end_is_the_leaf() -> None:
    tree = tree_of(
        record("a", "r"),
        record("b", "r"),
        record("c", "b"),
        record("e", "c"),
        record("d", "b"),
        record("n", "d", Kind.NOTICE),
        record("f", "a"),
    )
    assert leaf_below(tree, "b") == "n"
    assert leaf_below(tree, "c") == "e"


# The map


def test_the_map_has_a_stretch_for_every_run_without_a_fork() -> None:
    tree = tree_of(
        record("a", "r"),
        record("b", "a"),
        record("c", "b"),
        record("d", "c"),
        head("1", "b"),
        record("e", "b"),
        head("2", "a"),
        record("f", "a"),
        record("g", "f"),
    )
    assert drawn(tree) == ["*└a", "   ├b", "     ├c d", "     └e", "  *└f g"]


def test_the_map_of_a_chat_without_a_word_is_empty() -> None:
    assert branch_map(tree_of()) == []


def test_the_map_passes_over_what_is_left_out_or_came_to_nothing() -> None:
    tree = tree_of(
        record("a", "r"),
        record("b", "a"),
        record("c", "b"),
        record("stopped", "a", status="stopped", text=""),
        record("failed", "c", status="failed", text=""),
        head("0", "c"),
        overlay("1", Kind.DELETE, "b", deleted=True),
        overlay("2", Kind.EDIT, "c", text="new"),
    )
    assert drawn(tree) == ["*└a c"]
    assert branch_map(tree)[0].messages[1].text == "new"


def test_what_follows_a_message_that_is_left_out_stands_beside_its_siblings() -> None:
    tree = tree_of(
        record("a", "r"),
        record("b", "a"),
        record("c", "b"),
        record("d", "a"),
        record("e", "b"),
        overlay("1", Kind.DELETE, "b", deleted=True),
    )
    assert drawn(tree) == ["*└a", "  *├c", "   ├d", "   └e"]


@pytest.mark.timeout(20)
def test_however_many_are_left_out_or_follow_one_another() -> None:
    count = 5000
    chain = [record("0", "r"), *(record(str(n), str(n - 1)) for n in range(1, count))]
    gone = [overlay(f"d{n}", Kind.DELETE, str(n), deleted=True) for n in range(1, count - 1)]
    tree = tree_of(*chain)
    assert len(branch_map(tree)[0].messages) == count
    tree = tree_of(*chain, *gone)
    assert drawn(tree) == [f"*└0 {count - 1}"]


# Against a slow reading


class SlowReading:
    """Keeps for every record where the path ended when it last held it."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.parents: dict[str, str | None] = {}
        self.ends: dict[str, str] = {}

    def apply(self, each: Record) -> None:
        if each.kind == Kind.HEAD:
            self.path = self.up(str(each.data["target"]))
        else:
            self.parents[each.id] = each.parent
            if not self.path or each.parent == self.path[-1]:
                self.path.append(each.id)
        for name in self.path:
            self.ends[name] = self.path[-1]

    def up(self, name: str | None) -> list[str]:
        found: list[str] = []
        while name is not None:
            found.insert(0, name)
            name = self.parents[name]
        return found


@given(st.lists(st.tuples(st.sampled_from("mmmnhh"), st.integers(0, 30)), max_size=40))
def test_any_history(steps: list[tuple[str, int]]) -> None:
    kept, records = ["r"], []
    for number, (what, place) in enumerate(steps):
        chosen, name = kept[-1 - place % len(kept)], str(number)
        if what == "h":
            records.append(head(name, chosen))
        else:
            kind = Kind.MESSAGE if what == "m" else Kind.NOTICE
            records.append(record(name, chosen if place % 3 else kept[-1], kind))
            kept.append(name)
    tree, slow = tree_of(*records), SlowReading()
    for each in tree:
        slow.apply(each)
    assert [each.id for each in tree.path] == slow.path
    for name in kept:
        leaf = leaf_below(tree, name)
        assert leaf == slow.ends.get(name, leaf)
        assert name in slow.up(leaf)
    messages = [each for each in tree if each.kind == Kind.MESSAGE]
    mapped = [each.id for stretch in branch_map(tree) for each in stretch.messages]
    assert sorted(mapped) == sorted(each.id for each in messages)
    for each in messages:
        ids = [other.id for other in alternatives(tree, each.id)]
        assert each.id in ids
        assert all(names(alternatives(tree, other)) == " ".join(ids) for other in ids)
