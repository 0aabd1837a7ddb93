"""The role that the guide gives the hub: it can do its work, and cannot take the guards away."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "production.md"


@pytest.fixture
def hub(ground: Path) -> Iterator[str]:
    """The address of the hub's role, made exactly as the guide says."""
    owner = os.environ["KONTERA_DSN"]
    statements = re.search(r"```sql\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert statements
    with psycopg.connect(owner, autocommit=True) as session:
        session.execute(statements.group(1).encode())
    yield re.sub("//kontera:[^@]*@", "//kontera_hub:choose-one@", owner)
    with psycopg.connect(owner, autocommit=True) as session:
        session.execute("DROP OWNED BY kontera_hub; DROP ROLE kontera_hub")


def test_the_hub_starts_and_works_as_a_role_that_owns_nothing(hub: str, ground: Path) -> None:
    """M97: the tables are up to date already; it writes what it must."""
    environment = {**os.environ, "DATABASE_URL": hub, "KONTERA_HOME": str(ground)}
    script = """
from kontera.clock import SystemClock
from kontera.db.ground import open_ground
with open_ground():
    from django.db import connection, transaction
    from kontera.db.models import AuditEntry
    from kontera.work import engine
    with transaction.atomic():
        AuditEntry.objects.create(merchant=None, author="hub", action="tried", at=SystemClock().now())
        engine.wake(1)
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        print(cursor.fetchone()[0])
"""
    done = subprocess.run([sys.executable, "-c", script], env=environment, text=True, capture_output=True, check=False)
    assert ("kontera_hub\n", 0) == (done.stdout, done.returncode), done.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE kontera_fact DISABLE TRIGGER kept",
        "DROP TRIGGER kept ON kontera_fact",
        "DROP FUNCTION kontera_append_only CASCADE",
        "TRUNCATE kontera_fact",
        "DROP TABLE kontera_fact CASCADE",
        "SET session_replication_role = replica",
        "CREATE TABLE own (number int)",
    ],
)
def test_the_hub_cannot_take_the_guards_away(hub: str, statement: str) -> None:
    """M97 M98."""
    with psycopg.connect(hub) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute(statement.encode())
