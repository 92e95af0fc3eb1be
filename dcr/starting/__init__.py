"""Sets a repository up: what is found in it, what is written for it, and what is left to its people."""
