"""Plans an example of a consumer file for a repository that declares no consumers."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.index import ConsumerIndex
from dcr.formats import read_content
from dcr.git.changes import WORKTREE
from dcr.git.consumers.all_consumers import read_all_consumers
from dcr.git.worktree import read_file
from dcr.lint import read_policy
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from dcr.git.repository import Repository
    from dcr.setup.contracts import FoundContracts

EXAMPLE_PATH = "consumers/example.yaml"
_PLAIN = re.compile(r"[A-Za-z][\w./-]*", re.ASCII)
_EXAMPLE = """\
# A consumer file declares who uses which fields of which dataset. dcr check then names the consumers that a change
# breaks, and their teams. This example declares nothing until its comment marks are removed. dcr writes such files too:
# dcr consumers add NAME --dataset ID --team TEAM
#
# consumer: finance.revenue_dashboard
# owners: [{{team: finance, contact: "#finance-data"}}]
# description: monthly revenue per plan
# uses:
#   - dataset: {dataset}
#     fields: [{fields}]
#     # All of these are optional. Without fields, it uses all of them.
#     # versions: ">=1.0 <3"      the versions that it was built for
#     # values: {{plan: [free]}}    enum values that it switches on
#     # reads: rows               it validates whole rows; the default is queries
#     # until: 2030-12-31         the day on which it moves away
"""


class ConsumerSetup(NamedTuple):
    """The declared consumers in words, empty if there are none, and the example to write, or None."""

    declared: str
    example: str | None


def find_consumer_setup(repository: Repository, found: FoundContracts) -> ConsumerSetup:
    """Return what a repository declares, and the example for one that declares nothing."""
    policy, _ = read_policy(repository.top or "")
    consumers = ConsumerIndex(read_all_consumers(repository, WORKTREE, policy)).consumers
    if consumers:
        return ConsumerSetup(f"{format_count(len(consumers), 'consumer')} declared", None)
    if not policy.consumers.scope.matches_globs(EXAMPLE_PATH):
        return ConsumerSetup("", None)
    if os.path.lexists(os.path.join(repository.top or "", EXAMPLE_PATH)):
        return ConsumerSetup("an example of a consumer file", None)
    return ConsumerSetup("", _format_example(repository, found))


def _format_example(repository: Repository, found: FoundContracts) -> str:
    """Return the example with a dataset and fields of this repository, if their names need no quotes."""
    for path in found.contracts:
        content = read_file(repository.top or "", path)
        for contract in read_content(path, content).contracts if isinstance(content, bytes) else ():
            names = [field.name for field in contract.fields[:2]]
            if names and all(_PLAIN.fullmatch(text) for text in (contract.dataset_id, *names)):
                return _EXAMPLE.format(dataset=contract.dataset_id, fields=", ".join(names))
    return _EXAMPLE.format(dataset="users.daily_active", fields="user_id, plan")
