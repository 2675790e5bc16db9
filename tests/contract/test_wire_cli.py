"""What servers do, as a user of the command sees it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from salon_process import SalonProcess, lines, of
from wire.fake_server import FakeServer, Script, failing, whole
from wire.frames import OpenAIWire

OPENAI = OpenAIWire()
DONE = b"data: [DONE]\n\n"


def answer(text: str, reason: str = "stop") -> Script:
    return whole(*OPENAI.start()[:2], OPENAI.text(text), *OPENAI.end(reason))


class Salon(SalonProcess):
    """The command, with a model behind a server of the test's."""

    def __init__(self, home: Path, server: FakeServer) -> None:
        super().__init__(home)
        self.settings = home / "mine.yml"
        self.settings.write_text(
            f"providers:\n  mine:\n    kind: openai\n    base_url: {server.url}/v1\n"
        )

    async def do(self, *arguments: str) -> tuple[int, str, str]:
        command = ("--config", str(self.settings), *arguments)
        done = await asyncio.to_thread(self.run, *command)
        return done.returncode, done.stdout, done.stderr

    async def say(self, *more: str) -> tuple[int, list[dict[str, Any]], str]:
        status, out, err = await self.do(
            "chat", "freud", "--model", "mine:m", "--say", "Hello", "--json", *more
        )
        return status, lines(out), err


@pytest.mark.parametrize(
    ("reason", "status", "finish", "exit_status"),
    [
        ("stop", "complete", None, 0),
        ("length", "complete", "length", 0),
        ("quux", "unknown", "unknown", 0),
        ("tool_calls", "paused", "paused", 0),
        ("error", "failed", None, 1),
        ("sensitive", "failed", None, 1),
    ],
)
async def test_ends(
    reason: str, status: str, finish: str | None, exit_status: int, tmp_path: Path
) -> None:
    async with FakeServer() as server:
        retried = [answer("Well, I", reason)] * 1
        server.plan(*retried)
        code, events, _ = await Salon(tmp_path, server).say()
        assert code == exit_status
        (finished,) = of(events, "turn_finished")
        assert (finished["text"], finished["status"]) == ("Well, I", status)
        assert finished.get("finish") == finish
        if status in {"unknown", "paused"}:
            assert reason in of(events, "notice")[0]["text"]
            assert finished["finish_reason"] == reason


async def test_a_cut_reply_is_marked_in_plain_output_and_in_exports(tmp_path: Path) -> None:
    async with FakeServer() as server:
        salon = Salon(tmp_path, server)
        server.plan(*[answer("Well, I", "length")] * 2)
        status, out, _ = await salon.do(
            "meetup", "freud", "ada", "--model", "mine:m", "--turns", "2"
        )
        assert status == 0
        assert out.count("Well, I [cut off by max_tokens]") == 2
        session = next(salon.sessions.glob("*.jsonl")).stem
        _, exported, _ = await salon.do("sessions", "export", session)
        assert exported.count("cut off by max_tokens") == 2


@pytest.mark.parametrize(
    "said",
    [
        "<think>I secretly despise her.</think> How charming.",
        "I secretly despise her.</think> How charming.",
        "<|channel|>analysis<|message|>I secretly despise her.<|end|><|start|>assistant"
        "<|channel|>final<|message|>How charming.",
    ],
)
async def test_a_partner_in_a_meetup_never_reads_thoughts(said: str, tmp_path: Path) -> None:
    async with FakeServer() as server:
        server.plan(answer(said), answer("Indeed."), answer("So it is."))
        status, out, _ = await Salon(tmp_path, server).do(
            "meetup", "freud", "ada", "--model", "mine:m", "--turns", "3", "--json"
        )
        assert status == 0
        texts = [each["text"] for each in of(lines(out), "turn_finished")]
        assert texts == ["How charming.", "Indeed.", "So it is."]
        for request in server.received[1:]:
            assert "How charming." in str(request.body)
            assert "despise" not in str(request.body)


async def test_only_thinking_is_told_as_such(tmp_path: Path) -> None:
    async with FakeServer() as server:
        server.plan(
            whole(OPENAI.chunk({"reasoning_content": "Hm."}), OPENAI.chunk({}, "length"), DONE)
        )
        code, events, _ = await Salon(tmp_path, server).say("--set", "max_tokens=32")
        assert code == 1
        assert "Thinking used up max_tokens (32)" in of(events, "error")[0]["message"]


async def test_retries_are_told_before_they_happen(tmp_path: Path) -> None:
    async with FakeServer() as server:
        busy = {"error": {"message": "no free worker"}}
        server.plan(failing(503, busy, retry_after="0"), answer("Here I am."))
        code, events, _ = await Salon(tmp_path, server).say()
        assert code == 0
        (notice,) = of(events, "notice")
        assert "no free worker" in notice["text"]
        assert "try 2 of 4" in notice["text"]


async def test_what_is_not_sent_is_told(tmp_path: Path) -> None:
    async with FakeServer() as server:
        said = "Unsupported value: 'temperature' does not support 0.3 with this model."
        server.plan(failing(400, {"error": {"message": said}}), answer("Here I am."))
        code, events, _ = await Salon(tmp_path, server).say("--set", "temperature=0.3")
        assert code == 0
        assert "temperature was not sent" in of(events, "notice")[0]["text"]
        (finished,) = of(events, "turn_finished")
        assert "temperature" in finished["not_sent"]


async def test_lm_studio_is_found_without_the_end_of_its_address(tmp_path: Path) -> None:
    async with FakeServer() as server:
        salon = Salon(tmp_path, server)
        salon.settings.write_text(f"providers:\n  lmstudio:\n    base_url: {server.url}\n")
        server.plan(answer("Here I am."))
        status, out, _ = await salon.do("chat", "freud", "--model", "lmstudio:m", "--say", "Hi")
        assert (status, out) == (0, "Here I am.\n")
        assert server.last.path == "/v1/chat/completions"
