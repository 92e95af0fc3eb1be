"""Provides a repository whose commits and pushes run the shipped hooks with pre-commit or prek."""

import os
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
MANAGERS = ("pre-commit", "prek")

CONTRACT = """\
dataset_id: users.daily_active
version: "1.0.0"
status: active
primary_key: [user_id]
owners: [{team: growth-platform, contact: "#growth-platform"}]
fields:
  - {name: user_id, type: string}
  - {name: ltv, type: number, required: false}
"""
COMPATIBLE = CONTRACT.replace("1.0.0", "1.1.0") + "  - {name: plan, type: string, required: false}\n"
BROKEN = CONTRACT.replace("1.0.0", "1.1.0").replace("  - {name: ltv, type: number, required: false}\n", "")


class Repository:
    """A repository of contracts with one hook manager's hooks installed."""

    def __init__(self, folder, manager):
        self.folder, self.program = folder / "repository", str(BIN / manager)
        home = folder / "home"
        home.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "CI"))}
        self.environment = {
            **kept,
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "GIT_AUTHOR_NAME": "tests", "GIT_AUTHOR_EMAIL": "tests@example.com",
            "GIT_COMMITTER_NAME": "tests", "GIT_COMMITTER_EMAIL": "tests@example.com",
            "GIT_CONFIG_NOSYSTEM": "1",
        }  # fmt: skip
        self.run("git", "init", "-q", "-b", "main", str(self.folder), cwd=folder)

    def run(self, *command, cwd=None, check=True):
        ended = subprocess.run(
            command,
            cwd=cwd or self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert not check or ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
        return ended

    def write(self, path, text):
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")

    def commit(self, message="change"):
        """Commit everything and return how that ended, hooks and all."""
        self.run("git", "add", "-A")
        return self.run("git", "commit", "-q", "-m", message, check=False)

    def configure(self, *ids):
        """Write the manager's configuration with the shipped hooks, run from this environment, and install it."""
        hooks = [{**HOOKS[name], "language": "system"} for name in ids]
        self.write(".pre-commit-config.yaml", yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}))
        stages = sorted(
            {"pre-commit", *(stage for name in ids for stage in HOOKS[name]["stages"] if stage != "manual")}
        )
        arguments = [part for stage in stages for part in ("--hook-type", stage)]
        self.run(self.program, "install", *arguments)
