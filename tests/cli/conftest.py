"""The terminal in the test's own process: commands run against the tests' database."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from kontera.cli import main

Say = Callable[..., Result]


@pytest.fixture
def say(ground: Path) -> Say:
    """`kontera ...` as a person would type it."""

    def run(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(main, list(arguments), input=stdin)

    return run


@pytest.fixture
def slug() -> str:
    """A merchant nobody else has."""
    return f"c-{uuid.uuid4().hex[:8]}"


def lines_of(result: Result) -> list[str]:
    """What was printed, one line each."""
    return click.unstyle(result.output).splitlines()
