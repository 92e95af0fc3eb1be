"""`dcr init` in real repositories: what it finds, writes, leaves alone, and that what it writes works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import Distribution
from pathlib import Path

import pytest
import yaml
from repositories import ROOT, USERS, Outcome, Repository, breaking, contract, picture

from dcr.git.repository import discover_repository
from dcr.git.writing.new_files import NewFile, create_files
from dcr.git.writing.rewrites import UnwritableFileError
from dcr.policy.policy_file import parse_policy
from dcr.policy.scope import Scope
from dcr.setup.contracts import find_contracts
from dcr.setup.install_source import read_install_source
from dcr.setup.platforms import PLACEHOLDER, PLATFORMS
from dcr.setup.scope_globs import choose_globs

SOURCE = "git+https://git.acme.dev/tools/dcr@v1.2.0"
ODCS = (ROOT / "contracts-example/odcs/returns.yaml").read_text("utf-8")
OWNERS = "".join(f"/dcr.{each} @acme/deciders\n" for each in ("toml", "accepted.yaml", "baseline.json"))
OFFER = (
    "skipped  consumers: none declared: dcr consumers add NAME --dataset ID declares who uses a dataset; --consumers "
    "writes an example\n"
)
WRITTEN = ("dcr.toml", ".pre-commit-config.yaml", ".github", "CODEOWNERS")


@pytest.fixture
def new(tmp_path: Path) -> Repository:
    """A repository without anything in it."""
    return Repository(tmp_path)


def init(repository: Repository, *arguments: str, **more) -> Outcome:
    """Run `dcr init`, which may write what `files` tells."""
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "dcr", "init", *arguments],
        cwd=more.get("cwd", repository.folder),
        env=repository.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    outcome = Outcome(ended.returncode, ended.stdout, ended.stderr)
    assert "Traceback" not in outcome.err, outcome
    return outcome


def files(repository: Repository) -> set[str]:
    """The paths of all files but git's own."""
    return {
        str(each.relative_to(repository.folder))
        for each in repository.folder.rglob("*")
        if not each.is_dir() and ".git" not in each.relative_to(repository.folder).parts[:1]
    }


def policy(repository: Repository):
    found = parse_policy("dcr.toml", (repository.folder / "dcr.toml").read_bytes(), ())
    assert found is not None
    return found


def remote(repository: Repository, url: str) -> None:
    repository.git("remote", "add", "origin", url)


def test_everything_is_written_once_and_said(new: Repository) -> None:
    new.write("schemas/shop/returns.yaml", ODCS)
    remote(new, "git@github.com:acme/shop.git")
    outcome = init(new, "--owner", "@acme/deciders", "--source", SOURCE)
    assert outcome == Outcome(
        0,
        "dcr: found 1 contract (format odcs)\n"
        "wrote    dcr.toml: where contracts are, and how strictly they are checked\n"
        "wrote    .pre-commit-config.yaml: checks commits and pushes\n"
        "wrote    .github/workflows/contracts.yml: runs dcr on pull requests (github, detected by the remote at "
        "github.com)\n"
        "wrote    .github/CODEOWNERS: the owners of the policy, the acceptances and the baseline\n"
        f"{OFFER}"
        "next:\n"
        "  dcr lint\n"
        "  pre-commit install\n"
        "  git add dcr.toml .pre-commit-config.yaml .github/workflows/contracts.yml .github/CODEOWNERS\n"
        '  git commit --message "Check data contracts"\n',
        "",
    )
    assert (new.folder / "dcr.toml").read_text("utf-8") == (
        "# The policy of dcr. All settings: dcr schema policy.\n"
        "# dcr reads this file from the base, so that a change cannot relax its own checks.\n"
        "\n"
        "# dcr detects contracts by the content of YAML and JSON files: 1 contract (format odcs).\n"
        "# To limit the search:\n"
        '# contracts = ["schemas/**/*.yaml"]\n'
    )
    assert (new.folder / ".github/CODEOWNERS").read_text("utf-8") == OWNERS
    before = picture(new.root)
    again = init(new, "--owner", "@acme/deciders", "--source", SOURCE)
    assert again == Outcome(
        0,
        "dcr: found 1 contract (format odcs)\n"
        "exists   dcr.toml: covers every contract\n"
        "exists   .pre-commit-config.yaml: runs dcr\n"
        "exists   .github/workflows/contracts.yml: github runs dcr\n"
        "exists   .github/CODEOWNERS: has owners of the policy, the acceptances and the baseline\n"
        f"{OFFER}"
        "nothing to do: dcr is already set up\n",
        "",
    )
    assert picture(new.root) == before


def test_an_example_of_a_consumer_is_written_on_request_and_declares_nothing(new: Repository) -> None:
    new.write(USERS, contract())
    assert "consumers/example.yaml" not in init(new, "--hook", "none", "--ci", "none", "--dry-run").out
    outcome = init(new, "--consumers", "--hook", "none", "--ci", "none")
    assert "wrote   consumers/example.yaml: an example of a consumer file, commented out\n" in outcome.out
    assert "  git add dcr.toml consumers/example.yaml\n" in outcome.out
    text = (new.folder / "consumers/example.yaml").read_text("utf-8")
    assert all(line.startswith("#") for line in text.splitlines())
    assert "no consumers are declared" in new.dcr("consumers").err
    assert new.dcr("lint").code == 0
    without_marks = "".join(f"{line[2:]}\n" for line in text.splitlines() if not line[:3].isspace()).split(
        "consumer: "
    )[1]
    new.write("consumers/example.yaml", f"consumer: {without_marks}")
    assert "finance.revenue_dashboard" in new.dcr("consumers", "users.daily_active", "active_date").out
    again = init(new, "--consumers", "--hook", "none", "--ci", "none")
    assert "exists  consumers: 1 consumer declared\n" in again.out


@pytest.mark.parametrize("text", ["", "# mine\n"])
def test_an_example_never_replaces_a_file(new: Repository, text: str) -> None:
    new.write(USERS, contract())
    new.write("consumers/example.yaml", text)
    outcome = init(new, "--consumers", "--hook", "none", "--ci", "none")
    assert "exists  consumers: an example of a consumer file\n" in outcome.out
    assert (new.folder / "consumers/example.yaml").read_text("utf-8") == text


def test_a_repository_without_contracts_is_not_asked_for_consumers(new: Repository) -> None:
    assert "consumers" not in init(new, "--dry-run").out
    out = init(new, "--dry-run", "--consumers").out
    assert "would write  consumers/example.yaml" in out
    assert "    #   - dataset: users.daily_active\n" in out


def test_a_dry_run_shows_every_file_and_writes_none(new: Repository) -> None:
    new.write(USERS, contract())
    before = picture(new.root)
    outcome = init(new, "--dry-run", "--ci", "gitlab", "--owner", "@x")
    assert picture(new.root) == before
    assert outcome.err == "dcr: nothing was written (--dry-run)\n"
    assert "would write  dcr.toml: " in outcome.out
    assert "    # contracts = [" in outcome.out
    assert "          entry: dcr check --staged\n" in outcome.out
    assert "    /dcr.accepted.yaml @x\n" in outcome.out
    assert "next:" not in outcome.out
    init(new, "--ci", "gitlab", "--owner", "@x")
    for name in ("dcr.toml", ".pre-commit-config.yaml", ".gitlab-ci.yml", ".gitlab/CODEOWNERS"):
        for line in (new.folder / name).read_text("utf-8").splitlines():
            assert f"    {line}".rstrip() in outcome.out.splitlines()


@pytest.mark.parametrize(
    ("there", "globs", "exclude"),
    [
        ({"contracts/a.yaml": "c"}, ["contracts/**/*.yaml"], ()),
        ({"contracts-eu/x/a.json": "j"}, ["contracts-eu/**/*.json"], ()),
        ({"data/a.yaml": "c", "data/x/b.yaml": "c"}, ["data/**/*.yaml"], ()),
        ({"data/a.yaml": "c", "data/b.yml": "o"}, ["data/**/*.yaml", "data/**/*.yml"], ()),
        ({"data/a.odcs.yaml": "o", "data/b.yaml": "x", "data/c.yaml": "x"}, ["data/**/*.odcs.yaml"], ()),
        ({"a.odcs.yaml": "o", "b.yaml": "c", "c.yaml": "x"}, ["*.odcs.yaml", "b.yaml"], ()),
        ({"contracts/a.yaml": "c", "z/b.yaml": "c"}, ["contracts/**/*.yaml", "z/**/*.yaml"], ()),
        (
            {"t/a/contracts/a.yaml": "c", "t/b/contracts/b.yaml": "c", **{f"t/a/{n}.yaml": "x" for n in range(3)}},
            ["t/**/contracts/**/*.yaml"],
            (),
        ),
        (
            {
                "t/a/contracts/a.yaml": "c", "t/b/contracts/b.yaml": "c", "t/a/contracts/c.yaml": "bad",
                "t/c.yaml": "bad",
            },
            ["t/**/contracts/**/*.yaml"],
            ("t/a/contracts/c.yaml",),
        ),
        (
            {"d/a/a.yaml": "c", "d/b/b.yaml": "c", **{f"d/{n}/x.yaml": "x" for n in range(3)}},
            ["d/a/*.yaml", "d/b/*.yaml"],
            (),
        ),
        (
            {"d/[x] {y}/a.yaml": "c", "d/[x] {y}/b\n.yaml": "c", **{f"d/{n}.yaml": "bad" for n in range(3)}},
            ["d/?x? ?y?/**/*.yaml"],
            (),
        ),
    ],
)  # fmt: skip
def test_globs_cover_what_was_found_and_nothing_that_cannot_be_read(
    new: Repository, there: dict[str, str], globs: list[str], exclude: tuple[str, ...]
) -> None:
    as_json = '{"dataset_id": "a", "version": "1.0.0", "owners": [{"team": "t"}], "fields": []}'
    texts = {
        "c": contract,
        "o": lambda _: ODCS,
        "j": lambda _: as_json,
        "x": lambda _: "kind: Deployment\n",
        "bad": lambda _: "{{ x }}: [\n",
    }
    for number, (path, kind) in enumerate(there.items()):
        new.write(path, texts[kind](f"users.number_{number}"))
    found = choose_globs(find_contracts(discover_repository(str(new.folder)), lambda _: None))
    assert (list(found.contracts), found.exclude) == (globs, exclude)
    scope = Scope(found.contracts, found.exclude)
    assert {path for path, kind in there.items() if kind in "coj"} <= {*scope.filter_paths(there)}
    assert not [path for path in scope.filter_paths(there) if there[path] == "bad"]
    assert init(new).code == 0
    assert policy(new).contracts == ()
    assert "the file is no YAML" not in new.dcr("lint", "--format", "json").out


def test_ignored_files_and_other_repositories_are_not_looked_at(new: Repository) -> None:
    new.write(".gitignore", "ignored/\n")
    new.write("ignored/a.yaml", contract())
    Repository(new.root, "repository/inner").write("a.yaml", contract())
    assert init(new).out.startswith("dcr: found no contract; ")


def test_a_policy_that_is_there_is_told_what_it_leaves_out(new: Repository) -> None:
    new.write("data/a.yaml", contract())
    new.write("pyproject.toml", "[tool.dcr]\nmode = 'full'\n")
    assert "  pyproject.toml: covers every contract" in init(new).out
    new.write("pyproject.toml", "[tool.dcr]\ncontracts = ['contracts/**']\n")
    out = init(new, "--hook", "none", "--ci", "none").out
    assert "add to   pyproject.toml: its globs do not cover every contract\n" in out
    assert '    contracts = ["data/**/*.yaml"]\n' in out
    assert "    /pyproject.toml @" in out
    assert not (new.folder / "dcr.toml").exists()
    new.write("pyproject.toml", "[tool.dcr]\nexclude = ['data/**']\n")
    assert "  pyproject.toml: covers every contract" in init(new).out


def test_a_branch_of_an_unusual_name_becomes_the_base(tmp_path: Path) -> None:
    new = Repository(tmp_path, init=None)
    new.git("init", "-q", "-b", "trunk", str(new.folder), cwd=tmp_path)
    new.commit({USERS: contract()})
    init(new)
    assert policy(new).base == "trunk"
    new.git("add", "-A")
    new.commit()
    new.branch("change")
    new.commit({USERS: breaking("2.0.0")})
    assert new.check().kinds == ["field_removed"]


def test_nothing_that_is_there_is_overwritten(new: Repository) -> None:
    new.write(USERS, contract())
    there = {
        "dcr.toml": "mode = 'full'\n",
        ".pre-commit-config.yaml": "repos: []\n",
        ".gitlab-ci.yml": "build: {script: make}\n",
        "CODEOWNERS": "* @everyone\n/dcr.toml @somebody\n",
    }
    for path, text in there.items():
        new.write(path, text)
    before = picture(new.root)
    outcome = init(new, "--source", SOURCE)
    assert picture(new.root) == before
    assert outcome.code == 0
    assert "exists   dcr.toml: covers every contract\n" in outcome.out
    assert "add to   .pre-commit-config.yaml: checks commits and pushes; add it below 'repos:'\n" in outcome.out
    assert "      - repo: https://git.acme.dev/tools/dcr\n        rev: v1.2.0\n" in outcome.out
    assert "add to   .gitlab-ci.yml: runs dcr on pull requests (gitlab, detected by .gitlab-ci.yml)\n" in outcome.out
    assert "add to   CODEOWNERS: the owners" in outcome.out
    assert "    /dcr.accepted.yaml @your-data-team\n" in outcome.out
    assert "/dcr.toml @your" not in outcome.out
    assert "git add" not in outcome.out


@pytest.mark.parametrize(
    ("url", "there", "name"),
    [
        ("git@github.com:a/b.git", (), "github"),
        ("https://github.com/a/b", (), "github"),
        ("ssh://git@github.acme.dev:2222/a/b", (), "github"),
        ("https://user:pass@gitlab.com/a/b.git", (), "gitlab"),
        ("git@gitlab.acme.dev:a/b", (), "gitlab"),
        ("https://acme@dev.azure.com/acme/x/_git/x", (), "azure"),
        ("git@ssh.dev.azure.com:v3/acme/x/x", (), "azure"),
        ("git@bitbucket.org:a/b.git", (), "bitbucket"),
        ("https://git.acme.dev/github.com/gitlab", (), None),
        ("/srv/git/github.com", (), None),
        ("", ("Jenkinsfile",), "jenkins"),
        ("", ("azure-pipelines.yml",), "azure"),
        ("", (".circleci/config.yml",), "circleci"),
        ("", (".buildkite/pipeline.yml",), "buildkite"),
        ("git@github.com:a/b.git", ("Jenkinsfile",), "jenkins"),
        ("git@gitlab.com:a/b.git", (".github/CODEOWNERS", ".gitlab-ci.yml"), "gitlab"),
        ("", (".github/dependabot.yml", ".gitlab-ci.yml"), "github"),
    ],
)
def test_the_service_in_use_is_told_by_files_and_else_by_the_remote(
    new: Repository, url: str, there: tuple[str, ...], name: str | None
) -> None:
    if url:
        remote(new, url)
    for path in there:
        new.write(path, "x: y\n")
    out = init(new, "--dry-run").out
    if name is None:
        assert "skipped      CI: no CI service detected" in out
    else:
        assert f"({name}, detected by " in out


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda each: each.name)
def test_the_file_for_every_service_names_where_dcr_comes_from(new: Repository, platform) -> None:
    init(new, "--ci", platform.name, "--source", SOURCE)
    text = (new.folder / platform.path).read_text("utf-8")
    assert text.count(SOURCE) == 1
    assert "example.com" not in text
    assert "Put the address" not in text
    if platform.name != "jenkins":
        assert yaml.safe_load(text)
    assert "edit " not in init(new, "--ci", platform.name).out


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda each: each.name)
def test_a_file_that_does_not_know_where_dcr_comes_from_fails_and_says_so(new: Repository, platform) -> None:
    out = init(new, "--ci", platform.name).out
    text = (new.folder / platform.path).read_text("utf-8")
    assert text == (ROOT / "docs/ci" / platform.template).read_text("utf-8")
    assert PLACEHOLDER in text
    assert "Put the address" in text
    assert f"  edit {platform.path}: replace {PLACEHOLDER} with your source of dcr\n" in out


def test_a_workflow_of_another_name_that_runs_dcr_is_enough(new: Repository) -> None:
    new.write(".github/workflows/quality.yml", "jobs: {x: {steps: [{run: dcr check}]}}\n")
    assert "exists       .github/workflows/quality.yml: github runs dcr\n" in init(new, "--dry-run").out


def test_git_s_own_hooks_refuse_a_commit_and_a_push(new: Repository) -> None:
    new.write(USERS, contract())
    out = init(new, "--hook", "git").out
    assert "wrote    .git/hooks/pre-commit: pre-commit runs dcr check --staged\n" in out
    assert "pre-commit install" not in out
    assert ".git/hooks" not in out.partition("git add")[2]
    tools = new.root / "bin"
    tools.mkdir()
    (tools / "dcr").write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m dcr "$@"\n')
    (tools / "dcr").chmod(0o755)
    path = {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    new.git("add", "-A")
    new.git("commit", "-q", "-m", "agreed", **path)
    server = Repository(new.root, "server.git", init=("--bare",))
    new.git("push", "-q", str(server.folder), "main", **path)
    new.branch("change")
    new.write(USERS, breaking())
    with pytest.raises(AssertionError, match="field_removed"):
        new.git("commit", "-q", "-a", "-m", "drop", **path)
    new.git("commit", "-q", "-a", "--no-verify", "-m", "drop", **path)
    with pytest.raises(AssertionError, match="field_removed"):
        new.git("push", "-q", str(server.folder), "change", **path)
    assert init(new, "--hook", "git").out.count(": runs dcr\n") == 2


def test_git_s_own_hooks_are_not_put_over_others_or_where_git_does_not_look(new: Repository) -> None:
    hooks = new.folder / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "pre-commit").write_text("#!/bin/sh\nmake\n")
    out = init(new, "--hook", "git").out
    assert "add to   .git/hooks/pre-commit: exists, and runs another command\n    dcr check --staged\n" in out
    assert (hooks / "pre-commit").read_text() == "#!/bin/sh\nmake\n"
    (hooks / "pre-push").unlink()
    new.git("config", "core.hooksPath", ".husky")
    out = init(new, "--hook", "git").out
    assert "add to   .husky/pre-push: git runs hooks from this folder\n" in out
    assert not (new.folder / ".husky").exists()
    assert not (hooks / "pre-push").exists()


def test_it_works_from_a_subfolder_and_in_a_linked_worktree(new: Repository) -> None:
    new.commit({USERS: contract()})
    assert init(new, cwd=new.folder / "contracts").code == 0
    assert files(new) == {USERS, "dcr.toml", ".pre-commit-config.yaml"}
    new.git("worktree", "add", "-q", "../linked")
    linked = Repository(new.root, "linked", init=None)
    outcome = init(linked, "--hook", "git")
    assert outcome.code == 0
    assert "add to   ../repository/.git/hooks/pre-commit: git runs hooks from this folder\n" in outcome.out


def test_the_hooks_that_are_written_are_a_configuration_for_pre_commit(new: Repository) -> None:
    for arguments in ((), ("--source", SOURCE)):
        init(new, *arguments)
        path = new.folder / ".pre-commit-config.yaml"
        ended = subprocess.run(
            [Path(sys.executable).with_name("pre-commit"), "validate-config", str(path)],
            check=False,
            capture_output=True,
        )
        assert ended.returncode == 0, ended.stdout
        path.unlink()


def test_hooks_written_for_a_commit_of_dcr_s_repository_exist_there(new: Repository) -> None:
    init(new, "--source", SOURCE)
    written = yaml.safe_load((new.folder / ".pre-commit-config.yaml").read_text("utf-8"))
    known = {each["id"]: each for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    (entry,) = written["repos"]
    assert (entry["repo"], entry["rev"]) == ("https://git.acme.dev/tools/dcr", "v1.2.0")
    assert {each["id"] for each in entry["hooks"]} == known.keys()
    (new.folder / ".pre-commit-config.yaml").unlink()
    init(new)
    (entry,) = yaml.safe_load((new.folder / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    for hook in entry["hooks"]:
        assert all(known[hook["id"]][key] == hook[key] for key in ("name", "entry", "pass_filenames", "always_run"))
        assert set(hook["stages"]) <= set(known[hook["id"]]["stages"])


# Refusals: nothing is written then.


def test_outside_a_repository_it_says_how_to_make_one(tmp_path: Path) -> None:
    nowhere = Repository(tmp_path, init=None)
    nowhere.folder.mkdir()
    nowhere.dcr("init").says("is not in a git repository", "git init")


def test_in_a_bare_repository_it_writes_nothing(tmp_path: Path) -> None:
    Repository(tmp_path, init=("--bare",)).dcr("init").says("this repository is bare", "in a clone")


@pytest.mark.parametrize("path", ["dcr.toml", ".pre-commit-config.yaml", ".github/CODEOWNERS"])
@pytest.mark.parametrize("target", ["../elsewhere", "notes.txt"])
def test_a_link_in_the_place_of_a_file_is_refused(new: Repository, path: str, target: str) -> None:
    (new.root / "elsewhere").write_text("x = 1\n")
    new.write("notes.txt", "x\n")
    (new.folder / path).parent.mkdir(exist_ok=True)
    (new.folder / path).symlink_to(target)
    outcome = new.dcr("init", "--ci", "github")
    assert outcome.code == 2
    assert f"'{path}' is a symbolic link" in outcome.err


def test_a_folder_that_is_a_link_is_refused_and_nothing_is_left(new: Repository) -> None:
    (new.root / "elsewhere").mkdir()
    (new.folder / ".github").symlink_to("../elsewhere")
    outcome = new.dcr("init", "--ci", "github")
    assert outcome.code == 2
    assert "dcr: error: '.github' is a symbolic link" in outcome.err


def test_a_file_that_cannot_be_written_takes_the_others_back(new: Repository) -> None:
    new.write(".github", "a file where a folder has to be\n")
    outcome = new.dcr("init", "--ci", "github")
    assert outcome.code == 2
    assert "dcr: error: '.github' is not a folder" in outcome.err


def test_a_full_disk_takes_the_others_back(new: Repository) -> None:
    new.write("dcr.toml", "")
    before = picture(new.root)
    ended = new.shell(f"ulimit -f 0; {sys.executable} -P -m dcr init --ci github 2>&1")
    assert ended.returncode == 2, ended
    assert (
        "dcr: error: '.pre-commit-config.yaml' cannot be written: file too large (nothing was written)" in ended.stdout
    )
    assert picture(new.root) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--hook", "gti"), "--hook is 'gti', expected one of pre-commit, git, none"),
        (("--ci", "githb"), "did you mean 'github'?"),
        (("--owner", "me"), "--owner is 'me', expected a name as in CODEOWNERS"),
        (("--owner", "@a\n* @b"), "--owner is '@a\\n* @b'"),
        (("--source", "a b"), "--source is 'a b'"),
        (("--source", "-x"), "--source is '-x'"),
        (("--source", "https://x/'; rm"), "--source is"),
        (("--source", 'x"'), "--source is"),
        (("--source", "$(x)"), "--source is"),
    ],
)
def test_what_would_not_do_in_the_files_is_refused(new: Repository, arguments: tuple[str, ...], said: str) -> None:
    new.dcr("init", *arguments).says(said)


@pytest.mark.parametrize(
    ("record", "source"),
    [
        (
            {"url": "https://git.acme.dev/dcr", "vcs_info": {"vcs": "git", "commit_id": "a" * 40}},
            f"git+https://git.acme.dev/dcr@{'a' * 40}",
        ),
        (
            {"url": "ssh://git@git.acme.dev/dcr.git", "vcs_info": {"vcs": "git", "commit_id": "a" * 40}},
            f"git+ssh://git@git.acme.dev/dcr.git@{'a' * 40}",
        ),
        ({"url": "file:///home/me/dcr", "vcs_info": {"vcs": "git", "commit_id": "a" * 40}}, None),
        ({"url": "https://x/$(y)", "vcs_info": {"vcs": "git", "commit_id": "a" * 40}}, None),
        ({"url": "https://git.acme.dev/dcr", "vcs_info": {"vcs": "git", "commit_id": "main"}}, None),
        ({"url": "https://git.acme.dev/dcr", "vcs_info": {"vcs": "hg", "commit_id": "a" * 40}}, None),
        ({"url": "file:///home/me/dcr", "dir_info": {"editable": True}}, None),
        ([], None),
        (None, None),
    ],
)
def test_where_pip_got_dcr_from_is_known_by_its_record(tmp_path: Path, record: object, source: str | None) -> None:
    folder = tmp_path / "dcr_cli-1.dist-info"
    folder.mkdir()
    if record is not None:
        (folder / "direct_url.json").write_text(json.dumps(record))
    assert read_install_source(Distribution.at(folder)) == source


def test_a_file_that_came_up_meanwhile_is_left_and_the_others_are_taken_back(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("theirs")
    (tmp_path / "link").symlink_to("there")
    for path in ("there", "link"):
        with pytest.raises(UnwritableFileError, match=f"'{path}' already exists"):
            create_files(str(tmp_path), [NewFile("new/deep/file", b"ours"), NewFile(path, b"ours")])
        assert sorted(each.name for each in tmp_path.iterdir()) == ["link", "there"]
    assert (tmp_path / "there").read_text() == "theirs"
    create_files(str(tmp_path), [NewFile("new/deep/file", b"ours", is_executable=True), NewFile("new/other", b"")])
    assert os.access(tmp_path / "new/deep/file", os.X_OK)
    assert not os.access(tmp_path / "new/other", os.X_OK)
