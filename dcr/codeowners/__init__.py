"""Reads CODEOWNERS files as GitHub and GitLab do, and finds the owners of a path."""
