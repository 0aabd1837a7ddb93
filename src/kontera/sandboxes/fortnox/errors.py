"""Fortnox's errors, in its own codes, words and two capitalisations.

Decides how a refusal looks on the wire. Codes and texts are those seen in recorded answers, the vendor's error guide
and clients' sources (README, "Sources"); where only the text is known the code is `TEXT_ONLY`, an assumption.
"""

from __future__ import annotations

from typing import Any

TEXT_ONLY = 2000588  # "Ogiltig parameter i anropet": stands in where the vendor's code for a text is not known


class ApiError(Exception):
    """A refused call. `capital` chooses between the vendor's two spellings of the envelope."""

    def __init__(self, status: int, code: int, message: str, *, capital: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message.encode("utf-8", "replace").decode()  # a refused text may hold half a character
        self.capital = capital

    def body(self) -> dict[str, Any]:
        """The JSON body: capitalised for what is not found, lower case for the rest (both recorded)."""
        if self.capital:
            return {"ErrorInformation": {"Error": 1, "Message": self.message, "Code": self.code}}
        return {"ErrorInformation": {"error": 1, "message": self.message, "code": self.code}}


class TokenError(Exception):
    """A refusal by the token endpoint, which has an envelope of its own (RFC 6749)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return {"error": self.error, "error_description": self.description}


class Unauthorized(Exception):
    """No valid access token: 401 with a body that is not the error envelope (recorded)."""

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return {"message": "unauthorized"}


class TooMany(Exception):
    """The rate limit is used up: 429 without Retry-After."""

    def body(self) -> dict[str, Any]:
        """The JSON body; the vendor documents none, this text is ours."""
        return {"message": "Too Many Requests"}


def refuse(code: int, message: str) -> ApiError:
    """A 400 with a known code."""
    return ApiError(400, code, message)


def refuse_text(message: str) -> ApiError:
    """A 400 whose text is known but whose code is not."""
    return ApiError(400, TEXT_ONLY, message)


def not_found(what: str, code: int) -> ApiError:
    """A 404: `what` is the definite form, "kunden"."""
    return ApiError(404, code, f"Kan inte hitta {what}.", capital=True)
