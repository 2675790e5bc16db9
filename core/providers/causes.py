"""What went wrong at a server, told by its status, its codes and its words.

Words that mean one thing only come first, then the vendor's codes, then words that need the
status to be understood, then the status.

Sources of the codes: platform.openai.com/docs/guides/error-codes, docs.z.ai/api-reference,
platform.minimax.io/docs/api-reference/errorcode, ai.google.dev/gemini-api/docs/troubleshooting,
api-docs.deepseek.com/quick_start/error_codes, console.groq.com/docs/errors,
openrouter.ai/docs/api-reference/errors, help.aliyun.com (Model Studio error codes),
platform.moonshot.ai/docs, volcengine.com/docs (Ark error codes), docs.siliconflow.cn.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import NamedTuple

from core.errors import ProviderErrorKind as Kind
from core.providers.error_bodies import ErrorBody
from core.text import read_whole


class Cause(StrEnum):
    """Why a server did not answer."""

    KEY = "key"
    FORBIDDEN = "forbidden"
    QUOTA = "quota"
    BALANCE = "balance"
    REGION = "region"
    MODERATION = "moderation"
    FIREWALL = "firewall"
    PROXY_LOGIN = "proxy_login"
    PAGE = "page"
    ADDRESS = "address"
    MODEL = "model"
    RATE = "rate"
    PLAN = "plan"
    CONTEXT = "context"
    MEMORY = "memory"
    LOADING = "loading"
    OVERLOADED = "overloaded"
    TIMEOUT = "timeout"
    GATEWAY_TIMEOUT = "gateway_timeout"
    REQUEST = "request"


class Meaning(NamedTuple):
    """What a cause is to the rest of Salon, and what is said of it.

    `{name}` is the provider, `{model}` the model, `{key}` where its key is set.
    """

    kind: Kind
    sentence: str = ""
    """Empty: what `Target` says of the kind."""
    hint: str = ""
    retries: bool = True
    """Whether the same request may succeed later, where its kind may."""


MEANINGS: Mapping[Cause, Meaning] = {
    Cause.KEY: Meaning(Kind.AUTH),
    Cause.FORBIDDEN: Meaning(
        Kind.AUTH,
        "{name} does not allow this request.",
        "The key may not use this model or feature, or this place is not served: check the "
        "account of {key}.",
    ),
    Cause.QUOTA: Meaning(
        Kind.UNAVAILABLE,
        "The quota of the {name} account is used up.",
        "Check the plan and billing of {name}, wait for the quota to reset, or pick another model.",
    ),
    Cause.BALANCE: Meaning(
        Kind.UNAVAILABLE,
        "The {name} account has no credit left.",
        "Add credit at {name}, or pick another model.",
    ),
    Cause.REGION: Meaning(
        Kind.UNAVAILABLE,
        "{name} does not serve this country or region.",
        "Pick another provider, or reach it from a region that it serves.",
    ),
    Cause.MODERATION: Meaning(
        Kind.REFUSED,
        "{name} did not let the text through its moderation.",
        "Change the last messages, or pick another model.",
    ),
    Cause.FIREWALL: Meaning(
        Kind.UNAVAILABLE,
        "A firewall in front of {name} blocks the request.",
        "The key was not looked at. Check the network, VPN or proxy, or ask the server's owner.",
    ),
    Cause.PROXY_LOGIN: Meaning(
        Kind.UNAVAILABLE,
        "A proxy on the way to {name} asks for a login.",
        "Put the proxy's user and password into HTTPS_PROXY, or exclude the host with NO_PROXY.",
    ),
    Cause.PAGE: Meaning(
        Kind.PROTOCOL,
        "A web page came in place of an answer from {name}.",
        "Check its base_url (many servers need /v1 at the end), and whether a proxy or a "
        "network login stands in between.",
    ),
    Cause.ADDRESS: Meaning(
        Kind.UNAVAILABLE,
        "{name} has nothing at this address.",
        "Check providers.{name}.base_url: many servers need /v1 at the end.",
    ),
    Cause.MODEL: Meaning(Kind.UNKNOWN_MODEL),
    Cause.RATE: Meaning(Kind.RATE_LIMIT),
    Cause.PLAN: Meaning(
        Kind.CONTEXT_OVERFLOW,
        "The request is larger than the {name} plan allows at once.",
        "Lower context_length or max_tokens, shorten the conversation, or upgrade the plan.",
    ),
    Cause.CONTEXT: Meaning(Kind.CONTEXT_OVERFLOW),
    Cause.MEMORY: Meaning(
        Kind.UNAVAILABLE,
        "{name} has too little memory for the model.",
        "Pick a smaller model, lower context_length, or stop other models there.",
    ),
    Cause.LOADING: Meaning(
        Kind.LOADING, "{name} is loading the model.", "Try again once it is loaded."
    ),
    Cause.OVERLOADED: Meaning(Kind.OVERLOADED),
    Cause.TIMEOUT: Meaning(Kind.TIMEOUT),
    Cause.GATEWAY_TIMEOUT: Meaning(
        Kind.TIMEOUT,
        "A gateway in front of {name} gave up waiting for the answer.",
        "Shorten the conversation or lower max_tokens, or pick a faster model.",
        retries=False,
    ),
    Cause.REQUEST: Meaning(Kind.PROTOCOL),
}


def _codes(**causes: str) -> Mapping[str, Cause]:
    return {code: Cause(cause) for cause, listed in causes.items() for code in listed.split()}


_CODES = _codes(
    key="authentication_error invalid_api_key invalid_authentication_error unauthenticated"
    " unauthorized invalidapikey authenticationerror api_key_invalid invalid_token"
    " incorrect_api_key_error incorrect_api_key 1000 1001 1002 1003 1004 20003",
    forbidden="permission_error permission_denied permission_denied_error accessdenied"
    " access_denied modelaccessdenied accessdenied.unpurchased modelnotopen 1220"
    " model_terms_required account_deactivated organization_restricted forbidden",
    loading="model_loading modelnotready model_not_ready",
    quota="insufficient_quota exceeded_current_quota_error quotaexceeded quota_exceeded"
    " billing_hard_limit_reached 1304 1308 1309 1310 throttling.allocationquota"
    " usage_limit_reached",
    balance="billing_error billing_not_active insufficient_balance insufficient_credits"
    " insufficient_user_quota arrearage accountoverdueerror payment_required 1110 1111 1112 1113"
    " 30001 insufficient_funds",
    region="unsupported_country_region_territory unsupported_country unsupported_region",
    moderation="content_policy_violation content_filter content_filtered moderation"
    " data_inspection_failed datainspectionfailed sensitivecontentdetected"
    " responsibleaipolicyviolation 1301 content_blocked moderation_blocked"
    " inputtextsensitivecontentdetected outputtextsensitivecontentdetected",
    model="model_not_found not_found_error resource_not_found_error deploymentnotfound"
    " modelnotfound invalidendpointormodel.notfound model_decommissioned model_not_exist"
    " model_deprecated unknown_model invalid_model 1211 1212 1222 20012 not_found",
    rate="rate_limit_error rate_limit_exceeded rate_limit_reached_error resource_exhausted"
    " throttling throttling.ratequota too_many_requests slow_down 1302 1303"
    " requestbursttoofast rate_limited tokens_limit_reached",
    overloaded="overloaded_error api_error server_error unavailable_error service_unavailable"
    " internal_server_error internal_error internal engine_overloaded_error serveroverloaded"
    " unavailable serviceunavailable capacity_exceeded 1305 1312 1234 50501 50505 50507 3505",
    timeout="timeout_error deadline_exceeded request_timeout",
    context="context_length_exceeded exceed_context_size_error request_too_large 1261"
    " string_above_max_length context_window_exceeded prompt_too_long",
)
"""By code in lower case; numbers are those of z.ai, SiliconFlow and Mistral."""
_MINIMAX = _codes(
    key="1004 2049",
    balance="1008",
    quota="2056 2061",
    rate="1002 1039 1041 2045",
    moderation="1026 1027",
    overloaded="1000 1013 1024 1033",
    timeout="1001",
    request="2013",
)

_STATUSES: Mapping[int, Cause] = {
    401: Cause.KEY,
    402: Cause.BALANCE,
    403: Cause.FORBIDDEN,
    404: Cause.MODEL,
    407: Cause.PROXY_LOGIN,
    408: Cause.TIMEOUT,
    413: Cause.CONTEXT,
    429: Cause.RATE,
    451: Cause.REGION,
    425: Cause.OVERLOADED,
    498: Cause.OVERLOADED,
    504: Cause.TIMEOUT,
    524: Cause.GATEWAY_TIMEOUT,
}
"""Other statuses from 500 on are `OVERLOADED`, what is left is `REQUEST`."""
_PAGES: Mapping[int, Cause] = {
    403: Cause.FIREWALL,
    404: Cause.ADDRESS,
    405: Cause.ADDRESS,
    406: Cause.FIREWALL,
    429: Cause.RATE,
    451: Cause.REGION,
}
"""What a page of HTML with a status means; no API writes those."""


class _Words(NamedTuple):
    cause: Cause
    pattern: re.Pattern[str]
    statuses: Collection[int] | None = None
    """Only under these statuses; `None`: whatever the status is, and without one."""


def _words(cause: Cause, *patterns: str, statuses: Collection[int] | None = None) -> _Words:
    return _Words(cause, re.compile("|".join(patterns), re.IGNORECASE), statuses)


_VAGUE = frozenset({0, 400, 404, 422, 500})
"""Statuses (0: none) under which only the words tell what is wrong."""
_CLEAR: tuple[_Words, ...] = (
    _words(
        Cause.MEMORY,
        r"out of memory",
        r"\boom\b",
        r"more (system |gpu )?memory",
        r"not enough (gpu )?memory",
        r"insufficient (gpu |system )?memory",
        r"cannot allocate memory",
        r"\bbad_alloc\b",
        r"failed to allocate",
        r"insufficient system resources",
        r"process has terminated: signal: killed",
        r"unable to allocate",
    ),
    _words(
        Cause.LOADING,
        r"\bloading (the )?model",
        r"model (\S{1,120} )?is (currently |still )?(loading|being loaded)\b",
        r"still loading",
        r"model is (starting|warming) up",
        r"model not (yet )?(ready|loaded yet)",
        statuses={0, 200, 202, 400, 425, 429, 500, 502, 503, 504},
    ),
    _words(
        Cause.PLAN,
        r"request too large\b.{0,200}\b(limit|tpm|tokens per minute)",
        r"\blimit:? ?\d+, requested:? ?\d+.{0,80}(reduce|smaller|too large)",
        r"tokens_limit_reached",
        r"request (is )?too large for (model|your|this|the free)",
    ),
    _words(
        Cause.BALANCE,
        r"credit balance is too low",
        r"insufficient[ _](account )?(balance|credit|fund)",
        r"(not|never) enough (balance|credit)",
        r"balance (is )?(not enough|insufficient|too low)",
        r"out of credit",
        r"no (remaining )?credit",
        r"requires more credits",
        r"purchase credits",
        r"account (is )?(in arrears|overdue|not active)",
        r"余额不足",
        r"欠费",
        r"\benable billing",
        r"(doesn.t|does not|don.t|do not) have (any|enough) credits?",
        r"credit limit",
        r"exceeded your monthly",
    ),
    _words(
        Cause.REGION,
        r"(country|region|territory|location)\b.{0,40}\bnot (supported|available|allowed)",
        r"not (supported|available|allowed)\b.{0,40}\b(country|region|territory|location)\b",
        r"from your (country|region)",
        r"geo.?(block|restrict)",
        r"unsupported_country",
    ),
    _words(
        Cause.FIREWALL,
        r"\berror code:? ?10[0-2]\d\b",
        r"cloudflare",
        r"access denied by (security|firewall)",
        r"web application firewall",
        r"\bwaf\b",
        r"attention required",
        r"just a moment",
        r"blocked by (the )?(network|firewall|security|admin)",
        statuses={400, 401, 403, 406, 503},
    ),
    _words(
        Cause.ADDRESS,
        r"unexpected endpoint or method",
        r"(no|invalid|unknown|unsupported) (api )?(route|endpoint|path|url)\b",
        r"\bcannot (post|get) /",
        r"invalid url \(",
        r"no route matched",
        r"(route|path|endpoint)\b.{0,80}\bnot found",
        r"404 page not found",
        r"^not found\.?$",
        statuses={0, 200, 400, 404, 405, 501},
    ),
    _words(
        Cause.KEY,
        r"(invalid|incorrect|wrong|expired|missing|no) (x-)?(api|auth)[ _-]?(key|token|credential)",
        r"api[ _-]?key (is )?(not valid|invalid|missing|required|expired|not found|incorrect)",
        r"api key not valid",
        r"unauthorized",
        r"no auth credentials",
        statuses={0, 200, 400, 401, 403, 404, 500},
    ),
    _words(
        Cause.MODERATION,
        r"requires moderation",
        r"flagged (for|by|as)",
        r"moderation (blocked|failed|policy|error)",
        r"content (exists )?risk",
        r"content (policy|filter|management)",
        r"content was blocked",
        r"sensitive (content|words?|information)",
        r"inappropriate content",
        r"unsafe content",
        r"violat\w{1,6} .{0,40}polic",
        r"data may contain inappropriate",
        statuses={0, 200, 400, 403, 422, 451, 500},
    ),
)
"""Words that mean one thing, whatever the codes say."""
_VAGUE_WORDS: tuple[_Words, ...] = (
    _words(
        Cause.QUOTA,
        r"exceeded your current quota",
        r"quota (was |is |has been )?(exceeded|exhausted|used up)",
        r"(daily|weekly|monthly) (usage |request |token )?(limit|quota)",
        r"limit.{0,20}per day",
        r"requests per day",
        r"tokens per day",
        r"\b(rpd|tpd)\b",
        r"usage limit reached",
        r"free-models-per-day",
        statuses={0, 200, 400, 402, 403, 429},
    ),
    _words(
        Cause.CONTEXT,
        r"context.?length",
        r"context.?window",
        r"context.?size",
        r"maximum context",
        r"prompt is too long",
        r"too many tokens",
        r"exceeds? the (available )?context",
        r"input is too (long|large)",
        r"\bkv cache",
        r"prompt (contains|has|length|too).{0,60}(tokens|long|max)",
        r"input.{0,40}(exceeds?|longer than|too long).{0,60}(token|limit|max|length)",
        r"(reduce|shorten) the length of (the|your) (messages|prompt|input)",
        r"max(imum)? (input|prompt|sequence|model).?(length|len|tokens)",
        statuses=_VAGUE | {200, 413},
    ),
    _words(
        Cause.MODEL,
        r"model\b.{0,80}\b(not found|does not exist|not exist|doesn.t exist|unknown"
        r"|not available|decommissioned|no longer (available|supported)|is not supported|retired)",
        r"(unknown|invalid|no such|not a valid|unsupported) model\b",
        r"no endpoints found",
        r"no models? (is |are )?(currently )?loaded",
        r"模型不存在",
        statuses=_VAGUE | {200, 403, 410},
    ),
    _words(
        Cause.RATE,
        r"rate.?limit",
        r"too many (concurrent )?requests",
        r"throttl",
        statuses={0, 200, 400, 403, 500},
    ),
    _words(
        Cause.OVERLOADED,
        r"overloaded",
        r"over capacity",
        r"at capacity",
        r"try again (later|in a)",
        r"server is busy",
        statuses={0, 200, 400},
    ),
)
_SHORT_WAIT = 60.0
"""Seconds; a quota that is there again so soon is a rate."""
_UNCODED = frozenset({"rate_limit_exceeded", "resource_exhausted", "rate_limit_error", "429"})
"""Codes that servers give for a quota as well, so that their words are heard first."""


def cause_of(status: int, body: ErrorBody) -> Cause:
    """Return the cause of an error; status 0 is one in mid-stream."""
    if body.page and status in _PAGES:
        clear = _by_words(_CLEAR, status, body.message)
        return clear or _PAGES[status]
    if body.moderated:
        return Cause.MODERATION
    clear = _by_words(_CLEAR, status, body.message)
    if clear is not None:
        return clear
    if _UNCODED & {code.lower() for code in body.codes} or status == 429:
        spent = _by_words(_VAGUE_WORDS[:1], status, body.message)
        if spent is not None:
            # Gemini words the quota of a minute like that of a day; only its wait tells.
            return spent if body.wait is None or body.wait > _SHORT_WAIT else Cause.RATE
    return (
        _by_codes(status, body)
        or _by_words(_VAGUE_WORDS, status, body.message)
        or _by_status(_inner_status(status, body.codes))
    )


def _by_words(table: Collection[_Words], status: int, message: str) -> Cause | None:
    for words in table:
        if words.statuses is not None and status not in words.statuses:
            continue
        if words.pattern.search(message):
            return words.cause
    return None


def _by_codes(status: int, body: ErrorBody) -> Cause | None:
    table = _MINIMAX if body.table == "minimax" else _CODES
    for code in body.codes:
        # "com.amazonaws#ThrottlingException"
        known = table.get(code.lower().rpartition("#")[2].removesuffix("exception"))
        if known is Cause.MODEL and code.lower() == "not_found" and status not in {0, 200, 404}:
            continue
        if known is not None:
            return known
    return None


def _inner_status(status: int, codes: Collection[str]) -> int:
    """Return the status of the server behind a gateway, which tells it in its own body."""
    if status not in {0, 200, 400, 500}:
        return status
    numbers = (read_whole(code) for code in codes)
    return next((each for each in numbers if each is not None and 400 <= each < 600), status)


def _by_status(status: int) -> Cause:
    other = Cause.OVERLOADED if status >= 500 or status < 400 else Cause.REQUEST
    return _STATUSES.get(status, other)
