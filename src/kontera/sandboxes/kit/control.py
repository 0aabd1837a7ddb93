"""The control plane under `/_sandbox/`: for tests, training and the command line, never for the hub.

Decides how calls, clock, faults, credentials, a vendor's views and a vendor's actions are reached over HTTP. It never
counts as a vendor call and is never struck by a fault.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kontera.clock import parse_instant
from kontera.sandboxes.kit.faults import Fault
from kontera.sandboxes.kit.gate import CONTROL
from kontera.sandboxes.kit.wire import json_response, parse_json

if TYPE_CHECKING:
    from kontera.sandboxes.kit.base import Sandbox

Handler = Callable[[Request], Awaitable[Response]]


class Control:
    """The handlers of the control plane of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def app(self) -> Starlette:
        """The ASGI application of the control plane."""
        routes = [
            Route(CONTROL, _guarded(self._index)),
            Route(f"{CONTROL}/calls", _guarded(self._calls)),
            Route(f"{CONTROL}/calls/reset", _guarded(self._reset_calls), methods=["POST"]),
            Route(f"{CONTROL}/clock", _guarded(self._clock), methods=["GET", "POST"]),
            Route(f"{CONTROL}/faults", _guarded(self._faults), methods=["GET", "POST", "DELETE"]),
            Route(f"{CONTROL}/faults/{{number:int}}", _guarded(self._remove_fault), methods=["DELETE"]),
            Route(f"{CONTROL}/credentials", _guarded(self._credentials)),
            Route(f"{CONTROL}/reset", _guarded(self._reset), methods=["POST"]),
            Route(f"{CONTROL}/actions/{{name}}", _guarded(self._action), methods=["POST"]),
            Route(f"{CONTROL}/{{name}}", _guarded(self._view)),
        ]
        return Starlette(routes=routes)

    async def _index(self, request: Request) -> Response:
        sandbox = self._sandbox
        return json_response(
            {"name": sandbox.name, "views": sorted(sandbox.views()), "actions": sorted(sandbox.actions())}
        )

    async def _calls(self, request: Request) -> Response:
        return json_response(self._sandbox.calls.summary())

    async def _reset_calls(self, request: Request) -> Response:
        self._sandbox.calls.reset()
        return json_response(self._sandbox.calls.summary())

    async def _clock(self, request: Request) -> Response:
        clock = self._sandbox.clock
        if request.method == "POST":
            body = await _body(request)
            if "set" in body:
                clock.set(parse_instant(body["set"]))
            elif "advance" in body:
                clock.advance(timedelta(seconds=float(body["advance"])))
            else:
                raise ValueError('say {"set": "<instant>"} or {"advance": <seconds>}')
        return json_response({"now": clock.now().isoformat(), "manual": clock.manual})

    async def _faults(self, request: Request) -> Response:
        faults = self._sandbox.faults
        if request.method == "DELETE":
            faults.remove()
        elif request.method == "POST":
            body = await _body(request)
            if "seed" in body:
                faults.seed(int(body.pop("seed")))
            if body:
                number = faults.add(msgspec.convert(body, Fault, strict=False))
                return json_response({"id": number}, 201)
        return json_response({"faults": faults.listed()})

    async def _remove_fault(self, request: Request) -> Response:
        self._sandbox.faults.remove(request.path_params["number"])
        return json_response({"faults": self._sandbox.faults.listed()})

    async def _credentials(self, request: Request) -> Response:
        return json_response(self._sandbox.credentials())

    async def _reset(self, request: Request) -> Response:
        self._sandbox.reset()
        return json_response({"reset": True})

    async def _action(self, request: Request) -> Response:
        action = self._sandbox.actions().get(request.path_params["name"])
        if action is None:
            return json_response({"error": "no such action", "actions": sorted(self._sandbox.actions())}, 404)
        return json_response(action(await _body(request)))

    async def _view(self, request: Request) -> Response:
        view = self._sandbox.views().get(request.path_params["name"])
        if view is None:
            return json_response({"error": "no such view", "views": sorted(self._sandbox.views())}, 404)
        return json_response(view())


def _guarded(handler: Handler) -> Handler:
    """`handler`, with bad input answered as 400 and its reason: the boundary of the control plane."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except (ValueError, KeyError, TypeError) as error:  # msgspec's errors are ValueErrors
            return json_response({"error": f"{type(error).__name__}: {error}"}, 400)

    return answer


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object of the call; an empty body is an empty object. Raises ValueError for anything else."""
    data = await request.body()
    value = parse_json(data) if data else {}
    if not isinstance(value, dict):
        raise ValueError("expected a JSON object")
    return value
