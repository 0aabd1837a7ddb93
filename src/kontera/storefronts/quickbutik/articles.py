"""Are the article numbers of a shop fit for the books? All that are not, at once.

Decides by the rule Quickbutik itself gives for bookkeeping: every product has a number, no two have the same, and it
has no other signs than letters a to z and digits. Pure; changes nothing.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from kontera.storefronts.fields import Node
from kontera.storefronts.quickbutik.products import skus_of

MISSING, DOUBLED, SIGNS = "article_missing", "article_doubled", "article_signs"
RULES = (MISSING, DOUBLED, SIGNS)
_ALLOWED = frozenset(string.ascii_letters + string.digits)


def unfit(products: Iterable[Node], signs: str = "") -> Mapping[str, Sequence[str]]:
    """Rule -> what breaks it, in the shop's order: article numbers, or titles of products that have none. signs: those
    allowed besides letters and digits."""
    missing: list[str] = []
    numbers: Counter[str] = Counter()
    for product in products:
        for sku in skus_of(product):
            if sku:
                numbers[sku] += 1
            else:
                missing.append(product.text("title") or product.text("id"))
    allowed = _ALLOWED | set(signs)
    return {
        MISSING: list(dict.fromkeys(missing)),
        DOUBLED: [number for number, count in numbers.items() if count > 1],
        SIGNS: [number for number in numbers if not set(number) <= allowed],
    }
