"""Models a data contract and decides whether it is valid."""
