"""A shop that plays itself: random orders with the shop's own arithmetic, in whole units and fractions.

Independent of the room it tests: it never imports the oracle, the rows or the rulebook. It rounds as shops do, in one
of three ways (per line, once per order, per piece), and tells the auditor what must come out: total, VAT per country
and rate, money per account. Account numbers are written down here a second time on purpose.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from kontera.commerce import (
    Address,
    Customer,
    Discount,
    DiscountKind,
    Line,
    LineKind,
    LineTax,
    Order,
    OrderState,
    Payment,
    PaymentKind,
    PaymentState,
)
from kontera.money import Money

from .help import PLACED

DECIMALS = {"SEK": 2, "EUR": 2, "JPY": 0, "KWD": 3}
PER_LINE, PER_ORDER, PER_PIECE = "per line", "per order", "per piece"
# where, who, VAT rates the shop may charge there, account of goods per rate, of delivery
PLACES: dict[str, tuple[str, bool, dict[str, str], str]] = {
    "sweden": ("SE", False, {"25": "3001", "12": "3002", "6": "3003", "0": "3004"}, "3520"),
    "sweden, company": ("SE", True, {"25": "3001", "12": "3002", "6": "3003"}, "3520"),
    "germany": ("DE", False, {"19": "3106", "7": "3106"}, "3521"),
    "finland": ("FI", False, {"25.5": "3106", "13.5": "3106", "10": "3106"}, "3521"),
    "france": ("FR", False, {"20": "3106", "5.5": "3106", "2.1": "3106"}, "3521"),
    "germany, company": ("DE", True, {"0": "3108"}, "3521"),
    "norway": ("NO", False, {"0": "3105"}, "3522"),
}
VAT_ACCOUNT = {"25": "2611", "12": "2621", "6": "2631"}


@dataclass
class Expected:
    """What the auditor must find; amounts in whole smallest units, VAT as the shop computed it, exactly."""

    way: str
    total: int = 0
    gross_by_account: dict[str, int] = field(default_factory=dict)
    vat_by_rate: dict[str, Fraction] = field(default_factory=dict)
    order_vat: int = 0
    paid_by_account: dict[str, int] = field(default_factory=dict)
    taxed_lines: int = 0

    def charge(self, account: str, units: int, rate: str, vat: Fraction) -> None:
        """Note one charge."""
        self.gross_by_account[account] = self.gross_by_account.get(account, 0) + units
        self.vat_by_rate[rate] = self.vat_by_rate.get(rate, Fraction(0)) + vat
        self.taxed_lines += 1 if vat else 0


def half_up(value: Fraction) -> int:
    """To a whole unit, a half away from zero."""
    return floor(value + Fraction(1, 2)) if value >= 0 else -floor(-value + Fraction(1, 2))


class Shop:
    """One order of one shop."""

    def __init__(self, rng: random.Random, number: int) -> None:
        self.rng = rng
        self.number = number
        self.currency = rng.choice(["SEK", "SEK", "SEK", "EUR", "JPY", "KWD"])
        self.decimals = DECIMALS[self.currency]
        self.way = rng.choice([PER_LINE, PER_LINE, PER_ORDER, PER_PIECE])
        self.inclusive = rng.random() < 0.6
        self.place = rng.choice(list(PLACES))
        self.country, self.company, self.rates, self.delivery_account = PLACES[self.place]
        self.expected = Expected(self.way)
        self.lines: list[Line] = []
        self.exact_total = Fraction(0)
        self.exact_vat = Fraction(0)

    def money(self, units: Fraction | int) -> Money:
        """Units as money; at most six decimals more than the currency has."""
        millionth = half_up(Fraction(units) * 10**6)
        return Money(Decimal(millionth).scaleb(-6 - self.decimals), self.currency)

    def share(self, rate: str) -> Fraction:
        """VAT in one unit of price, in the shop's way of stating prices."""
        percent = Fraction(rate)
        return percent / (100 + percent if self.inclusive else 100)

    def sell(self, kind: LineKind, account: str, rate: str, price: Fraction, pieces: int, cuts: list[Fraction]) -> None:
        """Add a line: pieces x price, less the cuts (all in units, as prices are stated)."""
        share = self.share(rate)
        if self.way == PER_ORDER:
            stated = price * pieces - sum(cuts, Fraction(0))
            vat = Fraction(half_up(stated * share * 10**6), 10**6)
            exact_gross = stated if self.inclusive else stated + vat
            charged = half_up(exact_gross)
        else:
            cuts = [Fraction(half_up(cut)) for cut in cuts]
            listed = half_up(price * pieces) if self.way == PER_LINE else half_up(price) * pieces
            if sum(cuts) >= listed:  # no shop takes off more than there is
                cuts = [Fraction(listed)]
            stated = listed - sum(cuts, Fraction(0))
            if self.way == PER_LINE or not stated:
                vat = Fraction(half_up(stated * share))
            else:
                vat = Fraction(half_up(half_up(price) * share) * pieces - sum(half_up(cut * share) for cut in cuts))
            exact_gross = stated if self.inclusive else stated + vat
            charged = int(exact_gross)
        self.exact_total += exact_gross
        self.exact_vat += vat
        self.expected.charge(account, charged, rate, vat)
        known_price = price if self.way != PER_PIECE else Fraction(half_up(price))
        kinds = [DiscountKind.LINE, DiscountKind.COUPON, DiscountKind.ORDER]
        cut_lines = [Discount(kind=self.rng.choice(kinds), amount=self.money(cut), code="TE10") for cut in cuts if cut]
        taxes = (LineTax(rate=Decimal(rate), amount=self.money(vat)),) if rate != "0" or self.rng.random() < 0.5 else ()
        self.lines.append(
            Line(
                id=str(len(self.lines)),
                kind=kind,
                name=f"{kind} {len(self.lines)}",
                sku=f"A{self.rng.randint(1, 99)}" if kind is LineKind.PRODUCT else "",
                quantity=Decimal(pieces),
                unit_price=self.money(known_price),
                charged=self.money(charged),
                taxes=taxes,
                discounts=tuple(cut_lines),
            )
        )

    def goods(self) -> None:
        """Products, some with discounts of their own and all with their part of a discount on the whole order."""
        plans = []
        for _ in range(self.rng.randint(1, 6)):
            cents = self.rng.choice([0, 0, 0, 1])
            price = Fraction(self.rng.randint(1, 60_000) * 100 + cents * self.rng.randint(1, 99), 100)
            pieces = self.rng.choice([1, 1, 1, 2, 3, 4, 7, 60])
            plans.append((self.rng.choice(list(self.rates)), price, pieces))
        worth = [price * pieces for _, price, pieces in plans]
        order_cut = Fraction(self.rng.randint(0, floor(sum(worth)) // 3)) if self.rng.random() < 0.3 else Fraction(0)
        for (rate, price, pieces), value in zip(plans, worth, strict=True):
            cuts = []
            if self.rng.random() < 0.3:
                cuts.append(value * self.rng.choice([Fraction(1, 10), Fraction(15, 100), Fraction(1, 3)]))
            if order_cut:
                cuts.append(order_cut * value / sum(worth))
            if self.rng.random() < 0.02:
                cuts = [value]
            self.sell(LineKind.PRODUCT, self.rates[rate], rate, price, pieces, cuts)

    def extras(self) -> None:
        """Delivery, perhaps split over two rates; a fee, perhaps negative; a bundle's part; a gift card sold."""
        rate = next(iter(self.rates))
        if self.rng.random() < 0.7:
            price = Fraction(self.rng.choice([0, 4900, 3990, 12345]))
            if price and self.rng.random() < 0.3 and len(self.rates) > 1 and self.way == PER_LINE:
                self.split_delivery(int(price))
            elif price:
                self.sell(LineKind.SHIPPING, self.delivery_account, rate, price, 1, [])
        if self.rng.random() < 0.15:
            account = "3540" if self.country == "SE" else self.rates[rate]
            self.sell(LineKind.FEE, account, rate, Fraction(self.rng.choice([2900, 1500, 5])), 1, [])
        if self.rng.random() < 0.1:
            nothing = self.money(0)
            name, line_id = "part of a bundle", str(len(self.lines))
            part = Line(id=line_id, name=name, quantity=Decimal(2), unit_price=nothing, charged=nothing, parent="0")
            self.lines.append(part)
        if self.rng.random() < 0.1:
            worth = self.rng.choice([10_000, 50_000])
            self.expected.gross_by_account["2421"] = self.expected.gross_by_account.get("2421", 0) + worth
            self.exact_total += worth
            card = self.money(worth)
            fields = {"name": "Presentkort", "quantity": Decimal(1), "unit_price": card, "charged": card}
            self.lines.append(Line(id=str(len(self.lines)), kind=LineKind.GIFT_CARD, gift_card="g1", **fields))

    def split_delivery(self, price: int) -> None:
        """A delivery whose VAT follows the goods: each base in whole units, as the shop divided it."""
        first, second = self.rng.sample(list(self.rates), 2)
        net = price if not self.inclusive else half_up(Fraction(price) / (1 + Fraction(self.rng.randint(0, 25), 100)))
        bases = {first: net * self.rng.randint(1, 9) // 10}
        bases[second] = net - bases[first]
        taxes, charged = [], net
        for rate, base in bases.items():
            vat = half_up(base * Fraction(rate) / 100)
            charged += vat
            self.expected.charge(self.delivery_account, base + vat, rate, Fraction(vat))
            self.exact_vat += vat
            taxes.append(LineTax(rate=Decimal(rate), amount=self.money(vat), base=self.money(base)))
        self.exact_total += charged
        unit_price = charged if self.inclusive else net
        self.lines.append(
            Line(
                id=str(len(self.lines)),
                kind=LineKind.SHIPPING,
                name="delivery",
                quantity=Decimal(1),
                unit_price=self.money(unit_price),
                charged=self.money(charged),
                taxes=tuple(taxes),
            )
        )

    def pay(self, total: int) -> tuple[Payment, ...]:
        """Gift card and store credit first, then money, or nothing yet."""
        payments: list[Payment] = []
        left = total

        def add(kind: PaymentKind, method: str, account: str, units: int, state: PaymentState) -> None:
            payments.append(
                Payment(
                    id=str(len(payments)),
                    kind=kind,
                    method=method,
                    amount=self.money(units),
                    state=state,
                    at=PLACED + timedelta(minutes=3),
                )
            )
            if state is PaymentState.CAPTURED and account and units:
                self.expected.paid_by_account[account] = self.expected.paid_by_account.get(account, 0) + units

        for kind, account in ((PaymentKind.GIFT_CARD, "2421"), (PaymentKind.STORE_CREDIT, "2420")):
            if left > 0 and self.rng.random() < 0.15:
                used = left if self.rng.random() < 0.3 else self.rng.randint(1, left)
                add(kind, str(kind), account, used, PaymentState.CAPTURED)
                left -= used
        if left > 0:
            method, account = self.rng.choice([("klarna", "1581"), ("stripe_cc", "1582"), ("invoice", "")])
            state = self.rng.choice([PaymentState.CAPTURED, PaymentState.CAPTURED, PaymentState.AUTHORISED])
            add(PaymentKind.MONEY, method, account, left, state)
        return tuple(payments)

    def order(self) -> tuple[Order, Expected]:
        """The order and what must come of it."""
        self.goods()
        self.extras()
        total = half_up(self.exact_total)
        rounding = 0
        if self.currency == "SEK" and self.rng.random() < 0.05:
            rounding = half_up(Fraction(total, 100)) * 100 - total
        self.expected.total = total + rounding
        self.expected.order_vat = half_up(self.exact_vat)
        address = Address(name="Kim Ek", street="Storgatan 1", postcode="11122", city="Ort", country=self.country)
        order = Order(
            store="nt",
            id=str(self.number),
            number=f"N{self.number}",
            state=OrderState.PLACED,
            placed_at=PLACED,
            changed_at=PLACED,
            currency=self.currency,
            prices_include_vat=self.inclusive,
            customer=Customer(
                email="kim@example.com",
                name="Kim Ek",
                company="Firma" if self.company else "",
                vat_number="DE136695976" if self.place == "germany, company" else "",
            ),
            billing=address,
            lines=tuple(self.lines),
            total=self.money(total + rounding),
            vat=self.money(self.expected.order_vat),
            rounding=self.money(rounding) if rounding else None,
            payments=self.pay(total + rounding),
            payment_method="klarna",
        )
        return order, self.expected


def orders(seed: int, count: int) -> list[tuple[Order, Expected]]:
    """`count` orders of the shop with this seed; the same seed gives the same orders."""
    rng = random.Random(seed)
    return [Shop(rng, number).order() for number in range(1, count + 1)]
