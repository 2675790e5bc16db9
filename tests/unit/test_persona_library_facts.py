"""The facts that stand beside a persona's text."""

from __future__ import annotations

from pathlib import Path

from core.personas.facts import children, facts, short_path
from core.personas.markdown import parse_persona


def facts_of(text: str, path: Path | None = None) -> dict[str, str]:
    return dict(facts(parse_persona(text.encode(), path), "local:smollm2"))


def test_a_plain_persona_has_few() -> None:
    assert facts_of("# Cook: Carl\n\nYou cook.\n") == {
        "size": "~6 tokens",
        "model": "Default model (local:smollm2)",
    }


def test_all_that_a_persona_can_say_of_itself() -> None:
    text = (
        "---\ntags: [sea, night]\nmodel: ollama:x\ntemperature: 0.5\nstop: [a, b]\n"
        "delegates: [anna, bo]\nnickname: Dodo\ngreeting: Hi.\nalternate_greetings: [Ho.]\n"
        "lorebook:\n  entries:\n  - {keys: [a], content: b}\n  - {keys: [c], content: d}\n"
        "card: dora.card.png\n---\n# Captain: Dora (pt-BR) [f]\n\n## Instructions\nNone.\n"
    )
    assert facts_of(text, Path("/x/dora.md")) | {"size": ""} == {
        "language": "Portuguese (pt-BR)",
        "gender": "f",
        "size": "",
        "tags": "sea, night",
        "model": "ollama:x",
        "parameters": "temperature 0.5, stop ['a', 'b']",
        "children": "anna, bo",
        "called": "Dodo",
        "greetings": "2",
        "lorebook": "2 entries",
        "card": "dora.card.png",
        "rules": "its own",
        "file": "/x/dora.md",
    }


def test_a_setting_that_cannot_be_read_is_said() -> None:
    assert facts_of("---\nmodel: 5\n---\n# A: B\n")["model"] == "cannot be read"


def test_children_as_people_write_them() -> None:
    def of(line: str) -> tuple[str, ...]:
        return children(parse_persona(f"---\n{line}\n---\n# A: B\n".encode()))

    assert of("delegates: anna, bo") == ("anna", "bo")
    assert of("delegates: [anna, 5, {a: b}]") == ("anna", "5")
    assert of("delegates: {a: b}") == ()
    assert of("x: y") == ()
    many = ", ".join(f"p{number}" for number in range(9))
    assert facts_of(f"---\ndelegates: [{many}]\n---\n# A: B\n")["children"].endswith("and 3 more")


def test_paths_below_home_are_short() -> None:
    assert short_path(Path.home() / "a.md") == "~/a.md"
    assert short_path(Path("/elsewhere/a.md")) == "/elsewhere/a.md"
