"""What people do in Fortnox itself and the API cannot: the actions of the control plane.

Decides nothing of its own: each action changes one company's set-up, or the sign-in, as an accountant or the vendor
would. Every action takes an optional "tenant"; without it the first company is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kontera.money import exact
from kontera.sandboxes.fortnox import fields, seed, tables
from kontera.sandboxes.fortnox.company import Company, VatCode

if TYPE_CHECKING:
    from kontera.sandboxes.fortnox.sandbox import FortnoxSandbox

Body = dict[str, Any]


class Levers:
    """The actions of one sandbox."""

    def __init__(self, sandbox: FortnoxSandbox) -> None:
        self._sandbox = sandbox

    def all(self) -> dict[str, Callable[[Body], Any]]:
        """Every action by name."""
        return {
            "account": self.account,
            "carry_over": self.carry_over,
            "close_year": self.close_year,
            "company": self.company,
            "consent": self.consent,
            "consent_page": self.consent_page,
            "expire_access": self.expire_access,
            "expire_refresh": self.expire_refresh,
            "legacy": self.legacy,
            "licences": self.licences,
            "limit": self.limit,
            "lock_period": self.lock_period,
            "number": self.number,
            "predefined": self.predefined,
            "profile": self.profile,
            "revoke_consent": self.revoke_consent,
            "tokens": self.tokens,
            "vat_code": self.vat_code,
        }

    def profile(self, body: Body) -> Body:
        """Change switches of the company's profile, e.g. {"accounting_method": "CASH"}."""
        company = self._company(body)
        company.profile.change({name: value for name, value in body.items() if name != "tenant"})
        return {
            name: sorted(value) if isinstance(value, set) else value for name, value in vars(company.profile).items()
        }

    def licences(self, body: Body) -> Body:
        """{"remove": ["order"], "add": [...]}."""
        licences = self._company(body).profile.licences
        licences.difference_update(body.get("remove", []))
        licences.update(body.get("add", []))
        return {"licences": sorted(licences)}

    def lock_period(self, body: Body) -> Body:
        """{"until": "2026-03-31"}, or null to unlock."""
        company = self._company(body)
        company.locked_until = date.fromisoformat(body["until"]) if body["until"] else None
        return {"until": body["until"]}

    def close_year(self, body: Body) -> Body:
        """{"year": id, "open": false}: close a financial year, or open it again."""
        closed = self._company(body).closed_years
        (closed.discard if body.get("open") else closed.add)(int(body["year"]))
        return {"closed_years": sorted(closed)}

    def carry_over(self, body: Body) -> Body:
        """{"year": id}: carry the year's open invoices into the next, so that they can be paid there."""
        company = self._company(body)
        company.carried_over.add(int(body["year"]))
        return {"carried_over": sorted(company.carried_over)}

    def predefined(self, body: Body) -> Body:
        """{"name": "FREIGHT", "account": 0}: set a predefined account; 0 removes it."""
        predefined = self._company(body).predefined
        predefined[body["name"]] = int(body["account"])
        return {body["name"]: predefined[body["name"]]}

    def account(self, body: Body) -> Body:
        """{"number": 3001, "change": {"Active": false}}: change an account in every year, or add it."""
        company, number = self._company(body), int(body["number"])
        change = fields.read(tables.ACCOUNT, body.get("change", {}))
        for year_id, chart in company.accounts.items():
            old = chart.get(number) or {
                **fields.blanks(tables.ACCOUNT),
                "Number": number,
                "Year": year_id,
                "Description": f"Konto {number}",
            }
            chart[number] = fields.apply(tables.ACCOUNT, old, change)
        return {"number": number, "years": sorted(company.accounts)}

    def vat_code(self, body: Body) -> Body:
        """{"code": "OSSDE19", "rate": "19", "account": 2671}, or {"code": ..., "remove": true}."""
        codes = self._company(body).vat_codes
        if body.get("remove"):
            codes.pop(body["code"], None)
        else:
            account = body.get("account")
            codes[body["code"]] = VatCode(
                body["code"], Decimal(exact(body["rate"])), None if account is None else int(account)
            )
        return {"codes": sorted(codes)}

    def number(self, body: Body) -> Body:
        """{"counter": "invoices", "next": 10001}: where invoices, orders, customers or articles go on counting."""
        if body["counter"] not in {"invoices", "orders", "customers", "articles", "payments"}:
            raise ValueError(f"no such counter {body['counter']!r}")
        self._company(body).counters[body["counter"]] = int(body["next"]) - 1
        return {body["counter"]: int(body["next"])}

    def company(self, body: Body) -> Body:
        """{"tenant": "1002"}: one more company, with a consent of its own."""
        tenant = str(int(body["tenant"]))
        if tenant in self._sandbox.companies:
            raise ValueError(f"there is a company {tenant} already")
        self._sandbox.companies[tenant] = seed.company(tenant, self._sandbox.clock.now())
        self._sandbox.consent_of(tenant)
        return self._sandbox.credentials_of(tenant)

    def consent(self, body: Body) -> Body:
        """{"scopes": [...], "service": true}: replace the consent, as a new authorization would."""
        tenant = self._company(body).tenant
        consent = self._sandbox.authority.consent(
            self._sandbox.client_id, tenant, tuple(body["scopes"]), bool(body.get("service", True))
        )
        return {"scopes": list(consent.scopes), "service": consent.service}

    def revoke_consent(self, body: Body) -> Body:
        """The company takes its consent back: refreshing fails from now on."""
        self._sandbox.consent_of(self._company(body).tenant).revoked = True
        return {"revoked": True}

    def tokens(self, body: Body) -> Body:
        """A fresh pair of tokens, with {"scopes": [...]} fewer rights than the consent."""
        consent = self._sandbox.consent_of(self._company(body).tenant)
        scopes = tuple(body["scopes"]) if "scopes" in body else None
        return dict(self._sandbox.authority.grant(consent, self._sandbox.clock.now(), scopes))

    def expire_access(self, body: Body) -> Body:
        """Every access token expires now."""
        self._sandbox.authority.expire_access()
        return {"expired": "access"}

    def expire_refresh(self, body: Body) -> Body:
        """Every refresh token expires now."""
        self._sandbox.authority.expire_refresh()
        return {"expired": "refresh"}

    def consent_page(self, body: Body) -> Body:
        """{"show": true}: the authorize page asks a person, instead of consenting at once."""
        self._sandbox.consent_page = bool(body["show"])
        return {"show": self._sandbox.consent_page}

    def legacy(self, body: Body) -> Body:
        """{"accept": true}: accept the Access-Token header that the vendor ended on 2025-04-30."""
        self._sandbox.legacy = bool(body["accept"])
        return {"accept": self._sandbox.legacy}

    def limit(self, body: Body) -> Body:
        """{"count": 25, "seconds": 5}: the rate limit; count null for none."""
        count = body["count"]
        self._sandbox.limiter.configure(None if count is None else int(count), float(body.get("seconds", 5)))
        return {"count": count, "seconds": self._sandbox.limiter.seconds}

    def _company(self, body: Body) -> Company:
        tenant = str(body.get("tenant") or next(iter(self._sandbox.companies)))
        if tenant not in self._sandbox.companies:
            raise ValueError(f"no company {tenant!r}")
        return self._sandbox.companies[tenant]
