"""JSON on the sandbox's wire, without a float near an amount.

Decides how numbers are written (a Decimal as a plain JSON number) and read (fractions as Decimal). It never decides
what a vendor's answer holds.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
from starlette.responses import Response

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def json_bytes(value: Any) -> bytes:
    """Compact JSON; a Decimal becomes a number with exactly its digits."""
    return _ENCODER.encode(value)


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    return Response(json_bytes(value), status_code=status, headers=headers, media_type="application/json")


def parse_json(data: bytes | str) -> Any:
    """The JSON value, fractions as Decimal. Raises ValueError when it is not JSON (NaN and Infinity are not)."""
    return json.loads(data, parse_float=Decimal, parse_constant=_refuse)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
