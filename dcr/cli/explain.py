"""Print a rule's manual: what happened, why it breaks, what to do instead. Without a kind, list all of them."""

import sys
import textwrap
from typing import Annotated

import typer

from dcr.cli.output import style_of, words
from dcr.compatibility.rule import FIELD, Rule, all_rules
from dcr.compatibility.rules import kinds
from dcr.contract.spelling import did_you_mean
from dcr.errors import UsageError
from dcr.policy.verdicts import NEVER_ACCEPTED

EXAMPLE = "Example: dcr explain field_removed"
_HEADINGS = ("Why it breaks", "Instead", "Example")


def explain(
    kind: Annotated[
        str | None,
        typer.Argument(
            help="The kind, as reports show it in brackets.", metavar="KIND", autocompletion=words(*kinds())
        ),
    ] = None,
) -> None:
    """Print to stdout."""
    rules = all_rules()
    if kind is None:
        _print_list(list(rules.values()))
    elif kind in rules:
        _print_manual(rules[kind])
    else:
        raise UsageError(f"there is no kind '{kind}'", did_you_mean(kind, rules) or "dcr explain lists all of them")


def _print_list(rules: list[Rule]) -> None:
    """Print one line for each rule; on a terminal too narrow for it, the summary goes on below."""
    room = style_of("auto").width if sys.stdout.isatty() else 1_000
    width = max(len(rule.kind) for rule in rules)
    for rule in rules:
        facts = f"{rule.kind:{width}}  {rule.severity:7}  "
        print(textwrap.fill(facts + rule.summary, room, subsequent_indent=" " * len(facts), break_on_hyphens=False))
    print("\ndcr explain KIND prints one manual.")


def _print_manual(rule: Rule) -> None:
    bold, plain = ("\x1b[1m", "\x1b[0m") if style_of("auto").color else ("", "")
    print(f"{bold}{rule.kind}{plain}  {rule.severity}, {_when(rule)}\n")
    for line in rule.manual.splitlines():
        print(f"{bold}{line}{plain}" if line in _HEADINGS else line)
    if rule.kind not in NEVER_ACCEPTED:
        named = (
            "dataset, version, kind, field and reason" if rule.about == FIELD else "dataset, version, kind and reason"
        )
        print(f"\n{bold}Let one through{plain}")
        print(f"    An entry in dcr.accepted.yaml: {named}, exactly as in the report.")
    print(f"\n{bold}Change its severity{plain}")
    print(f'    In dcr.toml, under [severity]: {rule.kind} = "warning"')


def _when(rule: Rule) -> str:
    when = f"mode {' and '.join(rule.modes)}" if rule.modes else "always"
    owed = f", owes {rule.bump.upper()}" if rule.about == FIELD else ""
    who = f", breaks {rule.breaks.replace('_', ' ')}" if rule.breaks else ""
    return f"{when}{owed}{who}"
