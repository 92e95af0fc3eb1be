"""A recorded decision: what it names, and how that is said."""

from __future__ import annotations

from dcr.compatibility.acceptance import Acceptance
from dcr.parsing.location import Location

PLACE = Location("dcr.accepted.yaml", 2, 3)


def test_an_acceptance_names_dataset_version_kind_and_field() -> None:
    decision = Acceptance("users", "2.0.0", "field_removed", "ltv", "moved to billing", "2030-01-31", PLACE)
    assert decision.key == ("users", "2.0.0", "field_removed", "ltv")
    assert decision.label == "field_removed on 'ltv' in 'users' 2.0.0"


def test_an_acceptance_of_a_whole_contract_names_no_field() -> None:
    decision = Acceptance("users", "2.0.0", "primary_key_changed", None, "agreed", None, PLACE)
    assert decision.key == ("users", "2.0.0", "primary_key_changed", None)
    assert decision.label == "primary_key_changed in 'users' 2.0.0"
