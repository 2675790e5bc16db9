"""Which keys have room in a line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.pane.keys import Item, KeyRow, fitting, items_of

DOCK = 2


def row(label: str, importance: int = 0, group: str = "", *, docked: bool = False) -> KeyRow:
    return KeyRow("x", "^x", label, f"do('{label}')", importance, group=group, docked=docked)


def labels(items: list[Item]) -> list[str]:
    return [each.label for each in items]


def test_an_exact_fit_keeps_all_and_one_cell_less_drops_the_least_important() -> None:
    items = items_of([
        row("Send", 3),
        row("New", 1),
        row("Stop", 2),
        row("palette", 9, docked=True),
    ])
    width = 7 + 1 + 6 + 1 + 7 + 10 + DOCK
    assert labels(fitting(items, width, dock=DOCK)) == ["Send", "New", "Stop", "palette"]
    assert labels(fitting(items, width - 1, dock=DOCK)) == ["Send", "Stop", "palette"]
    assert labels(fitting(items, 12, dock=DOCK)) == ["palette"]
    assert labels(fitting(items, 11, dock=DOCK)) == []


def test_neighbours_of_a_group_share_a_label_and_one_alone_keeps_its_own() -> None:
    rows = [row("Before", group="Swipe"), row("Next", group="Swipe"), row("Fork")]
    assert labels(items_of(rows)) == ["Swipe", "Fork"]
    assert items_of(rows)[0].width == len("^x^x Swipe")
    assert labels(items_of(rows[1:])) == ["Next", "Fork"]


def test_a_label_is_as_wide_as_its_cells() -> None:
    assert items_of([row("送信")])[0].width == len("^x ") + 4


ROWS = st.lists(
    st.builds(
        row,
        st.text("abc 語", max_size=8),
        st.integers(-5, 5),
        st.sampled_from(["", "", "g", "h"]),
        docked=st.booleans(),
    ),
    max_size=12,
)


@given(ROWS, st.integers(0, 80))
def test_what_is_dropped_is_never_more_important_than_what_stays(
    rows: list[KeyRow], width: int
) -> None:
    items = items_of(rows)
    kept = fitting(items, width, dock=DOCK)
    dropped = [each for each in items if not any(each is other for other in kept)]
    loose = [each.width for each in kept if not each.docked]
    docked = [each.width + DOCK for each in kept if each.docked]
    assert sum(loose) + max(0, len(loose) - 1) + sum(docked) <= width
    if kept and dropped:
        assert min(each.importance for each in kept) >= max(each.importance for each in dropped)
