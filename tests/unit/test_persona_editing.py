"""Persona files made, copied, renamed, thrown away and brought back: nothing is ever lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import PersonaError
from core.personas.casefold import fold
from core.personas.library import SHIPPED, PersonaLibrary
from core.personas.markdown import read_persona
from core.personas.names import file_stem, free_name
from core.personas.persona_files import PersonaFiles
from core.personas.trash import TRASH

BO = b"---\n# a comment\ntags: [sea]\n---\n\n# Sailor: Bo Lind (sv) [m]\r\n\r\nYou sing.\n"


class Place:
    def __init__(self, root: Path) -> None:
        self.own, self.named, self.shipped = (root / each for each in ("own", "named", "shipped"))
        for folder in (self.named, self.shipped):
            folder.mkdir(parents=True)
        (self.named / "bo.md").write_bytes(BO)
        (self.shipped / "ada.md").write_text("# Analyst: Ada (en)\n\nx\n", "utf-8")
        self.library = PersonaLibrary([
            (self.named, "SALON_PERSONAS"),
            (self.own, "yours"),
            (self.shipped, SHIPPED),
        ])
        self.files = PersonaFiles(self.library, self.own)

    def names(self) -> list[str]:
        return sorted(header.name for header in self.library.headers())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_own_files_are_edited_where_they_lie(place: Place) -> None:
    bo = place.named / "bo.md"
    assert place.files.is_own(bo)
    assert place.files.owned(bo) == bo


def test_what_is_shipped_is_copied_and_the_copy_takes_its_place(place: Place) -> None:
    ada = place.shipped / "ada.md"
    copy = place.files.owned(ada)
    assert copy == place.own / "ada.md"
    assert copy.read_bytes() == ada.read_bytes()
    assert [h.source for h in place.library.headers() if h.name == "Ada"] == ["yours"]


def test_a_file_that_does_not_load_is_copied_to_be_mended(place: Place) -> None:
    torn = place.shipped / "torn.md"
    torn.write_text("---\na: [\n---\n", "utf-8")
    assert place.files.owned(torn).read_bytes() == torn.read_bytes()


def test_created_under_a_name_of_its_own(place: Place) -> None:
    text = "# Baker: Éva Brot (de)\n\nYou bake.\n"
    first, second = place.files.create(text), place.files.create(text)
    assert (first.name, second.name) == ("eva-brot.md", "eva-brot-2.md")
    assert first.read_text("utf-8") == text
    assert read_persona(second).name == "Éva Brot 2"


def test_a_new_file_hides_no_other_and_is_not_hidden(place: Place) -> None:
    path = place.files.create("# Other: Bo (en)\n\nx\n")
    assert path.name == "bo-2.md"
    assert place.names() == ["Ada", "Bo", "Bo Lind"]


def test_duplicate_keeps_all_but_the_name(place: Place) -> None:
    copy = place.files.duplicate(place.named / "bo.md")
    assert copy == place.named / "bo-lind-2.md"
    assert copy.read_bytes() == BO.replace(b"Bo Lind", b"Bo Lind 2")
    assert read_persona(place.files.duplicate(copy)).name == "Bo Lind 3"
    assert place.files.duplicate(place.shipped / "ada.md").parent == place.own


def test_rename_changes_heading_and_file(place: Place) -> None:
    path = place.files.rename(place.named / "bo.md", "  Bosse\tLind ")
    assert path == place.named / "bosse-lind.md"
    assert path.read_bytes() == BO.replace(b"Bo Lind", b"Bosse Lind")
    assert not (place.named / "bo.md").exists()
    assert place.files.rename(path, "BOSSE LIND") == path
    assert read_persona(path).name == "BOSSE LIND"


def test_renaming_what_is_shipped_makes_a_copy(place: Place) -> None:
    path = place.files.rename(place.shipped / "ada.md", "Augusta")
    assert path == place.own / "augusta.md"
    assert place.names() == ["Ada", "Augusta", "Bo Lind"]


@pytest.mark.parametrize("name", ["Ada", "ada", "ÁDA", " ada "])
def test_a_name_that_is_taken_is_refused(place: Place, name: str) -> None:
    with pytest.raises(PersonaError, match="There is a Ada already"):
        place.files.rename(place.named / "bo.md", name)
    assert (place.named / "bo.md").read_bytes() == BO


@pytest.mark.parametrize("name", ["", "  ", "A: B", "\x1b"])
def test_a_name_that_no_heading_can_say_is_refused(place: Place, name: str) -> None:
    with pytest.raises(PersonaError):
        place.files.rename(place.named / "bo.md", name)
    assert [path.name for path in place.named.iterdir()] == ["bo.md"]
    assert (place.named / "bo.md").read_bytes() == BO


def test_a_card_beside_a_persona_goes_along_to_another_folder(place: Place) -> None:
    (place.shipped / "vera.card.json").write_text("{}", "utf-8")
    (place.shipped / "vera.md").write_text("---\ncard: vera.card.json\n---\n# D: Vera\n", "utf-8")
    place.files.owned(place.shipped / "vera.md")
    assert (place.own / "vera.card.json").read_text("utf-8") == "{}"
    (place.shipped / "evil.md").write_text("---\ncard: ../../x\n---\n# D: Evil\n", "utf-8")
    place.files.owned(place.shipped / "evil.md")
    assert sorted(path.name for path in place.own.iterdir()) == [
        "evil.md", "vera.card.json", "vera.md",
    ]  # fmt: skip


def test_a_new_file_that_would_be_hidden_gets_another_name(place: Place) -> None:
    place.own.mkdir()
    (place.own / "bo.md").write_text("# R: Imported\n", "utf-8")
    assert "Imported" not in place.names()
    assert place.files.unhidden(place.own / "bo.md") == place.own / "bo-2.md"
    assert "Imported" in place.names()
    assert place.files.unhidden(place.own / "bo-2.md") == place.own / "bo-2.md"


def test_the_trash_gives_back_what_it_took(place: Place) -> None:
    bo = place.named / "bo.md"
    trashed = place.files.trash(bo)
    assert not bo.exists()
    assert place.names() == ["Ada"]
    assert [each.origin for each in place.files.trashed()] == [bo]
    assert (place.named / TRASH / ".gitignore").read_text("utf-8") == "*\n"
    assert place.files.restore(trashed) == bo
    assert bo.read_bytes() == BO
    assert place.files.trashed() == []
    with pytest.raises(PersonaError, match="bring back"):
        place.files.restore(trashed)


def test_two_of_one_name_in_the_trash_both_come_back(place: Place) -> None:
    bo = place.named / "bo.md"
    one = place.files.trash(bo)
    bo.write_text("# R: Bo Two\n", "utf-8")
    two = place.files.trash(bo)
    assert one.path != two.path
    assert len(place.files.trashed()) == 2
    assert place.files.restore(two) == bo
    assert place.files.restore(one) == place.named / "bo-2.md"
    assert place.names() == ["Ada", "Bo Lind", "Bo Two"]


def test_a_file_in_the_trash_with_no_date_in_its_name_is_none_of_ours(place: Place) -> None:
    trashed = place.files.trash(place.named / "bo.md")
    for name in ("99999999T999999Z-x.md", "20260230T000000Z-x.md", "notes.md"):
        (trashed.path.parent / name).write_text("x", "utf-8")
    assert place.files.trashed() == [trashed]


def test_what_is_shipped_is_not_thrown_away(place: Place) -> None:
    with pytest.raises(PersonaError, match="comes with Salon"):
        place.files.trash(place.shipped / "ada.md")


def test_saving_keeps_permissions_and_links(place: Place) -> None:
    bo = place.named / "bo.md"
    bo.chmod(0o640)
    link = place.named / "link.md"
    link.symlink_to(bo)
    place.files.save(link, "# R: Bo Three\n")
    assert link.is_symlink()
    assert bo.read_text("utf-8") == "# R: Bo Three\n"
    assert bo.stat().st_mode & 0o777 == 0o640


def test_exports_overwrite_nothing(place: Place, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    first, second = (place.files.export(place.named / "bo.md", out) for _ in range(2))
    assert (first.name, second.name) == ("bo.md", "bo-2.md")
    assert first.read_bytes() == second.read_bytes() == BO
    assert place.files.free_export(place.named / "bo.md", out, ".png") == out / "bo.png"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_folder_that_cannot_be_written_is_not_own(place: Place) -> None:
    place.named.chmod(0o500)
    assert not place.files.is_own(place.named / "bo.md")


def test_a_disk_that_refuses_is_said(place: Place) -> None:
    place.own.write_text("a file in the way", "utf-8")
    with pytest.raises(PersonaError, match="Cannot write"):
        place.files.create("# R: New\n")


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Éva Brot", "eva-brot"),
        ("../../etc/passwd", "etc-passwd"),
        ("a/b\\c:d", "a-b-c-d"),
        ("  ", "persona"),
        ("…", "persona"),
        ("漢字 かな", "漢字-かな"),
        ("x" * 300, "x" * 60),
        (".hidden", "hidden"),
        ("README", "persona-readme"),
    ],
)
def test_stems_are_harmless(name: str, stem: str) -> None:
    assert file_stem(name) == stem


def test_names_are_numbered() -> None:
    assert free_name("Ada", {"ada"}) == "Ada 2"
    assert free_name("Ada 2", {"ada", "ada 2"}) == "Ada 3"
    assert free_name("Louis 14", {"louis 14"}) == "Louis 2"


_STEP = st.tuples(
    st.sampled_from(["create", "duplicate", "rename", "trash", "restore", "save"]),
    st.integers(0, 50),
    st.sampled_from(["Ada", "Bo Lind", "Cy", "Dee", "É"]),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_STEP, max_size=25))
def test_whatever_is_done_no_text_is_lost(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, str]]
) -> None:
    """Every persona's own sentence is still there, in a folder or in the trash."""
    place = Place(tmp_path_factory.mktemp("place"))
    sentences = {"You sing."}
    brought_back = False
    for count, (verb, pick, name) in enumerate(steps):
        headers = place.library.headers()
        path = headers[pick % len(headers)].path
        trashed = place.files.trashed()
        try:
            if verb == "create":
                sentences.add(f"Sentence {count}.")
                place.files.create(f"# R: {name}\n\nSentence {count}.\n")
            elif verb == "duplicate":
                place.files.duplicate(path)
            elif verb == "rename":
                place.files.rename(path, name)
            elif verb == "trash":
                place.files.trash(path)
            elif verb == "restore" and trashed:
                place.files.restore(trashed[pick % len(trashed)])
            elif verb == "save" and place.files.is_own(path):
                place.files.save(path, f"{path.read_bytes().decode()}\nMore.\n")
        except PersonaError:
            assert verb in {"rename", "trash"}
        everything = b"".join(
            file.read_bytes()
            for folder in (place.own, place.named)
            for file in folder.rglob("*.md")
        )
        assert all(sentence.encode() in everything for sentence in sentences)
        assert (place.shipped / "ada.md").read_text("utf-8") == "# Analyst: Ada (en)\n\nx\n"
        brought_back |= verb == "restore"
        names = [fold(header.name) for header in place.library.headers()]
        assert brought_back or len(names) == len(set(names))
