"""A model of a provider, asked with patience and, where wanted, for JSON."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from core.errors import ProviderError, ProviderErrorKind
from core.providers.ask_value import Repair, ask_value
from core.providers.base import Completion, ModelRequest, Provider, StreamPart, Waiting
from core.providers.continuing import Joint, is_unfinished, with_note
from core.providers.schema import read_answer, with_instruction
from core.providers.target import LONGEST_ASKED_WAIT

RETRIES = 3
"""How often a request is sent again after a fault that may pass."""
_FIRST_WAIT = 0.5
"""Seconds; the longest wait before the first retry. It doubles with each."""
_LONGEST_WAIT = 20.0
"""Seconds."""
_LOADING_PATIENCE = 900.0
"""Seconds; how long a server is waited for that loads its model."""
_LOADING_WAITS = 1.0
"""Seconds by which such waits grow."""
_LONGEST_LOADING_WAIT = 10.0
"""Seconds."""


class Model:
    """One model of one provider."""

    def __init__(
        self,
        provider: Provider,
        name: str,
        *,
        retries: int = RETRIES,
        rng: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.provider = provider
        self.name = name
        """As the provider knows it; belongs into `ModelRequest.model`."""
        self._retries = retries
        self._rng = rng or random.Random()
        self._sleep = sleep

    def __str__(self) -> str:
        return f"{self.provider.name}:{self.name}" if self.name else self.provider.name

    def check(self) -> None:
        """Raise `ProviderError` if it is known that there is no such model."""
        self.provider.check(self.name)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        """Stream an answer; wait and ask again as long as nothing of it has been heard.

        A schema that the provider does not enforce is put into the prompt. So is the wish
        to go on with the answer that the request ends with, where it does not do that itself.

        Raises:
            ProviderError: the last try's, its message saying how many there were.
        """
        if is_unfinished(request) and not self.provider.continues:
            async with aclosing(self._continued(request)) as parts:
                async for part in parts:
                    yield part
            return
        if not self.provider.native_schema:
            request = with_instruction(request)
        patience = Patience(self._retries, self._rng)
        while True:
            heard = False
            try:
                async with aclosing(self.provider.stream(request)) as parts:
                    async for part in parts:
                        heard = True
                        yield part
                return
            except ProviderError as error:
                waiting = None if heard else patience.next(error)
                if waiting is None:
                    raise patience.counted(error) from error
            yield waiting
            await self._sleep(waiting.seconds)

    async def _continued(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        joint = Joint(request.messages[-1].content)
        async with aclosing(self.stream(with_note(request))) as parts:
            async for part in parts:
                yield joint.fit(part)

    async def answer(self, request: ModelRequest) -> Completion:
        """Return an answer when it is complete. Raises `ProviderError`."""
        async with aclosing(self.stream(request)) as parts:
            async for part in parts:
                if isinstance(part, Completion):
                    return part
        raise ProviderError(
            ProviderErrorKind.PROTOCOL, f"{self} ended its answer without completing it."
        )

    async def answer_json(self, request: ModelRequest) -> tuple[Any, Completion]:
        """Return an answer's value, valid under `request.schema`, and the answer itself.

        An answer that is not valid gets one more try, in which the model is shown it and
        what is wrong with it; the usage is then that of both.

        Raises:
            ProviderError: the second answer is no better (`PROTOCOL`), or there was none.
        """

        async def ask(repair: Repair[Completion] | None) -> Completion:
            if repair is None:
                return await self.answer(request)
            added = repair.messages(repair.answer.text)
            return await self.answer(replace(request, messages=(*request.messages, *added)))

        found = await ask_value(ask, lambda answer: read_answer(answer.text, request.schema))
        if found.problem:
            raise ProviderError(
                ProviderErrorKind.PROTOCOL,
                f"{self} did not answer in the form asked for: {found.problem}.",
                "Try again, or pick a larger model.",
            )
        last = found.answers[-1]
        usage = sum((each.usage for each in found.answers[:-1]), last.usage)
        return found.value, replace(last, usage=usage)


class Patience:
    """How often and after which waits one request is sent again."""

    def __init__(self, retries: int, rng: random.Random) -> None:
        self._retries = retries
        self._rng = rng
        self._tries = 1
        self._loading = 0
        self._waited = 0.0

    def next(self, error: ProviderError) -> Waiting | None:
        """Return the wait before the next try; `None`: there is to be none."""
        if error.kind is ProviderErrorKind.LOADING and error.retryable:
            return self._while_loading(error)
        if not error.retryable or self._tries > self._retries:
            return None
        if (error.retry_after or 0.0) > LONGEST_ASKED_WAIT:
            return None
        if error.retry_after is None:
            seconds = self._rng.uniform(0, min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (self._tries - 1)))
        else:
            seconds = error.retry_after + self._rng.uniform(0, _FIRST_WAIT)
        self._tries += 1
        waiting = Waiting(error, seconds, self._tries, self._retries + 1, self._waited)
        self._waited += seconds
        return waiting

    def counted(self, error: ProviderError) -> ProviderError:
        """Return the last error, saying how many tries there were."""
        tries = self._tries + self._loading
        if tries == 1:
            return error
        return error.reworded(
            f"{error.message.removesuffix('.')} (after {tries} tries).", error.hint
        )

    def _while_loading(self, error: ProviderError) -> Waiting | None:
        """Return the wait for a model that is being loaded: that takes minutes, not tries."""
        if self._waited >= _LOADING_PATIENCE or not self._retries:
            return None
        self._loading += 1
        seconds = min(error.retry_after or _LOADING_WAITS * self._loading, _LONGEST_LOADING_WAIT)
        waiting = Waiting(error, seconds, self._loading + 1, 0, self._waited)
        self._waited += seconds
        return waiting
