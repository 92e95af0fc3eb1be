"""What brings a browser for the tests of the HTML report: it installs one where it may, and fails nobody's run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci/browser"
SKIPPED = "the tests of the HTML report in a browser are skipped: tests/reporters/test_html_in_a_browser.py"
ROOT_USER, ANYBODY = "echo 0", "echo 1000"


def run(folder: Path, **programs: str) -> tuple[int, str]:
    """Run the script where no other programs than these and a few plain ones are installed."""
    for name in ("bash", "env", "mktemp", "tail", "rm", "true"):
        (folder / name).symlink_to(shutil.which(name) or name)
    for name, does in programs.items():
        program = folder / name.replace("_", "-")
        program.write_text(f"#!{shutil.which('bash')}\n{does}\n")
        program.chmod(0o755)
    ended = subprocess.run(
        ["bash", str(SCRIPT)],
        env={"PATH": str(folder), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.stderr == ""
    assert not list(folder.glob("tmp.*"))
    return ended.returncode, ended.stdout.rstrip("\n")


@pytest.mark.parametrize("name", ["chromium", "chromium_browser", "google_chrome"])
def test_a_browser_that_is_there_is_enough(tmp_path: Path, name: str) -> None:
    assert run(tmp_path, **{name: "exit 9", "apt_get": "echo no", "id": ROOT_USER}) == (0, "")


def test_without_apt_get_it_says_what_is_skipped(tmp_path: Path) -> None:
    assert run(tmp_path, id=ROOT_USER) == (0, f"no Chromium, and no apt-get to bring one; {SKIPPED}")


@pytest.mark.parametrize("sudo", [{}, {"sudo": "exit 1"}], ids=["no sudo", "sudo asks for a password"])
def test_without_rights_it_says_what_is_skipped(tmp_path: Path, sudo: dict[str, str]) -> None:
    said = f"no Chromium, and no rights to install one (apt-get install chromium); {SKIPPED}"
    assert run(tmp_path, id=ANYBODY, apt_get="exit 9", **sudo) == (0, said)


def test_an_installation_that_breaks_off_fails_nothing(tmp_path: Path) -> None:
    broken = "echo 'E: Unable to locate package chromium'; exit 100"
    said = f"E: Unable to locate package chromium\napt-get could not install Chromium; {SKIPPED}"
    assert run(tmp_path, id=ROOT_USER, apt_get=broken) == (0, said)


@pytest.mark.parametrize(
    "rights", [{"id": ROOT_USER}, {"id": ANYBODY, "sudo": 'shift; exec "$@"'}], ids=["as root", "by sudo"]
)
def test_with_rights_it_installs_one_without_asking(tmp_path: Path, rights: dict[str, str]) -> None:
    log = tmp_path / "asked"
    told = f'echo "$DEBIAN_FRONTEND $*" >> {log}'
    assert run(tmp_path, apt_get=told, **rights) == (0, "Chromium was installed with apt-get")
    assert log.read_text().splitlines() == [
        "noninteractive -qq -o DPkg::Lock::Timeout=120 update",
        "noninteractive -qq -o DPkg::Lock::Timeout=120 install --yes --no-install-recommends chromium",
    ]


def test_it_can_be_run_as_it_is() -> None:
    assert SCRIPT.stat().st_mode & 0o111
