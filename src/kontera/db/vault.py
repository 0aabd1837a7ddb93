"""Seals connection secrets: encrypted at rest, bound to their merchant, rotatable.

Decides how a secret is stored. Keys derive from the installation's key; KONTERA_OLD_SECRET_KEYS (comma separated)
still open what was sealed before a rotation. Never logs and never shows a secret.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SecretsUnreadable(RuntimeError):
    """The secrets of a connection cannot be opened: sealed with another key, or for another merchant."""


def seal(merchant_id: int, secrets: Mapping[str, str]) -> bytes:
    """The secrets, encrypted, with the merchant inside."""
    return _keys().encrypt(json.dumps({"merchant": merchant_id, "secrets": dict(secrets)}).encode())


def unseal(merchant_id: int, sealed: bytes) -> dict[str, str]:
    """The inverse of `seal`. Raises SecretsUnreadable, also when they belong to another merchant."""
    if not sealed:
        return {}
    try:
        content = json.loads(_keys().decrypt(bytes(sealed)))
    except InvalidToken as error:
        raise SecretsUnreadable("sealed with a key this installation does not have") from error
    if content["merchant"] != merchant_id:
        raise SecretsUnreadable("sealed for another merchant")
    return {str(name): str(value) for name, value in content["secrets"].items()}


def _keys() -> MultiFernet:
    old = [key for key in os.environ.get("KONTERA_OLD_SECRET_KEYS", "").split(",") if key]
    return MultiFernet([Fernet(_derive(key)) for key in [settings.SECRET_KEY, *old]])


def _derive(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"kontera vault 1:" + key.encode()).digest())
