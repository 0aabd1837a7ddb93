"""Webhook subscriptions: handshake, renewal, expiry, and which change becomes which notice.

Decides what is registered and how notices are gathered into payloads; `delivery.py` sends them. After facts A5 and BC
56, 57, 241-253, 257-260.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from kontera.clock import parse_instant
from kontera.sandboxes.business_central.company import SUPPORTED_HOOKS, Company
from kontera.sandboxes.business_central.errors import ApiError, dialog, not_found
from kontera.sandboxes.business_central.store import Change, Record

if TYPE_CHECKING:
    from kontera.sandboxes.business_central.service import Answer, Call
    from kontera.sandboxes.business_central.tenant import Tenant

LIFE = timedelta(days=3)
MOST_CHANGES = 1000
MOST_SUBSCRIPTIONS = 1000
_PARENTS = {"salesOrderLines": "salesOrders", "salesInvoiceLines": "salesInvoices",
            "salesCreditMemoLines": "salesCreditMemos"}  # fmt: skip
_KINDS = {"add": "created", "edit": "updated", "remove": "deleted"}


@dataclass
class Subscription:
    """One subscription. path: below the API root, without a slash in front."""

    id: str
    url: str
    resource: str
    company: str
    entity: str
    state: str
    expires: datetime
    version: int = 1
    changed: str = ""


@dataclass
class Entry:
    """One notice waiting: a change of one record. at: when, as the API writes it."""

    identity: str
    kind: str
    at: str


@dataclass
class Pending:
    """What waits for one subscription, since its first change."""

    first: datetime
    entries: list[Entry] = field(default_factory=list)
    collection: bool = False
    deletes: bool = False


class Hooks:
    """The subscriptions of a tenant and what waits to be told."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self.subscriptions: dict[str, Subscription] = {}
        self.pending: dict[str, Pending] = {}
        self.most_changes = MOST_CHANGES
        self._number = 0

    def handle(self, call: Call, key: str) -> Answer:
        """GET and DELETE; POST and PATCH come here after the handshake (see `web.py`)."""
        from kontera.sandboxes.business_central.service import Answer

        self.expire()
        if call.method == "GET":
            if key:
                return Answer(200, self.shown(self._known(key)))
            context = f"{call.root}/$metadata#subscriptions"
            return Answer(200, {"@odata.context": context, "value": list(map(self.shown, self.subscriptions.values()))})
        if call.method == "POST":
            return Answer(201, self.shown(self._add(self.checked(call))))
        found = self._known(key)
        if call.headers.get("if-match", "") not in ("*", self._etag(found)):
            if not call.headers.get("if-match"):
                raise ApiError(400, "BadRequest_InvalidToken", "The If-Match header must be specified.")
            raise ApiError(409, "Request_EntityChanged", "Another user has already changed the record.")
        if call.method == "DELETE":
            self.drop(found.id)
            return Answer(204)
        values = {**self.shown(found), **(call.body if isinstance(call.body, dict) else {})}
        found.url, found.state = str(values["notificationUrl"]), str(values["clientState"])
        found.expires = self._tenant.clock.now() + LIFE
        found.version += 1
        return Answer(200, self.shown(found))

    def checked(self, call: Call) -> Record:
        """The body of a new subscription. Raises ApiError for what the vendor refuses before any handshake."""
        body = call.body if isinstance(call.body, dict) else {}
        url, resource = body.get("notificationUrl"), body.get("resource")
        if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
            raise dialog("The notificationUrl must be an absolute URL.")
        if not isinstance(resource, str):
            raise dialog("The resource must be specified.")
        state = body.get("clientState", "")
        if not isinstance(state, str) or len(state) > 2048:
            raise ApiError(400, "Application_StringExceededLength", "The clientState is longer than 2048 characters.")
        if len(self.subscriptions) >= MOST_SUBSCRIPTIONS:
            raise dialog(f"The number of webhook subscriptions has reached the maximum of {MOST_SUBSCRIPTIONS}.")
        company, entity = self._resource(resource)
        return {"url": url, "resource": resource, "state": state, "company": company.id, "entity": entity}

    def _resource(self, text: str) -> tuple[Company, str]:
        path = text.partition("/api/v2.0/")[2] or text.lstrip("/").removeprefix("api/v2.0/")
        head, _, entity = path.partition("/")
        if not head.startswith("companies(") or entity not in SUPPORTED_HOOKS:
            raise dialog(f"The resource '{text}' is not supported for webhook notifications.")
        return self._tenant.company_of(head.removeprefix("companies(").removesuffix(")")), entity

    def _add(self, values: Record) -> Subscription:
        self._number += 1
        made = Subscription(
            f"{self._number:032x}", values["url"], values["resource"], values["company"], values["entity"],
            values["state"], self._tenant.clock.now() + LIFE,
        )  # fmt: skip
        self.subscriptions[made.id] = made
        return made

    def _known(self, key: str) -> Subscription:
        found = self.subscriptions.get(key)
        if found is None:
            raise not_found()
        return found

    def drop(self, key: str) -> None:
        """Forget a subscription and what waits for it."""
        self.subscriptions.pop(key, None)
        self.pending.pop(key, None)

    def expire(self) -> None:
        """Delete what has run out, with what waits for it. BC 244."""
        now = self._tenant.clock.now()
        for each in [each.id for each in self.subscriptions.values() if each.expires <= now]:
            self.drop(each)

    @staticmethod
    def _etag(found: Subscription) -> str:
        return f'W/"{found.id[-8:]}-{found.version}"'

    def shown(self, found: Subscription) -> Record:
        """A subscription as it stands in an answer."""
        return {
            "@odata.etag": self._etag(found), "subscriptionId": found.id, "notificationUrl": found.url,
            "resource": found.resource, "timestamp": found.version, "userId": "", "clientState": found.state,
            "expirationDateTime": _time(found.expires),
        }  # fmt: skip

    # What becomes a notice

    def changed(self, company: Company, changes: list[Change]) -> None:
        """Register what was committed; a line counts as a change of its header. BC 56, 241-247."""
        self.expire()
        for change in changes:
            name, identity, kind = change.table.name, change.record["id"], _KINDS[change.kind]
            if name in _PARENTS:
                name, identity, kind = _PARENTS[name], change.record["documentId"], "updated"
                if company.table(name).get(identity) is None:
                    continue
            if name == "journals" and change.record["templateDisplayName"] == "CASHRCPT":
                name = "customerPaymentJournals"
            for found in self.subscriptions.values():
                if found.company == company.id and found.entity == name:
                    self._register(found, Entry(identity, kind, company.log.stamp()))

    def _register(self, found: Subscription, entry: Entry) -> None:
        waiting = self.pending.setdefault(found.id, Pending(self._tenant.clock.now()))
        waiting.deletes |= entry.kind == "deleted"
        last = next((each for each in reversed(waiting.entries) if each.identity == entry.identity), None)
        merged = (
            last is not None
            and entry.kind == "updated"
            and (last.kind == "updated" or (last.kind == "created" and last.at == entry.at))
        )
        if last is not None and merged:
            last.at = entry.at
            return
        waiting.entries.append(entry)
        if len(waiting.entries) > self.most_changes:
            waiting.collection = True

    def payload(self, keys: list[str]) -> Any:
        """What is told about several subscriptions that share an address. BC 249-251, 258."""
        rows = []
        for key in keys:
            found, waiting = self.subscriptions[key], self.pending[key]
            if waiting.collection:
                since = parse_instant(waiting.entries[0].at) - timedelta(milliseconds=50)
                text = f"{found.resource}?$filter=lastModifiedDateTime%20gt%20{_time(since)}"
                resource = found.resource if waiting.deletes else text
                rows.append(self._row(found, resource, "collection", waiting.entries[-1].at))
                continue
            for entry in sorted(waiting.entries, key=lambda each: each.at):
                rows.append(self._row(found, f"{found.resource}({quote(entry.identity)})", entry.kind, entry.at))
        return {"value": rows}

    @staticmethod
    def _row(found: Subscription, resource: str, kind: str, at: str) -> Record:
        return {
            "subscriptionId": found.id, "clientState": found.state, "expirationDateTime": _time(found.expires),
            "resource": resource, "changeType": kind, "lastModifiedDateTime": at,
        }  # fmt: skip


def _time(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
