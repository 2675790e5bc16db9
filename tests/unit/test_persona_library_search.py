"""Filtering personas: what fits, where, in which order, and what is given up."""

from __future__ import annotations

import os
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.personas import search
from core.personas.casefold import fold, fold_inside
from core.personas.groups import GroupBy, grouped
from core.personas.library import PersonaLibrary
from core.personas.search import PersonaIndex, Place

FOLK = {
    "anna": "---\ntags: [Sea, night]\n---\n# Keeper: Anna Berg (de) [f]\n\nYou whisper.\n",
    "bo": "---\ntags: [sea]\n---\n# Sailor: Bo Lind (sv) [m]\n\nYou sing of Ærø and herring.\n",
    "carl": "# Cook: Carl Östlund (en)\n\nYou whisper about soup, and about HERRING.\n",
    "torn": "---\na: [herring\n---\n# Nobody: At All\n",
}


def write(folder: Path, folk: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for stem, text in folk.items():
        (folder / f"{stem}.md").write_text(text, "utf-8")
    return folder


def index_of(folder: Path, *, read: bool = True) -> PersonaIndex:
    index = PersonaIndex(PersonaLibrary([(folder, "yours")]))
    index.refresh()
    while read and index.read_on(1.0):
        pass
    return index


@pytest.fixture
def index(tmp_path: Path) -> PersonaIndex:
    return index_of(write(tmp_path, FOLK))


def found(index: PersonaIndex, query: str) -> list[str]:
    result = index.find(query)
    assert result is not None
    return [header.path.stem for header in result.headers]


@pytest.mark.parametrize(
    ("query", "stems"),
    [
        ("anna", ["anna"]),
        ("ANNA", ["anna"]),
        ("berg anna", ["anna"]),
        ("ostlund", ["carl"]),
        ("östlund", ["carl"]),
        ("swedish", ["bo"]),
        ("sv", ["bo"]),
        ("sea", ["anna", "bo"]),
        ("cook whisper", ["carl"]),
        ("herring", ["bo", "carl", "torn"]),
        ("ærø", ["bo"]),
        ("yours torn", ["torn"]),
        ("  ", ["anna", "bo", "carl", "torn"]),
        ("whisper herring nobody", []),
    ],
)
def test_all_words_must_fit_somewhere(index: PersonaIndex, query: str, stems: list[str]) -> None:
    assert found(index, query) == stems


def test_the_best_place_comes_first_and_beginnings_before_middles(tmp_path: Path) -> None:
    folk = {
        "a": "# R: Marianna\n\nx\n",
        "b": "# R: Anna\n\nx\n",
        "c": "# Anna's friend: Zoe\n\nx\n",
        "d": "# R: Dan\n\nIn love with Anna.\n",
    }
    result = index_of(write(tmp_path, folk)).find("anna")
    assert result is not None
    assert [(place, [h.path.stem for h in headers]) for place, headers in result.places] == [
        (Place.NAME, ["b", "a"]),
        (Place.FACTS, ["c"]),
        (Place.TEXT, ["d"]),
    ]


def test_texts_are_found_once_they_are_read(tmp_path: Path) -> None:
    index = index_of(write(tmp_path, FOLK), read=False)
    assert found(index, "herring") == []
    assert found(index, "anna") == ["anna"]
    assert index.unread == len(FOLK)
    index.read_on(1.0)
    assert index.unread == 0
    assert found(index, "herring") == ["bo", "carl", "torn"]


def test_problems_are_counted_and_told_to_the_library(tmp_path: Path) -> None:
    library = PersonaLibrary([(write(tmp_path, FOLK | {"odd": "no heading\n"}), "yours")])
    index = PersonaIndex(library)
    assert {header.complaints for header in index.refresh()} == {None}
    while index.read_on(0.0):
        index.read_on(0.01)
    counts = {header.path.stem: header.complaints for header in index.headers()}
    assert counts == {"anna": 0, "bo": 0, "carl": 0, "odd": 1, "torn": None}
    assert {h.path.stem: h.complaints for h in library.headers()} == counts


def test_what_changed_is_read_again_and_the_rest_is_not(tmp_path: Path) -> None:
    index = index_of(write(tmp_path, FOLK))
    (tmp_path / "bo.md").write_text("# Sailor: Bo Lind (sv)\n\nYou dance.\n", "utf-8")
    (tmp_path / "carl.md").unlink()
    index.refresh()
    assert index.unread == 1
    assert found(index, "herring") == ["torn"]
    index.read_on(1.0)
    assert found(index, "dance") == ["bo"]


def test_a_file_that_goes_while_it_is_read_is_no_trouble(tmp_path: Path) -> None:
    index = index_of(write(tmp_path, FOLK), read=False)
    (tmp_path / "anna.md").unlink()
    while index.read_on(1.0):
        pass
    index.refresh()
    assert found(index, "") == ["bo", "carl", "torn"]


def test_what_is_overtaken_is_given_up(index: PersonaIndex) -> None:
    assert index.find("herring", lambda: True) is None
    assert found(index, "herring") == ["bo", "carl", "torn"]


def test_memory_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_TEXT", 100)
    index = index_of(write(tmp_path, FOLK))
    assert 0 < index.text_bytes <= 100
    assert found(index, "carl") == ["carl"]


_WORD = st.text("abcäÉ", min_size=1, max_size=3)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    folk=st.lists(st.tuples(_WORD, _WORD, st.lists(_WORD, max_size=4)), min_size=1, max_size=8),
    typed=st.lists(st.sampled_from([*"abcäÉ", " ", "back"]), max_size=12),
)
def test_typing_finds_what_a_plain_search_finds(
    tmp_path_factory: pytest.TempPathFactory,
    folk: list[tuple[str, str, list[str]]],
    typed: list[str],
) -> None:
    """Narrowing from key to key must never differ from looking at everybody."""
    folder = tmp_path_factory.mktemp("folk")
    texts = {
        f"{number}": f"# {role}: {name}\n\n{' '.join(words)}\n"
        for number, (role, name, words) in enumerate(folk)
    }
    index = index_of(write(folder, texts))
    query = ""
    for key in typed:
        query = query[:-1] if key == "back" else query + key
        expected = {
            stem
            for stem, text in texts.items()
            if all(word in f"{fold(text)}\n{stem}\nyours" for word in fold_inside(query).split())
        }
        assert set(found(index, query)) == expected


@pytest.mark.parametrize("text", ["Straße", "ÉCOLE", "e\u0301cole", "İstanbul", "ŒUVRE", "ﬁn", "ǅ"])
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(string.printable + "äöüßÉñœ漢字かなабв", max_size=40))
def test_folding_knows_no_case(text: str) -> None:
    assert fold(text) == fold(text.swapcase().swapcase()) == fold(fold(text))


def test_groups_by_tag_hold_everybody_and_by_folder_each_once(tmp_path: Path) -> None:
    folk, other = write(tmp_path / "folk", FOLK), write(tmp_path / "a", {"z": "# R: Zoe\n"})
    library = PersonaLibrary([(folk, "one"), (other, "two")])
    headers = library.headers()
    by_tag = {g.title: [h.path.stem for h in g.members] for g in grouped(headers, GroupBy.TAG)}
    assert by_tag == {
        "night": ["anna"],
        "Sea": ["anna", "bo"],
        "no tag": ["carl", "torn", "z"],
    }
    folders = grouped(headers, GroupBy.FOLDER, [folk, other])
    assert [(g.title, g.detail, len(g.members)) for g in folders] == [
        ("one", str(folk), 4),
        ("two", str(other), 1),
    ]
    (everybody,) = grouped(headers, GroupBy.NOTHING)
    assert everybody.title == ""
    assert list(everybody.members) == headers
    assert grouped([], GroupBy.NOTHING) == []


def test_a_tag_that_stands_twice_counts_once(tmp_path: Path) -> None:
    headers = PersonaLibrary([
        (write(tmp_path, {"a": "---\ntags: [sea, Sea, sea]\n---\n# R: A\n"}), "x")
    ]).headers()
    (group,) = grouped(headers, GroupBy.TAG)
    assert len(group.members) == 1


def test_stamps_are_those_of_the_files(tmp_path: Path) -> None:
    write(tmp_path, FOLK)
    os.utime(tmp_path / "bo.md", ns=(5, 7))
    header = next(h for h in index_of(tmp_path).headers() if h.path.stem == "bo")
    assert header.stamp == (7, len(FOLK["bo"].encode()))
