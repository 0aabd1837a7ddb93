"""Where requests and answers of ours differ from what a vendor published, and why: every such place, for every vendor.

The tests that hold traffic against the vendors' files read their list from here, and fail for a difference that is not
in it as well as for one that no longer occurs. `python -m tests.deviations` writes docs/reference/deviations.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "deviations.md"

_PAGED = "the same file's answer has meta.pagination with per_page, current_page and links that carry page and limit"
BIGCOMMERCE_REQUESTS: Mapping[str, str] = {
    f"GET {path} takes no {name}": f"{_PAGED} ({file})"
    for path, file in (
        ("/v3/orders/[^/]+/transactions", "orders.v3.yml"),
        ("/v3/tax/rates", "tax_rates_zones.v3.yml"),
        ("/v3/tax/zones", "tax_rates_zones.v3.yml"),
    )
    for name in ("page", "limit")
}

_NULLS = (
    "null where nothing is known: the schema says object or number, real answers have null or {} "
    "(github.com/Medshift/bigc 1.1.0; sandboxes/bigcommerce/README.md)"
)
_LINK = "a link fits both alternatives of the schema's oneOf, so that nothing can validate (orders.v2.oas2.yml)"
_PIECES = "null for pieces, as in the vendor's own example of a refund (orders.v3.yml)"
BIGCOMMERCE_ANSWERS: Mapping[tuple[str, str], str] = {
    ("/orders", "consignments"): _LINK,
    ("/orders/{order_id}", "consignments"): _LINK,
    ("/orders/{order_id}/transactions", "data.avs_result"): _NULLS,
    ("/orders/{order_id}/transactions", "data.cvv_result"): _NULLS,
    ("/orders/{order_id}/transactions", "data.credit_card"): _NULLS,
    ("/orders/{order_id}/transactions", "data.reference_transaction_id"): _NULLS,
    ("/orders/{order_id}/payment_actions/refunds", "data.items.requested_amount"): _PIECES,
    ("/orders/payment_actions/refunds", "data.items.requested_amount"): _PIECES,
}

_SOURCE = (
    "read in the shop's own code although its description does not say so (woocommerce/woocommerce, REST controllers)"
)
WOOCOMMERCE_REQUESTS: Mapping[tuple[str, str, str], str] = {
    ("GET", "/orders/999", "dp"): _SOURCE,
    ("PUT", "/webhooks/7", "delivery_url"): _SOURCE,
}

_REAL = "a real shop answers so, whatever its schema says (recorded from WooCommerce; sandboxes/woocommerce/README.md)"
_NONE = "null where there is no limit, as in the examples of WooCommerce's REST API documentation"
WOOCOMMERCE_ANSWERS: Mapping[tuple[str, str], str] = {
    ("orders", "+currency_symbol"): _REAL,
    ("orders", "line_items.image.id"): _REAL,
    ("orders", "line_items.parent_name"): _REAL,
    ("products", "shipping_class_id"): _REAL,
    ("product-variations", "+date_created_gmt"): _REAL,
    ("product-variations", "+date_modified_gmt"): _REAL,
    ("product-variations", "+name"): _REAL,
    ("product-variations", "+parent_id"): _REAL,
    ("product-variations", "image"): _REAL,
    ("product-variations", "shipping_class_id"): _REAL,
    ("settings-tax", "-placeholder"): _REAL,
    ("coupons", "limit_usage_to_x_items"): _NONE,
    ("coupons", "usage_limit"): _NONE,
    ("coupons", "usage_limit_per_user"): _NONE,
}

FORTNOX_REQUESTS: Mapping[str, str] = {
    "'Year' is a required property": "the date decides the year; every known client omits it (BjornTech, Wetail)",
}

_RECORDED = "recorded answers 2023-01 to 2024-12 (accodeing/fortnox-api, spec/vcr_cassettes)"
FORTNOX_ANSWERS: Mapping[str, str] = {
    "articles: Articles/QuantityInStock": f"a string in the list; {_RECORDED}",
    "article: Article/ConstructionAccount": f"0 when unset, below the file's minimum; {_RECORDED}",
    "invoice: Invoice/ContractReference": f'"0", a string since 2024; {_RECORDED}',
    "invoice: Invoice/InvoiceReference extra": f"not in the file; {_RECORDED}",
    "invoice: Invoice/PaymentWay": f'"" when unset; {_RECORDED}',
    "invoice: Invoice/InvoiceRows/Cost extra": f"not in the file; {_RECORDED}",
    "invoices: Invoices/CurrencyRate": f"a string in the list; {_RECORDED}",
    "order: Order/OrderRows/Cost extra": f"not in the file; {_RECORDED}",
}

_FIXED = "the table's own fields that no page can edit (microsoft/BCApps, APIV2 sales pages; BC 150)"
BUSINESS_CENTRAL_ENTITIES: Mapping[tuple[str, str, str], str] = {
    ("*", "lastModifiedDateTime", "readOnly"): "set by the system on every write (APIV2 pages: Editable = false)",
    ("salesOrders", "fullyShipped", "readOnly"): "computed from the lines (APIV2SalesOrders; BC 140)",
    ("salesOrderLines", "invoicedQuantity", "readOnly"): _FIXED,
    ("salesOrderLines", "shippedQuantity", "readOnly"): _FIXED,
    ("*", "currencyCode", "code instead of text"): "a text of the page that has to be a currency's code (APIV2 pages)",
    ("companyInformation", "picture", "missing"): "a media stream of the company's logo, not imitated",
}

_LISTS: Sequence[tuple[str, Mapping[str, str] | Mapping[tuple[str, str], str] | Mapping[tuple[str, str, str], str]]] = (
    ("BigCommerce: what we ask", BIGCOMMERCE_REQUESTS),
    ("BigCommerce: what the sandbox answers", BIGCOMMERCE_ANSWERS),
    ("WooCommerce: what we ask", WOOCOMMERCE_REQUESTS),
    ("WooCommerce: what the sandbox answers", WOOCOMMERCE_ANSWERS),
    ("Fortnox: what we send", FORTNOX_REQUESTS),
    ("Fortnox: what the sandbox answers", FORTNOX_ANSWERS),
    ("Business Central: what the sandbox has", BUSINESS_CENTRAL_ENTITIES),
)


def page() -> str:
    """The page of the docs."""
    parts = [
        "# Where we differ from the vendors' published descriptions\n",
        "Requests and answers are held against the vendors' own files where those lie beside the checkout. This is",
        "every place where they differ, with the source that says otherwise. Quickbutik has published no such file.",
        "Made by `make pages` from `tests/deviations.py`.\n",
    ]
    for title, known in _LISTS:
        parts += [f"## {title}\n", "| where | why, and who says so |", "|---|---|"]
        parts += [f"| `{key if isinstance(key, str) else ' '.join(key)}` | {why} |" for key, why in known.items()]
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
