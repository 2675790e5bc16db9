"""What goes through an import and an export comes out as it was, edited or not."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import tavern_card
from hypothesis import given
from hypothesis import strategies as st

from card_samples import (
    AGENT,
    END,
    HEAD,
    PIXEL,
    V1,
    V2,
    card_texts,
    chunk,
    chunks_of,
    png,
    text_chunk,
)
from core.personas.cards.card_export import export_card
from core.personas.cards.card_import import import_card
from core.personas.markdown import parse_persona, read_persona, render_persona
from core.personas.persona import Persona

V3 = V2.replace("chara_card_v2", "chara_card_v3").replace('"2.0"', '"3.1"', 1)


def taken_in(folder: Path, data: bytes, name: str = "card.json") -> Persona:
    source = folder / name
    source.write_bytes(data)
    return read_persona(import_card(source, folder / "personas"))


def exported(persona: Persona, folder: Path, name: str) -> bytes:
    return export_card(persona, folder / name).read_bytes()


def edit(persona: Persona, **front: Any) -> Persona:
    """Return the persona as it reads after its file was edited and saved."""
    changed = replace(persona, front={**persona.front, **front})
    return parse_persona(render_persona(changed), persona.path)


def test_a_card_becomes_a_persona_and_stays_beside_it(tmp_path: Path) -> None:
    persona = taken_in(tmp_path, V2.encode())
    assert persona.path is not None
    assert (persona.path.parent / "seraphina.card.json").read_bytes() == V2.encode()
    assert persona.name == "Seraphina"
    assert persona.body == "# Seraphina\n\n{{char}} heals.\n\n# Not a title\ncafé / 😀\n"
    assert persona.tags == ("fantasy", "Healer")
    character = persona.character
    assert character.greetings == (
        '*She smiles at {{user}}.* \n\n"Welcome."',
        "Good evening.",
        "You again?",
    )
    assert character.system_prompt == "Play {{char}}. {{original}}"
    assert character.creator_notes == "Best at night."
    assert [each.content for each in character.lorebook.entries] == [
        "Moss glows.",
        "Eldoria is at peace.",
    ]


@pytest.mark.parametrize("text", [V1, V2, V3, "\ufeff" + V2], ids=["v1", "v2", "v3", "mark"])
def test_json_that_was_not_edited_comes_out_byte_for_byte(tmp_path: Path, text: str) -> None:
    persona = taken_in(tmp_path, text.encode())
    assert exported(persona, tmp_path, "out.json") == text.encode()


@pytest.mark.parametrize("kind", ["tEXt", "zTXt", "iTXt", "iTXt-z"])
@pytest.mark.parametrize("keyword", ["chara", "ccv3", "Chara", "CCV3"])
def test_a_picture_keeps_all_its_other_chunks(tmp_path: Path, kind: str, keyword: str) -> None:
    frames = [chunk(b"acTL", b"\0\0\0\1\0\0\0\0"), chunk(b"fcTL", b"x" * 26)]
    other = [chunk(b"tEXt", b"Comment\0chara"), *frames, chunk(b"prVt", b"\0\1")]
    data = png(other[0], text_chunk(keyword, V2, kind), *other[1:], tail=b"after the end")
    out = exported(taken_in(tmp_path, data, "card.png"), tmp_path, "out.png")
    texts = card_texts(out)
    assert texts["chara"] == V2
    assert json.loads(texts["ccv3"])["spec"] == "chara_card_v3"
    assert out.endswith(END + b"after the end")
    kept = [each for each in chunks_of(out) if each[1][:6] not in {b"chara\0", b"ccv3\0e"}]
    kept = [each for each in kept if not each[1].startswith(b"ccv3\0")]
    assert kept == chunks_of(png(*other))


def test_ccv3_wins_and_both_are_replaced(tmp_path: Path) -> None:
    old = V2.replace("A glade.", "A desert.")
    data = png(text_chunk("chara", old), text_chunk("ccv3", V3, "zTXt"))
    persona = taken_in(tmp_path, data, "card.png")
    assert persona.character.scenario == "A glade."
    out = exported(edit(persona, scenario="A cave."), tmp_path, "out.png")
    texts = card_texts(out)
    assert sorted(texts) == ["ccv3", "chara"]
    assert len(chunks_of(out)) == 5
    latest, older = json.loads(texts["ccv3"]), json.loads(texts["chara"])
    assert latest["data"]["scenario"] == older["data"]["scenario"] == "A cave."
    assert (latest["spec_version"], older["spec_version"]) == ("3.1", "2.0")
    assert latest["data"]["group_only_greetings"] == []


def test_a_broken_ccv3_gives_way_to_chara(tmp_path: Path) -> None:
    broken = chunk(b"zTXt", b"ccv3\0\0not zlib")
    persona = taken_in(tmp_path, png(broken, text_chunk("chara", V2)), "card.png")
    assert persona.name == "Seraphina"


def test_an_edit_changes_nothing_else(tmp_path: Path) -> None:
    persona = edit(taken_in(tmp_path, V2.encode()), personality="stern")
    out = exported(persona, tmp_path, "out.json").decode()
    assert out == V2.replace('"kind, [@click=app.quit]patient[/]"', '"stern"')


def test_a_name_that_stands_twice_is_changed_twice(tmp_path: Path) -> None:
    persona = replace(taken_in(tmp_path, V2.encode()), name="Sera")
    out = exported(persona, tmp_path, "out.json").decode()
    assert out == V2.replace('"name": "Seraphina"', '"name": "Sera"')


def test_what_is_emptied_is_empty(tmp_path: Path) -> None:
    persona = taken_in(tmp_path, V2.encode())
    front = {key: value for key, value in persona.front.items() if key == "card"}
    data = json.loads(exported(replace(persona, front=front), tmp_path, "out.json"))["data"]
    assert data["scenario"] == data["system_prompt"] == data["first_mes"] == ""
    assert data["alternate_greetings"] == data["tags"] == []
    assert data["character_book"] is None
    assert data["creator"] == "somebody"
    assert data["extensions"]["depth_prompt"] == {"depth": 4}


def test_an_edited_description_and_heading(tmp_path: Path) -> None:
    persona = taken_in(tmp_path, V2.encode())
    heading = {"role": "Healer", "language": "en", "gender": "f"}
    persona = replace(persona, body="# Healer: Sera (en) [f]\n\nNew.\n", name="Sera", **heading)
    card = json.loads(exported(persona, tmp_path, "out.json"))
    assert card["data"]["description"] == "New."
    assert card["data"]["extensions"]["salon"] == heading
    assert card["data"]["extensions"]["talkativeness"] == "0.5"
    again = taken_in(tmp_path, (tmp_path / "out.json").read_bytes())
    assert (again.role, again.name, again.language, again.gender) == ("Healer", "Sera", "en", "f")


def test_lorebook_entries_are_followed_through_edits(tmp_path: Path) -> None:
    persona = taken_in(tmp_path, V2.encode())
    moss, peace = persona.front["lorebook"]["entries"]
    book = {
        "name": "Glade",
        "token_budget": 300,
        "entries": [
            peace,
            {"keys": ["river"], "content": "It sings."},
            {**moss, "content": "Moss is dark.", "extensions": {"match_whole_words": True}},
        ],
    }
    text = exported(edit(persona, lorebook=book), tmp_path, "out.json").decode()
    new = json.loads(text)["data"]["character_book"]
    assert new["scan_depth"] is None
    assert new["token_budget"] == 300
    assert new["extensions"] == {"x": 1}
    first, second, third = new["entries"]
    assert first["position"] == "before_char"
    assert '{"keys": [], "content": "Eldoria is at peace."' in text
    assert second["use_regex"] is False
    assert second["extensions"] == {}
    assert third["content"] == "Moss is dark."
    assert '"odd": 1.0' in text
    assert third["extensions"] == {
        "position": 0,
        "probability": 100,
        "useProbability": True,
        "vectorized": False,
        "match_whole_words": True,
    }


def test_entries_that_moved_and_changed_are_known_by_their_number(tmp_path: Path) -> None:
    persona = taken_in(tmp_path, V2.encode())
    moss, peace = persona.front["lorebook"]["entries"]
    book = {"entries": [{**peace, "content": "War."}, {**moss, "content": "Dark.", "keys": []}]}
    text = exported(edit(persona, lorebook=book), tmp_path, "out.json").decode()
    first, second = json.loads(text)["data"]["character_book"]["entries"]
    assert (first["content"], first["id"], "odd" in first) == ("War.", 2, False)
    assert (second["content"], second["keys"], second["odd"]) == ("Dark.", [], 1.0)


def test_entries_by_number_in_place_of_a_list(tmp_path: Path) -> None:
    entries = {"0": {"keys": ["a"], "content": "A.", "odd": 1}, "7": 5, "9": {"content": "B."}}
    card = {"spec": "chara_card_v2", "data": {"name": "N", "character_book": {"entries": entries}}}
    persona = taken_in(tmp_path, json.dumps(card).encode())
    assert [each.content for each in persona.character.lorebook.entries] == ["A.", "B."]
    book = {"entries": [{"keys": ["a"], "content": "New."}]}
    text = exported(edit(persona, lorebook=book), tmp_path, "out.json")
    (entry,) = json.loads(text)["data"]["character_book"]["entries"]
    assert entry == {"keys": ["a"], "content": "New.", "odd": 1}


def test_v1_stays_v1_as_long_as_that_can_say_it(tmp_path: Path) -> None:
    persona = edit(taken_in(tmp_path, V1.encode()), personality="wild")
    assert exported(persona, tmp_path, "out.json").decode() == V1.replace('"calm"', '"wild"')
    wider = json.loads(exported(edit(persona, tags=["bees"]), tmp_path, "out.json"))
    assert wider["spec"] == "chara_card_v2"
    assert wider["data"]["tags"] == ["bees"]
    assert wider["data"]["personality"] == "wild"
    assert wider["data"]["first_mes"] == "Hello, <USER>."
    assert wider["nested"] == {"a": [1, 2.0, float("inf")]}


def test_the_names_of_older_programs(tmp_path: Path) -> None:
    old = {"char_name": "Mara", "char_persona": "Keeps bees.", "char_greeting": "Hm?"}
    persona = taken_in(tmp_path, json.dumps(old).encode())
    assert (persona.name, persona.character.greetings) == ("Mara", ("Hm?",))
    edited = json.loads(exported(edit(persona, greeting="Ha!"), tmp_path, "out.json"))
    assert edited == {**old, "char_greeting": "Ha!"}
    card = card_texts(exported(persona, tmp_path, "out.png"))["ccv3"]
    assert json.loads(card)["data"]["description"] == "Keeps bees."


def test_a_charx_keeps_its_other_files(tmp_path: Path) -> None:
    data = BytesIO(b"a picture in front")
    data.seek(0, 2)
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"remark"
        archive.writestr("assets/icon/images/main.png", b"pixels" * 100)
        archive.writestr("card.json", V3)
        archive.writestr("module.risum", b"\0\1", zipfile.ZIP_STORED)
    persona = taken_in(tmp_path, data.getvalue(), "card.charx")
    assert persona.character.card == "seraphina.card.charx"
    out = exported(edit(persona, scenario="A cave."), tmp_path, "out.charx")
    assert out.startswith(b"a picture in front")
    with zipfile.ZipFile(BytesIO(out)) as archive:
        assert archive.testzip() is None
        assert archive.comment == b"remark"
        assert sorted(archive.namelist()) == [
            "assets/icon/images/main.png",
            "card.json",
            "module.risum",
        ]
        assert archive.read("assets/icon/images/main.png") == b"pixels" * 100
        card = archive.read("card.json").decode()
    greetings = ',\n    "group_only_greetings": []'
    assert greetings in card
    assert card.replace(greetings, "").replace("A cave.", "A glade.") == V3


def test_a_persona_of_ones_own_goes_out_and_comes_back(tmp_path: Path) -> None:
    text = (
        "---\ntags: [sea]\ngreeting: Ahoy.\nmodel: local:x\n"
        "lorebook:\n  entries:\n    - {keys: [whale], content: Whales sing.}\n---\n"
        "# Keeper: Mina (nl) [f]\n\nYou keep the light.\n\n## Voice\nSlow.\n"
    )
    persona = parse_persona(text.encode())
    for name in ("out.png", "out.json", "out.charx"):
        again = taken_in(tmp_path, exported(persona, tmp_path, name), f"again-{name}")
        assert again.body == persona.body
        kept = {key: value for key, value in persona.front.items() if key != "model"}
        assert dict(again.front) == {**kept, "card": again.character.card}


READERS: dict[str, Callable[[bytes], dict[str, Any]]] = {
    "out.png": tavern_card.parse_png_card,
    "out.json": tavern_card.parse_card,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("text", [V1, V2, V3, AGENT], ids=["v1", "v2", "v3", "agent"])
def test_an_independent_reader_reads_what_is_written(tmp_path: Path, text: str, name: str) -> None:
    persona = taken_in(tmp_path, text.encode())
    card = READERS[name](exported(persona, tmp_path, name))["data"]
    assert card["name"] == persona.name
    assert card["description"].replace("\r\n", "\n").strip() in persona.body
    assert card["first_mes"].strip() == (persona.character.greetings or ("",))[0]
    assert card["tags"] == list(persona.tags)


@pytest.mark.parametrize("keyword", ["chara", "ccv3"])
def test_both_chunks_satisfy_an_independent_reader(tmp_path: Path, keyword: str) -> None:
    out = exported(taken_in(tmp_path, png(text_chunk("chara", V2)), "card.png"), tmp_path, "o.png")
    dropped = {"chara": "ccv3", "ccv3": "chara"}[keyword].encode()
    kept = [each for each in chunks_of(out) if not each[1].startswith(dropped + b"\0")]
    data = out[:8] + b"".join(chunk(kind, body) for kind, body in kept)
    card = tavern_card.parse_png_card(data)
    assert card["spec"] == {"chara": "chara_card_v2", "ccv3": "chara_card_v3"}[keyword]
    assert card["data"]["character_book"]["entries"][0]["keys"] == ["moss", "fern"]


def test_what_an_independent_writer_wrote_is_read(tmp_path: Path) -> None:
    data = tavern_card.write_png_card(tavern_card.parse_card(V2))
    persona = taken_in(tmp_path, data, "card.png")
    assert persona.character.scenario == "A glade."


def test_a_plain_picture_is_a_picture(tmp_path: Path) -> None:
    out = exported(parse_persona(b"# A: B\n\nText.\n"), tmp_path, "out.png")
    kinds = [kind for kind, _ in chunks_of(out)]
    assert kinds == [b"IHDR", b"PLTE", b"IDAT", b"tEXt", b"tEXt", b"IEND"]
    assert len(out) < 10_000


def test_the_picture_is_the_same_one(tmp_path: Path) -> None:
    data = png(text_chunk("chara", V2))
    out = exported(taken_in(tmp_path, data, "card.png"), tmp_path, "out.png")
    assert HEAD in out
    assert PIXEL in out


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = (
    "name description personality scenario first_mes mes_example creator_notes system_prompt "
    "post_history_instructions alternate_greetings tags character_book nickname creator extensions"
).split()


@given(
    st.dictionaries(st.sampled_from(FIELDS), st.text() | JSON),
    st.dictionaries(st.text(), JSON),
    st.booleans(),
)
def test_any_card_survives(
    tmp_path_factory: pytest.TempPathFactory,
    fields: dict[str, Any],
    unknown: dict[str, Any],
    ascii_only: bool,
) -> None:
    data = {"name": "N", "description": "d", **unknown, **fields}
    card = {"spec": "chara_card_v2", "data": data, "name": data["name"]}
    text = json.dumps(card, ensure_ascii=ascii_only).encode("utf-8", "replace")
    folder = tmp_path_factory.mktemp("cards")
    persona = taken_in(folder, text)
    assert exported(persona, folder, "out.json") == text
    changed = replace(persona, front={**persona.front, "scenario": "changed"})
    again = json.loads(exported(changed, folder, "out.json"))["data"]
    wanted = {**json.loads(text)["data"], "scenario": "changed"}
    assert json.dumps(again) == json.dumps({**again, **wanted})
    assert set(again) == set(wanted)
