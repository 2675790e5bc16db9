from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from core.sessions.record import Kind
from core.teams.records import TeamKind
from core.teams.setup import ENGINE
from pilot.salon import opened_at, until
from pilot.teams_kit import (
    HOUSE,
    HOUSE_REPLIES,
    ask,
    asked,
    at_teams,
    finals,
    inbox,
    page,
    pending,
    several,
    started,
    waiting,
    with_team,
    write,
)
from tui.chat.screen import ChatScreen
from tui.dialogs.ask import AskScreen
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.edit import WriteScreen
from tui.dialogs.page import PageScreen
from tui.dialogs.pick import PickScreen
from tui.navigation import OpenSession
from tui.teams.branches_screen import TeamBranchesScreen
from tui.teams.form_screen import TeamFormScreen
from tui.teams.screen import TeamsScreen
from tui.teams.table import TABLE
from tui.teams.wording import readable
from tui.widgets.transcript import EntryStatus, Transcript

LONG = "A reply that takes its time, word after word. " * 40
PAIR = {"root": {"persona": "lead", "parallel": True, "delegates": ["left", "right"]}}
"""A team whose two delegates answer slowly, both at once."""
PAIR_REPLIES = {
    "lead": [several(left="Look left.", right="Look right."), ask(None, "Seen."), ask(None, "So?")],
    "lead/left": [{"text": LONG, "tokens_per_second": 100}, "Left, then.", "Left again."],
    "lead/right": [{"text": LONG, "tokens_per_second": 100}, "Right, then."],
}


async def both_streaming(pilot, teams) -> None:
    await started(pilot, teams)
    await write(pilot, teams, "Look around.")
    await waiting(pilot, teams, 2)
    await pilot.press("escape", "a", "a")
    await until(pilot, lambda: teams.view.thinks("lead/left") and teams.view.thinks("lead/right"))


async def front(pilot, kind) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))
    await pilot.pause()


# What can be chosen


async def test_the_list_shows_teams_and_what_is_wrong_with_one(tmp_path: Path) -> None:
    runtime = with_team(tmp_path, HOUSE, HOUSE_REPLIES)
    broken = tmp_path / "data" / "personas" / "teams" / "broken.yml"
    broken.write_text("root: {persona: nobody-at-all}\n", "utf-8")
    async with at_teams(runtime) as (pilot, teams):
        headers = {each.header.name: each.header for each in teams.teams.rows}
        assert headers["house"].nodes == 3
        assert headers["broken"].problem
        teams.teams.cursor = list(headers).index("house")
        await until(pilot, lambda: any("left" in text for _, text in page(teams)))
        teams.teams.cursor = list(headers).index("broken")
        await until(pilot, lambda: any("nobody-at-all" in text for _, text in page(teams)))
        await pilot.press("enter")
        await until(pilot, lambda: "nobody-at-all" in teams.status.problem)
        assert not teams.session.chosen


async def test_a_team_that_was_only_looked_at_leaves_no_session(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await started(pilot, teams)
        assert [each.path for each in teams.nodes.rows] == ["lead", "lead/left", "lead/right"]
        await pilot.press("escape", "ctrl+n")
        await until(pilot, lambda: not teams.session.chosen)
    assert not list((tmp_path / "sessions").glob("*.jsonl"))


# Decisions


async def test_a_team_goes_step_by_step_to_its_answer(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        assert pending(teams) == [("lead", "left", "Go left, and tell what you see.")]
        assert "proposal 1 · lead → left · pending" in teams.card.view.title
        assert teams.card.view.why == "it comes first"
        for node in ("lead/left", "lead", "lead/right", "lead"):
            await pilot.press("a")
            await waiting(pilot, teams)
            await pilot.press("p")
            assert teams.view.selected == node
        await pilot.press("a")
        await until(pilot, lambda: bool(finals(teams)))
        assert finals(teams) == ["Left is a door, right is a window."]
        headers = [header for header, _ in page(teams)]
        wanted = ["you, to the team", "Lead", "left answers", "Lead", "right answers", "Lead"]
        assert headers == wanted
        await until(pilot, lambda: teams.card.view is None)
        assert "0 pending · 5 calls" in teams.status.state


async def test_what_is_typed_answers_the_selected_node(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("a")
        await waiting(pilot, teams)
        await pilot.press("p")
        await write(pilot, teams, "Which colour?")
        await until(pilot, lambda: len(teams.session.state.proposals) == 3)
        await waiting(pilot, teams)
        assert pending(teams) == [("lead/left", "", "A red door, since you ask.")]
        texts = [text for _, text in page(teams)]
        assert texts[1:] == ["I see a door.", "Which colour?", "A red door, since you ask."]
        footers = [each.footer for each in teams.talk.entries]
        assert "2 → lead: answered" in footers[1]
        assert "3 → lead: pending" in footers[3]


async def test_an_edited_proposal_goes_on_in_other_words(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("e")
        await front(pilot, WriteScreen)
        pilot.app.screen.query_one("#write-text").text = "Go left, [b]quietly[/b]."
        await pilot.press("ctrl+s")
        await until(pilot, lambda: pending(teams)[0][0] == "lead/left" if pending(teams) else False)
        teams.navigation.select("lead")
        assert ("you, instead of 1 to left", "Go left, [b]quietly[/b].") in page(teams)
        await pilot.press("p")
        assert page(teams)[0] == ("lead asks, in your words", "Go left, [b]quietly[/b].")


async def test_a_proposal_is_sent_to_somebody_else(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("o")
        await front(pilot, PickScreen)
        await pilot.press(*"right", "enter")
        await until(pilot, lambda: any(node == "lead/right" for node, _, _ in pending(teams)))
        teams.navigation.select("lead")
        assert any("you sent 1 to right instead" in text for _, text in page(teams))


async def test_a_refused_proposal_is_made_anew(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("r")
        await front(pilot, AskScreen)
        await pilot.press(*"no", "enter")
        await until(pilot, lambda: pending(teams) == [("lead", "right", "Now you.")])
        assert any("you refused 1: no" in text for _, text in page(teams))


async def test_a_reply_is_taken_over(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("a")
        await waiting(pilot, teams)
        await until(pilot, lambda: teams.view.selected == "lead/left")
        await pilot.press("t")
        await front(pilot, WriteScreen)
        pilot.app.screen.query_one("#write-text").text = "I am the door."
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(pending(teams)) and pending(teams)[0][0] == "lead")
        teams.navigation.select("lead/left")
        assert ("you, in its place, to lead", "I am the door.") in page(teams)
        await pilot.press("p")
        assert ("left answers, in your words", "I am the door.") in page(teams)


async def test_skip_goes_on_without_it(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("d")
        await until(pilot, lambda: pending(teams) == [("lead", "right", "Now you.")])


async def test_one_of_several_proposals_is_chosen(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, PAIR, PAIR_REPLIES)) as (pilot, teams):
        await started(pilot, teams)
        await write(pilot, teams, "Look around.")
        await waiting(pilot, teams, 2)
        await pilot.press("escape")
        assert "1 of 2" in teams.card.view.place
        await pilot.press("right_square_bracket", "a")
        await until(pilot, lambda: teams.view.thinks("lead/right"))
        assert [to for _, to, _ in pending(teams)] == ["left"]


# While others think


async def test_two_write_at_once_and_nothing_is_lost_by_looking_elsewhere(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, PAIR, PAIR_REPLIES)) as (pilot, teams):
        await both_streaming(pilot, teams)
        for _ in range(4):
            for node in ("lead/left", "lead/right"):
                teams.navigation.select(node)
                await pilot.pause(0.1)
                assert teams.view.selected == node
                entry = teams.talk.entries[-1]
                assert entry.status is EntryStatus.STREAMING
                assert LONG.startswith(entry.text)
        assert len(entry.text) > 20
        assert "writing" in teams.header.view.doing
        await waiting(pilot, teams, 2)
        for node in ("lead/left", "lead/right"):
            teams.navigation.select(node)
            assert teams.talk.entries[-1].text.strip() == LONG.strip()
            assert teams.talk.entries[-1].status is EntryStatus.COMPLETE


async def test_words_to_one_that_thinks_wait_or_stop_it(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, PAIR, PAIR_REPLIES)) as (pilot, teams):
        await both_streaming(pilot, teams)
        teams.navigation.select("lead/right")
        await write(pilot, teams, "Shorter, please.")
        await until(pilot, lambda: teams.session.state.nodes["lead/right"].inbox == 1)
        assert teams.view.thinks("lead/right")
        teams.navigation.select("lead/left")
        await until(pilot, lambda: bool(teams.talk.entries[-1].text))
        await write(pilot, teams, "Stop, and be brief.", "ctrl+enter")
        await until(pilot, lambda: teams.talk.entries[-1].status is EntryStatus.STREAMING)
        stopped, yours, _ = teams.talk.entries[-3:]
        assert stopped.status is EntryStatus.STOPPED
        assert yours.text == "Stop, and be brief."
        await until(pilot, lambda: ("lead/right", "", "Right, then.") in pending(teams))


async def test_escape_stops_everything_and_n_goes_on(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, PAIR, PAIR_REPLIES)) as (pilot, teams):
        await both_streaming(pilot, teams)
        await pilot.pause(0.3)
        teams.input.open()
        await pilot.press("escape")
        await until(pilot, lambda: not teams.session.engine.thinking)
        await until(pilot, lambda: not teams.view.thinks("lead/left"))
        teams.navigation.select("lead/left")
        assert teams.talk.entries[-1].status is EntryStatus.STOPPED
        assert teams.talk.entries[-1].text
        await pilot.press("escape", "n")
        await until(pilot, lambda: len(pending(teams)) == 2)


async def test_a_hearer_that_has_finished_is_not_mistaken(tmp_path: Path) -> None:
    replies = {"lead": [{"text": ask(None, "Done."), "tokens_per_second": 8}, ask(None, "Well?")]}
    async with at_teams(with_team(tmp_path, HOUSE, replies)) as (pilot, teams):
        await started(pilot, teams)
        await write(pilot, teams, "/autonomy all apply")
        await write(pilot, teams, "Do it.")
        await until(pilot, lambda: teams.view.thinks("lead"))
        teams.prompt.insert("one thing more")
        await until(pilot, lambda: finals(teams) == ["Done."])
        await pilot.press("enter")
        await until(pilot, lambda: teams.prompt.text == "one thing more")
        assert "to the team" in teams.status.hint
        assert len(finals(teams)) == 1
        await pilot.press("enter")
        await until(pilot, lambda: finals(teams) == ["Done.", "Well?"])


# By itself


async def test_the_autopilot_goes_to_the_end(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("space")
        await until(pilot, lambda: bool(finals(teams)))
        await until(pilot, lambda: teams.view.selected == "lead")
        assert any("Left is a door" in text for _, text in page(teams))
        assert any("autopilot on" in each.record.text for each in teams.timeline.rows)
        await until(pilot, lambda: "autopilot off" in teams.status.state)


async def test_a_budget_that_is_used_up_asks(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("A")
        await front(pilot, AskScreen)
        await pilot.press(*"2", "space", *"steps", "enter")
        await until(pilot, lambda: teams.session.state.question is not None)
        await waiting(pilot, teams, len(inbox(teams)))
        teams.navigation.select("lead/right")
        assert teams.card.view.tone == "question"
        assert "2 steps" in teams.card.view.text


async def test_autonomy_of_one_node_goes_through_its_levels(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        teams.navigation.select("lead/left")
        for level in ("unless flagged", "apply", "ask", "unless flagged"):
            await pilot.press("P")
            await until(pilot, lambda level=level: teams.header.view.autonomy == level)
        teams.navigation.select("lead")
        assert teams.header.view.autonomy == "ask"
        await pilot.press("a")
        await until(pilot, lambda: pending(teams) == [("lead", "right", "Now you.")])


# Going back


async def test_fork_replay_and_compare(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES), (150, 40)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("a")
        await waiting(pilot, teams)
        teams.timeline.focus()
        before = len(teams.timeline.rows)
        teams.timeline.cursor = 1
        await pilot.press("f")
        await until(pilot, lambda: pending(teams) == [("lead", "left", HOUSE_FIRST)])
        assert len(teams.timeline.rows) == 2 < before
        calls = sum(each.kind == Kind.MESSAGE for each in teams.session.tree)
        await pilot.press("R")
        await front(pilot, PickScreen)
        await pilot.press("enter")
        await front(pilot, WriteScreen)
        pilot.app.screen.query_one("#write-text").text = "Begin on the right."
        await pilot.press("ctrl+s")
        await until(pilot, lambda: pending(teams) == [("lead", "right", "Now you.")])
        assert sum(each.kind == Kind.MESSAGE for each in teams.session.tree) == calls + 2
        main = teams.session.tree.head
        await pilot.press("b")
        await front(pilot, TeamBranchesScreen)
        headers = [each.header for each in pilot.app.screen.query(Transcript).last().entries]
        assert any("left → lead" in each for each in headers)
        await pilot.press("j", "k", "enter")
        await until(pilot, lambda: pending(teams) == [("lead/left", "", "I see a door.")])
        await until(pilot, lambda: teams.view.selected == "lead/left")
        assert teams.status.hint.startswith("this is the main line now")
        assert not teams.session.tree.on_path(main)


HOUSE_FIRST = "Go left, and tell what you see."


async def test_a_run_is_reopened_as_it_was_left(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("a")
        await waiting(pilot, teams)
        await pilot.press("p")
        shown, session = page(teams), teams.session.stored.id
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await pilot.press("ctrl+r")
        await front(pilot, PickScreen)
        await pilot.press("enter")
        await until(pilot, lambda: teams.screen.session_id == session)
        await until(pilot, lambda: page(teams) == shown)
        assert teams.status.hint == "as it was left · this waits for you"
        await pilot.press("a")
        await until(pilot, lambda: pending(teams) == [("lead", "right", "Now you.")])
    async with opened_at(with_team(tmp_path, HOUSE, HOUSE_REPLIES), "sessions") as pilot:
        await pilot.app.navigate(OpenSession(session, ENGINE))
        screen = pilot.app.screen
        assert isinstance(screen, TeamsScreen)
        assert pending(screen.controller) == [("lead", "right", "Now you.")]


# What goes wrong


async def test_a_failure_stands_where_it_happened_and_is_tried_again(tmp_path: Path) -> None:
    fault = {"kind": "unavailable", "message": "It is away.", "hint": "Start it.", "times": 1}
    replies = HOUSE_REPLIES | {"lead/left": [{"text": "", "error": fault}, "I see a door."]}
    async with at_teams(with_team(tmp_path, HOUSE, replies)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("a")
        await until(pilot, lambda: any(each.kind == "notice" for each in inbox(teams)))
        await pilot.press("p")
        assert teams.view.selected == "lead/left"
        await until(pilot, lambda: teams.card.view.tone == "failed")
        assert "It is away." in teams.card.view.text
        await pilot.press("n")
        await until(pilot, lambda: [node for node, _, _ in pending(teams)] == ["lead/left"])


async def test_commands_do_what_keys_do_and_say_what_is_wrong(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await write(pilot, teams, "/apply 9")
        await until(pilot, lambda: "no proposal" in teams.status.problem)
        assert teams.prompt.text == "/apply 9"
        await write(pilot, teams, "/edit 1 Left it is.")
        await until(pilot, lambda: [node for node, _, _ in pending(teams)] == ["lead/left"])
        await write(pilot, teams, "/answer lead/left And now?")
        await until(pilot, lambda: pending(teams)[0][2].startswith("A red door"))
        await write(pilot, teams, "/redirect 3 lead")
        await until(pilot, lambda: [to for _, to, _ in pending(teams)] == ["right"])
        teams.navigation.select("lead")
        await write(pilot, teams, "/takeover Enough.")
        await until(pilot, lambda: finals(teams) == ["Enough."])
        await write(pilot, teams, "/rename A house seen")
        await until(pilot, lambda: teams.session.tree.meta.get("title") == "A house seen")


async def test_what_was_sent_can_be_read(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("w")
        await front(pilot, PageScreen)
        sent = [each.text for each in pilot.app.screen.query_one(Transcript).entries]
        assert any("You are Lead" in each for each in sent)
        assert sent[-1] == "Where to?"


async def test_from_any_pane_to_what_waits(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.press("a")
        await waiting(pilot, teams)
        await pilot.press("f2", "f8")
        await until(pilot, lambda: pilot.app.screen is teams.screen)
        await until(pilot, lambda: teams.view.selected == "lead/left")


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (30, 10)])
async def test_any_size_will_do(tmp_path: Path, size: tuple[int, int]) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES), size) as (pilot, teams):
        await asked(pilot, teams)
        assert teams.timeline.display
        assert teams.layout.timeline_shown == (size[0] >= 140)
        await pilot.press("l")
        await pilot.resize_terminal(130, 30)
        await pilot.resize_terminal(*size)
        await pilot.press("l", "h", "h")
        await pilot.press("a")
        await waiting(pilot, teams)
        if size == (80, 24):
            await until(pilot, lambda: teams.talk.size.height >= 4)
            assert teams.card.region.bottom <= 24
        assert [each.path for each in teams.nodes.rows][1] == "lead/left"


async def test_leaving_while_they_write_keeps_what_was_said(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, PAIR, PAIR_REPLIES)) as (pilot, teams):
        await both_streaming(pilot, teams)
        await pilot.pause(0.3)
        assert teams.screen.busy
        await asyncio.wait_for(teams.screen.close_session(), 10)
        assert not teams.session.chosen
    text = next((tmp_path / "sessions").glob("*.jsonl")).read_text("utf-8")
    assert text.count('"status":"stopped"') + text.count('"status": "stopped"') == 2


@pytest.mark.parametrize("way", ["key", "command"])
async def test_a_team_at_work_is_ended_only_when_that_is_confirmed(
    tmp_path: Path, way: str
) -> None:
    async with at_teams(with_team(tmp_path, PAIR, PAIR_REPLIES)) as (pilot, teams):
        await both_streaming(pilot, teams)
        engine = teams.session.engine
        for answer in ("escape", "y"):
            if way == "key":
                await pilot.press("ctrl+n")
            else:
                await write(pilot, teams, "/new")
            await front(pilot, ConfirmScreen)
            assert teams.session.engine is engine
            await pilot.press(answer)
            await until(pilot, lambda: pilot.app.screen is teams.screen)
        await until(pilot, lambda: not teams.session.chosen)
        assert engine.ended


async def test_a_transcript_goes_to_the_file_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await write(pilot, teams, "/export talk.html")
        await until(pilot, lambda: teams.status.hint.startswith("written: "))
        assert "Go left, and tell what you see." in (tmp_path / "talk.html").read_text("utf-8")


async def test_a_rename_offers_the_present_title(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await write(pilot, teams, "/rename A house seen")
        await until(pilot, lambda: teams.session.tree.meta.get("title") == "A house seen")
        await pilot.press("escape", "T")
        await front(pilot, AskScreen)
        assert pilot.app.screen.query_one(Input).value == "A house seen"


async def test_what_was_stopped_before_a_replay_is_a_branch_as_well(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, PAIR, PAIR_REPLIES), (150, 40)) as (pilot, teams):
        await both_streaming(pilot, teams)
        moments = [each.record for each in teams.timeline.rows]
        first = next(each for each in moments if each.kind == TeamKind.PROPOSAL)
        await write(pilot, teams, f"/fork {first.id}")
        await until(pilot, lambda: len(pending(teams)) == 2)
        await pilot.press("escape", "b")
        await front(pilot, TeamBranchesScreen)
        assert "2 branches" in str(pilot.app.screen.query_one("#compared-title").render())


async def test_the_keys_on_the_card_can_be_clicked(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await pilot.click("#card-keys", offset=(1, 0))
        await waiting(pilot, teams)
        assert [node for node, _, _ in pending(teams)] == ["lead/left"]
        await pilot.click("#nodes", offset=(6, 2))
        await until(pilot, lambda: teams.view.selected == "lead/left")


async def test_a_form_asks_for_what_the_team_needs(tmp_path: Path) -> None:
    params = {
        "name": {"description": "Who is lost", "required": True},
        "rooms": {"type": "list", "description": "Where to look"},
        "loud": {"type": "flag"},
    }
    async with at_teams(with_team(tmp_path, {**HOUSE, "params": params}, HOUSE_REPLIES)) as (
        pilot,
        teams,
    ):
        rows = [each.header.name for each in teams.teams.rows]
        teams.teams.cursor = rows.index("house")
        await pilot.press("enter")
        await front(pilot, TeamFormScreen)
        form = pilot.app.screen
        await pilot.press("ctrl+s")
        await until(
            pilot, lambda: "name has to be" in str(form.query_one("#form-problem").render())
        )
        await pilot.press(*"Ada", "tab", *"attic")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: teams.session.chosen)
        given = teams.session.state.team.params
        assert (given["name"], given["rooms"], given["loud"]) == ("Ada", ["attic"], False)


async def test_words_of_models_are_never_markup(tmp_path: Path) -> None:
    evil = "[bold]x[/bold] [/nope] [@click=app.quit]go[/] \x1b[31mred"
    replies = {"lead": [ask("left", evil, evil)], "lead/left": [evil]}
    async with at_teams(with_team(tmp_path, HOUSE, replies), (150, 40)) as (pilot, teams):
        await asked(pilot, teams)
        assert "[@click=app.quit]go[/]" in teams.card.view.text
        assert "\x1b" not in teams.card.view.text + teams.card.view.why
        await pilot.press("a")
        await waiting(pilot, teams)
        await pilot.press("p")
        shown = pilot.app.export_screenshot()
        assert "[@click=app.quit]go[/]" in shown.replace("&#160;", " ")


async def test_every_command_and_every_key_is_something_the_pane_does(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        names = {each.name for each in TABLE.rows if each.sends is None}
        assert {*names, TABLE.speech} <= set(teams.handlers)
        await started(pilot, teams)
        await write(pilot, teams, "/show timeline")
        await until(pilot, lambda: teams.layout.timeline_shown)
        teams.input.open()
        teams.prompt.text = "/answer lead/l"
        teams.prompt.move_cursor(teams.prompt.document.end)
        await pilot.press("tab")
        await until(pilot, lambda: teams.prompt.text == "/answer lead/left")


async def test_what_waits_next_is_gone_to(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await until(pilot, lambda: teams.nodes.has_focus)
        await pilot.press("a")
        await until(pilot, lambda: teams.view.selected == "lead/left")
        await waiting(pilot, teams)
        await pilot.press("a")
        await until(pilot, lambda: teams.view.selected == "lead")


async def test_what_waits_is_shown_where_the_timeline_took_its_place(tmp_path: Path) -> None:
    small = (80, 24)
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES), small) as (pilot, teams):
        await asked(pilot, teams)
        for key, gone in (("p", "l"), ("f", "l")):
            await pilot.press(gone)
            assert teams.layout.timeline_shown
            teams.timeline.cursor = len(teams.timeline.rows) - 1
            await pilot.press(key)
            await until(pilot, lambda: not teams.layout.timeline_shown)
            assert teams.card.region.height > 0
        assert "this waits for you" in teams.status.hint
        assert "this waits for you" in str(teams.status.render())


async def test_whoever_writes_is_not_taken_elsewhere(tmp_path: Path) -> None:
    async with at_teams(with_team(tmp_path, HOUSE, HOUSE_REPLIES)) as (pilot, teams):
        await asked(pilot, teams)
        await until(pilot, lambda: teams.nodes.has_focus)
        teams.input.open()
        teams.prompt.insert("I am about to")
        await teams.do("apply")
        await waiting(pilot, teams)
        await pilot.pause()
        assert teams.view.selected == "lead"
        assert teams.prompt.text == "I am about to"


def chat_is_set_up(pilot: Pilot[int]) -> bool:
    screen = pilot.app.screen
    return (
        isinstance(screen, ChatScreen)
        and screen.ready
        and screen.controller.session.setup is not None
    )


async def test_a_team_at_a_seat_can_be_watched_and_steered(tmp_path: Path) -> None:
    replies = {**HOUSE_REPLIES, "lead/left": [{"text": LONG, "tokens_per_second": 60}, "Left."]}
    async with at_teams(with_team(tmp_path, HOUSE, replies)) as (pilot, teams):
        names = [each.header.name for each in teams.teams.rows]
        teams.teams.cursor = names.index("house")
        await pilot.press("c")
        await until(pilot, lambda: pilot.app.screen is not teams.screen)
        await until(pilot, lambda: chat_is_set_up(pilot))
        chat = pilot.app.screen
        await pilot.press(*"Where", "enter")
        await until(pilot, lambda: bool(pilot.app.runtime.seated_teams.running()))
        await pilot.press("f6")
        await pilot.pause()
        await pilot.press("v")
        await until(pilot, lambda: teams.session.visiting)
        await until(pilot, lambda: teams.view.thinks("lead/left"))
        await pilot.press("space", "escape")
        await until(pilot, lambda: not teams.session.engine.thinking)
        teams.navigation.select("lead")
        await teams.do("takeover", "Nobody at all.")
        said = chat.controller.session
        await until(pilot, lambda: said.state.messages[-1].text == "Nobody at all.")


async def test_a_team_at_a_seat_that_waits_is_gone_to_and_left(tmp_path: Path) -> None:
    replies = {"lead": [{"error": {"kind": "unavailable", "message": "Nobody is there."}}]}
    async with at_teams(with_team(tmp_path, HOUSE, replies)) as (pilot, teams):
        await pilot.press("f8")
        await until(pilot, lambda: teams.status.hint == "nothing waits for you")
        teams.teams.cursor = [each.header.name for each in teams.teams.rows].index("house")
        await pilot.press("c")
        await until(pilot, lambda: pilot.app.screen is not teams.screen)
        await until(pilot, lambda: chat_is_set_up(pilot))
        await pilot.press(*"Where", "enter")
        running = pilot.app.runtime.seated_teams.running
        await until(pilot, lambda: any(each.state.inbox for each in running()))
        await pilot.press("f8")
        await until(pilot, lambda: teams.session.visiting)
        await until(pilot, lambda: teams.card.view is not None)
        assert "Nobody is there." in teams.card.view.text
        assert "None" not in teams.card.view.text
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not teams.session.chosen)
        assert running()


def test_json_reads_as_json() -> None:
    assert readable('{"mood": "sad"}') == '```json\n{\n  "mood": "sad"\n}\n```'
    assert readable("{ not quite") == "{ not quite"
    assert readable("No JSON.") == "No JSON."
