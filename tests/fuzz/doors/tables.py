"""Tables of people and of what they did: customers, users, catalogues, transactions, logs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from core.clm.catalogue import read_catalogue
from core.clm.customers import read_customers
from core.clm.decision_log import read_log
from core.lab.people.imported import given_seed
from core.prediction.transactions import read_events, read_transactions
from core.prediction.users import find_user, read_users
from core.profiles.seed_json import read_seed
from customer_data import SEED
from fuzz.door import Door, Drive, Shape
from fuzz.doors.personas import ROOT
from fuzz.structures import change_csv, change_json, change_yaml

_TODAY = date(2026, 1, 1)
_CUSTOMERS = """id,name,segment,score,stage,idle,discount,content
sam,Student Sam,Price-Sensitive,85,Onboarding,0,0.9,0.3
clara,"Clara, Corporate",High-Value,40,Retention,5,0.1,0.8
greg,Ghosting Greg,Churn-Risk,25,Churn Risk,,0.7,0.2
"""
_CAST = """cast:
  sam:
    name: Student Sam
    score: 85
    stage: Onboarding
    segment: Price-Sensitive
    sensitivity: {discount: 0.9, content: 0.3}
    idle: 0
"""
_PEOPLE = """{"persona_001": {"Demographics": {"Name": "Ann", "Age": 41, "Gender": "female",
 "Language": ["English"], "Career_Information": "nurse"}, "Personality":
 {"Extraversion_or_Introversion": "Introversion", "Values_and_Interests": ["bread", "maps"]},
 "Pattern": {"Usage_Related_Patterns": "at night"}, "Preference": {"Formats": "lists"},
 "scenes": [{"scene_type": "career", "sence_desc": "She plans a night shift.",
 "expected_results": "A short plan.", "scene_context": "The ward has nine beds；two are empty",
 "available_apis": {"find_shift": {"arguments": ["day"], "description": "finds one"}},
 "personalized_query": "Plan my night.", "neutralized_query": "Plan a shift.",
 "conversations": []}]}, "persona_002": {"Name": "Bob", "Age": "30", "Nationality": "France"}}"""
_SALES = """who,when,paid
1,1997-01-01,29.33
1,1997-01-18,29.73
2,1997-01-01 08:26:00,63.34
3,19970202,"11.77"
"""
_EVENTS = "user_id;timestamp;amount\n1;2025-08-10T10:00:00;15\n2;2025-08-11;-3\n1;2025-08-12;4\n"
_LOG = """day,customer,segment,action,propensity,reward
1,sam,Price-Sensitive,SEND_DISCOUNT,0.25,1
1,clara,High-Value,DO_NOTHING,0.75,0
2,sam,Price-Sensitive,ASK_INTEREST,0.5,0.5
"""


@asynccontextmanager
async def customers_opened(folder: Path) -> AsyncIterator[Drive]:
    """Read an input as whoever is asked for such a table reads it."""

    async def drive(shape: str, data: bytes) -> None:
        path = folder / f"odd.{shape.rpartition('.')[2]}"
        path.write_bytes(data)
        if shape.startswith("customers"):
            read_customers(path)
        elif shape.startswith("users"):
            users = read_users(path, _TODAY)
            find_user(users, next(iter(users)))
        elif shape.startswith("people"):
            given_seed(read_seed(path).people)
        else:
            read_catalogue(path)

    yield drive


@asynccontextmanager
async def transactions_opened(folder: Path) -> AsyncIterator[Drive]:
    """Read an input as transactions, as events or as a log of decisions."""
    path = folder / "odd.csv"

    async def drive(shape: str, data: bytes) -> None:
        path.write_bytes(data)
        if shape == "log":
            read_log(path)
        elif shape == "events":
            read_events(path, latest=_TODAY).purchases()
        else:
            sales = read_transactions(path, "who", "when", "paid")
            _ = sales.first_day, sales.last_day
            sales.purchases()

    yield drive


CUSTOMERS = Door(
    "customers",
    (
        Shape("customers.csv", lambda: [_CUSTOMERS.encode()], (change_csv,)),
        Shape("customers.yml", lambda: [_CAST.encode()], (change_yaml,)),
        Shape("users.csv", lambda: [SEED.encode()], (change_csv,)),
        Shape("people.json", lambda: [_PEOPLE.encode()], (change_json,)),
        Shape(
            "catalogue.csv",
            lambda: [(ROOT / "config" / "catalogue.csv").read_bytes()],
            (change_csv,),
        ),
    ),
    customers_opened,
)
TRANSACTIONS = Door(
    "transactions",
    (
        Shape("sales", lambda: [_SALES.encode()], (change_csv,)),
        Shape("events", lambda: [_EVENTS.encode()], (change_csv,)),
        Shape("log", lambda: [_LOG.encode()], (change_csv,)),
    ),
    transactions_opened,
)
