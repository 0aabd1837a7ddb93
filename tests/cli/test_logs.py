"""The logs of a process: one JSON object a line, and no secret in any of them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

SAY = """
import logging
import structlog
from kontera.cli.logs import quiet_logs

quiet_logs()

def sign_in(client_secret):
    raise ValueError("the vendor answered without a key")

for log in (structlog.get_logger("kontera"), logging.getLogger("django.request")):
    try:
        sign_in("S3CRET-" + "of-a-local")
    except ValueError:
        log.exception("a lane fell over")
logging.getLogger("django.request").warning("Not Found: /wp-login.php")
logging.getLogger("some.library").warning("two\\nlines %s", "of text")
"""


def said() -> list[dict[str, Any]]:
    """What a process of its own logs, each line read as JSON."""
    done = subprocess.run([sys.executable, "-c", SAY], text=True, capture_output=True, check=True)
    assert "" == done.stdout
    assert "S3CRET" not in done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_traceback_tells_where_but_never_with_what() -> None:
    """A secret in a local variable stays there, in our own logs and in Django's."""
    ours, django, _ = said()
    for told in (ours, django):
        assert "a lane fell over" == told["event"]
        assert "error" == told["level"]
        assert "the vendor answered without a key" == told["exception"][0]["exc_value"]
        assert "sign_in" == told["exception"][0]["frames"][-1]["name"]


def test_a_librarys_words_are_one_json_object_a_line() -> None:
    """Also when they have several lines; pages that are not there are no news."""
    *_, library = said()
    assert ("some.library", "two\nlines of text") == (library["logger"], library["event"])
