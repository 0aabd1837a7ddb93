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
@click.option("--limit", default=50, show_default=True)
@merchant_option
@json_option
@grounded
def list_orders(place: str | None, limit: int, merchant: str, as_json: bool) -> None:
    """The newest orders and where they stand."""
    from kontera.proof.chain import total_text

    orders = merchant_named(merchant).orders.select_related("connection").order_by("-placed_at", "-pk")
    if place:
        orders = orders.filter(place=place)
    rows = [
        {"number": one.number, "store": one.connection.code, "place": one.place, "currency": one.currency,
         "total": total_text(one), "placed_at": one.placed_at.isoformat() if one.placed_at else ""}
        for one in orders[:limit]
    ]  # fmt: skip
    lines = [
        (row["number"], row["store"], row["placed_at"][:16], row["total"], row["currency"], row["place"])
        for row in rows
    ]
    show(rows, as_json, lambda: table(lines, ("order", "store", "placed", "total", "", "place"), right=(3,)))


@order.command("show")
@click.argument("number")
@click.option("--store", help="Code of the store, when two stores use the number.")
@click.option("--language", type=click.Choice(["en", "sv"]), default="en")
@merchant_option
@json_option
@grounded
def show_order(number: str, store: str | None, language: str, merchant: str, as_json: bool) -> None:
    """The whole chain of an order: shop, documents, entries, and why each line is as it is."""
    from kontera.proof.chain import chain_of

    chain = chain_of(_find(merchant, number, store), language)
    show(chain, as_json, lambda: _tell(chain))


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


def _tell(chain: dict[str, Any]) -> None:
    click.echo(
        f"Order {chain['number']} in {chain['store']}: {chain['total'] or 'total not known'} -> {chain['place']}"
    )
    if chain["left_out"]:
        click.echo(f"  left out by rule {chain['left_out']['rule']}: {chain['left_out']['reason']}")
    for case in chain["cases"]:
        click.echo(f"  waits in case {case['id']}: {case['title']}. {case['action']}")
    for event in chain["timeline"]:
        click.echo(f"  {event['at'][:19]}  {event['what']}")
    for difference in chain["differences"]:
        click.echo(f"  {difference}")
    for document in chain["documents"]:
        number = document["number"] or "not sent yet"
        voucher = f", voucher {document['voucher']}" if document["voucher"] else ""
        proof = {"equal": ", entries read back and equal", "differs": ", ENTRIES DIFFER"}.get(document["proof"], "")
        if document["carrier"] is not None:
            carrier = document["carrier"]
            number = f"in summary {carrier['reference']}, voucher {carrier['voucher'] or 'not sent yet'}"
            proof = {"equal": ", entries read back and equal"}.get(carrier["proof"], "")
        elif document["closes_at"] is not None:
            number = f"joins the summary that is closed at {document['closes_at'][:16]}"
        click.echo(f"\n  {document['kind']} {document['reference']}: {number} ({document['step']}{voucher}{proof})")
        for line in document["lines"]:
            click.echo(f"    {line}")
