"""$batch in JSON: up to 100 requests in one call, one after the other.

Decides their order, what depends on what, and the transaction around them. With `Isolation: snapshot` all of them
are one transaction that a posting inside commits; without it each stands alone. The first failure ends it, unless the
caller prefers to go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from kontera.sandboxes.business_central.errors import ApiError
from kontera.sandboxes.business_central.service import Answer, Call, handle

if TYPE_CHECKING:
    from kontera.sandboxes.business_central.tenant import Tenant

MOST = 100
NO_CORRELATION = str(UUID(int=0))


def run(tenant: Tenant, call: Call, correlation: str = NO_CORRELATION) -> Answer:
    """Carry out a batch. Raises ApiError when it is not one."""
    requests = call.body.get("requests") if isinstance(call.body, dict) else None
    if not isinstance(requests, list) or not all(isinstance(each, dict) for each in requests):
        raise ApiError(400, "BadRequest", "The batch must be a JSON object with an array 'requests'.")
    if len(requests) > MOST:
        raise ApiError(
            400, "Unknown", "The current batch message contains too many parts. A maximum number of "
            f"'{MOST}' query operations and change sets are allowed in a batch message.",
        )  # fmt: skip
    ids = [str(each.get("id", "")) for each in requests]
    if len(set(ids)) != len(ids) or "" in ids:
        raise ApiError(400, "BadRequest", "Every request of a batch needs an id of its own.")
    snapshot = call.headers.get("isolation", "").lower() == "snapshot"
    going_on = "continue-on-error" in call.headers.get("prefer", "")
    responses: list[dict[str, Any]] = []
    failed: set[str] = set()
    for request in requests:
        answer = _one(tenant, call, request, failed, snapshot, correlation)
        responses.append(_shown(str(request["id"]), answer))
        if answer.status >= 400:
            failed.add(str(request["id"]))
            stops = any(each.switches.batch_stops for each in tenant.companies.values()) and not going_on
            if snapshot or stops:
                break
    if snapshot:
        for company in tenant.companies.values():
            if failed:
                company.log.rollback()
            else:
                company.log.commit()
    return Answer(200, {"responses": responses})


def _one(
    tenant: Tenant, outer: Call, request: dict[str, Any], failed: set[str], snapshot: bool, correlation: str
) -> Answer:
    """One request of the batch; a refusal is its answer, not the batch's."""
    needs = {str(each) for each in request.get("dependsOn") or []}
    try:
        if needs & failed:
            raise ApiError(424, "BadRequest", "The request depends on one that failed.")
        address = urlsplit(str(request.get("url", "")))
        path = address.path.partition("/api/v2.0/")[2] or address.path.lstrip("/")
        headers = {str(name).lower(): str(value) for name, value in dict(request.get("headers") or {}).items()}
        if "company" in outer.headers:
            headers.setdefault("company", outer.headers["company"])
        if path.split("?")[0] in ("$batch", "") or path.startswith("subscriptions"):
            raise ApiError(400, "BadRequest_InvalidRequestUrl", f"'{path}' cannot be part of a batch.")
        inner = Call(str(request.get("method", "")).upper(), path, address.query, headers, request.get("body"),
                     outer.root)  # fmt: skip
        return handle(tenant, inner, commit=not snapshot)
    except ApiError as error:
        return Answer(error.status, error.body(correlation))


def _shown(identity: str, answer: Answer) -> dict[str, Any]:
    headers = {"content-type": "application/json; odata.metadata=minimal", "odata-version": "4.0", **answer.headers}
    shown: dict[str, Any] = {"id": identity, "status": answer.status, "headers": headers}
    if answer.body is not None:
        shown["body"] = answer.body
    return shown
