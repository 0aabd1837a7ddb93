"""A proxy of a few lines: the shop is reached over https, and answers over http behind it."""

from __future__ import annotations

import httpx2


class BehindProxy(httpx2.BaseTransport):
    """What a proxy does: https outside, http inside, and it says so."""

    def __init__(self, inside: str) -> None:
        self._inside = httpx2.URL(inside)
        self._transport = httpx2.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        assert request.url.scheme == "https"
        url = request.url.copy_with(scheme="http", host=self._inside.host, port=self._inside.port)
        headers = {**request.headers, "X-Forwarded-Proto": "https"}
        return self._transport.handle_request(
            httpx2.Request(request.method, url, headers=headers, content=request.read())
        )

    def close(self) -> None:
        self._transport.close()
