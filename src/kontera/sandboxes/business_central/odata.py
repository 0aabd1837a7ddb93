"""The OData v4 subset: $filter, $select, $expand, $orderby, $top, $skip, $count, and its gaps.

Decides how query options are read and applied to rows. It knows no resource. Grammar after the vendor's pages on
filter expressions and known limitations: or over two properties is an error, lambdas are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kontera.clock import parse_instant
from kontera.sandboxes.business_central.errors import ApiError
from kontera.sandboxes.business_central.fields import decoded

Getter = Callable[[str], Any]
Test = Callable[[Getter], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<guid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"
    r"|(?P<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))|(?P<date>\d{4}-\d\d-\d\d)|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_][\w/]*)|(?P<sign>[(),:]))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
}
_CALLS: dict[str, Callable[[str, str], bool]] = {
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
    "contains": lambda text, part: part in text,
}


@dataclass(frozen=True)
class Query:
    """The query options of one address. equals: the properties the filter pins to a value, with those values."""

    test: Test | None = None
    equals: dict[str, list[Any]] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    expand: dict[str, Query] = field(default_factory=dict)
    orderby: tuple[tuple[str, bool], ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    token: str = ""


def bad_filter(text: str) -> ApiError:
    """A query option that cannot be read."""
    return ApiError(400, "BadRequest", f"Syntax error in the query options: {text}")


def query_of(options: dict[str, str]) -> Query:
    """Read the options of an address (names with their dollar sign). Raises ApiError for what cannot be read."""
    test, equals = (None, {}) if not options.get("$filter") else _Filter(options["$filter"]).read()
    return Query(
        test,
        equals,
        tuple(filter(None, (each.strip() for each in options.get("$select", "").split(",")))),
        {name: query_of(inner) for name, inner in _expands(options.get("$expand", ""))},
        tuple(_order(each) for each in options.get("$orderby", "").split(",") if each.strip()),
        _whole(options["$top"]) if "$top" in options else None,
        _whole(options.get("$skip", "0")),
        options.get("$count", "false").lower() == "true",
        options.get("$skiptoken", "") or options.get("aid", ""),
    )


def ordered(rows: list[Any], query: Query, get: Callable[[Any], Getter]) -> list[Any]:
    """The rows in the order asked for; ties keep their order."""
    result = list(rows)
    for name, backwards in reversed(query.orderby):
        result.sort(key=lambda row: get(row)(name), reverse=backwards)
    return result


def _order(text: str) -> tuple[str, bool]:
    name, _, direction = text.strip().partition(" ")
    return name, direction.strip().lower() == "desc"


def _whole(text: str) -> int:
    if not text.isdigit():
        raise bad_filter(f"'{text}' is not a count")
    return int(text)


def _expands(text: str) -> list[tuple[str, dict[str, str]]]:
    """Split `a($filter=x;$select=y),b` into names and their own options."""
    result = []
    for part in _split(text, ","):
        name, _, inside = part.strip().partition("(")
        options = dict(each.strip().split("=", 1) for each in _split(inside.removesuffix(")"), ";") if "=" in each)
        result.append((name.strip(), options))
    return result


def _split(text: str, separator: str) -> list[str]:
    parts, depth, quoted, start = [], 0, False, 0
    for place, sign in enumerate(text):
        if sign == "'":
            quoted = not quoted
        elif not quoted:
            depth += {"(": 1, ")": -1}.get(sign, 0)
            if sign == separator and depth == 0:
                parts.append(text[start:place])
                start = place + 1
    parts.append(text[start:])
    return [part for part in parts if part.strip()]


class _Filter:
    """Reads one filter expression by descent: or, and, not, comparison, function."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        place = 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if found is None or found.lastgroup is None:
                raise bad_filter(text)
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            place = found.end()
        self._place = 0
        self._names: set[str] = set()
        self.equals: dict[str, list[Any]] = {}

    def read(self) -> tuple[Test, dict[str, list[Any]]]:
        """The test, and the values each property is pinned to."""
        test = self._either()
        if self._place != len(self._tokens):
            raise bad_filter(self._text)
        return test, self.equals

    def _peek(self) -> str:
        return self._tokens[self._place][1] if self._place < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self._place >= len(self._tokens):
            raise bad_filter(self._text)
        self._place += 1
        return self._tokens[self._place - 1]

    def _expect(self, text: str) -> None:
        if self._next()[1] != text:
            raise bad_filter(self._text)

    def _either(self) -> Test:
        outer, self._names = self._names, set()
        tests = [self._both()]
        while self._peek() == "or":
            self._next()
            tests.append(self._both())
        if len(tests) > 1 and len(self._names) > 1:
            raise ApiError(
                400,
                "BadRequest_MethodNotImplemented",
                "An unsupported filter was used: the OR operator can only combine conditions on the same field.",
            )
        self._names |= outer
        return tests[0] if len(tests) == 1 else lambda get: any(test(get) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._peek() == "and":
            self._next()
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda get: all(test(get) for test in tests)

    def _one(self) -> Test:
        kind, text = self._next()
        if text == "not":
            inner = self._one()
            return lambda get: not inner(get)
        if text == "(":
            inner = self._either()
            self._expect(")")
            return inner
        if kind != "word":
            raise bad_filter(self._text)
        if text.endswith(("/any", "/all")):
            self._pass_over()
            return lambda get: True
        if text in _CALLS:
            return self._function(text)
        read = self._operand(text)
        operator = self._next()[1]
        if operator not in _COMPARE:
            raise bad_filter(self._text)
        value = self._value()
        if operator == "eq" and text not in ("tolower", "toupper"):
            self.equals.setdefault(text, []).append(value)
        compare = _COMPARE[operator]
        return lambda get: _compared(compare, read(get), value)

    def _operand(self, text: str) -> Callable[[Getter], Any]:
        """A property, or one within tolower or toupper."""
        if text in ("tolower", "toupper"):
            self._expect("(")
            name = self._property(self._next()[1])
            self._expect(")")
            return lambda get: str(get(name)).lower() if text == "tolower" else str(get(name)).upper()
        name = self._property(text)
        return lambda get: get(name)

    def _property(self, name: str) -> str:
        self._names.add(name)
        return name

    def _function(self, text: str) -> Test:
        self._expect("(")
        read = self._operand(self._next()[1])
        self._expect(",")
        part = str(self._value())
        self._expect(")")
        if self._peek() in ("eq", "ne"):
            wanted = (self._next()[1] == "eq") == (self._next()[1] == "true")
            return lambda get: _CALLS[text](str(read(get)), part) == wanted
        return lambda get: _CALLS[text](str(read(get)), part)

    def _pass_over(self) -> None:
        """Skip a bracketed group."""
        self._expect("(")
        depth = 1
        while depth:
            depth += {"(": 1, ")": -1}.get(self._next()[1], 0)

    def _value(self) -> Any:
        kind, text = self._next()
        if kind == "string":
            return decoded(text[1:-1].replace("''", "'"))
        if kind == "guid":
            return text.lower()
        if kind == "number":
            return Decimal(text)
        if kind == "word" and text in ("true", "false"):
            return text == "true"
        if kind == "time":  # as stored: UTC with milliseconds, so that texts compare as instants
            return _instant(text)
        if kind == "date":
            return text
        raise bad_filter(self._text)


def _instant(text: str) -> str:
    try:
        return parse_instant(text).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    except ValueError:
        raise bad_filter(f"'{text}' is not an instant") from None


def _compared(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    try:
        return compare(left, right)
    except TypeError:
        raise ApiError(400, "BadRequest", "The types of the operands in the filter are not comparable.") from None
