"""Which paths a policy's globs cover."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcr.policy.policy import DEFAULT_GLOBS
from dcr.policy.scope import Scope


@pytest.mark.parametrize(
    ("glob", "covered", "not_covered"),
    [
        ("contracts/**/*.yaml", ["contracts/a.yaml", "contracts/b/c/a.yaml"], ["a.yaml", "x/contracts/a.yaml"]),
        ("contracts/*.yaml", ["contracts/a.yaml", "contracts/.yaml"], ["contracts/b/a.yaml", "contracts/a.yaml/x"]),
        ("**/*.yaml", ["a.yaml", "b/c/a.yaml", ".hidden/a.yaml"], ["a.yml", "a.yaml.bak"]),
        ("**", ["a", "b/c", "", "x\ny"], []),
        ("data/**", ["data/a", "data/b/c.md", "data/"], ["data", "dat/a", "x/data/a"]),
        ("**.yaml", ["a.yaml", "b/a.yaml"], ["a.yml"]),
        ("a?.yaml", ["ab.yaml", "a?.yaml", "aé.yaml"], ["a.yaml", "abc.yaml", "a/.yaml"]),
        ("contracts*/x.yaml", ["contracts/x.yaml", "contracts-b/x.yaml"], ["my-contracts/x.yaml", "contracts/a/x"]),
        ("one.yaml", ["one.yaml"], ["oneXyaml", "a/one.yaml", "one.yaml.x"]),
        ("a+(b).yaml", ["a+(b).yaml"], ["aab.yaml", "ab.yaml"]),
        ("a|b.yaml", ["a|b.yaml"], ["a", "b.yaml"]),
        ("*", ["a", ".git"], ["a/b"]),
        ("a/**/b/*.yaml", ["a/b/x.yaml", "a/c/d/b/x.yaml"], ["a/x.yaml", "a/bb/x.yaml"]),
        ("*/**/*.yaml", ["a/x.yaml", "a/b/x.yaml"], ["x.yaml"]),
        ("***/x", ["a/x", "a/b/x"], []),
    ],
)  # fmt: skip
def test_a_glob_covers(glob: str, covered: list[str], not_covered: list[str]) -> None:
    scope = Scope([glob])
    assert [path for path in covered if not scope.covers(path)] == []
    assert [path for path in not_covered if scope.covers(path)] == []
    assert scope.filter_paths([*covered, *not_covered]) == covered


def test_the_default_globs_cover_contracts_at_the_top() -> None:
    scope = Scope(DEFAULT_GLOBS)
    assert scope.covers("contracts/a.yaml")
    assert scope.covers("contracts-example/growth/a.yml")
    assert not scope.covers("src/contracts/a.yaml")
    assert not scope.covers("contracts/a.json")
    assert not scope.covers("contracts.yaml")


def test_an_exclusion_takes_back_what_a_glob_covers() -> None:
    scope = Scope(["**/*.yaml", "x.txt"], ["old/**", "**/secret.yaml"])
    paths = ["a.yaml", "old/a.yaml", "b/secret.yaml", "secret.yaml", "x.txt", "b/old/a.yaml"]
    assert scope.filter_paths(paths) == ["a.yaml", "x.txt", "b/old/a.yaml"]
    assert [path for path in paths if scope.covers(path)] == scope.filter_paths(paths)


def test_no_globs_cover_nothing() -> None:
    assert Scope([]).filter_paths(["", "a", "a.yaml"]) == []
    assert not Scope([]).covers("")


GLOBS = (
    st.lists(st.sampled_from(["*", "**", "**/", "?", "/", "a", "b", ".yaml", "+", "(", "|", "\n"]), max_size=6)
    .map("".join)
    .filter(lambda glob: glob and not glob.endswith("/"))
)  # the policy rejects the others
PATHS = st.lists(st.sampled_from(["/", "a", "b", ".yaml", "+", "(", "|", "\n", "\udce9"]), min_size=1, max_size=8).map(
    "".join
)


@given(st.lists(GLOBS, max_size=3), st.lists(GLOBS, max_size=2), st.lists(PATHS, max_size=6))
def test_one_path_and_many_are_judged_alike(globs: list[str], exclude: list[str], paths: list[str]) -> None:
    scope = Scope(globs, exclude)
    assert scope.filter_paths(paths) == [path for path in paths if scope.covers(path)]


@given(st.lists(GLOBS, min_size=1, max_size=3), PATHS)
def test_globs_are_judged_one_by_one(globs: list[str], path: str) -> None:
    assert Scope(globs).covers(path) == any(Scope([glob]).covers(path) for glob in globs)


@given(PATHS)
def test_a_path_without_signs_covers_itself(path: str) -> None:
    assert Scope([path]).covers(path)
