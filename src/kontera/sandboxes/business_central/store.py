"""Records in memory with an undo log: a refused request leaves nothing behind, a commit makes it permanent.

Decides versions (etags), change times and what counts as a change. It knows no resource.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from kontera.clock import Clock

Record = dict[str, Any]
_UNSEEN = ("_version", "lastModifiedDateTime")


class Change:
    """One record added, edited or removed since the last commit. before: its values then; None when added."""

    def __init__(self, table: Table, kind: str, record: Record, before: Record | None) -> None:
        self.table, self.kind, self.record, self.before = table, kind, record, before


class Log:
    """What has been done since the last commit, and how to undo it."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.listener: Callable[[list[Change]], None] = lambda changes: None
        self._undo: list[Callable[[], None]] = []
        self._changes: list[Change] = []
        self._number = self._commits = 0

    def also(self, undo: Callable[[], None]) -> None:
        """Remember how to undo something that is not a record."""
        self._undo.append(undo)

    def note(self, change: Change, undo: Callable[[], None]) -> None:
        """Remember a change and how to undo it."""
        self._changes.append(change)
        self._undo.append(undo)

    def new_id(self) -> str:
        """A GUID, the same ones in the same order in every run."""
        self._number += 1
        return str(UUID(int=(0xC0FFEE << 104) | (0x4 << 76) | (0x8 << 60) | self._number))

    def stamp(self) -> str:
        """This instant as the API writes it."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def mark(self) -> tuple[int, int, int]:
        """Where the log stands, for `back_to`."""
        return len(self._undo), len(self._changes), self._commits

    def back_to(self, mark: tuple[int, int, int]) -> None:
        """Undo everything since `mark`, the latest first; after a commit in between, all that came after it."""
        undone, changes, commits = mark
        if commits != self._commits:
            undone = changes = 0
        while len(self._undo) > undone:
            self._undo.pop()()
        del self._changes[changes:]

    def rollback(self) -> None:
        """Undo everything since the last commit."""
        self.back_to((0, 0, self._commits))

    def settle(self) -> None:
        """Take back the version and time of edits that changed nothing, so that an answer shows what will be kept."""
        for change in self._changes:
            if change.kind == "edit" and change.before is not None and _same(change.before, change.record):
                for name in _UNSEEN:
                    change.record[name] = change.before[name]

    def commit(self) -> None:
        """Make everything permanent and tell the listener what really changed."""
        self.settle()
        told = [
            change
            for change in self._changes
            if change.kind != "edit" or change.before is None or not _same(change.before, change.record)
        ]
        self._undo.clear()
        self._changes.clear()
        self._commits += 1
        self.listener(told)


class Table:
    """The records of one kind by id, in the order they were added."""

    def __init__(self, name: str, log: Log) -> None:
        self.name = name
        self.rows: dict[str, Record] = {}
        self._log = log

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self.rows.values()))

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, identity: str) -> Record | None:
        """The record with this id."""
        return self.rows.get(identity)

    def by(self, name: str, value: Any) -> Record | None:
        """The first record whose property has this value."""
        return next((row for row in self.rows.values() if row[name] == value), None)

    def where(self, **values: Any) -> list[Record]:
        """Every record with all these values."""
        return [row for row in self.rows.values() if all(row[name] == value for name, value in values.items())]

    def add(self, record: Record) -> Record:
        """Insert; an id, version and time are given to it."""
        record.setdefault("id", self._log.new_id())
        record["_version"] = 1
        record["lastModifiedDateTime"] = self._log.stamp()
        self.rows[record["id"]] = record
        self._log.note(Change(self, "add", record, None), lambda: self.rows.__delitem__(record["id"]))
        return record

    def edit(self, record: Record, **values: Any) -> Record:
        """Announce that `record` is about to change (or change it); nested values are replaced, never mutated."""
        before = dict(record)

        def undo() -> None:
            record.clear()
            record.update(before)

        self._log.note(Change(self, "edit", record, before), undo)
        record["_version"] += 1
        record["lastModifiedDateTime"] = self._log.stamp()
        record.update(values)
        return record

    def quietly(self, record: Record, **values: Any) -> None:
        """Change fields the record's own version and time do not follow (flow fields, ledger state)."""
        before = {name: record[name] for name in values}
        self._log.also(lambda: record.update(before))
        record.update(values)

    def remove(self, record: Record) -> None:
        """Delete; undoing puts it back at its place."""
        rows = dict(self.rows)

        def undo() -> None:
            self.rows = rows

        self._log.note(Change(self, "remove", record, dict(record)), undo)
        del self.rows[record["id"]]


def etag(record: Record) -> str:
    """The weak etag of a record's version."""
    text = base64.b64encode(f"19;{record['id']};{record['_version']};".encode()).decode()
    return f'W/"{text}"'


def _same(before: Record, after: Record) -> bool:
    return {**before, **dict.fromkeys(_UNSEEN)} == {**after, **dict.fromkeys(_UNSEEN)}
