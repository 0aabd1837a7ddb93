"""One-legged OAuth 1.0a, the way WooCommerce checks it over plain http. Decides a signature; sends nothing.

Signed are the method, the address without its query, and every query parameter; the body is not. The shop remembers
nonces and refuses timestamps further than 15 minutes from its own clock.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import quote


def signed(
    method: str, url: str, params: Mapping[str, str], key: str, secret: str, *, timestamp: int, nonce: str = ""
) -> dict[str, str]:
    """The parameters with the OAuth ones added. url: without a query; nonce: one is drawn when none is given."""
    complete = {
        **params,
        "oauth_consumer_key": key,
        "oauth_timestamp": str(timestamp),
        "oauth_nonce": nonce or secrets.token_hex(16),
        "oauth_signature_method": "HMAC-SHA256",
    }
    return {**complete, "oauth_signature": signature(method, url, complete, secret)}


def signature(method: str, url: str, params: Mapping[str, str], secret: str) -> str:
    """Base64 of HMAC-SHA256, keyed with the consumer secret and "&" (there is no token)."""
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in params.items())
    query = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join((method.upper(), _encoded(url), _encoded(query)))
    return base64.b64encode(hmac.new(f"{secret}&".encode(), base.encode(), hashlib.sha256).digest()).decode()


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")
