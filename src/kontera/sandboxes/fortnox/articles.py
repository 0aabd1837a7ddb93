"""Articles and their prices: /3/articles, /3/prices.

Decides what an article must hold, which numbers are free, how stock is rounded, and which price a row gets. With the
stock module active the quantity on the article is ignored: only stock documents change it.
"""

from __future__ import annotations

import re
from decimal import Decimal

from kontera.money import ZERO, round_to
from kontera.sandboxes.fortnox import fields, lists, references, tables
from kontera.sandboxes.fortnox.company import Company, Record, touch
from kontera.sandboxes.fortnox.errors import not_found, refuse, refuse_text
from kontera.sandboxes.fortnox.web import GONE, Answer, Call, Endpoint, created

_NUMBER = re.compile(r"[\w\-/\\+$,.]+\Z")
_TESTS = {
    name.lower(): lists.contains(name)
    for name in ("ArticleNumber", "Description", "EAN", "SupplierNumber", "Manufacturer", "ManufacturerArticleNumber")
}
_TESTS["webshop"] = lists.same_flag("WebshopArticle")
_FILTERS = {"active": lambda article: bool(article["Active"]), "inactive": lambda article: not article["Active"]}
_SORTS = {
    "articlenumber": "ArticleNumber",
    "quantityinstock": "QuantityInStock",
    "reservedquantity": "ReservedQuantity",
    "stockvalue": "StockValue",
}
_LIST = ("ArticleNumber", "Description", "EAN", "Housework", "StockPlace", "Unit", "WebshopArticle")
_AS_TEXT = ("DisposableQuantity", "PurchasePrice", "QuantityInStock", "ReservedQuantity", "StockValue")
_SALES = ("faktura", "order")


def list_all(call: Call) -> Answer:
    """GET articles; quantities are strings and VAT null in the list."""
    chosen = lists.choose(list(call.company.articles.values()), call.query, _TESTS, _FILTERS, _SORTS)

    def show(article: Record) -> Record:
        full = _show(call, article)
        return {
            "@url": full["@url"],
            **{name: full[name] for name in _LIST},
            **{name: str(full[name]) for name in _AS_TEXT},
            "SalesPrice": None if full["SalesPrice"] is None else str(full["SalesPrice"]),
            "VAT": None,
        }

    return Answer(lists.envelope("Articles", chosen, call.query, show))


def get(call: Call) -> Answer:
    """GET articles/{number}."""
    return Answer({"Article": _show(call, _one(call))})


def create(call: Call) -> Answer:
    """POST articles. Description is needed; 2000166 for a bad number; a taken number is refused."""
    company = call.company
    article = fields.apply(tables.ARTICLE, fields.blanks(tables.ARTICLE), _sent(call))
    if not article["Description"]:
        raise refuse_text("Artikelns benämning måste anges.")
    if article["ArticleNumber"] is None:
        article["ArticleNumber"] = company.free_number("articles", company.articles.__contains__)
    number = article["ArticleNumber"]
    if not _NUMBER.match(number):
        raise refuse(2000166, f"Artikelnumret är ogiltigt ({number})")
    if number in company.articles:
        raise refuse_text(f"Artikelnummer {number} används redan.")
    _settle(company, article)
    touch(article, call.now)
    company.articles[number] = article
    return created({"Article": _show(call, article)}, "articles")


def change(call: Call) -> Answer:
    """PUT articles/{number}: partial; 2000513 when it does not exist."""
    company, number = call.company, call.path["number"]
    article = company.articles.get(number)
    if article is None:
        raise refuse(2000513, f"Kunde inte hitta artikel ({number})")
    sent = _sent(call)
    if sent.get("ArticleNumber", number) != number:
        raise refuse_text("Artikelnumret kan inte ändras.")
    changed = fields.apply(tables.ARTICLE, article, sent)
    if company.profile.lager:
        changed["QuantityInStock"] = article["QuantityInStock"]
    _settle(company, changed)
    touch(changed, call.now)
    article.update(changed)
    return Answer({"Article": _show(call, article)})


def delete(call: Call) -> Answer:
    """DELETE articles/{number}; refused once a document has used it, also a cancelled one."""
    company, number = call.company, _one(call)["ArticleNumber"]
    rows = [row for order in company.orders.values() for row in order["OrderRows"]]
    rows += [row for invoice in company.invoices.values() for row in invoice["InvoiceRows"]]
    if any(row["ArticleNumber"] == number for row in rows):
        raise refuse_text(f"Artikeln används och kan inte tas bort ({number})")
    del company.articles[number]
    return GONE


def price_of(company: Company, price_list: str, article: str, quantity: Decimal) -> Decimal | None:
    """The price of an article in a list for this quantity: the highest step that the quantity reaches."""
    steps = [
        record
        for (code, number, start), record in company.prices.items()
        if code == price_list and number == article and start <= max(quantity, ZERO)
    ]
    if not steps:
        return None
    return Decimal(max(steps, key=lambda record: Decimal(record["FromQuantity"]))["Price"])


def list_prices(call: Call) -> Answer:
    """GET prices/sublist/{list}[/{article}]."""
    wanted, article = call.path["list"], call.path.get("article")
    chosen = [
        record
        for record in call.company.prices.values()
        if record["PriceList"] == wanted and (article is None or record["ArticleNumber"] == article)
    ]
    return Answer(
        lists.envelope(
            "Prices",
            chosen,
            call.query,
            lambda record: {
                name: value for name, value in _show_price(call, record).items() if name not in {"Date", "Percent"}
            },
        )
    )


def get_price(call: Call) -> Answer:
    """GET prices/{list}/{article}[/{from quantity}]."""
    return Answer({"Price": _show_price(call, _price(call))})


def create_price(call: Call) -> Answer:
    """POST prices."""
    company = call.company
    record = fields.apply(tables.PRICE, fields.blanks(tables.PRICE), _sent_price(call))
    if not record["PriceList"] or not record["ArticleNumber"]:
        raise refuse_text("Prislista och artikelnummer måste anges.")
    references.entry(company, "pricelists", record["PriceList"])
    if record["ArticleNumber"] not in company.articles:
        raise refuse(2001302, f"Kunde inte hitta artikel ({record['ArticleNumber']})")
    key = (record["PriceList"], record["ArticleNumber"], Decimal(record["FromQuantity"]))
    if key in company.prices:
        raise refuse_text("Priset finns redan.")
    _date_price(call, record)
    company.prices[key] = record
    return created({"Price": _show_price(call, record)}, "prices")


def change_price(call: Call) -> Answer:
    """PUT prices/{list}/{article}[/{from quantity}]: the amount and percentage."""
    record = _price(call)
    sent = _sent_price(call)
    record.update(
        fields.apply(
            tables.PRICE, record, {name: value for name, value in sent.items() if name in {"Price", "Percent"}}
        )
    )
    _date_price(call, record)
    return Answer({"Price": _show_price(call, record)})


def delete_price(call: Call) -> Answer:
    """DELETE prices/{list}/{article}/{from quantity}."""
    record = _price(call)
    del call.company.prices[record["PriceList"], record["ArticleNumber"], Decimal(record["FromQuantity"])]
    return GONE


def find(company: Company, number: str) -> Record:
    """The article a row names. Raises 2001302."""
    found = company.articles.get(number)
    if found is None:
        raise refuse(2001302, references.named(company, "Kunde inte hitta artikel", number))
    return found


def _sent(call: Call) -> Record:
    sent = fields.read(tables.ARTICLE, call.payload("Article"), ignore_read_only=call.ignore_read_only)
    references.require(call.company, sent, {"Unit": "units"})
    if isinstance(sent.get("VAT"), Decimal):
        references.vat_rate(call.company, sent["VAT"])
    return sent


def _settle(company: Company, article: Record) -> None:
    """Round the stock and derive what follows from it."""
    quantity = round_to(Decimal(article["QuantityInStock"]), 2)
    article["QuantityInStock"] = quantity
    article["DisposableQuantity"] = quantity - Decimal(article["ReservedQuantity"])
    article["StockValue"] = round_to(quantity * Decimal(article["PurchasePrice"]), 2) if article["StockGoods"] else ZERO


def _one(call: Call) -> Record:
    found = call.company.articles.get(call.path["number"])
    if found is None:
        raise not_found("artikeln", 2000428)
    return found


def _show(call: Call, article: Record) -> Record:
    number = article["ArticleNumber"]
    shown = {
        name: fields.plain(value) if isinstance(value, Decimal) else value
        for name, value in article.items()
        if not name.startswith("_")
    }
    price = price_of(call.company, "A", number, ZERO)
    return {**shown, "@url": call.url("articles", number), "SalesPrice": None if price is None else fields.plain(price)}


def _sent_price(call: Call) -> Record:
    return fields.read(tables.PRICE, call.payload("Price"), ignore_read_only=call.ignore_read_only)


def _price(call: Call) -> Record:
    start = call.path.get("start", "0")
    key = (call.path["list"], call.path["article"], Decimal(start if start.isdigit() else "0"))
    found = call.company.prices.get(key)
    if found is None:
        raise not_found("priset", 2000430)
    return found


def _date_price(call: Call, record: Record) -> None:
    record["Date"] = call.today.isoformat()
    touch(record, call.now)
    article = call.company.articles[record["ArticleNumber"]]
    touch(article, call.now)


def _show_price(call: Call, record: Record) -> Record:
    shown = {
        name: fields.plain(Decimal(value)) if name in {"Price", "FromQuantity", "Percent"} else value
        for name, value in record.items()
        if not name.startswith("_")
    }
    return {**shown, "@url": call.url("prices", record["PriceList"], record["ArticleNumber"], shown["FromQuantity"])}


def endpoints() -> list[Endpoint]:
    """The endpoints of articles and prices. A sublist comes before the paths it would fit."""
    one, price = "articles/{number:path}", "prices/{list}/{article}"
    return [
        Endpoint("GET", "articles", list_all, "article", _SALES),
        Endpoint("POST", "articles", create, "article", _SALES),
        Endpoint("GET", one, get, "article", _SALES),
        Endpoint("PUT", one, change, "article", _SALES),
        Endpoint("DELETE", one, delete, "article", _SALES),
        Endpoint("GET", "prices/sublist/{list}", list_prices, "price", _SALES),
        Endpoint("GET", "prices/sublist/{list}/{article}", list_prices, "price", _SALES),
        Endpoint("POST", "prices", create_price, "price", _SALES),
        Endpoint("GET", price, get_price, "price", _SALES),
        Endpoint("PUT", price, change_price, "price", _SALES),
        Endpoint("GET", f"{price}/{{start}}", get_price, "price", _SALES),
        Endpoint("PUT", f"{price}/{{start}}", change_price, "price", _SALES),
        Endpoint("DELETE", f"{price}/{{start}}", delete_price, "price", _SALES),
    ]
