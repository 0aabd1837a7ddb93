"""The console's texts: complete in both languages, all used, none missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kontera.console
from kontera.accounting.outcome import DifferenceCause
from kontera.accounting.rulebook import SECTIONS, Accounts, RevenueRule, Rulebook
from kontera.cases.catalogue import Team
from kontera.commerce import LineKind, OrderState, PaymentState
from kontera.console.reading.spans import Span
from kontera.console.reading.standing import STAGES
from kontera.console.words import TextMissing, say, say_value, texts
from kontera.db.models import Connection, Notice, OutboxDocument, Role, ShopOrder
from kontera.posting import release
from kontera.posting.decisions import BOOK_AFTER_ALL, BOOK_ON_OPEN_DATE, KEEP_AS_BOOKED, LEAVE_OUT, USE_SHOP_VAT

ROOM = Path(kontera.console.__file__).parent
DOCUMENT_KINDS = ("sales_invoice", "sales_order", "customer_payment", "voucher", *OutboxDocument.SHARES)
CHOICES = {KEEP_AS_BOOKED, LEAVE_OUT, USE_SHOP_VAT, BOOK_ON_OPEN_DATE, BOOK_AFTER_ALL}
FAMILIES: dict[str, set[str]] = {
    "basis": {
        "order",
        "line",
        "shipping",
        "total",
        "payment",
        "rounding",
        "vat",
        *(set(LineKind) - {LineKind.PRODUCT}),
    },
    "cause": set(DifferenceCause),
    "compared": {"total", "vat"},
    "condition": {"signed_out", "paused", "trouble", "resting", "busy", "quiet"},
    "choice": CHOICES,
    "choice_note": CHOICES,
    "decision": {"try_again", "assigned", *CHOICES},
    "document": set(DOCUMENT_KINDS),
    "document_short": set(DOCUMENT_KINDS),
    "kind": set(Connection.Kind.values),
    "payment": set(PaymentState),
    "place": set(ShopOrder.Place.values),
    "proof": {"equal", "differs", "unreadable", "accepted"},
    "role": set(Role.values),
    "section": set(SECTIONS),
    "shop_state": set(OrderState),
    "span": set(Span),
    "stage": set(STAGES),
    "step": set(OutboxDocument.Step.values) - {OutboxDocument.Step.ABANDONED},
    "tab": {"all", "mine", "resolved", *Team},
    "team": set(Team),
}
"""Families of stored values, each with every value there is."""

OPEN_FAMILIES = {"timeline", "rule_field", "rule_match", "rule_value"}
"""Families looked up by composed keys; tested apart."""


def used_keys() -> set[str]:
    """Every key written out in a template or a module of the room."""
    found: set[str] = set()
    for file in ROOM.rglob("*.html"):
        found.update(re.findall(r'{% t "([\w.]+)"', file.read_text(encoding="utf-8")))
    for file in ROOM.rglob("*.py"):
        found.update(re.findall(r'say\(\s*"([\w.]+)"', file.read_text(encoding="utf-8")))
    orders = (ROOM / "views" / "orders.py").read_text(encoding="utf-8")
    columns = re.search(r"_COLUMNS = \((.+?)\)", orders)
    assert columns
    found.update(f"orders.{name}" for name in re.findall(r'"(\w+)"', columns[1]))
    found.update(re.findall(r'return "(case\.\w+)"', (ROOM / "views" / "cases.py").read_text()))
    found.update(re.findall(r'"(connections\.(?:resumed|paused))"', (ROOM / "views" / "connections.py").read_text()))
    return found | {"door.wrong", "door.too_many"}


def test_every_key_that_is_used_has_a_text() -> None:
    """A page with a missing text fails here, not before a bookkeeper."""
    assert set() == used_keys() - set(texts())


def test_no_text_is_left_over() -> None:
    """What no page says any more is removed."""
    families = set(FAMILIES) | OPEN_FAMILIES
    kept = {key for key in texts() if key.partition(".")[0] not in families}
    assert set() == kept - used_keys()


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_stored_value_has_its_words(family: str) -> None:
    """No raw code reaches a reader, and no word is kept for a value that does not exist."""
    named = {key.partition(".")[2] for key in texts() if key.startswith(f"{family}.")}
    assert {str(value) for value in FAMILIES[family]} == named


def test_both_languages_say_the_same_thing() -> None:
    """Neither language is empty, both name the same values, and singular forms come in pairs."""
    for key, text in texts().items():
        names = [set(re.findall(r"{(\w+)}", words)) for words in (text.sv, text.en)]
        assert (True, True) == (bool(text.sv.strip()), bool(text.en.strip())), key
        assert names[0] == names[1], key
        assert bool(text.sv_one) == bool(text.en_one), key


def test_every_decision_there_is_can_be_read() -> None:
    """M98: whatever `posting` lets people decide has its words here."""
    assert {choice for choices in release.CHOICES.values() for choice in choices} | {LEAVE_OUT} == CHOICES


def test_every_field_of_every_rule_has_a_head() -> None:
    """M40 M41: the tables of the rulebook have words for all their columns."""
    matches, fields = set(), set(Accounts.__struct_fields__)
    for section in SECTIONS:
        rule = next(field for field in Rulebook.__annotations__ if field == section)
        kind = _rule_class(rule)
        fields |= set(kind.__struct_fields__) - {"id", "match", "before"}
        matches |= set(kind.__annotations__["match"] and _match_class(kind).__struct_fields__)
    assert fields == {key.partition(".")[2] for key in texts() if key.startswith("rule_field.")}
    assert matches == {key.partition(".")[2] for key in texts() if key.startswith("rule_match.")}


def test_every_step_of_a_timeline_has_words() -> None:
    """What happened to an order is told in words."""
    steps = {"placed", "read", "waits", "released", "left_out", "planned", "sent"}
    steps |= {f"notice_{source}" for source in Notice.Source.values}
    steps |= {f"finished_{step}" for step in ("booked", "done")}
    steps |= {f"decision_{choice}" for choice in FAMILIES["decision"]}
    assert steps == {key.partition(".")[2] for key in texts() if key.startswith("timeline.")}


def test_numbers_are_grouped_and_one_is_singular() -> None:
    """One order, 1 234 orders."""
    assert "1 order" == say("orders.n_orders", "sv", n=1)
    assert "1\xa0234 orders" == say("orders.n_orders", "en", n=1234)


def test_a_missing_text_is_an_error_and_an_unknown_value_is_shown() -> None:
    """A defect of ours is loud; a value a vendor brings is not lost."""
    with pytest.raises(TextMissing):
        say("orders.nonsense", "sv")
    assert "teleported" == say_value("place", "teleported", "sv")


def _rule_class(section: str) -> type[RevenueRule]:
    import kontera.accounting.rulebook as words

    names = {
        "leave_out": "LeaveOutRule",
        "booking": "BookingRule",
        "customers": "CustomerRule",
        "vat": "VatRule",
        "revenue": "RevenueRule",
        "payment": "PaymentRule",
        "shipping": "ShippingRule",
    }
    found: type[RevenueRule] = getattr(words, names[section])
    return found


def _match_class(rule: type[RevenueRule]) -> type[RevenueRule]:
    import kontera.accounting.rulebook as words

    found: type[RevenueRule] = getattr(words, rule.__name__.replace("Rule", "Match"))
    return found
