"""Tests acceptances: their keys and labels."""

from __future__ import annotations

from dcr.compatibility.acceptance import Acceptance
from dcr.parsing.location import Location

LOCATION = Location("dcr.accepted.yaml", 2, 3)


def test_an_acceptance_names_dataset_version_kind_and_field() -> None:
    acceptance = Acceptance("users", "2.0.0", "field_removed", "ltv", "moved to billing", "2030-01-31", LOCATION)
    assert acceptance.key == ("users", "2.0.0", "field_removed", "ltv")
    assert acceptance.label == "field_removed on 'ltv' in 'users' 2.0.0"


def test_an_acceptance_of_a_whole_contract_names_no_field() -> None:
    acceptance = Acceptance("users", "2.0.0", "primary_key_changed", None, "agreed", None, LOCATION)
    assert acceptance.key == ("users", "2.0.0", "primary_key_changed", None)
    assert acceptance.label == "primary_key_changed in 'users' 2.0.0"
