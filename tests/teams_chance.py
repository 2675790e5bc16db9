"""Teams, moods and commands as chance has them, for tests of whatever happens to a team."""

from __future__ import annotations

import random

from core.errors import ProviderErrorKind
from core.providers.base import ModelRequest
from core.providers.script import Fault, Reply
from core.sessions.record import OFF_PATH_KINDS
from core.teams.commands import (
    Answer,
    Apply,
    Autopilot,
    Command,
    Edit,
    Fork,
    Go,
    Jump,
    Redirect,
    Refuse,
    Replay,
    Say,
    SetAutonomy,
    SetModel,
    Skip,
    Stop,
    TakeOver,
)
from core.teams.flow import Answer as FlowAnswer
from core.teams.flow import Ask, Step
from core.teams.records import TeamKind
from core.teams.team import AUTONOMY, Team, TeamNode
from teams_kit import Stage, ask, final, node, several, team

DEPTH, FAN_OUT, MOST_NODES = 5, 4, 14
VERBS = (
    "say say say apply apply apply apply apply answer answer now edit redirect refuse take_over "
    "skip autonomy autopilot autopilot go stop set fork replay jump"
).split()


def some_team(rng: random.Random) -> Team:
    left = [MOST_NODES]

    def grow(name: str, depth: int) -> TeamNode:
        left[0] -= 1
        count = 0 if depth == DEPTH else rng.choice([0, 1, 2, 3, FAN_OUT])
        names = [f"n{depth}{i}" for i in range(min(count, max(0, left[0])))]
        children = [grow(each, depth + 1) for each in names]
        return node(
            name,
            *children,
            memory=rng.choice(["own", "own", "finals", "none"]),
            autonomy=rng.choice([*AUTONOMY, "ask"]),
            parallel=rng.random() < 0.3,
            flow="all_in_turn" if children and rng.random() < 0.25 else None,
        )

    return team(grow("top", 1))


def all_in_turn(step: Step) -> Ask | FlowAnswer:
    """Ask every delegate once; count in the state how often it was called."""
    count = int(step.state.get("calls", 0)) + 1
    names = list(step.delegates)
    place = 0 if step.finished is None else names.index(step.finished) + 1
    if place < len(names):
        return Ask(names[place], f"{step.inbound} {place}", {"calls": count})
    return FlowAnswer(step.message or "nothing", {"calls": count})


class Moody:
    """Answers, fails, rambles, takes its time: as a seed has it."""

    def __init__(self, what: Team, seed: int) -> None:
        self.nodes = what.nodes()
        self.rng = random.Random(seed)

    def __call__(self, path: str, ordinal: int, request: ModelRequest) -> str | Reply:
        rng, each = self.rng, self.nodes[path]
        mood = rng.random()
        if mood < 0.05:
            return Reply("half a", error=Fault(rng.choice(list(ProviderErrorKind))))
        if mood < 0.12:
            return rng.choice(["", "no form at all", "{", '{"recipient": 3}', "```\n```"])
        text = f"{each.name} {rng.choice([ordinal, 0])} {rng.randrange(3)}"
        if each.parallel and len(each.delegates) > 1 and rng.random() < 0.4:
            reply = several(**{child.name: f"{text} {child.name}" for child in each.delegates})
        elif each.delegates and rng.random() < 0.6:
            name = rng.choice([child.name for child in each.delegates] + ["stranger"])
            reply = ask(name, text)
        else:
            reply = final(text) if each.delegates else text
        slow = rng.random() < 0.2
        return Reply(reply, delay=0.004 if slow else 0)


def some_command(rng: random.Random, stage: Stage) -> Command:
    state = stage.state
    tree = stage.engine.log.session.tree
    path = rng.choice(list(state.nodes))
    pending = [each.id for each in state.inbox if each.kind == TeamKind.PROPOSAL]
    proposal = rng.choice([None, *pending, *list(state.proposals)[-2:]])
    records = [each.id for each in tree if each.kind not in OFF_PATH_KINDS]
    record = rng.choice(records)
    names = [each.name for each in state.nodes[path].node.delegates] + ["", "stranger"]
    text = f"word {rng.randrange(4)}"
    commands: dict[str, Command] = {
        "say": Say(text),
        "apply": Apply(proposal),
        "answer": Answer(path, text),
        "now": Answer(path, text, now=True),
        "edit": Edit(text, proposal),
        "redirect": Redirect(rng.choice(names), proposal, rng.choice([None, text])),
        "refuse": Refuse(proposal, rng.choice(["", text])),
        "take_over": TakeOver(path, text, rng.choice(names)),
        "skip": Skip(proposal),
        "autonomy": SetAutonomy(rng.choice(AUTONOMY), rng.choice([None, path])),
        "autopilot": Autopilot(rng.random() < 0.8, steps=rng.choice([None, 1, 5])),
        "go": Go(),
        "stop": Stop(),
        "set": SetModel(path, "scripted:y", {"temperature": 0.5}),
        "fork": Fork(record),
        "replay": Replay(record, path, text),
        "jump": Jump(record),
    }
    return commands[rng.choice(VERBS)]
