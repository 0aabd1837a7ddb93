"""Bodies of requests and answers as text to read. Decides how bytes are shown, never what is kept: `calls` removed the
secrets before they were written down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from kontera.db.models import Exchange

LONGEST = 60_000


@dataclass(frozen=True, slots=True)
class Shown:
    """An exchange with its bodies as text."""

    row: Exchange
    request: str
    response: str


def body_text(body: bytes) -> str:
    """JSON indented with its numbers as sent, anything else as it is; cut when very long, and saying so."""
    try:
        text = msgspec.json.format(body, indent=2).decode("utf-8", "replace")
    except msgspec.DecodeError:
        text = body.decode("utf-8", "replace")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… ({len(text) - LONGEST})"


def shown(exchanges: Iterable[Exchange]) -> list[Shown]:
    """Exchanges with readable bodies."""
    return [
        Shown(exchange, body_text(bytes(exchange.request)), body_text(bytes(exchange.response)))
        for exchange in exchanges
    ]
