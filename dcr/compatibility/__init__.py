"""The engine: two versions of a contract in, everything that breaks out. Pure; no I/O."""
