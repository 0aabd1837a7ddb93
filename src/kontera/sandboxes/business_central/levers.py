"""What people do in the client and what the cloud does by itself: actions of the control plane.

Decides nothing the API decides. Every lever takes a JSON object; `company` in it names one (the first when left out).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kontera.money import exact
from kontera.sandboxes.business_central import amounts, lines, seed
from kontera.sandboxes.business_central.company import Company, GeneralSetup, Switches, VatSetup
from kontera.sandboxes.business_central.kinds import KINDS
from kontera.sandboxes.business_central.store import Record

if TYPE_CHECKING:
    from kontera.sandboxes.business_central.sandbox import BusinessCentralSandbox

Lever = Callable[[dict[str, Any]], Any]
_REGISTER = frozenset({"accounts", "items", "customers", "dimensions", "dimensionValues", "locations", "journals"})


class Levers:
    """The actions of one sandbox."""

    def __init__(self, sandbox: BusinessCentralSandbox) -> None:
        self._sandbox = sandbox

    def all(self) -> dict[str, Lever]:
        """Every action by its name."""
        return {
            "switches": self._switches,
            "vat": self._vat,
            "general": self._general,
            "account": self._account,
            "customer_templates": self._customer_templates,
            "item_templates": self._item_templates,
            "customer_discount": self._customer_discount,
            "series": self._series,
            "set": self._set,
            "release": self._release,
            "client_line": self._client_line,
            "rate": self._rate,
            "company": self._company,
            "app": self._app,
            "limits": self._limits,
            "webhooks": self._webhooks,
        }

    def _of(self, body: dict[str, Any]) -> Company:
        name = body.pop("company", "")
        return self._sandbox.tenant.company_of(name) if name else self._sandbox.company

    def _switches(self, body: dict[str, Any]) -> Any:
        """Change switches (see `Switches`); unknown ones are refused."""
        company = self._of(body)
        known = {each.name: each for each in fields(Switches)}
        for name, value in body.items():
            if name not in known:
                raise ValueError(f"no such switch {name!r}; there are {sorted(known)}")
            kept = getattr(company.switches, name)
            if isinstance(kept, Decimal):
                value = exact(value)
            elif isinstance(kept, tuple):
                value = tuple(value)
            elif type(value) is not type(kept):
                raise ValueError(f"switch {name} holds {type(kept).__name__}")
            setattr(company.switches, name, value)
        return {name: str(getattr(company.switches, name)) for name in known}

    def _vat(self, body: dict[str, Any]) -> Any:
        """One cell of VAT business x product: business, product, and percent, identifier, kind, account, blocked, or
        remove. Groups that are new are made."""
        company = self._of(body)
        key = (str(body.pop("business")), str(body.pop("product")))
        if body.pop("remove", False):
            del company.vat[key]
            return {"removed": list(key)}
        for table, code in zip(("taxAreas", "taxGroups"), key, strict=True):
            if code and company.table(table).by("code", code) is None:
                seed.add(company, table, code=code, displayName=code)
        company.log.commit()
        if "percent" in body:
            body["percent"] = exact(body["percent"])
        found = company.vat.get(key, VatSetup(key[1], Decimal(0)))
        company.vat[key] = replace(found, **body)
        return {"cells": len(company.vat)}

    def _general(self, body: dict[str, Any]) -> Any:
        """One cell of general business x product: business, product, and sales, credits, cost, blocked, or remove."""
        company = self._of(body)
        key = (str(body.pop("business")), str(body.pop("product")))
        if body.pop("remove", False):
            del company.general[key]
        else:
            company.general[key] = replace(company.general.get(key, GeneralSetup()), **body)
        return {"cells": len(company.general)}

    def _account(self, body: dict[str, Any]) -> Any:
        """One more account of the chart, with direct posting: number, name, and general, vat (product groups)."""
        company = self._of(body)
        number = str(body["number"])
        if company.table("accounts").by("number", number) is None:
            income = number.startswith("3")
            seed.add(company, "accounts", number=number, displayName=str(body["name"]), accountType="Posting",
                     category="Income" if income else "Assets", directPosting=True,
                     _genProd=str(body.get("general", "SERVICES" if income else "")),
                     _vatProd=str(body.get("vat", "VAT25" if income else "")))  # fmt: skip
            company.log.commit()
        return {"accounts": len(company.table("accounts"))}

    def _customer_templates(self, body: dict[str, Any]) -> Any:
        """The customer templates, in the order they are tried: [{"when": {...}, "values": {...}}]; [] = none."""
        company = self._of(body)
        company.customer_templates = list(body["templates"])
        return {"templates": len(company.customer_templates)}

    def _item_templates(self, body: dict[str, Any]) -> Any:
        """The item templates; see `customer_templates`."""
        company = self._of(body)
        company.item_templates = list(body["templates"])
        return {"templates": len(company.item_templates)}

    def _customer_discount(self, body: dict[str, Any]) -> Any:
        """A customer's invoice discounts: number, and tiers [[minimum amount, percent]]; [] = none."""
        company = self._of(body)
        company.discounts[body["number"]] = [(exact(least), exact(rate)) for least, rate in body["tiers"]]
        return {"tiers": len(company.discounts[body["number"]])}

    def _series(self, body: dict[str, Any]) -> Any:
        """A number series: code, and next, manual, blocked."""
        company = self._of(body)
        found = company.series[body.pop("code")]
        for name, value in body.items():
            if name not in ("next", "manual", "blocked"):
                raise ValueError(f"a series has no {name!r}")
            setattr(found, name, value)
        return {"prefix": found.prefix, "next": found.next}

    def _set(self, body: dict[str, Any]) -> Any:
        """Fields of one record as a person would set them: table, number or code, values (hidden ones begin with _)."""
        company = self._of(body)
        table = body["table"]
        if table not in _REGISTER:
            raise ValueError(f"set works on {sorted(_REGISTER)}")
        name = "number" if "number" in body else "code"
        found = company.table(table).by(name, body[name])
        if found is None:
            raise ValueError(f"no {body[name]!r} in {table}")
        company.table(table).edit(found, **{key: _exactly(value) for key, value in body["values"].items()})
        company.log.commit()
        return {"id": found["id"]}

    def _document(self, company: Company, body: dict[str, Any]) -> tuple[str, Record]:
        for name in KINDS:
            found = company.table(name).get(body["id"])
            if found is not None:
                return name, found
        raise ValueError(f"no document {body['id']!r}")

    def _release(self, body: dict[str, Any]) -> Any:
        """Release a draft (id), send it for approval with "review": true, or open it again with "reopen": true."""
        company = self._of(body)
        name, found = self._document(company, body)
        review = bool(body.get("review", False))
        company.table(name).edit(found, _review=review, _released=not review and not body.get("reopen", False))
        company.log.commit()
        return {"released": found["_released"]}

    def _client_line(self, body: dict[str, Any]) -> Any:
        """A person adds an item line in the client; totals stay pending until somebody reads: id, item, quantity."""
        company = self._of(body)
        name, header = self._document(company, body)
        kind = KINDS[name]
        item = company.table("items").by("number", body["item"])
        if item is None:
            raise ValueError(f"no item {body['item']!r}")
        last = max((each["sequence"] for each in amounts.lines_of(company, kind, header)), default=0)
        company.table(name).edit(header, _pending=True)
        line = company.table(kind.lines).add(
            kind.blank_line() | {"documentId": header["id"], "sequence": last + 10000, "_dims": dict(header["_dims"])}
        )
        header["_lines"] += (line["id"],)
        values = {"itemId": item["id"], "quantity": exact(body["quantity"])}
        lines.Editor(company, kind, header, line, new=True).apply(values)
        company.log.commit()
        return {"id": line["id"]}

    def _rate(self, body: dict[str, Any]) -> Any:
        """An exchange rate: currency, day, rate (local currency per unit)."""
        company = self._of(body)
        seed.add(company, "currencyExchangeRates", currencyCode=body["currency"], startingDate=body["day"],
                 exchangeRateAmount=Decimal(1), relationalExchangeRateAmount=exact(body["rate"]))  # fmt: skip
        company.log.commit()
        return {"rates": len(company.table("currencyExchangeRates"))}

    def _company(self, body: dict[str, Any]) -> Any:
        """One more company: name."""
        made = self._sandbox.tenant.open(body["name"])
        return {"id": made.id, "name": made.name}

    def _app(self, body: dict[str, Any]) -> Any:
        """The app registration: enabled, consented, client_secret."""
        for name, value in body.items():
            if name not in ("enabled", "consented", "client_secret"):
                raise ValueError(f"an app has no {name!r}")
            setattr(self._sandbox.entra, name, value)
        return {"enabled": self._sandbox.entra.enabled}

    def _limits(self, body: dict[str, Any]) -> Any:
        """Limits: count and seconds of the window, running, queued, latency (real seconds), retry_after."""
        sandbox = self._sandbox
        if "count" in body:
            sandbox.limiter.configure(body["count"], float(body.get("seconds", sandbox.limiter.seconds)))
        sandbox.doors.most_running = int(body.get("running", sandbox.doors.most_running))
        sandbox.doors.most_queued = int(body.get("queued", sandbox.doors.most_queued))
        sandbox.latency = float(body.get("latency", sandbox.latency))
        sandbox.retry_after = bool(body.get("retry_after", sandbox.retry_after))
        return {"peak_running": sandbox.doors.peak}

    def _webhooks(self, body: dict[str, Any]) -> Any:
        """Delivery: speed (times faster than the vendor), most_changes (before they collapse into a collection)."""
        self._sandbox.deliverer.speed = float(body.get("speed", self._sandbox.deliverer.speed))
        hooks = self._sandbox.tenant.hooks
        hooks.most_changes = int(body.get("most_changes", hooks.most_changes))
        return {"subscriptions": len(hooks.subscriptions)}


def _exactly(value: Any) -> Any:
    """A number as a Decimal, as stored."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
