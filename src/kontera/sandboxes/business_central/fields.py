"""What a property may hold: types, lengths, options, and how a value is read from and written to JSON.

Decides the checks every body passes before a resource sees it. It knows no resource.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from kontera.money import ZERO, exact
from kontera.sandboxes.business_central.errors import ApiError, read_only

ZERO_GUID = "00000000-0000-0000-0000-000000000000"
NO_DATE = "0001-01-01"
NO_TIME = "0001-01-01T00:00:00Z"
_MOST = 10**12  # so that no document amount outgrows exact arithmetic
_SPEC = re.compile(r"(?P<name>\w+):(?P<kind>text|code|guid|dec|int|bool|date|time|enum)(?P<length>\d*)(?P<flags>[!~]*)")


@dataclass(frozen=True)
class Field:
    """One property. length: of a text or code; options: of an enum; calculated: not stored under its own name."""

    name: str
    kind: str
    length: int = 0
    read_only: bool = False
    calculated: bool = False
    options: tuple[str, ...] = ()

    @property
    def empty(self) -> Any:
        """The value of a property never set."""
        values: dict[str, Any] = {
            "text": "", "code": "", "guid": ZERO_GUID, "dec": ZERO, "int": 0, "bool": False,
            "date": NO_DATE, "time": NO_TIME, "enum": self.options[0] if self.options else "",
        }  # fmt: skip
        return values[self.kind]


def fields_of(spec: str) -> dict[str, Field]:
    """Read a resource's properties from their short form: `name:code20; total:dec!; status:enum!=Draft|Open`.

    `!` marks read-only, `~` read-only and calculated.
    """
    result = {}
    for part in filter(None, (each.strip() for each in spec.replace("\n", " ").split(";"))):
        head, _, options = part.partition("=")
        found = _SPEC.fullmatch(head)
        if found is None:
            raise ValueError(f"not a property: {part!r}")
        flags = found["flags"]
        result[found["name"]] = Field(
            found["name"],
            found["kind"],
            int(found["length"] or 0),
            bool(flags),
            "~" in flags,
            tuple(" " if name.strip() == "_" else name.strip() for name in options.split("|")) if options else (),
        )
    return result


def encoded(option: str) -> str:
    """An option's name as OData writes it: "In Review" is In_x0020_Review."""
    return "".join(each if each.isalnum() or each == "_" else f"_x{ord(each):04X}_" for each in option)


def decoded(option: str) -> str:
    """The inverse of `encoded`."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), option)


def written(field: Field, value: Any) -> Any:
    """A stored value as it stands in an answer."""
    return encoded(value) if field.kind == "enum" else value


def read_body(fields: Mapping[str, Field], body: Mapping[str, Any], type_name: str) -> dict[str, Any]:
    """The body's values, checked one by one in the order they were sent. Annotations (@odata...) are passed over."""
    result = {}
    for name, value in body.items():
        if "@" in name:
            continue
        field = fields.get(name)
        if field is None:
            raise ApiError(
                400,
                "BadRequest",
                f"The property '{name}' does not exist on type 'Microsoft.NAV.{type_name}'. Make sure to only use "
                "property names that are defined by the type.",
            )
        if field.read_only:
            raise read_only(name)
        result[name] = read_value(field, value)
    return result


def read_value(field: Field, value: Any) -> Any:
    """One value of a body, as it is stored. Null empties the property."""
    if value is None:
        return field.empty
    readers = {
        "text": _text, "code": _text, "enum": _option, "guid": _guid, "dec": _number, "int": _number,
        "bool": _boolean, "date": _day, "time": _text,
    }  # fmt: skip
    return readers[field.kind](field, value)


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _cannot_convert(field, value, "Edm.String")
    text = value.strip().upper() if field.kind == "code" else value
    if field.length and len(text) > field.length:
        raise ApiError(
            400,
            "Application_StringExceededLength",
            f"The length of the string is {len(text)}, but it must be less than or equal to {field.length} "
            f"characters. Value: {text}",
        )
    return text


def _option(field: Field, value: Any) -> str:
    name = decoded(value) if isinstance(value, str) else ""
    for option in field.options:
        if isinstance(value, str) and option.strip().lower() == name.strip().lower():
            return option
    listed = ",".join(field.options)
    raise ApiError(
        400, "Application_EvaluateException", f"'{value}' is not an option. The existing options are: {listed}"
    )


def _guid(field: Field, value: Any) -> str:
    try:
        return str(UUID(value))
    except (ValueError, AttributeError, TypeError):
        raise ApiError(400, "Application_InvalidGUID", f"Invalid format of GUID string '{value}'.") from None


def _number(field: Field, value: Any) -> Decimal | int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _cannot_convert(field, value, "Edm.Decimal" if field.kind == "dec" else "Edm.Int32")
    number = exact(value) if -_MOST < value < _MOST else None
    if number is None:
        raise ApiError(400, "Application_EvaluateException", f"Overflow under conversion of '{value}' ({field.name}).")
    if field.kind == "dec":
        return number
    if number != int(number):
        raise _cannot_convert(field, value, "Edm.Int32")
    return int(number)


def _boolean(field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _cannot_convert(field, value, "Edm.Boolean")
    return value


def _day(field: Field, value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (ValueError, TypeError):
        raise _cannot_convert(field, value, "Edm.Date") from None


def _cannot_convert(field: Field, value: Any, kind: str) -> ApiError:
    return ApiError(
        400, "BadRequest", f"Cannot convert the literal '{value}' to the expected type '{kind}' ({field.name})."
    )
