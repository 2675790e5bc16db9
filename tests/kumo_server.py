"""A server on loopback that answers the SDK of KumoRFM as far as a prediction needs it.

It takes one query, that of the adapter, and answers with the probability that it was told of
each user. What it is asked is kept, so that a test can look at it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Kumo:
    """What the server knows and what it was asked."""

    url: str
    key: str
    chances: Mapping[str, float]
    queries: list[str] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)
    """The users of each call."""
    paths: list[str] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    """The columns of all tables that were sent."""
    fails: bool = False


@contextmanager
def serving(key: str, chances: Mapping[str, float]) -> Iterator[Kumo]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    kumo = Kumo(f"http://127.0.0.1:{server.server_port}/api", key, chances)
    server.kumo = kumo  # type: ignore[attr-defined] - what handlers share is kept on the server
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield kumo
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def kumo(self) -> Kumo:
        return self.server.kumo  # type: ignore[attr-defined,no-any-return] - see `serving`

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.kumo.paths.append(self.path)
        if self.headers.get("X-API-Key") != self.kumo.key:
            self._answer(401, {"detail": "Unauthorized"})
        elif self.path == "/api/v1/connectors":
            self._answer(200, [])
        else:
            self._answer(200, {})

    def do_POST(self) -> None:
        self.kumo.paths.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.kumo.fails:
            self._answer(400, {"detail": "the context is too small"})
        elif self.path == "/api/v1/rfm/parse_query":
            self._answer(200, self._parsed(json.loads(body)))
        elif self.path == "/api/v1/rfm/predict":
            self._answer(200, {"prediction": self._predicted(body)})
        else:
            self._answer(404, {"detail": "no such path"})

    def _parsed(self, request: dict[str, Any]) -> Any:
        from kumoapi.common import ValidationResponse
        from kumoapi.json_serde import to_json_dict
        from kumoapi.pquery import ValidatedPredictiveQuery
        from kumoapi.pquery.AST import Aggregation, Column, Condition, DateOffsetRange, Join
        from kumoapi.rfm import RFMParseQueryResponse
        from kumoapi.typing import Dtype, Stype

        self.kumo.queries.append(request["query"])
        _, start, end, unit = request["query"].partition("(")[2].partition(")")[0].split(", ")
        count = Aggregation(
            target=Column(fqn="events.*", dtype_maybe=Dtype.int, stype_maybe=Stype.numerical),
            aggr="COUNT",
            aggr_time_range=DateOffsetRange(start=int(start), end=int(end), unit=unit),
            dtype_maybe=Dtype.int,
            stype_maybe=Stype.numerical,
        )
        joined = Join(rhs_target=count, lhs_key="users.user_id", rhs_key="events.user_id")
        query = ValidatedPredictiveQuery(
            entity_ast=Column(fqn="users.user_id", dtype_maybe=Dtype.string, stype_maybe=Stype.ID),
            target_ast=Condition(
                target=joined,
                op=">",
                value=0,
                dtype_maybe=Dtype.bool,
                stype_maybe=Stype.categorical,
            ),
            rfm_query=True,
        )
        return to_json_dict(
            RFMParseQueryResponse(query=query, validation_response=ValidationResponse())
        )

    def _predicted(self, body: bytes) -> dict[str, Any]:
        from kumoapi.rfm import Context
        from kumoapi.rfm.protos import request_pb2

        request = request_pb2.PredictRequest()
        request.ParseFromString(body)
        context = Context.from_protobuf(request.context)
        tables = context.subgraph.table_dict
        self.kumo.columns |= {
            f"{name}.{column}" for name, table in tables.items() for column in table.df.columns
        }
        users = tables["users"]
        rows = range(users.num_sampled_nodes[0]) if users.row is None else users.row
        ids = [str(users.df["user_id"].iloc[int(row)]) for row in rows[context.num_train :]]
        self.kumo.asked.append(ids)
        chances = [self.kumo.chances[each] for each in ids]
        return {
            "columns": ["ENTITY", "TARGET_PRED", "False_PROB", "True_PROB"],
            "data": [
                [name, chance > 0.5, 1 - chance, chance]
                for name, chance in zip(ids, chances, strict=True)
            ],
        }

    def _answer(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
