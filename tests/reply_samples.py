"""Replies of coordinators as models write them, and such as nobody should have to read."""

from __future__ import annotations

import sys
from collections.abc import Callable

from hypothesis import strategies as st

CLEAR = {
    "json": (
        '{"reasoning": "Code first.", "recipient": "Coder", "message": "Write it."}',
        "Coder",
        "Write it.",
        "Code first.",
    ),
    "json, final": (
        '{"reasoning": "Done.", "recipient": null, "message": "Here it is."}',
        "",
        "Here it is.",
        "Done.",
    ),
    "json, other order": ('{"message": "Plan.", "recipient": "planner"}', "planner", "Plan.", ""),
    "json, fenced": (
        '```json\n{"recipient": "planner",\n "message": "Plan."}\n```',
        "planner",
        "Plan.",
        "",
    ),
    "json, tildes": ('~~~\n{"to": "planner", "message": "Plan."}\n~~~\n', "planner", "Plan.", ""),
    "json, fence left open": ('```\n{"to": "planner", "text": "Plan."}', "planner", "Plan.", ""),
    "json in prose": (
        'Sure! I will ask the planner:\n\n```json\n{"to": "planner", "message": "Plan."}\n```\n'
        "Let me know.",
        "planner",
        "Plan.",
        "",
    ),
    "json in a sentence": ('So: {"to": "planner", "message": "Plan."} OK?', "planner", "Plan.", ""),
    "json, trailing commas": (
        '{"reasoning": "r", "recipient": "planner", "message": "Plan.",\n}',
        "planner",
        "Plan.",
        "r",
    ),
    "json, line feeds in a string": (
        '{"recipient": "planner", "message": "One.\nTwo."}',
        "planner",
        "One.\nTwo.",
        "",
    ),
    "json, odd escapes": (
        r'{"recipient": "planner", "message": "It\'s \d \u12"}',
        "planner",
        r"It's \d \u12",
        "",
    ),
    "json, half a character": (
        r'{"recipient": "planner", "message": "\ud83d, \ude00 and \ud83d\ude00"}',
        "planner",
        "\ufffd, \ufffd and 😀",
        "",
    ),
    "json, bare name": ('{"recipient": planner, "message": "Plan."}', "planner", "Plan.", ""),
    "json, Python's None": ('{"recipient": None, "message": "Done."}', "", "Done.", ""),
    "json, next": ('{"thought": "t", "next": "CODER", "text": "Go."}', "Coder", "Go.", "t"),
    "json, other keys": (
        '{"id": 1, "Reasoning": "t", "tags": ["to", {"to": "planner"}], "Recipient": "coder", '
        '"Message": "Go."}',
        "Coder",
        "Go.",
        "t",
    ),
    "json, final key": ('{"final": "All done."}', "", "All done.", ""),
    "json, final flag": ('{"final": true, "message": "All done."}', "", "All done.", ""),
    "json, no final": (
        '{"final": false, "recipient": "coder", "message": "Go."}',
        "Coder",
        "Go.",
        "",
    ),
    "json, message alone": ('{"message": "All done."}', "", "All done.", ""),
    "json, object as message": (
        '{"to": "coder", "message": {"line": "Hi", "mood": ["glad", 1]}}',
        "Coder",
        '{"line": "Hi", "mood": ["glad", 1]}',
        "",
    ),
    "json, number as message": ('{"to": "coder", "message": 42}', "Coder", "42", ""),
    "json, list of one": ('[{"recipient": "coder", "message": "Go."}]', "Coder", "Go.", ""),
    "json, one proposal": (
        '{"reasoning": "r", "proposals": [{"recipient": "coder", "message": "Go."}]}',
        "Coder",
        "Go.",
        "r",
    ),
    "json, proposals not in a list": (
        '{"proposals": {"recipient": "coder", "message": "Go."}}',
        "Coder",
        "Go.",
        "",
    ),
    "json, remark at the name": (
        '{"recipient": "coder (writes it)", "message": "Go."}',
        "Coder",
        "Go.",
        "",
    ),
    "json with an example of a label": (
        '{"recipient": "coder", "message": "Write\\n## Recipient\\nplanner"}',
        "Coder",
        "Write\n## Recipient\nplanner",
        "",
    ),
    "blocks": (
        "## Reasoning\n```\nCode first.\n```\n## Message\n```\nWrite it.\n```\n"
        "## Recipient\n```\ncoder\n```\n",
        "Coder",
        "Write it.",
        "Code first.",
    ),
    "blocks, another order, language tags": (
        "### Recipient\n```text\nplanner\n```\n### Message\n```markdown\nPlan.\n```\n"
        "### Reasoning\n~~~ plaintext\nFirst.\n~~~",
        "planner",
        "Plan.",
        "First.",
    ),
    "blocks, null": (
        "# Message\n```\nHere.\n```\n# Recipient\n```\nnull\n```",
        "",
        "Here.",
        "",
    ),
    "blocks, empty recipient": (
        "# Message\n```\nHere.\n```\n# Recipient\n```\n```",
        "",
        "Here.",
        "",
    ),
    "blocks, bold": (
        "**Reasoning:** It is late.\n\n**Message**\n\nPlan it.\n\nAll of it.\n\n**Recipient:** "
        "`planner`",
        "planner",
        "Plan it.\n\nAll of it.",
        "It is late.",
    ),
    "blocks, bold around all": (
        "**Message: Plan it.**\n**Recipient: planner**",
        "planner",
        "Plan it.",
        "",
    ),
    "blocks, prose before": (
        "Let me think.\n\n## Message ##\nPlan it.\n## Recipient:\nplanner\n",
        "planner",
        "Plan it.",
        "",
    ),
    "blocks, longer fence outside": (
        "## Message\n````\nRun:\n```python\n## Recipient\nprint()\n```\n````\n"
        "## Recipient\nplanner",
        "planner",
        "Run:\n```python\n## Recipient\nprint()\n```",
        "",
    ),
    "blocks, tildes inside": (
        "## Message\n```\n~~~\n## Recipient\n~~~\n```\n## Recipient\nplanner",
        "planner",
        "~~~\n## Recipient\n~~~",
        "",
    ),
    "blocks, equal fence inside": (
        "## Message\n```\nRun:\n```python\nprint()\n```\nThen stop.\n```\n## Recipient\nplanner",
        "planner",
        "Run:\n```python\nprint()\n```\nThen stop.",
        "",
    ),
    "blocks, code in the message": (
        "## Message\nRun\n```sh\nls\n```\n## Recipient\nplanner",
        "planner",
        "Run\n```sh\nls\n```",
        "",
    ),
    "blocks, fence left open": (
        "## Message\n```\nPlan it.\n\n## Recipient\n```\nplanner\n```",
        "planner",
        "Plan it.",
        "",
    ),
    "blocks, json as message": (
        '## Message\n```json\n{"to": "Bob", "message": "Hi"}\n```\n## Recipient\n```\nplanner\n```',
        "planner",
        '{"to": "Bob", "message": "Hi"}',
        "",
    ),
    "blocks, chatter behind the recipient": (
        "## Message\nPlan.\n## Recipient\n```\nplanner\n```\nI hope that helps!",
        "planner",
        "Plan.",
        "",
    ),
    "blocks, carriage returns": (
        "## Message\r\n```\r\nOne.\r\nTwo.\r\n```\r\n## Recipient\r\nplanner\r\n",
        "planner",
        "One.\nTwo.",
        "",
    ),
    "lines": ("Recipient: planner\nMessage: Plan it.\nAll.", "planner", "Plan it.\nAll.", ""),
    "lines, list": (
        "- Reasoning: late\n- Recipient: @planner\n- Message: Plan it.",
        "planner",
        "Plan it.",
        "late",
    ),
    "lines, to": ("To: planner\nMessage: Plan it.", "planner", "Plan it.", ""),
    "lines, no message label": ("Recipient: planner\n\nPlan it.", "planner", "Plan it.", ""),
    "lines, recipient last": ("Plan it.\n\nRecipient: planner", "planner", "Plan it.", ""),
    "lines, message alone": ("Message: All done.", "", "All done.", ""),
    "lines, final": ("Message: All done.\nRecipient: none", "", "All done.", ""),
}
"""One recipient, clearly said: reply, recipient, message, reasoning."""

UNPARSED = {
    "plain": "I think we should ask the planner to plan it.",
    "nothing like it": "# Report\n\nAll **is** well.\n\n## Message for you\n\nBye.",
    "cut off": '{"reasoning": "Code first.", "recipient": "coder", "message": "Write the',
    "quotes in quotes": '{"recipient": "coder", "message": "Say "hello" to it."}',
    "single quotes": "{'recipient': 'coder', 'message': 'Go.'}",
    "wrong bracket": '{"recipient": "coder", "message": "Go."]',
    "another object": '{"mood": "glad", "line": "Hi"}',
    "nobody": '{"proposals": []}',
    "sample of code": 'Use this:\n\n```json\n{"message": "ok"}\n```\n\nIt is what I get.',
    "letter": "To: Bob\nSubject: Hello\n\nHi Bob.",
    "recipient of something else": "The mail:\n\nRecipient: Bob\n\nDear Bob, …",
    "reasoning alone": "Reasoning: I do not know.",
    "code": "fn main() { println!(); }\n[1, 2]\n```\n[x]\n```",
    "list": '["planner", "coder"]',
    "long key": '{"' + "x" * 200 + '": 1, "to": "coder", "message": "Go."}',
}
"""What must not be guessed at."""

SHREDS: st.SearchStrategy[str] = st.lists(
    st.sampled_from(
        '{ } [ ] " \\ , : ` ``` ~~~ \n # ## ** Message Recipient: Reasoning to '
        '"to": "message": "proposals": null planner coder \\u d83d {" "} text'.split(" ")
    ),
    max_size=30,
).map("".join)
"""Almost replies."""

HOSTILE: dict[str, Callable[[int], str]] = {
    "braces": lambda size: "{" * size,
    "brackets": lambda size: "[" * size,
    "both": lambda size: "[{" * (size // 2),
    "braces in lines": lambda size: "{\n" * (size // 2),
    "nested objects": lambda size: '{"a":' * (size // 5),
    "nested messages": lambda size: '{"to":"coder","message":{"message":' * (size // 34),
    "nested lists": lambda size: '{"message":' + "[" * size,
    "backticks": lambda size: "`" * size,
    "fences": lambda size: "```\n" * (size // 4),
    "tagged fences": lambda size: "```a\n" * (size // 5),
    "fences and labels": lambda size: "## Message\n```a\n" * (size // 16),
    "quotes": lambda size: '{"message":"' + '\\"' * (size // 2),
    "unclosed keys": lambda size: '{"' * (size // 2),
    "blanks": lambda size: "```\n" + " " * size,
    "blanks in json": lambda size: '{"message":' + " " * size,
    "blanks before a label": lambda size: " " * size + "## Message" + " " * size,
    "half characters": lambda size: '{"message":"' + "\\ud800" * (size // 6),
    "names": lambda size: '{"message":"x","recipient":"' + "a, " * (size // 3) + '"}',
    "objects": lambda size: '{"a": 1}\n' * (size // 9),
    "replies": lambda size: '{"to": "coder", "message": "Go."}\n' * (size // 34),
}


def calls(function: Callable[[], object]) -> int:
    """Count what a call calls, in Python and in C."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count
