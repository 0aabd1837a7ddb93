"""What may happen in a scenario, and how it is written. Pure.

Decides the form of event lines and of the lines of an order. Whether a thing can happen is for the sandboxes to say.
"""

from __future__ import annotations

from decimal import Decimal

from kontera.simulate.scenario.lexer import AMOUNT, DAY, Text, amount, instant
from kontera.simulate.scenario.words import CartLine, Event

_WHEN = rf"(?P<day>{DAY})( (?P<clock>\d\d:\d\d))? "
VERBS: dict[str, tuple[str, str]] = {
    "order": (
        r"order (?P<order>\d+) by (?P<who>[^,]+)(, in (?P<currency>[A-Z]{3}))?(, on channel (?P<channel>\d+))?"
        r"(?P<entered>, entered by staff)?"
        r"(, (paid with (?P<paid>\w+)|(?P<unfinished>never finished)|declined at (?P<declined>\w+)))?",
        "order 1001 by Anna Åkesson[, in EUR][, on channel 2][, entered by staff], paid with klarna |"
        " never finished | declined at card",
    ),
    "captured": (r"payment of order (?P<order>\d+) captured", "payment of order 1001 captured"),
    "arrived": (r"payment of order (?P<order>\d+) arrives", "payment of order 1001 arrives"),
    "becomes": (r"order (?P<order>\d+) becomes (?P<state>.+)", "order 1001 becomes Shipped"),
    "spoiled": (r"order (?P<order>\d+) is spoiled: (?P<kind>\w+)", "order 1001 is spoiled: unknown_tax_class"),
    "article": (
        rf"shop sells (?P<sku>\S+) \"(?P<name>[^\"]+)\" at (?P<price>{AMOUNT}), VAT (?P<vat>{AMOUNT}) %",
        'shop sells TE-X-1 "Fine tea" at 33.35, VAT 12 %',
    ),
    "vat_number": (
        r"(?P<who>.+) says the VAT number is (?P<number>\S*)",
        "Hans Weber says the VAT number is DE136695976",
    ),
    "account": (
        r"ledger account (?P<account>\d{4}) is (?P<state>active|inactive)",
        "ledger account 3002 is inactive",
    ),
    "locked": (rf"ledger is locked through (?P<until>{DAY})", "ledger is locked through 2026-03-31"),
    "unlocked": (r"ledger is unlocked", "ledger is unlocked"),
    "licence": (r"ledger has (?P<no>no )?licence (?P<licence>\w+)", "ledger has no licence faktura"),
    "currency": (
        rf"ledger counts (?P<unit>\d+) (?P<code>[A-Z]{{3}}) as (?P<rate>{AMOUNT}) SEK",
        "ledger counts 100 JPY as 6.80 SEK",
    ),
    "vat_code": (
        rf"ledger VAT code (?P<code>\w+) is (?P<rate>{AMOUNT}) % on (?P<account>\d{{4}})",
        "ledger VAT code MP2 is 12 % on 2621",
    ),
    "no_vat_code": (r"ledger has no VAT code (?P<code>\w+)", "ledger has no VAT code MP2"),
    "rule": (r"rules gain:", "rules gain: (then the rule, indented, as TOML)"),
    "passes": (r"time passes", "time passes (until then: a day ends, a lock is noticed)"),
    "again": (r"(?P<who>\w+) checks (?P<code>[A-Z_]+) again", "Kim checks PERIOD_LOCKED again"),
    "kept": (r"(?P<who>\w+) keeps order (?P<order>\d+) as booked", "Kim keeps order 1001 as booked"),
}
"""verb -> (how it is written after the date, an example)."""

_TO = r"( to (?P<country>[A-Z]{2}))?"
_VAT = rf" (?P<amount>{AMOUNT}) VAT (?P<vat>{AMOUNT}) %"
CART: dict[str, tuple[str, str]] = {
    "goods": (
        rf"(?P<quantity>\d+) x (?P<name>\S+){_TO}(?P<wrapped> wrapped)?{_VAT}",
        "2 x TE-SEN-100 [to DE] [wrapped] 89.00 VAT 12 %",
    ),
    "priced": (
        rf"(?P<quantity>\d+) x (?P<name>\S+) (?P<net>{AMOUNT}) net (?P<amount>{AMOUNT}) gross VAT (?P<vat>{AMOUNT}) %",
        "101 x TE-PRO-001 3.33 net 3.73 gross VAT 12 %  (in orders entered by staff)",
    ),
    "shipping": (rf"shipping{_TO}{_VAT}", "shipping [to DE] 49.00 VAT 25 %"),
    "handling": (rf"handling{_TO}{_VAT}", "handling [to DE] 25.00 VAT 25 %"),
    "wrapping": (rf"wrapping{_VAT}", "wrapping 29.00 VAT 25 %"),
    "fee": (rf"fee (?P<name>.+?){_VAT}", "fee Faktureringsavgift 29.00 VAT 25 %"),
    "coupon": (rf"coupon (?P<name>\S+) (?P<amount>{AMOUNT})", "coupon VAR15 -26.70"),
    "discount": (rf"discount (?P<amount>{AMOUNT})", "discount -10.00"),
    "pays_card": (
        rf"gift card of order (?P<name>\d+) pays (?P<amount>{AMOUNT})",
        "gift card of order 1001 pays 100.00",
    ),
    "gift_card": (rf"gift card (?P<amount>{AMOUNT})", "gift card 500.00"),
    "pays_credit": (rf"store credit pays (?P<amount>{AMOUNT})", "store credit pays 45.50"),
    "delivery": (r"delivery to (?P<name>.+) in (?P<country>[A-Z]{2})", "delivery to Ola Nordmann in NO"),
    "total": (rf"total (?P<amount>{AMOUNT})", "total 227.00"),
}
"""kind of line -> (how it is written, an example)."""


def is_event(line: Text) -> bool:
    """Whether a line tells of something that happens."""
    return not line.indented and line.match(rf"{DAY} .*") is not None


def event_of(line: Text, below: list[Text]) -> Event:
    """An event with the indented lines `below` it. Raises ScenarioError."""
    for verb, (pattern, _) in VERBS.items():
        found = line.match(_WHEN + pattern)
        if found is None:
            continue
        at = instant(line, found.pop("day"), clock := found.pop("clock"))
        event = Event(at=at, timed=bool(clock), verb=verb, words=found, line=line.number)
        return _with_body(event, line, below)
    raise line.refuse("Nothing we know of can happen like this", [f"\n    DATE {said}" for _, said in VERBS.values()])


def _with_body(event: Event, line: Text, below: list[Text]) -> Event:
    words = {name: event.words[name] for name in event.words}
    if event.verb == "rule":
        if not below:
            raise line.refuse("No rule below", VERBS["rule"][1])
        body = "\n".join(each.said for each in below)
        return Event(at=event.at, timed=event.timed, verb="rule", words=words, body=body, line=event.line)
    if event.verb != "order":
        if below:
            raise below[0].refuse("Nothing may be indented here", "lines of an order, or a rule")
        return event
    cart = tuple(_cart_line(each) for each in below)
    kinds = [each.kind for each in cart]
    if kinds.count("total") != 1 or kinds[-1] != "total":
        raise line.refuse("An order ends with what is charged for it", CART["total"][1])
    return Event(at=event.at, timed=event.timed, verb="order", words=words, cart=cart, line=event.line)


def _cart_line(line: Text) -> CartLine:
    for kind, (pattern, _) in CART.items():
        found = line.match(pattern)
        if found is not None:
            return CartLine(
                kind=kind,
                name=found.get("name", ""),
                amount=amount(found["amount"]) if found.get("amount") else Decimal(0),
                quantity=int(found.get("quantity", "1")),
                net=amount(found["net"]) if found.get("net") else None,
                vat=amount(found["vat"]) if found.get("vat") else None,
                country=found.get("country", ""),
                wrapped=bool(found.get("wrapped")),
                line=line.number,
            )
    raise line.refuse("No line of an order is written like this", [f"\n    {said}" for _, said in CART.values()])
