from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from core.errors import ProviderErrorKind
from core.masking import Masker
from core.providers.base import ProviderSettings
from core.providers.faults import HttpFault, retry_after_seconds, translate
from core.providers.parameters import refused_parameter
from core.providers.target import Target, key_problem, quoted

Kind = ProviderErrorKind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "12"}, 12),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "later"}, None),
        ({"retry-after": "Wed, 01 Jan 2020 00:00:00 GMT"}, 0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers) == seconds


def test_retry_after_as_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    seconds = retry_after_seconds({"retry-after": date})
    assert seconds is not None
    assert 80 < seconds <= 90


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            429,
            '{"error": {"code": "insufficient_quota", "message": "No credit"}}',
            Kind.UNAVAILABLE,
        ),
        (402, "{}", Kind.UNAVAILABLE),
        (
            429,
            '{"error": {"message": "Too many tokens for your context window"}}',
            Kind.RATE_LIMIT,
        ),
        (
            400,
            '{"error": {"code": 400, "type": "exceed_context_size_error", "message": "x"}}',
            Kind.CONTEXT_OVERFLOW,
        ),
        (
            400,
            '{"error": {"code": "context_length_exceeded", "message": "x"}}',
            Kind.CONTEXT_OVERFLOW,
        ),
        (
            400,
            '{"error": {"code": "content_policy_violation", "message": "x"}}',
            Kind.REFUSED,
        ),
        (400, '{"error": "model \'x\' not found"}', Kind.UNKNOWN_MODEL),
        (400, '{"error": {"message": "x is not a valid model ID"}}', Kind.UNKNOWN_MODEL),
        (400, '["odd"]', Kind.PROTOCOL),
        (418, "I am a teapot", Kind.PROTOCOL),
        (504, "<html>", Kind.TIMEOUT),
    ],
)
def test_bodies_tell_more_than_statuses(status: int, body: str, kind: Kind) -> None:
    target = Target(ProviderSettings("x", "openai"), "m")
    assert translate(HttpFault(status, body, None), target).kind is kind


class TimeoutException(Exception):
    """Named like the base class that both HTTP libraries have."""


class ReadTimeout(TimeoutException):
    pass


class ConnectTimeout(TimeoutException):
    pass


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ReadTimeout(), Kind.TIMEOUT),
        (ConnectTimeout(), Kind.NETWORK),
        (TimeoutError(), Kind.TIMEOUT),
        (ConnectionResetError(), Kind.NETWORK),
        (ValueError("Expecting value"), Kind.PROTOCOL),
        (AttributeError("choices"), Kind.PROTOCOL),
    ],
)
def test_exceptions_are_known_by_their_base_classes(error: Exception, kind: Kind) -> None:
    assert translate(error, Target(ProviderSettings("x", "openai"), "m")).kind is kind


def fault(message: str, status: int = 400, **more: Any) -> HttpFault:
    return HttpFault(status, json.dumps({"error": {"message": message, **more}}), None)


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (fault("Unsupported parameter: 'top_k'"), "top_k"),
        (fault("top_k: Extra inputs are not permitted"), "top_k"),
        (fault("no", param="seed", code="unsupported_parameter"), "seed"),
        (fault("must be an integer", param="seed"), None),
        (fault("top_k must be positive"), None),
        (fault("Unsupported parameter: 'min_p'"), None),
        (fault("Unsupported parameter: 'top_k'", 500), None),
    ],
)
def test_refused_parameters(error: HttpFault, name: str | None) -> None:
    assert refused_parameter(error.status, error.body, {"top_k", "seed"}) == name


def test_words_of_servers_are_made_harmless() -> None:
    said = quoted("\x1b[2Ja\r\n b\u202e c\x9b key=abc", Masker(["abc"]))
    assert said == "[2Ja b c key=[key]"
    assert len(quoted("x" * 5000)) == 300


@pytest.mark.parametrize(
    ("key", "required", "problem"),
    [
        (None, False, ""),
        ("", True, "No A_KEY in the environment."),
        ("sk-1", True, ""),
        ("sk 1", True, "characters"),
        ("sk-…", False, "characters"),
    ],
)
def test_keys_are_checked_before_they_are_sent(
    key: str | None, required: bool, problem: str
) -> None:
    settings = ProviderSettings(
        "x", "openai", api_key=key, key_required=required, key_variable="A_KEY"
    )
    error = key_problem(settings)
    assert (error is None) is (not problem)
    assert error is None or problem in error.message


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "-inf", "x", "\xff", "9" * 400, ""])
def test_a_wait_that_is_no_finite_number_is_none(value: str) -> None:
    assert retry_after_seconds({"retry-after": value}) is None
    assert retry_after_seconds({"retry-after-ms": value}) is None
