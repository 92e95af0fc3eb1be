"""Plans the files that `dcr init` writes."""
