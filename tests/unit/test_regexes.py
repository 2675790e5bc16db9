"""Every regular expression takes linear time; the few others are kept from long texts."""

from __future__ import annotations

import functools
import re
from re import _parser as parser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regex_ambiguity import ambiguity_of
from regex_sites import Site, sites
from regex_steps import steps_of

# Tried at one place after the other, and the first that does not fit ends the reading.
_WALKED = {"core/personas/frontmatter.py _SIMPLE"}

# What is not linear, and why that does no harm.
_BOUNDED = {
    "core/teams/reading/flags.py _REFUSAL": "sees the first 300 characters of a message",
    "core/providers/parameters.py _SYSTEM": "sees 2,000 characters of an error",
    "core/providers/eliza.py _NOTES": "sees 200 characters of a heading",
}

# What is put together when it is used: an example of each, or why there is none.
_DYNAMIC: dict[str, str | re.Pattern[str]] = {
    "core/masking.py '|'.join(map(re.escape, self.values))": re.compile("sk-aaaa|sk-aab|aaaa"),
    r"core/profiles/evidence.py f'(?<!\\w){pattern}(?!\\w)'": re.compile(
        r"(?<!\w)how[\W_]++do[\W_]++you[\W_]++do(?!\w)", re.IGNORECASE
    ),
    r"core/personas/lore_keys.py f'(?<!\\w){re.escape(self.word)}(?!\\w)'": re.compile(
        r"(?<!\w)old\ lamp\ \(red\)(?!\w)"
    ),
    "core/personas/lore_keys.py source": "of a card: runs under a limit of processor time",
    "core/providers/causes.py '|'.join(patterns)": "sees 2,000 characters of an error",
    "core/providers/parameters.py _MENTIONS.get(name, f'\\\\b{re.escape(name)}\\\\b')": re.compile(
        r"\bmax_tokens\b"
    ),
    "core/providers/eliza_script.py ''.join(parts)": "sees 40 words of 2,000 characters",
    "core/providers/eliza_script.py '(.+?)'.join(literals)": "sees 500 characters",
}


@functools.cache
def _sites() -> list[Site]:
    return sites()


def _key(site: Site) -> str:
    return f"{site.file} {site.name or site.source}"


def _ways(site: Site) -> set[str]:
    return {"match"} if _key(site) in _WALKED else set(site.how)


def test_every_pattern_is_linear() -> None:
    assert len(_sites()) > 100
    found = []
    for site in _sites():
        key = _key(site)
        pattern = _DYNAMIC.get(key, "") if site.value is None else site.value
        if site.value is None:
            assert key in _DYNAMIC, f"{site.at}: what is {site.source}? Add an example of it"
        if isinstance(pattern, str) or key in _BOUNDED:
            continue
        for how in _ways(site):
            problem = ambiguity_of(pattern.pattern, pattern.flags, how)
            if problem is not None:
                found.append(f"{site.at} {site.name}.{how}: {problem.kind} in {problem.pump!r}")
    assert not found, "\n".join(found)


def test_no_exception_has_become_needless() -> None:
    known = {_key(site): site for site in _sites()}
    assert {*_BOUNDED, *_WALKED, *_DYNAMIC} <= set(known)
    for key in _BOUNDED:
        site = known[key]
        assert site.value is not None
        ways = _ways(site)
        assert any(ambiguity_of(site.value.pattern, site.value.flags, how) for how in ways), key


EXPONENTIAL = [
    (r"((?:\\.|`[^`]*`|[^|\\])*)(?:\||$)", "finditer"),  # cells of a table
    (r"[A-Za-z][A-Za-z0-9]*(?:[ .'_-]?[A-Za-z0-9]+)*[.!?]?", "fullmatch"),  # plain YAML
    (r'(?:[^"\\]+|\\.)*"', "match"),
    ("(a*)*b", "match"),
    ("(?:(?:a?)*b)*c", "match"),
    ("(?:a?b?)*c", "match"),
    ("(?:a|b|ab)*c", "match"),
]
POLYNOMIAL = [
    (r"(?m)^[ \t]*(@@@?)(\w+)(?:[ \t]+(.*?))?[ \t]*$\n?", "sub"),  # decorators
    (r"(\\*)\|", "sub"),  # pipes in a table
    (r"^( {0,3})(`{3,}|~{3,})[ \t]*([^\r\n]*?)[ \t]*$", "match"),
    (r"\s+x", "search"),
    (r"\s++x", "search"),
    (r"[ \t]+$", "sub"),
    ("(?s)<!--.*?-->", "sub"),
    ("a(?:[^b]*b)?", "finditer"),
    ("a(?:(?:xa)*b)?", "finditer"),
    ("(?:x(?=[^z]*z))*q", "match"),
    ("(?:(?>a)|x)*a*c", "match"),
    ("(?:(?:a*b)?a)*", "match"),
    (r"(`+)(.+?)\1", "match"),
]
LINEAR = [
    (r"\s+x", "match"),
    (r"(?<!\s)\s++x", "search"),
    (r"\s+", "sub"),
    ("(?:a|b)*+c", "match"),
    (r'(?:[^"\\]++|\\.)*"', "match"),
    (r'"[^"]*"', "finditer"),
    (r"^\s*x", "search"),
    (r"\b\w+x", "search"),
    (r"\w+(?:['-]\w+)*", "finditer"),
    (r"(?s)<think>.*?(?:</think>|\Z)", "sub"),
    ("(?:a|a)*", "match"),
]


@pytest.mark.parametrize(("pattern", "how"), EXPONENTIAL)
def test_exponential_ones_are_told(pattern: str, how: str) -> None:
    found = ambiguity_of(pattern, 0, how)
    assert found is not None
    assert found.kind == "exponential"


@pytest.mark.parametrize(("pattern", "how"), POLYNOMIAL)
def test_polynomial_ones_are_told(pattern: str, how: str) -> None:
    found = ambiguity_of(pattern, 0, how)
    assert found is not None
    assert found.kind == "polynomial"


@pytest.mark.parametrize(("pattern", "how"), LINEAR)
def test_linear_ones_are_let_pass(pattern: str, how: str) -> None:
    assert ambiguity_of(pattern, 0, how) is None


_ATOMS = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", r"\Z", "(?<!a)", "(?=b)", r"\b"])
_SIGNS = st.sampled_from(["*", "+", "?", "*?", "*+", "++", "{2}", "{1,2}", "?+"])


def _wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, _SIGNS).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        inner.map(lambda each: f"(?>{each})"),
        inner.map(lambda each: f"(?={each})"),
    )


PATTERNS = st.recursive(_ATOMS, _wider, max_leaves=7)
WAYS = st.sampled_from(["match", "search", "fullmatch", "finditer"])
PUMPS = [
    (before, pump, end)
    for before in ("", "b")
    for pump in ("a", "ab", "c", "aab")
    for end in ("", "c", "b")
]


def _takes_linear_time(pattern: str, how: str) -> None:
    if ambiguity_of(pattern, 0, how) is not None:
        return
    tree = parser.parse(pattern)
    for before, pump, end in PUMPS:
        short, long = (steps_of(tree, f"{before}{pump * n}{end}", how) for n in (12, 48))
        assert long <= 6 * short + 400, (pattern, how, before, pump, end, short, long)


@settings(max_examples=150, deadline=None)
@given(PATTERNS, WAYS)
def test_what_is_called_linear_is(pattern: str, how: str) -> None:
    _takes_linear_time(pattern, how)


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(max_examples=4000, deadline=None)
@given(PATTERNS, WAYS)
def test_what_is_called_linear_is_by_many(pattern: str, how: str) -> None:
    _takes_linear_time(pattern, how)
