"""Print a rule's manual: what happened, why it breaks, what to do instead. Without a kind, list all of them."""

import sys
from typing import Annotated

import typer

from dcr.compatibility.rule import Rule, all_rules
from dcr.contract.spelling import did_you_mean
from dcr.errors import UsageError

EXAMPLE = "Example: dcr explain field_removed"


def explain(
    kind: Annotated[str | None, typer.Argument(help="The kind, as reports show it in brackets.")] = None,
) -> None:
    """Print to stdout."""
    rules = all_rules()
    if kind is None:
        width = max(map(len, rules))
        for rule in rules.values():
            print(f"{rule.kind:{width}}  {rule.severity:7}  {', '.join(rule.modes) or 'always':17}  {rule.summary}")
        print("\ndcr explain KIND prints one manual.")
        return
    if kind not in rules:
        raise UsageError(f"there is no kind '{kind}'", did_you_mean(kind, rules) or "dcr explain lists all of them")
    _print_manual(rules[kind])


def _print_manual(rule: Rule) -> None:
    bold, plain = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    print(f"{bold}{rule.kind}{plain}  {rule.severity}, {_when(rule)}\n")
    for line in rule.manual.splitlines():
        heading = line in ("Why it breaks", "Instead", "Example")
        print(f"{bold}{line}{plain}" if heading else line)
    if rule.about == "field" or rule.kind in ("primary_key_changed", "contract_removed"):
        print(f"\n{bold}Let one through{plain}")
        print(f"    An entry in dcr.accepted.yaml with kind: {rule.kind} and dataset, version, field and reason.")
    print(f"\n{bold}Change its severity{plain}")
    print(f'    In dcr.toml:  [severity]  {rule.kind} = "warning"')


def _when(rule: Rule) -> str:
    when = f"mode {' and '.join(rule.modes)}" if rule.modes else "always"
    owed = f", owes {rule.bump.upper()}" if rule.about == "field" else ""
    who = f", breaks {rule.breaks.replace('_', ' ')}" if rule.breaks else ""
    return f"{when}{owed}{who}"
