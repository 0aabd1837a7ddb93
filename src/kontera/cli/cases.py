"""`kontera case`: what waits, why, and letting it go."""

from __future__ import annotations

from typing import Any

import click

from kontera.cli.common import CLOCK, author, grounded, json_option, merchant_named, merchant_option, show, table


@click.group()
def case() -> None:
    """Cases: what waits, why, and letting it go."""


@case.command("list")
@click.option("--all", "everything", is_flag=True, help="Resolved ones too.")
@click.option("--language", type=click.Choice(["en", "sv"]), default="en")
@merchant_option
@json_option
@grounded
def list_cases(everything: bool, language: str, merchant: str, as_json: bool) -> None:
    """Open cases, most orders first."""
    from django.db.models import Count, Q

    waiting = Count("waiters", filter=Q(waiters__released_at=None))
    cases = merchant_named(merchant).cases.annotate(waiting=waiting).order_by("-waiting", "opened_at")
    if not everything:
        cases = cases.filter(phase="open")
    rows = [_row(one, one.waiting, language) for one in cases]
    show(rows, as_json, lambda: table(
        [(row["id"], row["team"], row["waiting"], row["title"]) for row in rows],
        ("case", "team", "orders", "what is wrong"), right=(0, 2),
    ))  # fmt: skip


@case.command("show")
@click.argument("number", type=int)
@click.option("--language", type=click.Choice(["en", "sv"]), default="en")
@merchant_option
@json_option
@grounded
def show_case(number: int, language: str, merchant: str, as_json: bool) -> None:
    """One case: what is wrong, what to do and where, and who waits."""
    found = _find(merchant, number)
    orders = [one.order.number for one in found.waiters.filter(released_at=None).select_related("order")]
    row = {**_row(found, len(orders), language), "orders": orders}

    def text() -> None:
        for name in ("title", "body", "action", "where", "safe", "vendor"):
            if row[name]:
                click.echo(f"{name:>8}: {row[name]}")
        click.echo(f"   waits: {len(orders)}: {', '.join(orders[:20])}{' ...' if len(orders) > 20 else ''}")

    show(row, as_json, text)


@case.command("release")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="What was mended, for the record.")
@merchant_option
@json_option
@grounded
def release(number: int, reason: str, merchant: str, as_json: bool) -> None:
    """The cause was mended: try everything that waits in the case again."""
    from kontera.intake.again import check_again

    count = check_again(_find(merchant, number), author=author(), reason=reason, clock=CLOCK)
    show({"trying": count}, as_json, lambda: click.echo(f"{count} orders are tried again."))


@case.command("decide")
@click.argument("number", type=int)
@click.argument("choice")
@click.option("--order", "order_number", help="Only for this order [all that wait in the case].")
@click.option("--reason", required=True, help="Why, for the record.")
@merchant_option
@json_option
@grounded
def decide(number: int, choice: str, order_number: str | None, reason: str, merchant: str, as_json: bool) -> None:
    """Decide CHOICE (keep_as_booked, leave_out, use_shop_vat, book_on_open_date) where the case allows it."""
    from kontera.posting.release import decide as decide_case

    found = _find(merchant, number)
    order = None
    if order_number:
        waiter = found.waiters.filter(released_at=None, order__number=order_number).select_related("order").first()
        if waiter is None:
            raise click.ClickException(f"Order {order_number} does not wait in case {number}.")
        order = waiter.order
    try:
        count = decide_case(found, choice, author=author(), reason=reason, clock=CLOCK, order=order)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    show({"decided": count}, as_json, lambda: click.echo(f"Decided for {count} orders: {choice}."))


def _find(merchant: str, number: int) -> Any:
    found = merchant_named(merchant).cases.filter(pk=number).first()
    if found is None:
        raise click.ClickException(f"There is no case {number}; `kontera case list` shows those there are.")
    return found


def _row(found: Any, waiting: int, language: str) -> dict[str, Any]:
    from kontera.cases.catalogue import render
    from kontera.errors import Problem

    problem = Problem(code=found.code, cause=found.cause, facts=found.facts, vendor=found.vendor)
    told = render(problem, language, max(waiting, 1))
    return {
        "id": found.pk,
        "code": found.code,
        "cause": found.cause,
        "team": found.team,
        "phase": found.phase,
        "waiting": waiting,
        "opened_at": found.opened_at.isoformat(),
        "title": told.title,
        "body": told.body,
        "action": told.action,
        "where": "; ".join(f"{place.vendor}: {place.path}" for place in told.where),
        "safe": told.safe,
        "vendor": told.vendor,
    }
