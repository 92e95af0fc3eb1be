"""Reports of every shape that a reporter meets, made of plain records."""

from __future__ import annotations

from typing import Any

from dcr.compatibility.issue import CONSUMERS, NEW_READERS, OLD_READERS, Issue, IssueAcceptance, Witness
from dcr.compatibility.reach import EVERY_USE, ROWS, ReachedConsumer
from dcr.compatibility.reach import Reach as IssueReach
from dcr.compatibility.severities import ERROR, INFO, WARNING
from dcr.consumers.consumer import ROWS as ROWS_READS
from dcr.consumers.consumer import UNKNOWN_READS
from dcr.consumers.readers import UNREADABLE
from dcr.contract.contract import Owner
from dcr.parsing.location import Location
from dcr.report.report import (
    ADDED,
    MODIFIED,
    REMOVED,
    RENAMED,
    UNCHANGED,
    BaseReport,
    ContractReport,
    Report,
)

COMMIT, MERGE_BASE = "53f616a335" * 4, "0c1d2e3f40" * 4
USERS, ORDERS = "contracts/growth/users_daily_active.yaml", "contracts/commerce/orders.yaml"


def base(ref: str = "main", source: str = "--base", merge_base: str = COMMIT) -> BaseReport:
    return BaseReport(ref, source, COMMIT, merge_base)


def contract(dataset_id: str | None, path: str, *issues: Issue, **facts: Any) -> ContractReport:
    usual: dict[str, Any] = {
        "previous_path": path,
        "change": MODIFIED,
        "mode": "backward",
        "previous": "1.0.0",
        "proposed": "1.1.0",
        "previous_commit": COMMIT,
        "required_bump": "major",
        "actual_bump": "minor",
    }
    return ContractReport(dataset_id=dataset_id, path=path, issues=issues, **{**usual, **facts})


def report(*contracts: ContractReport, issues: tuple[Issue, ...] = (), **facts: Any) -> Report:
    usual: dict[str, Any] = {"base": base(), "head": "worktree", "total": 12}
    return Report(contracts=contracts, issues=issues, **{**usual, **facts})


REMOVED_FIELD = Issue(
    "field_removed",
    ERROR,
    "field 'ltv' was removed",
    field="ltv",
    hint="keep it with 'deprecated: true' for a release, and remove it once nobody reads it",
    modes=("backward",),
    breaks=CONSUMERS,
    against="1.0.0",
    location=Location(USERS, 12, 1),
    previous_location=Location(USERS, 27, 5),
    witness=Witness({"user_id": "a", "plan": "free", "ltv": 0.5}, "previous", "proposed"),
    fingerprint="9f2c6d5e4b3a2918",
)
UNIQUE = Issue(
    "field_constraint_tightened",
    ERROR,
    "field 'items[].sku' became unique",
    field="items[].sku",
    hint="clean the rows first",
    modes=("backward", "forward"),
    breaks=NEW_READERS,
    against="1.0.0",
    location=Location(ORDERS, 80, 9),
    previous_location=Location(ORDERS, 79, 9),
    witness=Witness({"order_id": "ö", "items": [{"sku": "A"}]}, "previous", "proposed", times=2),
    fingerprint="0011223344556677",
)
BUMP = Issue(
    "version_bump_insufficient",
    ERROR,
    "version went from '1.0.0' to '1.1.0' (MINOR), and the change owes MAJOR",
    hint='write version: "2.0.0"',
    against="1.0.0",
    location=Location(USERS, 3, 1),
    previous_location=Location(USERS, 3, 1),
    fingerprint="8899aabbccddeeff",
)
FRESHNESS = Issue(
    "freshness_sla_loosened",
    WARNING,
    "freshness loosened from 86400 to 172800 seconds",
    modes=("backward",),
    breaks=CONSUMERS,
    location=Location(USERS, 11, 1),
    fingerprint="1122334455667788",
)
NOWHERE = Issue(
    "field_enum_expanded",
    ERROR,
    "field 'plan' gained enum value 'trial'",
    field="plan",
    modes=("forward",),
    breaks=OLD_READERS,
    fingerprint="99aabbccddeeff00",
)
POLICY = Issue(
    "policy_changed",
    WARNING,
    "this change edits the policy (mode); the stricter setting applies",
    hint="change the policy in a pull request of its own",
    location=Location("dcr.toml"),
    fingerprint="2233445566778899",
)
MALFORMED = Issue(
    "acceptance_malformed",
    ERROR,
    "kind 'field_removd' is not a kind",
    hint="did you mean 'field_removed'?",
    location=Location("dcr.accepted.yaml", 3, 59),
    fingerprint="aabbccddeeff0011",
)
GONE = Issue(
    "contract_removed",
    ERROR,
    "the contract of 'commerce.products' was removed while its status is 'active'",
    hint="bring the file back with status: deprecated and a deprecation_uri; delete it once it is archived",
    breaks=CONSUMERS,
    location=Location("contracts/commerce/products.yaml"),
    previous_location=Location("contracts/commerce/products.yaml"),
    fingerprint="5566778899001122",
)
INVALID = Issue(
    "contract_invalid",
    ERROR,
    "type is 'strng', expected one of string, integer, number, boolean, timestamp, json, object, array",
    hint="did you mean 'string'?",
    location=Location(ORDERS, 26, 25),
    fingerprint="3344556677889900",
)
ACCEPTED = REMOVED_FIELD._replace(
    severity=INFO, accepted=IssueAcceptance("nobody reads it; agreed in the weekly", ERROR, "2099-01-01")
)
KIND_OFF_TO_INFO = FRESHNESS._replace(severity=INFO)


def consumer(name: str, team: str, contact: str | None = None, **facts: Any) -> ReachedConsumer:
    return ReachedConsumer(
        name,
        (Owner(team, contact),),
        "consumer",
        facts.pop("location", Location(f"consumers/{name}.yaml", 4, 5)),
        **facts,
    )


DASHBOARD = consumer("finance.revenue_dashboard", "finance", "#finance-data")
FUNNEL = consumer("growth.funnel", "growth", "growth@example.com", until="2027-03-31")
MARGIN = consumer("finance.margin", "finance", "#finance-data")
EXPORT = consumer(
    "sales.export", "sales", reads=ROWS_READS, location=Location("consumers/sales.yaml", 9, 5, commit=MERGE_BASE)
)
SHARED = DASHBOARD._replace(
    name="shared.model", owners=tuple(Owner(f"team {number}", "#all") for number in range(5)), source="dbt model"
)
ORPHAN = DASHBOARD._replace(name="unowned.report", owners=())
ELSEWHERE = FUNNEL._replace(name="growth.board", repository="acme/growth")
BROKEN_FILE = ReachedConsumer(
    "consumers/broken.yaml", (), UNREADABLE, Location("consumers/broken.yaml"), reads=UNKNOWN_READS
)
CONSUMERS_OF_REMOVED_FIELD = REMOVED_FIELD._replace(
    reach=IssueReach(EVERY_USE, ("ltv",)), consumers=(MARGIN, DASHBOARD, FUNNEL)
)
REACHING = report(
    contract(
        "users.daily_active",
        USERS,
        CONSUMERS_OF_REMOVED_FIELD,
        BUMP,
        FRESHNESS._replace(reach=IssueReach(EVERY_USE), consumers=()),
    ),
    contract(
        "commerce.orders",
        ORDERS,
        UNIQUE._replace(
            reach=IssueReach(ROWS, ("items[].sku",)),
            consumers=(EXPORT, SHARED, ORPHAN, BROKEN_FILE),
            breaks=NEW_READERS,
        ),
        NOWHERE._replace(reach=IssueReach(ROWS, ("plan",)), consumers=()),
        ACCEPTED._replace(reach=IssueReach(EVERY_USE, ("ltv",)), consumers=(DASHBOARD,), fingerprint="0" * 16),
        KIND_OFF_TO_INFO._replace(reach=IssueReach(EVERY_USE), consumers=(DASHBOARD, EXPORT), fingerprint="1" * 16),
    ),
    teams={"finance": ("@acme/finance",), "growth": ("growth@example.com",), "nobody": ("@acme/nobody",)},
)
"""Issues that reach declared consumers, and some that reach none of them."""

_WIDE_ROW = {f"column_{number:03}": "x" * 20 for number in range(100)}
_DEEP = "/".join(["contracts", *[f"a_folder_with_a_long_name_{number}" for number in range(6)], "orders.yaml"])

REPORTS: dict[str, Report] = {
    "unchanged": report(),
    "no-contracts": report(total=0),
    "layout-only": report(contract("users.daily_active", USERS, change=UNCHANGED, required_bump="none")),
    "compatible": report(
        contract("users.daily_active", USERS, required_bump="minor"),
        contract("commerce.orders", ORDERS, change=ADDED, previous=None, required_bump="none", actual_bump=None),
        contract(
            "commerce.payments",
            "contracts/b.yaml",
            change=RENAMED,
            previous_path="contracts/a.yaml",
            proposed="1.0.0",
            required_bump="none",
            actual_bump="none",
        ),
        base=base("origin/main", "GITHUB_BASE_REF", MERGE_BASE),
        non_contracts=1,
        policy="dcr.toml",
    ),
    "breaks": report(
        contract("users.daily_active", USERS, REMOVED_FIELD, BUMP, FRESHNESS),
        contract("commerce.payments", "contracts/commerce/payments.yaml", required_bump="patch", actual_bump="patch"),
        contract("commerce.orders", ORDERS, UNIQUE, NOWHERE, actual_bump=None),
        contract(
            "commerce.products",
            "contracts/commerce/products.yaml",
            GONE,
            change=REMOVED,
            proposed=None,
            required_bump="none",
            actual_bump=None,
        ),
        non_contracts=2,
    ),
    "accepted": report(contract("users.daily_active", USERS, ACCEPTED, KIND_OFF_TO_INFO), issues=(POLICY,)),
    "consumers": REACHING,
    "one-consumer": report(contract("users", USERS, CONSUMERS_OF_REMOVED_FIELD._replace(consumers=(DASHBOARD,)))),
    "run-level": report(issues=(POLICY, MALFORMED), policy="defaults and dcr.toml (the stricter side)"),
    "nameless": report(
        contract(
            None,
            ORDERS,
            INVALID,
            INVALID._replace(field=""),
            previous=None,
            proposed=None,
            mode=None,
            required_bump="none",
            actual_bump=None,
        )
    ),
    "long": report(
        contract(
            "d" * 128,
            _DEEP,
            UNIQUE._replace(
                field="address.country.region.province.city.district.street.number",
                witness=Witness(_WIDE_ROW, "previous", "proposed"),
                location=Location(_DEEP, 1234, 5),
                hint="a word and then " * 40,
            ),
        )
    ),
    "lint": report(
        contract("users.daily_active", USERS, FRESHNESS, change=UNCHANGED, mode=None, required_bump="none"),
        contract(
            None, ORDERS, INVALID, change=UNCHANGED, mode=None, previous=None, proposed=None, required_bump="none"
        ),
        base=None,
    ),
    "lint-clean": report(base=None),
    "lint-nothing": report(base=None, total=0, non_contracts=3),
}
