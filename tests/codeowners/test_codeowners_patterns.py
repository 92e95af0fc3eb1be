"""Compares the patterns of both services with the examples of their documentation, and with git's own matcher."""

from __future__ import annotations

import subprocess
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dcr.codeowners import github, gitlab
from dcr.codeowners.rules import quote_path

if TYPE_CHECKING:
    from pathlib import Path

GITHUB = [
    ("*", "a.yaml, a/b/c.yaml, .hidden", ""),
    ("*.js", "a.js, x/y.js", "a.jsx"),
    ("/build/logs/", "build/logs/a, build/logs/b/c", "x/build/logs/a, build/logs"),
    ("docs/*", "docs/getting-started.md", "docs/build-app/troubleshooting.md, x/docs/a"),
    ("apps/", "apps/a, x/apps/y/z", "apps"),
    ("/docs/", "docs/a, docs/b/c", "x/docs/a"),
    ("/scripts/", "scripts/a", "a/scripts/b"),
    ("**/logs", "build/logs/a, scripts/logs/b, logs/c, deeply/nested/logs/d, logs", "blogs/a"),
    ("/apps/github", "apps/github/a, apps/github", "apps/githubs, x/apps/github/a"),
    ("/*", "a.yaml", "a/b.yaml"),
    ("contracts/**", "contracts/a, contracts/a/b", "contracts, x/contracts/a"),
    ("contracts/**/*.yaml", "contracts/a.yaml, contracts/x/y/a.yaml", "contracts/a.yml, x/contracts/a.yaml"),
    ("/contracts/?.yaml", "contracts/a.yaml", "contracts/ab.yaml, contracts/.yaml"),
    ("a\\ b/c", "a b/c, a b/c/d", "ab/c"),
    ("a+b.(c)", "a+b.(c), x/a+b.(c)/d", "aab.c"),
    ("Docs/", "Docs/a", "docs/a"),
    ("**", "a, a/b", ""),
    ("users", "users, contracts/users/a.yaml", "users.yaml"),
]  # fmt: skip
GITLAB = [
    ("*", "a.yaml, a/b/c.yaml, .hidden", ""),
    ("*.rb", "a.rb, config/a.rb", "a.rbx"),
    ("/README.md", "README.md", "docs/README.md"),
    ("README.md", "README.md, internal/README.md, app/lib/README.md", "XREADME.md"),
    ("internal/README.md", "internal/README.md, docs/internal/README.md", "README.md"),
    ("/docs/", "docs/a, docs/b/c, docs/.hidden", "x/docs/a, docs"),
    ("lib/", "lib/a, x/lib/b/c", "lib, xlib/a"),
    ("/docs/*.md", "docs/a.md, docs/.md", "docs/x/a.md"),
    ("/docs/index.*", "docs/index.md, docs/index.html", "docs/index"),
    ("/docs/*spec*", "docs/qa_specs.rb, docs/runtime.spec", "docs/x/spec"),
    ("/docs/*/README.md", "docs/api/README.md", "docs/README.md, docs/api/v4/README.md"),
    ("/docs/**/index.md", "docs/index.md, docs/api/index.md, docs/api/graphql/index.md", "index.md"),
    ("/docs/*", "docs/a", "docs/a/b"),
    ("docs", "docs, x/docs", "docs/a"),
    ("/docs/**", "docs/a", "docs/a/b"),
    ("path\\ with\\ spaces/", "path with spaces/a, x/path with spaces/a", "path/a"),
    ("\\#file_with_pound.rb", "#file_with_pound.rb, a/#file_with_pound.rb", "file_with_pound.rb"),
    ("/a[bc].yaml", "ab.yaml, ac.yaml", "ad.yaml, abc.yaml"),
    ("/a[!b-d].yaml", "aa.yaml, ae.yaml", "ab.yaml, ac.yaml"),
    ("/a[^b].yaml", "aa.yaml", "ab.yaml"),
    ("/a[z-a].yaml", "", "aa.yaml, az.yaml"),
    ("/a[b", "a[b", "ab"),
    ("/a[.-0]b", "a.b", "a/b"),
    ("/{a,b}.yaml", "{a,b}.yaml", "a.yaml"),
    ("/a\\*b", "a*b", "axb"),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "matching", "others"), GITHUB)
def test_github_matches_as_its_documentation_describes(pattern: str, matching: str, others: str) -> None:
    matches = github.compile_pattern(pattern)
    check(matches, pattern, matching, others)


@pytest.mark.parametrize(("pattern", "matching", "others"), GITLAB)
def test_gitlab_matches_as_its_documentation_describes(pattern: str, matching: str, others: str) -> None:
    check(gitlab.compile_pattern(pattern), pattern, matching, others)


def check(matches, pattern: str, matching: str, others: str) -> None:
    assert [path for path in matching.split(", ") if path and not matches(path)] == [], pattern
    assert [path for path in others.split(", ") if path and matches(path)] == [], pattern


SEGMENTS = ("*", "**", "a", "b.yaml", "*.yaml", "?", "a*")
PATHS = (
    "a",
    "b.yaml",
    "a/b.yaml",
    "a/a/b.yaml",
    "ab/c.yaml",
    "x/a/b.yaml",
    "b.yaml/x",
    "a/b.yaml/x/y",
    "ab",
    "x/y/z.yaml",
)


def test_github_matches_as_git_ignores_except_for_a_last_star(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    names = ["/".join(each) for size in (1, 2, 3) for each in product(SEGMENTS, repeat=size)]
    patterns = [f"{start}{name}{end}" for name in names[: 7 + 49 + 60] for start in ("", "/") for end in ("", "/")]
    for pattern in patterns:
        last = pattern.split("/")[-1]
        if last == "*" and pattern != "*":
            continue
        (tmp_path / ".gitignore").write_text(f"{pattern}\n", "utf-8")
        run = subprocess.run(
            ["git", "check-ignore", "--no-index", "-z", "--stdin"],
            cwd=tmp_path, input="\0".join(PATHS).encode(), capture_output=True, check=False,
        )  # fmt: skip
        ignored = {path for path in run.stdout.decode().split("\0") if path}
        assert {path for path in PATHS if github.compile_pattern(pattern)(path)} == ignored, pattern


@pytest.mark.parametrize("path", ["contracts/a.yaml", "a b/c d.yaml", "a*b?.yaml", "back\\slash", "ü.yaml", "#a", "!a"])
def test_a_quoted_path_matches_that_path_alone(path: str) -> None:
    for module in (github, gitlab):
        rules = module.parse(f"{quote_path(path)} @a\n")
        assert rules.find_owners(path).owners == ("@a",)
        assert rules.find_owners(f"x/{path}").owners == ()
        assert rules.find_owners(path.replace("*", "x").replace(" ", "x") + "x").owners == ()
