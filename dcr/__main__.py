"""`python -m dcr` is the command."""

from dcr.cli import main

main()
