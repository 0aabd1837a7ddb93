"""Who gets in: HTTP Basic or keys in the query string over https, one-legged OAuth 1.0a over plain http.

Decides which key a call carries and whether it may do what it does. It never answers HTTP. Source: recorded refusals
and signature vectors of a real shop.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from starlette.datastructures import URL

from kontera.sandboxes.woocommerce.state import Json, Key, Shop

_WINDOW = 15 * 60
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_HASHES: Mapping[str, Any] = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
_OAUTH = ("oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")


class AccessError(Exception):
    """A key that does not open the door; the text is the vendor's."""


def is_https(shop: Shop, headers: Mapping[str, str]) -> bool:
    """Whether the shop believes that the call came over https: a proxy has to say so."""
    return shop.switches.https or headers.get("x-forwarded-proto", "").lower() == "https"


def enter(shop: Shop, method: str, url: URL, headers: Mapping[str, str], query: Json, *, https: bool) -> Key | None:
    """The key of a call; None for a call without a usable one. Raises AccessError for a key that is refused."""
    key = _over_https(shop, headers, query) if https else None
    if key is None:
        key = _signed(shop, method, url, headers, query)
    if key is None:
        return None
    allowed = {"read": False, "write": True, "read_write": None}[key.permissions]
    writes = method in _WRITES
    if allowed is not None and allowed != writes:
        kind = "write" if writes else "read"
        raise AccessError(f"The API key provided does not have {kind} permissions.")
    return key


def _over_https(shop: Shop, headers: Mapping[str, str], query: Json) -> Key | None:
    name, secret = str(query.get("consumer_key", "")), str(query.get("consumer_secret", ""))
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if not (name and secret) and scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
    key = shop.keys.get(name)
    if key is None or not secret:
        return None
    if not hmac.compare_digest(key.consumer_secret.encode(), secret.encode()):
        raise AccessError("Consumer secret is invalid.")
    return key


def _signed(shop: Shop, method: str, url: URL, headers: Mapping[str, str], query: Json) -> Key | None:
    """OAuth 1.0a: parameters in the query string or in the Authorization header."""
    params: Json = dict(query)
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "oauth":
        params |= _from_header(rest)
    if not params.get("oauth_consumer_key"):
        return None
    absent = [name for name in _OAUTH if not params.get(name)]
    if absent:
        raise AccessError(f"Missing OAuth parameter {', '.join(absent)}")
    key = shop.keys.get(str(params["oauth_consumer_key"]))
    if key is None:
        raise AccessError("Consumer key is invalid.")
    _check_signature(key, method, url, params)
    _check_time(shop, key, params)
    return key


def _from_header(rest: str) -> Json:
    pairs = (part.strip().partition("=") for part in rest.split(","))
    return {name: unquote(value.strip('"')) for name, _, value in pairs if name.startswith("oauth_")}


def _check_signature(key: Key, method: str, url: URL, params: Json) -> None:
    digest = _HASHES.get(str(params["oauth_signature_method"]))
    if digest is None:
        raise AccessError("Invalid signature - signature method is invalid.")
    signed = {name: value for name, value in params.items() if name != "oauth_signature"}
    made = hmac.new(f"{key.consumer_secret}&".encode(), base_string(method, url, signed).encode(), digest).digest()
    if not hmac.compare_digest(base64.b64encode(made).decode(), str(params["oauth_signature"])):
        raise AccessError("Invalid signature - provided signature does not match.")


def base_string(method: str, url: URL, params: Json) -> str:
    """What is signed: METHOD&address&parameters, sorted by name, each encoded twice. Lists count their places."""
    rows: list[str] = []
    for name in sorted(params):
        value = params[name]
        if isinstance(value, list):
            rows += [f"{_twice(f'{name}[{place}]')}%3D{_twice(one)}" for place, one in enumerate(value)]
        else:
            rows.append(f"{_twice(name)}%3D{_twice(str(value))}")
    address = f"http://{url.netloc}{url.path}"
    return f"{method}&{quote(address, safe='')}&{'%26'.join(rows)}"


def _twice(text: str) -> str:
    return quote(quote(text, safe="~"), safe="~")


def _check_time(shop: Shop, key: Key, params: Json) -> None:
    now = int(shop.now().timestamp())
    try:
        said = int(str(params["oauth_timestamp"]))
    except ValueError as error:
        raise AccessError("Invalid timestamp.") from error
    if abs(now - said) > _WINDOW:
        raise AccessError("Invalid timestamp.")
    nonce = str(params["oauth_nonce"])
    if nonce in key.nonces:
        raise AccessError("Invalid nonce - nonce has already been used.")
    key.nonces = {name: when for name, when in key.nonces.items() if when >= now - _WINDOW} | {nonce: said}
