"""What we last told a ledger about a customer, as a fingerprint, so that only real changes are written again."""

from __future__ import annotations

import hashlib

from kontera.accounting.documents import CustomerCard
from kontera.money import to_json


def digest_of(card: CustomerCard) -> str:
    """A fingerprint of the card; equal cards give equal fingerprints."""
    return hashlib.sha256(to_json(card)).hexdigest()
