"""What must be so after something happened, and how it is written. Pure.

Decides the form of `expect` and `then` lines. An effect that is not written here is an effect that must not be.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kontera.simulate.scenario.lexer import AMOUNT, DAY, Text, amount
from kontera.simulate.scenario.words import Effect, Posted

_DOCUMENT = rf" dated (?P<on>{DAY}) over (?P<total>{AMOUNT}) (?P<currency>[A-Z]{{3}})(?P<unbooked>, not booked)?"
_OVER = "dated 2026-03-02 over 227.00 SEK"
EXPECTED: dict[str, tuple[str, str]] = {
    "payment": (rf"expect payment of (?P<subject>\S+){_DOCUMENT}", f"expect payment of nt-1001 {_OVER}"),
    "invoice": (rf"expect invoice (?P<subject>\S+){_DOCUMENT}", f"expect invoice nt-1001 {_OVER}[, not booked]"),
    "ledger order": (
        rf"expect ledger order (?P<subject>\S+){_DOCUMENT}",
        f"expect ledger order nt-1001 {_OVER}, not booked",
    ),
    "voucher": (rf"expect voucher (?P<subject>\S+){_DOCUMENT}", f"expect voucher nt-2026-03-02-SEK-klarna-1 {_OVER}"),
    "customer": (r"expect customer (?P<subject>[^,]+), (?P<says>\w+)", "expect customer Anna Åkesson, SEVAT"),
    "order": (
        r"expect order (?P<subject>\d+) (?P<says>booked|joins the summary of \d{4}-\d\d-\d\d [A-Z]{3} [\w-]+|"
        r"waits for [A-Z_]+(, [A-Z_]+)*|left out by [\w.]+)",
        "expect order 1001 waits for PERIOD_LOCKED | left out by state.cancelled | booked |"
        " joins the summary of 2026-03-02 SEK klarna",
    ),
    "difference": (
        r"expect difference on order (?P<subject>\d+): (?P<says>.+)",
        "expect difference on order 1001: vat 12, shop 27.65, booked 27.64, sum_then_round",
    ),
    "nothing": (r"expect nothing", "expect nothing"),
}  # fmt: skip
"""kind -> (how it is written, an example)."""
_WITH_ENTRIES = frozenset({"invoice", "payment", "voucher"})
_ENTRY = rf"(?P<account>\d{{4}})( (?P<name>.*?))? (?P<side>debit|credit) (?P<amount>{AMOUNT})( on (?P<centre>\S+))?"
_BALANCE = rf"then (?P<account>\d{{4}})( (?P<name>.*?))? (is|holds) (?P<amount>{AMOUNT})"


def is_expected(line: Text) -> bool:
    """Whether a line says what must be so."""
    return not line.indented and line.said.startswith("expect")


def is_balance(line: Text) -> bool:
    """Whether a line says what an account must hold at the end."""
    return not line.indented and line.said.startswith("then ")


def effect_of(line: Text, below: list[Text]) -> Effect | None:
    """An effect with the entries below it; None for `expect nothing`. Raises ScenarioError."""
    for kind, (pattern, _) in EXPECTED.items():
        found = line.match(pattern)
        if found is None:
            continue
        entries = tuple(_entry(each) for each in below)
        _check(line, kind, found, entries)
        if kind == "nothing":
            return None
        return Effect(
            kind=kind,
            subject=found["subject"],
            on=date.fromisoformat(found["on"]) if found.get("on") else None,
            total=amount(found["total"]) if found.get("total") else None,
            currency=found.get("currency", ""),
            booked=not found.get("unbooked"),
            says=" ".join(found.get("says", "").split()),
            entries=tuple(sorted(entries, key=lambda entry: (entry.account, entry.centre))),
            line=line.number,
        )
    raise line.refuse("Nothing can be expected like this", [f"\n    {said}" for _, said in EXPECTED.values()])


def balance_of(line: Text) -> Posted:
    """What an account must hold at the end. Raises ScenarioError."""
    found = line.match(_BALANCE)
    if found is None:
        raise line.refuse("No balance is written like this", "then 2421 Ej inlösta presentkort holds -300.00")
    return Posted(account=found["account"], name=found["name"], amount=amount(found["amount"]), line=line.number)


def _check(line: Text, kind: str, found: dict[str, str], entries: tuple[Posted, ...]) -> None:
    wanted = kind in _WITH_ENTRIES and not found.get("unbooked")
    if entries and not wanted:
        raise line.refuse("This has no entries in the books", "entries below a booked invoice, payment or voucher")
    if wanted and sum((entry.amount for entry in entries), Decimal(0)):
        debit = sum((entry.amount for entry in entries if entry.amount > 0), Decimal(0))
        credit = -sum((entry.amount for entry in entries if entry.amount < 0), Decimal(0))
        raise line.refuse(f"Debit {debit} and credit {credit} are not equal")
    places = [entry.place for entry in entries]
    twice = next((place for place in places if places.count(place) > 1), None)
    if twice:
        raise line.refuse(f"Account {twice} stands twice; write its sum")


def _entry(line: Text) -> Posted:
    found = line.match(_ENTRY)
    if found is None:
        raise line.refuse(
            "No entry is written like this", "1510 Kundfordringar  debit 227.00 | credit 227.00 [on WEBB]"
        )
    sign = 1 if found["side"] == "debit" else -1
    return Posted(
        account=found["account"],
        name=found["name"],
        amount=sign * amount(found["amount"]),
        centre=found["centre"],
        line=line.number,
    )
