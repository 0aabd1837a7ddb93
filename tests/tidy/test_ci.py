"""CI runs what the README tells people to run, and passes on how it ended."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tidy.source import ROOT

MARKED = "words\n\n```sh\nmake demo\n```\n\n<!-- test-command -->\n```sh\n{command}\n```\n\n```sh\nmake other\n```\n"


def _run(folder: Path, readme: str) -> subprocess.CompletedProcess[str]:
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci" / "run")
    (folder / "README.md").write_text(readme, encoding="utf-8")
    return subprocess.run(["bash", folder / ".ci" / "run"], capture_output=True, text=True, check=False, cwd="/")


@pytest.mark.parametrize("code", [0, 7])
def test_ci_runs_the_marked_command_and_ends_as_it_does(tmp_path: Path, code: int) -> None:
    """From any working folder, in a path with spaces, without standard input, with the command's own exit code."""
    command = f"pwd; cat; echo '3 passed'; exit {code}"
    done = _run(tmp_path / "a b", MARKED.format(command=command))
    assert [f"+ {command}", str(tmp_path / "a b"), "3 passed"] == done.stdout.splitlines()
    assert code == done.returncode


def test_ci_fails_when_the_readme_has_no_command(tmp_path: Path) -> None:
    """A lost marker must not look like success."""
    done = _run(tmp_path / "x", "```sh\nmake test\n```\n")
    assert (1, "") == (done.returncode, done.stdout)
    assert "test-command" in done.stderr


def test_the_readme_tells_people_to_make_test() -> None:
    """The two commands a newcomer needs."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "<!-- test-command -->\n```sh\nmake test\n```" in readme
    assert "```sh\nmake demo\n```" in readme
