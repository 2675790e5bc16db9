from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.clm.records import DayKind
from pilot.clm_kit import (
    CAST,
    answer,
    at_clm,
    begun,
    drafted,
    head,
    lived,
    page,
    rested,
    scripted,
    titles,
)
from pilot.salon import runtime_for, until
from tui.clm.charts import ChartsScreen
from tui.clm.compare_screen import ClmCompareScreen
from tui.clm.customer import CustomerScreen
from tui.navigation import OpenSession
from tui.panes import pane_for


async def test_what_a_model_was_sent_can_be_read(tmp_path: Path) -> None:
    async with at_clm(scripted(tmp_path, [answer("Why not.", "SEND_TUTORIAL")])) as (pilot, clm):
        await begun(pilot, clm, "llm")
        await lived(pilot, clm, "n", 1)
        await pilot.press("g", "w")
        await until(pilot, lambda: "Prompt sent" in page(pilot))
        assert "Day 1: Student Sam" in page(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is clm.screen)
        await pilot.press("P")
        await pilot.pause()
        await pilot.press(*"rules", "enter")
        await until(pilot, lambda: clm.session.state.policy == "rules")
        await pilot.press("G")
        await lived(pilot, clm, "n", 2)
        await pilot.press("w")
        await until(pilot, lambda: "No model was asked" in clm.status.problem)


async def test_a_fork_goes_back_to_the_day_that_is_shown(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "W", 7)
        first = clm.session.state.outline()["series"][:5]
        await pilot.press("left", "left", "f")
        await rested(pilot, clm, 5)
        assert clm.session.state.outline()["series"] == first
        assert "continues from the end of day 5" in clm.status.hint
        await pilot.press("f")
        await pilot.pause()
        await pilot.press("backspace", "2", "enter")
        await rested(pilot, clm, 2)


async def test_the_policy_changes_from_the_next_customer_on(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "n", 1)
        await pilot.press("P")
        await pilot.pause()
        await pilot.press(*"ucb", "enter")
        await until(pilot, lambda: clm.session.state.policy == "ucb1")
        await lived(pilot, clm, "n", 2)
        assert all(each.how.startswith("ucb1") for each in clm.stories.stories)
        assert "ucb1" in head(clm)


async def test_reset_shows_the_seed_and_begins_the_same_run_again(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "W", 7)
        before, session = clm.session.state.outline(), clm.session.stored.id
        await pilot.press("r")
        await until(pilot, lambda: "seed 42" in clm.status.hint)
        assert not clm.session.started
        assert clm.start.form.at == "seed"
        await pilot.press("enter")
        await until(pilot, lambda: clm.session.started and clm.session.running)
        await lived(pilot, clm, "W", 7)
        after = clm.session.state.outline()
        assert after["series"] == before["series"]
        assert clm.session.stored.id != session


async def test_a_stored_run_is_gone_on_with(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "W", 7)
        session, outline = clm.session.stored.id, clm.session.state.outline()
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not clm.session.started)
        request = OpenSession(session, "clm")
        assert pane_for(request).name == "clm"
        await pilot.app.navigate(request)
        await until(pilot, lambda: clm.session.started)
        assert clm.session.state.outline() == outline
        assert titles(clm) == CAST
        await lived(pilot, clm, "n", 8)


async def test_a_record_of_a_run_comes_into_view(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "W", 7)
        session = clm.session.stored
        choice = next(
            each
            for each in session.tree.path
            if each.kind == DayKind.ACTION_CHOSEN and each.node == "clara" and each.data["day"] == 3
        )
        await pilot.app.navigate(OpenSession(session.id, "clm", choice.id))
        await pilot.pause()
        assert "looking at day 3" in head(clm)
        assert clm.stories.current.title == "Corporate Clara"


async def test_a_customers_page_has_every_day_and_goes_to_a_chat(tmp_path: Path) -> None:
    personas = tmp_path / "data" / "personas"
    personas.mkdir(parents=True)
    text = "# customer: Student Sam (en)\n\nYou are Sam, and you study.\n"
    (personas / "student-sam.md").write_text(text, "utf-8")
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "W", 7)
        await pilot.press("g", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CustomerScreen))
        await pilot.pause()
        shown = page(pilot)
        for words in ("Student Sam", "Engagement", "What works", "Day 7"):
            assert words in shown
        await pilot.press("right")
        await pilot.pause()
        assert "Corporate Clara" in page(pilot)
        await pilot.press("left", "t")
        await until(pilot, lambda: pilot.app.current_mode == "chat")
        await until(pilot, lambda: "Student Sam" in page(pilot))


async def test_another_policy_lives_the_same_days_beside_it(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm, "random")
        await lived(pilot, clm, "W", 7)
        files = sorted((tmp_path / "sessions").iterdir())
        outline = clm.session.state.outline()
        await pilot.press("c")
        await pilot.pause()
        await pilot.press(*"oracle", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClmCompareScreen))
        screen = pilot.app.screen
        await until(pilot, lambda: screen.other is not None)
        await pilot.pause()
        regret = sum(each.regret for each in screen.other.series)
        assert screen.other.over == 7
        assert regret == pytest.approx(0)
        for words in ("oracle", "regret", "margin", "difference"):
            assert words in page(pilot)
        assert clm.session.state.outline() == outline
        assert sorted((tmp_path / "sessions").iterdir()) == files
        await pilot.press("t")
        await until(pilot, lambda: clm.session.state.policy == "oracle")


async def test_charts_stand_on_one_page(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm)
        await pilot.press("v")
        await until(pilot, lambda: "nothing to draw" in clm.status.problem)
        await lived(pilot, clm, "W", 7)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChartsScreen))
        await pilot.pause()
        for words in ("Engagement", "Money so far", "Regret so far"):
            assert words in page(pilot)


async def test_charts_that_do_not_fit_are_scrolled_with_keys_and_name_their_lines(
    tmp_path: Path,
) -> None:
    async with at_clm(runtime_for(tmp_path), (80, 24)) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "W", 7)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChartsScreen))
        await pilot.pause()
        assert "━━ margin   ┅┅ spend" in page(pilot)
        assert "Regret so far" not in page(pilot)
        await pilot.press("end")
        await until(pilot, lambda: "Regret so far" in page(pilot))


async def test_commands_are_typed_completed_and_given_back(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await pilot.press("slash", *"policy ruls", "enter")
        await until(pilot, lambda: "no policy" in clm.status.problem)
        assert clm.prompt.text == "/policy ruls"
        clm.prompt.clear()
        await pilot.press(*"/pol", "tab", *"rul", "tab", "enter")
        await until(pilot, lambda: clm.session.draft.policy == "rules")
        assert not clm.input.row.display
        await pilot.press("slash", *"run 3", "enter")
        await rested(pilot, clm, 3)
        await pilot.press("slash", *"fork 1", "enter")
        await rested(pilot, clm, 1)
        await pilot.press("slash", *"customer clara", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CustomerScreen))


async def test_a_run_is_written_as_tables(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "n", 1)
        for times in (1, 2):
            await pilot.press("x")
            await pilot.pause()
            await pilot.press(*"csv", "enter")
            await until(pilot, lambda: clm.status.hint.startswith("written"))
            clm.status.hint = ""
            folders = sorted(tmp_path.glob("clm-*"))
            assert len(folders) == times
        seed = json.loads((folders[0] / "manifest.json").read_text("utf-8"))["seed"]
        assert seed == 42
        rows = (folders[0] / "decisions.csv").read_text("utf-8").splitlines()
        assert len(rows) == 1 + len(CAST)


async def test_customers_of_ones_own_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("id,name,segment,score,discount\nzoe,Zoe Zimmer,VIP,50,0.9\n", "utf-8")
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await drafted(pilot, clm, "rules")
        await pilot.press("slash", *f"customers {file}", "enter")
        await until(pilot, lambda: clm.session.draft.cast == file)
        await begun(pilot, clm)
        await lived(pilot, clm, "n", 1)
        assert titles(clm) == ["Zoe Zimmer"]
        file.unlink()
        await pilot.press("r")
        await until(pilot, lambda: not clm.session.started)
        await begun(pilot, clm)
        await lived(pilot, clm, "n", 1)
        assert titles(clm) == ["Zoe Zimmer"]


async def test_a_bad_file_is_named_and_nothing_begins(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("id,name,segment,score\nzoe,Zoe,VIP,many\n", "utf-8")
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await pilot.press("slash", *f"customers {file}", "enter")
        await until(pilot, lambda: clm.session.draft.cast == file)
        await pilot.press("enter")
        await until(pilot, lambda: "score" in clm.status.problem)
        assert not clm.session.started


def test_a_classic_run_in_the_pane_needs_no_numpy(tmp_path: Path) -> None:
    program = f"""
import asyncio, sys
from pathlib import Path
from pilot.clm_kit import at_clm, begun, lived
from pilot.salon import runtime_for

async def main():
    async with at_clm(runtime_for(Path({str(tmp_path)!r}))) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "W", 7)
        await pilot.press("v")

asyncio.run(main())
print(sorted(set(sys.modules) & {{"numpy", "scipy", "sklearn", "pandas", "textual_plot"}}))
"""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={"PYTHONPATH": f"{root}:{root / 'tests'}", "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


async def test_a_customer_without_a_persona_cannot_be_talked_to(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        clm.session.draft = clm.session.draft.with_size(3)
        clm.show_setup()
        await begun(pilot, clm)
        await lived(pilot, clm, "n", 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CustomerScreen))
        await pilot.press("t")
        await until(pilot, lambda: bool(clm.status.problem))
        assert titles(clm)[-1] in clm.status.problem
        assert pilot.app.current_mode == "clm"


async def test_what_is_learnt_is_shown_as_the_ledger_has_it_after_a_fork(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm, "random")
        await lived(pilot, clm, "W", 7)
        await pilot.press("slash", *"fork 2", "enter")
        await rested(pilot, clm, 2)
        tried = {
            (who.id, card.action)
            for who in clm.session.state.customers.values()
            for card in who.cards
            if card.verdict
        }
        assert {(row.who, row.action) for row in clm.learnt.rows} == tried


async def test_a_run_is_found_and_gone_on_with_in_sessions(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "W", 7)
        ended = clm.session.stored.tree.get(clm.session.state.ends[-1])
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not clm.session.started)
        await pilot.app.show("sessions")
        await until(pilot, lambda: ended.text in page(pilot))
        assert "betty: " in page(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.current_mode == "clm" and clm.session.started)
        assert clm.session.state.over == 7


async def test_wrong_settings_are_told_where_they_matter(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path, "clm.classic.threshold=7")
    async with at_clm(runtime) as (pilot, clm):
        await pilot.press("enter")
        await until(pilot, lambda: "clm.classic.threshold" in clm.status.problem)
        assert not clm.session.started


async def test_a_comparison_that_is_left_leaves_nothing_behind(tmp_path: Path) -> None:
    slow = {"text": answer("Slowly.", "SEND_TUTORIAL"), "tokens_per_second": 2}
    async with at_clm(scripted(tmp_path, [slow])) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "n", 1)
        files = sorted((tmp_path / "sessions").iterdir())
        await pilot.press("slash", *"compare llm", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClmCompareScreen))
        await until(pilot, lambda: "days of a run" in tasks())
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is clm.screen)
        await until(pilot, lambda: "days of a run" not in tasks())
        assert sorted((tmp_path / "sessions").iterdir()) == files
        await lived(pilot, clm, "n", 2)


def tasks() -> set[str]:
    return {each.get_name() for each in asyncio.all_tasks()}
