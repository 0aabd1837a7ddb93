"""`kontera case`: what waits, why, and letting it go."""

from __future__ import annotations

from typing import Any

import click

from kontera.cli.common import (
    CLOCK,
    author,
    counted,
    grounded,
    json_option,
    merchant_named,
    merchant_option,
    reason_option,
    show,
    table,
)


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
    """Open cases, the worst first as in the console: whole connections, then money and age."""
    from kontera.console.reading.waiting import ranked, resolved

    owner = merchant_named(merchant)
    cases = [*ranked(owner, CLOCK.now()), *(resolved(owner) if everything else ())]
    rows = [_row(one, language) for one in cases]
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
    row = {**_row(found, language), "orders": _orders_of(found)}

    def text() -> None:
        for name in ("title", "body", "action", "where", "safe", "vendor"):
            if row[name]:
                click.echo(f"{name:>8}: {row[name]}")
        orders = row["orders"]
        named = f": {', '.join(orders[:20])}{' ...' if len(orders) > 20 else ''}" if orders else ""
        click.echo(f"   waits: {row['waiting']}{named}")

    show(row, as_json, text)


@case.command("release")
@click.argument("number", type=int)
@reason_option("What was mended, for the record.")
@merchant_option
@json_option
@grounded
def release(number: int, reason: str, merchant: str, as_json: bool) -> None:
    """The cause was mended: try everything that waits in the case again."""
    from kontera.intake.again import check_again
    from kontera.posting.obstacles import is_about_a_connection

    found = _find(merchant, number)
    if found.phase != "open":
        raise click.ClickException(f"Case {number} is resolved already; nothing waits in it.")
    count = check_again(found, author=author(), reason=reason, clock=CLOCK)
    if is_about_a_connection(found):
        told = f"The connection is tried again; {counted(count, 'waits', 'wait')} for it."
    else:
        told = f"{counted(count, 'is', 'are')} tried again."
    show({"trying": count}, as_json, lambda: click.echo(told))


@case.command("decide")
@click.argument("number", type=int)
@click.argument("choice")
@click.option("--order", "order_number", help="Only for this order [all that wait in the case].")
@reason_option("Why, for the record.")
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
    show({"decided": count}, as_json, lambda: click.echo(f"Decided for {counted(count)}: {choice}."))


def _find(merchant: str, number: int) -> Any:
    found = merchant_named(merchant).cases.filter(pk=number).first()
    if found is None:
        raise click.ClickException(f"There is no case {number}; `kontera case list` shows those there are.")
    return found


def _orders_of(found: Any) -> list[str]:
    """Numbers of the orders that wait for the case, those behind the connection that it is about included."""
    from kontera.posting.obstacles import behind, is_about_a_connection

    numbers = list(found.waiters.filter(released_at=None).order_by("pk").values_list("order__number", flat=True))
    if found.phase == "open" and is_about_a_connection(found):
        numbers += behind(found.connection).order_by("pk").values_list("number", flat=True)
    return numbers


def _row(found: Any, language: str) -> dict[str, Any]:
    from kontera.cases.catalogue import render
    from kontera.console.in_the_way import vendors_of
    from kontera.errors import Problem
    from kontera.posting.obstacles import waiting_in

    waiting = waiting_in(found)
    problem = Problem(code=found.code, cause=found.cause, facts=found.facts, vendor=found.vendor)
    shop, ledger = vendors_of(found.connection) if found.connection else ("", "")
    told = render(problem, language, max(waiting, 1), shop=shop, ledger=ledger)
    return {
        "id": found.pk,
        "code": found.code,
        "cause": found.cause,
        "team": found.team,
        "severity": told.severity,
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
