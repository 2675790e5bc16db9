"""Which teams there are, and which one is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import PersonaError, UsageError
from core.personas.library import PersonaLibrary
from core.teams.definitions.library import TeamLibrary
from team_kit import teams, write

FILES = {
    "ada.md": "# Analyst: Ada (en)\nYou count delegates.\n",
    "boss.md": "---\ndelegates: [ada]\n---\n# Head: The Boss (en)\nYou lead.\n",
    "teams/README.md": "# Read me\ndelegates\n",
    "teams/hand.md": "# Hand: Hand (en)\nNo team.\n",
    "teams/lead.md": "---\ndelegates: hand, ada\n---\n# Lead: Lea (en)\nYou lead.\n",
    "teams/one.yml": "title: The first\nroot: {persona: ada, delegates: [hand, boss]}\n",
    "teams/two.yaml": "name: second\nroot: {persona: ada}\n",
    "teams/three.yml": "root: {persona: nobody}\n",
    "teams/sub/four.yml": "root: {persona: ada}\n",
}


def test_all_are_listed_with_their_problems(tmp_path: Path) -> None:
    headers = {each.name: each for each in teams(tmp_path, FILES).headers()}
    assert {name: each.nodes for name, each in headers.items()} == {
        "boss": 2,
        "lead": 3,
        "one": 4,
        "second": 1,
        "three": 0,
    }
    assert headers["one"].title == "The first"
    assert headers["boss"].title == "The Boss"
    assert headers["one"].problem is None
    assert headers["one"].path == tmp_path / "teams" / "one.yml"
    problem = headers["three"].problem
    assert problem is not None
    assert "three.yml:1: There is no persona 'nobody'" in problem


def test_a_fault_of_salon_is_not_blamed_on_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a fault")

    library = teams(tmp_path, FILES)
    monkeypatch.setattr("core.teams.definitions.library.read_team", broken)
    with pytest.raises(KeyError):
        library.read(tmp_path / "teams" / "one.yml")
    (header,) = [each for each in library.headers() if each.name == "one"]
    assert header.problem
    assert "cannot be read as a team" not in header.problem


@pytest.mark.parametrize(
    ("wanted", "root"),
    [
        ("one", "ada"),
        ("ONE", "ada"),
        ("the first", "ada"),
        ("second", "ada"),
        ("seco", "ada"),
        ("boss", "boss"),
        ("The Boss", "boss"),
        ("lead", "lead"),
        ("{}/teams/one.yml", "ada"),
        ("{}/teams/sub/four.yml", "ada"),
        ("{}/boss.md", "boss"),
    ],
)
def test_one_is_found_by_name_or_path(tmp_path: Path, wanted: str, root: str) -> None:
    assert teams(tmp_path, FILES).find(wanted.format(tmp_path)).root.name == root


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("oen", "There is no team 'oen'. Did you mean one"),
        ("", "There is no team"),
        ("../one", "There is no team"),
        ("{}/ada.md", "hands work to nobody"),
        ("{}/teams/hand.md", "hands work to nobody"),
        ("hand", "There is no team"),
        ("three", "There is no persona 'nobody'"),
    ],
)
def test_who_is_no_team_is_told(tmp_path: Path, wanted: str, words: str) -> None:
    with pytest.raises(PersonaError, match=words):
        teams(tmp_path, FILES).find(wanted.format(tmp_path))


def test_two_that_begin_alike_have_to_be_told_apart(tmp_path: Path) -> None:
    library = teams(tmp_path, {**FILES, "teams/onehundred.yml": "root: {persona: ada}\n"})
    assert library.find("one").path == tmp_path / "teams" / "one.yml"
    with pytest.raises(PersonaError, match="may be any of 2 teams"):
        library.find("on")


def test_earlier_folders_hide_later_ones(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    write(tmp_path / "mine", {"one.yml": "title: Mine\nroot: {persona: ada}\n"})
    library = TeamLibrary(
        [tmp_path / "mine", tmp_path / "nowhere", tmp_path / "teams"],
        PersonaLibrary([(tmp_path, "test")]),
    )
    assert library.find("one").title == "Mine"
    assert [each.title for each in library.headers() if each.name == "one"] == ["Mine"]


def test_a_team_has_presets(tmp_path: Path) -> None:
    library = teams(
        tmp_path,
        {
            **FILES,
            "teams/play.yml": """
                params: {who: {required: true}, mood: {default: calm}}
                presets: people
                preset: ann
                root: {persona: ada}
                """,
            "teams/people/ann.yml": "who: Ann\nmood: grim\n",
            "teams/people/bob.yml": "who: Bob\n",
            "teams/people/notes.txt": "no preset",
            "other.json": '{"who": "Cat"}',
        },
    )
    draft = library.find("play")
    assert list(draft.presets) == ["ann", "bob"]
    assert draft.given() == {"who": "Ann", "mood": "grim"}
    assert draft.given("bob", ["mood=wild"]) == {"who": "Bob", "mood": "wild"}
    assert draft.given(str(tmp_path / "other.json")) == {"who": "Cat"}
    with pytest.raises(UsageError, match=r"no parameter file 'bobb'\. Did you mean bob"):
        draft.given("bobb")
