from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.content import Content

from core.errors import ProviderErrorKind
from core.profiles.fields import find_field
from core.providers.base import ModelRequest
from core.providers.script import Fault, Reply
from lab_kit import assistant
from pilot.clm_kit import page
from pilot.labs_kit import at_lab, done, drafted, known, lived, words
from pilot.salon import until
from tui.dialogs.page import PageScreen
from tui.dialogs.pick import PickScreen
from tui.lab.charts_page import LabChartsScreen
from tui.lab.report_page import LabReportScreen
from tui.navigation import OpenSession
from tui.widgets.top_bar import TopBar

SIZES = [(80, 24), (120, 36), (200, 60)]


class Door:
    """Holds assistants back until it is opened."""

    def __init__(self) -> None:
        self.asked = 0
        self.pace: float | None = None
        self._open = threading.Event()

    def player(self, request: ModelRequest) -> Reply:
        self.asked += 1
        delay = 0.0 if self._open.is_set() else 600.0
        return Reply(assistant(request), delay=delay, tokens_per_second=self.pace)

    def open(self) -> None:
        self._open.set()


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_start_card_says_what_can_be_run_and_how(tmp_path: Path, size) -> None:
    async with at_lab(tmp_path, size) as (pilot, _):
        shown = page(pilot)
        for each in ("The lab", "people", "settings", "learnt-3", "judge", "enter starts", "seed"):
            assert each in shown
        assert "F9 Lab" in pilot.app.screen.query_one(TopBar).render().plain


async def test_choices_turn_and_numbers_are_typed(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        await pilot.press("7", "down", "1", "2")
        assert (lab.session.draft.people, lab.session.draft.scenes) == (7, 12)
        lab.start.form.at = "settings"
        await pilot.press("right")
        assert lab.session.draft.settings == ("none", "learnt-1")
        lab.start.form.at = "judge"
        await pilot.press("right")
        assert lab.session.draft.judge == "scripted:world"
        await pilot.press("right")
        assert lab.session.draft.judge == ""
        await pilot.press("slash", *"settings golden learnt-9")
        await pilot.press("enter")
        await pilot.pause()
        assert lab.session.draft.settings == ("golden", "learnt-9")
        await pilot.press("slash", *"settings golden wisdom")
        await pilot.press("enter")
        await pilot.pause()
        assert "no setting 'wisdom'" in lab.status.problem
        assert lab.prompt.text == "/settings golden wisdom"


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_run_is_told_by_person_with_what_was_learnt(tmp_path: Path, size) -> None:
    async with at_lab(tmp_path, size) as (pilot, lab):
        drafted(lab, 2, 3, settings=("none", "learnt-1"))
        await lived(pilot, lab)
        state = lab.session.state
        assert state is not None
        shown = page(pilot)
        assert "Person 1" in shown
        assert "Person 2" in shown
        assert "100%" in shown
        assert "6/6" in shown
        # The newest scene of the life that learns stands there, both sides of it.
        episode = state.episodes["p001", "learnt-1"]
        last = episode.conversations["s003"]
        for message in last.messages:
            assert message.text in words(lab)
        assert any("satisfied after" in each for each in words(lab))
        learnt = {path: value.text for path, value in episode.profile.items()}
        assert learnt
        assert {find_field(name).path: text for name, text in known(lab).items()} == learnt
        assert all(row.mark == "✓" for row in lab.known.rows if row.text)
        if size[0] < 110:
            assert "Known" not in shown
            await pilot.press("l")
            await pilot.pause()
            assert "Known: learnt-1" in page(pilot)


async def test_people_are_made_up_and_their_portraits_are_told(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        await pilot.press("2", "down", "2")
        await pilot.press("enter")
        await done(pilot, lab)
        state = lab.session.state
        assert [len(each.scenes) for each in state.people.values()] == [2, 2]
        await pilot.press("left", "left")
        await pilot.pause()
        assert "who they are" in str(lab.talk.border_title)
        assert any("glass beads" in each or "river tides" in each for each in words(lab))
        assert any("opens with “Please help.”" in each for each in words(lab))


async def test_words_come_in_while_they_are_said(tmp_path: Path) -> None:
    def slowly(request: ModelRequest) -> Reply:
        return Reply(f"{assistant(request)} and then some more words", tokens_per_second=30)

    async with at_lab(tmp_path, players={"assistant": slowly}) as (pilot, lab):
        drafted(lab, 1, 1, settings=("learnt-1",))
        await pilot.press("enter")
        await until(
            pilot, lambda: any(e.status == "streaming" and e.text for e in lab.talk.entries)
        )
        assert lab.session.busy
        assert "at work" in page(pilot)
        await done(pilot, lab)
        record = lab.session.state.episodes["p001", "learnt-1"].conversations["s001"].replies[0]
        entry = lab.talk.entry(record.id)
        assert entry.text == record.text
        assert "knew nothing of the user" in entry.footer


async def test_scenes_and_settings_are_gone_through(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 2, 3, settings=("none", "golden", "learnt-1"))
        await lived(pilot, lab)
        assert lab.view.looking.place == ("p001", "learnt-1", "s003")
        await pilot.press("left")
        await pilot.pause()
        assert lab.view.looking.place == ("p001", "learnt-1", "s002")
        episode = lab.session.state.episodes["p001", "learnt-1"]
        version = episode.conversations["s002"].replies[0].data["known"]["version"]
        before = [each.data["new"] for each in episode.edits if each.id <= version]
        assert sorted(known(lab).values()) == sorted(before)
        assert len(before) < len(episode.edits)
        await pilot.press("s")
        await pilot.pause()
        assert lab.view.looking.place == ("p001", "none", "s002")
        assert known(lab) == {}
        assert "measured against" in page(pilot)
        await pilot.press("s")
        assert lab.view.looking.place == ("p001", "golden", "s002")
        truth = lab.session.state.people["p001"].truth
        assert len(known(lab)) == len(truth.values)
        await pilot.press("n")
        await pilot.pause()
        assert lab.view.looking.place == ("p001", "golden", "s003")
        await pilot.press("j")
        await pilot.pause()
        assert lab.view.looking.place == ("p002", "golden", "s003")


async def test_the_words_that_a_value_rests_on_are_one_key_away(tmp_path: Path) -> None:
    async with at_lab(tmp_path, (200, 60)) as (pilot, lab):
        drafted(lab, 1, 3, settings=("learnt-1",))
        await lived(pilot, lab)
        await pilot.press("l")
        await pilot.pause()
        lab.known.cursor = next(i for i, row in enumerate(lab.known.rows) if row.text)
        await pilot.pause()
        row = lab.known.current
        assert "“my pattern." in page(pilot)
        assert (
            f"said in scene {lab.view.beside.place_of(row.evidence[0].record).scene[-1]}"
            in page(pilot)
        )
        await pilot.press("enter")
        await until(pilot, lambda: lab.talk.cursor_id == row.evidence[0].record)
        assert row.evidence[0].quote in lab.talk.entry(lab.talk.cursor_id).text
        assert pilot.app.screen.focused is lab.talk


async def test_the_newest_edits_are_marked(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 1, 4, settings=("learnt-1",))
        await lived(pilot, lab)
        episode = lab.session.state.episodes["p001", "learnt-1"]
        last = max(each.data["update"] for each in episode.edits)
        newest = {each.data["new"] for each in episode.edits if each.data["update"] == last}
        assert {row.text for row in lab.known.rows if row.new} == newest
        assert 0 < len(newest) < len(known(lab))


async def test_a_run_pauses_and_goes_on(tmp_path: Path) -> None:
    door = Door()
    async with at_lab(tmp_path, players={"assistant": door.player}) as (pilot, lab):
        drafted(lab, 2, 2, parallel=2)
        await pilot.press("enter")
        await until(pilot, lambda: door.asked == 2)
        await pilot.press("space")
        await until(pilot, lambda: "pausing" in page(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: not lab.session.running)
        assert "stopped" in lab.status.hint
        assert "waiting" in page(pilot)
        door.open()
        await pilot.press("space")
        await done(pilot, lab)
        assert all(each.done == 2 for each in lab.session.state.episodes.values())


async def test_a_model_that_fails_is_told_and_asked_again(tmp_path: Path) -> None:
    class Broken:
        down = True

        def player(self, request: ModelRequest) -> Reply:
            fault = Fault(ProviderErrorKind.UNAVAILABLE, "The server is away.", "Start it.")
            return Reply(assistant(request), error=fault if self.down else None)

    broken = Broken()
    async with at_lab(tmp_path, players={"assistant": broken.player}) as (pilot, lab):
        drafted(lab, 1, 2, settings=("learnt-1",))
        await pilot.press("enter")
        await until(pilot, lambda: lab.status.state.startswith("waiting"))
        assert "The server is away." in page(pilot)
        assert "space tries again" in lab.status.state
        assert "failed: 1" in page(pilot)
        broken.down = False
        await pilot.press("space")
        await done(pilot, lab)
        assert "failed:" not in page(pilot)


async def test_more_calls_at_a_time_are_allowed_while_it_goes_on(tmp_path: Path) -> None:
    door = Door()
    async with at_lab(tmp_path, players={"assistant": door.player}) as (pilot, lab):
        drafted(lab, 3, 1, parallel=1)
        await pilot.press("enter")
        await until(pilot, lambda: door.asked == 1)
        await pilot.press("plus", "plus")
        await until(pilot, lambda: door.asked == 3)
        assert "3 of 3 at work" in page(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: not lab.session.running)


async def test_a_stored_run_is_opened_and_waits(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 2, 2)
        await lived(pilot, lab)
        session = lab.session.stored.id
        await pilot.press("T")
        await pilot.pause()
        await pilot.press(*"Two of them", "enter")
        await pilot.pause()
    async with at_lab(tmp_path) as (pilot, lab):
        await pilot.press("ctrl+r")
        await pilot.pause(0.3)
        assert "Two of them" in page(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: lab.session.started and bool(lab.people.rows))
        await pilot.pause()
        assert lab.session.stored.id == session
        assert not lab.session.running
        assert lab.status.state.startswith("done")
        assert "satisfied after" in page(pilot)


async def test_the_same_people_live_again_under_other_settings(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 2, 2, settings=("none", "learnt-1"))
        await lived(pilot, lab)
        first, names = lab.session.stored.id, [each.key for each in lab.people.rows]
        await pilot.press("r")
        await until(pilot, lambda: not lab.session.started)
        assert "those of the last run" in page(pilot)
        lab.start.form.at = "settings"
        await pilot.press("right")
        await lived(pilot, lab)
        assert lab.session.stored.id != first
        assert lab.session.state.spec.source == first
        assert lab.session.state.spec.settings == ("none", "golden", "learnt-3")
        assert [each.key for each in lab.people.rows] == names


async def test_another_pane_finds_the_words_of_a_run(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 2, 2, settings=("learnt-1",))
        await lived(pilot, lab)
        said = lab.session.state.episodes["p002", "learnt-1"].conversations["s001"].messages[0]
        request = OpenSession(lab.session.stored.id, "lab", record=said.id)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not lab.session.started)
        await pilot.press("f5")
        await pilot.pause()
        await asyncio.wait_for(pilot.app.navigate(request), 20)
        await until(pilot, lambda: lab.talk.cursor_id == said.id)
        assert lab.view.looking.place == ("p002", "learnt-1", "s001")


async def test_somebody_becomes_a_persona_and_is_chatted_with_once(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 1, 1)
        await lived(pilot, lab)
        for _ in range(2):
            await pilot.press("a")
            await until(pilot, lambda: pilot.app.current_mode == "chat")
            await pilot.press("f9")
            await until(pilot, lambda: pilot.app.current_mode == "lab")
        kept = list((tmp_path / "data" / "personas").glob("*.md"))
        assert [each.name for each in kept] == ["person-1.md"]


async def test_a_run_that_is_not_done_goes_on_after_the_app_was_closed(tmp_path: Path) -> None:
    door = Door()
    async with at_lab(tmp_path, players={"assistant": door.player}) as (pilot, lab):
        drafted(lab, 2, 2, parallel=2)
        await pilot.press("enter")
        await until(pilot, lambda: door.asked == 2)
        session = lab.session.stored.id
    async with at_lab(tmp_path) as (pilot, lab):
        await lab.navigate(OpenSession(session, "lab"))
        await until(pilot, lambda: lab.session.started)
        assert not lab.session.running
        await pilot.press("space")
        await done(pilot, lab)
        assert lab.session.stored.id == session


async def test_names_are_no_markup(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 1, 2, settings=("learnt-1",))
        (who,) = lab.session.draft.given
        name = "[red]Eve[/red] [b]"
        lab.session.draft = replace(lab.session.draft, given=(replace(who, name=name),))
        await lived(pilot, lab)
        assert page(pilot).count(name) >= 2
        assert name in Content.from_markup(lab.talk.border_title).plain


async def test_charts_figures_and_files_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 2, 3, settings=("none", "learnt-1"))
        await lived(pilot, lab)
        for key, screen in (("v", LabChartsScreen), ("c", LabReportScreen)):
            await pilot.press(key)
            await until(pilot, lambda screen=screen: isinstance(pilot.app.screen, screen))
            await until(pilot, lambda: "learnt-1" in page(pilot))
            await pilot.press("q")
            await until(pilot, lambda: pilot.app.screen is lab.screen)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "written" in lab.status.hint)
        folder = tmp_path / f"lab-{lab.session.stored.id}"
        assert (folder / "scenes.csv").read_text().count("\n") == 1 + 2 * 3 * 2


async def test_what_was_sent_for_a_reply_is_shown_whole(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 1, 2, settings=("learnt-1",))
        await lived(pilot, lab)
        await pilot.press("w")
        await until(pilot, lambda: "Select a message first" in lab.status.problem)
        pilot.app.screen.set_focus(lab.talk)
        episode = lab.session.state.episodes["p001", "learnt-1"]
        lab.talk.move_cursor(episode.conversations["s002"].replies[0].id)
        await pilot.press("w")
        await until(pilot, lambda: isinstance(pilot.app.screen, PageScreen))
        await until(pilot, lambda: "What you know about the user" in page(pilot))
        await pilot.press("escape")


async def test_keys_that_come_too_early_say_what_they_wait_for(tmp_path: Path) -> None:
    door = Door()
    async with at_lab(tmp_path, players={"person": door.player}) as (pilot, lab):
        await pilot.press("enter")
        await until(pilot, lambda: door.asked > 0)
        await pilot.press("a")
        await until(pilot, lambda: "There are no people yet" in lab.status.problem)
        await pilot.press("r")
        await until(pilot, lambda: "Some people have no scenes" in lab.status.problem)
        await pilot.press("left", "s", "t", "slash", *"evidence", "enter")
        await until(pilot, lambda: "Select a value" in lab.status.problem)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: not lab.session.running)


async def test_figures_are_one_key_away_from_the_conversation_too(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 1, 1, settings=("none",))
        await lived(pilot, lab)
        lab.show_talk()
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, LabReportScreen))


async def test_the_truth_is_seen_where_one_thing_is_shown_at_a_time(tmp_path: Path) -> None:
    async with at_lab(tmp_path, (80, 24)) as (pilot, lab):
        drafted(lab, 1, 1, settings=("none",))
        await lived(pilot, lab)
        assert not lab.known.region
        await pilot.press("t")
        await pilot.pause()
        assert lab.known.region
        assert "The truth" in page(pilot)
        await pilot.press("l")
        await pilot.pause()
        assert not lab.known.region


async def test_one_of_a_kind_is_told_as_one(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 1, 1, settings=("none",))
        await lived(pilot, lab)
        assert "1 person × 1 scene" in page(pilot)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, LabChartsScreen))
        assert "1 person" in page(pilot)


async def test_a_path_is_completed_after_the_blank_that_tab_left(tmp_path: Path) -> None:
    (tmp_path / "labour").mkdir()
    async with at_lab(tmp_path) as (pilot, lab):
        await pilot.press("slash", *"people ", *f" {tmp_path}/lab", "tab")
        await until(pilot, lambda: lab.prompt.text == f"/people {tmp_path}/labour/")


async def test_no_note_of_the_start_card_is_cut_off(tmp_path: Path) -> None:
    async with at_lab(tmp_path, (80, 24)) as (pilot, _):
        assert "…" not in page(pilot)


async def test_a_command_that_fails_is_given_back_and_begins_nothing(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        lab.input.open()
        lab.prompt.clear()
        lab.prompt.insert("/open no-such-folder")
        await pilot.press("enter")
        await until(pilot, lambda: bool(lab.status.problem))
        await pilot.pause()
        assert lab.prompt.text == "/open no-such-folder"
        assert pilot.app.screen.focused is lab.prompt
        assert not lab.session.started
