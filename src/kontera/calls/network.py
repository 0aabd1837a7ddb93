"""Which addresses of the network we call.

Decides that a vendor is called over TLS and at a public address only: an address that somebody typed into a
connection must not lead our requests, and our keys, to the machines behind us. What a name leads to is looked up once,
and exactly that is connected to, so that it cannot change in between. KONTERA_ALLOW_LOCAL=yes lifts both, for
sandboxes. Proxies that the environment names are not used: behind one nobody could tell where a request goes.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore2
import httpx2

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """Not called; the text is the address, with what its name leads to."""


def local_allowed() -> bool:
    """Whether this installation may call machines of its own, without TLS."""
    return os.environ.get("KONTERA_ALLOW_LOCAL") == "yes"


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network, also when it wraps an older one."""
    known = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(known, ipaddress.IPv6Address):
        inner = known.ipv4_mapped or known.sixtofour
        if known in _NAT64:
            inner = ipaddress.IPv4Address(int(known) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return known.is_global and not known.is_multicast


class PublicTransport(httpx2.HTTPTransport):
    """Connections over TLS to public addresses. Raises AddressRefused for everything else."""

    def __init__(self, trusted: SSLContext) -> None:
        super().__init__(verify=trusted, trust_env=False)
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trusted,
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=_PublicNetwork(),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it."""
        if request.url.scheme != "https":
            raise AddressRefused(f"{request.url.scheme}://{request.url.host}")
        return super().handle_request(request)


class _PublicNetwork(httpcore2.NetworkBackend):
    def __init__(self) -> None:
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to what `host` leads to now. TLS still asks for the name's certificate."""
        failed: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in _addresses(host, port):
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed


def _addresses(host: str, port: int) -> list[str]:
    """All that `host` leads to; one that is not public refuses the whole name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore2.ConnectError(str(error)) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not is_public(address):
            raise AddressRefused(f"{host} ({address})")
    return addresses
