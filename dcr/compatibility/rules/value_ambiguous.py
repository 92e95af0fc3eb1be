"""YAML 1.1 and YAML 1.2 read a value differently.

Why it breaks
    dcr reads YAML 1.2, and reads names, versions and enum values as text. Many loaders still use YAML 1.1: for them
    `NO` is false, `1.10` is 1.1, `12:30` is 750 and `2024-01-01` is a date.

Instead
    Quote the value, as the hint shows.

Example
    enum: ["NO", "SE"]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.wording import number_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, severity=WARNING)
def value_ambiguous(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each value of the proposed file that YAML 1.1 reads differently.

    An unchanged contract is reported only for values that are new in its file.
    """
    problems = [problem for problem in pair.proposed_problems if not problem.is_fatal and problem.is_understood]
    if pair.is_unchanged:
        problems = [problem for problem in problems if problem.identity not in pair.known_problems]
    for problem, detail in number_problems(problems):
        yield Finding(problem.message, problem.hint, detail=detail, location=problem.location)
