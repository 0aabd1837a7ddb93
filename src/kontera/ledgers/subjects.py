"""What a ledger's refusal of a document can be about: its accounts, rules, rates, articles, dimensions and terms.

Decides which of them come into question by what the ledger's words name, and that nothing is claimed which they do not:
of several candidates all are named, and where there is none the fact says that the ledger told nothing. Pure; knows no
vendor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from kontera.accounting.documents import (
    CustomerPayment,
    Document,
    SalesInvoice,
    SalesOrder,
    Voucher,
    currency_of,
    kind_of,
)
from kontera.errors import NOT_TOLD, one_of

NONE_OF_OURS = "none"
"""The rule of an account that no row or posting of the document names: the ledger chose it by itself."""

NOT_WRITTEN, NOT_BOOKED, ONLY_ASKED = "refused", "unbooked", "asked"
"""What became of what was sent, as the case texts tell it (fact `sent`)."""


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """A row or posting of a document, as far as a refusal can name it."""

    account: str
    rule: str
    rate: str = ""
    vat_code: str = ""
    article: str = ""
    cost_centre: str = ""
    project: str = ""


def about(document: Document, told: Mapping[str, str]) -> dict[str, str]:
    """Facts about the document. told: what the ledger's words name already (account, rate...); the others are those of
    the rows it can then mean."""
    parts = list(_parts(document))
    named = {name: value for name, value in told.items() if name in _Part.__struct_fields__ and value}
    meant = [part for part in parts if all(getattr(part, name) == value for name, value in named.items())]
    facts = {name: one_of(getattr(part, name) for part in meant) for name in _Part.__struct_fields__}
    if "account" in named and not meant:
        facts["rule"] = NONE_OF_OURS
    facts |= {"document": kind_of(document), "date": document.date.isoformat(), "currency": currency_of(document)}
    if not isinstance(document, Voucher):
        facts["order"] = document.order_number
    if isinstance(document, SalesInvoice | SalesOrder):
        for kind in ("terms_of_payment", "way_of_delivery", "terms_of_delivery"):
            facts[kind] = getattr(document, kind)
    return {**facts, **told}


def filled(template: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """A rule's facts with their `{names}`; a name that nobody told, or that is empty, says so."""
    return {name: text.format_map(_Told(known)) for name, text in template.items()}


def shared(cause: str, known: Mapping[str, str]) -> str:
    """A rule's cause with its `{names}`. Empty, so that the order waits alone, when it is not known what the refusal is
    about: different troubles would share a case."""
    text = cause.format_map(_Told(known))
    return "" if NOT_TOLD in text else text


def became(method: str, *, books: bool, document: Document | None) -> dict[str, str]:
    """The fact `sent` of a call that was refused; none when nothing of a document was concerned. books: it was to book
    what is written already."""
    if document is None and method == "GET":
        return {}
    return {"sent": ONLY_ASKED if method == "GET" else NOT_BOOKED if books else NOT_WRITTEN}


def _parts(document: Document) -> Iterator[_Part]:
    if isinstance(document, SalesInvoice | SalesOrder):
        for line in document.lines:
            yield _Part(
                account=line.account,
                rule=line.why.rule,
                rate=f"{line.vat_rate.normalize():f}",
                vat_code=line.vat_code,
                article=line.article,
                cost_centre=line.cost_centre or document.cost_centre,
                project=line.project or document.project,
            )
    for posting in document.postings:
        yield _Part(
            account=posting.account,
            rule=posting.why.rule,
            cost_centre=posting.cost_centre,
            project=posting.project,
        )
    if isinstance(document, CustomerPayment):
        yield _Part(account="", rule="", cost_centre=document.cost_centre, project=document.project)


class _Told(dict[str, str]):
    def __init__(self, known: Mapping[str, str]) -> None:
        super().__init__({name: value or NOT_TOLD for name, value in known.items()})

    def __missing__(self, key: str) -> str:
        return NOT_TOLD
