"""`salon personas import` and `export`, as a person or a script calls them."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from card_samples import AGENT, V1, V2, card_texts, png, text_chunk
from core.cli.personas import personas
from core.errors import UsageError
from core.personas.library import PersonaLibrary
from core.personas.lint import lint_file


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    (tmp_path / "sera.png").write_bytes(png(text_chunk("chara", V2)))
    (tmp_path / "mara.json").write_text(V1, encoding="utf-8")
    (tmp_path / "lisa.agent.json").write_text(AGENT, encoding="utf-8")
    (tmp_path / "broken.png").write_bytes(png())
    return tmp_path


def run(cards: Path, *arguments: str | Path) -> Result:
    library = PersonaLibrary([(cards / "data" / "personas", "yours")])
    runtime = SimpleNamespace(library=library, directories=SimpleNamespace(data=cards / "data"))
    return CliRunner().invoke(personas, [str(each) for each in arguments], obj=runtime)


def test_import_names_each_file_it_writes(cards: Path) -> None:
    result = run(cards, "import", cards / "sera.png", cards / "lisa.agent.json")
    folder = cards / "data" / "personas"
    written = ["seraphina.md", "seraphina.card.png", "lisa-carter.md", "lisa-carter.agent.json"]
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [str(folder / name) for name in written]
    assert sorted(each.name for each in folder.iterdir()) == sorted(written)
    assert all(each.stat().st_mode & 0o777 == 0o600 for each in folder.iterdir())


def test_nothing_is_written_over(cards: Path) -> None:
    folder = cards / "mine"
    folder.mkdir()
    (folder / "seraphina.md").write_text("mine", encoding="utf-8")
    (folder / "seraphina-2.card.png").write_text("mine", encoding="utf-8")
    for _ in range(2):
        assert run(cards, "import", cards / "sera.png", "--to", folder).exit_code == 0
    assert (folder / "seraphina.md").read_text("utf-8") == "mine"
    assert (folder / "seraphina-2.card.png").read_text("utf-8") == "mine"
    names = {each.name for each in folder.iterdir()}
    assert {"seraphina-3.md", "seraphina-3.card.png", "seraphina-4.md"} <= names


def test_one_bad_card_does_not_stop_the_others(cards: Path) -> None:
    result = run(cards, "import", cards / "broken.png", cards / "none.png", cards / "mara.json")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].endswith("mara.md")
    assert "broken.png: The picture holds no character card." in result.stderr
    assert "none.png cannot be read" in result.stderr


def test_import_as_json(cards: Path) -> None:
    result = run(cards, "import", "--json", cards / "broken.png", cards / "mara.json")
    bad, good = json.loads(result.stdout)
    assert result.exit_code == 1
    assert bad["file"].endswith("broken.png")
    assert "no character card" in bad["error"]
    assert good["persona"].endswith("mara.md")
    assert good["card"].endswith("mara.card.json")


def test_a_folder_that_cannot_be_written_to(cards: Path) -> None:
    (cards / "file").write_text("x", encoding="utf-8")
    result = run(cards, "import", cards / "mara.json", "--to", cards / "file" / "below")
    assert result.exit_code == 1
    assert "Cannot create" in result.stderr


def test_export_by_name(cards: Path) -> None:
    run(cards, "import", cards / "sera.png")
    out = cards / "out.png"
    result = run(cards, "export", "sera", "--card", out)
    assert result.exit_code == 0
    assert f"Wrote {out}" in result.stderr
    assert card_texts(out.read_bytes())["chara"] == V2


def test_export_needs_a_format_it_knows(cards: Path) -> None:
    run(cards, "import", cards / "sera.png")
    result = run(cards, "export", "sera", "--card", cards / "out.webp")
    assert isinstance(result.exception, UsageError)
    assert not (cards / "out.webp").exists()


def test_imported_personas_are_in_order(cards: Path) -> None:
    run(cards, "import", *sorted(cards.glob("*.json")), cards / "sera.png")
    folder = cards / "data" / "personas"
    problems = {path.name: lint_file(path) for path in folder.glob("*.md")}
    assert problems == {"lisa-carter.md": [], "mara.md": [], "seraphina.md": []}
    (folder / "seraphina.card.png").unlink()
    (problem,) = lint_file(folder / "seraphina.md")
    assert (problem.line, "is not beside this file" in problem.message) == (2, True)


@pytest.mark.parametrize(
    ("front", "words"),
    [
        ("greeting: [a]", "greeting has to be a text"),
        ("alternate_greetings: a", "alternate_greetings has to be a list"),
        ("card: ../x.png", "card has to be the name of a file"),
        ("lorebook: x", "lorebook has to hold a list"),
        ("lorebook: {entries: [1]}", "lorebook has to hold a list"),
        ("lorebook: {entries: [{keys: [a]}]}", "entry 1 of the lorebook has no content"),
        ("lorebook: {entries: [{content: a}]}", "entry 1 of the lorebook has no keys"),
    ],
)
def test_lint_says_what_has_the_wrong_type(tmp_path: Path, front: str, words: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\nother: 1\n{front}\n---\n# R: N\n\nText.\n", encoding="utf-8")
    (problem,) = lint_file(path)
    assert problem.line == 3
    assert words in problem.message
