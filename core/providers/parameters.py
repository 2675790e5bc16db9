"""Parameters that a server does not take: renamed, lowered, applied here, or told as not sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.messages import Params
from core.providers.error_bodies import ErrorBody
from core.text import clean_line

_REFUSING = frozenset({400, 404, 405, 415, 422, 501})
"""Statuses with which servers refuse a parameter."""
_NOT_TAKEN = re.compile(
    r"unsupported|not supported|n.t support|not support|unrecogni[sz]ed|unknown|unexpected"
    r"|not permitted|not allowed|deprecated|no longer|cannot both|extra (field|input|param)"
    r"|unavailable|not available|not implemented|cannot find field|disabled|not compatible"
    r"|incompatible|not enabled|must be verified|too long|too many|not accept|mutually exclusive"
    r"|only the default",
    re.IGNORECASE,
)
_TAKEN_CODES = frozenset({
    "unsupported_parameter", "unsupported_value", "unknown_parameter", "unrecognized_parameter",
    "extra_forbidden", "unsupported_params",
})  # fmt: skip
_OUT_OF_RANGE = re.compile(
    r"must be (between|in|within|at (least|most)|a\b|an\b|[><≤≥])"
    r"|must be (less|greater|larger|smaller) than"
    r"|out of range|should be (in|between|less|greater)|between -?\d|valid range"
    r"|(less|greater) than or equal|(above|below) (the )?(maximum|minimum)|expected a value",
    re.IGNORECASE,
)
"""A value that is wrong; dropping the parameter would hide that."""
_INSTEAD = re.compile(r"\b(?:use|try|with|replaced by)\s+[`'\"]?(\w{3,60})[`'\"]?", re.IGNORECASE)
_LIMITS = (
    re.compile(r"> ?(\d{2,9}),? which is the maximum", re.IGNORECASE),
    re.compile(r"at most (\d{2,9})\b", re.IGNORECASE),
    re.compile(r"(?:less|smaller|lower) than or equal to [`'\"]?(\d{2,9})", re.IGNORECASE),
    re.compile(r"\[\s*\d{1,3}\s*,\s*(\d{2,9})\s*\]"),
    re.compile(r"(?:<=|≤|between \d{1,3} and|from \d{1,3} to) [`'\"]?(\d{2,9})", re.IGNORECASE),
    re.compile(r"max(?:imum)?(?: value| allowed| limit)?(?: is| of|:) [`'\"]?(\d{2,9})", re.I),
)
_LENGTHS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "num_predict")
_TWINS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
"""What is tried in place of a length that a server does not know."""
_SCHEMAS = ("response_format", "output_config", "format")
_SYSTEM = re.compile(
    r"system role (is )?not supported|system (role|message|prompt|instruction)s?\b.{0,60}"
    r"(not supported|not enabled|unsupported|not allowed|n.t support)"
    r"|(not supported|unsupported|not allow(ed)?|n.t support).{0,40}\bsystem (role|message)"
    r"|roles must alternate|only (supports )?user(,| and) (assistant|model) roles"
    r"|unexpected role.{0,10}system",
    re.IGNORECASE,
)
_MENTIONS: Mapping[str, str] = {
    "stream": r"\bstream(ing)?\b",
    "response_format": r"response_format|json_schema|json_object|structured.?output|guided_json",
    "output_config": r"output_config|output_format|json_schema|structured.?output",
    "max_tokens": r"\bmax_tokens\b|maxOutputTokens",
}
"""How errors name a parameter otherwise than by its name."""
_WIRE_NAMES: Mapping[str, tuple[str, ...]] = {
    "temperature": ("temperature",),
    "top_p": ("top_p",),
    "top_k": ("top_k",),
    "max_tokens": _LENGTHS,
    "seed": ("seed",),
    "stop": ("stop", "stop_sequences"),
}
"""By parameter: what the wires call it. How much context is kept, Salon itself sees to."""
_DETAIL = 160
_LEAST_ROOM = 64
"""Tokens; where a prompt leaves less, it is the prompt that is too long."""


class Sent(NamedTuple):
    """What became of the parameters of one request."""

    values: Mapping[str, Any]
    """What was sent beside the messages, by the wire's names."""
    not_sent: Mapping[str, str]
    """Why a parameter was not sent, by its name."""
    stops: tuple[str, ...]
    """Texts that end the answer and that the server does not know of."""


@dataclass(slots=True)
class Adjustments:
    """What a server said of the parameters that it takes, for one model."""

    dropped: dict[str, str] = field(default_factory=dict)
    """By name: what the server said."""
    renamed: dict[str, str] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    folds_system: bool = False
    """Whether instructions go into the first message of the user."""

    def apply(self, optional: Mapping[str, Any]) -> dict[str, Any]:
        """Return what of the optional values is to be sent, under which names."""
        sent: dict[str, Any] = {}
        for name, value in optional.items():
            known = self.renamed.get(name, name)
            if known in self.dropped:
                continue
            if known in self.limits:
                value = min(value, self.limits[known])
            sent[known] = value
        if "stream" in self.dropped:
            sent["stream"] = False
            sent.pop("stream_options", None)
        return sent

    def learn(self, status: int, body: ErrorBody, sent: Mapping[str, Any]) -> str | None:
        """Take in why a request was refused; return the parameter that will be sent otherwise.

        `None`: it was refused for something that sending it otherwise does not change.
        """
        if status not in _REFUSING:
            return None
        message = body.message
        if (name := self._fits(message, sent)) is not None:
            return name
        if not self.folds_system and _SYSTEM.search(message):
            self.folds_system = True
            return "system"
        name = _refused_name(body, sent)
        if name is None:
            return None
        if (other := _other_name(name, message)) is not None and other not in sent:
            self.renamed[name] = other
        elif (limit := _limit_of(name, sent, message)) is not None:
            self.limits[name] = limit
        elif not _is_refusal(body):
            return None
        elif name in _TWINS and name not in self.renamed.values() and _TWINS[name] not in sent:
            self.renamed[name] = _TWINS[name]
        else:
            self.dropped[name] = clean_line(message)[:_DETAIL]
        return name

    def _fits(self, message: str, sent: Mapping[str, Any]) -> str | None:
        """Lower the length to the room that the prompt leaves, where a server counts it out."""
        name = next((each for each in _LENGTHS if each in sent), None)
        room = _room_in(message)
        if name is None or room is None or not _LEAST_ROOM <= room < sent[name]:
            return None
        self.limits[name] = room
        return name


def _room_in(message: str) -> int | None:
    """Return how many tokens a prompt leaves of a context, as vLLM and OpenAI count it."""
    if match := re.search(r"\(\d{1,9} > (\d{1,9}) - (\d{1,9})\)", message):
        return int(match[1]) - int(match[2])
    length = re.search(r"maximum context length (?:is|of) (\d{1,9})", message)
    prompt = re.search(r"(\d{1,9}) (?:tokens )?(?:in|from) the (?:messages|input|prompt)", message)
    return int(length[1]) - int(prompt[1]) if length and prompt else None


def told(params: Params, sent: Mapping[str, Any], adjusted: Adjustments, provider: str) -> Sent:
    """Return what became of the parameters of a request."""
    not_sent: dict[str, str] = {}
    stops: tuple[str, ...] = ()
    for name, value in params.as_dict().items():
        wire_names = _WIRE_NAMES.get(name, ())
        if name == "stop":
            known = next((sent[each] for each in wire_names if each in sent), ())
            stops = tuple(each for each in value if each and each not in known)
        elif wire_names and not any(each in sent for each in wire_names):
            said = (adjusted.dropped.get(each) for each in wire_names)
            not_sent[name] = next(filter(None, said), f"{provider} has no such parameter")
    values = {name: value for name, value in sent.items() if name not in _SCHEMAS}
    return Sent(values, not_sent, stops)


def refused_parameter(status: int, body: ErrorBody, optional: Iterable[str]) -> str | None:
    """Return which of the optional parameters a server does not take, if that is its error."""
    sent = dict.fromkeys(optional)
    if status not in _REFUSING or not _is_refusal(body):
        return None
    return _refused_name(body, sent)


def _refused_name(body: ErrorBody, sent: Mapping[str, Any]) -> str | None:
    """Return which of the parameters an error is about."""
    if body.param:
        named = body.param.split(".")[0].split("[")[0]
        if named in sent:
            return named
    for name in sorted(sent, key=len, reverse=True):
        if re.search(_MENTIONS.get(name, rf"\b{re.escape(name)}\b"), body.message, re.IGNORECASE):
            return name
    return None


def _is_refusal(body: ErrorBody) -> bool:
    if _TAKEN_CODES & {code.lower() for code in body.codes}:
        return True
    return bool(_NOT_TAKEN.search(body.message)) and not (
        _OUT_OF_RANGE.search(body.message) and not re.search("support", body.message, re.IGNORECASE)
    )


def _other_name(name: str, message: str) -> str | None:
    if name not in _LENGTHS:
        return None
    for match in _INSTEAD.finditer(message):
        if match[1] != name and match[1] in _LENGTHS:
            return match[1]
    return None


def _limit_of(name: str, sent: Mapping[str, Any], message: str) -> int | None:
    """Return the largest value that a server takes for a length, if that is what it says."""
    value = sent[name]
    if name not in _LENGTHS or not isinstance(value, int):
        return None
    for pattern in _LIMITS:
        if (match := pattern.search(message)) and 0 < int(match[1]) < value:
            return int(match[1])
    return None
