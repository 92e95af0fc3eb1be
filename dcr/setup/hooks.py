"""The hooks that run dcr: a configuration for pre-commit and prek, or scripts for git alone."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dcr.git.command import create_git_error, split_records

if TYPE_CHECKING:
    from dcr.git.repository import Repository

CONFIGURATIONS = (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml")
"""Where hook managers read what to run; the first is the one that is written."""

_GIT_SOURCE = re.compile(r"git\+([a-z+]+://[^\s#]+)@([\w./-]+)\Z")
_LOCAL_HOOKS = (
    ("dcr-check", "dcr check", "dcr check --staged", "pre-commit"),
    ("dcr-lint", "dcr lint", "dcr lint", "pre-commit"),
    ("dcr-check-push", "dcr check (push)", "dcr hook pre-push", "pre-push"),
)
SCRIPTS = {"pre-commit": "dcr check --staged", "pre-push": 'dcr hook pre-push "$@"'}
"""What each of git's own hooks runs."""


def format_configuration(source: str | None) -> str:
    """Return a whole configuration; `source` is what pip installs dcr from, if that is known."""
    return (
        "# Commits and pushes are checked by dcr once the hooks are installed: pre-commit install\n"
        "default_install_hook_types: [pre-commit, pre-push]\n"
        f"repos:\n{format_entry(source)}"
    )


def format_entry(source: str | None) -> str:
    """Return the entry of the list `repos`: dcr at a commit of its repository, or whichever dcr is on PATH."""
    found = _GIT_SOURCE.match(source or "")
    if found:
        hooks = "".join(f"      - id: {hook_id}\n" for hook_id, *_ in _LOCAL_HOOKS)
        return f"  - repo: {found[1]}\n    rev: {found[2]}\n    hooks:\n{hooks}"
    hooks = "".join(
        f"      - id: {hook_id}\n"
        f"        name: {name}\n"
        f"        entry: {command}\n"
        "        language: system   # the dcr that is on PATH\n"
        "        pass_filenames: false\n"
        "        always_run: true\n"
        "        require_serial: true\n"
        f"        stages: [{stage}]\n"
        for hook_id, name, command, stage in _LOCAL_HOOKS
    )
    return f"  - repo: local\n    hooks:\n{hooks}"


def format_script(hook: str) -> str:
    """Return one of git's own hooks."""
    return f"#!/bin/sh\n# Written by dcr init.\nexec {SCRIPTS[hook]}\n"


def get_hooks_folder(repository: Repository) -> tuple[str, bool]:
    """Return the folder git runs hooks from, and whether it is the repository's own rather than a configured one."""
    answer = repository.git.run_unchecked("config", "-z", "--get-all", "core.hooksPath")
    if answer.exit_code != 0:
        raise create_git_error(("config",), answer)
    *configured, _ = split_records(answer.stdout)  # the last is the gateway's own, which turns hooks off
    if configured:
        return os.path.join(repository.top or "", os.path.expanduser(configured[-1])), False
    return os.path.join(os.path.realpath(repository.common_dir), "hooks"), True
