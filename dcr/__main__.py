"""`python -m dcr` is the command."""

from dcr.cli.entry import main

main()
