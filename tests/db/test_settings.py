"""Django's settings from the environment, read by processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SAY = "from kontera.db import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"


@pytest.mark.parametrize(
    ("given", "secure"),
    [
        ({}, False),
        ({"KONTERA_PUBLIC_URL": "http://127.0.0.1:8010"}, False),
        ({"KONTERA_PUBLIC_URL": "https://kontera.example"}, True),
        ({"KONTERA_PUBLIC_URL": "HTTPS://kontera.example"}, True),
        ({"KONTERA_PUBLIC_URL": "https://kontera.example", "KONTERA_HTTPS": "no"}, False),
        ({"KONTERA_HTTPS": "yes"}, True),
    ],
)
def test_cookies_go_over_tls_where_people_come_over_tls(given: dict[str, str], secure: bool) -> None:
    """M120: nobody has to say it twice; what is said of it decides."""
    plain = {name: value for name, value in os.environ.items() if name not in ("KONTERA_PUBLIC_URL", "KONTERA_HTTPS")}
    said = subprocess.run([sys.executable, "-c", SAY], env=plain | given, text=True, capture_output=True, check=True)
    assert f"{secure} {secure}" == said.stdout.strip()
