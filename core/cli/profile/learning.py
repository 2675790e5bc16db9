"""`salon profile learn`: what your chats say of you, put before you edit by edit."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import click

from core.cli.output import echo, echo_json
from core.profile.erasure import sweep
from core.profile.learner import LearnedEdits
from core.runtime import Runtime

_CHOICES = "a: accept, c: change, r: refuse, l: later"


@click.command()
@click.argument("session", required=False)
@click.option("--model", metavar="MODEL", help="Model that reads the chats, as provider:model.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per proposal.")
@click.pass_obj
def learn(runtime: Runtime, session: str | None, model: str | None, as_json: bool) -> None:
    """Propose edits from one chat, or from all that were not read yet.

    On a terminal you decide on each proposal; otherwise decide with `salon profile accept`.
    """
    asyncio.run(_learn(runtime, session, model, as_json))


async def _learn(runtime: Runtime, session: str | None, model: str | None, as_json: bool) -> None:
    async with runtime:
        for each in await sweep(runtime.own_profile, runtime.store):
            echo(each, err=True)
        learning = runtime.own_learning(model)
        chats: Sequence[str] = [session] if session else await learning.unheard()
        for each in chats:
            learnt = await learning.learn(each)
            _tell(learnt, as_json)
            if not as_json and sys.stdin.isatty() and sys.stdout.isatty():
                await _decide(runtime, learnt)
        if not chats and not as_json:
            echo("There is nothing new in your chats.")


def _tell(learnt: LearnedEdits, as_json: bool) -> None:
    for record, edit in zip(learnt.ids, learnt.edits, strict=True):
        if as_json:
            values = {"event": "proposed", "id": record, "session": learnt.session}
            echo_json({**values, **edit.to_json()})
        else:
            quotes = " ".join(f"“{each.quote}”" for each in edit.evidence)
            echo(f"{record[-6:]}  {edit.in_words()}  {quotes}")
    for refused in learnt.refused:
        if as_json:
            proposed = refused.proposed
            echo_json({
                "event": "refused",
                "session": learnt.session,
                "field": proposed.field,
                "new": proposed.new,
                "why": refused.why,
            })
        else:
            echo(f"        {refused.in_words()}", err=True)
    if not as_json and not learnt.ids:
        echo(f"Session {learnt.session} says nothing new of you.")


async def _decide(runtime: Runtime, learnt: LearnedEdits) -> None:
    for record, edit in zip(learnt.ids, learnt.edits, strict=True):
        echo(edit.in_words())
        for each in edit.evidence:
            echo(f"  because you said “{each.quote}”")
        choice = await asyncio.to_thread(
            click.prompt, _CHOICES, type=click.Choice(list("acrl")), default="l"
        )
        if choice == "a":
            await runtime.own_profile.accept(record)
        elif choice == "c":
            value = await asyncio.to_thread(click.prompt, "Remember instead")
            await runtime.own_profile.accept(record, str(value))
        elif choice == "r":
            await runtime.own_profile.refuse(record)
