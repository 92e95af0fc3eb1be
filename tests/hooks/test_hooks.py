"""The hooks as people get them: real pre-commit and real prek, a real repository, real commits and pushes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
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
        self.folder, self.manager = folder / "repository", manager
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
        self.run(str(BIN / self.manager), "install", *arguments)


@pytest.fixture(params=MANAGERS)
def repository(request, tmp_path):
    made = Repository(tmp_path, request.param)
    made.write("contracts/users.yaml", CONTRACT)
    made.write("contracts/other.yaml", CONTRACT.replace("users.daily_active", "users.other"))
    made.write("README.md", "contracts\n")
    assert made.commit("agree on contracts").returncode == 0
    made.configure("dcr-check", "dcr-lint")
    assert made.commit("install the hooks").returncode == 0
    return made


def test_a_commit_that_breaks_a_contract_fails_and_says_why(repository):
    repository.write("contracts/users.yaml", BROKEN)
    ended = repository.commit()
    printed = ended.stdout + ended.stderr
    assert ended.returncode != 0
    assert "field 'ltv' was removed" in printed
    assert 'write version: "2.0.0"' in printed


def test_a_deletion_alone_fails_although_no_file_is_passed(repository):
    (repository.folder / "contracts/users.yaml").unlink()
    ended = repository.commit()
    assert ended.returncode != 0
    assert "contract_removed" in ended.stdout + ended.stderr


def test_a_compatible_bump_passes(repository):
    repository.write("contracts/users.yaml", COMPATIBLE)
    ended = repository.commit()
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_an_unrelated_commit_passes(repository):
    repository.write("README.md", "more words\n")
    ended = repository.commit()
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_only_what_is_staged_is_judged(repository):
    repository.write("README.md", "more words\n")
    repository.run("git", "add", "README.md")
    repository.write("contracts/users.yaml", BROKEN)
    ended = repository.run("git", "commit", "-q", "-m", "words only", check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_partial_commit_is_judged_by_its_own_index(repository):
    repository.write("contracts/users.yaml", BROKEN)
    repository.write("README.md", "more words\n")
    ended = repository.run("git", "commit", "-q", "-m", "one path", "--", "README.md", check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    ended = repository.run("git", "commit", "-q", "-m", "the other", "--", "contracts/users.yaml", check=False)
    assert ended.returncode != 0
    assert "field_removed" in ended.stdout + ended.stderr


def test_an_invalid_contract_fails_with_its_line(repository):
    repository.write("contracts/users.yaml", COMPATIBLE.replace("type: number", "type: nummber"))
    ended = repository.commit()
    assert ended.returncode != 0
    assert "did you mean 'number'?" in ended.stdout + ended.stderr


@pytest.mark.parametrize("manager", MANAGERS)
def test_a_push_that_breaks_a_contract_is_stopped(tmp_path, manager):
    made = Repository(tmp_path, manager)
    made.write("contracts/users.yaml", CONTRACT)
    made.commit("agree on contracts")
    made.run("git", "init", "-q", "--bare", str(tmp_path / "server.git"), cwd=tmp_path)
    made.run("git", "remote", "add", "origin", str(tmp_path / "server.git"))
    made.run("git", "push", "-q", "origin", "main")
    made.configure("dcr-check-push")
    made.run("git", "checkout", "-q", "-b", "change")
    made.write("contracts/users.yaml", BROKEN)
    made.run("git", "add", "-A")
    made.run("git", "commit", "-q", "--no-verify", "-m", "drop ltv")
    ended = made.run("git", "push", "-q", "origin", "change", check=False)
    assert ended.returncode != 0
    assert "field_removed" in ended.stdout + ended.stderr
    made.write("contracts/users.yaml", COMPATIBLE)
    made.run("git", "add", "-A")
    made.run("git", "commit", "-q", "--no-verify", "-m", "keep ltv, add plan")
    ended = made.run("git", "push", "-q", "origin", "change", check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_hook_finds_the_change_itself():
    for hook in HOOKS.values():
        assert hook["pass_filenames"] is False
        assert hook["always_run"] is True
        assert hook["require_serial"] is True
