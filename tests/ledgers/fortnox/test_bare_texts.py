"""Refusals whose words name no value, from the sandbox: the case still says what it can be about (M98)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from kontera.cases.catalogue import LANGUAGES, render
from kontera.errors import NeedsOperator
from kontera.ledgers.protocol import Bound
from kontera.ledgers.samples import card, invoice, line
from kontera.sandboxes.fortnox.sandbox import FortnoxSandbox
from tests.ledgers.fortnox.world import FortnoxWorld


@pytest.fixture
def world() -> Iterator[FortnoxWorld]:
    """A company whose refusals are bare."""
    sandbox = FortnoxSandbox()
    sandbox.limiter.configure(None, 5)
    with sandbox:
        made = FortnoxWorld(sandbox)
        made.pull("profile", values_in_texts=False)
        yield made
        made.close()


BREAKS = [
    ("vat_code", {"code": "MP2", "remove": True}, "VAT_RATE_NOT_IN_LEDGER", "vat_rate:12 ¦ 25"),
    ("account", {"number": 3002, "change": {"CostCenterSettings": "MANDATORY"}}, "COST_CENTRE_REQUIRED", None),
    ("account", {"number": 3002, "change": {"ProjectSettings": "MANDATORY"}}, "PROJECT_REQUIRED", None),
]


@pytest.mark.parametrize(("lever", "body", "code", "cause"), BREAKS, ids=[code for *_, code, _ in BREAKS])
def test_a_refusal_without_a_value_names_what_it_can_be_about(
    world: FortnoxWorld, lever: str, body: dict[str, object], code: str, cause: str | None
) -> None:
    """M98 M87: two rates, two accounts; Fortnox names neither, and the case names both."""
    customer = world.ledger.ensure_customer(card(), None)
    world.pull(lever, **body)
    sold = invoice(world.chart, "nt-1", [line(world.chart, "112.00", rate=12), line(world.chart, "125.00")], world.day)
    with pytest.raises(NeedsOperator) as caught:
        world.ledger.record(sold, Bound(customer=customer))
    problem = caught.value.problem
    assert (code, cause or "account:1510 ¦ 2611 ¦ 2621 ¦ 3001 ¦ 3002") == (problem.code, problem.cause)
    assert not any(sign.isdigit() for sign in problem.vendor.partition("(")[0])
    for language in LANGUAGES:
        told = render(problem, language, ledger="fortnox").text()
        assert not [sign for sign in ("?", "¦", "Nothing was sent", "Inget har skickats") if sign in told]
    assert 0 == world.counted("invoices")


def test_an_account_that_is_missing_is_one_of_the_document(world: FortnoxWorld) -> None:
    """M98: also when the rows have one account only: Fortnox may mean that of the VAT or the receivable."""
    customer = world.ledger.ensure_customer(card(), None)
    sold = msgspec.structs.replace(line(world.chart, "125.00"), account="3999")
    with pytest.raises(NeedsOperator) as caught:
        world.ledger.record(invoice(world.chart, "nt-1", [sold], world.day), Bound(customer=customer))
    assert "account:1510 ¦ 2611 ¦ 3999" == caught.value.problem.cause


def test_the_field_of_a_refused_text_is_found(world: FortnoxWorld) -> None:
    """M98: the sandbox quotes the value, as Fortnox does; the case names the field that holds it."""
    customer = world.ledger.ensure_customer(card(), None)
    sold = invoice(world.chart, "nt-1", [line(world.chart, "125.00")], world.day)
    with pytest.raises(NeedsOperator) as caught:
        world.ledger.record(msgspec.structs.replace(sold, terms_of_payment="K~"), Bound(customer=customer))
    problem = caught.value.problem
    assert ("TEXT_REFUSED", "TermsOfPayment") == (problem.code, problem.facts["field"])
    assert "K~" not in problem.vendor
