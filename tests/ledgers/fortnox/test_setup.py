"""The snapshot, readiness, sign-in and the rate limit, against the sandbox over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from kontera.accounting.ledger_setup import LedgerSetup
from kontera.calls import RateWindow, SettingsError
from kontera.clock import SystemClock
from kontera.errors import NeedsOperator, NeedsSignIn
from kontera.ledgers.fortnox.oauth import authorize_url
from kontera.ledgers.fortnox.settings import SETTINGS, options_from
from kontera.ledgers.protocol import Bound
from kontera.ledgers.samples import card, invoice, line
from kontera.sandboxes.fortnox.sandbox import FortnoxSandbox
from tests.ledgers.fortnox.world import FortnoxWorld


@pytest.fixture
def world() -> Iterator[FortnoxWorld]:
    with FortnoxSandbox(limit=None) as sandbox:
        made = FortnoxWorld(sandbox)
        yield made
        made.close()


def red(world: FortnoxWorld) -> dict[str, str]:
    """The red lines of the readiness list: name -> problem code and cause."""
    return {
        check.name: f"{check.problem.code} {check.problem.cause}"
        for check in world.ledger.readiness()
        if check.problem is not None
    }


def test_snapshot(world: FortnoxWorld) -> None:
    """M40 M42 M80: what bookkeeping depends on is read before it is needed (law 5)."""
    world.settings["vat_codes"] = "OSSDE19=19:2671, OSSFI255=25.5:2673"
    setup = world.again().setup()
    year = world.day.year
    assert (setup.currency, setup.country, setup.accounting_method) == ("SEK", "SE", "accrual")
    assert setup.accounts["3002"].active
    assert (setup.vat_codes["MP2"].rate, setup.vat_codes["MP2"].account) == (Decimal(12), "2621")
    assert (setup.vat_codes["OSSFI255"].rate, setup.vat_codes["OSSFI255"].account) == (Decimal("25.5"), "2673")
    assert setup.currencies["DKK"].rate == Decimal("1.508")  # 150.8 for 100
    assert (setup.cost_centres["WEBB"], setup.cost_centres["GAMMAL"]) == (True, False)
    assert {"30", "K"} <= set(setup.terms_of_payment)
    assert "S" in setup.ways_of_delivery
    assert "FVL" in setup.terms_of_delivery
    assert (setup.voucher_series["A"], setup.voucher_series["B"]) == (True, False)
    assert setup.predefined["CUSTCLAIM"] == "1510"
    assert setup.locked_through is None
    known = setup.year_of(date(year, 6, 30))
    assert known is not None
    assert (known.start, known.end) == (date(year, 1, 1), date(year, 12, 31))
    assert {"invoice", "payment", "customer", "bookkeeping", "settings"} <= setup.functions
    assert setup.max_rows == 500


def test_accounts_beyond_one_page(world: FortnoxWorld) -> None:
    """More accounts than one page holds."""
    for number in range(4000, 4600):
        world.pull("account", number=number, change={"Description": f"Konto {number}"})
    assert {str(number) for number in range(4000, 4600)} <= set(world.ledger.setup().accounts)


def test_cost_centre_demanded_by_an_account(world: FortnoxWorld) -> None:
    """M42."""
    world.pull("account", number=3001, change={"CostCenterSettings": "MANDATORY"})
    assert world.ledger.setup().accounts["3001"].cost_centre_required


@pytest.mark.parametrize(
    ("licence", "missing"),
    [
        ("faktura", {"right: invoice", "right: payment"}),
        ("bokforing", {"right: bookkeeping"}),
        ("integration", {"right: companyinformation", "right: settings", "right: customer", "right: invoice"}),
    ],
)
def test_readiness_names_the_missing_licence(world: FortnoxWorld, licence: str, missing: set[str]) -> None:
    """M98 M118: red lines only, each with Fortnox's menu path."""
    world.pull("licences", remove=[licence])
    checks = [check for check in world.ledger.readiness() if not check.ok]
    assert missing <= {check.name for check in checks}
    assert [check for check in checks if check.problem is None or "Fortnox >" not in check.problem.facts["where"]] == []


def test_licence_of_another_program_is_not_asked_for(world: FortnoxWorld) -> None:
    """M118: none more than needed. Order and Lager are gone, and nothing is red."""
    world.pull("licences", remove=["order", "lager"])
    assert red(world) == {}


def test_readiness_names_the_missing_right(world: FortnoxWorld) -> None:
    """M118: consented without payment."""
    scopes = [scope for scope in options_from(world.settings).functions() if scope != "payment"]
    world.settings.update(
        {name: value for name, value in world.pull("tokens", scopes=scopes).items() if name.endswith("_token")}
    )
    world.ledger = world.again()
    assert red(world) == {"right: payment": "LEDGER_SCOPE_MISSING scope:payment"}


def test_readiness_names_the_missing_receivable_account(world: FortnoxWorld) -> None:
    """M98."""
    world.pull("predefined", name="CUSTCLAIM", account=0)
    assert red(world) == {"predefined account: receivables": "PREDEFINED_ACCOUNT_MISSING predefined:CUSTCLAIM"}
    document = invoice(world.chart, "nt-1", [line(world.chart, "100.00")], world.day)
    problems = world.ledger.quote(document, world.ledger.setup()).problems
    assert [problem.code for problem in problems] == ["PREDEFINED_ACCOUNT_MISSING"]


def test_the_cash_method_books_no_invoices(world: FortnoxWorld) -> None:
    """M7 M98: said by readiness and by the quote, before Fortnox refuses the booking."""
    world.pull("profile", accounting_method="CASH")
    assert red(world) == {"accounting method": "LEDGER_REFUSED accounting_method:cash"}
    document = invoice(world.chart, "nt-1", [line(world.chart, "100.00")], world.day)
    problems = world.ledger.quote(document, world.ledger.setup()).problems
    assert [problem.cause for problem in problems] == ["accounting_method:cash"]


def test_the_whole_consent(world: FortnoxWorld) -> None:
    """From the authorize page through the code to tokens that are saved and work; the code works once."""
    given = world.sandbox.credentials()
    world.settings.update({"redirect_uri": given["redirect_uri"], "access_token": "", "refresh_token": ""})
    ledger = world.again()
    with pytest.raises(NeedsSignIn):
        ledger.setup()
    answer = httpx2.get(authorize_url(world.settings, "state-1"), follow_redirects=False)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["state"] == ["state-1"]
    ledger.tokens.exchange(query["code"][0], given["redirect_uri"])
    assert isinstance(ledger.setup(), LedgerSetup)
    assert set(world.settings["granted_scope"].split()) == set(options_from(world.settings).functions())
    with pytest.raises(NeedsSignIn):
        ledger.tokens.exchange(query["code"][0], given["redirect_uri"])


def test_a_refresh_token_is_rotated_every_time(world: FortnoxWorld) -> None:
    """M100: the third renewal works because the second one's token was kept."""
    seen = {world.settings["refresh_token"]}
    for _ in range(3):
        world.pull("expire_access")
        assert world.ledger.find_customer(card()) is None
        seen.add(world.settings["refresh_token"])
    assert len(seen) == 4


def test_two_workers_renew_without_losing_the_token(world: FortnoxWorld) -> None:
    """M100: a console and a lane renew at once; the slower one takes what the faster one saved."""
    mine, theirs = world.again(), world.again()
    world.pull("expire_access")
    assert mine.find_customer(card()) is None
    assert theirs.find_customer(card()) is None


def test_the_rate_limit_is_never_broken() -> None:
    """M19 M100: six threads, 25 calls in half a second (Fortnox's window, ten times faster): no 429, nothing lost."""
    clock = SystemClock()
    with FortnoxSandbox(limit=25, window=0.5) as sandbox:
        window = RateWindow(clock, 25, 0.5)
        world = FortnoxWorld(sandbox, window=window)
        bound = Bound(customer=world.ledger.ensure_customer(card(), None))
        documents = [
            invoice(world.chart, f"nt-{number}", [line(world.chart, "100.00")], world.day) for number in range(90)
        ]
        with ThreadPoolExecutor(6) as pool:
            outcomes = list(pool.map(lambda document: world.ledger.record(document, bound), documents))
        world.close()
        assert {type(outcome).__name__ for outcome in outcomes} == {"Recorded"}
        assert world.counted("invoices") == 90
        assert sandbox.calls.with_status(429) == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"grant": "client_credentials"}, "tenant_id"),
        ({"vat_codes": "OSSDE19"}, "CODE=percent:account"),
        ({"vat_codes": "OSSDE19=x:2670"}, "CODE=percent:account"),
        ({"number_start": "-1"}, "number_start"),
        ({"documents": "everything"}, "documents"),
        ({"client_id": ""}, "client_id"),
    ],
)
def test_settings_that_cannot_be(changed: dict[str, str], words: str) -> None:
    """M98: a wrong setting is said by name, before anything is connected."""
    with pytest.raises(SettingsError, match=words):
        options_from({"client_id": "a", "client_secret": "b", **changed})


def test_every_setting_is_explained_in_both_languages() -> None:
    """M117 M120: every field has its words in both languages, and the secret ones are sealed."""
    assert [setting.name for setting in SETTINGS if not setting.title or not setting.title_sv] == []
    assert [setting.name for setting in SETTINGS if bool(setting.help) != bool(setting.help_sv)] == []
    assert {setting.name for setting in SETTINGS if setting.secret} == {
        "client_secret",
        "access_token",
        "refresh_token",
    }


@pytest.mark.parametrize("function", ["bookkeeping", "settings", "currency"])
def test_a_register_kept_from_us_is_not_an_empty_one(world: FortnoxWorld, function: str) -> None:
    """Law 4: consented without it, no order is told that its account, VAT code or currency is missing."""
    scopes = [scope for scope in options_from(world.settings).functions() if scope != function]
    world.settings.update(
        {name: value for name, value in world.pull("tokens", scopes=scopes).items() if name.endswith("_token")}
    )
    with pytest.raises(NeedsOperator) as caught:
        world.again().setup()
    problem = caught.value.problem
    assert ("LEDGER_SCOPE_MISSING", f"scope:{function}") == (problem.code, problem.cause)


def test_a_company_without_the_bookkeeping_licence_has_no_set_up(world: FortnoxWorld) -> None:
    """Law 4: the licence is named, not the accounts that cannot be seen."""
    world.pull("licences", remove=["bokforing"])
    with pytest.raises(NeedsOperator) as caught:
        world.ledger.setup()
    problem = caught.value.problem
    assert ("LEDGER_LICENCE_MISSING", "Bokföring") == (problem.code, problem.facts["licence"])
