"""A connection to one NewShop, as the storefront protocol wants it. Decides how changes are walked and which notice is
genuine; nothing about an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from kontera.calls import Caller, Exchange, RateWindow, ReadinessCheck
from kontera.clock import Clock, parse_instant
from kontera.errors import NeedsOperator
from kontera.storefronts.fields import Node, Unreadable
from kontera.storefronts.newshop.client import Client
from kontera.storefronts.newshop.settings import NewShopSettings, check
from kontera.storefronts.newshop.translate import translate
from kontera.storefronts.notices import fresh, genuine, named, understood
from kontera.storefronts.orders_only import OrdersOnly, only_orders, order_read
from kontera.storefronts.protocol import Change, ChangePage, FactKind, NoticeContent, NoticeRefused, Read

PAGE = 50  # the most a list gives at once
OVERLAP = timedelta(minutes=2)  # an order is listed when it is committed, some seconds after the time it bears
LARGEST, WINDOW = 16 * 1024, timedelta(minutes=5)


def connect(
    settings: Mapping[str, str], clock: Clock, record: Callable[[Exchange], None], window: RateWindow, **_: object
) -> NewShopStorefront:
    """A storefront for the settings of a connection. Raises SettingsError. What else is given is for keys that rotate:
    where to save and to load them."""
    values = check(settings)
    return NewShopStorefront(values, Caller(values.base_url, clock, window, record, vendor="newshop"))


class NewShopStorefront(OrdersOnly):
    """The adapter. Safe to use from several threads; `close()` lets go of its connections."""

    def __init__(self, settings: NewShopSettings, caller: Caller) -> None:
        super().__init__(caller, notices=bool(settings.notice_secret))
        self._settings = settings
        self._client = Client(caller, settings)

    def readiness(self) -> list[ReadinessCheck]:
        """See Storefront."""
        try:
            self._client.whole("/orders", {"limit": "1"})
        except NeedsOperator as refused:
            return [ReadinessCheck(name="key", function="read orders", ok=False, problem=refused.problem)]
        return [ReadinessCheck(name="key", function="read orders", ok=True)]

    def changes(self, kind: FactKind, cursor: str | None, since: datetime) -> ChangePage:
        """See Storefront. One call. The cursor is an instant; within a walk also the last id seen, so that an order
        that changes meanwhile hides no other and many of one second are all found."""
        only_orders(kind, "NewShop")
        at, _, after = (cursor or since.isoformat()).partition("#")
        page = self._client.whole("/orders", {"changed_from": at, "after": after, "limit": str(PAGE)})
        found = tuple(
            Change(kind=FactKind.ORDER, id=row.text("id"), changed_at=row.instant("changed_at"))
            for row in page.nodes("orders")
        )
        newest = max((change.changed_at for change in found if change.changed_at), default=parse_instant(at))
        if len(found) >= PAGE:
            return ChangePage(changes=found, cursor=f"{newest.isoformat()}#{found[-1].id}", more=True)
        rest = newest - OVERLAP if after else max(newest - OVERLAP, parse_instant(at))  # never "now"
        return ChangePage(changes=found, cursor=rest.isoformat(), more=False)

    def read(self, kind: FactKind, ids: Sequence[str]) -> list[Read]:
        """See Storefront. Ids asked for twice are read once; NewShop has no way to ask for several."""
        only_orders(kind, "NewShop")
        return [self._read(identity) for identity in dict.fromkeys(ids)]

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> NoticeContent:
        """See Storefront. Signed is the time, a point, and the body."""
        names = named(headers, body, LARGEST)
        stamp, signature = names.get("x-newshop-time", ""), names.get("x-newshop-signature", "")
        if not signature or not stamp.isdecimal() or len(stamp) > 11:
            raise NoticeRefused("not signed", 401)
        genuine(self._settings.notice_secret, stamp.encode() + b"." + body, [signature])
        sent_at = datetime.fromtimestamp(int(stamp), UTC)
        fresh(sent_at, self._caller.clock, WINDOW)
        return understood(body, lambda notice: _content(notice, sent_at))

    def ensure_notices(self, url: str) -> bool:
        """See Storefront."""
        hooks = self._client.whole("/hooks")
        if any(hook.text("url") == url and hook.flag("active") for hook in hooks.nodes("hooks")):
            return False
        self._client.send("POST", "/hooks", {"url": url, "secret": self._settings.notice_secret})
        return True

    def _read(self, identity: str) -> Read:
        raw = self._client.get(f"/orders/{quote(identity, safe='')}")
        return order_read(identity, raw, translate(raw, self._settings.store, identity) if raw is not None else None)


def _content(notice: Node, sent_at: datetime) -> NoticeContent:
    event, order = notice.text("event"), notice.text("order")
    if not event or not order:
        raise Unreadable("$", "no event or no order")
    return NoticeContent(event=event, changes=(Change(kind=FactKind.ORDER, id=order),), sent_at=sent_at)
