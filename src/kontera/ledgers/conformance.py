"""What every ledger adapter must prove against its sandbox, over real HTTP. A test module subclasses the suite.

Decides the behaviour that `protocol` promises: written once, found again for certain, predicted to the öre, refused
with a named problem. Knows no vendor: a `World` pulls the levers. Never used by the product.

    class TestFortnox(LedgerConformance): ...     # with a pytest fixture `world`
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Protocol

import msgspec

from kontera.accounting.documents import SalesInvoice
from kontera.errors import KonteraError, NeedsLedgerSetup, NeedsSignIn, Problem, Uncertain, WillRetry
from kontera.ledgers.protocol import (
    AlreadyRecorded,
    Bound,
    Entry,
    Ledger,
    Receipt,
    Recorded,
    RecordedDifferently,
)
from kontera.ledgers.samples import Chart, card, invoice, line, order, payment, voucher


class World(Protocol):
    """A ledger adapter connected to its sandbox, and what people and bad luck can do there."""

    ledger: Ledger
    chart: Chart
    day: date
    """A day in an open year and period."""
    unneeded: frozenset[str]
    """Functions that the connection was not set up to use."""

    def again(self) -> Ledger:
        """The adapter as after a restart: nothing remembered, same settings."""

    def lose_answer(self, write: str) -> None:
        """The next write of that kind (customer, invoice, book_invoice, payment, book_payment, voucher, article) is
        committed and its answer lost."""

    def fail(self, write: str, status: int) -> None:
        """The next write of that kind is answered with a server error and did not happen."""

    def maintenance(self) -> None:
        """Every call is answered by a page for people, until `recover`."""

    def recover(self) -> None:
        """No more faults."""

    def deactivate(self, account: str) -> None:
        """An accountant makes the account inactive."""

    def lock_through(self, day: date) -> None:
        """An accountant locks the period."""

    def without(self, function: str) -> None:
        """The company gives up the licence for a function."""

    def revoke(self) -> None:
        """The company takes its consent back."""

    def expire_access(self) -> None:
        """The access token is no longer valid; renewing works."""

    def cancel(self, number: str) -> None:
        """A person cancels the unbooked invoice in the ledger."""

    def counted(self, what: str) -> int:
        """How many the ledger holds: customers, invoices, orders, payments, vouchers."""

    def calls(self) -> int:
        """How many calls were made to the ledger so far."""


class LedgerConformance:
    """The suite."""

    def test_an_invoice_is_recorded_booked_and_read_back_as_quoted(self, world: World) -> None:
        """M2 M7 M40 M41 M48: written in one call, booked, and the ledger's entries are those that were predicted."""
        document = sample(world, "nt-1001")
        quote = world.ledger.quote(document, world.ledger.setup())
        assert quote.problems == ()
        assert (document.total, document.vat) == (quote.total, quote.vat)
        bound = bind(world, document)
        before = world.calls()
        outcome = world.ledger.record(document, bound)
        assert isinstance(outcome, Recorded)
        receipt = world.ledger.book(document, outcome.receipt)
        assert world.calls() - before == 2
        assert receipt.booked
        assert (document.total, document.vat) == (receipt.total, receipt.vat)
        assert places(quote.entries) == places(world.ledger.entries_of(document, receipt))
        assert accounts(quote.entries) == expected(document)

    def test_record_book_pay_is_four_calls(self, world: World) -> None:
        """M5 M7 M48: with customer known an order is booked and paid in four calls."""
        document = sample(world, "nt-1001")
        paid = payment(world.chart, document)
        quote = world.ledger.quote(paid, world.ledger.setup())
        bound = bind(world, document)
        before = world.calls()
        booked = booked_invoice(world, document, bound)
        outcome = world.ledger.record(paid, Bound(customer=bound.customer, invoice=booked.number))
        assert isinstance(outcome, Recorded)
        receipt = world.ledger.book(paid, outcome.receipt)
        assert world.calls() - before == 4
        assert places(quote.entries) == places(world.ledger.entries_of(paid, receipt))

    def test_found_the_same_is_already_recorded(self, world: World) -> None:
        """M1 M100: also by an adapter that remembers nothing."""
        document = sample(world, "nt-1001")
        bound = bind(world, document)
        assert world.ledger.find(document, bound) is None
        made = world.ledger.record(document, bound)
        found = world.again().find(document, bound)
        assert isinstance(found, AlreadyRecorded)
        assert made.receipt == found.receipt

    def test_found_different_says_what_differs(self, world: World) -> None:
        """M100: same reference, another amount: a decision, never a second document."""
        document = sample(world, "nt-1001")
        bound = bind(world, document)
        world.ledger.record(document, bound)
        other = invoice(world.chart, "nt-1001", [line(world.chart, "99.00")], world.day)
        found = world.ledger.find(other, bound)
        assert isinstance(found, RecordedDifferently)
        assert {"total", "vat"} <= set(found.differences)
        moved = msgspec.structs.replace(document, date=world.day - timedelta(days=1))
        found = world.ledger.find(moved, bound)
        assert isinstance(found, RecordedDifferently)
        assert found.differences == {"date": (moved.date.isoformat(), world.day.isoformat())}

    def test_a_longer_reference_is_not_ours(self, world: World) -> None:
        """M100: searches match parts of words; nt-100 is not nt-1001, in either direction."""
        longer = sample(world, "nt-1001")
        bound = bind(world, longer)
        world.ledger.record(longer, bound)
        for reference in ("nt-100", "t-1001", "NT-1001", "nt-10011"):
            assert world.ledger.find(sample(world, reference), bound) is None

    def test_a_cancelled_document_is_not_ours(self, world: World) -> None:
        """M100: what a person cancelled in the ledger may be written anew."""
        document = sample(world, "nt-1001")
        bound = bind(world, document)
        first = world.ledger.record(document, bound)
        world.cancel(first.receipt.number)
        assert world.ledger.find(document, bound) is None
        second = world.ledger.record(document, bound)
        assert isinstance(second, Recorded)
        assert second.receipt.number != first.receipt.number

    def test_a_lost_answer_is_looked_for(self, world: World) -> None:
        """M1 M100: each write whose answer is lost ends as one document, booked and paid once."""
        document = sample(world, "nt-1001")
        bound = bind(world, document)
        world.lose_answer("invoice")
        uncertain(lambda: world.ledger.record(document, bound))
        found = world.again().find(document, bound)
        assert isinstance(found, AlreadyRecorded)
        world.lose_answer("book_invoice")
        uncertain(lambda: world.ledger.book(document, found.receipt))
        booked = world.ledger.book(document, found.receipt)
        paid, bound = payment(world.chart, document), Bound(customer=bound.customer, invoice=booked.number)
        world.lose_answer("payment")
        uncertain(lambda: world.ledger.record(paid, bound))
        found_payment = world.again().find(paid, bound)
        assert isinstance(found_payment, AlreadyRecorded)
        world.lose_answer("book_payment")
        uncertain(lambda: world.ledger.book(paid, found_payment.receipt))
        assert world.ledger.book(paid, found_payment.receipt).booked
        assert [world.counted(what) for what in ("invoices", "payments", "vouchers")] == [1, 1, 2]

    def test_a_server_error_on_a_write_is_looked_for(self, world: World) -> None:
        """M100: a server error may or may not have committed; here it had not, so it is written, once."""
        document = sample(world, "nt-1001")
        bound = bind(world, document)
        world.fail("invoice", 500)
        uncertain(lambda: world.ledger.record(document, bound))
        assert world.ledger.find(document, bound) is None
        assert isinstance(world.ledger.record(document, bound), Recorded)
        assert world.counted("invoices") == 1

    def test_booked_already_is_success(self, world: World) -> None:
        """M7 M48."""
        document = sample(world, "nt-1001")
        bound = bind(world, document)
        outcome = world.ledger.record(document, bound)
        once = world.ledger.book(document, outcome.receipt)
        assert once == world.ledger.book(document, outcome.receipt)
        assert world.counted("vouchers") == 1

    def test_two_payments_alike_are_told_apart(self, world: World) -> None:
        """M100: half and half with the same method on the same day."""
        document = sample(world, "nt-1001", "200.00")
        bound = bind(world, document)
        booked = booked_invoice(world, document, bound)
        first, second = (payment(world.chart, document, "100.00", n) for n in (1, 2))
        pay = Bound(customer=bound.customer, invoice=booked.number)
        one = world.ledger.record(first, pay)
        after = Bound(customer=bound.customer, invoice=booked.number, taken=(one.receipt.number,))
        assert world.ledger.find(second, after) is None
        two = world.ledger.record(second, after)
        found = world.again().find(second, after)
        assert isinstance(found, AlreadyRecorded)
        assert two.receipt.number == found.receipt.number
        for document_paid, outcome in ((first, one), (second, two)):
            world.ledger.book(document_paid, outcome.receipt)
        assert world.counted("payments") == 2

    def test_a_customer_is_made_once(self, world: World) -> None:
        """M20 M21 M22: created, found again by a fresh adapter, brought up to date, never doubled."""
        mine = card()
        assert world.ledger.find_customer(mine) is None
        number = world.ledger.ensure_customer(mine, None)
        assert number == world.again().find_customer(mine)
        moved = msgspec.structs.replace(mine, billing=msgspec.structs.replace(mine.billing, street="Nygatan 2"))
        assert number == world.ledger.ensure_customer(moved, None) == world.again().ensure_customer(moved, number)
        assert world.counted("customers") == 1

    def test_a_customer_whose_answer_was_lost_is_made_once(self, world: World) -> None:
        """M22 M100."""
        for count, key in enumerate(("email:eva@example.com", "shop:nt:17", "vat:DE123456789", "collective:SE"), 1):
            mine = card(key=key)
            world.lose_answer("customer")
            uncertain(partial(world.ledger.ensure_customer, mine, None))
            number = world.again().ensure_customer(mine, None)
            assert number == world.ledger.find_customer(mine)
            assert world.counted("customers") == count

    def test_a_similar_customer_is_another_one(self, world: World) -> None:
        """M22: a@b.se is a part of eva@b.se, and is somebody else."""
        one = world.ledger.ensure_customer(card("email:maria@b.se", email="maria@b.se"), None)
        short = card("email:ia@b.se", email="ia@b.se")
        assert world.ledger.find_customer(short) is None
        assert one != world.ledger.ensure_customer(short, None)
        loud = card("email:maria@b.se", email="Maria@B.se")
        assert one == world.ledger.find_customer(loud)

    def test_a_company_that_tells_its_number_later_is_the_same_customer(self, world: World) -> None:
        """M22: first met without a number, by its address; then with one. Another company at that address, a private
        person, or one with another number, is somebody else."""
        company = msgspec.structs.replace(card(name="Café Holm AB"), company=True)
        first = world.ledger.ensure_customer(company, None)
        told = msgspec.structs.replace(company, key="vat:SE556036079301", vat_number="SE556036079301")
        assert first == world.ledger.find_customer(told)
        assert first == world.ledger.ensure_customer(told, None) == world.again().ensure_customer(told, None)
        other = msgspec.structs.replace(
            told, key="vat:SE556677889901", vat_number="SE556677889901", name="Holms Bageri AB"
        )
        person = msgspec.structs.replace(told, key="vat:SE559999888801", vat_number="SE559999888801", company=False)
        second = msgspec.structs.replace(told, key="vat:SE559999888801", vat_number="SE559999888801")
        assert [world.ledger.find_customer(somebody) for somebody in (other, person, second)] == [None] * 3
        assert first != world.ledger.ensure_customer(other, None)
        assert world.counted("customers") == 2

    def test_an_order_books_nothing(self, world: World) -> None:
        """M3: recorded for a person to handle; found again; no voucher."""
        document = order(world.chart, "nt-1001", [line(world.chart, "258.00", 12, "2")], world.day)
        bound = Bound(customer=world.ledger.ensure_customer(document.customer, None))
        outcome = world.ledger.record(document, bound)
        assert isinstance(outcome, Recorded)
        assert document.total == outcome.receipt.total
        assert outcome.receipt == world.ledger.book(document, outcome.receipt)
        assert isinstance(world.again().find(document, bound), AlreadyRecorded)
        assert [world.counted(what) for what in ("orders", "invoices", "vouchers")] == [1, 0, 0]

    def test_a_voucher_is_written_once(self, world: World) -> None:
        """M77 M100."""
        document = voucher(world.chart, "payout-77", world.day)
        quote = world.ledger.quote(document, world.ledger.setup())
        assert quote.problems == ()
        world.lose_answer("voucher")
        uncertain(lambda: world.ledger.record(document, Bound()))
        found = world.again().find(document, Bound())
        assert isinstance(found, AlreadyRecorded)
        assert found.receipt.booked
        assert places(quote.entries) == places(world.ledger.entries_of(document, found.receipt))
        assert world.counted("vouchers") == 1
        smaller = voucher(world.chart, "payout-77", world.day, "1.00")
        assert isinstance(world.ledger.find(smaller, Bound()), RecordedDifferently)
        assert world.ledger.find(voucher(world.chart, "payout-7", world.day), Bound()) is None

    def test_the_account_of_a_period(self, world: World) -> None:
        """M83 M99: all entries of an account, whoever made them."""
        document = sample(world, "nt-1001")
        booked_invoice(world, document, bind(world, document))
        world.ledger.record(voucher(world.chart, "payout-77", world.day), Bound())
        found = world.ledger.entries(world.chart.clearing, world.day, world.day)
        assert [entry.amount.amount for entry in found] == [Decimal("-169.10")]
        claims = world.ledger.entries(world.chart.receivable, world.day.replace(day=1), world.day)
        assert [entry.amount for entry in claims] == [document.total]
        early = world.day - timedelta(days=1)
        assert world.ledger.entries(world.chart.clearing, early, early) == ()

    def test_foreign_currency_is_predicted_in_the_ledgers_own(self, world: World) -> None:
        """M80: the currency is on the document; every entry, and what conversion leaves over, is known before."""
        lines = [
            line(world.chart, "33.33", 25, currency="EUR"),
            line(world.chart, "10.01", 12, currency="EUR"),
            line(world.chart, "7.77", 6, currency="EUR"),
        ]
        document = invoice(world.chart, "nt-1002", lines, world.day, rate=Decimal("11.2345"))
        setup = world.ledger.setup()
        quote = world.ledger.quote(document, setup)
        assert quote.problems == ()
        receipt = booked_invoice(world, document, bind(world, document))
        assert document.total == receipt.total
        assert places(quote.entries) == places(world.ledger.entries_of(document, receipt))
        paid = payment(world.chart, document)
        pay = Bound(invoice=receipt.number)
        outcome = world.ledger.record(paid, pay)
        assert isinstance(outcome, Recorded)
        settled = world.ledger.book(paid, outcome.receipt)
        assert places(world.ledger.quote(paid, setup).entries) == places(world.ledger.entries_of(paid, settled))

    def test_cost_centres_reach_the_entries(self, world: World) -> None:
        """M42."""
        setup = world.ledger.setup()
        centre = next(code for code, active in setup.cost_centres.items() if active)
        document = invoice(world.chart, "nt-1001", [line(world.chart, "125.00")], world.day, cost_centre=centre)
        quote = world.ledger.quote(document, setup)
        receipt = booked_invoice(world, document, bind(world, document))
        entries = world.ledger.entries_of(document, receipt)
        assert places(quote.entries) == places(entries)
        assert centre in {entry.cost_centre for entry in entries}

    def test_an_inactive_account_is_named(self, world: World) -> None:
        """M40 M98: nothing is written; once it is mended the same document goes through."""
        document = sample(world, "nt-1001", "100.00")
        bound = bind(world, document)
        account = document.lines[0].account
        world.deactivate(account)
        assert world.ledger.setup().accounts[account].active is False
        problem = refused(lambda: world.ledger.record(document, bound))
        assert (problem.code, problem.cause) == ("ACCOUNT_INACTIVE", f"account:{account}")
        assert (problem.facts["order"], problem.facts["account"]) == (document.order_number, account)
        assert world.counted("invoices") == 0

    def test_a_missing_account_is_named(self, world: World) -> None:
        """M40 M98."""
        document = invoice(world.chart, "nt-1001", [line(world.chart, "100.00", account="3999")], world.day)
        problem = refused(lambda: world.ledger.record(document, bind(world, document)))
        assert (problem.code, problem.cause) == ("ACCOUNT_MISSING", "account:3999")

    def test_a_locked_period_is_named(self, world: World) -> None:
        """M98: with the date and how far it is locked; in the snapshot too."""
        document = sample(world, "nt-1001")
        bound = bind(world, document)
        world.lock_through(world.day)
        assert world.ledger.setup().locked_through == world.day
        problem = refused(lambda: world.ledger.record(document, bound))
        assert (problem.code, problem.cause) == ("PERIOD_LOCKED", f"period:{world.day}")
        assert (problem.facts["date"], problem.facts["locked_through"]) == (str(world.day), str(world.day))

    def test_a_missing_year_is_named(self, world: World) -> None:
        """M98."""
        late = world.day.replace(year=world.day.year + 7)
        document = invoice(world.chart, "nt-1001", [line(world.chart, "100.00")], late)
        assert world.ledger.setup().year_of(late) is None
        problem = refused(lambda: world.ledger.record(document, bind(world, document)))
        assert (problem.code, problem.cause) == ("YEAR_MISSING", f"year:{late.year}")

    def test_a_missing_licence_is_named_before_anything_is_sent(self, world: World) -> None:
        """M98 M118: by the quote, by readiness, and by a refused write alike."""
        document = sample(world, "nt-1001")
        bound = bind(world, document)
        world.without("invoice")
        setup = world.ledger.setup()
        assert "invoice" not in setup.functions
        assert "LEDGER_LICENCE_MISSING" in {problem.code for problem in world.ledger.quote(document, setup).problems}
        assert "invoice" in {check.function for check in world.ledger.readiness() if not check.ok}
        assert refused(lambda: world.ledger.record(document, bound)).code == "LEDGER_LICENCE_MISSING"

    def test_readiness_is_green_and_asks_for_no_more_than_needed(self, world: World) -> None:
        """M118."""
        checks = world.ledger.readiness()
        assert [check for check in checks if not check.ok] == []
        assert world.unneeded & {check.function for check in checks} == set()

    def test_revoked_consent_needs_a_sign_in(self, world: World) -> None:
        """M98: everything waits, nothing is lost; readiness says the same."""
        document = sample(world, "nt-1001")
        bound = bind(world, document)
        world.revoke()
        for attempt in (
            lambda: world.ledger.record(document, bound),
            lambda: world.ledger.find(document, bound),
            lambda: world.ledger.setup(),
        ):
            error = raised(attempt)
            assert isinstance(error, NeedsSignIn)
            assert error.problem.code == "LEDGER_SIGN_IN"
        assert [(check.name, check.ok) for check in world.ledger.readiness()] == [("sign-in", False)]
        assert world.counted("invoices") == 0

    def test_an_expired_token_is_renewed_unnoticed(self, world: World) -> None:
        """M100: renewed once, the write happens once, and the renewed token was kept."""
        document = sample(world, "nt-1001")
        bound = bind(world, document)
        world.expire_access()
        assert isinstance(world.ledger.record(document, bound), Recorded)
        assert isinstance(world.again().find(document, bound), AlreadyRecorded)
        assert world.counted("invoices") == 1

    def test_a_maintenance_page_never_loses_or_doubles(self, world: World) -> None:
        """M100: reads are tried again; a write is looked for first."""
        document = sample(world, "nt-1001")
        bound = bind(world, document)
        world.maintenance()
        assert isinstance(raised(lambda: world.ledger.find(document, bound)), WillRetry)
        uncertain(lambda: world.ledger.record(document, bound))
        assert isinstance(raised(lambda: world.ledger.find(document, bound)), WillRetry)
        world.recover()
        assert world.ledger.find(document, bound) is None
        assert isinstance(world.ledger.record(document, bound), Recorded)
        assert world.counted("invoices") == 1

    def test_odd_texts_never_stop_an_order(self, world: World) -> None:
        """M8: emoji, brackets, long titles, foreign addresses."""
        buyer = card(name="Zoë <Ek> 🎉", country="JP")
        buyer = msgspec.structs.replace(
            buyer,
            billing=msgspec.structs.replace(
                buyer.billing, postcode="〒100-0001 Tokyo-to", street="千代田区 | 1~2", city="[Tokyo]"
            ),
        )
        lines = [line(world.chart, "125.00", text="Te 🍵 {grön} " * 40), line(world.chart, "1.00", text="🎁")]
        document = invoice(world.chart, "nt-1001", lines, world.day, customer=buyer)
        outcome = world.ledger.record(document, bind(world, document))
        assert isinstance(outcome, Recorded)
        assert document.total == outcome.receipt.total

    def test_an_article_is_made_once_and_only_when_wanted(self, world: World) -> None:
        """M10: an adapter that writes no article numbers asks for none."""
        if not world.ledger.needs_article("T-100"):
            document = invoice(world.chart, "nt-1001", [line(world.chart, "125.00", article="Ej giltig å")], world.day)
            assert isinstance(world.ledger.record(document, bind(world, document)), Recorded)
            return
        world.lose_answer("article")
        uncertain(lambda: world.ledger.ensure_article("T-100", "Te"))
        world.again().ensure_article("T-100", "Te")


# helpers: what a posting lane would do


def sample(world: World, reference: str, gross: str = "") -> SalesInvoice:
    """An order of tea, a book and freight; or one line of `gross` with VAT."""
    chart = world.chart
    lines = (
        [line(chart, gross)]
        if gross
        else [
            line(chart, "258.00", 12, "2", unit_price="129.00"),
            line(chart, "49.00", 25, text="Frakt"),
            line(chart, "199.99", 6, "3", text="Bok", unit_price="66.6634", discount="0.0002"),
        ]
    )
    return invoice(chart, reference, lines, world.day, number=reference.rpartition("-")[2])


def bind(world: World, document: SalesInvoice) -> Bound:
    """The customer's number."""
    return Bound(customer=world.ledger.ensure_customer(document.customer, None))


def booked_invoice(world: World, document: SalesInvoice, bound: Bound) -> Receipt:
    """Record and book."""
    outcome = world.ledger.record(document, bound)
    assert isinstance(outcome, Recorded), outcome
    return world.ledger.book(document, outcome.receipt)


def places(entries: Iterable[Entry]) -> dict[tuple[str, str, str], Decimal]:
    """Entries summed per account, cost centre and project."""
    sums: dict[tuple[str, str, str], Decimal] = {}
    for entry in entries:
        place = (entry.account, entry.cost_centre, entry.project)
        sums[place] = sums.get(place, Decimal(0)) + entry.amount.amount
    return sums


def accounts(entries: Iterable[Entry]) -> dict[str, Decimal]:
    """Entries summed per account."""
    sums: dict[str, Decimal] = {}
    for entry in entries:
        sums[entry.account] = sums.get(entry.account, Decimal(0)) + entry.amount.amount
    return sums


def expected(document: SalesInvoice) -> dict[str, Decimal]:
    """What our own rules want on each account."""
    sums: dict[str, Decimal] = {}
    for posting in document.postings:
        sums[posting.account] = sums.get(posting.account, Decimal(0)) + posting.amount.amount
    return sums


def raised(attempt: Callable[[], Any]) -> KonteraError:
    """The error of an attempt that must fail."""
    try:
        result = attempt()
    except KonteraError as error:
        return error
    raise AssertionError(f"it went through: {result}")


def uncertain(attempt: Callable[[], Any]) -> None:
    """The attempt ends as Uncertain."""
    error = raised(attempt)
    assert isinstance(error, Uncertain), error
    assert error.problem.code == "DELIVERY_UNCERTAIN"


def refused(attempt: Callable[[], Any]) -> Problem:
    """The problem of an attempt that the ledger's set-up refuses."""
    error = raised(attempt)
    assert isinstance(error, NeedsLedgerSetup), error
    return error.problem
