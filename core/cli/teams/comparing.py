"""`salon teams compare`: branches of one run, or several runs, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import clean, clean_line, echo, echo_json, echo_table
from core.cli.teams.opening import look
from core.cli.teams.proposal_cards import ALL, brief
from core.errors import CommandError
from core.sessions.record import Kind
from core.teams.compare import Branch, Difference, branch, branches, differences, unlike
from core.teams.timeline import Line

if TYPE_CHECKING:
    from core.runtime import Runtime

_END = 8
"""Letters of an id that are shown."""


@dataclass(frozen=True, slots=True)
class _Compared:
    session: str
    branch: Branch


@click.command()
@click.argument("session_ids", nargs=-1, required=True, metavar="ID...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def compare(runtime: Runtime, session_ids: tuple[str, ...], as_json: bool) -> None:
    """Compare the branches of one run, or the main lines of several.

    Each is compared with the first: the common steps, the steps that only one has, and the
    differences between the final answers.
    """
    compared = asyncio.run(_compared(runtime, session_ids))
    first, *others = compared
    found = [differences(first.branch, each.branch) for each in others]
    if as_json:
        echo_json(
            {
                "branches": [_branch_json(each) for each in compared],
                "differences": [
                    {"left": 0, "right": at, **_difference_json(each)}
                    for at, each in enumerate(found, 1)
                ],
            },
            indent=2,
        )
        return
    _show_branches(compared)
    for at, each in enumerate(found, 2):
        _show_difference(at, each)


async def _compared(runtime: Runtime, session_ids: Sequence[str]) -> list[_Compared]:
    prices = runtime.settings.prices
    views = [(await look(runtime, each))[0] for each in session_ids]
    if len(views) > 1:
        return [_Compared(each.id, branch(each.tree.path, prices)) for each in views]
    (view,) = views
    found = [_Compared(view.id, each) for each in branches(view.tree, prices)]
    if len(found) < 2:
        raise CommandError(
            "The run has one branch only.",
            "`fork` and `replay` make others; or name several runs.",
        )
    return found


def _show_branches(compared: Sequence[_Compared]) -> None:
    several = len({each.session for each in compared}) > 1
    echo_table(
        ["", "RUN" if several else "ENDS AT", "CALLS", "TOKENS", "COST", "FINAL ANSWER"],
        [
            (
                f"{at}{'' if several or not each.branch.current else ' *'}",
                each.session if several else each.branch.leaf[-_END:],
                each.branch.calls,
                each.branch.tokens,
                each.branch.total.amount,
                brief(each.branch.final) or None,
            )
            for at, each in enumerate(compared, 1)
        ],
    )


def _show_difference(at: int, difference: Difference) -> None:
    echo()
    shared = "1 step" if difference.shared == 1 else f"{difference.shared} steps"
    click.echo(click.style(f"1 and {at} share {shared}", bold=True))
    left, right = (list(filter(_is_told, each)) for each in (difference.left, difference.right))
    for line, alone in zip(left, unlike(left, right), strict=True):
        _show_line("-", line, alone, "red")
    for line, alone in zip(right, unlike(right, left), strict=True):
        _show_line("+", line, alone, "green")
    if len(difference.final) > 1 or any(mark != "same" for mark, _ in difference.final):
        echo("Final answers: " + _marked(difference))


def _is_told(line: Line) -> bool:
    """Whether a step is one of the team's, not of how the run was handled."""
    return line.what != Kind.ENDED and "autopilot" not in line.record.data


def _show_line(sign: str, line: Line, alone: bool, colour: str) -> None:
    who = " → ".join(clean_line(each) for each in (line.node, line.to) if each) or ALL
    text = f"{sign if alone else ' '} {clean_line(line.what)} {who}: {brief(line.text)}"
    click.echo(click.style(text, fg=colour) if alone else text)


def _marked(difference: Difference) -> str:
    signs = {"left": ("[-", "-]"), "right": ("{+", "+}"), "same": ("", "")}
    pieces = []
    for mark, text in difference.final:
        before, after = signs[mark]
        words = text.rstrip()
        pieces.append(f"{before}{clean(words)}{after}{text[len(words) :]}")
    return "".join(pieces)


def _branch_json(compared: _Compared) -> dict[str, Any]:
    one = compared.branch
    return {
        "session": compared.session,
        "leaf": one.leaf,
        "current": one.current,
        "final": one.final,
        "calls": one.calls,
        "tokens": one.tokens,
        "total": one.total.to_json(),
    }


def _difference_json(difference: Difference) -> dict[str, Any]:
    return {
        "shared": difference.shared,
        "left_only": [_line_json(each) for each in difference.left],
        "right_only": [_line_json(each) for each in difference.right],
        "final": [{"mark": mark, "text": text} for mark, text in difference.final],
    }


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "record": line.record.id,
        "what": line.what,
        "node": line.node,
        "to": line.to,
        "text": line.record.text or line.text,
    }
