"""The installation's key: it seals the connections' secrets and signs sessions and consents.

Decides where the key comes from and which keys are unfit. Never falls back to a key that anyone else could know, and
never makes one for an installation that may have other machines: each would make its own.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from kontera.db.trouble import KeyTrouble

SHORTEST = 32
_MAKE_ONE = "make one with `openssl rand -base64 48`"


def installation_key(home: Path, *, shared: bool) -> str:
    """KONTERA_SECRET_KEY, else the content of `<home>/secret.key`, made when Kontera first runs there. `shared`: the
    database is not this machine's own, so a key must be given. Raises KeyTrouble."""
    given = os.environ.get("KONTERA_SECRET_KEY")
    if given is not None:
        return _fit(given, "KONTERA_SECRET_KEY")
    place = home / "secret.key"
    if not place.exists():
        if shared:
            raise KeyTrouble(
                f"DATABASE_URL is set, so KONTERA_SECRET_KEY must be too, the same for every process: {_MAKE_ONE}"
            )
        _write_new(place)
    return _fit(place.read_text(), str(place))


def _fit(key: str, source: str) -> str:
    key = key.strip()
    if len(key) < SHORTEST:
        raise KeyTrouble(f"the key in {source} is shorter than {SHORTEST} characters: {_MAKE_ONE}")
    return key


def _write_new(place: Path) -> None:
    """All of it or nothing, readable by us alone; the first of several processes wins."""
    descriptor, name = tempfile.mkstemp(prefix=".secret.key.", dir=place.parent)  # made with mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        os.link(name, place)
    except FileExistsError:
        pass  # another process was first: its key counts
    finally:
        os.unlink(name)
