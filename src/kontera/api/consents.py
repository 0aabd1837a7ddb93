"""Where a person lands after consenting at a vendor: keys are fetched, and the person goes on to the console.

Decides nothing itself: `connections.signing_in` checks that the answer is to a question of ours.
"""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.db import connections as databases
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from kontera.clock import Clock
from kontera.connections.signing_in import ConsentRefused, finish_consent
from kontera.errors import KonteraError
from kontera.work import engine


class Consents:
    """GET /oauth/callback for every vendor that wants a person's consent."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def come_back(self, request: Request) -> Response:
        """Answer the person's browser."""
        told = request.query_params
        if "code" not in told or "state" not in told:
            said = told.get("error_description", told.get("error", "no code came back"))
            return PlainTextResponse(f"You did not consent: {said[:300]}", status_code=400)
        try:
            page = await sync_to_async(self._finish, thread_sensitive=True)(told["code"], told["state"])
        except (ConsentRefused, KonteraError) as error:
            return PlainTextResponse(str(error)[:500], status_code=400)
        return RedirectResponse(page, status_code=303)

    def _finish(self, code: str, state: str) -> str:
        """Keys fetched, the lane woken; answers the console's page about the connection."""
        databases.close_all()  # consent is rare: a session of its own cannot be one that broke since the last
        connection = finish_consent(code, state, self._clock)
        engine.wake(connection.pk)
        return f"/m/{connection.merchant.slug}/connections/{connection.code}/"
