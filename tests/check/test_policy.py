"""Checks that the stricter policy of both sides applies, so that a change cannot relax its own check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from repositories import USERS, Repository, breaking, contract

if TYPE_CHECKING:
    from pathlib import Path

WIDER = "  - {name: country, type: string, required: false}"
NARROWER = contract(version="2.0.0").replace("[free, pro]", "[pro]")
WIDENED = contract(version="2.0.0").replace("[free, pro]", "[free, pro, team]")
DRAFT = contract(status="draft")


def governed(tmp_path: Path, base: str | None, proposed: str | None, text: str, before: str = contract()) -> Repository:
    """Return a repository with a policy on each side (None for none) and one contract changed to `text`."""
    made = Repository(tmp_path)
    made.commit({USERS: before, **({"dcr.toml": base} if base is not None else {})})
    made.branch()
    made.write(USERS, text)
    if proposed is None and base is not None:
        (made.folder / "dcr.toml").unlink()
    elif proposed is not None:
        made.write("dcr.toml", proposed)
    made.commit()
    return made


STRICTER_SIDES = [
    # setting, the loose side, the strict side, what only the strict side finds, the contract, the contract before
    pytest.param('mode = "backward"', 'mode = "full"', "field_enum_expanded", WIDENED, contract(), id="mode"),
    pytest.param('mode = "none"', 'mode = "backward"', "field_enum_shrunk", NARROWER, contract(), id="mode none"),
    pytest.param(
        '[modes]\n"users.*" = "none"',
        '[modes]\n"users.*" = "full"',
        "field_enum_expanded",
        WIDENED,
        contract(),
        id="modes",
    ),
    pytest.param('breaking = "allow-with-major"', "", "field_enum_shrunk", NARROWER, contract(), id="breaking"),
    pytest.param('draft = "warn"', "", "field_removed", breaking("2.0.0", status="draft"), DRAFT, id="draft"),
    pytest.param('[severity]\nfield_enum_shrunk = "off"', "", "field_enum_shrunk", NARROWER, contract(), id="off"),
    pytest.param(
        '[severity]\nfield_enum_shrunk = "info"',
        '[severity]\nfield_enum_shrunk = "error"',
        "field_enum_shrunk",
        NARROWER,
        contract(),
        id="severity",
    ),
    pytest.param('exclude = ["contracts/**"]', "", "field_enum_shrunk", NARROWER, contract(), id="exclude"),
    pytest.param('contracts = ["models/**"]', "", "field_enum_shrunk", NARROWER, contract(), id="contracts"),
]


def errors(repository: Repository, *arguments: str) -> list[str]:
    return [each["kind"] for each in repository.check(*arguments).issues if each["severity"] == "error"]


@pytest.mark.parametrize(("loose", "strict", "kind", "text", "before"), STRICTER_SIDES)
def test_the_stricter_side_of_base_and_change_holds(
    tmp_path: Path, loose: str, strict: str, kind: str, text: str, before: str
) -> None:
    for number, (base, proposed) in enumerate([(loose, strict), (strict, loose), (None, loose)]):
        (tmp_path / str(number)).mkdir()
        repository = governed(tmp_path / str(number), base, proposed, text, before)
        if base is None and strict and kind == "field_enum_expanded":
            continue  # the defaults are not the strict side of this setting
        outcome = repository.check()
        assert outcome.code == 1
        assert kind in errors(repository)
        assert "policy_changed" in outcome.kinds
    (tmp_path / "both").mkdir()
    assert kind not in errors(governed(tmp_path / "both", loose, loose, text, before))


def test_fail_on_of_the_stricter_side_holds(tmp_path: Path) -> None:
    text = contract(version="1.0.1", more=WIDER)
    for base, proposed in (('fail_on = "warning"', 'fail_on = "never"'), ('fail_on = "never"', 'fail_on = "warning"')):
        folder = tmp_path / base[-6:-1]
        folder.mkdir()
        assert governed(folder, base, proposed, text).check().code == 1
    (tmp_path / "loose").mkdir()
    assert governed(tmp_path / "loose", 'fail_on = "never"', 'fail_on = "never"', breaking()).check().code == 0


def test_a_policy_that_the_change_deletes_still_holds(tmp_path: Path) -> None:
    repository = governed(tmp_path, 'mode = "full"', None, WIDENED)
    outcome = repository.check()
    assert outcome.code == 1
    assert set(outcome.kinds) == {"field_enum_expanded", "policy_changed"}


def test_an_edited_policy_is_reported_with_its_settings_and_file(tmp_path: Path) -> None:
    repository = governed(tmp_path, 'mode = "full"', 'mode = "none"\nfail_on = "never"', contract())
    outcome = repository.check()
    (issue,) = outcome.issues
    assert (issue["kind"], issue["severity"]) == ("policy_changed", "warning")
    assert "mode" in issue["message"]
    assert "fail_on" in issue["message"]
    assert issue["location"]["path"] == "dcr.toml"


@pytest.mark.parametrize("edit", ["# a remark\n", "\n\n"])
def test_a_policy_edited_without_meaning_is_not_reported(tmp_path: Path, edit: str) -> None:
    repository = governed(tmp_path, 'mode = "full"\n', edit + 'mode = "full"\n', contract())
    assert repository.check().issues == []


def test_a_policy_may_stand_in_pyproject(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({USERS: contract(), "pyproject.toml": '[tool.dcr]\nmode = "full"\n[project]\nname = "x"\n'})
    repository.branch()
    repository.commit({USERS: WIDENED})
    outcome = repository.check()
    assert outcome.kinds == ["field_enum_expanded"]
    assert "pyproject.toml" in outcome.report["policy"]


def test_a_policy_that_moves_to_another_file_stays_the_same_policy(tmp_path: Path) -> None:
    repository = governed(tmp_path, 'mode = "full"\n', None, WIDENED)
    repository.commit({"pyproject.toml": '[tool.dcr]\nmode = "full"\n'})
    assert repository.check().kinds == ["field_enum_expanded"]


def test_two_policies_at_once_are_refused(tmp_path: Path) -> None:
    repository = governed(tmp_path, 'mode = "full"\n', 'mode = "full"\n', contract())
    repository.write("pyproject.toml", '[tool.dcr]\nmode = "none"\n')
    repository.check().says("dcr.toml", "pyproject.toml", "keep one")


BROKEN_POLICIES = [
    pytest.param("mode = ", "TOML", id="no TOML"),
    pytest.param('mode = "bakward"', "backward", id="unknown word"),
    pytest.param('moed = "full"', "mode", id="unknown setting"),
    pytest.param('[severity]\nfield_remvoed = "off"', "field_removed", id="unknown kind"),
    pytest.param("contracts = []", "nothing would be checked", id="no globs"),
    pytest.param('contracts = ["/etc/**"]', "not relative", id="absolute glob"),
    pytest.param('exclude = ["../**"]', "not relative", id="outside"),
    pytest.param("base = 3", "expected a ref", id="base"),
    pytest.param("mode = \xff", "TOML", id="bytes"),
]


@pytest.mark.parametrize(("text", "word"), BROKEN_POLICIES)
def test_a_policy_that_is_not_understood_stops_the_run_on_either_side(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "change").mkdir()
    on_base = governed(tmp_path / "base", text, 'mode = "full"', breaking())
    on_base.check("--base", "main").says("dcr.toml", word, "--policy-from worktree")
    on_base.check().says("dcr.toml", word, "--policy-from worktree")
    governed(tmp_path / "change", 'mode = "full"', text, breaking()).check().says("dcr.toml", word)


def test_an_oversize_policy_is_refused_and_not_read_in_part(tmp_path: Path) -> None:
    text = 'mode = "full"\n' + "# remark\n" * 250_000 + 'fail_on = "warning"\n'
    governed(tmp_path, text, text, contract()).check().says("dcr.toml", "2 MiB")


def test_a_linked_policy_is_refused(repository: Repository) -> None:
    (repository.folder / "dcr.toml").symlink_to("elsewhere.toml")
    repository.check().says("dcr.toml", "symbolic link")


def test_a_folder_named_like_the_policy_is_none(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({"dcr.toml/readme": "x"})
    repository.branch("second")
    repository.commit({USERS: breaking("2.0.0")})
    assert repository.check().kinds == ["field_removed"]


def test_policy_from_worktree_tries_the_edited_policy(tmp_path: Path) -> None:
    repository = governed(tmp_path, 'mode = "full"', 'mode = "none"', WIDENED)
    outcome = repository.check("--policy-from", "worktree")
    assert outcome.code == 0
    assert "field_enum_expanded" not in outcome.kinds


def test_policy_from_worktree_gets_past_a_broken_policy_on_the_base(tmp_path: Path) -> None:
    repository = governed(tmp_path, 'mode = "bakward"', 'mode = "full"', WIDENED)
    assert repository.check("--base", "main", "--policy-from", "worktree").kinds == ["field_enum_expanded"]


def test_excluded_contracts_are_left_alone(tmp_path: Path) -> None:
    policy = 'exclude = ["contracts/legacy/**"]'
    repository = Repository(tmp_path)
    repository.commit({"contracts/legacy/users.yaml": contract(), "dcr.toml": policy})
    repository.branch()
    repository.commit({"contracts/legacy/users.yaml": breaking("2.0.0")})
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.report["summary"]["contracts"] == 0


def test_globs_of_the_policy_find_contracts_anywhere(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit(
        {"models/a/b/users.contract.yaml": contract(), "dcr.toml": 'contracts = ["models/**/*.contract.yaml"]'}
    )
    repository.branch()
    repository.commit({"models/a/b/users.contract.yaml": breaking("2.0.0")})
    assert repository.check().kinds == ["field_removed"]


def test_the_first_pattern_that_matches_a_dataset_gives_its_mode(tmp_path: Path) -> None:
    policy = '[modes]\n"users.internal" = "none"\n"users.*" = "full"\n'
    repository = Repository(tmp_path)
    names = {"contracts/a.yaml": "users.internal", "contracts/b.yaml": "users.public", "contracts/c.yaml": "team.other"}
    repository.commit({"dcr.toml": policy, **{path: contract(name) for path, name in names.items()}})
    repository.branch()
    widened = {path: contract(name, "2.0.0").replace("pro]", "pro, team]") for path, name in names.items()}
    repository.commit(widened)
    report = repository.check().report
    modes = {each["dataset_id"]: each["mode"] for each in report["contracts"]}
    assert modes == {"users.internal": "none", "users.public": "full", "team.other": "backward"}
    broken = [each["dataset_id"] for each in report["contracts"] if not each["compatible"]]
    assert broken == ["users.public"]


def test_a_major_bump_lets_a_break_through_only_where_the_policy_says_so(tmp_path: Path) -> None:
    policy = 'breaking = "allow-with-major"'
    for version, code in (("2.0.0", 0), ("1.1.0", 1)):
        (tmp_path / version).mkdir()
        outcome = governed(tmp_path / version, policy, policy, breaking(version)).check()
        assert outcome.code == code
        assert "field_removed" in outcome.kinds


def test_a_draft_may_break_where_the_policy_says_so(tmp_path: Path) -> None:
    outcome = governed(tmp_path, 'draft = "warn"', 'draft = "warn"', breaking("2.0.0", status="draft"), DRAFT).check()
    assert outcome.code == 0
    assert [each["severity"] for each in outcome.issues] == ["warning"]


def test_calling_a_contract_a_draft_in_the_same_change_does_not_help(tmp_path: Path) -> None:
    text = breaking("2.0.0", status="draft")
    outcome = governed(tmp_path, 'draft = "warn"', 'draft = "warn"', text).check()
    assert outcome.code == 1
    assert "field_removed" in [each["kind"] for each in outcome.issues if each["severity"] == "error"]


def test_the_policy_names_the_base(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({USERS: contract(), "dcr.toml": 'base = "develop"'})
    repository.branch("develop")
    repository.commit({USERS: contract(version="1.1.0", more=WIDER)})
    repository.branch("feature")
    repository.commit({USERS: contract(version="1.2.0")})
    outcome = repository.check()
    assert outcome.report["base"]["ref"] == "develop"
    assert outcome.report["base"]["source"] == "policy"
    assert "field_removed" in outcome.kinds
    repository.git("branch", "-q", "-D", "develop")
    repository.check().says("develop", "git fetch origin develop")


def test_a_change_cannot_name_its_own_base(tmp_path: Path) -> None:
    repository = governed(tmp_path, None, 'base = "feature"', breaking("2.0.0"))
    outcome = repository.check()
    assert outcome.code == 1
    assert outcome.report["base"]["ref"] == "main"
