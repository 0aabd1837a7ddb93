"""One source of menu paths per ledger: the case texts and the refusals send people to the same place (M98)."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

from kontera.cases.catalogue import LANGUAGES, Place, catalogue, render, words
from kontera.errors import Problem
from kontera.ledgers import business_central, fortnox
from kontera.ledgers.business_central import menus as central_menus
from kontera.ledgers.business_central import refusals as central
from kontera.ledgers.fortnox import menus as fortnox_menus
from kontera.ledgers.fortnox import refusals as nox

LEDGERS = pytest.mark.parametrize(
    ("vendor", "menus"), [("fortnox", fortnox_menus), ("business_central", central_menus)], ids=["fortnox", "central"]
)
RULES: dict[str, list[nox.Rule | central.Rule]] = {
    "fortnox": [*nox.BY_CODE.values(), *(rule for _, rule in nox.BY_TEXT)],
    "business_central": [rule for _, rule in central.BY_TEXT],
}
FOLDERS = {"fortnox": fortnox, "business_central": business_central}


def paths(menus: ModuleType) -> set[str]:
    """Every path of a ledger's menus."""
    return {value for name, value in vars(menus).items() if name.isupper()}


@LEDGERS
def test_every_path_of_a_case_text_is_one_of_the_menus(vendor: str, menus: ModuleType) -> None:
    """M98: a path that nobody checked cannot pass unnoticed."""
    name = words().vendor(vendor)
    shown = {(code, f"{name} > {entry.where[vendor]}") for code, entry in catalogue().items() if vendor in entry.where}
    assert len(shown) > 10
    assert set() == {(code, path) for code, path in shown if path not in paths(menus)}


@LEDGERS
def test_no_path_is_written_anywhere_else_in_the_adapter(vendor: str, menus: ModuleType) -> None:
    """M98: whatever names a place takes it from the menus."""
    name = words().vendor(vendor)
    assert set() == {path for path in paths(menus) if not path.startswith(f"{name} > ")}
    folder = Path(str(FOLDERS[vendor].__file__)).parent
    written = {
        (path.name, node.value)
        for path in folder.glob("*.py")
        if path.name != "menus.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and f"{name} >" in node.value
    }
    assert set() == written


@LEDGERS
def test_a_refusal_sends_people_where_the_case_text_does(vendor: str, menus: ModuleType) -> None:
    """M98: the same mending has one place, which a refusal may only name more closely."""
    name = words().vendor(vendor)
    for rule in RULES[vendor]:
        assert not rule.where or rule.where in paths(menus)
        shown = catalogue()[rule.problem].where.get(vendor, "")
        if rule.where and rule.problem != "TERMS_UNKNOWN":
            assert not shown or f"{name} > {shown}" == rule.where, rule.problem
        elif rule.where:  # one code for three registers: a refusal knows which
            assert rule.where.removeprefix(f"{name} > ") in shown


@LEDGERS
@pytest.mark.parametrize("code", ["LEDGER_SIGN_IN", "LEDGER_SCOPE_MISSING"])
def test_the_way_in_is_named_in_the_ledger_too(code: str, vendor: str, menus: ModuleType) -> None:
    """M98 M118: where the consent and the application are looked after, in both languages."""
    for language in LANGUAGES:
        shown = render(Problem(code=code, facts={"connection": "x"}), language, ledger=vendor).where
        assert [words().vendor(vendor), "Kontera"] == [place.vendor for place in shown]


def test_a_place_in_business_central_is_shown_as_such() -> None:
    """M98: a path of several steps, and one of a single step."""
    for where in (central_menus.DIMENSIONS, central_menus.VAT_SETUP):
        facts = {"order": "1", "document": "voucher", "reason": "x", "where": where}
        shown = render(Problem(code="LEDGER_REFUSED", facts=facts), "en", ledger="business_central").where
        assert Place(vendor="Business Central", path=where.removeprefix("Business Central > ")) in shown


def test_too_many_rows_sends_people_to_the_order() -> None:
    """M98: the advice is to split the order or to leave it out; both are done on the order, no rule changes it."""
    facts = {"order": "7", "rows": "600", "allowed": "500"}
    shown = render(Problem(code="TOO_MANY_ROWS", facts=facts), "sv", shop="woocommerce", ledger="fortnox").where
    assert (
        Place(vendor="WooCommerce", path="WooCommerce > Orders > 7"),
        Place(vendor="Kontera", path="Ordrar > 7"),
    ) == shown
