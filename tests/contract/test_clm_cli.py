"""`salon clm` as a process: runs, comparisons, judgements, ledgers and exports."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from salon_process import ROOT, SalonProcess, lines, of, script

MARKET = ("--world", "market", "--customers")


@pytest.fixture
def salon(tmp_path: Path) -> SalonProcess:
    return SalonProcess(tmp_path)


def run(salon: SalonProcess, *arguments: str, stdin: str | None = None) -> list[dict[str, Any]]:
    done = salon.run("clm", "run", *arguments, "--json", stdin=stdin)
    assert done.returncode == 0, done.stderr
    return lines(done.stdout)


def customers(folder: Path, text: str, name: str = "people.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_events_as_json(salon: SalonProcess) -> None:
    events = run(salon, "--days", "2", "--seed", "3", "--policy", "rules")
    started = events[0]
    assert (started["event"], started["engine"], started["seed"]) == ("started", "clm", 3)
    assert [each["day"] for each in of(events, "day_started")] == [1, 2]
    decisions, impacts = of(events, "decision"), of(events, "impact")
    assert len(decisions) == len(impacts) == len(of(events, "learned")) == 10
    for each in decisions:
        assert each["policy"] == "rules"
        assert each["propensity"] == 1
        assert {"customer", "observation", "thought", "action", "message"} <= each.keys()
    for each in impacts:
        assert {"customer", "delta", "engagement", "status"} <= each.keys()
        assert "after" not in each, "the truth stays in the record"
    for each in of(events, "learned"):
        assert {"customer", "action", "verdict", "n", "mean"} <= each.keys()
    assert [each["day"] for each in of(events, "day_ended")] == [1, 2]
    assert (events[-1]["event"], events[-1]["turns"]) == ("ended", 2)


def test_plain(salon: SalonProcess) -> None:
    done = salon.run("clm", "run", "--days", "1")
    assert done.returncode == 0
    assert "Day 1\n" in done.stdout
    assert "Student Sam:" in done.stdout
    assert "Day 1 ended: engagement" in done.stdout
    assert "salon clm run --resume" in done.stderr
    assert "\x1b" not in done.stdout


def test_resume_goes_on_and_refuses_what_is_settled(salon: SalonProcess) -> None:
    run(salon, "--days", "2")
    events = run(salon, "--resume", "last", "--days", "1", "--policy", "random")
    assert [each["day"] for each in of(events, "day_started")] == [3]
    assert {each["policy"] for each in of(events, "decision")} == {"random"}
    refused = salon.run("clm", "run", "--resume", "last", "--seed", "3")
    assert refused.returncode == 2
    assert "--seed cannot go with --resume" in refused.stderr
    done = salon.run("clm", "run", "--resume", "last")
    assert done.returncode == 0
    assert "All days have been simulated: 3" in done.stderr


def test_steering(salon: SalonProcess) -> None:
    commands = [
        {"do": "step"},
        {"do": "run", "days": 2},
        {"do": "nonsense"},
        {"do": "fork", "day": 9},
    ]
    stdin = "\n".join(json.dumps(each) for each in commands)
    events = run(salon, "--steer", "--no-save", stdin=stdin)
    errors = [each["message"] for each in of(events, "error")]
    assert any("Unknown command 'nonsense'" in each for each in errors)
    assert any("Day 9 is not over" in each for each in errors)
    assert salon.count() == 0


def test_a_model_that_was_recorded_gives_the_same_run(salon: SalonProcess) -> None:
    said = [
        json.dumps({"thought": f"t{n}", "action": action, "message": "m"})
        for n, action in enumerate(["SEND_TUTORIAL", "ASK_INTEREST", "RECOMMEND_PRODUCT"] * 2)
    ]
    model = script(salon.home, *said, loop=True)
    flags = ("--policy", "llm", "--days", "3")
    first = run(salon, *flags, "--model", model)
    (file,) = salon.sessions.glob("*.jsonl")
    kept = salon.home / "kept.jsonl"
    kept.write_bytes(file.read_bytes())
    second = run(salon, *flags, "--model", f"recorded:{kept}")

    def course(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        gone = {"record", "reply"}
        told = [each for kind in ("decision", "impact", "learned") for each in of(events, kind)]
        return [{key: each[key] for key in each.keys() - gone} for each in told]

    assert course(first) == course(second)
    assert len(of(first, "decision")) == 15


def test_a_failing_model_ends_with_status_1(salon: SalonProcess) -> None:
    model = script(salon.home, {"error": {"kind": "auth", "message": "No key."}})
    done = salon.run("clm", "run", "--policy", "llm", "--model", model, "--json")
    assert done.returncode == 1
    events = lines(done.stdout)
    assert of(events, "error")[0]["message"] == "No key."
    assert not of(events, "decision")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,name,segment,score\na,A,S,101\n", "row 1 (line 2), column score: 101 is more than"),
        ("id,name,segment,score\na,A,S,-1\n", "row 1 (line 2), column score: '-1' is negative"),
        ("id,name,segment,score\na,A,S,\n", "row 1 (line 2), column score: there is nothing"),
        ("id,name,segment,score\na,A,S,1\na,B,S,1\n", "column id: 'a' is in row 1 already"),
        ("id,name,segment,score,stage\na,A,S,1,Gone\n", "column stage: 'Gone' is not one of"),
        ("id,name,segment,score,discount\na,A,S,1,2\n", "column discount: 2 is more than 1"),
        ("id,name,segment\na,A,S\n", "no column 'score'"),
        ("id,name,segment,score\n", "holds no customer"),
        ("", "is empty"),
    ],
)
def test_bad_customers_are_named_by_row_and_column(
    salon: SalonProcess, text: str, words: str
) -> None:
    done = salon.run("clm", "run", "--customers", customers(salon.home, text))
    assert done.returncode in {1, 2}
    assert words in done.stderr
    assert salon.count() == 0, "nothing is half-written"


def test_customers_of_ones_own(salon: SalonProcess) -> None:
    rows = "id,name,segment,score,discount,content\nx,Xenia,VIP,50,0.9,0.1\ny,Yan,VIP,60,0.2,0.7\n"
    events = run(salon, "--customers", customers(salon.home, rows), "--days", "1")
    assert [each["customer"] for each in of(events, "decision")] == ["x", "y"]
    yaml = (
        "cast:\n  z: {name: Zoe, score: 50, stage: Active, segment: VIP, "
        "sensitivity: {discount: 0.7}}\n"
    )
    events = run(salon, "--customers", customers(salon.home, yaml, "z.yml"), "--days", "1")
    assert [each["customer"] for each in of(events, "decision")] == ["z"]
    events = run(salon, "--customers", "7", "--days", "1")
    assert len(of(events, "decision")) == 7
    for wrong in ("0", "nobody.csv"):
        assert salon.run("clm", "run", "--customers", wrong).returncode == 2


def test_compare(salon: SalonProcess) -> None:
    policies = "one-strike,hierarchical-thompson,oracle"
    done = salon.run(
        "clm", "compare", "--policies", policies, "--days", "15", "--seeds", "4", "--json"
    )
    assert done.returncode == 0, done.stderr
    told = {each["policy"]: each for each in json.loads(done.stdout)["policies"]}
    assert list(told) == policies.split(",")
    assert told["one-strike"]["difference"] == 0
    assert told["oracle"]["regret"] == 0
    learner = told["hierarchical-thompson"]
    assert learner["low"] < learner["difference"] < learner["high"]
    assert learner["regret"] < told["one-strike"]["regret"]
    assert salon.count() == 0
    assert salon.run("clm", "compare", "--policies", "random").returncode == 2


def test_compare_populations(salon: SalonProcess) -> None:
    done = salon.run(
        "clm", "compare", "--policies", "random,rules", *MARKET, "1500", "--days", "3",
        "--seeds", "2",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "VS. random" in done.stdout
    assert "2 runs per policy" in done.stdout


def test_export_is_the_same_for_the_same_seed(salon: SalonProcess) -> None:
    folders = []
    for number in range(2):
        run(salon, "--days", "4", "--seed", "9", "--policy", "random")
        folder = salon.home / f"out{number}"
        done = salon.run("clm", "export", "last", "-o", str(folder))
        assert done.returncode == 0, done.stderr
        folders.append(folder)
    names = {each.name for each in folders[0].iterdir()}
    tables = {f"{name}.csv" for name in ("customers", "decisions", "days", "segments", "ledger")}
    assert names == tables | {"manifest.json"}
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    manifest = json.loads((folders[0] / "manifest.json").read_text())
    assert manifest["seed"] == 9
    assert len(manifest["configuration"]) == 64
    assert manifest["versions"]["salon"]
    assert set(manifest["files"]) == tables
    with (folders[0] / "decisions.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 20
    again = salon.run("clm", "export", "last", "-o", str(folders[0]))
    assert again.returncode == 1
    assert "is there already" in again.stderr
    judged = salon.run(
        "clm", "evaluate", str(folders[0] / "decisions.csv"), "--policy", "random", "--json"
    )
    told = json.loads(judged.stdout)
    assert told["decisions"] == 20
    assert "worth only" in told["refused"]


def test_formulas_are_defused(salon: SalonProcess) -> None:
    rows = "id,name,segment,score\na,=1+1,@S,50\n"
    run(salon, "--customers", customers(salon.home, rows), "--days", "1")
    folder = salon.home / "out"
    assert salon.run("clm", "export", "last", "-o", str(folder)).returncode == 0
    text = (folder / "customers.csv").read_text()
    assert "'=1+1" in text
    assert ",'@S" in text


@pytest.mark.parametrize("form", ["json", "parquet"])
def test_other_formats_and_a_market(salon: SalonProcess, form: str) -> None:
    run(salon, "--days", "3", *MARKET, "12")
    folder = salon.home / "out"
    done = salon.run("clm", "export", "last", "--format", form, "-o", str(folder))
    assert done.returncode == 0, done.stderr
    if form == "json":
        assert len(json.loads((folder / "decisions.json").read_text())) == 36
    else:
        from pyarrow import parquet

        assert parquet.read_table(folder / "decisions.parquet").num_rows == 36


def test_ledger(salon: SalonProcess) -> None:
    run(salon, "--days", "10")
    told = json.loads(salon.run("clm", "ledger", "last", "--json").stdout)
    assert told["day"] == 10
    assert len(told["customers"]) == 30
    assert {"customer", "action", "word", "n", "mean", "low", "high", "reason"} <= told[
        "customers"
    ][0].keys()
    assert {each["segment"] for each in told["segments"]} >= {"Price-Sensitive", "High-Value"}
    plain = salon.run("clm", "ledger", "last").stdout
    assert "SUCCESS" in plain


def test_evaluate_ranks_what_a_log_tells_enough_of(salon: SalonProcess) -> None:
    run(salon, "--days", "20", "--customers", "120", "--policy", "random")
    arguments = ("--policy", "SEND_DISCOUNT", "--policy", "DO_NOTHING", "--policy", "random")
    told = json.loads(salon.run("clm", "evaluate", "last", *arguments, "--json").stdout)
    assert set(told["policies"]) == {"SEND_DISCOUNT", "DO_NOTHING", "random"}
    assert told["ranking"], told.get("refused")
    wrong = salon.run("clm", "evaluate", "last", "--policy", "NONSENSE")
    assert wrong.returncode == 1
    assert "no decision for 'NONSENSE'" in wrong.stderr
    log = customers(salon.home, "customer,segment,action,reward\na,s,A,1\n", "log.csv")
    missing = salon.run("clm", "evaluate", log, "--policy", "A")
    assert missing.returncode == 1
    assert "no column propensity" in missing.stderr


def test_the_classic_world_needs_no_numpy(salon: SalonProcess) -> None:
    program = (
        "import sys\n"
        "for name in ('numpy', 'scipy', 'sklearn'):\n    sys.modules[name] = None\n"
        "import tui.__main__ as program\n"
        "sys.argv = ['salon', 'clm', *{arguments!r}]\n"
        "program.main()"
    )

    def bare(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program.format(arguments=list(arguments))],
            cwd=ROOT,
            env=salon.environment,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )

    done = bare("run", "--days", "2")
    assert done.returncode == 0, done.stderr
    assert bare("ledger", "last").returncode == 0
    compared = bare("compare", "--policies", "rules,random", "--days", "2", "--seeds", "2")
    assert compared.returncode == 0, compared.stderr
    refused = bare("run", *MARKET, "5")
    assert refused.returncode == 1
    assert "pip install 'salon[clm]'" in refused.stderr


def test_an_interrupted_run_keeps_what_was_decided(salon: SalonProcess) -> None:
    answer = json.dumps({"thought": "slowly " * 12, "action": "ASK_INTEREST", "message": "m"})
    model = script(salon.home, {"text": answer, "tokens_per_second": 40}, loop=True)
    process = salon.start("clm", "run", "--policy", "llm", "--model", model, "--json")
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "delta":
            break
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert lines(out)[-1]["reason"] == "interrupted"
    (file,) = salon.sessions.glob("*.jsonl")
    kinds = [each["kind"] for each in salon.records(file.stem)]
    assert kinds[-1] == "ended"
    assert "choice" not in kinds
    resumed = run(salon, "--resume", "last", "--days", "1", "--policy", "rules")
    assert len(of(resumed, "decision")) == 5
