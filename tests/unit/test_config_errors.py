"""Every wrong setting is refused with its file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config.load import load_settings
from core.config.sources import Sources
from core.errors import ConfigError, UsageError


def refuse(folder: Path, text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode()
    (folder / "x.yml").write_bytes(raw)
    with pytest.raises(ConfigError) as caught:
        load_settings(Sources(folders=(folder,)))
    message = str(caught.value)
    assert message.startswith(f"{folder}/x.yml")
    return message.removeprefix(f"{folder}/")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "\nmeetup:\n  tuns: 3",
            "x.yml:3: meetup.tuns is not a setting. Did you mean meetup.turns?",
        ),
        ("metup: {turns: 3}", "x.yml:1: metup is not a setting. Did you mean meetup?"),
        ("turns: 3", "x.yml:1: turns is not a setting. Did you mean meetup.turns?"),
        (
            "providers: {a: {base_ulr: x}}",
            "x.yml:1: providers.a.base_ulr is not a setting. Did you mean providers.a.base_url?",
        ),
        (
            "meetup: {turns: -1}",
            "x.yml:1: meetup.turns has to be a whole number of 0 or more, not -1.",
        ),
        (
            "meetup: {turns: true}",
            "x.yml:1: meetup.turns has to be a whole number of 0 or more, not True.",
        ),
        (
            "theme: &a [x, x, x, x, x]\nkeymap: {b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a],"
            " c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b],"
            " d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c], e: [*d, *d, *d, *d, *d, *d]}",
            "x.yml holds too many values.",
        ),
        ("theme: &a [*a]", "x.yml holds too many values."),
        ("meetup: 3", "x.yml:1: meetup has to be a mapping of keys."),
        ("meetup: {starter: c}", "meetup.starter has to be one of a, b, random, not 'c'."),
        ("meetup: {loops: 1}", "meetup.loops has to be true or false, not 1."),
        ("meetup: {rate: .nan}", "meetup.rate has to be a number of 0 or more, not nan."),
        ("meetup: {pace: .inf}", "meetup.pace has to be a number of 0 or more, not inf."),
        ("meetup: {ready_pair: [a]}", "meetup.ready_pair has to be a list of 2 texts"),
        ("model: [a]", "model has to be provider:model, not ['a']."),
        ("model: {a: b}", "model has to be provider:model"),
        ("model: ':x'", "model has to be provider:model, not ':x'."),
        ("model: eleza:x", "x.yml:1: model names no known provider: eleza:x. Did you mean eliza?"),
        ("params: {temperature: 3}", "params.temperature has to be a number from 0 to 2, not 3."),
        ("params: {top_p: 0}", "params.top_p has to be a number above 0 to 1, not 0."),
        ("params: {stop: []}", "params.stop has to be a list of 1 to 16 texts, not []."),
        ("context_lengths: {'a*': 3}", "context_lengths.a* has to be a whole number of 64 or more"),
        (
            "theme: 2020-13-45",
            "x.yml:1: theme: a value that YAML cannot read as timestamp (month must be in 1..12)",
        ),
        (
            "theme: x\nchat: {user: !!bool x}",
            "x.yml:2: chat.user: a value that YAML cannot",
        ),
        ("theme: ''", "theme has to be text, not ''."),
        ("providers: {a: {kind: x}}", "providers.a.kind has to be one of openai, anthropic,"),
        ("providers: {a: {base_url: 'ftp://x'}}", "providers.a.base_url has to be an address"),
        ("providers: {a: {base_url: 'http://x:99999'}}", "has to be an address such as"),
        ("providers: {a: {kind: openai}}", "x.yml:1: providers.a has no base_url."),
        ("providers: {opnai: {read_timeout: 3}}", "Did you mean openai?"),
        ("providers: {'a b': {base_url: 'http://x'}}", "one word without a colon"),
        ("providers: {openai: {options: {when: 2020-01-01}}}", "options.when has to be text, a"),
        ("on: 3", "x.yml:1: a key has to be text; put it in quotes."),
        ("3: 3", "x.yml:1: a key has to be text; put it in quotes."),
        ("model: a\ntheme: b\nmodel: c", "x.yml:3: model stands on line 1 already."),
        ("- a", "x.yml:1: a settings file is a mapping of keys."),
        ("just words", "x.yml:1: a settings file is a mapping of keys."),
        ("model: a\n b: [", "x.yml:2: this is not valid YAML: "),
        ("model: {", "x.yml:1: this is not valid YAML: "),
        (
            "model: !!python/object/apply:os.system [id]",
            "x.yml:1: model: could not determine a constructor for the tag",
        ),
        (b"model: \xff", "x.yml:1: this is not UTF-8 text."),
        (b"theme: a\n\nmodel: \xe4", "x.yml:3: this is not UTF-8 text."),
        ("model: 'a\x00b'", "this is not valid YAML: "),
        (b"#" * 300_000, "x.yml is larger than 256 KiB."),
        ("theme: " + "[" * 5000, "x.yml"),
    ],
)
def test_the_message_names_file_line_and_key(
    tmp_path: Path, text: str | bytes, expected: str
) -> None:
    assert expected in refuse(tmp_path, text)


@pytest.mark.parametrize(
    "line",
    [
        "providers: {openai: {api_key: sk-hidden}}",
        "providers: {openai: {key: sk-hidden}}",
        "providers: {mine: {base_url: 'http://x', options: {token: sk-hidden}}}",
        "providers: {mine: {base_url: 'http://x', options: {headers: {Authorization: sk-hidden}}}}",
        "providers: {mine: {base_url: 'http://x', options: {list: [{x-api-key: sk-hidden}]}}}",
    ],
)
def test_secrets_are_refused_and_not_repeated(tmp_path: Path, line: str) -> None:
    message = refuse(tmp_path, line)
    assert "looks like a secret" in message
    assert "environment" in message
    assert "sk-hidden" not in message


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.yml cannot be read: No such file"):
        load_settings(Sources(config_file=tmp_path / "gone.yml"))
    with pytest.raises(ConfigError, match="cannot be read: it is a directory"):
        load_settings(Sources(env_files=(tmp_path,)))


def test_no_settings_at_all_are_settings(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("# nothing\n")
    (tmp_path / "b.yml").write_bytes(b"\xef\xbb\xbfmeetup: {turns: 2}\r\n")
    (tmp_path / "notes.txt").write_text("{")
    settings = load_settings(Sources(folders=(tmp_path, tmp_path / "gone")))
    assert settings.meetup.turns == 2


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("meetup.turns", "'meetup.turns' is not NAME=VALUE."),
        ("meetup.turns=", "is not NAME=VALUE."),
        ("meetup.tuns=3", "--set: meetup.tuns is not a setting. Did you mean meetup.turns?"),
        ("meetup.turns=many", "--set: meetup.turns has to be a whole number"),
        ("meetup=3", "is not a setting."),
        ("providers.openai.api_key=sk-x", "looks like a secret"),
    ],
)
def test_wrong_flags_are_wrong_usage(assignment: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(Sources(assignments=(assignment,)))
    assert expected in str(caught.value)


def test_flags_reach_keys_that_hold_dots() -> None:
    settings = load_settings(
        Sources(
            assignments=(
                "context_lengths.gpt-4.1*=5000",
                'meetup.ready_pair=["a", "b"]',
                "theme=nord",
                "providers.ollama.options.keep.alive=5",
            )
        )
    )
    assert settings.context_length("x:gpt-4.1-mini") == (5000, False)
    assert settings.meetup.ready_pair == ("a", "b")
    assert settings.theme == "nord"
    assert settings.providers["ollama"].options == {"keep.alive": 5}
