"""A contract moved to a file in which dcr does not look for contracts.

Why it breaks
    This change was still judged, but the next one would not be: nothing looks at the file any more.

Instead
    Keep it in a YAML or JSON file that `contracts` in the policy covers, if that is set; or extend the globs in the
    same change.

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
    """Yield one finding when a contract that was in scope is found outside it."""
    if pair.out_of_scope and pair.previous:
        message = f"the contract moved to '{pair.out_of_scope}', which is not in scope"
        hint = f"move it back beside '{pair.previous.path}', or add its place to contracts in dcr.toml"
        yield Finding(message, hint, detail=pair.out_of_scope)
