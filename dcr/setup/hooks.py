"""Formats the hooks that run dcr: a configuration of pre-commit and prek, or scripts for git."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dcr.git.command import create_git_error, split_records

if TYPE_CHECKING:
    from dcr.git.repository import Repository

CONFIGURATIONS = (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml")
"""The configuration files of hook managers. dcr init writes the first."""

_GIT_SOURCE = re.compile(r"git\+([a-z+]+://[^\s#]+)@([\w./-]+)\Z")
_LOCAL_HOOKS = (
    ("dcr-check", "dcr check", "dcr check --staged", "pre-commit"),
    ("dcr-lint", "dcr lint", "dcr lint", "pre-commit"),
    ("dcr-check-push", "dcr check (push)", "dcr hook pre-push", "pre-push"),
)
SCRIPTS = {"pre-commit": "dcr check --staged", "pre-push": 'dcr hook pre-push "$@"'}
"""The command of each git hook."""


def format_configuration(source: str | None) -> str:
    """Return a whole configuration file. `source` is where pip installs dcr from, or None if unknown."""
    return (
        "# dcr checks commits and pushes. To install the hooks: pre-commit install\n"
        "default_install_hook_types: [pre-commit, pre-push]\n"
        f"repos:\n{format_entry(source)}"
    )


def format_entry(source: str | None) -> str:
    """Return the entry of the list `repos`: dcr at a commit of its repository, or the dcr on PATH."""
    match = _GIT_SOURCE.match(source or "")
    if match:
        hooks = "".join(f"      - id: {hook_id}\n" for hook_id, *_ in _LOCAL_HOOKS)
        return f"  - repo: {match[1]}\n    rev: {match[2]}\n    hooks:\n{hooks}"
    hooks = "".join(
        f"      - id: {hook_id}\n"
        f"        name: {name}\n"
        f"        entry: {command}\n"
        "        language: system   # the dcr on PATH\n"
        "        pass_filenames: false\n"
        "        always_run: true\n"
        "        require_serial: true\n"
        f"        stages: [{stage}]\n"
        for hook_id, name, command, stage in _LOCAL_HOOKS
    )
    return f"  - repo: local\n    hooks:\n{hooks}"


def format_script(hook: str) -> str:
    """Return the script of a git hook."""
    return f"#!/bin/sh\n# Written by dcr init.\nexec {SCRIPTS[hook]}\n"


def get_hooks_folder(repository: Repository) -> tuple[str, bool]:
    """Return the hooks folder, and whether it is the default rather than configured with core.hooksPath."""
    answer = repository.git.run_unchecked("config", "-z", "--get-all", "core.hooksPath")
    if answer.exit_code != 0:
        raise create_git_error(("config",), answer)
    *configured, _ = split_records(answer.stdout)  # dcr itself sets the last, to turn hooks off
    if configured:
        return os.path.join(repository.top or "", os.path.expanduser(configured[-1])), False
    return os.path.join(os.path.realpath(repository.common_dir), "hooks"), True
