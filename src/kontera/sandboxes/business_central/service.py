"""One request to the API, whoever carries it: an HTTP call or one part of a $batch.

Decides what an address means, which verbs it takes, etags, paging, deep insert, and the transaction around it: a
refusal leaves nothing behind. It knows nothing of tokens or limits (`web.py`).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode

from kontera.sandboxes.business_central import media
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import ApiError, dialog, not_found
from kontera.sandboxes.business_central.odata import Query, ordered, query_of
from kontera.sandboxes.business_central.resource import Parent, Resource
from kontera.sandboxes.business_central.store import Record, etag

if TYPE_CHECKING:
    from kontera.sandboxes.business_central.tenant import Tenant

_SEGMENT = re.compile(r"(?P<name>[\w.$]+)(?:\((?P<key>[^)]*)\))?")
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_BY_ID = {"paymentTerm": "paymentTermsId", "unitOfMeasure": "baseUnitOfMeasureId"}
_MOST = 20000
_ACTION = "Microsoft.NAV."


@dataclass(frozen=True)
class Call:
    """One request. path: below the API's root, without a slash in front; headers: names in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    root: str = ""  # the API's root as the caller wrote it, for links


@dataclass(frozen=True)
class Answer:
    """What is said to a request; body None is an empty one."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Place:
    """Where an address leads: a resource, and possibly one record of it and an action on that."""

    def __init__(self, resource: Resource, parent: Parent | None) -> None:
        self.resource = resource
        self.parent = parent
        self.record: Record | None = None
        self.action = ""
        self.single = False


def handle(tenant: Tenant, call: Call, commit: bool = True) -> Answer:
    """Carry out one request. commit: False within a snapshot batch, which commits as a whole. Raises ApiError."""
    parts = [part for part in unquote(call.path).split("/") if part]
    if not parts:
        return Answer(200, _service_document(tenant, call))
    name, key = _segment(parts[0])
    if name == "subscriptions":
        return tenant.hooks.handle(call, key)
    if name == "companies" and len(parts) == 1:
        return _companies(tenant, call, key)
    company = tenant.company_of(key) if name == "companies" else _named_company(tenant, call)
    if name == "companies":
        parts = parts[1:]
    log = company.log
    mark = log.mark()
    done = False
    try:
        answer = _carried_out(tenant, company, call, parts)
        done = True
    finally:
        if not done:
            log.back_to(mark)
    if commit:
        log.commit()
    return answer


def _segment(text: str) -> tuple[str, str]:
    found = _SEGMENT.fullmatch(text)
    if found is None:
        raise _no_segment(text)
    return found["name"], (found["key"] or "").strip("'")


def _no_segment(name: str) -> ApiError:
    return ApiError(404, "BadRequest_NotFound", f"Resource not found for the segment '{name}'.")


def _named_company(tenant: Tenant, call: Call) -> Company:
    """The company of ?company= or of the Company header (its name)."""
    named = dict(parse_qsl(call.query)).get("company") or call.headers.get("company", "")
    if not named:
        raise ApiError(400, "BadRequest_RequiredParamNotProvided", "You must specify a company.")
    return tenant.company_of(named)


def _service_document(tenant: Tenant, call: Call) -> Any:
    names = ["companies", "subscriptions", *tenant.resources]
    entries = [{"name": name, "kind": "EntitySet", "url": name} for name in names]
    return {"@odata.context": f"{call.root}/$metadata", "value": entries}


def _companies(tenant: Tenant, call: Call, key: str) -> Answer:
    if call.method != "GET":
        raise _not_allowed(call.method)
    context = f"{call.root}/$metadata#companies"
    rows = [
        {"id": each.id, "systemVersion": "29.0.0.0", "timestamp": 1, "name": each.name, "displayName": each.name,
         "businessProfileId": ""} for each in tenant.companies.values()
    ]  # fmt: skip
    if key:
        company = tenant.company_of(key)
        row = next(row for row in rows if row["id"] == company.id)
        return Answer(200, {"@odata.context": f"{context}/$entity", **row})
    query = query_of(dict(parse_qsl(call.query)))
    test = query.test
    kept = [row for row in rows if test is None or test(row.__getitem__)]
    return Answer(200, {"@odata.context": context, "value": kept})


def _not_allowed(method: str) -> ApiError:
    status = 400 if method == "DELETE" else 405
    return ApiError(status, "BadRequest_MethodNotAllowed", "Entity does not support this operation.")


def _carried_out(tenant: Tenant, company: Company, call: Call, parts: list[str]) -> Answer:
    counted = len(parts) > 1 and parts[-1] == "$count" and call.method == "GET"
    parts = parts[:-1] if counted else parts
    binary = media.reached(parts)
    place = _place(tenant, company, parts if binary is None else binary[0])
    resource = place.resource
    if resource.name in company.switches.denied:
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", resource.name).title()
        raise ApiError(400, "Application_DialogException", f"You do not have permissions to read {name}.")
    if counted:
        return _counted(tenant, company, place, call)
    if binary is not None:
        return _binary(company, place, call, binary[1])
    if place.action:
        return _act(company, place, call)
    if call.method == "GET":
        return _read(tenant, company, place, call)
    if call.method not in resource.entity.verbs or call.method not in ("POST", "PATCH", "DELETE"):
        raise _not_allowed(call.method)
    if call.method == "POST":
        return _insert(tenant, company, place, call)
    if place.record is None:
        raise ApiError(405, "BadRequest_MethodNotAllowed", "The address does not name one record.")
    _match(company, call, place)
    if call.method == "DELETE":
        resource.remove(company, place.record)
        return Answer(204)
    resource.modify(company, place.record, _object(call))
    company.log.settle()
    return Answer(200, _single(tenant, company, place, call))


def _binary(company: Company, place: Place, call: Call, binary: media.Reached) -> Answer:
    """A picture or a PDF file of one record."""
    if place.record is None:
        raise not_found()
    if call.method in ("PATCH", "DELETE"):
        _match(company, call, place)
    return Answer(*media.answer(company, place.resource, place.record, binary, call.method, call.body))


def _place(tenant: Tenant, company: Company, parts: list[str]) -> Place:
    """Follow the segments of an address. Raises ApiError (404) where they lead nowhere."""
    place: Place | None = None
    for part in parts:
        name, key = _segment(part)
        if name.startswith(_ACTION):
            if place is None or place.record is None:
                raise _no_segment(name)
            place.action = name.removeprefix(_ACTION)
            continue
        place = _step(tenant, company, place, name)
        if key:
            if not _GUID.fullmatch(key):
                raise ApiError(400, "BadRequest_InvalidRequestUrl", f"'{key}' is not a key of {name}.")
            place.record = place.resource.find(company, key.lower(), place.parent)
            if place.record is None:
                raise not_found()
    assert place is not None
    return place


def _step(tenant: Tenant, company: Company, place: Place | None, name: str) -> Place:
    """From one place to the next segment."""
    if place is None:
        if name not in tenant.resources:
            raise _no_segment(name)
        return Place(tenant.resources[name], None)
    entity = place.resource.entity
    if place.record is not None and name in entity.many:
        return Place(tenant.resources[entity.many[name]], Parent(place.resource.name, place.record))
    if place.record is not None and name in entity.one:
        following = Place(tenant.resources[entity.one[name]], None)
        following.record = company.table(entity.one[name]).get(place.record[_BY_ID.get(name, f"{name}Id")])
        following.single = True
        if following.record is None:
            raise not_found()
        return following
    raise _no_segment(name)


def _act(company: Company, place: Place, call: Call) -> Answer:
    assert place.record is not None
    if call.method != "POST":
        raise _not_allowed(call.method)
    if place.action not in place.resource.actions:
        raise _no_segment(_ACTION + place.action)
    place.resource.act(company, place.record, place.action)
    return Answer(204)


def _object(call: Call) -> dict[str, Any]:
    if not isinstance(call.body, dict):
        raise ApiError(400, "BadRequest", "The request body must be a JSON object.")
    return call.body


def _match(company: Company, call: Call, place: Place) -> None:
    """The If-Match rule: needed, and not stale."""
    assert place.record is not None
    sent = call.headers.get("if-match", "")
    if not sent:
        raise ApiError(400, "BadRequest_InvalidToken", "The If-Match header must be specified for this request.")
    if sent not in ("*", etag(place.record)):
        raise ApiError(
            company.switches.stale_status,
            "Request_EntityChanged",
            f"Another user has already changed the record in the table {place.resource.entity.caption}.",
        )


def _insert(tenant: Tenant, company: Company, place: Place, call: Call) -> Answer:
    """POST: the record, then its children in the same body (deep insert), all or nothing."""
    if place.record is not None:
        raise ApiError(405, "BadRequest_MethodNotAllowed", "A record is inserted into its entity set.")
    body = _object(call)
    resource = place.resource
    children = {name: body[name] for name in resource.entity.many if name in body}
    own = {name: value for name, value in body.items() if name not in children}
    record = resource.insert(company, own, place.parent)
    for name, rows in children.items():
        if not isinstance(rows, list):
            raise ApiError(400, "BadRequest", f"The value of '{name}' must be an array.")
        child = tenant.resources[resource.entity.many[name]]
        for row in rows:
            if not isinstance(row, dict):
                raise ApiError(400, "BadRequest", f"The value of '{name}' must be an array of objects.")
            child.insert(company, row, Parent(resource.name, record))
    place.record = record
    return Answer(201, _single(tenant, company, place, call))


def _read(tenant: Tenant, company: Company, place: Place, call: Call) -> Answer:
    if place.record is not None:
        return Answer(200, _single(tenant, company, place, call), {"ETag": etag(place.record)})
    return Answer(200, _many(tenant, company, place, call))


def _counted(tenant: Tenant, company: Company, place: Place, call: Call) -> Answer:
    """How many records a collection has, or a filter keeps: bare text behind a byte order mark."""
    if place.record is not None or place.action:
        raise _no_segment("$count")
    _, count = _rows(tenant, company, place.resource, place.parent, query_of(dict(parse_qsl(call.query))))
    return Answer(200, f"\ufeff{count}".encode(), {"content-type": "text/plain"})


def _single(tenant: Tenant, company: Company, place: Place, call: Call) -> Record:
    assert place.record is not None
    query = query_of(dict(parse_qsl(call.query)))
    context = f"{call.root}/$metadata#companies({company.id})/{place.resource.name}/$entity"
    return {"@odata.context": context, **shown(tenant, company, place.resource, place.record, query)}


def shown(tenant: Tenant, company: Company, resource: Resource, record: Record, query: Query) -> Record:
    """One record with its etag, its selected properties and its expanded navigations."""
    resource.touched(company, record)
    values = resource.render(company, record)
    _known(resource, query.select)
    kept = {name: values[name] for name in query.select} if query.select else values
    result: Record = {"@odata.etag": etag(record), **kept}
    for name, inner in query.expand.items():
        if name in resource.entity.many:
            child = tenant.resources[resource.entity.many[name]]
            rows, _ = _rows(tenant, company, child, Parent(resource.name, record), inner)
            result[name] = [shown(tenant, company, child, row, inner) for row in rows]
        elif name in resource.entity.one:
            child = tenant.resources[resource.entity.one[name]]
            found = child.table(company).get(record[_BY_ID.get(name, f"{name}Id")])
            result[name] = shown(tenant, company, child, found, inner) if found else None
        else:
            raise ApiError(400, "BadRequest", f"Could not find a property named '{name}' to expand.")
    return result


def _known(resource: Resource, names: tuple[str, ...]) -> None:
    for name in names:
        if name not in resource.entity.fields:
            raise ApiError(
                400, "BadRequest", f"Could not find a property named '{name}' on type "
                f"'Microsoft.NAV.{resource.entity.type_name}'.",
            )  # fmt: skip


def _getter(company: Company, resource: Resource) -> Callable[[Record], Callable[[str], Any]]:
    """How a filter reads a row: stored values as they are, calculated ones computed when asked for."""

    def of(record: Record) -> Callable[[str], Any]:
        def get(name: str) -> Any:
            each = resource.entity.fields.get(name)
            if each is None:
                _known(resource, (name,))
            if each is not None and not each.calculated and name not in resource.always_calculated:
                return record[name]
            return resource.calculated(company, record)[name]

        return get

    return of


def _rows(
    tenant: Tenant, company: Company, resource: Resource, parent: Parent | None, query: Query
) -> tuple[list[Record], int]:
    """The rows an address stands for after filter, order, skip and top, and how many the filter kept."""
    get = _getter(company, resource)
    rows = list(resource.rows(company, parent, query))
    if query.test is not None:
        test = query.test
        rows = [row for row in rows if test(get(row))]
    count = len(rows)
    rows = ordered(rows, query, get)[query.skip :]
    return (rows[: query.top] if query.top is not None else rows), count


def _many(tenant: Tenant, company: Company, place: Place, call: Call) -> Record:
    options = dict(parse_qsl(call.query))
    query = query_of(options)
    rows, count = _rows(tenant, company, place.resource, place.parent, query)
    size = min(_page_size(call.headers.get("prefer", "")), company.switches.page_size, _MOST)
    start = _start(rows, query.token)
    page = rows[start : start + size]
    path = f"companies({company.id})/{call.path.split('/', 1)[1] if call.path.startswith('companies(') else call.path}"
    result: Record = {"@odata.context": f"{call.root}/$metadata#companies({company.id})/{place.resource.name}"}
    if query.count:
        result["@odata.count"] = count
    result["value"] = [shown(tenant, company, place.resource, row, query) for row in page]
    if start + size < len(rows):
        token = base64.urlsafe_b64encode(f"{start + size}:{page[-1]['id']}".encode()).decode()
        options.pop("company", None)
        result["@odata.nextLink"] = f"{call.root}/{path}?{urlencode({**options, '$skiptoken': token}, safe='$(),')}"
    return result


def _page_size(prefer: str) -> int:
    found = re.search(r"odata\.maxpagesize\s*=\s*(\d+)", prefer, re.IGNORECASE)
    if found is None:
        return _MOST
    if int(found[1]) > _MOST:
        raise ApiError(413, "BadRequest", f"The page size exceeds the maximum of {_MOST}.")
    return max(1, int(found[1]))


def _start(rows: list[Record], token: str) -> int:
    """Where the page behind a token starts: after the last row of the page before, if it is still there."""
    if not token:
        return 0
    try:
        place, _, last = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        number = int(place)
    except ValueError:
        raise ApiError(400, "BadRequest_InvalidToken", "The skip token is not valid.") from None
    return next((at + 1 for at, row in enumerate(rows) if row["id"] == last), number)


def need_parent(parent: Parent | None, text: str) -> Parent:
    """The parent, or the refusal of a page that has to be reached through one."""
    if parent is None:
        raise dialog(text)
    return parent
