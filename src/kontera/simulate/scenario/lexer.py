"""From a file's text to its lines that say something, and the small things every line is made of. Pure.

Decides what a comment, an amount, a percentage and an instant look like. Never what a line means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from kontera.simulate.scenario.trouble import ScenarioError

ZONE = ZoneInfo("Europe/Stockholm")  # scenarios tell Swedish local time, as the merchant's books do
AMOUNT = r"-?\d+(?:\.\d+)?"
DAY = r"\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True, slots=True)
class Text:
    """One line that says something: without its comment and its indentation."""

    file: str
    number: int
    said: str
    indented: bool
    raw: str

    def refuse(self, reason: str, accepted: str | Sequence[str] = "") -> ScenarioError:
        """The fault of this line."""
        told = accepted if isinstance(accepted, str) else "; ".join(accepted)
        return ScenarioError(self.file, self.number, self.raw, reason, told)

    def match(self, pattern: str) -> dict[str, str] | None:
        """The named parts, when the whole line is written so; blanks may be any number of blanks."""
        found = re.fullmatch(pattern.replace(" ", r"\s+"), self.said)
        return {name: value or "" for name, value in found.groupdict().items()} if found else None


def lines_of(text: str, file: str) -> list[Text]:
    """The lines that say something. A comment begins with # at the start of a line or after two blanks."""
    found = []
    for number, raw in enumerate(text.splitlines(), 1):
        if "\t" in raw:
            raise ScenarioError(file, number, raw, "A tab makes columns that others see differently", "blanks")
        said = re.sub(r"(^|\s\s+)#.*$", "", raw).strip()
        if said:
            found.append(Text(file, number, said, raw[0] == " ", raw))
    return found


def comments_of(text: str) -> list[str]:
    """The comment at the top of the file, line by line."""
    found = []
    for raw in text.splitlines():
        if not raw.startswith("#"):
            break
        found.append(raw.lstrip("#").strip())
    return found


def amount(text: str) -> Decimal:
    """An amount as written, its decimals kept."""
    return Decimal(text)


def instant(line: Text, day: str, clock: str) -> datetime:
    """A Swedish local time. Raises ScenarioError for a day or hour that does not exist."""
    try:
        return datetime.fromisoformat(f"{day} {clock or '12:00'}").replace(tzinfo=ZONE)
    except ValueError as error:
        raise line.refuse(
            f"{day} {clock}".strip() + " is not a date and time", "2026-03-02 or 2026-03-02 09:30"
        ) from error
