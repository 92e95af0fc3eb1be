"""A contract moved to a file in which dcr does not look for contracts.

Why it breaks
    dcr checked this change, but it will not check the next one: the file is not in scope.

Instead
    Keep the contract in a YAML or JSON file. If the policy sets `contracts`, keep it in a file that these globs
    cover, or extend the globs in the same change.

Example
    contracts = ["contracts/**/*.yaml", "models/**/*.contract.yaml"]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT)
def contract_out_of_scope(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when a contract moved out of scope."""
    if pair.out_of_scope and pair.previous:
        message = f"the contract moved to '{pair.out_of_scope}', which is not in scope"
        hint = f"move it back next to '{pair.previous.path}', or add a glob for it to contracts in dcr.toml"
        yield Finding(message, hint, detail=pair.out_of_scope)
