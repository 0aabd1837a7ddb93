"""Refusals in the vendor's words: HTTP status, error code and message.

Decides the error envelope. It never decides when something is refused.
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """One refusal. `code` is the vendor's machine code, `message` its text (en-US)."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self, correlation: str) -> dict[str, Any]:
        """The JSON envelope, with the correlation id the vendor appends to the text."""
        return {"error": {"code": self.code, "message": f"{self.message}  CorrelationId:  {correlation}."}}


def dialog(message: str) -> ApiError:
    """A business error raised by the application's own code."""
    return ApiError(400, "Application_DialogException", message)


def asked_a_person(question: str) -> ApiError:
    """The application wants to ask a person, and nobody is there."""
    return ApiError(
        400,
        "Application_CallbackNotAllowed",
        "The server attempted to issue a client callback to show a confirmation dialog box: "
        f"{question} Client callbacks are not supported here.",
    )


def field_error(message: str) -> ApiError:
    """A field that has to have, or must not have, a value."""
    return ApiError(400, "Application_FieldValidationException", message)


def must_have_value(field: str, table: str, key: str, value: str) -> ApiError:
    """TestField's own wording for an empty field."""
    return field_error(f"{field} must have a value in {table}: {key}={value}. It cannot be zero or empty.")


def missing(table: str, fields: str) -> ApiError:
    """A set-up row that is not there, e.g. the VAT Posting Setup of two groups."""
    return ApiError(
        400, "Internal_RecordNotFound", f"The {table} does not exist. Identification fields and values: {fields}"
    )


def no_relation(field: str, table: str, value: str) -> ApiError:
    """A value that has to exist in another table and does not."""
    return ApiError(
        400,
        "Internal_InvalidTableRelation",
        f"The field {field} of table {table} contains a value ({value}) that cannot be found in the related table "
        f"({table}).",
    )


def exists_already(table: str, fields: str) -> ApiError:
    """A key used twice."""
    return ApiError(
        400,
        "Internal_EntityWithSameKeyExists",
        f"The record in table {table} already exists. Identification fields and values: {fields}",
    )


def not_found() -> ApiError:
    """No such record under this address."""
    return ApiError(
        404,
        "BadRequest_ResourceNotFound",
        "Resource not found for the segment; the record does not exist or is outside the filter.",
    )


def read_only(name: str) -> ApiError:
    """A property that cannot be sent."""
    return ApiError(400, "BadRequest_InvalidOperation", f"Control '{name}' is read-only.")
