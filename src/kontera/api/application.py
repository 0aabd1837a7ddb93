"""The root application: the machines' door beside the people's console.

Decides the addresses only: /hooks/... and /health here, everything else is the console's (in its own threads).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from a2wsgi import WSGIMiddleware
from asgiref.sync import sync_to_async
from django.core.wsgi import get_wsgi_application
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.db import connection as database
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from kontera import __version__
from kontera.api.consents import Consents
from kontera.api.door import Door, Keeper
from kontera.api.limits import Limits
from kontera.clock import Clock


def application(clock: Clock) -> Starlette:
    """The ASGI application of `kontera serve`."""
    keeper = Keeper(clock)
    door = Door(clock, keeper)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        keeper.start()
        yield
        keeper.stop()

    console = WSGIMiddleware(get_wsgi_application(), workers=8)  # type: ignore[arg-type]
    routes = [
        Route("/hooks/{door}", door.knock, methods=["GET", "POST"]),
        Route("/health", _health),
        Route("/oauth/callback", Consents(clock).come_back),
        Mount("/", app=console),  # type: ignore[arg-type]
    ]
    return Starlette(routes=routes, lifespan=life, middleware=[Middleware(Limits)])


async def _health(_: Request) -> JSONResponse:
    """Whether this process can do its work: 200, or 503 when the database does not answer."""
    well = await sync_to_async(_database_answers, thread_sensitive=True)()
    return JSONResponse({"database": well, "version": __version__}, status_code=200 if well else 503)


def _database_answers() -> bool:
    close_old_connections()
    try:
        with database.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
