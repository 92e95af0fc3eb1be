"""The contract: what it says, what makes it valid, and the hardened YAML it is read from."""
