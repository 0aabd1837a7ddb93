"""The rows of an order or invoice: what was sent, what is defaulted, and what is refused.

Decides article, account, VAT code, price and quantity of every row, and how the rows of an update meet the rows that
are there. It computes no amounts: `documents.py` does, through `arithmetic.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kontera.money import ZERO, round_to
from kontera.sandboxes.fortnox import articles, fields, references
from kontera.sandboxes.fortnox.company import Company, Record, VatCode
from kontera.sandboxes.fortnox.errors import refuse, refuse_text
from kontera.sandboxes.fortnox.fields import CLEAR, Table

MOST_ROWS = 500
NO_VAT_TYPES = frozenset({"EUREVERSEDVAT", "EXPORT", "SEREVERSEDVAT"})
_EASY_RATES = frozenset({Decimal(25), Decimal(12), Decimal(6), ZERO})
_SALES_BY_RATE = {Decimal(25): "SALES_25_SE", Decimal(12): "SALES_12_SE", Decimal(6): "SALES_6_SE", ZERO: "SALES_0_SE"}
_ARTICLE_ACCOUNT = {
    "EUREVERSEDVAT": "EUAccount",
    "EUVAT": "EUVATAccount",
    "EXPORT": "ExportAccount",
    "SEREVERSEDVAT": "ConstructionAccount",
}
_SALES_BY_TYPE = {
    "EUREVERSEDVAT": "SALESEUREV",
    "EUVAT": "SALESEUVAT",
    "EXPORT": "SALESEXPORT",
    "SEREVERSEDVAT": "SALESCONSTR",
}
_ROT = frozenset(
    {"CONSTRUCTION", "ELECTRICITY", "GLASSMETALWORK", "GROUNDDRAINAGEWORK", "MASONRY", "PAINTINGWALLPAPERING", "HVAC"}
)


def arrange(old: list[Record], sent: list[Record]) -> list[tuple[Record, Record]]:
    """Pairs of (row that is there or {}, what was sent) in the order the updated document will have.

    No RowId anywhere: the rows are mapped by position. Any RowId: mapped by id, rows without one are new, rows not
    mentioned are removed.
    """
    if not any(isinstance(row.get("RowId"), int) for row in sent):
        return [(old[index] if index < len(old) else {}, row) for index, row in enumerate(sent)]
    by_id = {row["RowId"]: row for row in old}
    pairs = []
    for row in sent:
        number = row.get("RowId")
        if number is not None and number not in by_id:
            raise refuse_text(f"Kunde inte hitta rad ({number})")
        pairs.append((by_id[number] if number is not None else {}, row))
    return pairs


def build(
    company: Company,
    table: Table,
    document: Record,
    customer: Record,
    pairs: list[tuple[Record, Record]],
    year_id: int,
    account_code: int,
) -> list[Record]:
    """The finished rows, each with a new RowId. Raises ApiError for the first fault."""
    if len(pairs) > MOST_ROWS:
        raise refuse_text(f"Dokumentet får ha högst {MOST_ROWS} rader.")
    built = [_row(company, table, document, customer, old, sent, year_id, account_code) for old, sent in pairs]
    for row in built:
        row["RowId"] = company.next("rows")
    return built


def _row(
    company: Company,
    table: Table,
    document: Record,
    customer: Record,
    old: Record,
    sent: Record,
    year_id: int,
    account_code: int,
) -> Record:
    given = {name: value for name, value in sent.items() if name != "RowId"}
    if "VAT" in given and "VATCode" not in given:
        given["VATCode"] = CLEAR
    row = fields.apply(table, old or {**fields.blanks(table), "AccountNumber": None}, given)
    article = articles.find(company, row["ArticleNumber"]) if row["ArticleNumber"] else None
    references.require(company, row, references.ROW)
    _numbers(table, row)
    if not old:
        _default(company, document, customer, article, given, row)
    code = _vat(company, customer, article, old, given, row, year_id)
    row["_code"], row["VAT"] = code.code, code.rate
    _account(company, customer, article, old, given, row, year_id, account_code)
    if "DeliveredQuantity" in given:
        _stock(company, article, row)
    if row["DeliveredQuantity"] > 0 and not row["ArticleNumber"] and not row["Description"]:
        raise refuse(2003977, "Rader med antal måste ha artikelnummer eller benämning.")
    if row["AccountNumber"]:
        found = references.account(company, year_id, row["AccountNumber"], account_code)
        references.dimensions(
            company, found, row["CostCenter"] or document["CostCenter"], row["Project"] or document["Project"]
        )
    _housework(document, row)
    return row


def _numbers(table: Table, row: Record) -> None:
    """Prices and quantities keep two decimals, half up (recorded: 1.125 becomes 1.13)."""
    for name in ("Price", "DeliveredQuantity", "OrderedQuantity"):
        if name in table:
            row[name] = round_to(Decimal(row[name]), 2)
    row["Discount"] = Decimal(row["Discount"])


def _default(
    company: Company, document: Record, customer: Record, article: Record | None, given: dict[str, Any], row: Record
) -> None:
    """What a new row gets that was not sent: from the article, its price list, and the customer."""
    if "Discount" not in given and customer["InvoiceDiscount"]:
        row["Discount"], row["DiscountType"] = Decimal(customer["InvoiceDiscount"]), "PERCENT"
    if article is None:
        return
    row["Description"] = row["Description"] or article["Description"]
    row["Unit"] = row["Unit"] or article["Unit"] or ""
    if "Price" not in given:
        quantity = row.get("OrderedQuantity") or row["DeliveredQuantity"]
        price = articles.price_of(company, document["PriceList"], article["ArticleNumber"], quantity)
        row["Price"] = round_to(price or ZERO, 2)


def _vat(
    company: Company,
    customer: Record,
    article: Record | None,
    old: Record,
    given: dict[str, Any],
    row: Record,
    year_id: int,
) -> VatCode:
    """The VAT code of a row: customers without VAT have none; else VATCode, VAT, what it was, the article's rate, the
    code of the account."""
    if customer["VATType"] in NO_VAT_TYPES:
        row["VATCode"] = None
        return references.vat_rate(company, ZERO)
    if isinstance(given.get("VATCode"), str):
        return references.vat_code(company, given["VATCode"])
    if isinstance(given.get("VAT"), Decimal):
        return references.vat_rate(company, given["VAT"])
    if old:
        return references.vat_code(company, old["_code"])
    if article is not None:
        return references.vat_rate(company, Decimal(article["VAT"]))
    account = company.accounts[year_id].get(row["AccountNumber"] or 0)
    if account is not None and account["VATCode"]:
        return references.vat_code(company, account["VATCode"])
    return references.vat_rate(company, ZERO)


def _account(
    company: Company,
    customer: Record,
    article: Record | None,
    old: Record,
    given: dict[str, Any],
    row: Record,
    year_id: int,
    account_code: int,
) -> None:
    """The account of a row: sent; else what it was; else the article's by the customer's VAT type; else the
    customer's; else the predefined one. "API_BLANK" or 0 leaves the row without."""
    sent = given.get("AccountNumber")
    if sent is CLEAR or sent == 0:
        row["AccountNumber"] = 0
        return
    if isinstance(sent, int) or old:
        return
    if company.profile.easy_vat and row["VAT"] not in _EASY_RATES:
        raise refuse(2004167, "Konto måste anges för rader med egen momssats.")
    vat_type = customer["VATType"]
    chosen = article[_ARTICLE_ACCOUNT.get(vat_type, "SalesAccount")] if article is not None else 0
    chosen = chosen or (int(customer["SalesAccount"]) if customer["SalesAccount"] else 0)
    if not chosen:
        service = article is not None and article["Type"] == "SERVICE"
        name = _SALES_BY_TYPE.get(vat_type) or _SALES_BY_RATE.get(row["VAT"], "SALES_25_SE")
        chosen = references.predefined(company, year_id, name + ("2" if service or name == "SALESCONSTR" else ""))
    row["AccountNumber"] = references.account(company, year_id, chosen, account_code)["Number"]


def _stock(company: Company, article: Record | None, row: Record) -> None:
    """With the stock module, more than there is becomes nothing, without a word."""
    if article is None or not company.profile.lager or not article["StockGoods"]:
        return
    if row["DeliveredQuantity"] > Decimal(article["QuantityInStock"]) and not company.profile.negative_stock:
        row["DeliveredQuantity"] = ZERO


def _housework(document: Record, row: Record) -> None:
    """The two refusals that were recorded; the tax reduction itself is not computed."""
    if not row["HouseWork"]:
        return
    kind = row["HouseWorkType"]
    if kind == "OTHERCOSTS":
        raise refuse(2002980, "Kan inte sätta typen övrig kostnad på en rad markerad som husarbete.")
    wrong = {"rut": kind in _ROT, "rot": kind not in _ROT}.get(document["TaxReductionType"], False)
    if wrong and kind:
        raise refuse(
            2004021,
            f"Dokument med skattereduktionstypen '{document['TaxReductionType']}' får inte "
            f"innehålla rader med husarbetestypen '{kind}'.",
        )
