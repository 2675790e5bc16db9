"""Tables of users, events and feedback: what is wrong is named with its row and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.errors import PredictionError
from core.prediction.feedback import read_feedback
from core.prediction.tables import Limit, read_rows
from core.prediction.transactions import read_events, read_transactions
from core.prediction.users import find_user, read_users
from customer_data import SEED

TODAY = date(2025, 8, 15)
HEADER = "user_id,name,last_active,interactions,purchases\n"


def table(tmp_path: Path, text: str | bytes, name: str = "users.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_seeds_table_is_read_as_it_is(tmp_path: Path) -> None:
    users = read_users(table(tmp_path, SEED), TODAY)
    assert list(users) == ["1", "2", "3", "4"]
    assert [each.days_since_last_active for each in users.values()] == [5, 3, 4, 6]
    assert users["3"].interactions == 20


def test_idle_days_may_be_given(tmp_path: Path) -> None:
    text = "user_id,days_since_last_active,interactions,purchases\na,7,1,0\n"
    assert read_users(table(tmp_path, text), TODAY)["a"].days_since_last_active == 7


def test_an_activity_after_the_day_looked_at_is_no_idleness(tmp_path: Path) -> None:
    users = read_users(table(tmp_path, SEED), date(2025, 8, 10), latest=TODAY)
    assert [each.days_since_last_active for each in users.values()] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("1,x,2025-08-10,-15,2", "row 2 (line 3), column interactions: '-15' is negative"),
        ("1,x,2025-08-10,15,", "row 2 (line 3), column purchases: there is nothing"),
        ("1,x,2025-08-10,many,2", "column interactions: 'many' is no number"),
        ("1,x,2025-08-10,nan,2", "column interactions: 'nan' is no finite number"),
        ("1,x,2025-08-10,1e999,2", "column interactions: '1e999' is no finite number"),
        ("1,x,2025-08-16,1,2", "column last_active: 2025-08-16 is in the future"),
        ("1,x,10.8.2025,1,2", "column last_active: '10.8.2025' is no date"),
        ("1,x,,1,2", "column last_active: there is nothing"),
        (",x,2025-08-10,1,2", "column user_id: there is nothing"),
        ("0,x,2025-08-10,1,2", "column user_id: '0' is in row 1 already"),
        ("1,x,2025-08-10,1", "row 2 (line 3) has 4 cells where the header has 5 columns"),
        ('1,"x,2025-08-10,1,2', "is no CSV file"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, complaint: str) -> None:
    path = table(tmp_path, f"{HEADER}0,w,2025-08-01,1,1\n{row}\n")
    with pytest.raises(PredictionError) as caught:
        read_users(path, TODAY)
    assert complaint in str(caught.value)
    assert "users.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "users.csv is empty"),
        (HEADER, "holds no users"),
        ("user,interactions,purchases\n1,2,3\n", "no column 'user_id'. Did you mean user?"),
        ("user_id,interactions,purchases\n1,2,3\n", "neither a column 'last_active' nor"),
        ("user_id,user_id,interactions,purchases\n1,2,3,4\n", "names 'user_id' twice"),
        (b"user_id,interactions,purchases\n\xff,2,3\n", "no CSV file in UTF-8"),
        (HEADER + '1,"' + "x" * 200_000 + '",2025-08-01,1,1\n', "no CSV file"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str | bytes, complaint: str) -> None:
    with pytest.raises(PredictionError) as caught:
        read_users(table(tmp_path, text), TODAY)
    assert complaint in str(caught.value)


def test_an_age_has_to_be_a_number_where_there_is_one(tmp_path: Path) -> None:
    with pytest.raises(PredictionError, match=r"row 2 .*column age: '-30' is negative"):
        read_users(table(tmp_path, SEED.replace(",30,", ",-30,")), TODAY)


def test_control_characters_of_a_file_never_reach_an_error(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + "1,x,2025-08-10,\x1b[2Jmany,2\n")
    with pytest.raises(PredictionError) as caught:
        read_users(path, TODAY)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_spreadsheets_delimit_in_many_ways(tmp_path: Path, delimiter: str) -> None:
    text = "\ufeff" + SEED.replace(",", delimiter).replace("\n", "\r\n")
    assert len(read_users(table(tmp_path, text), TODAY)) == 4


def test_a_file_too_large_for_the_memory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(HEADER.encode())
        file.truncate(2 << 30)  # sparse: it takes no room
    with pytest.raises(PredictionError, match=r"huge\.csv is 2,048 MiB large; at most 128 MiB"):
        read_users(path, TODAY)
    with pytest.raises(PredictionError, match="at most 1,024 MiB"):
        read_events(path)


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    path = table(tmp_path, SEED)
    with pytest.raises(PredictionError, match="more than 3 rows"):
        list(read_rows(path, ["user_id"], Limit(1000, 3)))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(PredictionError):
            read_users(path, TODAY)


def test_an_unknown_user_is_told_the_nearest(tmp_path: Path) -> None:
    text = HEADER + "".join(f"{name},x,2025-08-01,1,1\n" for name in ("anna", "bert", "carl"))
    users = read_users(table(tmp_path, text), TODAY)
    assert find_user(users, "bert").user_id == "bert"
    with pytest.raises(PredictionError, match=r"no user 'ana'\. Did you mean anna\?"):
        find_user(users, "ana")
    with pytest.raises(PredictionError, match="Known are: anna, bert, carl"):
        find_user(users, "99")


def test_transactions_are_read_by_the_names_of_their_columns(tmp_path: Path) -> None:
    text = "who,when,paid\na,19970101,5\nb,1997-01-02 10:30:00,2.5\na,1997-01-03T23:59,1\n"
    found = read_transactions(table(tmp_path, text), "who", "when", "paid")
    assert list(found.ids) == ["a", "b"]
    assert list(found.customer) == [0, 1, 0]
    assert (found.first_day, found.last_day) == (date(1997, 1, 1), date(1997, 1, 3))
    assert found.purchases().customers == 2


def test_returned_goods_are_no_purchase(tmp_path: Path) -> None:
    path = table(tmp_path, "who,when,paid\na,19970101,5\na,19970102,-5\n")
    found = read_transactions(path, "who", "when", "paid")
    assert (len(found.day), found.left_out) == (1, 1)
    assert read_transactions(path, "who", "when").left_out == 0


def test_events_may_call_their_date_otherwise(tmp_path: Path) -> None:
    path = table(tmp_path, "user_id,timestamp,kind\na,2025-08-01T10:00:00,login\n")
    assert read_events(path).last_day == date(2025, 8, 1)
    with pytest.raises(PredictionError, match=r"row 1 .*timestamp: 2025-08-01 is in the future"):
        read_events(path, latest=date(2025, 7, 31))
    with pytest.raises(PredictionError, match="no column 'date'"):
        read_events(table(tmp_path, "user_id,when\na,2025-08-01\n"))


def test_parquet_is_read_like_csv(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    path = tmp_path / "events.parquet"
    days = [date(2025, 8, 1), date(2025, 8, 2)]
    columns = {"user_id": [7, 8], "date": days, "amount": [1.5, None]}
    parquet.write_table(pyarrow.table(columns), path)
    assert list(read_transactions(path, "user_id", "date").ids) == ["7", "8"]
    with pytest.raises(PredictionError, match=r"row 2 .*column amount: there is nothing"):
        read_events(path)
    with pytest.raises(PredictionError, match="no Parquet file"):
        read_events(table(tmp_path, "user_id,date\n", "fake.parquet"))


def test_feedback_is_read_in_plain_words(tmp_path: Path) -> None:
    text = "user_id,outcome,action,date\n1,1,,\n2,No,offer_discount,2025-08-02\n3,TRUE,,\n"
    reports = [report for _, report in read_feedback(table(tmp_path, text))]
    assert [each.engaged for each in reports] == [True, False, True]
    assert (reports[1].action, reports[1].day) == ("offer_discount", date(2025, 8, 2))
    with pytest.raises(PredictionError, match=r"row 1 .*outcome: 'perhaps' is neither"):
        list(read_feedback(table(tmp_path, "user_id,outcome\n1,perhaps\n")))
