"""Checks that files with acceptances are neither contracts nor consumers, in any folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dcr.policy.consumer_settings import ConsumerSettings
from dcr.policy.policy import Policy

if TYPE_CHECKING:
    from dcr.policy.scope import Scope

OWN = ("dcr.accepted.yaml", "consumers/finance/dcr.accepted.yaml", "contracts/dcr.accepted.yaml")
OTHER = ("consumers/finance/not-dcr.accepted.yaml", "contracts/dcr.accepted.yaml/users.yaml")
SCOPES = [Policy().scope, Policy(contracts=("**/*.yaml",)).scope, ConsumerSettings(paths=("**/*.yaml",)).scope]


@pytest.mark.parametrize("scope", SCOPES, ids=["by content", "globs", "consumers"])
def test_they_are_in_no_scope_and_files_of_similar_names_are(scope: Scope) -> None:
    assert scope.filter_paths([*OWN, *OTHER]) == list(OTHER)
    assert not any(scope.covers(path) or scope.matches_globs(path) for path in OWN)
    assert all(scope.covers(path) for path in OTHER)
