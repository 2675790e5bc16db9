"""How replies end on record: complete, cut, paused, unknown, broken off; and what is told."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

import pytest

from chat_kit import Table, table
from core.chat.commands import Regenerate, Send
from core.errors import ProviderError, ProviderErrorKind
from core.events import Failed, Notice
from core.messages import Params, Usage
from core.providers.base import (
    Chunk,
    Completion,
    FinishReason,
    ModelRequest,
    Reasoning,
    Retraction,
    StreamPart,
    Waiting,
)
from core.providers.script import Reply
from core.providers.scripted import Scripted
from core.teams.commands import Say
from teams_kit import final, node, playing, team

BUSY = ProviderError(ProviderErrorKind.OVERLOADED, "acme cannot answer just now.", "Wait.")
CUT = ProviderError(ProviderErrorKind.NETWORK, "acme broke off in mid-answer.", "Wait.")


async def played(*parts: StreamPart | ProviderError) -> Table:
    """Return a chat in which every reply is these parts."""

    class Played(Scripted):
        async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
            self.requests.append(request)
            for part in parts:
                if isinstance(part, ProviderError):
                    raise part
                yield part

    chat = await table()
    chat.provider.__class__ = Played
    await chat.do(Send("Hi?"))
    chat.check()
    return chat


def ended(text: str, finish: FinishReason = "stop", **values: object) -> Sequence[StreamPart]:
    return Chunk(text), Completion(text, Usage(3, 2), finish, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("finish", "status", "told"),
    [
        ("stop", "complete", ""),
        ("length", "complete", ""),
        ("paused", "paused", "paused (quux)"),
        ("unknown", "unknown", "'quux'"),
    ],
)
async def test_how_a_reply_ended_is_on_record_and_told(
    finish: FinishReason, status: str, told: str
) -> None:
    chat = await played(*ended("Once upon", finish, reason="quux"))
    assert (chat.last.text, chat.last.status) == ("Once upon", status)
    assert chat.last.data.get("finish") == (None if finish == "stop" else finish)
    assert chat.last.data.get("finish_reason") == ("quux" if told else None)
    texts = [each.record.text for each in chat.of(Notice)]
    assert len(texts) == bool(told)
    assert told in "".join(texts)
    await chat.do(Send("And?"))
    assert chat.asked[-1] == ["Hi?", "Once upon", "And?"]


async def test_a_reply_that_breaks_off_is_kept_as_interrupted_and_can_be_had_anew() -> None:
    chat = await played(Chunk("Once upon"), CUT)
    assert (chat.said, chat.state.waiting) == (["Hi?"], True)
    (failed,) = chat.of(Failed)
    partial = chat.tree.get(failed.record.data["partial"])
    assert (partial.text, partial.status) == ("Once upon", "interrupted")
    chat.provider.__class__ = Scripted
    chat.provider._answering = lambda request: "Better now."
    await chat.do(Regenerate())
    assert chat.said == ["Hi?", "Better now."]
    assert chat.options() == ["Once upon", "Better now."]
    chat.check()


async def test_a_reply_that_breaks_off_before_its_first_word_leaves_nothing() -> None:
    chat = await played(CUT)
    assert chat.said == ["Hi?"]
    assert chat.state.waiting


async def test_reasoning_is_on_record_and_never_sent() -> None:
    parts = ended("How charming.", reasoning="I despise her.")
    chat = await played(Reasoning("I despise her."), *parts)
    assert chat.last.text == "How charming."
    assert chat.last.data["thinking"] == "I despise her."
    await chat.do(Send("Really?"))
    assert "despise" not in str(chat.asked)


async def test_words_that_turn_out_to_be_reasoning_are_none_of_the_reply() -> None:
    parts = ended("How charming.", reasoning="I despise her.")
    chat = await played(Chunk("I despise her."), Retraction(), *parts)
    assert chat.last.text == "How charming."


async def test_retries_are_told_as_they_happen() -> None:
    chat = await played(Waiting(BUSY, 4.0, 2, 4), *ended("Hello."))
    (notice,) = chat.of(Notice)
    assert notice.record.data["code"] == "retry"
    assert notice.record.text == "acme cannot answer just now. Waiting 4.0 s, try 2 of 4."
    kinds = [type(each).__name__ for each in chat.events]
    assert kinds.index("Notice") < kinds.index("TextDelta")
    assert chat.said == ["Hi?", "Hello."]


async def test_waiting_for_a_model_that_is_loaded_is_counted() -> None:
    chat = await played(Waiting(BUSY, 3.0, 3, 0, waited=12.0), *ended("Hello."))
    assert chat.of(Notice)[0].record.text.endswith("Waiting 3.0 s, 12 s so far.")


async def test_a_parameter_that_is_not_sent_is_told_once_and_stands_with_each_reply() -> None:
    parts = ended("Hello.", sent={"top_p": 0.9, "stream": True}, not_sent={"temperature": "No."})
    chat = await played(*parts)
    await chat.do(Send("And?"))
    assert [each.record.text for each in chat.of(Notice)] == [
        "scripted:x: temperature was not sent: No."
    ]
    assert chat.last.data["not_sent"] == {"temperature": "No."}
    assert chat.last.data["sent"] == {"top_p": 0.9}


async def test_what_was_sent_just_as_it_was_set_is_not_repeated() -> None:
    params = Params(temperature=0.3).to_json()
    chat = await played(*ended("Hello.", sent={**params, "stream": True}))
    chat.engine.state.seat  # noqa: B018 - the parameters of the chat are none
    assert chat.last.data["sent"] == params


@pytest.mark.parametrize("finish", ["unknown", "paused"])
async def test_in_a_team_such_a_reply_is_no_answer(finish: FinishReason) -> None:
    replies = iter([Reply(final("Hal"), finish=finish), Reply(final("done"))])
    async with playing(team(node("lead")), lambda *_: next(replies)) as stage:
        await stage.do(Say("Well?"))
        (failed,) = [each for each in stage.events if isinstance(each, Failed)]
        assert "may be incomplete" in failed.record.text
        assert (stage.pending, stage.finals) == ([], [])
