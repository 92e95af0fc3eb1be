"""Reads many repositories into one index, and answers over all of them."""
