"""A repository prepared by somebody else: its configuration names programs, and none of them is ever run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from repositories import USERS, Repository, breaking, contract

FOUND = ["field_removed", "version_bump_insufficient"]
SIDES = ([], ["--staged"], ["--head", "HEAD"], ["--base", "main"])


@pytest.fixture
def trap(broken: Repository) -> Path:
    """A program that leaves a trace when it is run, and then does what a filter would."""
    program = broken.root / "trap"
    program.write_text(f"#!/bin/sh\necho run >>{broken.root}/canary\ncat\n")
    program.chmod(0o755)
    return program


def is_sprung(repository: Repository) -> bool:
    return (repository.root / "canary").exists()


def configure(repository: Repository, **settings: str) -> None:
    """Write a configuration by hand, as an archive or a cached workspace would bring it."""
    lines = []
    for key, value in settings.items():
        section, _, name = key.replace("__", ".").rpartition(".")
        first, _, rest = section.partition(".")
        lines += [f'[{first} "{rest}"]' if rest else f"[{first}]", f'\t{name} = "{value}"']
    with (repository.folder / ".git/config").open("a") as config:
        config.write("\n".join([*lines, ""]))


def make_racy(repository: Repository, path: str) -> None:
    """Give a file and the index one time, so that git has to read the file to know whether it changed."""
    index = Path(repository.git("rev-parse", "--absolute-git-dir")) / "index"
    later = index.stat().st_mtime_ns + 5_000_000_000
    os.utime(repository.folder / path, ns=(later, later))
    repository.git("update-index", "--really-refresh")
    os.utime(index, ns=(later, later))


PROGRAMS = {
    "core__fsmonitor": "{trap}", "core__fsmonitorHookVersion": "1", "core__untrackedCache": "true",
    "diff__external": "{trap}", "interactive__diffFilter": "{trap}", "merge__x__driver": "{trap}",
    "merge__default": "x",
    "core__pager": "{trap}", "pager__diff-index": "{trap}", "pager__ls-files": "true", "pager__grep": "{trap}",
    "core__editor": "{trap}", "sequence__editor": "{trap}", "core__sshCommand": "{trap}", "core__gitProxy": "{trap}",
    "core__askPass": "{trap}", "credential__helper": "{trap}", "core__hooksPath": "{root}/hooks",
    "core__alternateRefsCommand": "{trap}", "uploadpack__packObjectsHook": "{trap}",
    "alias__rev-parse": "!{trap}", "alias__diff-index": "!{trap}", "alias__ls-files": "!{trap}",
    "gpg__program": "{trap}", "log__showSignature": "true", "core__attributesFile": "{root}/attributes",
    "trace2__eventTarget": "{root}/canary", "trace2__normalTarget": "{root}/canary",
}  # fmt: skip


@pytest.mark.parametrize("settings", [{}, {"core__fsmonitorHookVersion": "2"}, {"core__untrackedCache": "keep"}])
def test_no_program_of_the_configuration_is_run(broken: Repository, trap: Path, settings: dict[str, str]) -> None:
    (broken.root / "hooks").mkdir()
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman", "post-checkout", "pre-auto-gc"):
        (broken.root / "hooks" / name).symlink_to(trap)
    (broken.root / "attributes").write_text("* diff=evil filter=evil merge=evil\n")
    everything = {**PROGRAMS, **settings}
    configure(broken, **{key: value.format(trap=trap, root=broken.root) for key, value in everything.items()})
    broken.write("contracts/new.yaml", contract("team.new"))
    for arguments in SIDES:
        assert broken.check(*arguments).kinds == FOUND
    assert not is_sprung(broken)


def test_no_diff_driver_is_run(broken: Repository, trap: Path) -> None:
    broken.commit({".gitattributes": "* diff=evil\n", "contracts/new.yaml": contract("team.new")})
    configure(broken, **{f"diff__evil__{driver}": str(trap) for driver in ("textconv", "command", "xfuncname")})
    for arguments in SIDES:
        assert broken.check(*arguments).kinds == FOUND
    assert not is_sprung(broken)


FILTERS = [
    pytest.param("evil", "clean", id="clean"),
    pytest.param("evil", "process", id="process"),
    pytest.param("a=b", "clean", id="a name with ="),
    pytest.param("a.b", "clean", id="a name with a point"),
    pytest.param("Evil", "clean", id="a name in capitals"),
]


@pytest.mark.parametrize(("name", "key"), FILTERS)
def test_no_filter_is_run_even_where_git_has_to_read_the_file(
    broken: Repository, trap: Path, name: str, key: str
) -> None:
    broken.commit({".gitattributes": f"* filter={name}\n"})
    make_racy(broken, USERS)
    with (broken.folder / ".git/config").open("a") as config:
        config.write(f'[filter "{name}"]\n\t{key} = {trap}\n\tsmudge = {trap}\n')
    broken.git("diff-index", "HEAD")
    assert is_sprung(broken), "git itself runs it"
    (broken.root / "canary").unlink()
    with (broken.folder / ".git/config").open("a") as config:
        config.write("\trequired = true\n")
    for arguments in SIDES:
        assert broken.check(*arguments).kinds == FOUND
    assert not is_sprung(broken)


@pytest.mark.parametrize("where", ["included", "config.worktree", "linked"])
def test_no_filter_is_run_wherever_it_is_configured(broken: Repository, trap: Path, where: str) -> None:
    broken.commit({".gitattributes": "* filter=evil\n"})
    text = f'[Filter "evil"] clean = {trap}\n'
    judged = broken
    if where == "included":
        (broken.folder / ".git/more").write_text(text)
        configure(broken, include__path="more")
    elif where == "config.worktree":
        configure(broken, extensions__worktreeConfig="true", core__repositoryformatversion="1")
        (broken.folder / ".git/config.worktree").write_text(text)
    else:
        broken.git("worktree", "add", "-q", "-b", "other", "../linked")
        with (broken.folder / ".git/config").open("a") as config:
            config.write(text)
        judged = Repository(broken.root, "linked", init=None)
    make_racy(judged, USERS)
    judged.git("diff-index", "HEAD")
    (broken.root / "canary").unlink()
    assert judged.check("--base", "main").kinds == FOUND
    assert not is_sprung(broken)


def test_a_filter_of_the_user_s_own_configuration_still_counts(broken: Repository) -> None:
    program = broken.root / "rot13"
    program.write_text(f"#!/bin/sh\necho run >>{broken.root}/canary\ntr a-z n-za-m\n")
    program.chmod(0o755)
    (broken.home / ".gitconfig").write_text(f'[filter "rot"]\n\tclean = {program}\n')
    broken.commit({".gitattributes": "*.secret filter=rot\n", "x.secret": "plain"})
    assert broken.git("show", "HEAD:x.secret") == "cynva"
    make_racy(broken, "x.secret")
    outcome = broken.check(writes=("canary",))
    assert outcome.kinds == FOUND


def test_no_program_of_a_submodule_s_configuration_is_run(broken: Repository, trap: Path) -> None:
    inner = Repository(broken.root, "inner")
    inner.commit({"x.txt": "x", ".gitattributes": "* filter=evil\n"})
    broken.git("submodule", "--quiet", "add", str(inner.folder), "vendor")
    broken.commit()
    modules = Repository(broken.root, "repository/vendor", init=None)
    modules.git("config", "filter.evil.clean", str(trap))
    modules.git("config", "core.fsmonitor", str(trap))
    make_racy(modules, "x.txt")
    (broken.root / "canary").unlink(missing_ok=True)
    for arguments in SIDES:
        assert broken.check(*arguments).kinds == FOUND
    assert not is_sprung(broken)


def test_a_signed_commit_is_not_verified_while_history_is_read(broken: Repository, trap: Path) -> None:
    broken.git("checkout", "-q", "main")
    broken.commit({USERS: "dataset_id: ["})
    raw = broken.git("cat-file", "commit", "HEAD")
    headers, _, message = raw.partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n AAAA\n -----END PGP SIGNATURE-----"
    signed = broken.git(
        "hash-object", "-t", "commit", "-w", "--stdin", given=f"{headers}\n{signature}\n\n{message}\n".encode()
    )
    broken.git("update-ref", "refs/heads/main", signed)
    broken.git("checkout", "-q", "-b", "second", "main")
    broken.commit({USERS: breaking("2.0.0")})
    configure(broken, gpg__program=str(trap), log__showSignature="true")
    assert sorted(broken.check().kinds) == ["field_removed", "previous_unreadable"]
    assert not is_sprung(broken)


SETTINGS = {
    "color__ui": "always", "color__diff": "always", "color__grep": "always", "color__grep__filename": "red",
    "core__quotePath": "true", "core__abbrev": "4", "core__attributesFile": "{root}/attributes",
    "diff__renames": "copies", "diff__renameLimit": "1", "diff__relative": "true", "diff__noprefix": "true",
    "diff__orderFile": "{root}/order", "diff__ignoreSubmodules": "all", "diff__submodule": "log",
    "grep__fullName": "false", "grep__lineNumber": "true", "grep__patternType": "perl", "grep__column": "true",
    "core__ignoreCase": "true", "core__precomposeUnicode": "true", "core__fileMode": "false", "core__symlinks": "false",
    "core__untrackedCache": "true", "index__version": "4", "core__splitIndex": "true", "feature__manyFiles": "true",
    "submodule__recurse": "true", "log__follow": "true", "log__showRoot": "false", "log__date": "raw",
    "advice__detachedHead": "true", "status__showUntrackedFiles": "no", "status__short": "true",
    "core__commitGraph": "false", "core__multiPackIndex": "false", "gc__auto": "1", "maintenance__auto": "true",
}  # fmt: skip


@pytest.mark.parametrize(
    "settings",
    [{}, {"core__autocrlf": "true", "core__safecrlf": "true", "core__eol": "crlf"}, {"core__autocrlf": "input"}],
)
def test_no_setting_changes_the_answer(broken: Repository, settings: dict[str, str]) -> None:
    (broken.root / "order").write_text("*.txt\n")
    (broken.root / "attributes").write_text("*.yaml binary -diff -text filter=none\n")
    broken.commit({"contracts/ünïcode name.yaml": contract()})
    everything = {**SETTINGS, **settings}
    configure(broken, **{key: value.format(root=broken.root) for key, value in everything.items()})
    for arguments in SIDES:
        assert sorted(broken.check(*arguments).kinds) == sorted(["dataset_id_duplicated", *FOUND])


def test_an_unchanged_claim_is_found_under_every_colour(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({"contracts/zebra.yaml": contract("zoo.zebra")})
    repository.branch("second")
    configure(repository, color__ui="always", color__grep="always", color__grep__filename="red")
    repository.write("contracts/copy.yaml", contract())
    assert repository.check().kinds == ["dataset_id_duplicated"]


def test_a_submodule_that_is_told_to_be_ignored_is_seen_in_a_contract_s_place(repository: Repository) -> None:
    inner = Repository(repository.root, "inner")
    inner.commit({"x.txt": "x"})
    repository.git("rm", "-q", USERS)
    repository.git("submodule", "--quiet", "add", "--name", "x", str(inner.folder), USERS)
    repository.commit({".gitmodules": (repository.folder / ".gitmodules").read_text() + "\tignore = all\n"})
    configure(repository, submodule__x__ignore="all", diff__ignoreSubmodules="all")
    for arguments in SIDES:
        outcome = repository.check(*arguments)
        assert outcome.kinds == ["contract_invalid"]
        assert "a submodule" in outcome.issues[0]["message"]
