"""`kontera order`: where each order stands, and the whole chain of one with every line's reason."""

from __future__ import annotations

from typing import Any

import click

from kontera.cli.common import (
    CLOCK,
    author,
    connection_coded,
    grounded,
    json_option,
    merchant_named,
    merchant_option,
    show,
    table,
)


@click.group()
def order() -> None:
    """Orders: where each stands, and the whole chain of one."""


@order.command("list")
@click.option("--place", type=click.Choice(["arrived", "posting", "booked", "waiting", "left_out"]))
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@merchant_option
@json_option
@grounded
def list_orders(place: str | None, limit: int, merchant: str, as_json: bool) -> None:
    """The newest orders and where they stand."""
    from kontera.clock import local_iso
    from kontera.db.models import ShopOrder
    from kontera.proof.chain import total_text

    owner = merchant_named(merchant)
    orders = ShopOrder.newest_first(owner.orders.select_related("connection"))
    if place:
        orders = orders.filter(place=place)
    rows = [
        {"number": one.number, "store": one.connection.code, "place": one.place, "currency": one.currency,
         "total": total_text(one), "placed_at": local_iso(one.placed_at, owner.zone) or ""}
        for one in orders[:limit]
    ]  # fmt: skip
    lines = [
        (row["number"], row["store"], row["placed_at"][:16].replace("T", " ") or "-", *rest)
        for row, rest in ((row, (row["total"], row["currency"], row["place"])) for row in rows)
    ]
    titles = ("order", "store", f"placed ({owner.zone})", "total", "", "place")
    show(rows, as_json, lambda: table(lines, titles, right=(3,)))


@order.command("show")
@click.argument("number")
@click.option("--store", help="Code of the store, when two stores use the number.")
@click.option("--language", type=click.Choice(["en", "sv"]), default="en")
@click.option("--bodies", is_flag=True, help="What was sent and answered too, without secrets.")
@merchant_option
@json_option
@grounded
def show_order(number: str, store: str | None, language: str, bodies: bool, merchant: str, as_json: bool) -> None:
    """The whole chain of an order: what happened and who decided, documents, why each line is as it is, requests."""
    from kontera.console.plain_order import lines_of
    from kontera.proof.chain import chain_of

    found = _find(merchant, number, store)
    chain = chain_of(found, language, bodies=bodies)
    chain |= {"timeline": _timeline(found, language), "obstacles": _obstacles(found, language)}
    show(chain, as_json, lambda: click.echo("\n".join(lines_of(chain, language))))


@order.command("resend")
@click.argument("number")
@click.option("--store", help="Code of the store; also finds orders the hub has never seen.")
@merchant_option
@grounded
def resend(number: str, store: str | None, merchant: str) -> None:
    """Read the order from the shop again and book what is missing; what is booked is found, never sent twice (M15)."""
    from kontera.intake.notices import look_at
    from kontera.work import engine

    owner = merchant_named(merchant)
    found = owner.orders.filter(number=number, **({"connection__code": store} if store else {})).first()
    if found is None and not store:
        raise click.ClickException(f"Order {number} is not known here; give --store to read it from that shop.")
    connection = found.connection if found else connection_coded(owner, store or "")
    if connection.kind != "storefront":
        raise click.ClickException(f"{connection.code!r} is a ledger; orders are read from a shop.")
    look_at(connection, "order", found.external_id if found else number, author=author(), now=CLOCK.now())
    engine.wake(connection.pk)
    click.echo(f"Order {number} is read again from {connection.name}.")


@order.command("summary")
@click.argument("reference")
@merchant_option
@json_option
@grounded
def summary(reference: str, merchant: str, as_json: bool) -> None:
    """A summary voucher and the orders in it, by our reference (nt-2026-11-24-SEK-klarna-1) or the ledger's number."""
    from django.db.models import Q

    from kontera.db.models import OutboxDocument
    from kontera.proof.chain import summary_of

    named = Q(reference=reference) | Q(voucher=reference) | Q(number=reference)
    vouchers = OutboxDocument.objects.filter(named, merchant=merchant_named(merchant), kind="voucher")
    found = vouchers.exclude(step=OutboxDocument.Step.ABANDONED).order_by("-pk").first()
    if found is None:
        raise click.ClickException(f"No summary is called {reference}.")
    told = summary_of(found)
    show(told, as_json, lambda: _tell_summary(told))


def _tell_summary(told: dict[str, Any]) -> None:
    click.echo(f"{told['reference']}: {told['voucher'] or 'not sent yet'} ({told['step']}) {told['text']}")
    for line in told["lines"]:
        click.echo(f"  {line}")
    click.echo("")
    rows = [(one["number"], one["total"], one["paid"]) for one in told["orders"]]
    table(rows, ("order", "sold", "paid"), right=(1, 2))


def _find(merchant: str, number: str, store: str | None) -> Any:
    found = merchant_named(merchant).orders.filter(number=number)
    if store:
        found = found.filter(connection__code=store)
    orders = list(found.select_related("connection__merchant", "connection__ledger", "fact")[:2])
    if not orders:
        raise click.ClickException(
            f"Order {number} is not known; `kontera order resend {number} --store CODE` reads it."
        )
    if len(orders) > 1:
        raise click.ClickException(f"Two stores have an order {number}: choose with --store.")
    return orders[0]


def _timeline(found: Any, language: str) -> list[dict[str, Any]]:
    """What happened to the order, the oldest first, as the console tells it."""
    from kontera.clock import local_iso
    from kontera.console.reading.one_order import papers_of
    from kontera.console.reading.timeline import timeline, waits_of

    zone = found.connection.merchant.zone
    return [
        {"at": local_iso(one.at, zone), "what": one.what, "side": one.side, "who": one.who, "case": one.code,
         "detail": one.detail}
        for one in timeline(found, papers_of(found), waits_of(found), language)
    ]  # fmt: skip


def _obstacles(found: Any, language: str) -> list[dict[str, Any]]:
    """What an order that is on its way waits for, as data and in words."""
    from kontera.clock import local_iso
    from kontera.console.in_the_way import told
    from kontera.posting.obstacles import of_order

    now, zone = CLOCK.now(), found.connection.merchant.zone
    rows = []
    for one in of_order(found, now):
        words = told(one, language, zone, now)
        rows.append({
            "kind": one.kind,
            "connection": one.connection.code,
            "case": words.case,
            "code": one.problem.code if one.problem else "",
            "since": local_iso(one.since, zone),
            "again_at": local_iso(one.again_at, zone),
            "title": words.title,
            "text": words.text,
        })  # fmt: skip
    return rows
