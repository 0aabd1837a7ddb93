"""Expected against got, told as an accountant reads it: account, expected, got, the rule that put it there. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from kontera.simulate.scenario.words import Effect, Posted

_DOCUMENTS = frozenset({"invoice", "payment", "ledger order"})
Reasons = Callable[[str], Mapping[str, str]]


def differences(file: str, line: int, expected: Sequence[Effect], got: Counter[Effect], reasons: Reasons) -> list[str]:
    """What is not as expected, each with file and line. `line`: where to point for what is not written anywhere."""
    wanted = Counter(_bare(effect) for effect in expected)
    as_told = {_bare(effect): effect for effect in got}
    found = Counter({_bare(effect): count for effect, count in got.items()})
    for effect in list(found):
        if effect not in wanted and goes_without_saying(effect, got):
            del found[effect]
    missing = [effect for effect in expected if (wanted - found)[_bare(effect)]]
    extra = [as_told[effect] for effect in (found - wanted).elements()]
    told = _names(file, expected, got)
    for effect in missing:
        twin = next((other for other in extra if other.key == effect.key), None)
        if twin is not None:
            extra.remove(twin)
        told.append(_diff(f"{file}:{effect.line}", effect, twin, reasons))
    told += [_diff(f"{file}:{line}", None, effect, reasons) for effect in extra]
    return told


def goes_without_saying(effect: Effect, among: Iterable[Effect]) -> bool:
    """That an order is booked, when one of its documents says so by arriving."""
    if effect.kind != "order" or effect.says != "booked":
        return False
    return any(other.kind in _DOCUMENTS and other.subject == f"nt-{effect.subject}" for other in among)


def _bare(effect: Effect) -> Effect:
    """Without what does not matter: line numbers, names of accounts, how many decimals are written."""
    entries = tuple(
        msgspec.structs.replace(entry, name="", amount=entry.amount.normalize(), line=0) for entry in effect.entries
    )
    total = None if effect.total is None else effect.total.normalize()
    return msgspec.structs.replace(effect, line=0, entries=entries, total=total)


def _names(file: str, expected: Sequence[Effect], got: Counter[Effect]) -> list[str]:
    """Accounts that are called something else in the ledger."""
    names = {entry.account: entry.name for effect in got for entry in effect.entries}
    return [
        f"{file}:{entry.line}: account {entry.account} is called {names[entry.account]!r}, not {entry.name!r}"
        for effect in expected
        for entry in effect.entries
        if entry.name and names.get(entry.account, entry.name) != entry.name
    ]


def _diff(place: str, wanted: Effect | None, got: Effect | None, reasons: Reasons) -> str:
    if wanted is None and got is not None:
        head = f"{place}: not expected: {got.head}"
    elif got is None and wanted is not None:
        head = f"{place}: missing: {wanted.head}"
    elif wanted is not None and got is not None and wanted.head != got.head:
        head = f"{place}: expected {wanted.head}\n  got {got.head}"
    else:
        head = f"{place}: {wanted.head if wanted else ''} is not as expected"
    return "\n".join([head, *_table(wanted, got, reasons)])


def _table(wanted: Effect | None, got: Effect | None, reasons: Reasons) -> list[str]:
    ours = {entry.place: entry for entry in wanted.entries} if wanted else {}
    theirs = {entry.place: entry for entry in got.entries} if got else {}
    accounts = sorted(ours.keys() | theirs.keys())
    if not accounts:
        return []
    subject = (got or wanted or Effect(kind="", subject="")).subject
    why = reasons(subject) if got else {}
    rows = [("account", "expected", "got", "", "rule")]
    for place in accounts:
        left, right = ours.get(place), theirs.get(place)
        either = right or left or Posted(account=place, amount=Decimal(0))
        same = left is not None and right is not None and left.amount == right.amount
        told_place = f"{either.account} {either.name}".strip() + (f" on {either.centre}" if either.centre else "")
        rows.append((told_place, _told(left), _told(right), "" if same else "<--", why.get(either.account, "")))
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    told = []
    for name, left_told, right_told, mark, rule in rows:
        amounts = f"{left_told:>{widths[1]}}  {right_told:>{widths[2]}}"
        told.append(f"  {name:<{widths[0]}}  {amounts}  {mark:<{widths[3]}}  {rule}".rstrip())
    return told


def _told(entry: Posted | None) -> str:
    if entry is None:
        return "-"
    return f"{'debit' if entry.amount > 0 else 'credit'} {abs(entry.amount):.2f}"
