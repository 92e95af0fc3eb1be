"""Models data contracts and validates them."""
