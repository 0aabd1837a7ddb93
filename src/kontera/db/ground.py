"""Open the ground everything stands on: home folder, keys, database server, migrations.

Decides which database is used (DATABASE_URL, else the embedded one under KONTERA_HOME) and brings it up to date.
Every process of Kontera calls `open_ground` first; nothing below here knows where the database is.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from kontera.db.address import database
from kontera.db.embedded import EmbeddedServer
from kontera.db.key import installation_key

_MIGRATION_LOCK = 7_266_374


def home_folder() -> Path:
    """Where Kontera keeps its files: KONTERA_HOME, else a folder of the user's, else (as root) one under /var/lib."""
    named = os.environ.get("KONTERA_HOME")
    if named:
        return Path(named).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/kontera")
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "kontera"


@contextlib.contextmanager
def open_ground(home: Path | None = None, *, migrate: bool = True) -> Iterator[None]:
    """Django set up, the database reachable and migrated, until the block ends."""
    home = (home or home_folder()).absolute()
    home.mkdir(parents=True, exist_ok=True)
    key = installation_key(home, shared=bool(os.environ.get("DATABASE_URL")))
    server = None if os.environ.get("DATABASE_URL") else EmbeddedServer(home)
    os.environ["KONTERA_DSN"] = server.acquire() if server else os.environ["DATABASE_URL"]
    try:
        set_up_django()
        settings.SECRET_KEY = key
        connections.close_all()
        connections.settings["default"].update(database(os.environ["KONTERA_DSN"]))
        if migrate:
            _migrate()
        yield
    finally:
        connections.close_all()
        if server:
            server.release()


def set_up_django() -> None:
    """Make the tables' classes importable; opens no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kontera.db.settings")
    django.setup()


def _migrate() -> None:
    """Bring the tables up to date, one process at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        try:
            call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])
