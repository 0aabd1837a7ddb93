"""What became of the orders of a crash test, counted from the vendors' own APIs.

Decides what counts as wrong: anything twice, missing, unbalanced, half done, or waiting in more than one case. Only the
cases, and what is still on its way, come from the hub: nobody else knows them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from kontera.cli.pairs import Pair
from kontera.cli.read_ledgers import LedgerReader
from kontera.cli.read_shops import ShopReader
from kontera.cli.report import Standing, a_piece, invoices_of, pair_report, settled, standing


def crash_report(pair: Pair, shop: ShopReader, ledger: LedgerReader, placed: set[str]) -> dict[str, Any]:
    """All figures; `wrong` names those that should be 0 and are not. Call it when the faults have stopped."""
    counted = ledger.calls()
    heard = shop.view("deliveries")
    ledger.lift_limit()
    stands = standing(pair)
    line = pair_report(pair, ledger, placed, stands, [])
    figures = {
        "duplicates": line["duplicates"],
        "missing": line["missing"],
        "unbalanced": line["unbalanced"],
        "waiting_twice": sum(1 for codes in stands.waiting.values() if len(codes) > 1),
        "unsettled": sum(unsettled(pair, placed).values()),
        **_ledger_faults(pair, shop, ledger, placed, stands),
        "laws_broken": _laws_broken(),
    }
    return {
        "storefront": pair.storefront,
        "ledger": pair.ledger,
        "placed": line["placed"],
        "booked": line["booked"],
        "left_out": line["left_out"],
        "waiting": line["waiting"],
        **figures,
        "wrong": sorted(name for name, count in figures.items() if count),
        "answers_lost": {
            pair.ledger: counted["faults"].get("lost_answer", 0),
            pair.storefront: shop.calls()["faults"].get("lost_answer", 0),
        },
        "notices": {
            "all": heard["notices"],
            "lost": heard["faults"].get("drop", 0),
            "doubled": heard["faults"].get("duplicate", 0),
            "reordered": heard["faults"].get("reorder", 0),
        },
        "ledger_calls": counted["total"],
        "calls_per_order": a_piece(int(counted["total"]), line["booked"]),
        "refused_429": counted["refused_429"],
    }


def unsettled(pair: Pair, placed: set[str]) -> dict[str, int]:
    """What is still on its way in the hub: orders without a last place, notices not looked at, documents under way or
    not yet read back."""
    from kontera.db.models import Look, OutboxDocument

    under_way = OutboxDocument.objects.filter(step__in=OutboxDocument.MOVING)
    return {
        "orders": len(placed) - settled(pair, placed),
        "looks": Look.objects.count(),
        "documents": under_way.exclude(order__place="waiting").count(),
        "not_read_back": OutboxDocument.objects.filter(step="booked", proof="").count(),
    }


def _ledger_faults(
    pair: Pair, shop: ShopReader, ledger: LedgerReader, placed: set[str], stands: Standing
) -> dict[str, int]:
    """What the ledger's own lists show that must not be. Documents of orders that wait in a case may be half done."""
    invoices = invoices_of(pair, ledger)
    certain = {
        one.number: (order, one)
        for order, found in invoices.items()
        if order in placed and order not in stands.waiting
        for one in found
    }
    paid = shop.paid()
    emails = Counter(address.casefold() for address in ledger.emails())
    return {
        "duplicate_customers": sum(count - 1 for count in emails.values()),
        "duplicate_payments": ledger.payments_twice() - (_meant_alike() if ledger.payments_look_alike else 0),
        "unbooked_invoices": sum(1 for _, one in certain.values() if not one.booked),
        "unbooked_payments": ledger.payments_unbooked(set(certain)),
        "unpaid_invoices": sum(1 for order, one in certain.values() if order in paid and one.left != 0),
        "overpaid_invoices": sum(1 for _, one in certain.values() if one.left < 0),
        "strangers": sum(len(found) for order, found in invoices.items() if order not in placed),
    }


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
        f"answers lost: {report['answers_lost']}; "
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
