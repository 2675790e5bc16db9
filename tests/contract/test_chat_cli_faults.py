"""`salon chat` on a provider that fails: the message is kept, and how to go on is said."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from salon_process import SalonProcess, lines, of, script
from wire.fake_server import FakeServer, Script, failing, whole
from wire.frames import WIRES

OPENAI = next(each for each in WIRES if each.name == "openai")
AUTH = failing(
    401, {"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}}
)


def answer(text: str) -> Script:
    return whole(*OPENAI.start(), OPENAI.text(text), *OPENAI.end())


class Salon(SalonProcess):
    """The command, with a model behind a server of the test's."""

    def __init__(self, home: Path, server: FakeServer) -> None:
        super().__init__(home)
        self.settings = home / "mine.yml"
        self.settings.write_text(
            f"providers:\n  mine:\n    kind: openai\n    base_url: {server.url}/v1\n"
        )

    async def chat(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        command = ("--config", str(self.settings), "chat", *arguments)
        done = await asyncio.to_thread(self.run, *command, stdin=stdin)
        return done.returncode, done.stdout, done.stderr


async def test_a_failed_reply_keeps_the_message_and_can_be_tried_again(tmp_path: Path) -> None:
    async with FakeServer() as server:
        salon = Salon(tmp_path, server)
        server.plan(AUTH)
        flags = ["--model", "mine:m", "--say", "One", "--say", "Never sent"]
        status, out, err = await salon.chat("freud", *flags)
        assert (status, out) == (1, "")
        session = next(salon.sessions.glob("*.jsonl")).stem
        assert err.startswith("salon: mine asks for a key")
        assert f"Resume with: salon chat --resume {session}" in err
        assert salon.said(session) == ["One"]

        # Opening it again asks nobody; the retry does.
        status, out, err = await salon.chat("--resume", session)
        assert (status, out) == (0, "")
        assert err.startswith("— mine asks for a key")
        assert len(server.received) == 1
        server.plan(answer("Here I am."))
        retry = '{"do": "regenerate"}\n'
        status, out, err = await salon.chat("--resume", session, "--steer", stdin=retry)
        assert (status, out, err) == (0, "Here I am.\n", "")
        sent = server.last.body["messages"]
        assert [each["content"] for each in sent if each["role"] == "user"] == ["One"]


async def test_a_reply_that_breaks_off_keeps_what_was_said(tmp_path: Path) -> None:
    async with FakeServer() as server:
        salon = Salon(tmp_path, server)
        server.plan(Script((*OPENAI.start(), OPENAI.text("I think")), ending="cut"))
        status, out, _ = await salon.chat("freud", "--model", "mine:m", "--say", "One", "--json")
        assert status == 1
        events = lines(out)
        (finished,) = of(events, "turn_finished")
        assert (finished["text"], finished["status"]) == ("I think", "interrupted")
        assert of(events, "error")[0]["kind"] == "network"
        assert (events[-1]["event"], events[-1]["reason"]) == ("ended", "closed")
        assert "I think" in salon.said(events[0]["session"])


async def test_what_fails_is_told_once_and_plainly(tmp_path: Path) -> None:
    async with FakeServer() as server:
        salon = Salon(tmp_path, server)
        server.plan(Script((*OPENAI.start(), OPENAI.text("I think")), ending="cut"))
        status, out, err = await salon.chat("freud", "--model", "mine:m", "--no-save", stdin="One")
        assert (status, out) == (1, "I think\n")
        assert err.count("salon: ") == 1
        assert "--resume" not in err
        assert salon.count() == 0


async def test_a_model_that_fails_beside_one_that_answers(tmp_path: Path) -> None:
    async with FakeServer() as server:
        salon = Salon(tmp_path, server)
        server.plan(AUTH)
        models = f'["mine:m", "{script(tmp_path, "Mine.")}"]'
        command = f'{{"do": "compare", "text": "X", "models": {models}}}'
        flags = ["--model", "eliza:doctor", "--steer"]
        status, out, err = await salon.chat("freud", *flags, stdin=command)
        assert (status, out) == (1, "Mine.\n")
        assert err.startswith("salon: mine asks for a key")


@pytest.mark.parametrize("ending", ["cut", "proper"])
async def test_text_that_came_before_a_failure_is_a_line_of_its_own(
    tmp_path: Path, ending: str
) -> None:
    async with FakeServer() as server:
        salon = Salon(tmp_path, server)
        frames = (*OPENAI.start(), OPENAI.text("Well"), OPENAI.fault("busy"))
        server.plan(Script(frames, ending=ending))
        status, out, err = await salon.chat("freud", "--model", "mine:m", stdin="One")
        assert (status, out) == (1, "Well\n")
        assert len(err.splitlines()) == 2
