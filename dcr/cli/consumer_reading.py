"""Provides what the commands about consumers share: one dataset and its uses, with warnings about unreadable files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.cli.messages import print_warning
from dcr.cli.working_folder import get_working_folder
from dcr.consumers.dataset_index import SearchedDataset
from dcr.errors import DcrError, UsageError
from dcr.git.base.resolution import resolve_base
from dcr.git.contracts.all_contracts import find_dataset, list_dataset_ids
from dcr.git.policies import read_policy
from dcr.registry.usage import read_usage
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.consumers.consumer import DeclaredUse
    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import ParsedFile, Problem
    from dcr.git.sides import Side
    from dcr.registry.usage import Usage

NO_CONSUMERS_HINT = "declare one: dcr consumers add NAME --dataset ID; see docs/consumers.md"


class UnreadableContractError(DcrError):
    """The contract of a dataset cannot be read, or several files define it."""

    consequence = "nothing was shown"


def read_usage_with_warnings(side: Side) -> Usage:
    """Return the declared consumers of a side. Warn about files that cannot be read, and if there are none."""
    usage = read_usage(side)
    for problem in usage.declared.problems:
        print_warning(f"cannot read all of '{_locate(problem)}': {problem.message}", problem.hint)
    if usage.is_empty:
        print_warning(f"no consumers are declared {side.description}", NO_CONSUMERS_HINT)
    return usage


def find_contract_and_uses(side: Side, usage: Usage, dataset: str) -> tuple[Contract | None, tuple[DeclaredUse, ...]]:
    """Return the contract and the uses of a dataset. Raise `UsageError` if neither exists."""
    contracts, unreadable, ids = find_dataset(side, dataset)
    uses = usage.find_uses(*ids)
    if contracts:
        return contracts[0], uses
    for file in unreadable:
        problem = _get_problem(file)
        print_warning(f"cannot read '{_locate(problem)}': {problem.message}", problem.hint)
    if not uses and not unreadable:
        raise _create_unknown_error(side, dataset, usage.declared.dataset_ids)
    if not unreadable:
        print_warning(f"dataset '{dataset}' has no contract {side.description}")
    return None, uses


def find_uses_with_others(
    side: Side, usage: Usage, contract: Contract, ids: tuple[str, ...], index: str | None
) -> tuple[DeclaredUse, ...] | None:
    """Return the uses of a contract's dataset by its ids, also those in the repositories of an index.

    None without any consumers. The index is that of the option, of DCR_INDEX, or of the base's policy, as in a check.
    Raise a `DcrError` if it cannot be used; warn instead if the policy allows that.
    """
    uses = None if usage.is_empty else usage.find_uses(*ids)
    settings, url = side.policy.index_settings, index or os.environ.get("DCR_INDEX")
    if settings is not None and not url:
        base = resolve_base(side.repository, None, side.head)
        settings = None if base.is_empty else read_policy(side.repository, base.merge_base).index_settings
        if settings is None:
            print_warning("the base's policy names no index, and that of a change is not used", "name it: --index URL")
    if settings is None and not url:
        return uses
    from dcr.index.other_repositories import create_other_repositories

    others = create_other_repositories(side.repository, settings, url, get_working_folder())
    own = {name: tuple(each for each in uses or () if each.use.dataset_id == name) for name in ids}
    by_id = others.add_uses(own, [SearchedDataset(name, (contract,)) for name in ids])
    if others.problem is not None:
        print_warning(others.problem.message, others.problem.hint)
        return uses
    return tuple(use for dataset_id in ids for use in by_id[dataset_id])


def get_contract(side: Side, dataset: str) -> tuple[Contract, tuple[str, ...]]:
    """Return the contract of a dataset, and all ids of the dataset.

    Raise `UsageError` if there is none, `UnreadableContractError` if it cannot be read or several files define it.
    """
    contracts, unreadable, ids = find_dataset(side, dataset)
    if len(contracts) > 1:
        paths = " and ".join(sorted(contract.path for contract in contracts))
        raise UnreadableContractError(
            f"dataset id '{dataset}' is defined in several files: {paths}", "keep one of them"
        )
    if contracts:
        return contracts[0], ids
    if unreadable:
        problem = _get_problem(unreadable[0])
        raise UnreadableContractError(f"cannot read '{_locate(problem)}': {problem.message}", problem.hint)
    raise _create_unknown_error(side, dataset)


def _create_unknown_error(side: Side, dataset: str, others: Iterable[str] = ()) -> UsageError:
    known = {*list_dataset_ids(side), *others}
    hint = format_suggestion(dataset, known) or "dcr datasets lists all datasets"
    return UsageError(f"dataset '{dataset}' does not exist {side.description}", hint)


def _get_problem(file: ParsedFile) -> Problem:
    return next(problem for problem in file.problems if problem.is_fatal)


def _locate(problem: Problem) -> str:
    return f"{problem.location.path}:{problem.location.line}"
