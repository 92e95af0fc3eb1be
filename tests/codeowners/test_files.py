"""Reads whole CODEOWNERS files: sections, defaults, comments, exclusions, and which file a service reads."""

from __future__ import annotations

import pytest

from dcr.codeowners import github, gitlab
from dcr.codeowners.services import MAX_BYTES, CodeOwnersError, read_code_owners
from dcr.errors import UsageError


def test_on_github_the_last_line_that_matches_counts_also_one_without_owners() -> None:
    rules = github.parse(
        "# comment\n*  @a @b  # inline\n\n/apps/ @octocat\n/apps/github\n*.md docs@example.com #x\r\nx\\ y @c\n"
    )
    assert rules.ignored == ()
    assert rules.find_owners("z") == (("@a", "@b"), (2,))
    assert rules.find_owners("apps/x") == (("@octocat",), (4,))
    assert rules.find_owners("apps/github/x") == ((), (5,))
    assert rules.find_owners("apps/github/x.md") == (("docs@example.com",), (6,))
    assert rules.find_owners("x y") == (("@c",), (7,))
    assert github.parse("a @b").find_owners("c") == ((), ())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("!a @b", "pattern '!a' begins with '!', which GitHub does not support"),
        ("\\#a @b", "pattern '\\#a' begins with an escaped '#', which GitHub does not support"),
        ("[ab] @b", "pattern '[ab]' has a character range, which GitHub does not support"),
        ("/a b @c", "'b' is not an owner: expected @USER, @ORG/TEAM or an e-mail address"),
    ],
)
def test_github_ignores_a_line_that_it_cannot_read(line: str, reason: str) -> None:
    rules = github.parse(f"* @a\n{line}\n")
    assert rules.ignored == ((2, reason),)
    assert rules.find_owners("a").owners == ("@a",)


def test_on_gitlab_the_last_line_of_each_section_counts() -> None:
    rules = gitlab.parse(
        "* @admin\n\n[README Owners]\nREADME.md @user1 @user2\ninternal/README.md @user4\n\n"
        "[README other owners]\nREADME.md @user3\n"
    )
    assert rules.find_owners("README.md").owners == ("@admin", "@user1", "@user2", "@user3")
    assert rules.find_owners("internal/README.md").owners == ("@admin", "@user4", "@user3")
    assert rules.find_owners("x") == (("@admin",), (1,))


def test_a_section_of_gitlab_has_default_owners_a_number_of_approvals_and_may_be_optional() -> None:
    rules = gitlab.parse(
        "[Documentation][2] @docs-team docs@example.com\ndocs/\nREADME.md @me\n"
        "^[Database] @database-team\nmodel/db/\n[database]\nmodel/other/ @x\n"
    )
    assert rules.find_owners("docs/a").owners == ("@docs-team", "docs@example.com")
    assert rules.find_owners("README.md").owners == ("@me",)
    assert rules.find_owners("model/db/a").owners == ("@database-team",)
    assert len(rules.sections) == 3  # the lines before the first header, Documentation, Database
    assert gitlab.has_sections("a @b\n^[C]\n")
    assert not gitlab.has_sections("a @b\n#[C]\n")


def test_an_exclusion_of_gitlab_removes_a_path_from_its_section_wherever_it_is() -> None:
    rules = gitlab.parse("!a/b\n* @all\n[Other]\na/ @other\n!*.md\n")
    assert rules.find_owners("a/b").owners == ("@other",)
    assert rules.find_owners("a/c.md").owners == ("@all",)
    assert rules.find_owners("a/c").owners == ("@all", "@other")


def test_gitlab_reads_owners_in_a_comment_and_reports_a_line_without_any() -> None:
    rules = gitlab.parse("a @b # @c and d\ne\n")
    assert rules.find_owners("a").owners == ("@b", "@c")
    assert rules.ignored == ((2, "pattern 'e' has no owner"),)


def test_owners_are_compared_without_case() -> None:
    assert github.parse("* @Acme/Finance").find_owners("a").includes("@acme/finance")
    assert not github.parse("* @acme").find_owners("a").includes("@acme/finance")


NO_GITLAB = "no CODEOWNERS file found in CODEOWNERS, docs/CODEOWNERS or .gitlab/CODEOWNERS"
A, SECTION = b"* @a\n", b"[A]\n* @a\n"


@pytest.mark.parametrize(
    ("contents", "service", "ci", "expected"),
    [
        ({".github/CODEOWNERS": A, "CODEOWNERS": A}, None, None, ("github", ".github/CODEOWNERS")),
        ({"CODEOWNERS": A, "docs/CODEOWNERS": A}, None, None, ("github", "CODEOWNERS")),
        ({"docs/CODEOWNERS": A}, None, "azure", ("github", "docs/CODEOWNERS")),
        ({".gitlab/CODEOWNERS": A}, None, None, ("gitlab", ".gitlab/CODEOWNERS")),
        ({".gitlab/CODEOWNERS": A, "CODEOWNERS": A}, None, None, ("gitlab", "CODEOWNERS")),
        ({"CODEOWNERS": SECTION}, None, None, ("gitlab", "CODEOWNERS")),
        ({"CODEOWNERS": SECTION}, None, "github", ("github", "CODEOWNERS")),
        ({"CODEOWNERS": SECTION}, "github", "gitlab", ("github", "CODEOWNERS")),
        ({".github/CODEOWNERS": A, "CODEOWNERS": A}, None, "gitlab", ("gitlab", "CODEOWNERS")),
        ({".github/CODEOWNERS": A, ".gitlab/CODEOWNERS": A}, None, "github", ("github", ".github/CODEOWNERS")),
        ({"CODEOWNERS": b"\xef\xbb\xbf" + A}, None, None, ("github", "CODEOWNERS")),
        ({"CODEOWNERS": b"\xff @a\n" + A}, None, None, ("github", "CODEOWNERS")),
    ],
)  # fmt: skip
def test_the_option_the_job_the_place_and_the_syntax_choose_the_service(
    contents: dict[str, bytes | str], service: str | None, ci: str | None, expected: tuple[str, str]
) -> None:
    file = read_code_owners(contents, service, ci)
    assert (file.service, file.path) == expected


@pytest.mark.parametrize(
    ("contents", "service", "message"),
    [
        ({}, None, "no CODEOWNERS file found in .github/CODEOWNERS, CODEOWNERS or docs/CODEOWNERS"),
        ({}, "gitlab", NO_GITLAB),
        (
            {".github/CODEOWNERS": A},
            "gitlab",
            f"{NO_GITLAB}; GitLab does not read '.github/CODEOWNERS'",
        ),
        ({"CODEOWNERS": "a symbolic link"}, None, "'CODEOWNERS' is a symbolic link"),
        ({"CODEOWNERS": b"#" * MAX_BYTES}, None, "'CODEOWNERS' has 3 MB or more, so GitHub does not load it"),
    ],
)
def test_without_a_file_that_the_service_loads_nothing_is_checked(
    contents: dict[str, bytes | str], service: str | None, message: str
) -> None:
    with pytest.raises(CodeOwnersError) as caught:
        read_code_owners(contents, service, None)
    assert caught.value.message == message
    assert caught.value.hint


def test_two_files_of_two_services_need_a_choice() -> None:
    with pytest.raises(UsageError, match=r"both \.github/CODEOWNERS and \.gitlab/CODEOWNERS exist"):
        read_code_owners({".github/CODEOWNERS": A, ".gitlab/CODEOWNERS": A}, None, None)
