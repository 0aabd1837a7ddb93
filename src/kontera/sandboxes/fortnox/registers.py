"""The small registers: terms, ways, units, modes, currencies, cost centres, projects, price lists.

Decides how one generic register lists, shows, creates, changes and deletes. What differs is declared in `REGISTERS`.
"""

from __future__ import annotations

from dataclasses import dataclass

from kontera.sandboxes.fortnox import fields, lists, tables
from kontera.sandboxes.fortnox.company import Record, touch
from kontera.sandboxes.fortnox.errors import TEXT_ONLY, not_found, refuse_text
from kontera.sandboxes.fortnox.fields import Table
from kontera.sandboxes.fortnox.web import GONE, Answer, Call, Endpoint, created

_SALES = ("faktura", "order")


@dataclass(frozen=True)
class Register:
    """One register: its path and words, its key field, and who may use it."""

    path: str
    single: str
    plural: str
    key: str
    table: Table
    scope: str
    what: str  # in the not-found text, definite form
    code: int = TEXT_ONLY
    location: str = ""
    licences: tuple[str, ...] = _SALES
    deletable: bool = True
    list_without: tuple[str, ...] = ()

    def endpoints(self) -> list[Endpoint]:
        """The endpoints of this register."""
        one = f"{self.path}/{{key}}"
        found = [
            ("GET", self.path, self.list),
            ("POST", self.path, self.create),
            ("GET", one, self.get),
            ("PUT", one, self.change),
        ]
        if self.deletable:
            found.append(("DELETE", one, self.delete))
        return [Endpoint(method, path, handler, self.scope, self.licences) for method, path, handler in found]

    def list(self, call: Call) -> Answer:
        """All entries."""
        query = {
            name: value
            for name, value in call.query.items()
            if not (name == "page" and self.path in {"costcenters", "projects"})
        }  # page is ignored on these
        chosen = lists.choose(list(self._all(call).values()), query, {}, {}, {})
        return Answer(
            lists.envelope(
                self.plural,
                chosen,
                query,
                lambda entry: {
                    name: value for name, value in self._show(call, entry).items() if name not in self.list_without
                },
            )
        )

    def get(self, call: Call) -> Answer:
        """One entry."""
        return Answer({self.single: self._show(call, self._one(call))})

    def create(self, call: Call) -> Answer:
        """A new entry."""
        sent = fields.read(self.table, call.payload(self.single), ignore_read_only=call.ignore_read_only)
        entry = fields.apply(self.table, fields.blanks(self.table), sent)
        register = self._all(call)
        if not entry[self.key] and self.path == "projects":
            entry[self.key] = call.company.free_number("projects", register.__contains__)
        if not entry[self.key]:
            raise refuse_text(f"{self.key} saknas")
        if self.table["Description"].shortest and not entry["Description"]:
            raise refuse_text("Description saknas")
        if entry[self.key] in register:
            raise refuse_text(f"{self.key} används redan ({entry[self.key]})")
        touch(entry, call.now)
        register[entry[self.key]] = entry
        return created({self.single: self._show(call, entry)}, self.location or self.path)

    def change(self, call: Call) -> Answer:
        """Change an entry; its key stays."""
        entry = self._one(call)
        sent = fields.read(self.table, call.payload(self.single), ignore_read_only=call.ignore_read_only)
        if sent.get(self.key, entry[self.key]) != entry[self.key]:
            raise refuse_text(f"{self.key} kan inte ändras")
        entry.update(fields.apply(self.table, entry, sent))
        touch(entry, call.now)
        return Answer({self.single: self._show(call, entry)})

    def delete(self, call: Call) -> Answer:
        """Remove an entry."""
        self._one(call)
        del self._all(call)[call.path["key"]]
        return GONE

    def _all(self, call: Call) -> dict[str, Record]:
        return call.company.registers.setdefault(self.path, {})

    def _one(self, call: Call) -> Record:
        found = self._all(call).get(call.path["key"])
        if found is None:
            raise not_found(self.what, self.code)
        return found

    def _show(self, call: Call, entry: Record) -> Record:
        return {
            **{name: value for name, value in entry.items() if not name.startswith("_")},
            "@url": call.url(self.path, entry[self.key]),
        }


REGISTERS = (
    Register("currencies", "Currency", "Currencies", "Code", tables.CURRENCY, "currency", "valutan"),
    Register(
        "costcenters",
        "CostCenter",
        "CostCenters",
        "Code",
        tables.COST_CENTER,
        "costcenter",
        "kostnadsstället",
        licences=("bokforing", *_SALES),
    ),
    Register(
        "projects",
        "Project",
        "Projects",
        "ProjectNumber",
        tables.PROJECT,
        "project",
        "projektet",
        2001161,
        licences=("bokforing", *_SALES),
        list_without=("Comments", "ContactPerson"),
    ),
    Register(
        "termsofpayments",
        "TermsOfPayment",
        "TermsOfPayments",
        "Code",
        tables.TERMS_OF_PAYMENT,
        "settings",
        "betalningsvillkoret",
        2000429,
        location="paymentterms",
    ),
    Register(
        "termsofdeliveries",
        "TermsOfDelivery",
        "TermsOfDeliveries",
        "Code",
        tables.TERMS_OF_DELIVERY,
        "settings",
        "leveransvillkoret",
    ),
    Register(
        "wayofdeliveries",
        "WayOfDelivery",
        "WayOfDeliveries",
        "Code",
        tables.WAY_OF_DELIVERY,
        "settings",
        "leveranssättet",
    ),
    Register("units", "Unit", "Units", "Code", tables.UNIT, "settings", "enheten", 2000432),
    Register(
        "modesofpayments",
        "ModeOfPayment",
        "ModesOfPayments",
        "Code",
        tables.MODE_OF_PAYMENT,
        "settings",
        "betalningssättet",
    ),
    Register(
        "pricelists", "PriceList", "PriceLists", "Code", tables.PRICE_LIST, "price", "prislistan", deletable=False
    ),
)


def endpoints() -> list[Endpoint]:
    """The endpoints of all registers."""
    return [endpoint for register in REGISTERS for endpoint in register.endpoints()]
