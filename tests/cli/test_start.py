"""A process that cannot start says why in one line, without a traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

NOWHERE = "postgresql://kontera:s3cret@127.0.0.1:1/kontera"


def run(*arguments: str, **environment: str) -> tuple[int, list[str]]:
    """Exit code and what was told on stderr."""
    command = [sys.executable, "-m", "kontera", *arguments]
    given = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "KONTERA_SECRET_KEY")}
    done = subprocess.run(command, env={**given, **environment}, text=True, capture_output=True, check=False)
    assert "s3cret" not in done.stderr
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (NOWHERE, "does not let us in"),
        ("postgresql://kontera:s3cret@127.0.0.1:port/kontera", "is no address"),
        ("postgresql://[kontera:s3cret", "is no address"),
    ],
)
def test_a_database_that_cannot_be_reached(tmp_path: Path, address: str, told: str) -> None:
    """Exit code 3; the password is not told."""
    key = "k" * 40
    code, lines = run("check", KONTERA_HOME=str(tmp_path), DATABASE_URL=address, KONTERA_SECRET_KEY=key)
    assert (3, 1) == (code, len(lines)), lines
    assert told in lines[0]


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    """A file is in the way."""
    (tmp_path / "file").touch()
    code, lines = run("check", KONTERA_HOME=str(tmp_path / "file" / "home"))
    assert (3, 1) == (code, len(lines)), lines
    assert "KONTERA_HOME" in lines[0]


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="a folder that even root cannot write in")
def test_a_home_that_cannot_be_written() -> None:
    """It is there, but nothing can be put into it."""
    code, lines = run("check", KONTERA_HOME="/proc")
    assert (3, 1) == (code, len(lines)), lines


def test_an_address_that_is_taken(ground: Path) -> None:
    """Exit code 2, as for other bad input."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, lines = run("serve", "--port", str(taken.getsockname()[1]), KONTERA_HOME=str(ground))
    assert 2 == code
    assert "cannot be listened at" in lines[-1]
