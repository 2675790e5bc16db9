"""The tree of records and the path through it that is current."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StoreError
from core.ids import CountingSource
from core.sessions.record import CODE, Kind, Record
from core.sessions.tree import SessionTree
from meetup_kit import check_tree


def record(name: str, parent: str | None, kind: str = Kind.MESSAGE, **data: str) -> Record:
    return Record(name, kind, parent, CODE, CountingSource().now(), data=data)


def tree_of(*records: Record) -> SessionTree:
    return SessionTree.fold(records)


def names(tree: SessionTree) -> str:
    return "".join(each.id for each in tree.path)


ROOT = record("r", None, Kind.SESSION)


def test_an_empty_tree_has_no_root() -> None:
    tree = SessionTree()
    assert (tree.head, len(tree), list(tree)) == (None, 0, [])
    with pytest.raises(StoreError):
        _ = tree.root


def test_what_follows_the_end_lengthens_the_path() -> None:
    tree = tree_of(ROOT, record("a", "r"), record("b", "a"))
    assert (names(tree), tree.head, tree.root) == ("rab", "b", ROOT)
    assert tree.on_path("a")


def test_what_follows_something_else_is_a_branch() -> None:
    tree = tree_of(ROOT, record("a", "r"), record("b", "r"))
    assert names(tree) == "ra"
    assert [each.id for each in tree.children("r")] == ["a", "b"]
    assert "b" in tree
    assert not tree.on_path("b")
    assert [each.id for each in tree.path_to("b")] == ["r", "b"]


def test_a_head_moves_the_end_and_the_last_one_wins() -> None:
    records = [ROOT, record("a", "r"), record("b", "a"), record("c", "r")]
    tree = tree_of(*records, record("1", "b", Kind.HEAD, target="c"))
    assert names(tree) == "rc"
    tree.apply(record("2", "c", Kind.HEAD, target="a"))
    assert names(tree) == "ra"
    tree.apply(record("3", "a", Kind.HEAD, target="b"))
    assert names(tree) == "rab"


@pytest.mark.parametrize("target", ["nobody", "x", ""])
def test_a_head_that_names_no_place_on_a_path_is_passed_over(target: str) -> None:
    blob = record("x", "r", Kind.BLOB, hash="h")
    tree = tree_of(ROOT, record("a", "r"), blob, record("1", "a", Kind.HEAD, target=target))
    assert names(tree) == "ra"


def test_blobs_are_found_by_their_hash_and_never_on_the_path() -> None:
    tree = tree_of(ROOT, record("x", "r", Kind.BLOB, hash="h"), record("a", "r"))
    assert names(tree) == "ra"
    found = tree.blob("h")
    assert found is not None
    assert found.id == "x"
    assert tree.blob("other") is None


def test_an_unknown_record_is_an_error() -> None:
    tree = tree_of(ROOT)
    for ask in (tree.get, tree.path_to):
        with pytest.raises(StoreError, match="no record"):
            ask("nobody")


@given(st.lists(st.tuples(st.sampled_from("mmmhb"), st.integers(0, 30)), max_size=40))
def test_growing_a_tree_is_folding_it(steps: list[tuple[str, int]]) -> None:
    tree = tree_of(ROOT)
    kept = ["r"]
    for number, (what, place) in enumerate(steps):
        name, chosen = str(number), kept[-1 - place % len(kept)]
        if what == "m":
            tree.apply(record(name, chosen))
            kept.append(name)
        elif what == "b":
            tree.apply(record(name, chosen, Kind.BLOB, hash=name))
        else:
            tree.apply(record(name, chosen, Kind.HEAD, target=chosen))
            assert tree.head == chosen
        check_tree(tree)
