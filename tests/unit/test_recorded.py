"""Answers from a session that was recorded."""

from __future__ import annotations

import json
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.ids import CountingSource
from core.messages import Message, Params, Usage
from core.providers.base import Completion, ModelRequest, Origin, ProviderSettings
from core.providers.recorded import Recorded
from core.sessions.record import CODE, Kind, Record

ASKED = ModelRequest(
    "llama3.2:3b",
    (Message("system", "You are Ada."), Message("user", "Hello")),
    Params(temperature=0.5, max_tokens=2),
    schema={"type": "string"},
    origin=Origin("a", 0),
)


class Recording:
    """A session file in the making."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._source = CountingSource()
        self.add(Kind.SESSION, None)

    def add(self, kind: str, parent: str | None, **fields: object) -> Record:
        record = Record(self._source.new_id(), kind, parent, CODE, self._source.now(), **fields)
        self.records.append(record)
        return record

    def answer(self, text: str, request: ModelRequest = ASKED, **fields: object) -> Record:
        parent = fields.pop("parent", None) or self.records[-1].id
        data = {"ordinal": request.origin.ordinal, "finish": "length", **fields.pop("data", {})}
        return self.add(
            Kind.MESSAGE,
            parent,
            node=request.origin.node,
            text=text,
            model=f"ollama:{request.model}",
            params=request.params.to_json(),
            request=request.hash(),
            usage=Usage(3, 4),
            data=data,
            **fields,
        )

    def write(self, path: Path, tail: str = "") -> str:
        lines = [json.dumps(record.to_json(), ensure_ascii=False) for record in self.records]
        path.write_text("\n".join(lines) + "\n" + tail, encoding="utf-8")
        return str(path)


async def replayed(path: str, request: ModelRequest) -> Completion:
    provider = Recorded(ProviderSettings("recorded", "recorded"))
    async with aclosing(provider.stream(replace(request, model=path))) as parts:
        *chunks, end = [part async for part in parts]
    assert isinstance(end, Completion)
    assert "".join(chunk.text for chunk in chunks) == end.text
    return end


async def refused(path: str, request: ModelRequest) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await replayed(path, request)
    assert caught.value.kind is ProviderErrorKind.NOT_RECORDED
    return caught.value


async def test_the_same_request_gets_the_same_answer(tmp_path: Path) -> None:
    recording = Recording()
    recording.answer("Good evening to you all")
    end = await replayed(recording.write(tmp_path / "s.jsonl"), ASKED)
    assert end == Completion("Good evening to you all", Usage(3, 4), "length", "ollama:llama3.2:3b")


async def test_control_words_are_answered_as_the_model_wrote_them(tmp_path: Path) -> None:
    recording = Recording()
    recording.answer("Farewell.", data={"raw": "Farewell.\n/bye"})
    end = await replayed(recording.write(tmp_path / "s.jsonl"), ASKED)
    assert end.text == "Farewell.\n/bye"


async def test_another_ordinal_or_node_is_not_recorded(tmp_path: Path) -> None:
    recording = Recording()
    recording.answer("Good evening")
    path = recording.write(tmp_path / "s.jsonl")
    error = await refused(path, replace(ASKED, origin=Origin("a", 1)))
    assert "'a' has 1 recorded answers" in error.message
    assert "number 1" in error.message
    error = await refused(path, replace(ASKED, origin=Origin("b", 0)))
    assert "'b' has 0" in error.message
    await refused(path, replace(ASKED, origin=None))


@pytest.mark.parametrize(
    "changed",
    [
        {"messages": (Message("user", "Hello"),)},
        {"params": Params(temperature=0.6)},
        {"schema": None},
    ],
    ids=["messages", "params", "schema"],
)
async def test_another_request_is_not_recorded(tmp_path: Path, changed: dict[str, object]) -> None:
    recording = Recording()
    recording.answer("Good evening")
    error = await refused(recording.write(tmp_path / "s.jsonl"), replace(ASKED, **changed))
    assert "Answer 0 of node 'a' was given to another request" in error.message


async def test_seed_and_context_length_are_those_of_the_recording(tmp_path: Path) -> None:
    recording = Recording()
    params = replace(ASKED.params, seed=7, context_length=512)
    recording.answer("first", replace(ASKED, params=params))
    recording.add(Kind.HEAD, None, data={"target": recording.records[0].id})
    again = replace(ASKED, params=replace(params, seed=8))
    recording.answer("taken again", again, parent=recording.records[0].id)
    path = recording.write(tmp_path / "s.jsonl")
    assert (await replayed(path, ASKED)).text == "taken again"
    assert (await replayed(path, replace(ASKED, params=params))).text == "taken again"


async def test_a_summary_is_answered_from_its_notice(tmp_path: Path) -> None:
    recording = Recording()
    recording.add(
        Kind.NOTICE,
        recording.records[0].id,
        node="a",
        text="1 older message was summarised.",
        model=f"ollama:{ASKED.model}",
        params=ASKED.params.to_json(),
        request=ASKED.hash(),
        data={"code": "context", "summary": "They met.", "ordinal": 3},
    )
    asked = replace(ASKED, origin=Origin("a/summary", 3))
    assert (await replayed(recording.write(tmp_path / "s.jsonl"), asked)).text == "They met."


async def test_of_several_answers_the_one_on_the_current_path_counts(tmp_path: Path) -> None:
    recording = Recording()
    root = recording.records[0].id
    first = recording.answer("first", parent=root)
    recording.add(Kind.HEAD, first.id, data={"target": root})
    recording.answer("second", parent=root)
    path = recording.write(tmp_path / "s.jsonl")
    assert (await replayed(path, ASKED)).text == "second"
    recording.add(Kind.HEAD, first.id, data={"target": first.id})
    assert (await replayed(recording.write(tmp_path / "t.jsonl"), ASKED)).text == "first"


async def test_a_stopped_answer_serves_where_there_is_no_complete_one(tmp_path: Path) -> None:
    recording = Recording()
    root = recording.records[0].id
    for status in ("stopped", "failed"):
        recording.answer(status, status=status, parent=root)
    assert (await replayed(recording.write(tmp_path / "s.jsonl"), ASKED)).text == "stopped"


async def test_what_a_human_said_and_a_torn_last_line_are_passed_over(tmp_path: Path) -> None:
    recording = Recording()
    recording.add(Kind.MESSAGE, recording.records[-1].id, text="Hello", node="b")
    recording.answer("Good evening")
    path = recording.write(tmp_path / "s.jsonl", tail='{"kind": "mess')
    assert (await replayed(path, ASKED)).text == "Good evening"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b'{"kind": "session"}\n[1]\n'])
async def test_a_file_without_answers_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "s.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProviderError, match=r"s\.jsonl"):
        await replayed(str(path), ASKED)


def test_a_recording_that_is_not_there_is_refused_beforehand(tmp_path: Path) -> None:
    provider = Recorded(ProviderSettings("recorded", "recorded"))
    path = Recording().write(tmp_path / "s.jsonl")
    provider.check(path)
    with pytest.raises(ProviderError, match="there is no such file") as caught:
        provider.check(f"{path}x")
    assert caught.value.kind is ProviderErrorKind.UNKNOWN_MODEL
