"""A merchant with a month behind it, written through the models: the tables as intake, posting and cases leave them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.contrib.auth import get_user_model

from kontera.accounting.documents import (
    CustomerCard,
    CustomerPayment,
    DocumentLine,
    Planned,
    Posting,
    SalesInvoice,
    VatRegion,
    Why,
    kind_of,
)
from kontera.accounting.ledger_setup import LedgerAccount, LedgerCurrency, LedgerSetup
from kontera.accounting.outcome import Difference, DifferenceCause
from kontera.commerce import Address, Customer, Line, LineKind, LineTax, Order, OrderState, Payment, PaymentState
from kontera.db.models import (
    Case,
    CaseWaiter,
    Connection,
    Decision,
    Exchange,
    Fact,
    Lane,
    Membership,
    Merchant,
    Notice,
    OutboxDocument,
    PostedEntry,
    RulebookVersion,
    SetupSnapshot,
    ShopOrder,
)
from kontera.money import Money, from_plain, to_json, to_plain

NOW = datetime(2026, 3, 31, 12, 2, tzinfo=UTC)
PASSWORD = "sencha-och-kardemumma"
RULEBOOK = (Path(__file__).parent / "rulebook.toml").read_text(encoding="utf-8")
ROLES = ("owner", "finance", "operations", "ecommerce", "auditor")
_counter = itertools.count(1)
Place, Step = ShopOrder.Place, OutboxDocument.Step

ACCOUNTS = {
    "1510": "Kundfordringar",
    "1580": "Fordran Klarna",
    "1930": "Företagskonto",
    "2611": "Utgående moms 25 %",
    "2621": "Utgående moms 12 %",
    "3001": "Försäljning 25 %",
    "3002": "Försäljning 12 %",
    "3520": "Fakturerad frakt",
}


@dataclass(frozen=True)
class World:
    """What was written. people: role -> user name; cases: code -> case."""

    merchant: Merchant
    shop: Connection
    ledger: Connection
    people: dict[str, str]
    rulebook: RulebookVersion
    booked: ShopOrder
    cases: dict[str, Case]

    @property
    def path(self) -> str:
        """Where the merchant's pages begin."""
        return f"/m/{self.merchant.slug}/"


def kr(amount: str, currency: str = "SEK") -> Money:
    """Money from text."""
    return Money.of(amount, currency)


def build(name: str = "Nordisk Te AB", orders: int = 70) -> World:
    """A merchant with `orders` booked orders, nine waiting in three cases, and some left out or on their way."""
    slug = f"nordisk-te-{next(_counter)}"
    merchant = Merchant.objects.create(slug=slug, name=name, created_at=NOW - timedelta(days=90))
    people = {}
    for role in ROLES:
        user = get_user_model().objects.create_user(f"{role}@{slug}.se", password=PASSWORD)
        Membership.objects.create(user=user, merchant=merchant, role=role)
        people[role] = user.get_username()
    ledger = _connection(merchant, "fortnox", "ledger", "bok", "Fortnox", None)
    shop = _connection(merchant, "bigcommerce", "storefront", "nt", "nordiskte.se", ledger)
    _setup(merchant, ledger)
    rulebook = RulebookVersion.objects.create(
        merchant=merchant,
        version=3,
        name="se-bas",
        valid_from="2026-01-01",
        toml=RULEBOOK,
        author=people["finance"],
        reason="Tyskland tillagt (OSS)",
        created_at=NOW - timedelta(days=80),
    )
    booked = [_booked(merchant, shop, ledger, rulebook, number) for number in range(1001, 1001 + orders)]
    numbers = itertools.count(1001 + orders)
    cases = _held(merchant, shop, ledger, people, numbers)
    _left_out(shop, next(numbers))
    _on_way(merchant, shop, ledger, rulebook, next(numbers))
    return World(merchant, shop, ledger, people, rulebook, booked[-1], cases)


def tea_order(
    number: int, placed: datetime, *, state: OrderState = OrderState.PLACED, name: str = "Sencha 100 g"
) -> Order:
    """Two teas at 12 % and shipping at 25 %: 307.00 kr, as in the glossary of our scenarios."""
    return Order(
        store="nt",
        id=str(number),
        number=str(number),
        state=state,
        placed_at=placed,
        changed_at=placed,
        currency="SEK",
        prices_include_vat=True,
        customer=Customer(email="anna@example.com", name="Anna Berg"),
        billing=Address(name="Anna Berg", street="Storgatan 1", postcode="11122", city="Stockholm", country="SE"),
        lines=(
            Line(
                id="1",
                sku="SE-100",
                name=name,
                quantity=Decimal(2),
                unit_price=kr("129.00"),
                charged=kr("258.00"),
                taxes=(LineTax(rate=Decimal(12), amount=kr("27.64")),),
                country="SE",
            ),
            Line(
                id="2",
                kind=LineKind.SHIPPING,
                name="Frakt PostNord",
                quantity=Decimal(1),
                unit_price=kr("49.00"),
                charged=kr("49.00"),
                taxes=(LineTax(rate=Decimal(25), amount=kr("9.80")),),
                country="SE",
            ),
        ),
        total=kr("307.00"),
        vat=kr("37.44"),
        payments=(
            Payment(
                id="p1", method="klarna", amount=kr("307.00"), state=PaymentState.CAPTURED, reference=f"KL-{number}"
            ),
        ),
        payment_method="klarna",
        shipping_method="PostNord",
        url=f"https://store-te.example/manage/orders/{number}",
    )


def shop_order(shop: Connection, order: Order, place: str, seen: datetime, **more: object) -> ShopOrder:
    """The order as intake keeps it: notice, fact, row."""
    Notice.objects.create(
        merchant_id=shop.merchant_id,
        connection=shop,
        source="webhook",
        kind="order",
        external_id=order.id,
        received_at=seen,
    )
    fact = Fact.objects.create(
        merchant_id=shop.merchant_id,
        connection=shop,
        kind="order",
        external_id=order.id,
        version=1,
        digest=f"d{order.id}",
        raw=to_json(order),
        content=to_plain(order),
        read_at=seen + timedelta(milliseconds=350),
    )
    fields = {
        "placed_at": order.placed_at,
        "currency": order.currency,
        "total": order.total.amount,
        "shop_state": order.state.value,
        "changed_at": seen,
        **more,
    }
    return ShopOrder.objects.create(
        merchant_id=shop.merchant_id,
        connection=shop,
        external_id=order.id,
        number=order.number,
        fact=fact,
        place=place,
        first_seen_at=seen,
        looked_at=seen,
        **fields,
    )


def why(order: Order, rule: str, fact: str) -> Why:
    """A reason, as the rules give it."""
    return Why(rule=rule, rulebook="se-bas 3", fact=f"order {order.number} {fact}")


def posting(order: Order, account: str, amount: str, rule: str, fact: str) -> Posting:
    """A posting with its reason."""
    return Posting(account=account, amount=kr(amount), why=why(order, rule, fact))


def documents_of(order: Order, booked_on: datetime) -> tuple[SalesInvoice, CustomerPayment]:
    """The invoice and the payment of `tea_order`."""
    return _invoice(order, booked_on), _payment(order, booked_on)


def _invoice(order: Order, booked_on: datetime) -> SalesInvoice:
    return SalesInvoice(
        reference=f"NT-{order.number}",
        store="nt",
        order=order.id,
        order_number=order.number,
        date=booked_on.date(),
        currency="SEK",
        customer=CustomerCard(
            key="email:anna@example.com",
            name="Anna Berg",
            company=False,
            region=VatRegion.DOMESTIC,
            currency="SEK",
            billing=order.billing,
        ),
        region=VatRegion.DOMESTIC,
        prices_include_vat=True,
        lines=_lines(order),
        total=kr("307.00"),
        vat=kr("37.44"),
        receivable="1510",
        postings=(
            posting(order, "1510", "307.00", "accounts.receivable", "total"),
            posting(order, "3002", "-230.36", "revenue.tea-12", "line 1"),
            posting(order, "2621", "-27.64", "vat.se-12", "line 1"),
            posting(order, "3520", "-39.20", "revenue.shipping", "shipping"),
            posting(order, "2611", "-9.80", "vat.se-25", "shipping"),
        ),
    )


def _lines(order: Order) -> tuple[DocumentLine, DocumentLine]:
    tea = DocumentLine(
        text=order.lines[0].name,
        article="SE-100",
        quantity=Decimal(2),
        unit_price=kr("129.00"),
        discount=kr("0"),
        amount=kr("258.00"),
        net=kr("230.36"),
        vat=kr("27.64"),
        vat_rate=Decimal(12),
        vat_code="MP2",
        account="3002",
        vat_account="2621",
        why=why(order, "revenue.tea-12", "line 1"),
        vat_why=why(order, "vat.se-12", "line 1"),
    )
    shipping = DocumentLine(
        text="Frakt PostNord",
        quantity=Decimal(1),
        unit_price=kr("49.00"),
        discount=kr("0"),
        amount=kr("49.00"),
        net=kr("39.20"),
        vat=kr("9.80"),
        vat_rate=Decimal(25),
        vat_code="MP1",
        account="3520",
        vat_account="2611",
        why=why(order, "revenue.shipping", "shipping"),
        vat_why=why(order, "vat.se-25", "shipping"),
    )
    return tea, shipping


def _payment(order: Order, booked_on: datetime) -> CustomerPayment:
    return CustomerPayment(
        reference=f"NT-{order.number}-P1",
        store="nt",
        order=order.id,
        order_number=order.number,
        invoice=f"NT-{order.number}",
        date=booked_on.date(),
        amount=kr("307.00"),
        account="1580",
        method="klarna",
        postings=(
            posting(order, "1580", "307.00", "payment.klarna", "payment p1"),
            posting(order, "1510", "-307.00", "accounts.receivable", "payment p1"),
        ),
    )


def outbox(
    row: ShopOrder, document: Planned, rulebook: RulebookVersion, sequence: int, **more: object
) -> OutboxDocument:
    """A document on its way."""
    assert row.connection.ledger is not None
    return OutboxDocument.objects.create(
        merchant_id=row.merchant_id,
        connection=row.connection.ledger,
        order=row,
        fact=row.fact,
        rulebook=rulebook,
        kind=kind_of(document),
        reference=document.reference,
        sequence=sequence,
        content=to_plain(document),
        due_at=row.first_seen_at,
        created_at=row.first_seen_at + timedelta(milliseconds=500),
        **more,
    )


def _booked(
    merchant: Merchant, shop: Connection, ledger: Connection, rulebook: RulebookVersion, number: int
) -> ShopOrder:
    seen = NOW - timedelta(hours=7 * (1071 - number), minutes=number % 50)
    order = tea_order(number, seen - timedelta(seconds=2))
    done = seen + timedelta(milliseconds=1100 + 40 * (number % 13))
    row = shop_order(shop, order, Place.BOOKED, seen, booked_at=done)
    if number % 9 == 0:
        row.differences = to_plain(
            [
                Difference(
                    what="vat 12",
                    shop=kr("27.64"),
                    ours=kr("27.65"),
                    cause=DifferenceCause.UNIT_PRICE_ROUNDING,
                    bound=kr("0.01"),
                )
            ]
        )
        row.save(update_fields=["differences"])
    papers: tuple[Planned, ...] = documents_of(order, seen)
    for sequence, document in enumerate(papers):
        paper = outbox(
            row,
            document,
            rulebook,
            sequence,
            step=Step.BOOKED,
            sent_at=seen + timedelta(milliseconds=700),
            finished_at=done,
            number=str(number - 800 if sequence == 0 else number - 700),
            voucher=f"{'B' if sequence == 0 else 'C'} {number - 900}",
            url=f"https://apps.fortnox.example/invoice/{number - 800}" if sequence == 0 else "",
            proof="equal",
        )
        PostedEntry.objects.bulk_create(
            PostedEntry(
                merchant=merchant,
                document=paper,
                account=planned.account,
                amount=planned.amount.amount,
                currency="SEK",
                read_at=done,
            )
            for planned in document.postings
        )
        Exchange.objects.create(
            merchant=merchant,
            connection=ledger,
            document=paper,
            at=seen + timedelta(milliseconds=700),
            method="POST",
            url="https://api.fortnox.example/3/" + ("invoices" if sequence == 0 else "invoicepayments"),
            request=b'{"Invoice":{"CustomerNumber":"12","ExternalInvoiceReference1":"NT-%d","Total":307.00}}' % number,
            status=201,
            response=b'{"Invoice":{"DocumentNumber":"%d","Total":307.00}}' % (number - 800),
            milliseconds=143,
        )
    return row


def _held(
    merchant: Merchant, shop: Connection, ledger: Connection, people: dict[str, str], numbers: itertools.count[int]
) -> dict[str, Case]:
    inactive = _case(
        shop,
        "ACCOUNT_INACTIVE",
        "account:3002",
        "finance",
        {"order": "1071", "account": "3002", "rule": "revenue.tea-12"},
        timedelta(hours=26),
    )
    for _ in range(6):
        number = next(numbers)
        seen = NOW - timedelta(hours=26) + timedelta(minutes=number % 37)
        row = shop_order(shop, tea_order(number, seen), Place.WAITING, seen)
        _wait(inactive, row, {"order": row.number, "account": "3002", "rule": "revenue.tea-12"}, seen)
    unmapped = _case(
        shop,
        "VAT_UNMAPPED",
        "vat:NO:25::private",
        "finance",
        {"order": "1077", "country": "NO", "rate": "25", "tax_class": "Standard", "customer": "private"},
        timedelta(hours=4),
    )
    for _ in range(2):
        number = next(numbers)
        seen = NOW - timedelta(hours=4)
        row = shop_order(shop, tea_order(number, seen), Place.WAITING, seen, currency="NOK", total=Decimal("1234.50"))
        _wait(unmapped, row, dict(unmapped.facts), seen)
    seen = NOW - timedelta(days=3)
    number = next(numbers)
    refused = _case(
        shop,
        "ARTICLE_NUMBER_REFUSED",
        "article:Sencha, 100 g",
        "ecommerce",
        {"order": str(number), "article": "Sencha, 100 g", "allowed": "A-Z 0-9 - _ /"},
        timedelta(days=3),
        vendor="2000204: Felaktigt artikelnummer (request 7c1f)",
    )
    row = shop_order(shop, tea_order(number, seen), Place.WAITING, seen)
    _wait(refused, row, dict(refused.facts), seen)
    Decision.objects.create(
        merchant=merchant,
        case=refused,
        author=people["ecommerce"],
        choice="try_again",
        reason="Bytte till SE-100 i butiken",
        decided_at=NOW - timedelta(days=1),
    )
    _case(
        shop,
        "PERIOD_LOCKED",
        "period:2026-01-31",
        "finance",
        {"order": "1003", "date": "2026-01-30", "locked_through": "2026-01-31"},
        timedelta(days=20),
        phase="resolved",
        resolved_at=NOW - timedelta(days=19),
    )
    return {case.code: case for case in (inactive, unmapped, refused)}


def _case(
    connection: Connection,
    code: str,
    cause: str,
    team: str,
    facts: dict[str, str],
    age: timedelta,
    **more: object,
) -> Case:
    return Case.objects.create(
        merchant_id=connection.merchant_id,
        connection=connection,
        code=code,
        cause=cause,
        facts=facts,
        team=team,
        opened_at=NOW - age,
        **more,
    )


def _wait(case: Case, row: ShopOrder, facts: dict[str, str], since: datetime) -> None:
    CaseWaiter.objects.create(merchant_id=case.merchant_id, case=case, order=row, facts=facts, since=since)


def _left_out(shop: Connection, number: int) -> None:
    seen = NOW - timedelta(hours=9)
    shop_order(
        shop,
        tea_order(number, seen, state=OrderState.CANCELLED),
        Place.LEFT_OUT,
        seen,
        left_out_rule="leave_out.cancelled",
        left_out_reason="Makulerad i butiken innan den bokfördes",
    )


def _on_way(merchant: Merchant, shop: Connection, ledger: Connection, rulebook: RulebookVersion, number: int) -> None:
    seen = NOW - timedelta(seconds=3)
    order = tea_order(number, seen)
    row = shop_order(shop, order, Place.POSTING, seen)
    invoice, payment = documents_of(order, seen)
    outbox(row, invoice, rulebook, 0, step=Step.SENDING, sent_at=NOW - timedelta(seconds=1))
    outbox(row, payment, rulebook, 1, step=Step.PLANNED)


def _connection(
    merchant: Merchant, vendor: str, kind: str, code: str, name: str, ledger: Connection | None
) -> Connection:
    connection = Connection.objects.create(
        merchant=merchant,
        vendor=vendor,
        kind=kind,
        code=code,
        name=name,
        ledger=ledger,
        settings={"base_url": f"https://api.{vendor}.example"},
        secrets=b"sealed",
        door=f"door-{merchant.slug}-{code}",
        since=NOW - timedelta(days=60),
        last_heard_at=NOW - timedelta(seconds=3 if kind == "storefront" else 1),
        created_at=NOW - timedelta(days=60),
    )
    arrivals = [NOW.timestamp() - gap / 10 for gap in range(11)]
    Lane.objects.create(connection=connection, merchant=merchant, arrivals=arrivals, drained_at=NOW)
    return connection


def _setup(merchant: Merchant, ledger: Connection) -> None:
    setup = LedgerSetup(
        taken_at=NOW,
        company="Nordisk Te AB",
        currency="SEK",
        accounts={number: LedgerAccount(number=number, name=name) for number, name in ACCOUNTS.items()},
        currencies={
            "SEK": LedgerCurrency(code="SEK", rate=Decimal(1)),
            "NOK": LedgerCurrency(code="NOK", rate=Decimal("0.98")),
        },
    )
    content = to_plain(setup)
    assert setup == from_plain(LedgerSetup, content)
    SetupSnapshot.objects.create(merchant=merchant, connection=ledger, taken_at=NOW, digest="s1", content=content)
