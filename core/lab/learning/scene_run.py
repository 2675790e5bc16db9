"""One scene: an assistant and the one who plays its user, until that one is satisfied."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.engine.reply import ReplyRequest
from core.lab.episodes import PersonState, Scene
from core.lab.learning import prompts
from core.lab.learning.reply_strategy import TalkStrategy
from core.lab.log import LabLog
from core.lab.nodes import ASSISTANT, TOOLS, USER, talk_node
from core.lab.questions import ModelCalls, Question, text_prompt, with_room
from core.lab.records import LabKind
from core.profiles.forms import scale_of
from core.providers.ask_value import Repair, ask_value
from core.providers.schema import SchemaMismatch
from core.providers.tokens import estimate_tokens
from core.sessions.prompts import Part, PromptMessage
from core.sessions.record import Author, Kind, Record

_MOST_CALLS = 2
"""Tools that an assistant may call before each reply."""
_GAP = "gap"
_FORM_TOKENS = 150
"""Room for the form that a user's answer is asked for in, and for a repair."""
_OVERHEAD = 1.25
"""Room for what an estimate of tokens may be short of."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What an assistant knows of its user."""

    text: str
    used: Mapping[str, Any]
    """What goes into the data of each reply: which fields it saw, of which version."""


class SceneRun:
    """A scene while it is lived through."""

    def __init__(
        self,
        log: LabLog,
        asking: ModelCalls,
        person: PersonState,
        setting: str,
        scene: Scene,
        knowledge: Knowledge,
    ) -> None:
        self._log = log
        self._asking = asking
        self._person = person
        self._setting = setting
        self._scene = scene
        self._knowledge = knowledge
        self._turns: list[Record] = []
        self._replies = 0

    @property
    def turns(self) -> list[Record]:
        """What was said and what tools answered, oldest first."""
        return self._turns

    @property
    def said(self) -> list[Record]:
        """What the user said, oldest first."""
        mine = self._node(USER)
        return [each for each in self._turns if each.node == mine]

    @property
    def exchanges(self) -> list[list[Record]]:
        """Each turn of the user's with what tools and assistant answered, oldest first."""
        mine = self._node(USER)
        found: list[list[Record]] = []
        for each in self._turns:
            if each.node == mine:
                found.append([])
            found[-1].append(each)
        return found

    async def live(self) -> None:
        """Talk until the user is satisfied or nothing more is to be said.

        Raises:
            RunFailed, StoreError: no model answered, or nothing could be stored.
        """
        query = self._person.queries[self._scene.key]
        await self._speak(query.text, query)
        while True:
            await self._reply()
            self._replies += 1
            if await self._verdict():
                return

    def _node(self, role: str = "") -> str:
        return talk_node(self._person.key, self._setting, self._scene.key, role)

    def _data(self, **more: Any) -> dict[str, Any]:
        return {
            "person": self._person.key,
            "setting": self._setting,
            "scene": self._scene.key,
            **more,
        }

    def _place(self, *more: str | int) -> tuple[str | int, ...]:
        """Return what draws depend on: the same under every setting."""
        return (self._person.key, self._scene.key, *more)

    async def _speak(self, text: str, source: Record) -> None:
        data = self._data(turn=len(self._turns) + 1, seconds=0.0, source=source.id)
        author = Author("persona", self._person.name)
        draft = self._log.made(Kind.MESSAGE, text, self._node(USER), data, author)
        self._turns += await self._log.once(draft)

    async def _reply(self) -> None:
        """Have the assistant reply, after the tools that it calls."""
        for calls in range(_MOST_CALLS + 1):
            message = await self._message(may_call=calls < _MOST_CALLS)
            self._turns.append(message)
            call = message.data.get("call")
            if call is None:
                return
            await self._call(str(call["name"]), call["arguments"])

    async def _message(self, *, may_call: bool) -> Record:
        """Return the assistant's next message; one in the wrong form is asked for once more."""
        scale = scale_of(self._asking.participant("assistant").params)
        strategy = TalkStrategy(self._scene.tools, scale, may_call=may_call)

        async def ask(repair: Repair[Record] | None) -> Record:
            strategy.last = repair is not None
            added = () if repair is None else repair.messages(str(repair.answer.data["raw"]))
            more = [PromptMessage(each.role, (Part(each.content),)) for each in added]
            return await self._asking.reply(lambda n: self._asked(strategy, n, more), strategy)

        def read(message: Record) -> Record:
            if "malformed" in message.data:
                raise SchemaMismatch(str(message.data["malformed"]))
            return message

        return (await ask_value(ask, read)).answers[-1]

    def _asked(
        self,
        strategy: TalkStrategy,
        ordinal: int,
        more: Sequence[PromptMessage],
    ) -> ReplyRequest:
        participant = self._asking.participant("assistant", self._place(ASSISTANT, ordinal))
        if strategy.schema is not None:
            participant = with_room(participant, strategy.schema)
        data = self._data(known=dict(self._knowledge.used))
        if strategy.last:
            data["mended"] = True

        async def prompt(shrink: float) -> Sequence[PromptMessage]:
            whole = [*self._prompt(strategy.may_call), *more]
            messages, dropped = self._asking.fitted(participant, whole, shrink)
            if dropped:
                data["dropped"] = dropped
            return messages

        return ReplyRequest(
            self._node(ASSISTANT),
            participant,
            prompt,
            len(self._turns) + 1,
            ordinal,
            data=data,
            schema=strategy.schema,
            strict=True,
        )

    def _prompt(self, may_call: bool) -> list[PromptMessage]:
        system = prompts.assistant_system(self._scene, self._knowledge.text, may_call=may_call)
        prompt = [PromptMessage("system", (Part(system),))]
        mine = self._node(ASSISTANT)
        for each in self._turns:
            if each.node == mine:
                raw = each.data.get("raw")
                part = Part(str(raw), each.id, raw=True) if raw else _words(each)
                prompt.append(PromptMessage("assistant", (part,)))
            elif each.kind == LabKind.TOOL:
                prompt.append(PromptMessage("user", (Part(prompts.tool_said(each)),)))
            else:
                prompt.append(PromptMessage("user", (_words(each),)))
        return prompt

    async def _call(self, name: str, arguments: Mapping[str, str]) -> None:
        """Have a tool answer: the same call gives the same answer within a conversation."""
        earlier = [each for each in self._turns if each.kind == LabKind.TOOL]
        wanted = _canonical(name, arguments)
        same = next((each for each in earlier if _canonical_of(each) == wanted), None)
        data = self._data(name=name, arguments=dict(arguments), repeated=same is not None)
        if same is not None:
            await self._tool(same.text, data)
            return
        tool = next(each for each in self._scene.tools if each.name == name)
        if missing := [each for each in tool.arguments if not arguments.get(each, "").strip()]:
            text = f"error: missing {', '.join(missing)}"
            await self._tool(text, {**data, "flags": ["refused"]})
            return
        request = prompts.tool_request(self._scene, tool, arguments, earlier)
        question = Question(
            self._node(TOOLS),
            "tools",
            "tool",
            text_prompt(prompts.TOOLS_SYSTEM, request),
            prompts.tool_schema(),
            self._place(TOOLS, wanted),
        )
        answer = await self._asking.value(question)
        if answer.value is None:
            flagged = {**data, "flags": [_GAP], "problem": answer.problem}
            await self._tool("error: the program failed", flagged)
        else:
            await self._tool(str(answer.value["result"]), {**data, "source": answer.record.id})

    async def _tool(self, text: str, data: Mapping[str, Any]) -> None:
        draft = self._log.made(LabKind.TOOL, text, self._node(TOOLS), data)
        self._turns += await self._log.once(draft)

    async def _verdict(self) -> bool:
        """Have the user judge, and go on where something is missing; whether it is over."""
        system = prompts.user_system(self._person, self._scene)
        left_out, request = self._shown(system)
        question = Question(
            self._node(USER),
            "user",
            "user",
            text_prompt(system, request),
            prompts.user_schema(),
            self._place(USER, self._replies),
        )
        answer = await self._asking.value(question)
        value = answer.value or {"satisfied": False, "missing": "", "say": ""}
        satisfied = value["satisfied"] is True
        over = satisfied or answer.value is None or self._replies >= self._log.state.spec.rounds
        data = self._data(
            satisfied=satisfied, over=over, turn=self._replies, source=answer.record.id
        )
        if left_out:
            data["dropped"] = left_out
        if answer.value is None:
            data |= {"flags": [_GAP], "problem": answer.problem}
        await self._log.once(
            self._log.made(LabKind.VERDICT, str(value["missing"]), self._node(), data)
        )
        if answer.value is not None and not satisfied:
            # What is said after the last reply is heard by nobody but the profile's keeper.
            await self._speak(str(value["say"]), answer.record)
        return over

    def _shown(self, system: str) -> tuple[int, str]:
        """Return what the user is shown, and how many turns after the first had to be left out."""
        budget = self._asking.participant("user").budget
        room = (budget.prompt - estimate_tokens(system) - _FORM_TOKENS) / _OVERHEAD
        for left_out in range(max(1, len(self._turns) - 1)):
            request = prompts.user_request(self._turns, left_out)
            if estimate_tokens(request) <= room:
                break
        return left_out, request


def _words(record: Record) -> Part:
    return Part(record.text, record.id) if record.text.strip() else Part(prompts.SILENCE)


def _canonical(name: str, arguments: Mapping[str, Any]) -> str:
    tidied = {key: str(each).strip().casefold() for key, each in arguments.items()}
    return json.dumps([name, tidied], ensure_ascii=False, sort_keys=True)


def _canonical_of(record: Record) -> str:
    return _canonical(str(record.data["name"]), record.data["arguments"])
