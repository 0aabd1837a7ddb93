"""What became of the orders of a crash test, counted from the vendors' own APIs.

Decides what counts as wrong: anything twice, missing, unbalanced, half done, or waiting in more than one case. Only the
cases, and what is still on its way, come from the hub: nobody else knows them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from kontera.cli.report import Reader, pair_report

_PAID = {"captured", "paid"}


def crash_report(reader: Reader, store: str, placed: set[str]) -> dict[str, Any]:
    """All figures; `wrong` names those that should be 0 and are not. Call it when the faults have stopped."""
    from kontera.db.models import CaseWaiter, ShopOrder

    counted = reader.calls("fortnox")
    heard = reader.control("bigcommerce", "deliveries")
    reader.open_the_gate()
    waits = list(CaseWaiter.objects.filter(released_at=None).values_list("order__external_id", "case__code"))
    left_out = set(ShopOrder.objects.filter(place="left_out").values_list("external_id", flat=True))
    pair = pair_report(reader, store, placed, dict(waits), left_out, [], int(counted["total"]))
    waiting = {order for order, _ in waits}
    figures = {
        "duplicates": pair["duplicates"],
        "missing": pair["missing"],
        "unbalanced": pair["unbalanced"],
        "waiting_twice": sum(1 for count in Counter(order for order, _ in waits).values() if count > 1),
        "unsettled": sum(unsettled(placed).values()),
        **_ledger_faults(reader, store, placed, waiting),
        "laws_broken": _laws_broken(),
    }
    return {
        "placed": pair["placed"],
        "booked": pair["booked"],
        "left_out": pair["left_out"],
        "waiting": pair["waiting"],
        **figures,
        "wrong": sorted(name for name, count in figures.items() if count),
        "answers_lost": {vendor: reader.calls(vendor)["faults"].get("lost_answer", 0) for vendor in
                         ("fortnox", "bigcommerce")},
        "notices": {"all": heard["notices"], "lost": heard["faults"].get("drop", 0),
                    "doubled": heard["faults"].get("duplicate", 0), "reordered": heard["faults"].get("reorder", 0)},
        "ledger_calls": counted["total"],
        "refused_429": counted["refused_429"],
    }  # fmt: skip


def unsettled(placed: set[str]) -> dict[str, int]:
    """What is still on its way in the hub: orders without a last place, notices not looked at, documents under way or
    not yet read back."""
    from kontera.db.models import Look, OutboxDocument, ShopOrder

    places = dict(ShopOrder.objects.filter(external_id__in=placed).values_list("external_id", "place"))
    final = sum(place in ("booked", "waiting", "left_out") for place in places.values())
    under_way = OutboxDocument.objects.filter(step__in=("planned", "sending", "recorded"))
    return {
        "orders": len(placed) - final,
        "looks": Look.objects.count(),
        "documents": under_way.exclude(order__place="waiting").count(),
        "not_read_back": OutboxDocument.objects.filter(step="booked", proof="").count(),
    }


def _ledger_faults(reader: Reader, store: str, placed: set[str], waiting: set[str]) -> dict[str, int]:
    """What the ledger's own lists show that must not be. Documents of orders that wait in a case may be half done."""
    invoices = {
        str(one["DocumentNumber"]): str(one["ExternalInvoiceReference1"]).removeprefix(f"{store}-")
        for one in reader.invoices()
        if not one["Cancelled"] and str(one["ExternalInvoiceReference1"]).startswith(f"{store}-")
    }
    shown = {str(one["DocumentNumber"]): one for one in reader.invoices()}
    payments = reader.payments()
    paid_in_shop = {str(one["id"]) for one in reader.orders() if one["payment_status"] in _PAID}
    emails = Counter(str(one["Email"]).casefold() for one in reader.customers() if one["Email"])
    alike = Counter((str(one["InvoiceNumber"]), str(one["Amount"]), str(one["PaymentDate"])) for one in payments)
    certain = {number: order for number, order in invoices.items() if order in placed and order not in waiting}
    return {
        "duplicate_customers": sum(count - 1 for count in emails.values()),
        "duplicate_payments": sum(count - 1 for count in alike.values()) - _meant_alike(),
        "unbooked_invoices": sum(1 for number in certain if not shown[number]["Booked"]),
        "unbooked_payments": sum(1 for one in payments if str(one["InvoiceNumber"]) in certain and not one["Booked"]),
        "unpaid_invoices": sum(
            1 for number, order in certain.items() if order in paid_in_shop and shown[number]["Balance"] != 0
        ),
        "overpaid_invoices": sum(1 for number in certain if float_free(shown[number]["Balance"]).startswith("-")),
        "strangers": sum(1 for order in invoices.values() if order not in placed),
    }


def float_free(value: object) -> str:
    """A JSON number as text, so that its sign can be told without arithmetic."""
    return str(value)


def _meant_alike() -> int:
    """Payments of one order that are alike because the shop says so (two cards, the same amount, the same day)."""
    from kontera.db.models import OutboxDocument

    rows = OutboxDocument.objects.filter(kind="customer_payment", step="booked").values_list("order_id", "content")
    alike = Counter((order, str(content["amount"]), content["date"]) for order, content in rows)
    return sum(count - 1 for count in alike.values())


def _laws_broken() -> int:
    from kontera.db.models import Merchant
    from kontera.proof import laws

    return sum(finding.count for merchant in Merchant.objects.all() for finding in laws.check(merchant))


def tell(report: dict[str, Any]) -> None:
    """The report, for people."""
    notices = report["notices"]
    click.echo(
        f"{report['kills']} kills, {report['freezes']} freezes, {report['tokens_expired']} expired tokens; "
        f"answers lost: ledger {report['answers_lost']['fortnox']}, shop {report['answers_lost']['bigcommerce']}; "
        f"of {notices['all']} notices {notices['lost']} lost, {notices['doubled']} doubled, "
        f"{notices['reordered']} reordered"
    )
    click.echo(
        f"placed {report['placed']}, booked {report['booked']}, left out {report['left_out']}, waiting "
        f"{sum(report['waiting'].values())} {report['waiting']}; {report['seconds']} s"
    )
    for name in _SHOWN:
        click.echo(f"  {name.replace('_', ' ')}: {report[name]}")
    click.echo("All is well." if not report["wrong"] else f"WRONG: {', '.join(report['wrong'])}")


_SHOWN = (
    "duplicates", "missing", "unbalanced", "waiting_twice", "duplicate_customers", "duplicate_payments",
    "unbooked_invoices", "unbooked_payments", "unpaid_invoices", "overpaid_invoices", "strangers", "unsettled",
    "laws_broken", "refused_429",
)  # fmt: skip
