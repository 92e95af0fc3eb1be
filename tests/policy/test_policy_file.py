"""Tests the settings of a policy, the messages for invalid ones, and which of two policies is stricter."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from dcr.compatibility.modes import DIRECTIONS, MODES, is_transitive
from dcr.compatibility.rules import list_kinds
from dcr.errors import PolicyError
from dcr.policy.index_settings import IndexSettings
from dcr.policy.policy import CHOICES, SEVERITY_LEVELS, Policy, StricterPolicy, list_differences
from dcr.policy.policy_file import parse_policy
from dcr.policy.teams import format_team

ALL_MODES, ALL_SEVERITIES = ", ".join(MODES), "off, info, warning, error"
EXPECTED_HANDLE = "expected @USER, @ORG/TEAM or an e-mail address"
WRITE_INDEX = 'write url = "postgresql://dcr@db.example.org/contracts"'
WRITE_FINANCE = 'write finance = "@acme/finance"'
MEANT_REMOVED = "did you mean 'field_removed'?"


def parse(text: str, path: str = "dcr.toml") -> Policy | None:
    return parse_policy(path, text.encode(), list_kinds())


def test_an_empty_policy_is_the_defaults() -> None:
    assert parse("") == Policy()
    assert Policy() == Policy(
        contracts=(),
        exclude=(),
        base=None,
        mode="backward",
        fail_on="error",
        breaking="forbid",
        draft="enforce",
        accept_from="proposed",
        modes={},
        severity={},
    )


def test_a_policy_says_what_it_says() -> None:
    text = """
        contracts = "data/**/*.yaml"
        exclude = ["data/old/**", "data/tmp/*"]
        base = "origin/main"
        mode = "full"
        fail_on = "warning"
        breaking = "allow-with-major"
        draft = "warn"
        accept_from = "base"
        modes = {"a.*" = "none", "*" = "forward"}
        severity = {owner_missing = "off"}
    """
    assert parse(text) == Policy(
        ("data/**/*.yaml",),
        ("data/old/**", "data/tmp/*"),
        "origin/main",
        "full",
        "warning",
        "allow-with-major",
        "warn",
        "base",
        {"a.*": "none", "*": "forward"},
        {"owner_missing": "off"},
    )


def test_the_index_of_the_base_counts_and_an_address_alone_has_defaults() -> None:
    alone = parse("index = 'postgresql://dcr@db:5433/contracts?sslmode=require'")
    table = parse("[index]\nurl = 'sqlite:///i.db'\nmax_age = '12h'\nunavailable = 'warning'\nrepository = 'shop'")
    assert alone is not None
    assert table is not None
    assert alone.index_settings == IndexSettings("postgresql://dcr@db:5433/contracts?sslmode=require")
    assert table.index_settings == IndexSettings("sqlite:///i.db", "12h", "warning", "shop")
    assert [each.index_settings.max_age_seconds for each in (alone, table)] == [172_800, 43_200]
    assert StricterPolicy(alone, table).index_settings == alone.index_settings
    assert StricterPolicy(Policy(), table).index_settings is None, "a change chooses where dcr connects to"
    assert list_differences(Policy(), table) == ("index",)


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("", None),
        ("[tool.other]\nx = 1", None),
        ("[tool.other]\nx = 'dcr'", None),
        ("[tool.dcr-like]\nmode = 'x'", None),
        ("[tool.dcr]", Policy()),
        ("[tool.dcr]\nmode = 'full'", Policy(mode="full")),
        ("[tool.dcr.severity]\nowner_missing = 'off'", Policy(severity={"owner_missing": "off"})),
        ("tool = 'dcr'", None),
    ],
)
def test_a_pyproject_has_a_policy_in_its_own_table(text: str, policy: Policy | None) -> None:
    assert parse(text, "pyproject.toml") == policy


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("mod = 'full'", "unknown setting 'mod'", "did you mean 'mode'?"),
        ("zzz = 1", "unknown setting 'zzz'", "see: dcr schema policy"),
        ("[Mode]", "unknown setting 'Mode'", "did you mean 'mode'?"),
        ("mode = 'ful'", f"mode is 'ful', expected one of {ALL_MODES}", "did you mean 'full'?"),
        ("mode = 1", f"mode is 1, expected one of {ALL_MODES}", ""),
        ("mode = ['full']", f"mode is ['full'], expected one of {ALL_MODES}", ""),
        ("fail_on = 'warn'", "fail_on is 'warn', expected one of never, error, warning", "did you mean 'warning'?"),
        ("breaking = 'allow'", "breaking is 'allow', expected one of allow-with-major, forbid", ""),
        ("draft = true", "draft is True, expected one of warn, enforce", ""),
        ("accept_from = 'head'", "accept_from is 'head', expected one of proposed, base", ""),
        ("base = ''", "base is '', expected a ref", 'write base = "origin/main"'),
        ("base = 5", "base is 5, expected a ref", 'write base = "origin/main"'),
        ("index = 5", "index is not a table", WRITE_INDEX),
        ("index = {}", "index has no url", WRITE_INDEX),
        ("index = {max_age = '1d'}", "index has no url", WRITE_INDEX),
        ("index = {uri = 'sqlite:///a'}", "unknown setting 'index.uri'", "did you mean 'url'?"),
        *(
            (f"index = '{url}'", "index.url is not the address of a SQLite or PostgreSQL database", WRITE_INDEX)
            for url in ("", "a.db", "sqlite:a.db", "mysql://h/d", "sqlite:///a b", "file:///etc/passwd", "postgresql:d")
        ),
        *(
            (
                f"index.url = 'postgresql://{url}'",
                "index.url contains a password, which everyone who reads the policy would have",
                "remove it, and set PGPASSWORD or PGPASSFILE where dcr runs",
            )
            for url in ("me:secret@h/d", "h/d?password=x", "h/d?a=b&password=x", ":x@h/d", "me:s/x@h/d")
        ),
        *(
            (
                f"index = {{url = 'sqlite:///a', max_age = {written}}}",
                f"index.max_age is {shown}, expected an age",
                'write max_age = "12h"',
            )
            for written, shown in (("'0d'", "'0d'"), ("5", "5"), ("'1 day'", "'1 day'"), ("'1w'", "'1w'"))
        ),
        (
            "index = {url = 'sqlite:///a', unavailable = 'warn'}",
            "index.unavailable is 'warn', expected one of warning, error",
            "did you mean 'warning'?",
        ),
        (
            "index = {url = 'sqlite:///a', repository = ' '}",
            "index.repository is ' ', expected a name",
            'write repository = "shop"',
        ),
        ("contracts = []", "contracts is empty, so nothing would be checked", "remove it to use the default"),
        ("contracts = 5", "contracts is not a list of globs", 'write contracts = ["contracts/**/*.yaml"]'),
        ("contracts = ['']", "contracts is not a list of globs", 'write contracts = ["contracts/**/*.yaml"]'),
        ("exclude = [['a']]", "exclude is not a list of globs", 'write exclude = ["contracts/**/*.yaml"]'),
        *(
            (
                f"contracts = ['{glob}']",
                f"glob '{glob}' is not relative to the repository, or uses other wildcards than * ** and ?",
                'write contracts = ["contracts/**/*.yaml"]',
            )
            for glob in ("/a.yaml", "./a.yaml", "../a.yaml", "a/../b.yaml", "a\\b.yaml", "[ab].yaml", "{a,b}.yaml")
        ),
        *(
            (
                f"min_deprecation_days = {written}",
                f"min_deprecation_days is {shown}, expected a number of days",
                "write min_deprecation_days = 90",
            )
            for written, shown in (("-1", "-1"), ("true", "True"), ("1.5", "1.5"), ("'90'", "'90'"), ("99999", "99999"))
        ),
        ("modes = 'full'", "modes is not a table", "write [modes] and one line for each entry"),
        ("modes = {'a.*' = 'ful'}", f"modes.a.* is 'ful', expected one of {ALL_MODES}", "did you mean 'full'?"),
        ("severity = 'error'", "severity is not a table", "write [severity] and one line for each entry"),
        ("severity = {field_remved = 'off'}", "severity of unknown kind 'field_remved'", MEANT_REMOVED),
        ("severity = {x = 'off'}", "severity of unknown kind 'x'", "dcr explain"),
        (
            "severity = {field_removed = 'warn'}",
            f"severity.field_removed is 'warn', expected one of {ALL_SEVERITIES}",
            "did you mean 'warning'?",
        ),
        ("teams = 'finance'", "teams is not a table", "write [teams] and one line for each team"),
        ("teams = {'' = '@a'}", "a team of [teams] has no name", 'write finance = "@acme/finance"'),
        ("teams = {finance = 5}", "teams.finance is 5, expected a handle or a list of handles", WRITE_FINANCE),
        ("teams = {finance = []}", "teams.finance is [], expected a handle or a list of handles", WRITE_FINANCE),
        ("teams = {finance = {}}", "teams.finance is {}, expected a handle or a list of handles", WRITE_FINANCE),
        ("teams = {finance = ['@a', 5]}", f"teams.finance is 5, {EXPECTED_HANDLE}", WRITE_FINANCE),
        (
            "teams = {'data & ai' = 'x'}",
            f"teams.data & ai is 'x', {EXPECTED_HANDLE}",
            'write "data & ai" = "@acme/finance"',
        ),
        *(
            (f"teams = {{finance = '{handle}'}}", f"teams.finance is '{handle}', {EXPECTED_HANDLE}", WRITE_FINANCE)
            for handle in ("finance", "@", "@@maintainer", "@acme/", "@a b", "#finance", "@acme//x", "a@b", "", "@-a")
        ),
        ("severity = {field_removed = {}}", "severity.field_removed is {}, expected one of " + ALL_SEVERITIES, ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["dcr.toml", "pyproject.toml"])
def test_every_mistake_is_named_with_its_file_and_what_was_meant(path: str, text: str, message: str, hint: str) -> None:
    if path == "pyproject.toml":
        text = "[tool.dcr.Mode]\nx = 1" if text == "[Mode]" else f"[tool.dcr]\n{text}"
    with pytest.raises(PolicyError) as caught:
        parse(text, path)
    assert (caught.value.message, caught.value.hint) == (f"'{path}': {message}", hint)


@pytest.mark.parametrize(
    "content", [b"mode = ", b"\xff", b"mode = 'full'\nmode = 'none'", b"dcr = [", b"a = 1979-99-99 # dcr"]
)
def test_invalid_toml_is_reported(content: bytes) -> None:
    with pytest.raises(PolicyError, match=r"^invalid TOML in 'dcr\.toml': ") as caught:
        parse_policy("dcr.toml", content, list_kinds())
    assert caught.value.hint == "fix 'dcr.toml'; see: dcr schema policy"


def test_a_tool_value_that_is_not_a_table_is_reported() -> None:
    with pytest.raises(PolicyError, match=r"'pyproject\.toml': the policy is not a table"):
        parse("tool = {dcr = 5}", "pyproject.toml")


def test_a_byte_order_mark_is_dropped() -> None:
    assert parse_policy("dcr.toml", b"\xef\xbb\xbfmode = 'full'", list_kinds()) == Policy(mode="full")


def test_the_first_pattern_that_matches_a_dataset_gives_its_mode() -> None:
    policy = Policy(mode="full", modes={"billing.invoices": "forward", "billing.*": "none", "*.events": "backward"})
    assert policy.get_mode("billing.invoices") == "forward"
    assert policy.get_mode("billing.events") == "none"
    assert policy.get_mode("growth.events") == "backward"
    assert policy.get_mode("Billing.x") == "full"
    assert policy.get_mode("") == "full"


def stricter(one: dict[str, Any], other: dict[str, Any]) -> StricterPolicy:
    return StricterPolicy(Policy(**one), Policy(**other))


@pytest.mark.parametrize(
    ("setting", "mild", "strict"),
    [
        ("fail_on", "never", "error"),
        ("fail_on", "error", "warning"),
        ("breaking", "allow-with-major", "forbid"),
        ("draft", "warn", "enforce"),
        ("accept_from", "proposed", "base"),
        ("transitive_within", "major", "history"),
    ],
)
def test_the_stricter_word_holds_whichever_side_says_it(setting: str, mild: str, strict: str) -> None:
    assert stricter({setting: mild}, {setting: strict}).get_choice(setting) == strict
    assert stricter({setting: strict}, {setting: mild}).get_choice(setting) == strict
    assert stricter({setting: mild}, {setting: mild}).get_choice(setting) == mild


@pytest.mark.parametrize(("one", "other"), list(product(MODES, MODES)))
def test_the_stricter_mode_asks_for_what_either_side_asks_for(one: str, other: str) -> None:
    both = stricter({"mode": one}, {"modes": {"a.*": other}})
    assert set(DIRECTIONS[both.get_mode("a.b")]) == {*DIRECTIONS[one], *DIRECTIONS[other]}
    assert is_transitive(both.get_mode("a.b")) is (is_transitive(one) or is_transitive(other))


def test_the_longer_deprecation_holds_whichever_side_asks_for_it() -> None:
    for one, other in ((30, 90), (90, 30)):
        both = stricter({"min_deprecation_days": one}, {"min_deprecation_days": other})
        assert both.min_deprecation_days == 90
    assert stricter({"min_deprecation_days": 30}, {}).min_deprecation_days == 30


@pytest.mark.parametrize(("one", "other"), list(product(SEVERITY_LEVELS, SEVERITY_LEVELS)))
def test_the_worse_severity_holds(one: str, other: str) -> None:
    both = stricter({"severity": {"field_removed": one}}, {"severity": {"field_removed": other}})
    assert SEVERITY_LEVELS.index(both.get_severity("field_removed", "error")) == max(
        SEVERITY_LEVELS.index(one), SEVERITY_LEVELS.index(other)
    )


def test_a_side_that_says_nothing_about_a_kind_leaves_it_as_it_is() -> None:
    both = stricter({"severity": {"field_removed": "off"}}, {})
    assert both.get_severity("field_removed", "error") == "error"
    assert both.get_severity("owner_missing", "warning") == "warning"
    assert stricter({"severity": {"owner_missing": "error"}}, {}).get_severity("owner_missing", "warning") == "error"


def test_globs_of_either_side_count_and_exclusions_only_of_both() -> None:
    both = stricter({"contracts": ("a", "b"), "exclude": ("x", "y")}, {"contracts": ("b", "c"), "exclude": ("y", "z")})
    assert both.contracts == ("a", "b", "c")
    assert both.exclude == ("y",)


def test_a_team_has_one_handle_or_several() -> None:
    text = """
        [teams]
        finance = "@acme/finance"
        growth = ["@acme/growth/data", "ada@example.com", "@grace.h_1", "@acme/growth/data"]
        "data & ai" = "@a-b"
    """
    policy = parse(text)
    assert policy is not None
    assert policy.teams == {
        "finance": ("@acme/finance",),
        "growth": ("@acme/growth/data", "ada@example.com", "@grace.h_1"),
        "data & ai": ("@a-b",),
    }


def test_a_change_adds_teams_and_does_not_map_those_of_the_base_again() -> None:
    both = stricter({"teams": {"a": ("@a",)}}, {"teams": {"a": ("@other",), "b": ("@b",)}})
    assert both.teams == {"a": ("@a",), "b": ("@b",)}


@pytest.mark.parametrize("team", ["finance", "data & ai", 'a "b" \\ c', "a\tb\x7f", "ü"])
@pytest.mark.parametrize("handles", [("@acme/finance",), ("@a", "b@c.de")])
def test_the_line_that_maps_a_team_is_read_as_that_team(team: str, handles: tuple[str, ...]) -> None:
    policy = parse(f"[teams]\n{format_team(team, handles)}")
    assert policy is not None
    assert policy.teams == {team: handles}


def test_two_equal_policies_are_that_policy() -> None:
    settings = {
        "mode": "full",
        "fail_on": "warning",
        "breaking": "allow-with-major",
        "draft": "warn",
        "accept_from": "base",
    }
    policy = Policy(("a",), ("b",), modes={"x": "none"}, severity={"owner_missing": "off"}, **settings)
    both = StricterPolicy(policy, policy)
    assert (both.contracts, both.exclude) == (policy.contracts, policy.exclude)
    assert {name: both.get_choice(name) for name in CHOICES if name != "mode"} == {
        name: getattr(policy, name) for name in CHOICES if name != "mode"
    }
    assert (both.get_mode("x"), both.get_mode("y")) == ("none", "full")
    assert both.get_severity("owner_missing", "error") == "off"
