"""Checks changes of owners in real repositories: who gave a dataset away, who took it, and whose contact changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from histories import PATH, Historic, orders

if TYPE_CHECKING:
    from pathlib import Path

FROM, TO = "owners: [{team: shop}]", 'owners: [{team: finance, contact: "#finance-data"}]'
MESSAGE = "owner 'shop' was replaced by 'finance' (contact #finance-data)"


def test_a_check_shows_who_gave_and_who_took_and_passes(tmp_path: Path) -> None:
    repository = Historic(tmp_path)
    repository.commit({PATH: orders("1.0.0")})
    repository.branch()
    repository.write(PATH, orders("1.0.1").replace(FROM, TO))
    outcome = repository.check("--fail-on", "warning")
    assert outcome.code == 0
    (issue,) = outcome.issues
    assert (issue["kind"], issue["severity"], issue["message"]) == ("owners_changed", "info", MESSAGE)
    assert issue["location"]["line"] == issue["previous_location"]["line"] == 5
    for form in ("table", "markdown", "github"):
        assert "finance-data" in repository.dcr("check", "--format", form).out
    repository.write(PATH, orders("1.0.0").replace(FROM, TO))
    assert repository.check().kinds == ["version_not_increasing", "owners_changed"]


def test_a_policy_may_ask_for_an_acceptance(tmp_path: Path) -> None:
    repository = Historic(tmp_path)
    repository.commit({PATH: orders("1.0.0"), "dcr.toml": '[severity]\nowners_changed = "error"\n'})
    repository.branch()
    repository.write(PATH, orders("1.0.1").replace(FROM, TO))
    assert repository.check().code == 1
    arguments = ("accept", "shop.orders", "owners_changed", "--reason", "agreed in the guild")
    assert repository.dcr(*arguments, writes=("repository/dcr.accepted.yaml",)).code == 0
    assert repository.check().code == 0


def test_a_changelog_has_the_same_words_and_an_audit_none(tmp_path: Path) -> None:
    repository = Historic(tmp_path)
    repository.commit({PATH: orders("1.0.0")})
    repository.commit({PATH: orders("1.0.1").replace(FROM, TO)})
    assert MESSAGE in repository.dcr("diff", "HEAD~1..HEAD").out
    assert "owner" not in repository.dcr("audit", "--ref", "main").out
