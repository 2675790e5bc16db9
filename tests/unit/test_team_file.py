"""Team files: what they declare, and where what is wrong with them stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import PersonaError
from core.messages import Params
from core.teams.definitions.declarations import MAX_DEPTH, MAX_NODES
from core.teams.definitions.draft import TeamDraft
from core.teams.definitions.located import MAX_BYTES, TeamFileError
from core.teams.team import Flow
from team_kit import teams

PERSONAS = {
    "ada.md": "# Analyst: Ada (en) [f]\nYou count.\n",
    "teams/lead.md": """
        ---
        description: Leads.
        temperature: 0.3
        delegates: [writer]
        ---
        # Lead: Lea (en)
        You lead.
        """,
    "teams/writer.md": """
        ---
        description: Writes.
        examples: [Once upon a time., The end.]
        stateless: true
        model: scripted:own
        autonomy: unless-flagged
        schema: {type: object}
        ---
        # Writer: Will (en)
        You write.
        """,
}


def find(tmp_path: Path, text: str, **files: str) -> TeamDraft:
    return teams(tmp_path, {**PERSONAS, **files, "teams/team.yml": text}).find("team")


def test_a_node_takes_what_its_file_says_and_else_what_its_persona_says(tmp_path: Path) -> None:
    draft = find(
        tmp_path,
        """
        title: Two and a friend
        root:
          persona: lead
          name: boss
          rounds: 4
          parallel: true
          temperature: 0.9
          delegates:
            - persona: writer.md
              model: scripted:theirs
              description: Writes well.
              memory: finals
            - ada
        """,
    )
    boss, writer, ada = draft.nodes().values()
    assert [each.path for each in (boss, writer, ada)] == ["boss", "boss/writer", "boss/ada"]
    assert (draft.name, draft.title) == ("team", "Two and a friend")
    assert (boss.description, boss.rounds, boss.parallel) == ("Leads.", 4, True)
    assert boss.params == Params(temperature=0.9)
    assert (writer.description, writer.memory) == ("Writes well.", "finals")
    assert writer.model == "scripted:theirs"
    assert writer.examples == ("Once upon a time.", "The end.")
    assert (writer.autonomy, writer.schema) == ("unless_flagged", {"type": "object"})
    assert ada.persona is not None
    assert (ada.persona.name, ada.description, ada.memory) == ("Ada", "Analyst", "own")


def test_a_persona_brings_its_own_delegates(tmp_path: Path) -> None:
    draft = find(tmp_path, "root: {persona: lead}")
    assert list(draft.nodes()) == ["lead", "lead/writer"]
    assert draft.nodes()["lead/writer"].memory == "none"
    assert list(find(tmp_path, "root: {persona: lead, delegates: []}").nodes()) == ["lead"]


def test_a_persona_in_two_places_is_two_nodes(tmp_path: Path) -> None:
    draft = find(
        tmp_path,
        """
        root:
          persona: ada
          delegates:
            - {persona: writer, name: first}
            - {persona: writer, name: second, delegates: [{persona: writer, delegates: [writer]}]}
        """,
    )
    assert list(draft.nodes()) == [
        "ada",
        "ada/first",
        "ada/second",
        "ada/second/writer",
        "ada/second/writer/writer",
    ]


def test_a_flow_needs_no_persona(tmp_path: Path) -> None:
    draft = find(
        tmp_path,
        """
        root:
          flow: {name: pipeline, steps: [{ask: writer}]}
          delegates: [writer]
        """,
    )
    assert draft.root.name == "team"
    assert draft.root.persona is None
    assert draft.root.flow == Flow("pipeline", {"steps": [{"ask": "writer"}]})


WRONG = {
    "no root": ("title: x\n", 1, "needs a `root`"),
    "unknown key of the file": ("rooot: {}\n", 1, "Did you mean root?"),
    "unknown key of a node": ("root:\n  persona: ada\n  delgates: []\n", 3, "delegates"),
    "nobody": ("root:\n  delegates: [ada]\n", 2, "needs a persona or a flow"),
    "missing persona": (
        "root:\n  persona: ada\n  delegates:\n    - writer\n    - nobody\n",
        5,
        "There is no persona 'nobody'",
    ),
    "missing file": ("root:\n  persona: sub/nobody.md\n", 2, "There is no file"),
    "a path out": ("root:\n  persona: ../ada.md\n", 2, "leaves the folder"),
    "an absolute path": ("root:\n  persona: /etc/hostname\n", 2, "leaves the folder"),
    "from home": ("root:\n  persona: ~/x\n", 2, "There is no file"),
    "twins": (
        "root:\n  persona: ada\n  delegates:\n    - writer\n    - persona: writer\n",
        5,
        "two delegates called 'writer'",
    ),
    "twins but for case": (
        "root:\n  persona: ada\n  delegates:\n  - {persona: writer, name: W}\n"
        "  - persona: writer\n    name: w\n",
        6,
        "two delegates",
    ),
    "a name with a slash": ("root:\n  persona: ada\n  name: a/b\n", 3, "cannot be a name"),
    "a name that means the end": ("root:\n  persona: ada\n  name: None\n", 3, "cannot be a name"),
    "a number as a name": ("root: {persona: ada,\n  name: 3}\n", 2, "cannot be a name"),
    "a wrong model": ("root:\n  persona: ada\n  model: ':x'\n", 3, "model"),
    "a wrong parameter": ("root:\n  persona: ada\n  temperature: 9\n", 3, "temperature"),
    "an unknown parameter": (
        "root:\n  persona: ada\n  parameters: {tempo: 1}\n",
        3,
        "not a parameter",
    ),
    "a wrong memory": ("root:\n  persona: ada\n  memory: all\n", 3, "memory has to be one of"),
    "two memories": (
        "root:\n  persona: ada\n  stateless: true\n  memory: own\n",
        4,
        "exclude each other",
    ),
    "a wrong autonomy": ("root:\n  persona: ada\n  autonomy: free\n", 3, "autonomy"),
    "a wrong flag": ("root:\n  persona: ada\n  parallel: 1\n", 3, "true or false"),
    "wrong rounds": ("root:\n  persona: ada\n  rounds: -1\n", 3, "rounds"),
    "no schema": ("root:\n  persona: ada\n  schema: {type: 3}\n", 3, "no JSON schema"),
    "a schema from elsewhere": (
        "root:\n  persona: ada\n  schema:\n    items: {$ref: 'http://x/y'}\n",
        3,
        "may only begin with #",
    ),
    "an unknown flow": ("root:\n  delegates: [ada]\n  flow: pipelines\n", 3, "pipeline?"),
    "a module as a flow": ("root:\n  flow: os:system\n", 2, "There is no flow"),
    "a wrong option": ("root:\n  flow: {name: pipeline, steps: [{ask: x}]}\n", 2, "no delegate"),
    "wrong examples": ("root:\n  persona: ada\n  examples: [1]\n", 3, "examples"),
    "wrong delegates": ("root:\n  persona: ada\n  delegates: 7\n", 3, "list of names"),
    "an undeclared parameter": (
        "root:\n  persona: ada\n  description: For {params.who}\n",
        3,
        "no parameter 'who'",
    ),
    "a key twice": ("root:\n  persona: ada\n  persona: ada\n", 3, "stands on line 2 already"),
    "no YAML": ("root: [\n", 1, "not valid YAML"),
    "a list": ("- root\n", 1, "`key: value` lines"),
    "code": ("root: !!python/object/apply:os.system [ls]\n", 1, ""),
    "a date": ("title: 2024-01-01\n", 1, "Put it in quotes"),
    "a long number": (f"title: {'9' * 50}\n", 1, "too long"),
    "no number": ("params: {a: {default: .nan}}\n", 1, "no number"),
    "a key that is none": ("1: x\n", 1, "a key has to be text"),
    "a wrong type": ("params:\n  a: {type: word}\nroot: {persona: ada}\n", 2, "type"),
    "a wrong default": (
        "params:\n  a: {type: number,\n      default: x}\nroot: {persona: ada}\n",
        3,
        "a number",
    ),
    "a parameter's name": ("params: {a b: {}}\nroot: {persona: ada}\n", 1, "name"),
    "a preset that is not there": ("preset: x\nroot: {persona: ada}\n", 1, "preset"),
    "presets elsewhere": ("presets: ..\nroot: {persona: ada}\n", 1, "leaves the folder"),
    "a style that is no list": (
        "params: {a: {}}\nstyle: a\nroot: {persona: ada}\n",
        2,
        "not there for style",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_file_and_line(tmp_path: Path, case: str) -> None:
    text, line, words = WRONG[case]
    with pytest.raises(TeamFileError) as caught:
        find(tmp_path, text)
    assert caught.value.problem.line == line, str(caught.value)
    assert f"team.yml:{line}: " in caught.value.message
    assert words in str(caught.value)


def test_delegates_in_a_circle_are_told_where_it_closes(tmp_path: Path) -> None:
    circle = {
        "teams/a.md": "---\nmodel: scripted:x\ndelegates: [b]\n---\n# A: A\nx\n",
        "teams/b.md": "---\ndelegates: [a]\n---\n# B: B\nx\n",
    }
    with pytest.raises(TeamFileError, match=r"a\.md:3: .*a → b → a"):
        find(tmp_path, "root: {persona: a}", **circle)


def test_a_persona_that_asks_for_an_undeclared_parameter_is_told_with_its_line(
    tmp_path: Path,
) -> None:
    asks = {"teams/asks.md": "---\ntags: [x]\n---\n# A: A\n\nYou are {params.nmae}.\n"}
    with pytest.raises(TeamFileError, match=r"asks\.md:6: .*'nmae'.*Did you mean name"):
        find(tmp_path, "params: {name: {}}\nroot: {persona: asks}", **asks)


def test_a_wrong_persona_is_told_with_its_own_file(tmp_path: Path) -> None:
    broken = {"teams/broken.md": "---\ntemperature: hot\n---\n# A: A\nx\n"}
    with pytest.raises(PersonaError, match=r"broken\.md:2: "):
        find(tmp_path, "root: {persona: broken}", **broken)


def test_a_link_does_not_lead_out(tmp_path: Path) -> None:
    library = teams(tmp_path, {**PERSONAS, "teams/team.yml": "root: {persona: linked}"})
    (tmp_path / "teams" / "linked.md").symlink_to(tmp_path / "ada.md")
    with pytest.raises(PersonaError, match="There is no persona 'linked'"):
        library.find("team")
    (tmp_path / "teams" / "team.yml").write_text("root: {persona: linked.md}")
    with pytest.raises(TeamFileError, match="leaves the folder"):
        library.find("team")


def test_a_name_is_no_path_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "foreign").write_text("# X: Foreign\nx\n")
    monkeypatch.chdir(elsewhere)
    with pytest.raises(TeamFileError, match="There is no persona 'foreign'"):
        find(tmp_path, "root: {persona: foreign}")


def test_a_team_is_not_too_deep_and_not_too_large(tmp_path: Path) -> None:
    deep = "{persona: ada}"
    for _ in range(MAX_DEPTH - 1):
        deep = f"{{persona: ada, delegates: [{deep}]}}"
    assert len(find(tmp_path, f"root: {deep}").nodes()) == MAX_DEPTH
    with pytest.raises(TeamFileError, match="beyond what a team may hold"):
        find(tmp_path, f"root: {{persona: ada, delegates: [{deep}]}}")
    many = ", ".join(f"{{persona: ada, name: n{n}}}" for n in range(MAX_NODES))
    with pytest.raises(TeamFileError, match="beyond what a team may hold"):
        find(tmp_path, f"root: {{persona: ada, delegates: [{many}]}}")


@pytest.mark.parametrize(
    "text",
    [
        "x: " + "[" * 5000,
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n"
            for n in range(9)
        ),
        "root: &r {persona: ada, delegates: [*r]}\n",
        "title: " + "x" * MAX_BYTES,
        "\0",
    ],
    ids=["nested", "aliases", "holds itself", "large", "binary"],
)
def test_hostile_files_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PersonaError):
        find(tmp_path, text)


def test_a_persona_alone_may_declare_all_of_it(tmp_path: Path) -> None:
    whole = """
        ---
        params:
          mood: {default: calm}
        flow: {name: pipeline, steps: [{ask: writer, message: "{params.mood}: {inbound}"}]}
        delegates:
          - persona: writer
            description: Writes, {params.mood}.
        ---
        # Whole: Wanda (en)
        Be {params.mood}.
        """
    draft = teams(tmp_path, {**PERSONAS, "teams/whole.md": whole}).find("whole")
    assert (draft.title, [each.name for each in draft.parameters]) == ("Wanda", ["mood"])
    assert draft.root.flow is not None
    assert draft.nodes()["whole/writer"].description == "Writes, {params.mood}."
    wrong = whole.replace("ask: writer", "ask: nobody")
    with pytest.raises(TeamFileError, match=r"wrong\.md:4: .*'nobody'"):
        teams(tmp_path, {"teams/wrong.md": wrong}).find("wrong")
