"""What orders and invoices share: reading a body, defaults from the customer, totals, showing, listing.

Decides everything about a document that does not depend on whether it is an order or an invoice. Locks, numbering of
OCR, booking and the actions are in `orders.py` and `invoices.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from kontera.money import ZERO
from kontera.sandboxes.fortnox import arithmetic, customers, document_rows, fields, lists, references
from kontera.sandboxes.fortnox.arithmetic import Extra, Line
from kontera.sandboxes.fortnox.company import Company, Record, touch
from kontera.sandboxes.fortnox.errors import not_found, refuse_text
from kontera.sandboxes.fortnox.fields import CLEAR, Field, Table
from kontera.sandboxes.fortnox.lists import Test
from kontera.sandboxes.fortnox.web import Answer, Call

# document field <- customer field
_FROM_CUSTOMER = {
    "CustomerName": "Name",
    "Address1": "Address1",
    "Address2": "Address2",
    "City": "City",
    "ZipCode": "ZipCode",
    "Country": "Country",
    "DeliveryName": "DeliveryName",
    "DeliveryAddress1": "DeliveryAddress1",
    "DeliveryAddress2": "DeliveryAddress2",
    "DeliveryCity": "DeliveryCity",
    "DeliveryZipCode": "DeliveryZipCode",
    "DeliveryCountry": "DeliveryCountry",
    "Phone1": "Phone1",
    "Phone2": "Phone2",
    "PriceList": "PriceList",
    "TermsOfPayment": "TermsOfPayment",
    "TermsOfDelivery": "TermsOfDelivery",
    "WayOfDelivery": "WayOfDelivery",
    "Currency": "Currency",
    "CostCenter": "CostCenter",
    "Project": "Project",
    "OurReference": "OurReference",
    "YourReference": "YourReference",
    "OrganisationNumber": "OrganisationNumber",
    "Remarks": "InvoiceRemark",
}
_IDENTITY = ("CustomerName", "Address1", "Address2", "City", "ZipCode", "Country", "OrganisationNumber")


@dataclass(frozen=True)
class Kind:
    """What names the two resources apart."""

    path: str
    single: str
    plural: str
    rows: str
    table: Table
    row_table: Table
    date: str
    subject: str
    template: str
    what: str
    code: int
    account_code: int
    list_fields: tuple[str, ...]

    def all(self, company: Company) -> dict[str, Record]:
        """The company's documents of this kind."""
        return company.orders if self.single == "Order" else company.invoices

    def one(self, call: Call) -> Record:
        """The document a path names. Raises 404."""
        found = self.all(call.company).get(call.path["number"])
        if found is None:
            raise not_found(self.what, self.code)
        return found

    def answer(self, call: Call, document: Record) -> Answer:
        """The document in its envelope."""
        return Answer({self.single: show(call, self, document)})


def read(call: Call, kind: Kind) -> dict[str, Any]:
    """The checked body of a create or change; every register it names exists."""
    sent = fields.read(kind.table, call.payload(kind.single), ignore_read_only=call.ignore_read_only)
    references.require(call.company, sent, references.HEADER)
    return sent


def create(call: Call, kind: Kind, sent: dict[str, Any], copied: list[Record] | None = None) -> Record:
    """A new document with its rows and totals, not yet stored. `copied` are finished rows of another document, taken
    over instead of sent ones. Raises ApiError."""
    company = call.company
    customer = customers.find(company, sent.get("CustomerNumber", ""))
    if not customer["Active"]:
        raise refuse_text(f"Kunden är inte aktiv ({customer['CustomerNumber']})")
    document = fields.blanks(kind.table)
    document.update(
        {"OutboundDate": call.today.isoformat(), kind.date: call.today.isoformat(), "PrintTemplate": kind.template}
    )
    document["EmailInformation"]["EmailSubject"] = kind.subject
    _from_customer(document, customer)
    document = fields.apply(kind.table, document, sent)
    _rate(company, document, sent, fresh=True)
    document["DocumentNumber"] = _number(company, kind, sent.get("DocumentNumber"))
    rows: list[Record] = sent.get(kind.rows) or []
    pairs: list[tuple[Record, Record]] = (
        [({}, row) for row in rows] if copied is None else [(row, {}) for row in copied]
    )
    _build_rows(company, kind, document, customer, pairs)
    touch(document, call.now)
    return document


def change(call: Call, kind: Kind, document: Record, sent: dict[str, Any]) -> Record:
    """A changed copy of `document`, with new RowIds and totals. Raises ApiError."""
    company = call.company
    if sent.get("DocumentNumber", document["DocumentNumber"]) != document["DocumentNumber"]:
        raise refuse_text("Dokumentnumret kan inte ändras.")
    changed = dict(document)
    number = sent.get("CustomerNumber", document["CustomerNumber"])
    customer = customers.find(company, number)
    if number != document["CustomerNumber"]:
        changed.update({name: customer[_FROM_CUSTOMER[name]] or "" for name in _IDENTITY})
    changed = fields.apply(kind.table, changed, sent)
    _rate(company, changed, sent, fresh="Currency" in sent)
    old = document[kind.rows]
    pairs = document_rows.arrange(old, sent[kind.rows] or []) if kind.rows in sent else [(row, {}) for row in old]
    _build_rows(company, kind, changed, customer, pairs)
    touch(changed, call.now)
    return changed


def add_up(company: Company, kind: Kind, document: Record) -> None:
    """Set all amounts of a document from its rows, freight and fee."""
    customer = customers.find(company, document["CustomerNumber"])
    year_id = year_for(company, document[kind.date])
    rows = document[kind.rows]
    lines = [
        Line(
            row["DeliveredQuantity"],
            row["Price"],
            row["Discount"],
            row["DiscountType"],
            Decimal(row["VAT"]),
            row["_code"],
        )
        for row in rows
    ]
    freight, fee = (
        _extra(company, customer, year_id, Decimal(document[name]), purpose)
        for name, purpose in (("Freight", "FREIGHT"), ("AdministrationFee", "ADMFEE"))
    )
    profile = company.profile
    result = arithmetic.totals(
        lines,
        vat_included=document["VATIncluded"],
        freight=freight,
        fee=fee,
        round_off=profile.round_off and document["Currency"] == "SEK",
        vat_rounding=profile.vat_rounding,
    )
    for row, line, total, net in zip(rows, lines, result.row_totals, result.row_nets, strict=True):
        row["Total"] = total
        if "TotalExcludingVAT" in kind.row_table:
            row["TotalExcludingVAT"] = net
            row["PriceExcludingVAT"] = (
                arithmetic.without_vat(line.price, line.rate) if document["VATIncluded"] else line.price
            )
    document.update(
        {
            "Gross": result.gross,
            "Net": result.net,
            "TotalVAT": result.total_vat,
            "FreightVAT": result.freight_vat,
            "AdministrationFeeVAT": result.fee_vat,
            "RoundOff": result.round_off,
            "Total": result.total,
            "TotalToPay": result.total,
            "_totals": result,
            "_freight": freight,
            "_fee": fee,
        }
    )
    stock = [row for row in rows if row["ArticleNumber"] and company.articles[row["ArticleNumber"]]["StockGoods"]]
    document["WarehouseReady"] = not (profile.lager and stock)


def show(call: Call, kind: Kind, document: Record) -> Record:
    """The single view of a document."""
    shown = _shown(kind.table, document)
    shown["@url"] = call.url(kind.path, document["DocumentNumber"])
    shown["@urlTaxReductionList"] = (
        f"{call.url('taxreductions')}?filter={kind.path}&referencenumber={document['DocumentNumber']}"
    )
    return shown


def list_all(
    call: Call, kind: Kind, tests: dict[str, Test], filters: dict[str, Callable[[Record], bool]], sorts: dict[str, str]
) -> Answer:
    """The list view; row contents are searched but not shown."""
    query = call.query
    records = list(kind.all(call.company).values())
    for name, test in (("fromdate", lists.at_least(kind.date)), ("todate", lists.at_most(kind.date))):
        if name in query:
            records = [record for record in records if test(record, query[name])]
    chosen = lists.choose(records, query, tests, filters, sorts)

    def row(document: Record) -> Record:
        full = _shown({name: kind.table[name] for name in kind.list_fields}, document)
        if "CurrencyRate" in full:
            full["CurrencyRate"] = str(full["CurrencyRate"])
        if kind.single == "Order":
            full["DeliveryDate"] = full["DeliveryDate"] or full["OrderDate"]  # recorded: only the list fills it in
        return {"@url": call.url(kind.path, document["DocumentNumber"]), **full}

    return Answer(lists.envelope(kind.plural, chosen, query, row))


def in_rows(kind: Kind, name: str) -> Test:
    """A text filter on a field of the rows."""
    return lambda record, wanted: any(wanted.lower() in str(row[name] or "").lower() for row in record[kind.rows])


def account_from(kind: Kind, low: bool) -> Test:
    """A filter on the account numbers of the rows, from or to."""
    return lambda record, wanted: any(
        (row["AccountNumber"] or 0) >= int(wanted) if low else 0 < (row["AccountNumber"] or 0) <= int(wanted)
        for row in record[kind.rows]
    )


def common_tests(kind: Kind) -> dict[str, Test]:
    """The filters both lists have."""
    names = (
        "CustomerName",
        "CustomerNumber",
        "DocumentNumber",
        "OurReference",
        "YourReference",
        "Project",
        "CostCenter",
        "ExternalInvoiceReference1",
        "ExternalInvoiceReference2",
    )
    return {
        **{name.lower(): lists.contains(name) for name in names},
        "sent": lists.same_flag("Sent"),
        "notcompleted": lists.same_flag("NotCompleted"),
        "label": lambda record, wanted: any(str(label.get("Id")) == wanted for label in record["Labels"]),
    }


def due_date(company: Company, terms: str, day: str) -> str:
    """The due date: the number in the term's code or text, in days; terms without one are due at once."""
    words = f"{terms} {company.registers['termsofpayments'].get(terms, {}).get('Description', '')}".split()
    days = next((int(word) for word in words if word.isdigit()), 0)
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def year_for(company: Company, day: str) -> int:
    """The id of the year whose chart of accounts a document uses; the newest for a date beyond all years."""
    found = company.year_of(date.fromisoformat(day))
    return int((found or company.latest_year())["Id"])


def _from_customer(document: Record, customer: Record) -> None:
    for name, source in _FROM_CUSTOMER.items():
        if name in document and customer[source]:
            document[name] = customer[source]
    document["TermsOfPayment"] = document["TermsOfPayment"] or "30"
    document["VATIncluded"] = customer["ShowPriceVATIncluded"]
    for name, source in (("Freight", "InvoiceFreight"), ("AdministrationFee", "InvoiceAdministrationFee")):
        if customer[source]:
            document[name] = Decimal(customer[source])
    document["EmailInformation"]["EmailAddressTo"] = customer["EmailInvoice"] or customer["Email"] or ""


def _rate(company: Company, document: Record, sent: dict[str, Any], *, fresh: bool) -> None:
    """SEK is 1 per 1. For another currency what is cleared, or not sent with a fresh currency, comes from the
    register."""
    entry = references.entry(company, "currencies", document["Currency"])
    if document["Currency"] == "SEK":
        document["CurrencyRate"] = document["CurrencyUnit"] = Decimal(1)
        return
    for name, source in (("CurrencyRate", "BuyRate"), ("CurrencyUnit", "Unit")):
        if sent.get(name) is CLEAR or (fresh and name not in sent):
            document[name] = Decimal(entry[source])
    if document["CurrencyRate"] <= 0 or document["CurrencyUnit"] <= 0:
        raise refuse_text("Valutakursen måste vara större än noll.")


def _number(company: Company, kind: Kind, sent: object) -> str:
    taken = kind.all(company)
    if isinstance(sent, str):
        if sent in taken:
            raise refuse_text(f"Dokumentnumret används redan ({sent})")
        return sent
    return company.free_number(kind.path, taken.__contains__)


def _build_rows(
    company: Company, kind: Kind, document: Record, customer: Record, pairs: list[tuple[Record, Record]]
) -> None:
    year_id = year_for(company, document[kind.date])
    document[kind.rows] = document_rows.build(
        company, kind.row_table, document, customer, pairs, year_id, kind.account_code
    )
    document["HouseWork"] = any(row["HouseWork"] for row in document[kind.rows])
    add_up(company, kind, document)


def _extra(company: Company, customer: Record, year_id: int, amount: Decimal, purpose: str) -> Extra:
    """Freight or fee with the VAT of its predefined account. Raises ApiError when there is no such account."""
    if not amount:
        return Extra(ZERO, ZERO, "MF")
    account = company.accounts[year_id][references.predefined(company, year_id, purpose)]
    if customer["VATType"] in document_rows.NO_VAT_TYPES:
        return Extra(arithmetic.two(amount), ZERO, "MF")
    code = references.vat_code(company, account["VATCode"] or "MF")
    return Extra(arithmetic.two(amount), code.rate, code.code)


def _shown(table: Table, record: Record) -> Record:
    return {name: _show_value(field, record.get(name)) for name, field in table.items()}


def _show_value(field: Field, value: Any) -> Any:
    if field.kind == "rows":
        return [_shown(field.table or {}, row) for row in value or []]
    if field.kind == "object":
        return _shown(field.table or {}, value or {})
    if field.kind == "quantity":
        return fields.as_quantity(Decimal(value or 0))
    return fields.plain(value) if isinstance(value, Decimal) else value
