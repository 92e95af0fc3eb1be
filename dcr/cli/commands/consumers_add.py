"""Declare that a consumer uses a dataset: write a new file, or add to the file of a declared consumer.

Fields and values must exist in the contract. A new file is consumers/TEAM/NAME.yaml, so that each team can own its
folder in CODEOWNERS.
"""

from typing import Annotated

import typer

from dcr.cli.edits import apply_edits, require_one_line
from dcr.cli.options import DryRunOption, choice_option, require_choice
from dcr.cli.working_folder import get_working_folder
from dcr.consumers.consumer import QUERIES, READS
from dcr.editing.consumers import UseRequest, declare_use

EXAMPLE = "Example: dcr consumers add ops.lag --dataset users.daily_active --team ops"


def consumers_add(
    name: Annotated[str, typer.Argument(help="The consumer's name, such as finance.revenue.", metavar="NAME")],
    dataset: Annotated[str, typer.Option(help="The dataset that it uses.", metavar="ID")],
    field: Annotated[
        list[str] | None,
        typer.Option(help="A field that it uses; can be repeated. Default: all fields.", metavar="FIELD"),
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(help="An enum value that it switches on; can be repeated.", metavar="FIELD=VALUE"),
    ] = None,
    versions: Annotated[
        str | None, typer.Option(help="The versions it was built for, such as '>=1.0 <3'.", metavar="RANGE")
    ] = None,
    reads: Annotated[str, choice_option(choices=READS, metavar="HOW", note="rows: it validates whole rows.")] = QUERIES,
    until: Annotated[
        str | None, typer.Option(help="The day on which it moves away, as YYYY-MM-DD.", metavar="DATE")
    ] = None,
    team: Annotated[str | None, typer.Option(help="The owner of a new consumer.", metavar="TEAM")] = None,
    contact: Annotated[str | None, typer.Option(help="How to reach the team.", metavar="CONTACT")] = None,
    description: Annotated[str | None, typer.Option(help="What a new consumer is for.", metavar="TEXT")] = None,
    file: Annotated[str | None, typer.Option("--file", help="The file of a new consumer.", metavar="PATH")] = None,
    dry_run: DryRunOption = False,
) -> None:
    """Write the declaration."""
    require_choice("--reads", reads, READS)
    optional = {"--team": team, "--contact": contact, "--description": description, "--file": file}
    for option, text in {"NAME": name, "--dataset": dataset, **optional}.items():
        if text is not None:
            require_one_line(option, text)
    for option, texts in (("--field", field), ("--value", value)):
        for text in texts or ():
            require_one_line(option, text)
    request = UseRequest(
        name,
        dataset,
        tuple(field or ()),
        tuple(value or ()),
        versions,
        reads,
        until,
        team=team,
        contact=contact,
        description=description,
        file=file,
    )
    apply_edits([declare_use(get_working_folder(), request)], dry_run=dry_run)
