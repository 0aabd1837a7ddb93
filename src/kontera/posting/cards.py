"""What we last told a ledger about a customer, as a fingerprint, so that only real changes are written again.

Decides what is worth another call: every change of a card that is kept up to date; of a card that the bookkeeper keeps
(`update = "never"`) only what decides the VAT of a document, which is then held against the card, never written.
"""

from __future__ import annotations

import hashlib

from kontera.accounting.documents import CustomerCard
from kontera.money import to_json


def digest_of(card: CustomerCard) -> str:
    """A fingerprint of the card; equal cards give equal fingerprints."""
    if card.update:
        return hashlib.sha256(to_json(card)).hexdigest()
    goes_to = (card.delivery or card.billing).country or card.billing.country
    return hashlib.sha256(f"kept {card.key} {card.region} {goes_to}".encode()).hexdigest()
