"""What people do in the sandboxed ledger of a scenario: accounts, locks, licences, currencies, VAT codes.

Decides how a fresh company is set up before a merchant goes live, and how the words of an event pull the sandbox's
levers. The API has none of these; an accountant does them in the ledger itself.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kontera.accounting.starter import starter
from kontera.clock import local_date
from kontera.sandboxes.fortnox import FortnoxSandbox, tables
from kontera.sandboxes.fortnox.company import ZONE, Profile, touch
from kontera.sandboxes.fortnox.fields import blanks
from kontera.simulate.scenario.words import Event


def fresh(sandbox: FortnoxSandbox, rulebook: str) -> str:
    """A fresh company with a VAT code for every OSS country and rate of the starter rulebook. Answers these codes as
    the connection's setting `vat_codes` wants them."""
    sandbox.faults.remove()
    sandbox.company.profile = Profile()
    sandbox.reset()
    sandbox.calls.reset()
    made = []
    for rule in starter(rulebook).vat:
        if "{" not in rule.vat_code:
            continue
        for country in _each(rule.match.country):
            for rate in _each(rule.match.rate):
                text = f"{Decimal(rate).normalize():f}"
                code = rule.vat_code.replace("{country}", str(country)).replace("{rate}", text.replace(".", ""))
                account = "2670"
                known = sandbox.company.vat_codes.get(code)
                if known is not None:
                    account = str(known.account)
                else:
                    _pull(sandbox, "vat_code", code=code, rate=text, account=account)
                made.append(f"{code}={text}:{account}")
    return ",".join(made)


def pull(sandbox: FortnoxSandbox, event: Event) -> None:
    """Carry out what somebody does in the ledger."""
    words = event.words
    match event.verb:
        case "account":
            _pull(sandbox, "account", number=words["account"], change={"Active": words["state"] == "active"})
        case "locked":
            _pull(sandbox, "lock_period", until=words["until"])
        case "unlocked":
            _pull(sandbox, "lock_period", until=None)
        case "licence":
            _pull(sandbox, "licences", **{"remove" if words["no"] else "add": [words["licence"]]})
        case "vat_code":
            _pull(sandbox, "vat_code", code=words["code"], rate=words["rate"], account=words["account"])
        case "no_vat_code":
            _pull(sandbox, "vat_code", code=words["code"], remove=True)
        case _:
            _count(sandbox, words)


def _pull(sandbox: FortnoxSandbox, lever: str, **body: Any) -> None:
    sandbox.actions()[lever](body)


def _count(sandbox: FortnoxSandbox, words: dict[str, str]) -> None:
    """A currency, with the rate the ledger keeps for it."""
    now = sandbox.clock.now()
    record = {
        **blanks(tables.CURRENCY), "Code": words["code"], "Description": words["code"], "Unit": Decimal(words["unit"]),
        "BuyRate": Decimal(words["rate"]), "SellRate": Decimal(words["rate"]),
        "Date": local_date(now, ZONE).isoformat(), "IsAutomatic": True,
    }  # fmt: skip
    touch(record, now)
    sandbox.company.registers["currencies"][words["code"]] = record


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
