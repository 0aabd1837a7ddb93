"""The server that does nothing, for `bench door`: the same uvicorn and Starlette as the door's, in its own process.

Decides nothing: reads a body, answers 200. It prints its address first and runs until it is terminated.
"""

from __future__ import annotations

import socket
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def _nothing(request: Request) -> Response:
    await request.body()
    return JSONResponse({"kept": 0})


def main() -> None:
    """Serve."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(2048)
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    app = Starlette(routes=[Route("/hooks/{door}", _nothing, methods=["POST"])])
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
