"""The whole chain of an order as a person reads it at a terminal, Swedish or English.

Decides the layout only: what is in it comes from `proof.chain` and the console's timeline, the words from the console's
texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from kontera.console import formats
from kontera.console.words import say, say_value, say_words

Row = Sequence[str]


def lines_of(chain: dict[str, Any], language: str) -> list[str]:
    """The chain, line by line. Instants in it carry the merchant's offset already."""
    parts = (_head, _timeline, _documents, _requests)
    return [line for part in parts for line in part(chain, language)]


def _head(chain: dict[str, Any], language: str) -> Iterator[str]:
    zone = chain["zone"]
    total = chain["total"] or say("terminal.no_total", language)
    place = say_value("place", chain["place"], language).lower()
    yield say("terminal.order", language, number=chain["number"], store=chain["store"], total=total, place=place)
    if chain["left_out"]:
        yield "  " + say("terminal.left_out", language, **chain["left_out"])
    for case in chain["cases"]:
        told = say(
            "terminal.case", language, case=str(case["id"]), title=case["title"], since=_told(case["since"], zone)
        )
        yield f"  {told} {case['action']}"
    for one in chain["obstacles"]:
        case = " " + say("terminal.of_case", language, case=str(one["case"])) if one["case"] else ""
        yield f"  {one['title'].rstrip('.')}{case}. {one['text']}"
    for one in chain["differences"]:
        yield "  " + _difference(one, language)


def _timeline(chain: dict[str, Any], language: str) -> Iterator[str]:
    zone = chain["zone"]
    yield "\n" + say("terminal.timeline", language, zone=zone)
    for event in chain["timeline"]:
        words = event["detail"]
        if event["what"].startswith("notice_"):  # what people wrote stays as they wrote it
            words = say_words("basis", words, language)
        detail = f": {words}" if words else ""
        yield f"  {_told(event['at'], zone)}  {say_value('timeline', event['what'], language)} ({event['who']}){detail}"


def _documents(chain: dict[str, Any], language: str) -> Iterator[str]:
    zone = chain["zone"]
    for one in chain["rulebooks"]:
        values = {"name": one["name"], "author": one["activated_by"], "at": _told(one["activated_at"], zone)}
        reason = f": {one['reason']}" if one["reason"] else ""
        yield "\n" + say("terminal.rulebook", language, **values) + reason
    for document in chain["documents"]:
        yield "\n" + _title(document, zone, language)
        for difference in document["differences"]:
            yield "  " + _difference(difference, language)
        rows = [_row(line, language) for line in document["lines"]]
        yield from _table(say("terminal.rows", language).split("|"), rows, frozenset(range(1, 7)))
        postings = [_posting(one, language) for one in document["postings"]]
        yield from _table(say("terminal.postings", language).split("|"), postings, frozenset({1, 2}))


def _title(document: dict[str, Any], zone: str, language: str) -> str:
    carrier = document["carrier"]
    written = carrier or document  # the proof of a share is its voucher's
    parts = [say_value("step", written["step"], language).lower()]
    if document["voucher"]:
        parts.append(say("terminal.voucher", language, voucher=document["voucher"]))
    if written["proof"]:
        parts.append(say_value("proof", written["proof"], language))
    kind = say_value("document", document["kind"], language)
    number = document["number"] or say("terminal.not_sent", language)
    if carrier:
        voucher = carrier["voucher"] or say("terminal.not_sent", language)
        number = say("terminal.in_summary", language, reference=carrier["reference"], voucher=voucher)
    elif document["closes_at"]:
        number = say("terminal.joins_summary", language, at=_told(document["closes_at"], zone))
    return f"{kind} {document['reference']}, {document['date']}, {document['total']}: {number} ({', '.join(parts)})"


def _row(line: dict[str, Any], language: str) -> Row:
    discount = _figure(line["discount"])
    return (
        line["text"],
        line["quantity"],
        _figure(line["unit_price"]),
        discount if discount.strip("0.") else "",
        _figure(line["amount"]),
        line["vat_rate"],
        _figure(line["vat"]),
        line["vat_code"],
        line["account"],
        f"{_why(line['why'], language)}; {line['vat_why']['rule']}",
    )


def _posting(one: dict[str, Any], language: str) -> Row:
    amount = _figure(one["amount"])
    debit, credit = ("", amount[1:]) if amount.startswith("-") else (amount, "")
    whose = " ".join(part for part in (one["cost_centre"], one["project"]) if part)
    return one["account"], debit, credit, whose, one["text"], _why(one["why"], language)


def _figure(amount: str) -> str:
    """An amount without its currency, which the document's title tells."""
    return amount.rpartition(" ")[0]


def _why(why: dict[str, str], language: str) -> str:
    fact = say_words("basis", why["fact"], language)
    return say("terminal.why", language, rule=why["rule"], rulebook=why["rulebook"], fact=fact)


def _difference(one: dict[str, str], language: str) -> str:
    told = say("order.difference_line", language, shop=one["shop"], ours=one["ours"])
    bound = "" if one["cause"] == "decided" else " " + say("order.bound", language, bound=one["bound"])
    return f"{say_words('basis', one['what'], language)}: {told} {say_value('cause', one['cause'], language)}{bound}"


def _requests(chain: dict[str, Any], language: str) -> Iterator[str]:
    zone = chain["zone"]
    if chain["requests"]:
        yield "\n" + say("terminal.requests", language)
    for one in chain["requests"]:
        status = say("common.no_answer", language) if one["status"] is None else str(one["status"])
        about = " ".join(part for part in (one["document"], one["note"]) if part)
        told = f"{one['method']} {one['path']} -> {status}, {one['milliseconds']} ms"
        yield f"  {_told(one['at'], zone)}  {told}  {about}".rstrip()
        for name in ("request", "response"):
            if one.get(name):
                yield f"    {say('common.request', language) if name == 'request' else say('common.answer', language)}:"
                yield from (f"      {line}" for line in one[name].splitlines())


def _table(heads: Row, rows: Sequence[Row], figures: frozenset[int]) -> list[str]:
    """Columns as wide as they need to be; those that say nothing are left away, those in `figures` right-aligned."""
    used = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    width = {place: max(len(heads[place]), *(len(row[place]) for row in rows)) for place in used}

    def line(cells: Row) -> str:
        told = (
            cells[place].rjust(width[place]) if place in figures else cells[place].ljust(width[place]) for place in used
        )
        return "    " + "  ".join(told).rstrip()

    return ["", line(heads), *(line(row) for row in rows)] if used else []


def _told(at: str | None, zone: str) -> str:
    """As "2026-03-31 14:02:07 CEST"."""
    return formats.instant_zoned(datetime.fromisoformat(at) if at else None, zone)
