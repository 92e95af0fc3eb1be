"""Files that are not what a contract usually is: links, pipes, folders, huge ones, and names that no one would type."""

from __future__ import annotations

import os

import pytest
from repositories import USERS, Repository, breaking, contract

from dcr.rendering.reports import list_formats

FOUND = ["field_removed", "version_bump_insufficient"]
SIDES = pytest.mark.parametrize(
    "arguments", [[], ["--staged"], ["--head", "HEAD"]], ids=["worktree", "index", "commit"]
)


def invalid(repository: Repository, word: str, *arguments: str) -> None:
    """The contract is there and is no contract, and the report says what it is instead."""
    outcome = repository.check(*arguments)
    assert outcome.code == 1
    assert outcome.kinds == ["contract_invalid"]
    assert word in outcome.issues[0]["message"]
    assert outcome.issues[0]["location"]["path"] == USERS


@SIDES
@pytest.mark.parametrize("target", ["other.yaml", "/etc/passwd", "users.yaml", "nowhere"])
def test_a_contract_replaced_by_a_link(repository: Repository, arguments: list[str], target: str) -> None:
    repository.write("contracts/other.yaml", "replicas: 3\n")
    (repository.folder / USERS).unlink()
    (repository.folder / USERS).symlink_to(target)
    repository.commit()
    invalid(repository, "symbolic link", *arguments)


def test_a_folder_of_contracts_replaced_by_a_link(repository: Repository) -> None:
    (repository.folder / "contracts").rename(repository.root / "elsewhere")
    (repository.folder / "contracts").symlink_to(repository.root / "elsewhere")
    assert repository.check().kinds == ["contract_removed"]
    repository.commit()
    assert repository.check("--head", "HEAD").kinds == ["contract_removed"]


def test_a_new_link_in_scope(repository: Repository) -> None:
    (repository.folder / "contracts/link.yaml").symlink_to("users.yaml")
    outcome = repository.check()
    assert outcome.kinds == ["contract_invalid"]
    repository.commit()
    assert repository.check("--head", "HEAD").kinds == ["contract_invalid"]


@SIDES
def test_a_contract_replaced_by_a_submodule(repository: Repository, arguments: list[str]) -> None:
    inner = Repository(repository.root, "inner")
    inner.commit({"x.txt": "x"})
    repository.git("rm", "-q", USERS)
    repository.git("submodule", "--quiet", "add", str(inner.folder), USERS)
    repository.commit()
    invalid(repository, "submodule", *arguments)


def test_a_contract_replaced_by_a_folder(repository: Repository) -> None:
    (repository.folder / USERS).unlink()
    repository.write(f"{USERS}/users.yaml", contract())
    assert repository.check().issues == []
    repository.write(f"{USERS}/users.yaml", breaking())
    assert repository.check().kinds == FOUND
    repository.commit()
    assert repository.check("--head", "HEAD").kinds == FOUND


def test_a_contract_replaced_by_a_pipe_is_not_waited_for(repository: Repository) -> None:
    (repository.folder / USERS).unlink()
    os.mkfifo(repository.folder / USERS)
    os.mkfifo(repository.folder / "contracts/new.yaml")
    invalid(repository, "not a regular file")
    assert repository.check("--staged").issues == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_contract_that_may_not_be_read_stops_the_run(repository: Repository) -> None:
    repository.write(USERS, breaking())
    (repository.folder / USERS).chmod(0)
    repository.check().says(USERS, "permission")


@SIDES
def test_a_contract_of_three_mebibytes(repository: Repository, arguments: list[str]) -> None:
    repository.commit({USERS: contract() + "# " + "x" * (3 << 20)})
    outcome = repository.check(*arguments)
    assert outcome.code == 1
    assert outcome.kinds == ["contract_invalid"]
    assert len(outcome.out) < 10_000


def test_a_large_file_beside_the_contracts_is_no_matter(repository: Repository) -> None:
    repository.commit({"image.bin": os.urandom(3 << 20), "contracts/image.bin": os.urandom(3 << 20), USERS: None})
    assert repository.check().kinds == ["contract_removed"]


@SIDES
def test_an_lfs_pointer_in_a_contract_s_place(repository: Repository, arguments: list[str]) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 3\n"
    repository.commit({USERS: pointer})
    outcome = repository.check(*arguments)
    assert outcome.kinds == ["contract_invalid"]
    assert "LFS" in outcome.issues[0]["message"]


def test_conflict_markers(repository: Repository) -> None:
    repository.commit({USERS: f"<<<<<<< ours\n{contract()}=======\n{breaking()}>>>>>>> theirs\n"})
    invalid(repository, "conflict")


NAMES = (
    b"contracts/caf\xe9.yaml", b"contracts/\xff\xfe.yaml", "contracts/カフェ.yaml".encode(), b"contracts/a\nb.yaml",
    b"contracts/a\r::error::b.yaml", b"contracts/a\tb.yaml", b"contracts/ a b .yaml", b"contracts/\x1b[31mred.yaml",
    "contracts/\u202eesrever\u2066.yaml".encode(), b"contracts/::error::x.yaml", b"contracts/##[error]x.yaml",
    b"contracts/[bold]x[/].yaml", b"contracts/a,b:c%25.yaml", b"contracts/-rf.yaml", b"contracts/*?[a].yaml",
    b"contracts/\"quoted\" 'twice'.yaml", b"contracts/:(glob)x.yaml", b"contracts/back\\slash.yaml",
    b"contracts/" + b"x" * 240 + b".yaml", b"contracts/a <script>alert(1)</script>.yaml",
    b"contracts-::error::/x\n::error::y.yaml",
)  # fmt: skip


@pytest.fixture
def named(repository: Repository) -> Repository:
    """A contract under each of the names, every one of them broken in the working tree."""
    repository.git("checkout", "-q", "main")
    for version, without in (("1.0.0", []), ("2.0.0", ["ltv"])):
        for number, name in enumerate(NAMES):
            repository.write(os.fsdecode(name), contract(f"odd.name_{number}", version, without=without))
        if version == "1.0.0":
            repository.commit()
            repository.branch("second")
    return repository


def test_contracts_of_any_name_are_compared_wherever_they_are(named: Repository) -> None:
    def paths(*arguments: str) -> set[str]:
        outcome = named.check(*arguments)
        assert outcome.code == bool(outcome.issues)
        assert set(outcome.kinds) <= {"field_removed"}
        return {issue["location"]["path"] for issue in outcome.issues}

    everything = {os.fsdecode(name) for name in NAMES}
    assert paths() == everything
    assert paths("--staged") == set()
    named.commit()
    assert paths("--staged") == paths("--head", "HEAD") == everything
    assert paths("--", *everything) == everything


def test_a_renamed_file_of_any_name_is_a_move(named: Repository) -> None:
    for number, name in enumerate(NAMES):
        path = os.path.join(os.fsencode(named.folder), name)
        os.rename(path, os.path.join(os.fsencode(named.folder), b"contracts/new_%d.yaml" % number))
    assert named.check().kinds == ["field_removed"] * len(NAMES)


@pytest.mark.parametrize("form", list_formats())
def test_no_name_forges_a_line_or_a_command_of_a_ci(named: Repository, form: str) -> None:
    said = named.dcr("check", "--format", form, CI="true", GITHUB_ACTIONS="true", DCR_BASE="main")
    assert said.code == 1
    for line in said.out.splitlines():
        assert not line.strip().startswith("::") or (form == "github" and line.startswith("::error file="))
    assert "##[" not in said.out


def test_names_that_differ_only_in_case_are_two_files(repository: Repository) -> None:
    repository.commit({"contracts/Users.yaml": contract("users.upper"), "contracts/USERS.yaml": contract()})
    outcome = repository.check()
    assert outcome.kinds == ["dataset_id_duplicated"]


@pytest.mark.parametrize("setting", ["true", "input", "false"])
def test_line_ends_of_a_windows_checkout_are_no_change(repository: Repository, setting: str) -> None:
    repository.git("config", "core.autocrlf", setting)
    repository.write(USERS, contract().replace("\n", "\r\n"))
    assert repository.check().report["contracts"] == []
    repository.write(USERS, breaking().replace("\n", "\r\n"))
    assert repository.check().kinds == FOUND


@pytest.mark.parametrize("attribute", ["text eol=crlf", "text=auto", "ident", "-text", "filter=none"])
def test_attributes_that_rewrite_files_do_not_hide_a_change(repository: Repository, attribute: str) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({".gitattributes": f"*.yaml {attribute}\n"})
    repository.branch("second")
    repository.write(USERS, breaking())
    assert repository.check().kinds == FOUND


def test_a_working_tree_in_another_encoding_is_said_to_be_unreadable(repository: Repository) -> None:
    repository.commit({".gitattributes": "*.yaml working-tree-encoding=UTF-16\n", USERS: breaking().encode("utf-16")})
    assert repository.check("--head", "HEAD").kinds == FOUND
    os.utime(repository.folder / USERS, (1, 1))
    assert repository.check().kinds == ["contract_invalid"]


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_that_git_is_told_not_to_look_at_is_judged_as_the_index_has_it(
    repository: Repository, flag: str
) -> None:
    repository.git("update-index", flag, USERS)
    repository.write(USERS, breaking())
    assert repository.check().issues == []
    repository.git("update-index", flag.replace("--", "--no-"), USERS)
    assert repository.check().kinds == FOUND
    repository.git("add", "-A")
    repository.git("update-index", flag, USERS)
    assert repository.check().kinds == FOUND


def test_a_change_in_the_same_second_and_of_the_same_size_is_seen(repository: Repository) -> None:
    index = repository.folder / ".git/index"
    before = (repository.folder / USERS).stat()
    repository.write(USERS, contract().replace("free", "gold"))
    os.utime(repository.folder / USERS, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.utime(index, ns=(before.st_atime_ns, before.st_mtime_ns))
    repository.git("config", "core.trustctime", "false")
    repository.git("config", "core.checkStat", "minimal")
    outcome = repository.check()
    assert outcome.code == 1
    assert "field_enum_shrunk" in outcome.kinds


def test_a_mode_change_is_no_change(repository: Repository) -> None:
    (repository.folder / USERS).chmod(0o755)
    assert repository.check().report["contracts"] == []
    repository.commit()
    assert repository.check("--head", "HEAD").report["contracts"] == []
