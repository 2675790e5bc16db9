"""What the words mean with which servers say why an answer ended: one table a wire.

| class     | what becomes of the answer                                                      |
|-----------|---------------------------------------------------------------------------------|
| complete  | it is complete                                                                  |
| length    | it is complete and marked as cut by `max_tokens` or the context                 |
| paused    | it is kept and marked: the model waits for something that Salon does not send   |
| refused   | the reply fails as `refused`                                                    |
| failed    | the reply fails; its text is kept as `interrupted`                              |
| unknown   | it is kept, marked as unknown and told                                          |

Sources: platform.openai.com/docs/api-reference/chat, api-docs.deepseek.com, docs.z.ai,
openrouter.ai/docs (errors-and-debugging), docs.mistral.ai, docs.cohere.com/reference/chat,
ai.google.dev/api (FinishReason), huggingface.co/docs/text-generation-inference, vLLM, SGLang,
platform.claude.com/docs (stop reasons), github.com/ollama/ollama/blob/main/docs/api.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

_LONGEST_WORD = 60
"""Characters of a server's word that are kept."""
_NO_REASON = frozenset({"", "null", "none", "finish_reason_unspecified", "unspecified"})
"""Words of servers that put one on every event; they say nothing."""


class End(StrEnum):
    """A class of reasons why an answer ended."""

    COMPLETE = "complete"
    LENGTH = "length"
    PAUSED = "paused"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Finish(NamedTuple):
    """Why an answer ended."""

    end: End
    reason: str
    """The server's own word."""


def _table(**words: str) -> Mapping[str, End]:
    return {word: End(end) for end, listed in words.items() for word in listed.split()}


OPENAI: Mapping[str, End] = _table(
    complete="stop stopped eos eos_token end end_turn stop_sequence stop_word stop_token word"
    " complete completed finished done",
    length="length max_tokens max_length max_output_tokens limit error_limit model_length"
    " model_context_window_exceeded context_length_exceeded context_window_exceeded token_limit",
    paused="tool_calls tool_call tool_use function_call pause_turn pause paused requires_action",
    refused="content_filter content_filtered contentfilter sensitive refusal refused safety"
    " recitation prohibited_content blocklist spii image_safety language moderation error_toxic"
    " guardrail_intervened guardrails risk data_inspection_failed",
    failed="error failed failure insufficient_system_resource network_error server_error"
    " internal_error other overloaded timeout abort aborted cancel cancelled canceled user_cancel"
    " interrupted repetition_truncation malformed_function_call function_call_filter"
    " engine_error",
)
ANTHROPIC: Mapping[str, End] = _table(
    complete="end_turn stop_sequence stop",
    length="max_tokens model_context_window_exceeded length",
    paused="pause_turn tool_use",
    refused="refusal content_filter sensitive guardrail_intervened",
    failed="error compaction network_error insufficient_system_resource cancelled aborted",
)
OLLAMA: Mapping[str, End] = _table(
    complete="stop",
    length="length",
    paused="tool_calls",
    refused="content_filter refusal",
    failed="load unload error cancelled",
)


def finish_of(word: object, table: Mapping[str, End]) -> Finish | None:
    """Return what a server's word means; `None` where it says that nothing has ended yet."""
    if not isinstance(word, str) or (known := word.strip().casefold()) in _NO_REASON:
        return None
    # Some add the details to the word: "function_call_filter: MALFORMED_FUNCTION_CALL".
    known = known.partition(":")[0].strip().replace("-", "_").replace(" ", "_")
    end = table.get(known) or table.get(known.removeprefix("finish_reason_"), End.UNKNOWN)
    return Finish(end, word.strip()[:_LONGEST_WORD])
