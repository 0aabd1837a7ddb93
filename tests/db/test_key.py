"""The installation's key: from the file or the environment, never one that others know."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.conf import settings

from kontera.db.key import installation_key
from kontera.db.trouble import KeyTrouble

TELL_KEY = """
from kontera.db.ground import open_ground
with open_ground(migrate=False):
    from django.conf import settings
    from kontera.db.vault import seal
    print(settings.SECRET_KEY)
    print(seal(1, {"access_token": "told"}).decode())
"""
FORGE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "kontera.db.settings"
import django
django.setup()
from django.core import signing
from kontera.db.vault import seal
print(signing.dumps({"connection": 1, "author": "owner"}, salt="kontera.consent"))
print(seal(1, {"access_token": "told"}).decode())
"""


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing given in the environment."""
    monkeypatch.delenv("KONTERA_SECRET_KEY", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)


def run(script: str, **more: str) -> list[str]:
    """What a process of its own prints."""
    environment = {**os.environ, **more}
    done = subprocess.run([sys.executable, "-c", script], env=environment, text=True, capture_output=True, check=True)
    return done.stdout.split()


def test_a_process_uses_the_key_of_its_installation(ground: Path) -> None:
    """The file's key seals: another process of the same home opens it, and this one, set up before, uses it too."""
    from kontera.db.vault import unseal

    written = (ground / "secret.key").read_text()
    key, sealed = run(TELL_KEY)
    assert written == key == settings.SECRET_KEY
    assert {"access_token": "told"} == unseal(1, sealed.encode())


def test_a_given_key_is_used_and_opens_nothing_sealed_with_another(ground: Path) -> None:
    """KONTERA_SECRET_KEY comes before the file."""
    from kontera.db.vault import SecretsUnreadable, unseal

    given = "another key, long enough to be one".replace(" ", "-")
    key, sealed = run(TELL_KEY, KONTERA_SECRET_KEY=given)
    assert given == key
    with pytest.raises(SecretsUnreadable, match="key"):
        unseal(1, sealed.encode())


def test_who_knows_only_the_source_can_forge_nothing(ground: Path) -> None:
    """A consent's state and sealed secrets made by a process without the installation's key are refused."""
    from kontera.clock import SystemClock
    from kontera.connections.signing_in import ConsentRefused, finish_consent
    from kontera.db.vault import SecretsUnreadable, unseal

    state, sealed = run(FORGE)
    with pytest.raises(ConsentRefused, match="not an answer"):
        finish_consent("code", state, SystemClock())
    with pytest.raises(SecretsUnreadable):
        unseal(1, sealed.encode())
    assert run(FORGE)[1] != sealed


def test_many_processes_that_start_at_once_get_one_key(tmp_path: Path) -> None:
    """The first one's, whole; nothing else is left in the folder, and nobody else may read it."""
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(installation_key(tmp_path, shared=False))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 16 == len(got)
    assert {(tmp_path / "secret.key").read_text()} == set(got)
    assert ["secret.key"] == [place.name for place in tmp_path.iterdir()]
    assert 0o600 == (tmp_path / "secret.key").stat().st_mode & 0o777


@pytest.mark.parametrize("key", ["", "short", "x" * 31, " " * 40])
def test_a_short_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """Whether given or in the file (one that a full disk left empty, for instance)."""
    (tmp_path / "secret.key").write_text(key)
    with pytest.raises(KeyTrouble, match=r"secret\.key is shorter"):
        installation_key(tmp_path, shared=False)
    monkeypatch.setenv("KONTERA_SECRET_KEY", key)
    with pytest.raises(KeyTrouble, match="KONTERA_SECRET_KEY is shorter"):
        installation_key(tmp_path, shared=False)


def test_no_key_is_made_for_a_shared_database(tmp_path: Path) -> None:
    """Each machine would make its own; one that was put there is fine."""
    with pytest.raises(KeyTrouble, match="the same for every process"):
        installation_key(tmp_path, shared=True)
    assert [] == list(tmp_path.iterdir())
    (tmp_path / "secret.key").write_text("k" * 40 + "\n")
    assert "k" * 40 == installation_key(tmp_path, shared=True)


def test_the_command_tells_it_in_one_line(tmp_path: Path) -> None:
    """No traceback; exit code 3."""
    environment = {**os.environ, "KONTERA_HOME": str(tmp_path / "home"), "KONTERA_SECRET_KEY": "short"}
    command = [sys.executable, "-m", "kontera", "check"]
    done = subprocess.run(command, env=environment, text=True, capture_output=True, check=False)
    assert (3, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert "KONTERA_SECRET_KEY is shorter than 32" in done.stderr
