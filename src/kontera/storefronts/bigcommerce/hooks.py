"""The store's webhooks towards us: made when missing, mended when BigCommerce switched them off.

Decides which hooks must exist. BigCommerce deactivates a hook after 48 hours of failed deliveries or 90 days without
an event, and shows hooks only to the API account that made them. Never deletes: others may share the
account.
"""

from __future__ import annotations

import msgspec

from kontera.storefronts.bigcommerce.client import Client
from kontera.storefronts.bigcommerce.notices import SCOPES

_PATH = "/v3/hooks"


class Hook(msgspec.Struct, frozen=True):
    """One webhook of our API account."""

    id: int
    scope: str
    destination: str = ""
    is_active: bool = True


def hooks_of(client: Client) -> list[Hook]:
    """Every webhook our API account sees."""
    return [msgspec.json.decode(raw, type=Hook) for raw in client.every(_PATH) or ()]


def ensure_hooks(client: Client, url: str) -> bool:
    """One active hook per wanted scope towards `url` (https, port 443: the vendor's condition). True when anything was
    made or mended. Repeating it does nothing."""
    changed = False
    present = {hook.scope: hook for hook in hooks_of(client) if hook.destination == url}
    for scope in SCOPES:
        wanted = {"scope": scope, "destination": url, "is_active": True}
        hook = present.get(scope)
        if hook is None:
            client.send("POST", _PATH, wanted)
        elif not hook.is_active:
            client.send("PUT", f"{_PATH}/{hook.id}", wanted)
        else:
            continue
        changed = True
    return changed
