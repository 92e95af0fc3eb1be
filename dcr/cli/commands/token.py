"""Create a bearer token for dcr serve.

The token is printed once; only its SHA-256 is appended to the tokens file. To revoke it, delete its line: a running
server notices.
"""

from typing import Annotated

import typer

from dcr.api.tokens import Person, compute_expiry, create_token
from dcr.cli.messages import print_note

EXAMPLE = "Example: dcr token 'Alex Chen' --email alex@example.com --days 90"


def token(
    name: Annotated[str, typer.Argument(help="The person's name, the author of the token's commits.", metavar="NAME")],
    email: Annotated[str, typer.Option(help="The person's email.", metavar="EMAIL")],
    datasets: Annotated[
        list[str] | None,
        typer.Option(help="Ids that the token may write, such as 'users.*'. Default: all.", metavar="PATTERN"),
    ] = None,
    days: Annotated[int | None, typer.Option(help="Days until it expires. Default: never.", metavar="N")] = None,
    tokens: Annotated[str, typer.Option(help="File to append to.", metavar="FILE")] = "tokens.jsonl",
) -> None:
    """Print the token to stdout."""
    person = Person(name, email, tuple(datasets or ("*",)), compute_expiry(days))
    typer.echo(create_token(tokens, person))
    until = f", valid until {person.expires}" if person.expires else ""
    print_note(f"its SHA-256 was added to '{tokens}'{until}; the token itself is not stored")
